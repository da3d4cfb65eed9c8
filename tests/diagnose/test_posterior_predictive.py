"""Replicated returns, log-likelihoods and the spread of units, against closed forms."""

from typing import Any

import arviz as az
import numpy as np
import pytest
import xarray as xr
from scipy import stats

from forecast import fitted_race
from forecast.diagnose.field_fit import fit_fields
from forecast.diagnose.posterior_predictive import (
    Expected,
    ObservedPart,
    county_shares,
    expected_split,
    log_likelihood,
    observed_parts,
    replicate,
    residual_spread,
)
from forecast.race.units import UnitData, unit_data
from forecast.stats.distributions import expit
from tests.first_round.races import simulated_race

N_SAMPLES = 200


@pytest.fixture(scope="module")
def units() -> UnitData:
    return unit_data(simulated_race(), 0.5)


def draws_at(level: float, slope: float, spread: float) -> Any:
    """A posterior that has the lean at known values in every draw."""
    shape = (1, N_SAMPLES)
    return xr.Dataset(
        {
            "lean_level": (("chain", "draw"), np.full(shape, level)),
            "lean_slopes": (("chain", "draw", "c"), np.full((*shape, 1), slope)),
            "lean_unit_spread": (("chain", "draw"), np.full(shape, spread)),
        }
    )


def lean(units: UnitData) -> ObservedPart:
    return next(part for part in observed_parts(units) if part.name == "lean")


def test_log_likelihood_is_scipys_beta_binomial_and_dirichlet_multinomial() -> None:
    counts = np.array([[3, 7], [0, 5]])
    two = Expected(np.array([[[0.4, 0.6], [0.1, 0.9]]]), np.array([[5.0]]))
    expected = stats.betabinom.logpmf(counts[:, 0], [10, 5], [2.0, 0.5], [3.0, 4.5])
    np.testing.assert_allclose(log_likelihood(counts, two)[0], expected)
    alpha = np.array([5.0, 2.0, 0.7])
    three = Expected(alpha[None, None] / alpha.sum(), np.full((1, 2), alpha.sum()))
    expected = stats.dirichlet_multinomial.logpmf([1, 2, 3], alpha, 6)
    np.testing.assert_allclose(log_likelihood(np.array([[1, 2, 3]]), three)[0, 0], expected)


def test_replicates_have_the_mean_and_spread_of_a_beta_binomial() -> None:
    n, trials, alpha, beta = 20_000, 50, 3.0, 6.0
    shares = np.broadcast_to([alpha / 9, beta / 9], (n, 1, 2))
    expected = Expected(shares, np.full((n, 1), alpha + beta))
    drawn = replicate(expected, np.array([trials]), np.random.default_rng(3))
    assert (drawn.sum(axis=2) == trials).all()
    known = stats.betabinom(trials, alpha, beta)
    error = known.std() / np.sqrt(n)
    assert abs(drawn[..., 0].mean() - known.mean()) < 5 * error
    # The standard error of a standard deviation is at most about sd / sqrt(n) here.
    assert abs(drawn[..., 0].std() - known.std()) < 5 * error


def test_expected_shares_are_the_regression(units: UnitData) -> None:
    found = expected_split(lean(units), draws_at(0.2, 0.5, 5.0), units, np.arange(3))
    share = expit(0.2 + 0.5 * units.lean_covariates[:, 0])
    np.testing.assert_allclose(found.shares[0], np.stack([share, 1 - share], axis=1))
    # A spread of 5 points at a mean of one half: 1 / (4 * 0.05^2) - 1 = 99.
    np.testing.assert_allclose(found.concentrations, 99)


def test_parts_leave_out_units_with_nothing_to_split(units: UnitData) -> None:
    for part in observed_parts(units):
        assert (part.trials > 0).all()
    assert [part.name for part in observed_parts(units)][:2] == ["turnout", "lean"]


@pytest.mark.parametrize(
    ("spread", "low", "high"), [(6.0, 0.02, 0.98), (1.0, 0.0, 0.01), (15.0, 0.99, 1.0)]
)
def test_spread_check_tells_a_model_that_is_too_sure(
    units: UnitData, spread: float, low: float, high: float
) -> None:
    # The race was drawn with a slope of 0.5 and units that spread by 6 points.
    part, rng = lean(units), np.random.default_rng(5)
    expected = expected_split(part, draws_at(0.0, 0.5, spread), units, np.arange(N_SAMPLES))
    (found,) = residual_spread(part, expected, replicate(expected, part.trials, rng))
    assert low <= found.probability <= high


def test_county_shares_add_votes_before_they_divide() -> None:
    part = ObservedPart("lean", (), np.array([[1, 1], [9, 0], [0, 4]]), np.array([0, 1, 2]))
    shares = county_shares(part.counts, part, np.array([0, 0, 2]), 3)
    # County 0: 10 of 11; county 1 has no unit; county 2: 0 of 4; the race: 10 of 15.
    np.testing.assert_allclose(shares[:, 0], [10 / 11, np.nan, 0, 10 / 15])


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_units_of_georgia_6_spread_as_the_model_says() -> None:
    """Turnout, lean and every large candidate lie in the 90% of the replicates."""
    fitted = fitted_race.fit("ga06-2017")
    fields = fit_fields(fitted)
    assert fields is not None
    assert fields.diagnosis.healthy
    units, rng = unit_data(fitted.race, 0.5), np.random.default_rng(1)
    posteriors = [az.from_netcdf(f / "posterior.nc") for f in (fitted.fit.folder, fields.folder)]
    draws = xr.merge([trace.posterior.dataset for trace in posteriors])
    n_large = 0
    for part in observed_parts(units):
        expected = expected_split(part, draws, units, rng.permutation(3_000)[:400])
        replicated = replicate(expected, part.trials, rng)
        spreads = residual_spread(part, expected, replicated)
        pooled = len(part.members[-1]) > 1 if part.members else False
        for spread in spreads[:-1] if pooled and len(spreads) > 1 else spreads:
            assert 0.05 <= spread.probability <= 0.95, part.name
            n_large += 1
    assert n_large == 7  # turnout, lean, four Republicans, Ossoff
