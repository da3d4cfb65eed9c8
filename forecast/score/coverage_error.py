"""Coverage of central intervals, and how far it may be from its level by chance alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from forecast.stats.arrays import FloatArray

PERCENTS = (50, 80, 95)
Clusters = npt.NDArray[np.str_]


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
        """Estimated from all results, each cluster by its size less one.

        Deviations are from the nominal level, as they would be if intervals held what they say.

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
            level = percent / 100
            deviation = _inside(pit, percent) - level
            of_pairs = np.bincount(position, deviation) ** 2 - np.bincount(position, deviation**2)
            # A mean over the pairs of a cluster, n (n - 1) of them, that counts n - 1 times.
            shared = float((of_pairs[several] / sizes[several]).sum())
            weight = max(int((sizes - 1).sum()), 1)
            found[percent] = min(max(shared / weight / (level * (1 - level)), 0.0), 1.0)
        return cls(found)

    def coverage_with_error(self, pit: FloatArray, clusters: Clusters) -> dict[str, dict[str, Any]]:
        """Coverage, and the standard error that intervals which hold what they say would have.

        The variance of a mean of n zeros and ones of chance p, correlated by ρ within clusters of
        n_g: p (1 − p) / n × (1 + ρ (Σ n_g² / n − 1)), the design effect of Kish (1965) for
        unequal clusters.

        Parameters
        ----------
        pit, clusters
            Of some of the results, shape (n,).
        """
        _, sizes = np.unique(clusters, return_counts=True)
        n = len(pit)
        errors = {}
        for percent, correlation in self.correlation.items():
            level = percent / 100
            design_effect = 1 + correlation * (float((sizes**2).sum()) / n - 1)
            errors[str(percent)] = float(np.sqrt(level * (1 - level) / n * design_effect))
        return {"coverage": coverage(pit), "coverage_error": errors}


def _inside(pit: FloatArray, percent: int) -> FloatArray:
    """1 where the central interval holds the result, else 0."""
    return (np.abs(pit - 0.5) <= percent / 200).astype(np.float64)
