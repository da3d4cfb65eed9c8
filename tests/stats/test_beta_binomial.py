"""The beta-binomial likelihood against SciPy's, and its derivatives against differences."""

import numpy as np
import pytest
from scipy import special, stats

from forecast.stats.beta_binomial import log_likelihood, slope_and_curvature
from forecast.stats.distributions import expit

RNG = np.random.default_rng(1)
TRIALS = np.concatenate([RNG.integers(1, 5000, 300), [1, 1, 2, 50_000]])
SUCCESSES = RNG.binomial(TRIALS, RNG.random(len(TRIALS))).astype(float)
LOG_ODDS = RNG.normal(0, 2, len(TRIALS))


@pytest.mark.parametrize("concentration", [0.3, 4.0, 60.0, 1e6])
def test_is_that_of_scipy_without_the_binomial_coefficient(concentration: float) -> None:
    mean = expit(LOG_ODDS)
    whole = stats.betabinom.logpmf(
        SUCCESSES, TRIALS, mean * concentration, (1 - mean) * concentration
    )
    ways = special.gammaln(TRIALS + 1) - special.gammaln(SUCCESSES + 1)
    ways -= special.gammaln(TRIALS - SUCCESSES + 1)
    found = log_likelihood(SUCCESSES, TRIALS - SUCCESSES, LOG_ODDS, concentration)
    np.testing.assert_allclose(found, whole - ways, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("concentration", [0.3, 4.0, 60.0, 2000.0])
def test_slope_and_curvature_are_its_differences(concentration: float) -> None:
    failures, step = TRIALS - SUCCESSES, 1e-4
    slope, curvature = slope_and_curvature(SUCCESSES, failures, LOG_ODDS, concentration)
    above, below = (
        log_likelihood(SUCCESSES, failures, LOG_ODDS + s, concentration) for s in (step, -step)
    )
    size = 1.0 + np.abs(slope).max()
    np.testing.assert_allclose((above - below) / (2 * step), slope, atol=1e-4 * size)
    higher, lower = (
        slope_and_curvature(SUCCESSES, failures, LOG_ODDS + s, concentration)[0]
        for s in (step, -step)
    )
    np.testing.assert_allclose(-(higher - lower) / (2 * step), curvature, atol=1e-4 * size)


def test_extreme_log_odds_stay_finite() -> None:
    for log_odds in (-800.0, 800.0):
        at = np.full(len(TRIALS), log_odds)
        found = log_likelihood(SUCCESSES, TRIALS - SUCCESSES, at, 10.0)
        assert np.isfinite(found).all()
        for derivative in slope_and_curvature(SUCCESSES, TRIALS - SUCCESSES, at, 10.0):
            assert np.isfinite(derivative).all()
