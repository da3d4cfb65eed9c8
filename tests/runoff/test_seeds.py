"""Every random entry point of the core: one seed one result, another seed another."""

import numpy as np
import pytest

from forecast.runoff.keep import Keep
from forecast.runoff.parameters import draw_parameters
from forecast.runoff.sampling_noise import add_count_noise
from forecast.runoff.seeds import parameter_generator, tile_generator
from forecast.runoff.simulation import simulate_runoffs
from forecast.stats.distributions import Points, PointsSize, ShareRange
from forecast.stats.normals import normal_pair
from tests.runoff.builders import make_posterior, mixed_race, typical_priors


def noise(name):
    def draw(seed):
        rng = np.random.default_rng(seed)
        half = np.full((3, 50), 0.5, dtype=np.float32)
        eligible = np.array([20, 500, 5000], dtype=np.float32)
        return np.stack(add_count_noise(eligible, half, half.copy(), name, rng))

    return draw


def runoffs(attribute):
    def draw(seed):
        units = mixed_race(n_units=10)
        draws = simulate_runoffs(
            units,
            make_posterior(units),
            typical_priors(),
            n_draws=20,
            seed=seed,
            keep=Keep(flows=True, unit_draws=5),
        )
        return attribute(draws)

    return draw


def parameters(seed):
    rng = np.random.default_rng(seed)
    drawn = draw_parameters(typical_priors(), mixed_race(), rng, 10)
    return np.concatenate([np.ravel(values) for values in vars(drawn).values()])


RANDOM = {
    "ShareRange.sample": lambda s: ShareRange(0.2, 0.4).sample(np.random.default_rng(s), 5),
    "Points.sample": lambda s: Points(0, 1).sample(np.random.default_rng(s), 5),
    "PointsSize.sample": lambda s: PointsSize(1).sample(np.random.default_rng(s), 5),
    "draw_parameters": parameters,
    "add_count_noise exact": noise("exact"),
    "add_count_noise normal": noise("normal"),
    "add_count_noise auto": noise("auto"),
    "normal_pair": lambda s: np.stack(normal_pair(np.random.default_rng(s), (3, 5))),
    "parameter_generator": lambda s: parameter_generator(s, 3).random(5),
    "tile_generator": lambda s: tile_generator(s, 3, 1).random(5),
    "simulate_runoffs counties": runoffs(lambda draws: draws.county_votes),
    "simulate_runoffs units": runoffs(lambda draws: draws.unit_votes),
    "simulate_runoffs flows": runoffs(lambda draws: draws.flows.to_finalists),
}


@pytest.mark.parametrize("entry", RANDOM.values(), ids=RANDOM)
def test_one_seed_one_result(entry):
    np.testing.assert_array_equal(entry(1), entry(1))
    assert not np.array_equal(entry(1), entry(2))


def test_blocks_and_tiles_have_streams_of_their_own():
    generators = [parameter_generator(1, block) for block in (0, 1)]
    generators += [tile_generator(1, block, tile) for block in (0, 1) for tile in (0, 1)]
    drawn = {float(rng.random()) for rng in generators}
    assert len(drawn) == len(generators)
