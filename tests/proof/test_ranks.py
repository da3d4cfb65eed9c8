"""The judge itself: it passes uniform ranks as often as it says, and fails the others."""

import numpy as np
import pytest

from tests.proof.ranks import (
    COVERAGES,
    coverage_p_value,
    covered,
    exact_coverage,
    ranks,
    share_below,
    simultaneous_band,
    uniformity_p_value,
)

N_DRAWS, N_SIMULATIONS = 63, 100


def normal_ranks(rng: np.random.Generator, *, shift: float = 0, width: float = 1) -> np.ndarray:
    """Ranks of standard normal truths among draws that are off or too wide."""
    truth = rng.standard_normal(N_SIMULATIONS)
    draws = shift + width * rng.standard_normal((N_DRAWS, N_SIMULATIONS))
    return ranks(truth, draws, rng)


def test_uniform_ranks_fail_as_often_as_the_level_says() -> None:
    rng = np.random.default_rng(1)
    p_values = [uniformity_p_value(normal_ranks(rng), N_DRAWS) for _ in range(400)]
    for level in (0.05, 0.2, 0.5):
        error = np.sqrt(level * (1 - level) / 400)
        assert abs(np.mean(np.array(p_values) <= level) - level) < 5 * error


@pytest.mark.parametrize(("shift", "width"), [(0.6, 1), (0, 2), (0, 0.5)])
def test_shifted_wide_and_narrow_posteriors_fail(shift: float, width: float) -> None:
    observed = normal_ranks(np.random.default_rng(2), shift=shift, width=width)
    assert uniformity_p_value(observed, N_DRAWS) < 0.001


def test_the_band_holds_the_curve_as_often_as_it_says() -> None:
    rng = np.random.default_rng(3)
    low, high = simultaneous_band(N_SIMULATIONS, N_DRAWS, 0.9)
    curves = [share_below(normal_ranks(rng), N_DRAWS) for _ in range(400)]
    inside = np.mean([((low <= curve) & (curve <= high)).all() for curve in curves])
    assert abs(inside - 0.9) < 5 * np.sqrt(0.09 / 400)


@pytest.mark.parametrize("coverage", COVERAGES)
def test_intervals_of_the_right_posterior_cover(coverage: float) -> None:
    every_rank = np.arange(N_DRAWS + 1)
    assert covered(every_rank, N_DRAWS, coverage).mean() == exact_coverage(N_DRAWS, coverage)
    assert abs(exact_coverage(N_DRAWS, coverage) - coverage) <= 1 / (N_DRAWS + 1)
    exact = exact_coverage(N_DRAWS, coverage)
    rng = np.random.default_rng(4)
    right = int(covered(normal_ranks(rng), N_DRAWS, coverage).sum())
    narrow = int(covered(normal_ranks(rng, width=0.4), N_DRAWS, coverage).sum())
    assert coverage_p_value(right, N_SIMULATIONS, exact) > 0.01
    assert coverage_p_value(narrow, N_SIMULATIONS, exact) < 0.001


def test_ties_are_broken_at_random() -> None:
    rng = np.random.default_rng(5)
    observed = ranks(np.zeros(4000), np.zeros((9, 4000)), rng)
    assert uniformity_p_value(observed, 9) > 0.001
