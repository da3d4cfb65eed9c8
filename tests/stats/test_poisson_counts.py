"""Counts from the table are as those of a generator."""

import numpy as np
import pytest

from forecast.stats.poisson_counts import POISSON_BELOW, counts_around


@pytest.mark.parametrize(("low", "high"), [(0, 0.2), (0.5, 3), (10, 30), (50, 80)])
def test_counts_have_the_mean_and_variance_of_poisson_ones(low, high):
    rng = np.random.default_rng(1)
    means = rng.uniform(low, high, 400_000).astype(np.float32)
    counts = counts_around(means.reshape(4, -1), rng).astype(np.float64)
    assert counts.shape == (4, 100_000)
    assert counts.mean() == pytest.approx(means.mean(), rel=0.02)
    assert counts.var() == pytest.approx(means.mean() + means.var(), rel=0.03)


def test_counts_of_few_are_whole_numbers():
    means = np.full(10_000, POISSON_BELOW / 8, dtype=np.float32)
    counts = counts_around(means, np.random.default_rng(2))
    assert np.array_equal(counts, np.round(counts))
    poisson = np.random.default_rng(3).poisson(POISSON_BELOW / 8, 200_000)
    shares = [
        np.bincount(own.astype(int), minlength=12)[:12] / len(own) for own in (counts, poisson)
    ]
    assert np.abs(shares[0] - shares[1]).max() < 0.02
