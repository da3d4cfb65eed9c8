"""Where the votes go: from first-round candidates and the absent to finalists and home.

A draw's errors move a unit's votes away from what its streams expected. The flows follow by
the rule that nobody appears or disappears: a finalist who falls short loses voters of every
stream in the same proportion, and those stay at home; a finalist who gains takes the voters
from those at home, each in the same proportion.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecast.core.parameters import RunoffParameters
from forecast.core.streams import Expectation, Float32Array, StreamTable


@dataclass(frozen=True, eq=False)
class Flows:
    """Votes by where they came from and went.

    Attributes
    ----------
    to_finalists
        Shape (n_draws, n_candidates + 1, 2): the last row of the middle axis is the voters
        who were absent in round one. Summed over it, this is the finalists' votes.
    """

    to_finalists: npt.NDArray[np.float64]

    @classmethod
    def empty(cls, n_draws: int, n_candidates: int) -> "Flows":
        """No votes yet."""
        return cls(np.zeros((n_draws, n_candidates + 1, 2)))

    def add(self, rows: slice, part: npt.NDArray[np.float64]) -> None:
        """Add the flows of a tile of units to the given draws."""
        self.to_finalists[rows] += part[: rows.stop - rows.start]


def tile_flows(
    tile: StreamTable,
    parameters: RunoffParameters,
    expectation: Expectation,
    first: Float32Array,
    second: Float32Array,
) -> npt.NDArray[np.float64]:
    """Flows of one tile of units, summed over its units.

    Parameters
    ----------
    tile
        The units.
    parameters
        Race-wide draws.
    expectation
        Expected votes of these draws.
    first, second
        The votes drawn, shape (n_draws, n_units).

    Returns
    -------
    NDArray
        Shape (n_draws, n_candidates + 1, 2).
    """
    expected = (expectation.first, expectation.second)
    drawn = (first, second)
    # Each stream keeps this part of what it was expected to give a finalist, (draw, unit).
    kept = [np.minimum(v / np.maximum(e, 1e-6), 1) for v, e in zip(drawn, expected, strict=True)]
    lost = [e * (1 - k) for e, k in zip(expected, kept, strict=True)]
    at_home = tile.eligible - expected[0] - expected[1] + lost[0] + lost[1]
    gained = [
        np.maximum(v - e, 0) / np.maximum(at_home, 1e-6)
        for v, e in zip(drawn, expected, strict=True)
    ]
    chance = [
        (parameters.retention * parameters.transfer).astype(np.float32),
        (parameters.retention * (1 - parameters.transfer)).astype(np.float32),
    ]
    stays_home = 1 - chance[0] - chance[1]
    counts = tile.counts.T
    arrivals = [
        expectation.arrivals * expectation.arrivals_first,
        expectation.arrivals * (1 - expectation.arrivals_first),
    ]
    flows = np.empty((len(first), tile.counts.shape[0] + 1, 2))
    for to, rival in ((0, 1), (1, 0)):
        freed = gained[to] * (1 - kept[rival])
        flows[:, :-1, to] = (
            chance[to] * (kept[to] @ counts)
            + stays_home * (gained[to] @ counts)
            + chance[rival] * (freed @ counts)
        )
        absent_home = tile.absent - arrivals[0] - arrivals[1]
        flows[:, -1, to] = (
            arrivals[to] * kept[to] + absent_home * gained[to] + arrivals[rival] * freed
        ).sum(axis=1)
    return flows
