"""Priors in people's units: their draws have the ranges that they tell."""

import numpy as np
import pytest

from forecast.stats.distributions import Fixed, Points, PointsSize, ShareRange, expit, logit

N_DRAWS = 40_000
PRIORS = [
    ShareRange(0.75, 0.97),
    ShareRange(0.02, 0.25),
    Points(-2, 6),
    PointsSize(3.5),
]


@pytest.mark.parametrize("prior", PRIORS, ids=repr)
def test_draws_fall_below_either_end_as_often_as_said(prior):
    draws = prior.sample(np.random.default_rng(1), N_DRAWS)
    # Binomial error of the part of draws below a 5% or a 95% quantile.
    error = np.sqrt(0.05 * 0.95 / N_DRAWS)
    low, high = prior.range_90()
    assert abs((draws < low).mean() - 0.05) < 5 * error
    assert abs((draws < high).mean() - 0.95) < 5 * error


@pytest.mark.parametrize("prior", [*PRIORS, Fixed(0.3)], ids=repr)
@pytest.mark.parametrize("shape", [7, (3, 2), 0])
def test_shape_of_draws(prior, shape):
    expected = (shape,) if isinstance(shape, int) else shape
    assert prior.sample(np.random.default_rng(1), shape).shape == expected


def test_shares_stay_inside_and_sizes_above_zero():
    rng = np.random.default_rng(2)
    shares = ShareRange(0.95, 0.995).sample(rng, N_DRAWS)
    assert (shares > 0).all()
    assert (shares < 1).all()
    assert (PointsSize(1).sample(rng, N_DRAWS) >= 0).all()


def test_fixed_leaves_the_generator_alone():
    rng = np.random.default_rng(3)
    before = rng.bit_generator.state
    np.testing.assert_array_equal(Fixed(4).sample(rng, 3), [4, 4, 4])
    assert rng.bit_generator.state == before


def test_expit_undoes_logit_and_does_not_overflow():
    shares = np.array([1e-9, 0.1, 0.5, 0.999])
    np.testing.assert_allclose(expit(logit(shares)), shares, rtol=1e-6)
    with np.errstate(all="raise"):
        np.testing.assert_array_equal(expit(np.array([-1e4, 1e4])), [0, 1])
