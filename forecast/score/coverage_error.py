"""Coverage of central intervals, and how far it may be from its level by chance alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from forecast.stats.arrays import FloatArray, IndexArray
from forecast.stats.clustered import Clusters

PERCENTS = (50, 80, 95)
# Fewer clusters in effect than this do not tell whether intervals are calibrated: what all results
# of a cluster share is then the larger part of any departure.
MIN_FOR_COVERAGE = 6.0


def coverage(pit: Sequence[float] | FloatArray) -> dict[str, float]:
    """Part of outcomes inside the central 50, 80 and 95%, by their PIT."""
    return {str(p): float(_inside(np.asarray(pit), p).mean()) for p in PERCENTS}


@dataclass(frozen=True)
class SharedMisses:
    """How much results of one cluster fall inside their intervals, or outside, together.

    Attributes
    ----------
    correlation
        Percent of the interval to the correlation, between two results of a cluster, of whether
        the interval holds them; in [0, 1].
    """

    correlation: Mapping[int, float]

    @classmethod
    def of(cls, pit: FloatArray, clusters: Clusters) -> Self:
        """The intraclass correlation over all results, each cluster by its size less one.

        Deviations are from the mean coverage of all, so that ranges which are too wide or too
        narrow everywhere are not taken for errors of clusters.

        Parameters
        ----------
        pit
            Shape (n,).
        clusters
            What each belongs to, shape (n,).
        """
        _, position = np.unique(clusters, return_inverse=True)
        sizes = np.bincount(position)
        several = sizes > 1
        found = {}
        for percent in PERCENTS:
            inside = _inside(pit, percent)
            held = float(inside.mean())
            deviation = inside - held
            of_pairs = np.bincount(position, deviation) ** 2 - np.bincount(position, deviation**2)
            # A mean over the pairs of a cluster, n (n - 1) of them, that counts n - 1 times.
            shared = float((of_pairs[several] / sizes[several]).sum())
            possible = float((sizes - 1).sum()) * held * (1.0 - held)
            observed = shared / possible if possible else 0.0
            found[percent] = min(max(_about_truth(observed, sizes), 0.0), 1.0) if possible else 0.0
        return cls(found)

    def coverage_with_error(self, pit: FloatArray, clusters: Clusters) -> dict[str, dict[str, Any]]:
        """Coverage, and the standard error that calibrated intervals would have.

        The variance of a mean of n zeros and ones of chance p, correlated by ρ within clusters of
        n_g: p (1 − p) / n × (1 + ρ (Σ n_g² / n − 1)), the design effect of Kish (1965) for
        unequal clusters. None where the effective number of clusters, n² / Σ n_g², is below
        `MIN_FOR_COVERAGE`.

        Parameters
        ----------
        pit, clusters
            Of some of the results, shape (n,).
        """
        _, sizes = np.unique(clusters, return_counts=True)
        n, squares = len(pit), float((sizes**2).sum())
        errors: dict[str, float | None] = {}
        for percent, correlation in self.correlation.items():
            level = percent / 100
            variance = level * (1 - level) / n * (1 + correlation * (squares / n - 1))
            told = n**2 / squares >= MIN_FOR_COVERAGE
            errors[str(percent)] = float(np.sqrt(variance)) if told else None
        return {"coverage": coverage(pit), "coverage_error": errors}


def _about_truth(correlation: float, sizes: IndexArray) -> float:
    """A correlation around the observed mean as one around the true mean, which is not known."""
    n = sizes.sum()
    of_mean = float((sizes**2).sum() / n - 1.0) / n  # what the mean shares with a result
    return (correlation + 1.0 / n) / (1.0 - of_mean) if of_mean < 1.0 else 1.0


def _inside(pit: FloatArray, percent: int) -> FloatArray:
    """1 where the central interval holds the result, else 0."""
    return (np.abs(pit - 0.5) <= percent / 200).astype(np.float64)
