"""What simulated runoffs say of every unit, added up draw by draw in memory that stays the same.

Shares lie in [0, 1], so bins of one width over it do as a sketch of a distribution: a quantile
is off by less than a bin. Adding counts is exact in any order, so the sketch has the same bits
whoever adds first; sketches that adapt to the data (t-digest, KLL) have not.
"""

from dataclasses import dataclass, field
from threading import Lock

import numpy as np
import numpy.typing as npt

from forecast.runoff.monte_carlo import first_wins
from forecast.stats.arrays import Float32Array, FloatArray, IndexArray

# A fifth of a point each, two kilobytes a unit and quantity.
N_BINS = 500


@dataclass(frozen=True, eq=False)
class UnitSketch:
    """Sums and histograms over draws; every array has the units first.

    Attributes
    ----------
    share_counts, turnout_counts
        Draws by bin of the first finalist's two-candidate share (a half without votes), and of
        the votes for both over the eligible, shape (n_units, N_BINS).
    votes
        Sum over the draws of the votes of both finalists, shape (n_units, 2).
    wins
        Draws that the first finalist wins in the unit; a tie counts half, shape (n_units,).
    """

    share_counts: npt.NDArray[np.uint32]
    turnout_counts: npt.NDArray[np.uint32]
    votes: FloatArray
    wins: FloatArray
    _lock: Lock = field(default_factory=Lock)

    @classmethod
    def empty(cls, n_units: int) -> "UnitSketch":
        """No draws yet."""
        counts = [np.zeros((n_units, N_BINS), dtype=np.uint32) for _ in range(2)]
        return cls(counts[0], counts[1], np.zeros((n_units, 2)), np.zeros(n_units))

    @property
    def n_draws(self) -> int:
        """How many draws were added to each unit."""
        return int(self.share_counts[:1].sum())

    def add(
        self,
        position: IndexArray,
        votes: tuple[Float32Array, Float32Array],
        eligible: Float32Array,
        chosen: slice | IndexArray,
    ) -> None:
        """Add draws of some units; may be called from several threads.

        Parameters
        ----------
        position
            Indices of these units among all, shape (n_some,).
        votes
            Votes of either finalist, shape (n_some, n_draws).
        eligible
            Voters who can vote, shape (n_some,).
        chosen
            The draws to add, a draw as often as it stands here.
        """
        first, second = (of_units[:, chosen] for of_units in votes)
        both = first + second
        share = np.divide(first, both, out=np.full_like(both, 0.5), where=both > 0)
        turnout = both / np.maximum(eligible, 1)[:, None]
        sums = np.stack([v.sum(axis=1, dtype=np.float64) for v in (first, second)], axis=1)
        wins = first_wins(first, second).sum(axis=1)  # halves add up exactly
        share_counts, turnout_counts = _count(share), _count(turnout)
        with self._lock:
            self.share_counts[position] += share_counts
            self.turnout_counts[position] += turnout_counts
            self.votes[position] += sums
            self.wins[position] += wins

    def share_quantile(self, probability: float) -> FloatArray:
        """Quantile of the first finalist's share in every unit, within a bin, (n_units,)."""
        return _quantile(self.share_counts, probability)

    def turnout_quantile(self, probability: float) -> FloatArray:
        """Quantile of the turnout in every unit, in [0, 1], within a bin, (n_units,)."""
        return _quantile(self.turnout_counts, probability)


def _count(share: npt.NDArray[np.floating]) -> npt.NDArray[np.uint32]:
    """Draws by bin, shape (n_units, N_BINS), of values in [0, 1], shape (n_units, n_draws)."""
    n_units = len(share)
    bins = np.minimum((share * np.float32(N_BINS)).astype(np.intp), N_BINS - 1)
    bins += np.arange(n_units)[:, None] * N_BINS
    counts = np.bincount(bins.ravel(), minlength=n_units * N_BINS)
    return counts.reshape(n_units, N_BINS).astype(np.uint32)


def _quantile(counts: npt.NDArray[np.uint32], probability: float) -> FloatArray:
    """Where the counts reach a probability; draws are spread evenly within their bin."""
    found = np.empty(len(counts))
    for start in range(0, len(counts), 1024):  # so that the sums stay small
        reached = counts[start : start + 1024].cumsum(axis=1, dtype=np.float64)
        wanted = probability * reached[:, -1:]
        at = np.minimum((reached < wanted).sum(axis=1, keepdims=True), N_BINS - 1)
        after = np.take_along_axis(reached, at, axis=1)
        before = np.where(at > 0, np.take_along_axis(reached, np.maximum(at - 1, 0), axis=1), 0)
        inside = (wanted - before) / np.maximum(after - before, 1)
        found[start : start + 1024] = ((at + np.clip(inside, 0, 1)) / N_BINS)[:, 0]
    return found
