"""Pairs of standard normals: the right distribution, also in the tails, and independent."""

from math import erfc, sqrt

import numpy as np
import pytest

from forecast.stats.normals import normal_pair

SHAPE = (500, 2000)
N = SHAPE[0] * SHAPE[1]
PAIR = normal_pair(np.random.Generator(np.random.SFC64(1)), SHAPE)


@pytest.mark.parametrize("values", PAIR, ids=["one", "other"])
def test_moments_are_those_of_a_standard_normal(values):
    values = values.astype(float)
    # Variances of the first four powers: 1, 2, 15, 96.
    for power, expected, variance in ((1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96)):
        assert abs((values**power).mean() - expected) < 5 * np.sqrt(variance / N)


@pytest.mark.parametrize("values", PAIR, ids=["one", "other"])
@pytest.mark.parametrize("end", [-4.0, -3.0, -2.0, -1.0, -0.1, 0.5, 1.5, 2.5, 3.5])
def test_as_many_lie_below_as_should(values, end):
    expected = erfc(-end / sqrt(2)) / 2
    assert abs((values < end).mean() - expected) < 5 * np.sqrt(expected * (1 - expected) / N)


def test_nothing_is_infinite_and_the_tail_is_there():
    for values in PAIR:
        assert np.isfinite(values).all()
        assert np.abs(values).max() > 4.3  # of a million all are below: 1 time in 10 million


def test_the_two_and_their_sizes_are_independent():
    one, other = (values.astype(float).ravel() for values in PAIR)
    for f in (lambda v: v, np.square, np.abs):
        assert abs(np.corrcoef(f(one), f(other))[0, 1]) < 5 / np.sqrt(N)
    # Neighbours, in either direction.
    for values in PAIR:
        for a, b in ((values[:-1], values[1:]), (values[:, :-1], values[:, 1:])):
            assert abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) < 5 / np.sqrt(a.size)
