"""Errors of means and chances whose values are alike within clusters, such as races of one day."""

import numpy as np
import numpy.typing as npt

from forecast.stats.arrays import FloatArray

Clusters = npt.NDArray[np.str_]
MIN_FOR_ERROR = 2.0  # fewer in effect tell no standard error
# Points of the grid of a chance.
GRID = 20_000


def clustered_error(
    values: FloatArray, clusters: Clusters, weights: FloatArray | None = None
) -> float | None:
    """Standard error of a mean whose values are independent between clusters only.

    Sums of the deviations by cluster, squared and added, over n², with the usual factor
    G / (G − 1) for G clusters (Liang and Zeger 1986). None where their effective number,
    (Σ n_g)² / Σ n_g² with n_g the weight of each, is below `MIN_FOR_ERROR`: one cluster that holds
    nearly all would seem to have no error.

    Parameters
    ----------
    values
        Shape (n,).
    clusters
        What each belongs to, shape (n,).
    weights
        Of the mean, shape (n,); all the same by default.
    """
    weight = np.ones(len(values)) if weights is None else weights
    mean = float(weight @ values / weight.sum())
    _, position = np.unique(clusters, return_inverse=True)
    sums = np.bincount(position, weight * (values - mean))
    sizes = np.bincount(position, weight)
    if sizes.sum() ** 2 / (sizes**2).sum() < MIN_FOR_ERROR:
        return None
    n_clusters = len(sums)
    variance = n_clusters / (n_clusters - 1) * float((sums**2).sum())
    return float(np.sqrt(variance) / weight.sum())


def clustered_chance_interval(won: FloatArray, clusters: Clusters) -> tuple[float, float] | None:
    """The 90% interval of a chance that the wins of races allow, alike as those of a cluster are.

    That of Jeffreys for as many independent races as tell the same: their number over the design
    effect, which is the variance of the mean by clusters over that of independent races, both as
    a sample estimates them, and no less than 1. None where the clusters tell no error.

    Parameters
    ----------
    won
        1 for a win, 0 for none, one half for a tie, shape (n,).
    clusters
        What each race belongs to, shape (n,).
    """
    error = clustered_error(won, clusters)
    if error is None:
        return None
    n, part = len(won), float(won.mean())
    independent = part * (1 - part) / (n - 1)
    effect = max(error**2 / independent, 1.0) if independent > 0 else 1.0
    return jeffreys_interval(part * n / effect, n / effect)


def jeffreys_interval(wins: float, n: float) -> tuple[float, float]:
    """The central 90% interval of a chance, by wins out of n (Jeffreys): shares in [0, 1].

    At share = sin² angle the density is sin^(2 wins) cos^(2 losses), smooth to both ends, and its
    sum over a grid is good to a millionth. SciPy would take longer to load than all of it.
    """
    angles = (np.arange(GRID) + 0.5) * (np.pi / 2 / GRID)
    log_density = 2 * wins * np.log(np.sin(angles)) + 2 * (n - wins) * np.log(np.cos(angles))
    density = np.exp(log_density - log_density.max())
    below = np.cumsum(density)
    ends = (np.arange(GRID) + 1.0) * (np.pi / 2 / GRID)
    low, high = np.interp([0.05, 0.95], below / below[-1], ends)
    return float(np.sin(low) ** 2), float(np.sin(high) ** 2)
