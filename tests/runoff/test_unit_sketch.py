"""The sketch of every unit beside its draws."""

import numpy as np
import pytest

from forecast.runoff.keep import Keep
from forecast.runoff.simulation import simulate_runoffs
from forecast.runoff.unit_forecasts import UnitForecasts
from forecast.runoff.unit_sketch import N_BINS, UnitSketch
from tests.runoff.builders import make_posterior, make_units, mixed_race, typical_priors

N_DRAWS = 1500
LEVELS = (0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975)
SHARES = np.random.default_rng(1).beta(
    *np.array([[20, 20], [2, 5], [0.5, 0.5], [2000, 1000]]).T[:, :, None], (4, N_DRAWS)
)


def simulate(race, workers=None, **keep):
    return simulate_runoffs(
        race,
        make_posterior(race),
        typical_priors(),
        n_draws=N_DRAWS,
        seed=1,
        keep=Keep(**keep),
        workers=workers,
    )


@pytest.fixture(scope="module")
def race():
    units = mixed_race(n_units=1100)
    return units, simulate(units, units=True, unit_draws=N_DRAWS)


@pytest.mark.parametrize("level", LEVELS)
def test_quantiles_are_within_a_bin_of_exact_ones(level):
    votes = np.rint(SHARES * 1e5).astype(np.float32)
    sketch = UnitSketch.empty(4)
    halves = np.arange(N_DRAWS // 2), np.arange(N_DRAWS // 2, N_DRAWS)
    for half in halves:
        sketch.add(np.arange(4), (votes, 1e5 - votes), np.full(4, 2e5, np.float32), half)
    assert sketch.n_draws == N_DRAWS
    # Two neighbouring draws may be further apart than a bin: either may be called the quantile.
    low, high = (
        np.quantile(votes / 1e5, level, axis=1, method=method) for method in ("lower", "higher")
    )
    found = sketch.share_quantile(level)
    assert (found >= low - 1 / N_BINS).all()
    assert (found <= high + 1 / N_BINS).all()
    np.testing.assert_allclose(sketch.turnout_quantile(level), 0.5, atol=1 / N_BINS)


def test_a_simulation_sketches_its_own_draws(race):
    units, draws = race
    votes = draws.unit_votes.astype(float)
    both = votes.sum(axis=2)
    found = UnitForecasts.of(units, draws.units)
    assert found.n_draws == N_DRAWS
    np.testing.assert_array_equal(draws.units.votes, votes.sum(axis=0))
    np.testing.assert_allclose(found.votes, both.mean(axis=0))
    has_votes = (units.votes_cast > 0) | (both.mean(axis=0) >= 1)
    np.testing.assert_array_equal(found.has_votes, has_votes)
    share = np.where(both > 0, votes[..., 0] / np.maximum(both, 1), 0.5)
    share[:, ~has_votes] = np.nan
    wins = (share > 0.5).mean(0) + 0.5 * (share == 0.5).mean(0)
    np.testing.assert_allclose(found.wins, np.where(has_votes, wins, np.nan))
    turnout = both / np.maximum(units.eligible, 1)
    for level, of_share, of_turnout in (
        (0.05, found.low, found.turnout_low),
        (0.5, found.share, found.turnout),
        (0.95, found.high, found.turnout_high),
    ):
        for values, quantile in ((share, of_share), (turnout, of_turnout)):
            ends = [np.quantile(values, level, axis=0, method=m) for m in ("lower", "higher")]
            known = ~np.isnan(ends[0])
            np.testing.assert_array_equal(np.isnan(quantile), ~known)
            assert (quantile >= ends[0] - 1 / N_BINS)[known].all()
            assert (quantile <= ends[1] + 1 / N_BINS)[known].all()


@pytest.mark.parametrize("workers", [1, 3])
def test_the_sketch_has_the_same_bits_whoever_adds_first(race, workers):
    units, draws = race
    again = simulate(units, units=True, workers=workers).units
    for name in ("share_counts", "turnout_counts", "votes", "wins"):
        np.testing.assert_array_equal(getattr(again, name), getattr(draws.units, name))


def test_draws_count_as_often_as_they_are_copied(race):
    units, draws = race
    copies = np.random.default_rng(2).integers(0, 4, N_DRAWS)
    copied = simulate(units, units=True, copies=copies).units
    votes = np.repeat(draws.unit_votes.astype(float), copies, axis=0)
    assert copied.n_draws == copies.sum()
    np.testing.assert_array_equal(copied.votes, votes.sum(axis=0))


def test_a_unit_without_voters_has_no_leader():
    units = make_units([[0, 0, 0, 0], [10, 10, 5, 5]], [0, 60])
    found = UnitForecasts.of(units, simulate(units, units=True).units)
    assert found.votes[0] == 0
    for values in (found.wins, found.low, found.share, found.high, found.first_round):
        assert np.isnan(values).tolist() == [True, False]
    assert found.has_votes.tolist() == [False, True]
