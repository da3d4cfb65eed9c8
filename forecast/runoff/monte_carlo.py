"""How well draws that are not independent tell a win probability.

Draws of a group cover the range of the race-wide parameters evenly, so they know the
probability better than as many independent ones; polls give draws weights, so they know it
worse. Groups are independent of each other: what is left over in each tells the error.
"""

import numpy as np

from forecast.stats.arrays import FloatArray
from forecast.stats.stratified import EVEN_DRAWS

# From fewer groups their spread is not known well enough.
FEWEST_GROUPS = 10


def wins_of(votes: FloatArray) -> FloatArray:
    """1 where the first finalist wins, a half in a tie; votes of shape (n_draws, 2)."""
    ahead, level = votes[:, 0] > votes[:, 1], votes[:, 0] == votes[:, 1]
    return np.asarray(ahead + 0.5 * level)


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
        Of the draws, shape (n_draws,); all alike by default.

    Returns
    -------
    float or None
        None where too few groups, or draws that all agree, leave it open.
    """
    n_draws, wins = len(votes), wins_of(votes)
    n_groups = -(-n_draws // EVEN_DRAWS)
    if n_groups < FEWEST_GROUPS or wins.min() == wins.max():
        return None
    share = np.full(n_draws, 1 / n_draws) if weights is None else weights / weights.sum()
    probability = float((share * wins).sum())
    left_over = np.add.reduceat(share * (wins - probability), np.arange(0, n_draws, EVEN_DRAWS))
    variance = float((left_over**2).sum()) * n_groups / (n_groups - 1)
    return probability * (1 - probability) / variance if variance > 0 else None
