import numpy as np
import pytest
from scipy import stats

from forecast.errors import ForecastError
from forecast.evidence.poll_likelihood import poll_likelihood
from forecast.evidence.poll_weights import pareto_shape, poll_effect, weigh
from forecast.stats.distributions import expit, logit
from tests.evidence.builders import KIND, RUNOFF, make_errors, make_poll


@pytest.fixture(scope="module")
def reading():
    return poll_likelihood([make_poll(0.46, 0.5)], make_errors(), KIND, runoff=RUNOFF)


@pytest.fixture(scope="module")
def shares():
    return expit(0.15 + 0.2 * np.random.default_rng(4).standard_normal(40_000))


def exact(reading, mean, sd):
    """Posterior of the share by quadrature: normal forecast times the likelihood."""
    x = np.linspace(mean - 8 * sd, mean + 8 * sd, 20_001)
    density = stats.norm.pdf(x, mean, sd) * stats.t.pdf(
        x, reading.df, reading.location, reading.scale
    )
    density /= density.sum()
    share = expit(x)
    average = density @ share
    return average, np.sqrt(density @ (share - average) ** 2), density[share > 0.5].sum()


def test_weighted_draws_have_the_posterior(reading, shares):
    weights = weigh(shares, reading)
    effect = poll_effect(shares, weights).with_polls
    mean, sd, won = exact(reading, 0.15, 0.2)
    error = 5 / np.sqrt(weights.effective)
    assert abs(effect.mean - mean) < error * sd
    assert abs(effect.sd - sd) < error * sd
    assert abs(effect.win_probability - won) < error * 0.5


def test_without_is_the_plain_draws_and_the_polls_move_towards_themselves(reading, shares):
    effect = poll_effect(shares, weigh(shares, reading))
    assert effect.without.mean == pytest.approx(shares.mean())
    assert effect.without.sd == pytest.approx(shares.std())
    assert effect.without.win_probability == pytest.approx((shares > 0.5).mean())
    assert reading.mean < effect.with_polls.mean < effect.without.mean
    assert effect.with_polls.sd < effect.without.sd


def test_the_resampled_draws_are_the_weighted_ones(reading, shares):
    weights = weigh(shares, reading)
    chosen = weights.resample(10_000, seed=3)
    counts = np.bincount(chosen, minlength=len(shares))
    expected = 10_000 * weights.weights
    assert np.all(np.abs(counts - expected) < 1 + 1e-6)
    assert abs(shares[chosen].mean() - poll_effect(shares, weights).with_polls.mean) < 2e-5
    assert abs(shares[chosen].std() - poll_effect(shares, weights).with_polls.sd) < 1e-4
    # In random order: a first part of them says the same as all.
    assert abs(shares[chosen[:2500]].mean() - shares[chosen].mean()) < 5 * 0.04 / 50


def test_one_seed_one_choice(reading, shares):
    weights = weigh(shares, reading)
    np.testing.assert_array_equal(weights.resample(500, 1), weights.resample(500, 1))
    assert not np.array_equal(weights.resample(500, 1), weights.resample(500, 2))


def test_equal_weights_are_worth_all_draws(reading):
    weights = weigh(np.full(1000, 0.5), reading)
    assert weights.effective == pytest.approx(1000)
    weights.require()


def test_draws_that_nobody_wins_or_takes_all_are_no_fault(reading):
    weights = weigh(np.array([0.0, 0.3, 0.5, 0.7, 1.0]), reading)
    assert np.isfinite(weights.weights).all()


def test_polls_far_from_the_forecast_are_refused():
    narrow = make_errors(
        race_error={KIND: make_errors().race_error[KIND].__class__(0.005, 0.01, 5)},
        df=50.0,
        undecided_race=0.0,
        undecided_poll=0.0,
        day=0.0,
        design=0.01,
        poll=0.0,
        house=0.0,
    )
    reading = poll_likelihood([make_poll(0.2, 0.7)], narrow, KIND, runoff=RUNOFF)
    shares = expit(logit(0.6) + 0.1 * np.random.default_rng(1).standard_normal(5000))
    with pytest.raises(ForecastError, match="few draws"):
        weigh(shares, reading).require()


@pytest.mark.parametrize("shape", [0.2, 0.8])
def test_the_shape_of_a_pareto_tail_is_found(shape):
    weights = stats.genpareto.rvs(shape, size=100_000, random_state=np.random.default_rng(2))
    # The tail has 949 weights: a standard error near (1 + shape) / √949.
    assert pareto_shape(weights) == pytest.approx(shape, abs=5 * (1 + shape) / np.sqrt(949))
