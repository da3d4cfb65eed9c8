"""The chance of the count: both models, the exact and the approximate, agree."""

from math import comb

import numpy as np
import pytest

from forecast.runoff.sampling_noise import EXACT_BELOW, add_count_noise

N_DRAWS = 4000


def count(eligible, turnout, share, noise, seed=1):
    """Votes of both finalists, shape (n_draws, n_units) each."""
    shape = (len(eligible), N_DRAWS)
    votes = add_count_noise(
        np.asarray(eligible, dtype=np.float32),
        np.full(shape, turnout, dtype=np.float32),
        np.full(shape, share, dtype=np.float32),
        noise,
        np.random.default_rng(seed),
    )
    return tuple(of_units.T for of_units in votes)


@pytest.mark.parametrize("noise", ["exact", "normal"])
@pytest.mark.parametrize(("turnout", "share"), [(0.4, 0.5), (0.7, 0.9)])
def test_mean_and_variance_are_those_of_a_multinomial(noise, turnout, share):
    eligible = 2000
    for votes, part in zip(
        count([eligible], turnout, share, noise), (share, 1 - share), strict=True
    ):
        probability = turnout * part
        variance = eligible * probability * (1 - probability)
        mean_error = np.sqrt(variance / N_DRAWS)
        assert abs(votes.mean(dtype=float) - eligible * probability) < 5 * mean_error
        # Rounding to whole votes adds a twelfth; the variance of a variance is 2 v^2 / n.
        found = votes.var(dtype=float)
        assert abs(found - variance) < 5 * variance * np.sqrt(2 / N_DRAWS) + 1 / 12


def test_both_models_agree():
    exact, normal = (count([2000, 5000], 0.5, 0.45, noise) for noise in ("exact", "normal"))
    for one, other in zip(exact, normal, strict=True):
        error = np.hypot(one.std(axis=0), other.std(axis=0)) / np.sqrt(N_DRAWS)
        assert (np.abs(one.mean(axis=0) - other.mean(axis=0)) < 5 * error).all()
        for probability in (0.05, 0.5, 0.95):
            ends = np.quantile(one, probability, axis=0)
            parts = (other <= ends).mean(axis=0)
            # Both sides are estimated; a whole vote at the end adds its own probability.
            spread = 5 * np.sqrt(2 * probability * (1 - probability) / N_DRAWS)
            step = 1 / (2 * one.std(axis=0))
            assert (np.abs(parts - probability) < spread + step).all()


def test_the_finalists_counts_are_negatively_correlated_as_in_a_multinomial():
    first, second = count([1000], 0.5, 0.5, "exact")
    # Correlation of two cells: -sqrt(p q / ((1 - p) (1 - q))), here -1/3.
    found = np.corrcoef(first[:, 0], second[:, 0])[0, 1]
    assert abs(np.arctanh(found) - np.arctanh(-1 / 3)) < 5 / np.sqrt(N_DRAWS - 3)


@pytest.mark.parametrize("noise", ["auto", "exact", "normal"])
@pytest.mark.parametrize("probability", [0, 0.5, 1])
def test_votes_are_whole_and_inside(noise, probability):
    eligible = np.array([0, 1, EXACT_BELOW, 5000], dtype=np.float32)
    first, second = count(eligible, probability, probability, noise)
    assert (first >= 0).all()
    assert (second >= 0).all()
    assert (first + second <= eligible).all()
    np.testing.assert_array_equal(first, np.rint(first))


def test_small_units_are_exact():
    # Of a mean of 0.2 votes a binomial is 0 in 82 of 100, a rounded normal in 75.
    trials, expected = EXACT_BELOW - 1, 0.2
    first, _ = count([trials], expected / trials, 1, "auto")
    nobody = (1 - expected / trials) ** trials
    error = np.sqrt(nobody * (1 - nobody) / N_DRAWS)
    assert abs((first == 0).mean() - nobody) < 5 * error


@pytest.mark.parametrize("probability", [0.25, 0.5, 0.75])
def test_the_first_unit_that_is_approximated_is_within_a_point_and_a_half(probability):
    n_draws = 200_000
    shape, trials = (1, n_draws), np.array([EXACT_BELOW], dtype=np.float32)
    turnout, share = (np.full(shape, p, dtype=np.float32) for p in (probability, 1))
    rng = np.random.default_rng(2)
    first, _ = add_count_noise(trials, turnout, share, "auto", rng)
    ways = [comb(EXACT_BELOW, k) for k in range(EXACT_BELOW + 1)]
    chance = [
        n * probability**k * (1 - probability) ** (EXACT_BELOW - k) for k, n in enumerate(ways)
    ]
    found = np.bincount(first[0].astype(int), minlength=EXACT_BELOW + 1).cumsum() / n_draws
    error = 0.5 / np.sqrt(n_draws)
    assert np.abs(found - np.cumsum(chance)).max() < 0.015 + 5 * error
