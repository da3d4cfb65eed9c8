"""Whether ranks are uniform, and whether intervals cover as they claim: tests that can fail."""

from functools import cache

import numpy as np
from scipy import stats

from forecast.stats.arrays import BoolArray, FloatArray, IntArray

COVERAGES = (0.5, 0.8, 0.95)
# Sets of uniform ranks behind a p-value: one in so many is its resolution.
NULL_SETS = 20_000


def ranks(truth: FloatArray, draws: FloatArray, rng: np.random.Generator) -> IntArray:
    """Rank of each true value among its draws, ties broken at random.

    Parameters
    ----------
    truth
        Shape (...).
    draws
        Shape (n_draws, ...).
    rng
        Breaks ties, which counts have.

    Returns
    -------
    IntArray
        From 0 to n_draws, shape (...).
    """
    below, equal = (draws < truth).sum(axis=0), (draws == truth).sum(axis=0)
    return np.asarray(below + rng.integers(equal + 1))


def uniformity_p_value(observed: IntArray, n_draws: int) -> float:
    """P-value of the hypothesis that ranks are uniform on 0 .. n_draws.

    The empirical distribution function is compared with the uniform one at every rank at
    once: the statistic is the smallest of the pointwise binomial tail probabilities, and its
    distribution is simulated (Säilynoja, Bürkner and Vehtari 2022, doi:10.1007/s11222-022-10090-6).

    Parameters
    ----------
    observed
        Ranks of independent simulations, shape (n_simulations,).
    n_draws
        Draws that each was ranked among.
    """
    statistic = float(_smallest_tail(_counts_below(observed, n_draws)[None, :], len(observed))[0])
    simulated = (1 + (_null(len(observed), n_draws) <= statistic).sum()) / (1 + NULL_SETS)
    # Far out, where no simulated set reaches, the union bound over the points is the smaller.
    return float(min(simulated, n_draws * statistic))


def simultaneous_band(
    n_simulations: int, n_draws: int, probability: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Band that holds the whole empirical distribution function with this probability.

    Returns
    -------
    tuple of FloatArray
        Lower and upper end of the share of ranks below k, for k = 1 .. n_draws.
    """
    level = float(np.quantile(_null(n_simulations, n_draws), 1 - probability))
    points = _points(n_draws)
    low = stats.binom.ppf(level / 2, n_simulations, points)
    high = stats.binom.isf(level / 2, n_simulations, points)
    return low / n_simulations, high / n_simulations


def share_below(observed: IntArray, n_draws: int) -> FloatArray:
    """Share of the ranks below k, for k = 1 .. n_draws."""
    return np.asarray(_counts_below(observed, n_draws) / len(observed))


def covered(observed: IntArray, n_draws: int, coverage: float) -> BoolArray:
    """Whether a true value of this rank lies in the central interval of its draws."""
    inside, _ = _central_ranks(n_draws, coverage)
    return np.asarray(np.abs(2 * observed - n_draws) < inside)


def exact_coverage(n_draws: int, coverage: float) -> float:
    """What `covered` comes to for uniform ranks: the coverage, as far as ranks are whole."""
    return _central_ranks(n_draws, coverage)[1]


def _central_ranks(n_draws: int, coverage: float) -> tuple[int, float]:
    """Width of the central ranks that hold nearly this share of all, and the share they hold.

    Central ranks come in pairs, so the number of draws must be odd.
    """
    kept = 2 * round(coverage * (n_draws + 1) / 2)
    return kept, kept / (n_draws + 1)


def coverage_p_value(hits: int, n_simulations: int, coverage: float) -> float:
    """Two-sided binomial p-value of so many hits in independent simulations."""
    return float(stats.binomtest(hits, n_simulations, coverage).pvalue)


@cache
def _null(n_simulations: int, n_draws: int) -> FloatArray:
    """The statistic of uniform ranks, shape (NULL_SETS,)."""
    rng = np.random.default_rng(20220101)
    even = np.full(n_draws + 1, 1 / (n_draws + 1))
    sets = rng.multinomial(n_simulations, even, size=NULL_SETS)
    return _smallest_tail(sets.cumsum(axis=1)[:, :-1], n_simulations)


def _smallest_tail(counts: IntArray, n_simulations: int) -> FloatArray:
    """Smallest two-sided binomial tail over the points, shape (n_sets,)."""
    points, possible = _points(counts.shape[1]), np.arange(n_simulations + 1)[:, None]
    below = stats.binom.cdf(possible, n_simulations, points)
    above = stats.binom.sf(possible - 1, n_simulations, points)
    tails = 2 * np.minimum(below, above)
    return np.asarray(tails[counts, np.arange(counts.shape[1])].min(axis=1))


def _points(n_draws: int) -> FloatArray:
    """Probability of a uniform rank below k, for k = 1 .. n_draws."""
    return np.arange(1, n_draws + 1) / (n_draws + 1)


def _counts_below(observed: IntArray, n_draws: int) -> IntArray:
    return np.asarray(np.bincount(observed, minlength=n_draws + 1).cumsum()[:-1])
