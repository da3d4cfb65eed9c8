"""Who wins a draw, and how well draws that are not independent tell a win probability.

Draws of a group are stratified along the race-wide parameters, so they know the probability
better than as many independent ones; polls give draws weights, so they know it worse. Groups
are independent of each other: what is left over in each tells the error.
"""

import numpy as np

from forecast.stats.arrays import Float32Array, FloatArray
from forecast.stats.stratified import STRATUM_DRAWS

VoteArray = FloatArray | Float32Array

# From fewer groups their spread is not known well enough.
MIN_GROUPS = 10


def first_wins(first: VoteArray, second: VoteArray) -> FloatArray:
    """1 where the first finalist has more votes, a half in a tie, else 0; shapes alike."""
    return np.asarray((first > second) + 0.5 * (first == second))


def wins_of(votes: FloatArray) -> FloatArray:
    """`first_wins` in every draw, shape (n_draws,), from votes of shape (n_draws, 2)."""
    return first_wins(votes[:, 0], votes[:, 1])


def independent_draws(votes: FloatArray, weights: FloatArray | None = None) -> float | None:
    """How many independent, equally weighted draws would tell the win probability as well.

    p (1 - p) over the variance of the estimate of p, which is that of a ratio of sums over
    groups (Cochran 1977, chapter 6).

    Parameters
    ----------
    votes
        Votes of both finalists in whole groups of draws and a last one that may be cut,
        shape (n_draws, 2).
    weights
        Weights of the draws, shape (n_draws,); all alike by default.

    Returns
    -------
    float or None
        None where too few groups, or draws that all agree, leave it open.
    """
    n_draws, wins = len(votes), wins_of(votes)
    n_groups = -(-n_draws // STRATUM_DRAWS)
    if n_groups < MIN_GROUPS or wins.min() == wins.max():
        return None
    share = np.full(n_draws, 1 / n_draws) if weights is None else weights / weights.sum()
    probability = float((share * wins).sum())
    left_over = np.add.reduceat(share * (wins - probability), np.arange(0, n_draws, STRATUM_DRAWS))
    variance = float((left_over**2).sum()) * n_groups / (n_groups - 1)
    return probability * (1 - probability) / variance if variance > 0 else None
