"""Simulated runoffs: reproducible, conserved, symmetric, and as wide as configured."""

import os
import subprocess
import sys
import warnings
from dataclasses import replace

import numpy as np
import pytest

from forecast.runoff.keep import Keep
from forecast.runoff.simulation import simulate_runoffs
from forecast.stats.distributions import Fixed, ShareRange
from tests.runoff.builders import (
    certain_priors,
    make_posterior,
    make_units,
    mirrored,
    mixed_race,
    typical_priors,
)

POINTS = 25.0  # a point is 1/25 on the log-odds scale
LARGE_UNIT = 4_000_000  # voters: the chance of the count is next to nothing


def simulate(units, priors=None, *, n_draws=300, seed=1, **options):
    posterior = options.pop("posterior", None) or make_posterior(units)
    priors = priors or typical_priors()
    return simulate_runoffs(units, posterior, priors, n_draws=n_draws, seed=seed, **options)


def logit_share(draws):
    votes = draws.votes
    return np.log(votes[:, 0] / votes[:, 1])


def standard_error(values):
    return values.std(ddof=1) / np.sqrt(len(values))


def assert_means_agree(one, other):
    """Means of independent runs, within five Monte Carlo errors of their difference."""
    tolerance = 5 * np.hypot(standard_error(one), standard_error(other))
    assert abs(one.mean() - other.mean()) < tolerance


# One seed, the same bits ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"workers": 1}, {"workers": 2}),
        ({"n_draws": 300}, {"n_draws": 1000}),
        ({}, {"keep": Keep(flows=True, unit_draws=17)}),
    ],
    ids=["workers", "draws", "keep"],
)
def test_the_same_seed_gives_the_same_bits(one, other):
    units = mixed_race()
    first, second = simulate(units, **one), simulate(units, **other)
    common = min(first.n_draws, second.n_draws)
    np.testing.assert_array_equal(first.county_votes[:common], second.county_votes[:common])


def test_flows_and_units_are_the_same_bits_too():
    units = mixed_race()
    keep = Keep(flows=True, unit_draws=290)
    few = simulate(units, keep=keep, workers=1)
    many = simulate(units, keep=keep, workers=2, n_draws=600)
    np.testing.assert_array_equal(few.unit_votes, many.unit_votes)
    np.testing.assert_array_equal(few.flows.to_finalists, many.flows.to_finalists[:300])


def bits_of_a_wide_race():
    """Votes of a race with products of matrices that are worth cutting, as text."""
    votes = np.random.default_rng(1).integers(0, 300, size=(256, 20))
    units = make_units(votes, 3 * votes.sum(axis=1), sides=np.tile([0, 1, 0, 1, -1], 4))
    return simulate(units, n_draws=1500).county_votes.tobytes().hex()


@pytest.mark.parametrize("threads", ["1", "2"])
def test_threads_of_the_matrix_library_change_no_bit(threads):
    variables = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    program = "from tests.runoff import test_simulation as t; print(t.bits_of_a_wide_race())"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | dict.fromkeys(variables, threads),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == bits_of_a_wide_race()


def test_many_tiles_of_units_add_up():
    units = mixed_race(n_units=2100)
    draws = simulate(units, n_draws=20, keep=Keep(unit_draws=20))
    for county in range(3):
        inside = draws.unit_votes[:, units.county_index == county].sum(axis=1, dtype=float)
        np.testing.assert_array_equal(inside, draws.county_votes[:, county])


# What must hold in every draw -------------------------------------------------------------


@pytest.mark.parametrize("noise", ["auto", "exact", "normal"])
def test_votes_are_whole_and_never_above_the_eligible(noise):
    units = mixed_race()
    votes = simulate(units, noise=noise, keep=Keep(unit_draws=300)).unit_votes
    assert (votes >= 0).all()
    assert (votes.sum(axis=2) <= units.eligible).all()
    np.testing.assert_array_equal(votes, np.rint(votes))
    assert not votes[:, 0].any(), "a unit without voters"


def test_flows_conserve_the_voters():
    units = mixed_race()
    draws = simulate(units, keep=Keep(flows=True))
    flows = draws.flows.to_finalists
    sources = np.append(
        units.candidate_votes.sum(axis=0), (units.eligible - units.votes_cast).sum()
    )
    # Float32 arithmetic: a thousandth of a vote in a thousand.
    np.testing.assert_allclose(flows.sum(axis=1), draws.votes, rtol=1e-4)
    assert (flows >= 0).all()
    home = sources - flows.sum(axis=2)
    assert (home >= -1e-4 * sources).all()


def test_flows_of_loyal_voters_go_home_or_stay():
    units = mixed_race()
    priors = certain_priors(loyalty=Fixed(1 - 1e-7))
    flows = simulate(units, priors, keep=Keep(flows=True)).flows.to_finalists.mean(axis=0)
    assert flows[0, 0] > 0.8 * units.candidate_votes[:, 0].sum()
    # Whoever a count takes from those at home may choose either: a few in a hundred.
    assert flows[0, 1] < 0.03 * units.candidate_votes[:, 0].sum()


# Edges ------------------------------------------------------------------------------------


EDGES = {
    "one unit": make_units([[500, 400, 100, 50]], [2000]),
    "one empty unit": make_units([[0, 0, 0, 0]], [0]),
    "nobody voted": make_units([[0, 0, 0, 0]], [1000]),
    "nobody absent": make_units([[500, 400, 100, 50]], [1050]),
    "two candidates": make_units([[500, 400]], [2000], sides=np.array([0, 1])),
    "one voter a unit": make_units(np.eye(4, dtype=int), np.ones(4)),
    "one-sided": make_units([[900, 0, 100, 0]] * 3, [1000] * 3, baseline_share=1.0),
}


@pytest.mark.parametrize("units", EDGES.values(), ids=EDGES)
@pytest.mark.parametrize("noise", ["auto", "normal"])
def test_edges(units, noise):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        draws = simulate(units, noise=noise, keep=Keep(flows=True, unit_draws=5))
    assert np.isfinite(draws.votes).all()
    assert np.isfinite(draws.flows.to_finalists).all()
    assert (draws.votes.sum(axis=1) <= units.eligible.sum()).all()


def test_nobody_returns():
    nobody = Fixed(1e-12)
    priors = typical_priors(
        retention_finalist=nobody,
        retention_bloc=nobody,
        retention_other=nobody,
        arrivals_rate=nobody,
    )
    assert not simulate(mixed_race(), priors, noise="exact").votes.any()


@pytest.mark.parametrize("noise", ["exact", "normal"])
def test_everybody_returns(noise):
    everybody = Fixed(1 - 1e-12)
    priors = certain_priors(
        retention_finalist=everybody,
        retention_bloc=everybody,
        retention_other=everybody,
        arrivals_rate=everybody,
    )
    units = mixed_race()
    votes = simulate(units, priors, noise=noise).votes
    np.testing.assert_allclose(votes.sum(axis=1), units.eligible.sum(), rtol=1e-6)


def test_a_wild_error_gives_no_nonsense():
    # Half a degree of freedom: errors of any size come up.
    priors = typical_priors(error_race_lean=Fixed(50), error_race_tail=Fixed(0.5))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        draws = simulate(mixed_race(), priors, n_draws=2000)
    assert np.isfinite(draws.votes).all()
    assert (draws.votes >= 0).all()


def test_units_as_different_as_can_be_have_votes_that_add_up():
    """Sizes that few finished races leave open, and units where everybody votes."""
    units = mixed_race()
    units = replace(units, eligible=units.votes_cast.astype(float))
    priors = typical_priors(error_unit_lean=Fixed(2_000), error_unit_turnout=Fixed(2_000))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        draws = simulate(units, priors)
    assert np.isfinite(draws.votes).all()
    assert (draws.votes.sum(axis=1) <= units.eligible.sum() + 1).all()


# Symmetry ---------------------------------------------------------------------------------


def test_swapped_finalists_mirror_the_distribution():
    units = mixed_race()
    swapped = mirrored(units)
    plain = simulate(units, n_draws=4000, seed=1)
    mirror = simulate(swapped, n_draws=4000, seed=2)
    assert_means_agree(logit_share(plain), -logit_share(mirror))
    assert_means_agree(plain.votes.sum(axis=1), mirror.votes.sum(axis=1))
    spreads = [np.abs(logit_share(d) - np.median(logit_share(d))) for d in (plain, mirror)]
    assert_means_agree(*spreads)


# Widths -----------------------------------------------------------------------------------


def one_large_unit():
    half = LARGE_UNIT // 4
    return make_units([[half, half, 0, 0]], [LARGE_UNIT])


def several_counties(n_counties):
    """Equal large units, one a county."""
    units = one_large_unit()
    return make_units(
        np.repeat(units.candidate_votes, n_counties, axis=0),
        np.repeat(units.eligible, n_counties),
        counties=[f"county {index}" for index in range(n_counties)],
    )


def assert_spread(values, expected, kurtosis=3.0):
    """Standard deviation within five Monte Carlo errors (delta method)."""
    error = expected * np.sqrt((kurtosis - 1) / (4 * len(values)))
    assert abs(values.std() - expected) < 5 * error


def test_without_errors_there_is_next_to_no_spread():
    assert logit_share(simulate(one_large_unit(), certain_priors())).std() < 0.01


def test_race_error_of_the_lean_is_as_configured():
    priors = certain_priors(error_race_lean=Fixed(5))
    spread = logit_share(simulate(one_large_unit(), priors, n_draws=5000))
    # With 200 degrees of freedom a Student t is a normal, 0.5% wider.
    assert_spread(spread, 5 / POINTS * np.sqrt(200 / 198))


def test_race_error_has_the_tail_of_student():
    priors = certain_priors(error_race_lean=Fixed(3.5), error_race_tail=Fixed(4))
    n_draws = 10_000
    values = np.abs(logit_share(simulate(one_large_unit(), priors, n_draws=n_draws)))
    # Quantiles of Student's t with 4 degrees of freedom: 2.132 leaves 10%, 4.604 1% outside.
    for quantile, outside in ((2.1318, 0.1), (4.6041, 0.01)):
        error = np.sqrt(outside * (1 - outside) / n_draws)
        found = (values > quantile * 3.5 / POINTS).mean()
        assert abs(found - outside) < 5 * error
    # A normal of the same quartiles would leave 1 in 2,600 outside the second: not this.
    assert found > 0.005


def test_race_error_of_the_turnout_is_as_configured():
    priors = certain_priors(error_race_turnout=Fixed(4))
    voting = simulate(one_large_unit(), priors, n_draws=5000).votes.sum(axis=1) / LARGE_UNIT
    assert_spread(np.log(voting / (1 - voting)), 4 / POINTS)


@pytest.mark.parametrize("level", ["county", "unit"])
def test_errors_of_counties_and_units_are_as_configured_and_independent(level):
    name = {f"error_{level}_lean": Fixed(4)}
    units = several_counties(6)
    draws = simulate(units, certain_priors(**name), n_draws=2000, keep=Keep(unit_draws=2000))
    votes = draws.unit_votes.astype(float)
    lean = np.log(votes[..., 0] / votes[..., 1])
    # Errors of six equal counties around their mean: 5/6 of the variance, correlation -1/5.
    together = -0.2 if level == "county" else 0.0
    assert_spread(lean.ravel(), 4 / POINTS * np.sqrt(5 / 6 if level == "county" else 1))
    correlations = np.corrcoef(lean.T)[np.triu_indices(6, 1)]
    assert (np.abs(correlations - together) < 5 / np.sqrt(2000)).all()


def test_errors_of_counties_do_not_move_the_race():
    priors = certain_priors(error_county_lean=Fixed(4), error_county_turnout=Fixed(4))
    counties = simulate(several_counties(6), priors, n_draws=2000)
    lean = np.log(counties.county_votes[..., 0] / counties.county_votes[..., 1])
    assert lean.std() > 0.1
    assert logit_share(counties).std() < 0.02  # the race's own error is its own
    alone = simulate(one_large_unit(), priors, n_draws=2000)
    assert logit_share(alone).std() < 0.01


def test_mean_reversion_acts_on_what_the_streams_add_up_to():
    kept, shrunk = (
        logit_share(simulate(one_large_unit(), certain_priors(reversion=Fixed(slope)), n_draws=100))
        for slope in (0.0, -0.5)
    )
    arrivals = certain_priors().arrivals_rate  # lean as the returning voters, before reversion
    assert arrivals == Fixed(0.1)
    assert shrunk.mean() == pytest.approx(0.5 * kept.mean(), abs=0.01)


@pytest.mark.parametrize("level", ["race", "county", "unit"])
def test_lean_and_turnout_errors_correlate_as_configured(level):
    changes = {
        f"error_{level}_lean": Fixed(4),
        f"error_{level}_turnout": Fixed(4),
        f"error_{level}_correlation": Fixed(0.7),
    }
    n_draws = 4000
    # The first of two equal counties, which differ around the race.
    units = several_counties(2)
    draws = simulate(units, certain_priors(**changes), n_draws=n_draws)
    votes = draws.county_votes[:, 0]
    voting = votes.sum(axis=1) / LARGE_UNIT
    lean = np.log(votes[:, 0] / votes[:, 1])
    found = np.corrcoef(lean, np.log(voting / (1 - voting)))[0, 1]
    # Fisher's z has a standard error of 1 / sqrt(n - 3).
    assert abs(np.arctanh(found) - np.arctanh(0.7)) < 5 / np.sqrt(n_draws - 3)


def test_a_shared_error_does_not_average_out_and_a_unit_error_does():
    units = several_counties(25)
    one, other = (
        logit_share(simulate(units, certain_priors(**{name: Fixed(4)}), n_draws=2000))
        for name in ("error_race_lean", "error_unit_lean")
    )
    assert_spread(one, 4 / POINTS * np.sqrt(200 / 198))
    # Of 25 equal units a fifth is left; the votes are near even, so log-odds nearly average.
    assert_spread(other, 4 / POINTS / 5)


def test_what_is_uncertain_about_the_first_round_reaches_the_runoff():
    units = one_large_unit()
    wide = make_posterior(units, n_samples=400, concentration=1e9)
    lean = np.random.default_rng(4).standard_normal((400, 1)).astype(np.float32)
    wide = replace(wide, lean_level=lean)
    priors = certain_priors(arrivals_rate=ShareRange(0.4, 0.6))
    narrow = make_posterior(units, concentration=1e9)
    spreads = [logit_share(simulate(units, priors, posterior=p)).std() for p in (wide, narrow)]
    assert spreads[0] > 5 * spreads[1]
