"""Weighted runoffs against closed forms: the posterior, resampling, and weights to refuse."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from forecast.errors import ForecastError
from forecast.evidence.poll_likelihood import poll_likelihood
from forecast.evidence.polls import Polls
from forecast.evidence.weighted_draws import WeightedDraws
from forecast.stats.distributions import expit, logit
from forecast.stats.importance import pareto_shape
from tests.evidence.builders import KIND, RUNOFF, draws_of, make_errors, make_poll


def polls_of(likelihood):
    return Polls(likelihood, polls_to=RUNOFF, known_to=RUNOFF, inputs={})


@pytest.fixture(scope="module")
def polls():
    return polls_of(poll_likelihood([make_poll(0.46, 0.5)], make_errors(), KIND, runoff=RUNOFF))


@pytest.fixture(scope="module")
def simulated():
    rng = np.random.default_rng(4)
    return WeightedDraws(draws_of(expit(0.15 + 0.2 * rng.standard_normal(40_000))))


@pytest.fixture(scope="module")
def weighted(polls, simulated):
    return polls.condition(simulated)


def exact(likelihood, mean, sd):
    """Posterior of the share by quadrature: normal forecast times the likelihood."""
    x = np.linspace(mean - 8 * sd, mean + 8 * sd, 20_001)
    density = stats.norm.pdf(x, mean, sd) * stats.t.pdf(
        x, likelihood.df, likelihood.location, likelihood.scale
    )
    density /= density.sum()
    share = expit(x)
    average = density @ share
    return average, np.sqrt(density @ (share - average) ** 2), density[share > 0.5].sum()


def test_weighted_draws_have_the_posterior(polls, weighted):
    found = weighted.summary()
    mean, sd, won = exact(polls.likelihood, 0.15, 0.2)
    error = 5 / np.sqrt(weighted.effective)
    assert abs(found.mean - mean) < error * sd
    assert abs(found.sd - sd) < error * sd
    assert abs(found.win_probability - won) < error * 0.5


def test_without_weights_the_summary_is_that_of_plain_draws(polls, simulated, weighted):
    without = simulated.summary()
    assert without.mean == pytest.approx(simulated.shares.mean())
    assert without.sd == pytest.approx(simulated.shares.std())
    assert without.win_probability == pytest.approx((simulated.shares > 0.5).mean())
    assert polls.alone.mean < weighted.summary().mean < without.mean
    assert weighted.summary().sd < without.sd


def test_likelihoods_multiply_in_any_order(simulated):
    one, other = np.random.default_rng(5).standard_normal((2, len(simulated.shares)))
    both = simulated.reweighted(one).reweighted(other)
    np.testing.assert_allclose(both.weights, simulated.reweighted(other + one).weights)
    product = np.exp(one) * np.exp(other)
    np.testing.assert_allclose(both.weights, product / product.sum())


def test_the_resampled_draws_are_the_weighted_ones(simulated, weighted):
    n_wanted = 10_000
    chosen = weighted.resampled(n_wanted, seed=3)
    assert chosen.n_draws == n_wanted
    assert np.all(np.abs(chosen.copies - n_wanted * weighted.weights) < 1 + 1e-6)
    shares = WeightedDraws(chosen).shares
    assert abs(shares.mean() - weighted.summary().mean) < 2e-5
    assert abs(shares.std() - weighted.summary().sd) < 1e-4
    # In random order: a first part of them says the same as all.
    assert abs(shares[:2500].mean() - shares.mean()) < 5 * 0.04 / 50


def test_one_seed_one_choice(weighted):
    first, again, other = (weighted.resampled(500, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.county_votes, again.county_votes)
    assert not np.array_equal(first.county_votes, other.county_votes)


def test_draws_of_equal_weight_are_worth_all_draws(polls):
    level = polls.condition(WeightedDraws(draws_of(np.full(1000, 0.5))))
    assert level.effective == pytest.approx(1000)
    level.require_reliable("polls")


def test_draws_that_nobody_wins_or_takes_all_are_no_fault(polls):
    draws = draws_of(np.array([0.0, 0.3, 0.5, 0.7, 1.0]))
    nobody = replace(
        draws, county_votes=draws.county_votes * np.array([1, 1, 0, 1, 1])[:, None, None]
    )
    for simulated in (draws, nobody):
        assert np.isfinite(polls.condition(WeightedDraws(simulated)).weights).all()


def test_weights_raise_the_monte_carlo_error(simulated, weighted):
    plain, polled = simulated.monte_carlo_error(), weighted.monte_carlo_error()
    won = weighted.summary().win_probability
    # The draws are independent, so the delta method for a ratio of sums gives the variance.
    exact_error = np.sqrt((weighted.weights**2 * ((simulated.shares > 0.5) - won) ** 2).sum())
    assert polled == pytest.approx(exact_error, rel=0.1)
    wins = (simulated.shares > 0.5).mean()
    assert plain == pytest.approx(np.sqrt(wins * (1 - wins) / 40_000))
    assert polled > plain


def test_moved_votes_keep_the_weights_and_leave_out_what_was_kept_of_units(weighted):
    votes = weighted.draws.county_votes[:, :, ::-1]
    moved = weighted.moved(votes)
    np.testing.assert_array_equal(moved.weights, weighted.weights)
    assert moved.summary().mean == pytest.approx(1 - weighted.summary().mean)
    assert (moved.draws.flows, moved.draws.units, len(moved.draws.unit_votes)) == (None, None, 0)


def test_polls_far_from_the_forecast_are_refused():
    narrow = make_errors(
        race_error={KIND: replace(make_errors().race_error[KIND], median=0.005, log_sd=0.01)},
        df=50.0,
        undecided_race=0.0,
        undecided_poll=0.0,
        day=0.0,
        design=0.01,
        poll=0.0,
        house=0.0,
    )
    polls = polls_of(poll_likelihood([make_poll(0.2, 0.7)], narrow, KIND, runoff=RUNOFF))
    shares = expit(logit(0.6) + 0.1 * np.random.default_rng(1).standard_normal(5000))
    weighted = polls.condition(WeightedDraws(draws_of(shares)))
    with pytest.raises(ForecastError, match=r"the polls lie where .* few draws: 5,000 draws have"):
        weighted.require_reliable("polls")


@pytest.mark.parametrize("shape", [0.2, 0.8])
def test_the_shape_of_a_pareto_tail_is_found(shape):
    weights = stats.genpareto.rvs(shape, size=100_000, random_state=np.random.default_rng(2))
    # The tail has 949 weights: a standard error near (1 + shape) / √949.
    assert pareto_shape(weights) == pytest.approx(shape, abs=5 * (1 + shape) / np.sqrt(949))
