"""The closed form against the exact posterior by brute force, and simulated truths inside it."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import logsumexp

from forecast.night import level_conditioning
from forecast.night.hierarchy import Level, Observed
from forecast.night.level_conditioning import condition_level, shared_evidence


def make_level(rng, n_units=9, n_modes=2, n_counties=3, **changes):
    n_cells = n_units * n_modes
    unit = np.repeat(np.arange(n_units), n_modes)
    county = np.sort(rng.integers(0, n_counties, n_units))
    county[-1] = n_counties - 1
    values = {
        "mean": rng.normal(0, 0.5, n_cells),
        "x": np.column_stack([np.ones(n_cells), rng.normal(0, 1, n_cells)]),
        "covariance": np.array([[0.3, 0.05], [0.05, 0.1]]),
        "shared": rng.normal(0, 0.6, (n_units, 3))[unit],
        "shared_ratio": 1.5,
        "load": rng.uniform(0.5, 1.5, n_cells),
        "unit_load": rng.uniform(0.5, 1.5, n_cells),
        "county_sd": 0.2,
        "unit_sd": 0.15,
        "cell_sd": np.full(n_cells, 0.1),
        "county": county[unit],
        "unit": unit,
        "variances": np.array([0.5, 2.0]),
        "variance_weights": np.array([0.7, 0.3]),
        "county_log_sd": 0.5,
        "unit_log_sd": 0.6,
        "shared_log_sd": 0.5,
    }
    return Level(**{**values, **changes})


def dense_covariance(level, variance, unit_scale, county_scale, shared_scale):
    same_county = level.county[:, None] == level.county
    same_unit = level.unit[:, None] == level.unit
    covariance = variance * level.x @ level.covariance @ level.x.T
    county = (county_scale * level.county_sd) ** 2 * same_county
    covariance = covariance + np.outer(level.load, level.load) * county
    shared = (shared_scale * level.shared_ratio * unit_scale * level.unit_sd) ** 2
    covariance = covariance + shared * level.shared @ level.shared.T
    unit = (unit_scale * level.unit_sd) ** 2 * same_unit
    covariance = covariance + np.outer(level.unit_load, level.unit_load) * unit
    return covariance + np.diag(level.cell_sd**2)


def exact_grid(level, observed):
    """Points of the grid by dense matrices: log density, mean and variance of all cells."""
    at, known = observed.cell, level.shared_log_sd == 0
    grid = itertools.product(
        level_conditioning.UNIT_SCALES,
        level_conditioning.COUNTY_SCALES,
        [1.0] if known else level_conditioning.SHARED_SCALES,
    )
    log_sds = np.array(
        [level.unit_log_sd, level.county_log_sd, 1 if known else level.shared_log_sd]
    )
    for scales in grid:
        for variance, weight in zip(level.variances, level.variance_weights, strict=True):
            prior = dense_covariance(level, variance, *scales)
            seen = prior[np.ix_(at, at)] + np.diag(observed.variance)
            if observed.part is not None:
                seen = seen + variance * np.outer(observed.part, observed.part)
            rest = observed.value - level.mean[at]
            solved = np.linalg.solve(seen, rest)
            _, log_determinant = np.linalg.slogdet(seen)
            log_density = -0.5 * (rest @ solved + log_determinant) + np.log(weight)
            log_density -= 0.5 * ((np.log(scales) / log_sds) ** 2).sum()
            mean = level.mean + prior[:, at] @ solved
            left = np.diag(prior - prior[:, at] @ np.linalg.solve(seen, prior[at]))
            yield log_density, mean, left


def exact_moments(level, observed):
    """Mean and variance of all cells over the grid."""
    log_densities, means, variances = map(np.array, zip(*exact_grid(level, observed), strict=True))
    weights = np.exp(log_densities - log_densities.max())
    weights /= weights.sum()
    mean = weights @ means
    return mean, weights @ (variances + means**2) - mean**2


def some_in_part(rng, n_cells):
    """Standard deviations of what parts share; of a whole cell it is 0."""
    return rng.uniform(0.1, 0.6, n_cells) * (rng.uniform(size=n_cells) < 0.6)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("n_modes", [1, 3])
@pytest.mark.parametrize("in_part", [False, True])
def test_the_posterior_is_the_exact_one(seed, n_modes, in_part, monkeypatch):
    rng = np.random.default_rng(seed)
    monkeypatch.setattr(level_conditioning, "MIN_WEIGHT", 0.0)
    monkeypatch.setattr(level_conditioning, "MAX_NODES", 10**6)
    level = make_level(rng, n_modes=n_modes)
    n_cells = len(level.mean)
    cell = np.sort(rng.choice(n_cells, n_cells // 2, replace=False))
    value = level.mean[cell] + rng.normal(0.4, 0.4, len(cell))
    part = some_in_part(rng, len(cell)) if in_part else None
    observed = Observed(cell, value, rng.uniform(0.001, 0.05, len(cell)), part)
    mean, variance = condition_level(level, observed).cell_moments()
    exact_mean, exact_variance = exact_moments(level, observed)
    left = np.setdiff1d(np.arange(n_cells), cell)
    np.testing.assert_allclose(mean[left], exact_mean[left], atol=1e-8)
    np.testing.assert_allclose(variance[left], exact_variance[left], atol=1e-8)


@pytest.mark.parametrize("seed", range(3))
def test_a_cell_seen_as_a_whole_keeps_its_own_departure(seed, monkeypatch):
    """The exact posterior of the observed cells too, their own departures with it."""
    rng = np.random.default_rng(seed)
    monkeypatch.setattr(level_conditioning, "MIN_WEIGHT", 0.0)
    monkeypatch.setattr(level_conditioning, "MAX_NODES", 10**6)
    level = make_level(rng, n_modes=3, cell_sd=np.full(27, 0.3))
    cell = np.sort(rng.choice(27, 13, replace=False))
    value = level.mean[cell] + rng.normal(0.4, 0.4, len(cell))
    part = some_in_part(rng, len(cell)) if seed else None
    observed = Observed(cell, value, rng.uniform(0.001, 0.05, len(cell)), part)
    posterior = condition_level(level, observed)
    mean, variance = replace(posterior, level=posterior.level.seen(observed)).cell_moments()
    exact_mean, exact_variance = exact_moments(level, observed)
    np.testing.assert_allclose(mean, exact_mean, atol=1e-8)
    np.testing.assert_allclose(variance, exact_variance, atol=1e-8)


def test_the_evidence_of_what_units_share_is_the_exact_one():
    level = make_level(np.random.default_rng(5), n_modes=1)
    cell = np.arange(0, 9, 2)
    observed = Observed(cell, level.mean[cell] + level.shared[cell, 0], np.full(5, 0.01))
    ratios = (0.5, 2.0, 6.0)

    def known_ratio(ratio):
        return replace(level, shared_ratio=ratio, shared_log_sd=0.0)

    exact = [
        logsumexp([log for log, *_ in exact_grid(known_ratio(ratio), observed)]) for ratio in ratios
    ]
    found = shared_evidence(level, observed, ratios)
    np.testing.assert_allclose(np.diff(found), np.diff(exact), atol=1e-8)


def test_what_is_counted_moves_units_like_it():
    """A unit out goes with those whose row it shares, and the more of them the surer."""
    level = make_level(
        np.random.default_rng(6),
        n_units=6,
        n_modes=1,
        n_counties=1,
        x=np.ones((6, 1)),
        covariance=np.array([[0.01]]),
        shared=np.repeat(np.eye(2), 3, axis=0),
    )
    cell = np.array([0, 1])
    observed = Observed(cell, level.mean[cell] + 0.4, np.full(2, 0.001))
    mean, variance = condition_level(level, observed).cell_moments()
    assert (mean - level.mean)[2] > 2 * (mean - level.mean)[3] > 0
    assert variance[2] < variance[3]


def test_light_points_left_out_move_little():
    rng = np.random.default_rng(3)
    level = make_level(rng, n_units=20, n_modes=1)
    cell = np.arange(0, 20, 2)
    observed = Observed(cell, level.mean[cell] + rng.normal(0.2, 0.2, 10), np.full(10, 0.01))
    mean, variance = condition_level(level, observed).cell_moments()
    exact_mean, exact_variance = exact_moments(level, observed)
    left = np.arange(1, 20, 2)
    sd = np.sqrt(exact_variance[left])
    assert (np.abs(mean - exact_mean)[left] < 0.05 * sd).all()
    assert (np.abs(np.sqrt(variance[left]) / sd - 1) < 0.05).all()


def test_nothing_observed_gives_the_prior_back():
    level = make_level(np.random.default_rng(1))
    nothing = Observed(np.zeros(0, dtype=np.intp), np.zeros(0), np.zeros(0))
    posterior = condition_level(level, nothing)
    mean, _ = posterior.coefficients()
    np.testing.assert_allclose(mean, 0, atol=1e-12)
    np.testing.assert_allclose(posterior.cell_moments()[0], level.mean)


def test_a_count_far_from_the_forecast_pulls_itself_loose():
    """The heavy tail: the farther the count, the less of the prior is left in the posterior."""
    rng = np.random.default_rng(2)
    level = make_level(
        rng,
        n_units=3,
        n_modes=1,
        x=np.ones((3, 1)),
        shared=np.zeros((3, 0)),
        covariance=np.array([[0.01]]),
        variances=np.array([0.5, 20.0]),
        variance_weights=np.array([0.95, 0.05]),
    )

    def shrunk(distance):
        value = level.mean[:2] + distance
        observed = Observed(np.arange(2), value, np.full(2, 0.001))
        return condition_level(level, observed).coefficients()[0][0] / distance

    assert shrunk(2.0) > 1.5 * shrunk(0.1)


def test_many_parts_say_less_than_as_many_wholes():
    """What all parts share stays, however many of them are counted."""
    level = make_level(np.random.default_rng(9), n_units=200, n_modes=1, n_counties=1)
    cell = np.arange(199)
    value, chance = level.mean[cell] + 0.3, np.full(199, 1e-4)

    def sd(part):
        observed = Observed(cell, value, chance, part)
        return np.sqrt(condition_level(level, observed).coefficients()[1][0, 0])

    assert sd(np.full(199, 0.2)) > 3 * sd(None)
    # One whole unit hardly helps, a hundred do.
    assert sd(np.where(cell < 100, 0.0, 0.2)) < 1.5 * sd(None)


def coverage(n_sims, seed, n_units=40, *, in_part=False):
    """Truths drawn from the hierarchy with its own scales: how often intervals hold a cell's."""
    rng = np.random.default_rng(seed)
    ranks = []
    for _ in range(n_sims):
        level = make_level(rng, n_units=n_units, n_modes=1, n_counties=4)
        at = rng.choice(2, p=level.variance_weights)
        log_sds = [level.unit_log_sd, level.county_log_sd, level.shared_log_sd]
        scales = np.exp(rng.normal(0, log_sds))
        covariance = dense_covariance(level, level.variances[at], *scales)
        truth = level.mean + np.linalg.cholesky(covariance) @ rng.standard_normal(n_units)
        cell = np.sort(rng.choice(n_units, int(rng.integers(1, n_units)), replace=False))
        variance = np.full(len(cell), 0.005)
        seen = truth[cell] + np.sqrt(variance) * rng.standard_normal(len(cell))
        part = some_in_part(rng, len(cell)) if in_part else np.zeros(len(cell))
        seen += part * np.sqrt(level.variances[at]) * rng.standard_normal()
        mean, spread = condition_level(level, Observed(cell, seen, variance, part)).cell_moments()
        left = np.setdiff1d(np.arange(n_units), cell)
        # One cell a truth: those of one truth are not independent.
        one = int(rng.choice(left)) if len(left) else 0
        ranks.append((truth[one] - mean[one]) / np.sqrt(spread[one]))
    return np.array(ranks)


def check_calibration(scores):
    n = len(scores)
    for level, z in ((0.8, 1.2816), (0.95, 1.96)):
        inside = (np.abs(scores) < z).mean()
        # A mixture is not quite normal: a point and a half on top of five Monte Carlo errors.
        assert abs(inside - level) < 5 * np.sqrt(level * (1 - level) / n) + 0.015, (level, inside)
    assert abs(scores.mean()) < 5 / np.sqrt(n)
    assert abs(scores.std() - 1) < 5 / np.sqrt(2 * n) + 0.1


@pytest.mark.parametrize("in_part", [False, True])
def test_truths_of_the_hierarchy_lie_in_its_intervals(in_part):
    check_calibration(coverage(150, 11, in_part=in_part))


@pytest.mark.slow
@pytest.mark.parametrize("in_part", [False, True])
def test_many_truths_of_the_hierarchy_lie_in_its_intervals(in_part):
    check_calibration(coverage(4000, 12, in_part=in_part))
