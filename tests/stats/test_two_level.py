"""The two-level fit against the normal distribution written out in full."""

import numpy as np
import pytest
from scipy import stats

from forecast.stats.two_level import (
    LOG_SCALE_MEAN,
    LOG_SCALE_SD,
    TwoLevelFit,
    dense_equations,
    grouped_equations,
)

N_UNITS, N_GROUPS = 60, 7
LOG_SCALES = np.log([0.3, 0.15])


@pytest.fixture
def data():
    rng = np.random.default_rng(3)
    covariates = np.column_stack([3 * np.ones(N_UNITS), rng.standard_normal(N_UNITS)])
    group = rng.integers(N_GROUPS - 1, size=N_UNITS)  # the last one has no unit
    noise = rng.uniform(0.01, 0.2, N_UNITS)
    error = 0.25 * rng.standard_normal(N_GROUPS)[group] + 0.3 * rng.standard_normal(N_UNITS)
    y = covariates @ [0.1, 0.6] + error + np.sqrt(noise) * rng.standard_normal(N_UNITS)
    return y, noise, covariates, group


@pytest.fixture(params=["grouped", "dense"])
def fit(request, data):
    y, noise, covariates, group = data
    if request.param == "grouped":
        return TwoLevelFit(y, grouped_equations(y, noise, covariates, group, N_GROUPS))
    return TwoLevelFit(y, dense_equations(y, noise, covariates, np.eye(N_GROUPS)[group]))


def in_full(log_scales, data):
    """Minus the log posterior, with the covariance matrix of y written out."""
    y, noise, covariates, group = data
    unit, county = np.exp(log_scales)
    members = np.eye(N_GROUPS)[group]
    own = np.diag(unit**2 + noise)
    covariance = own + covariates @ covariates.T + county**2 * members @ members.T
    prior = stats.norm(LOG_SCALE_MEAN, LOG_SCALE_SD).logpdf(log_scales).sum()
    return -stats.multivariate_normal(cov=covariance).logpdf(y) - prior


@pytest.mark.parametrize("other", [[-2.0, -0.5], [0.1, -3.0]])
def test_the_posterior_is_that_of_the_covariance_written_out(fit, data, other):
    found = fit.minus_log_posterior(np.array(other)) - fit.minus_log_posterior(LOG_SCALES)
    assert found == pytest.approx(in_full(np.array(other), data) - in_full(LOG_SCALES, data))


def test_nothing_is_likelier_than_the_mode(fit):
    mode = fit.mode(n_scales=2, tolerance=1e-6)
    least = fit.minus_log_posterior(mode)
    for step in 0.01 * np.array([[1, 0], [-1, 0], [0, 1], [0, -1]]):
        assert fit.minus_log_posterior(mode + step) > least


def test_standard_errors_are_those_of_the_curvature(fit, data):
    mode = fit.mode(n_scales=2, tolerance=1e-6)
    for axis, error in enumerate(fit.standard_errors(mode)):
        step = 1e-3 * np.eye(2)[axis]
        ends = in_full(mode + step, data) + in_full(mode - step, data)
        curvature = (ends - 2 * in_full(mode, data)) / 1e-6
        assert error == pytest.approx(curvature**-0.5, rel=0.02)


def test_what_the_data_do_not_tell_has_the_error_of_the_prior():
    y, noise = np.zeros(3), np.full(3, 1e6)
    fit = TwoLevelFit(y, dense_equations(y, noise, np.zeros((3, 1)), np.zeros((3, 0))))
    mode = fit.mode(n_scales=1, tolerance=1e-6)
    np.testing.assert_allclose(mode, [LOG_SCALE_MEAN], atol=1e-4)
    np.testing.assert_allclose(fit.standard_errors(mode), [LOG_SCALE_SD], rtol=1e-3)


def test_draws_of_the_effects_have_their_conditional_mean_and_covariance(fit, data):
    y, noise, covariates, group = data
    unit, county = np.exp(LOG_SCALES)
    design = np.concatenate([covariates, county * np.eye(N_GROUPS)[group]], axis=1)
    weight = 1 / (unit**2 + noise)
    covariance = np.linalg.inv(np.eye(design.shape[1]) + design.T @ (design * weight[:, None]))
    draws = fit.draw_effects(LOG_SCALES, 40_000, np.random.default_rng(5))
    error = np.sqrt(np.diag(covariance) / len(draws))
    assert np.all(np.abs(draws.mean(axis=0) - covariance @ design.T @ (weight * y)) < 4.5 * error)
    np.testing.assert_allclose(np.cov(draws.T), covariance, atol=0.03)
