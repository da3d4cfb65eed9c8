"""The quick fit of the first round finds again what a simulated race was made with."""

import numpy as np

from forecast.first_round.gaussian_approximation import (
    MIN_CONCENTRATION,
    N_SAMPLES,
    quick_posterior,
)
from forecast.race.units import FIRST, SECOND
from forecast.stats.beta import concentration_of_spread
from forecast.stats.distributions import expit
from tests.runoff.builders import make_units

LEVEL, COUNTY, SPREAD_POINTS = 0.4, 0.3, 6.0
SIDES = np.array([FIRST, SECOND])


def simulated(n_units=800, n_counties=20):
    """Units around a level, with county effects and a beta spread; half of the eligible vote."""
    rng = np.random.default_rng(11)
    counties = np.arange(n_units) % n_counties
    effects = COUNTY * rng.standard_normal(n_counties)
    mean, c = expit(LEVEL + effects[counties]), concentration_of_spread(SPREAD_POINTS)
    total = rng.integers(200, 2000, n_units)
    first = rng.binomial(total, rng.beta(c * mean, c * (1 - mean)))
    votes = np.stack([first, total - first], axis=1)
    units = make_units(votes, 2 * total, counties=[f"county {k}" for k in counties], sides=SIDES)
    return units, LEVEL + effects


def test_levels_of_counties_and_concentration_are_found_again():
    units, levels = simulated()
    found = quick_posterior(units, 1)
    assert found.lean_level.shape == (N_SAMPLES, len(units.county_names))
    by_name = [int(name.split()[1]) for name in units.county_names]
    z = (found.lean_level.mean(axis=0) - levels[by_name]) / found.lean_level.std(axis=0)
    assert np.abs(z).max() < 4
    ratio = np.median(found.lean_concentration) / concentration_of_spread(SPREAD_POINTS)
    assert 0.8 < ratio < 1.25


def test_a_seed_gives_its_draws_again_and_another_one_others():
    units, _ = simulated(60, 5)
    one, again, other = (quick_posterior(units, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.lean_level, again.lean_level)
    assert not np.array_equal(one.lean_level, other.lean_level)


def test_lists_that_stand_alone_are_bounded():
    votes = np.array([[1000, 0], [0, 1000]] * 6)
    found = quick_posterior(make_units(votes, votes.sum(axis=1) * 2, sides=SIDES), 1)
    assert np.isfinite(found.lean_level).all()
    assert found.lean_concentration.min() >= MIN_CONCENTRATION
