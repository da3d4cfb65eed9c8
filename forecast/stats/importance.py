"""Importance weights: effective sample size, shape of the largest ones, resampling."""

from typing import Literal

import numpy as np

from forecast.stats.arrays import FloatArray, IndexArray

_MIN_TAIL = 5


def effective_sample_size(weights: FloatArray) -> float:
    """How many equal weights would average as well: 1 / Σ w² (Kish 1965).

    Parameters
    ----------
    weights
        At or above 0, adding up to 1, shape (n_draws,).
    """
    return float(1 / np.sum(weights**2))


def systematic_sample(
    cumulative: FloatArray,
    n_draws: int,
    rng: np.random.Generator,
    side: Literal["left", "right"] = "right",
) -> IndexArray:
    """Choose draws by systematic resampling: one random number, the least noise.

    Parameters
    ----------
    cumulative
        Cumulative sums of weights that add up to 1, shape (n_weights,).
    n_draws
        How many to choose.
    rng
        Source of randomness.
    side
        Which draw a number chooses that falls on the end of one exactly: that one (left), or
        the next (right).

    Returns
    -------
    array
        Indices of the chosen draws, shape (n_draws,), in random order: a draw occurs
        n_draws times its weight, rounded down or up.
    """
    steps = (np.arange(n_draws) + rng.random()) / n_draws
    chosen = np.searchsorted(cumulative, steps, side=side)
    # The last sum may be a rounding error below 1.
    return np.asarray(rng.permutation(np.minimum(chosen, len(cumulative) - 1)))


def pareto_shape(weights: FloatArray) -> float:
    """Shape of the generalised Pareto distribution of the largest weights.

    The empirical Bayes estimate of Zhang and Stephens (2009) on the largest min(n/5, 3√n)
    weights, drawn towards 1/2 as for Pareto-smoothed importance sampling (Vehtari, Simpson,
    Gelman, Yao, Gabry 2024).

    Parameters
    ----------
    weights
        At or above 0, shape (n_draws,).
    """
    n_tail = int(min(0.2 * len(weights), 3 * np.sqrt(len(weights))))
    ordered = np.sort(weights)
    if n_tail < _MIN_TAIL or len(weights) <= n_tail:
        return float("inf")
    excess = ordered[-n_tail:] - ordered[-n_tail - 1]
    excess = excess[excess > 0]
    if len(excess) < _MIN_TAIL or excess[-1] < 1e-9 * ordered[-1]:
        return float("-inf")
    n = len(excess)
    n_grid = 30 + int(np.sqrt(n))
    quartile = excess[int(n / 4 + 0.5) - 1]
    grid = 1 - np.sqrt(n_grid / (np.arange(1, n_grid + 1) - 0.5))
    b = grid / (3 * quartile) + 1 / excess[-1]
    k = np.log1p(-b[:, None] * excess).mean(axis=1)
    log_likelihood = n * (np.log(-b / k) - k - 1)
    posterior = np.exp(log_likelihood - log_likelihood.max())
    b_mean = float(b @ posterior / posterior.sum())
    shape = float(np.log1p(-b_mean * excess).mean())
    return (n * shape + 10 * 0.5) / (n + 10)
