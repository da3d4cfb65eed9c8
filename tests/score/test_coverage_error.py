"""The standard error of a coverage is how far intervals that hold what they say depart from it."""

import numpy as np
import pytest
from scipy.stats import norm

from forecast.score.coverage_error import PERCENTS, SharedMisses
from forecast.stats.arrays import FloatArray

DAYS = np.repeat(np.arange(40), [1, 2, 3, 4, 30] * 8).astype(str)


def drawn_pit(rng: np.random.Generator, shared: float) -> FloatArray:
    """PIT of honest forecasts whose errors have a part in common within each day."""
    _, day = np.unique(DAYS, return_inverse=True)
    common, own = rng.normal(size=day.max() + 1), rng.normal(size=len(DAYS))
    return np.asarray(norm.cdf(np.sqrt(shared) * common[day] + np.sqrt(1 - shared) * own))


@pytest.mark.parametrize("shared", [0.0, 0.6])
def test_error_is_the_spread_of_the_coverage_of_honest_forecasts(shared: float) -> None:
    rng = np.random.default_rng(8)
    every = [drawn_pit(rng, shared) for _ in range(400)]
    found = [SharedMisses.of(pit, DAYS).coverage_with_error(pit, DAYS) for pit in every]
    for percent in map(str, PERCENTS):
        spread = np.std([one["coverage"][percent] for one in found])
        told = np.sqrt(np.mean([one["coverage_error"][percent] ** 2 for one in found]))
        assert told == pytest.approx(spread, rel=0.15)


def test_results_of_a_day_tell_as_much_as_one_where_they_fall_together() -> None:
    pit = np.repeat([0.5, 0.01] * 4, 10)
    days = np.repeat(list("abcdefgh"), 10)
    misses = SharedMisses.of(pit, days)
    assert misses.correlation[50] == pytest.approx(1.0)
    error = misses.coverage_with_error(pit, days)["coverage_error"]["50"]
    assert error == pytest.approx(np.sqrt(0.25 / 8))


def test_ranges_that_are_too_wide_everywhere_are_no_error_of_days() -> None:
    rng = np.random.default_rng(5)
    pit = 0.5 + 0.3 * (drawn_pit(rng, 0.0) - 0.5)
    misses = SharedMisses.of(pit, DAYS)
    assert misses.correlation[50] < 0.05
    found = misses.coverage_with_error(pit, DAYS)
    assert found["coverage"]["50"] - 0.5 > 5 * found["coverage_error"]["50"]


def test_few_days_in_effect_tell_nothing() -> None:
    pit, days = np.full(100, 0.5), np.array([*["a"] * 60, *"bcdefghijk" * 4])
    misses = SharedMisses({50: 0.3, 80: 0.3, 95: 0.3})
    errors = misses.coverage_with_error(pit, days)["coverage_error"]
    assert set(errors.values()) == {None}
    spread = np.repeat(list("abcdefghij"), 10)
    assert None not in misses.coverage_with_error(pit, spread)["coverage_error"].values()


def test_without_two_results_of_a_day_they_are_independent() -> None:
    pit = np.linspace(0, 1, 50)
    found = SharedMisses.of(pit, np.arange(50).astype(str))
    assert set(found.correlation.values()) == {0.0}
    error = found.coverage_with_error(pit, np.arange(50).astype(str))["coverage_error"]["80"]
    assert error == pytest.approx(np.sqrt(0.16 / 50))
