"""Concentrations against the beta distribution itself, on arrays and tensors."""

import numpy as np
import pytensor.tensor as pt
import pytest
from scipy import stats

from forecast.stats.beta import concentration_of_spread, concentration_of_variance


@pytest.mark.parametrize("points", [0.5, 5.0, 30.0])
def test_a_beta_of_that_concentration_has_the_spread_at_an_even_split(points):
    c = concentration_of_spread(points)
    assert 100 * stats.beta(c / 2, c / 2).std() == pytest.approx(points)


@pytest.mark.parametrize("mean", [0.1, 0.5, 0.97])
def test_a_relative_variance_means_the_same_at_every_mean(mean):
    c = concentration_of_variance(0.02)
    assert stats.beta(c * mean, c * (1 - mean)).var() == pytest.approx(0.02 * mean * (1 - mean))


def test_a_coin_that_is_all_or_nothing_has_no_concentration():
    assert concentration_of_spread(50) == 0


def test_tensors_and_arrays_give_the_same_numbers():
    points = np.linspace(0.05, 45, 101)
    tensor = concentration_of_spread(pt.as_tensor_variable(points)).eval()
    np.testing.assert_allclose(tensor, concentration_of_spread(points), rtol=1e-12)
