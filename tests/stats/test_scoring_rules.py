"""Scoring rules against closed forms and brute force."""

import numpy as np
import pytest
from scipy import integrate, stats

from forecast.stats import scoring_rules as rules
from forecast.stats.distributions import expit, logit


def normal_crps(mean, sd, outcome):
    z = (outcome - mean) / sd
    return sd * (z * (2 * stats.norm.cdf(z) - 1) + 2 * stats.norm.pdf(z) - np.pi**-0.5)


def quantile_draws(distribution, n=20_000):
    """Draws without chance: the quantiles of a frozen scipy distribution."""
    return distribution.ppf((np.arange(n) + 0.5) / n)


def test_crps_of_draws_is_the_double_sum():
    rng = np.random.default_rng(1)
    draws, outcome = rng.random((37, 4)), rng.random(4)
    pairs = np.abs(draws[:, None] - draws[None]).mean(axis=(0, 1))
    expected = np.abs(draws - outcome).mean(axis=0) - pairs / 2
    np.testing.assert_allclose(rules.crps_draws(draws, outcome), expected)


def test_crps_of_normal_draws_is_the_closed_form():
    draws = quantile_draws(stats.norm(0.48, 0.05))
    outcomes = np.array([0.3, 0.45, 0.48, 0.6])
    got = rules.crps_draws(draws[:, None], outcomes)
    np.testing.assert_allclose(got, normal_crps(0.48, 0.05, outcomes), rtol=2e-3)


def test_crps_of_one_draw_is_the_distance():
    assert rules.crps_draws(np.array([0.4]), 0.55) == pytest.approx(0.15)


@pytest.mark.parametrize("outcome", [0.02, 0.4, 0.5, 0.93])
@pytest.mark.parametrize(("location", "scale", "df"), [(0.1, 0.2, 5.0), (-1, 0.05, 30), (2, 1, 2)])
def test_crps_student_is_the_integral_over_the_share(location, scale, df, outcome):
    def cdf(x):
        return stats.t.cdf((logit(x) - location) / scale, df)

    centre = float(expit(location))
    inner = [c for c in (centre - 0.02, centre, centre + 0.02) if 0 < c < 1]
    below = [c for c in inner if c < outcome] or None
    above = [c for c in inner if c > outcome] or None
    left = integrate.quad(lambda x: cdf(x) ** 2, 1e-9, outcome, points=below, limit=400)[0]
    right = integrate.quad(lambda x: (1 - cdf(x)) ** 2, outcome, 1 - 1e-9, points=above, limit=400)[
        0
    ]
    got = rules.crps_student(location, scale, df, outcome)
    assert float(got) == pytest.approx(left + right, rel=1e-4, abs=1e-8)


def test_crps_student_broadcasts_and_agrees_with_draws():
    location, outcome = np.array([-0.2, 0.0, 0.3]), np.array([0.5, 0.41, 0.56])
    draws = expit(location + 0.25 * quantile_draws(stats.t(6))[:, None])
    got = rules.crps_student(location, 0.25, 6, outcome)
    assert got.shape == (3,)
    np.testing.assert_allclose(got, rules.crps_draws(draws, outcome), rtol=1e-3)


def test_log_score_student_is_a_density_of_the_share():
    total = integrate.quad(lambda x: np.exp(-rules.log_score_student(0.3, 0.4, 7, x)), 0, 1)[0]
    assert total == pytest.approx(1, abs=1e-6)
    density = stats.t.pdf((logit(0.6) - 0.3) / 0.4, 7) / 0.4 / (0.6 * 0.4)
    assert float(rules.log_score_student(0.3, 0.4, 7, 0.6)) == pytest.approx(-np.log(density))


def test_log_score_of_draws_is_near_the_closed_form():
    draws = expit(0.2 + 0.3 * quantile_draws(stats.norm()))
    outcomes = np.array([0.45, 0.55, 0.6])
    z = (logit(outcomes) - 0.2) / 0.3
    expected = -stats.norm.logpdf(z) + np.log(0.3) + np.log(outcomes * (1 - outcomes))
    np.testing.assert_allclose(rules.log_score_draws(draws[:, None], outcomes), expected, atol=0.01)


def test_log_score_of_draws_that_all_agree_is_finite():
    assert np.isfinite(rules.log_score_draws(np.full(100, 0.5), 0.5))


def test_win_probability_and_brier():
    draws = np.array([[0.4, 0.6], [0.5, 0.7], [0.6, 0.8], [0.7, 0.9]])
    probability = rules.win_probability_draws(draws)
    np.testing.assert_allclose(probability, [0.625, 1.0])
    np.testing.assert_allclose(rules.brier(probability, np.array([False, True])), [0.625**2, 0])
    expected = stats.t.sf(0, 4, loc=0.3, scale=0.2)
    assert float(rules.win_probability_student(0.3, 0.2, 4)) == pytest.approx(expected)


def test_the_true_probability_has_the_best_expected_brier_score():
    grid, truth = np.linspace(0, 1, 101), 0.37
    expected = truth * rules.brier(grid, True) + (1 - truth) * rules.brier(grid, False)
    assert grid[expected.argmin()] == pytest.approx(truth)


def test_pit_of_draws_counts_ties_half_and_agrees_with_the_student():
    assert float(rules.pit_draws(np.array([0.1, 0.2, 0.2, 0.9]), 0.2)) == pytest.approx(0.5)
    draws = expit(0.1 + 0.2 * quantile_draws(stats.t(5)))
    got = rules.pit_draws(draws, 0.48)
    assert float(got) == pytest.approx(float(rules.pit_student(0.1, 0.2, 5, 0.48)), abs=1e-3)


def test_coverage_of_a_calibrated_and_of_a_timid_forecast():
    even = (np.arange(1000) + 0.5) / 1000
    np.testing.assert_allclose(rules.coverage(even), [0.5, 0.8, 0.95], atol=1e-9)
    np.testing.assert_allclose(rules.coverage(np.full(10, 0.5)), 1)
    np.testing.assert_allclose(rules.coverage(np.array([0.001, 0.999])), 0)
