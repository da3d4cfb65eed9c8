"""What a simulation keeps of its draws: votes by county, and what else is asked for."""

from dataclasses import dataclass

import numpy as np

from forecast.race.units import UnitData
from forecast.runoff.block import Tile
from forecast.runoff.flows import Flows, expected_arrivals, rake_flows
from forecast.runoff.parameters import RunoffParameters
from forecast.runoff.seeds import BLOCK_DRAWS
from forecast.runoff.streams import Expectation
from forecast.runoff.unit_sketch import UnitSketch
from forecast.stats.arrays import Float32Array, FloatArray, IndexArray


@dataclass(frozen=True)
class Keep:
    """What a simulation keeps beyond the votes of the race and of its counties.

    Attributes
    ----------
    flows
        Votes from each first-round candidate to each finalist and home.
    unit_draws
        Votes in every unit of the first so many draws.
    units
        Means and distributions of every unit, without its draws.
    copies
        How often each draw counts in them, shape (n_draws,); once by default.
    """

    flows: bool = False
    unit_draws: int = 0
    units: bool = False
    copies: IndexArray | None = None


TOTALS_ONLY = Keep()


@dataclass(frozen=True, eq=False)
class Kept:
    """Room for what a simulation keeps.

    Attributes
    ----------
    county_votes, unit_votes, flows, sketch
        Arrays and records of `forecast.runoff.simulation.RunoffDraws`, to be filled.
    copies
        How often each draw counts, as in `Keep`.
    sources
        Voters of round one by candidate, then the absent: where flows start,
        shape (n_candidates + 1,).
    """

    county_votes: FloatArray
    unit_votes: Float32Array
    flows: Flows | None
    sketch: UnitSketch | None
    copies: IndexArray | None
    sources: FloatArray

    @classmethod
    def room(cls, units: UnitData, n_draws: int, keep: Keep) -> "Kept":
        """Room for draws of a race, none of them there yet."""
        n_units, n_counties = units.n_units, len(units.county_names)
        n_shown = min(keep.unit_draws, n_draws)
        absent = (units.eligible - units.votes_cast).sum()
        return cls(
            county_votes=np.empty((n_draws, n_counties, 2)),
            unit_votes=np.empty((n_shown, n_units, 2), dtype=np.float32),
            flows=Flows.empty(n_draws, len(units.sides)) if keep.flows else None,
            sketch=UnitSketch.empty(n_units) if keep.units else None,
            copies=keep.copies,
            sources=np.append(units.candidate_votes.sum(axis=0), absent).astype(np.float64),
        )

    def block(self, start: int) -> "KeptBlock":
        """A block of draws, nothing added yet."""
        rows = slice(start, min(start + BLOCK_DRAWS, len(self.county_votes)))
        sums = np.zeros((self.county_votes.shape[1], 2, BLOCK_DRAWS))
        return KeptBlock(self, rows, sums, np.zeros((2, BLOCK_DRAWS)))


@dataclass(frozen=True, eq=False)
class KeptBlock:
    """What is kept of a block of draws, tile by tile.

    Attributes
    ----------
    kept
        Where it goes.
    rows
        Its draws among all.
    sums
        Votes by county, shape (n_counties, 2, n_draws).
    arrivals
        Expected arrivals for either finalist, shape (2, n_draws).
    """

    kept: Kept
    rows: slice
    sums: FloatArray
    arrivals: FloatArray

    def add(
        self, tile: Tile, expectation: Expectation, votes: tuple[Float32Array, Float32Array]
    ) -> None:
        """Add the votes of a tile of units, shape (n_units, n_draws) each."""
        kept, position = self.kept, tile.table.position
        tile.add_by_county(self.sums, votes)
        if kept.flows is not None:
            self.arrivals[:] += expected_arrivals(expectation)
        if kept.sketch is not None:
            kept.sketch.add(position, votes, tile.table.eligible, self._counted())
        shown = kept.unit_votes[self.rows]
        if len(shown):
            for finalist, of_units in enumerate(votes):
                shown[:, position, finalist] = of_units[:, : len(shown)].T

    def finish(self, parameters: RunoffParameters) -> None:
        """Keep the sums over all tiles; the last block has draws that nobody asked for."""
        asked = slice(self.rows.stop - self.rows.start)
        kept = self.kept
        kept.county_votes[self.rows] = np.moveaxis(self.sums, -1, 0)[asked]
        if kept.flows is not None:
            flows = rake_flows(kept.sources, parameters, self.arrivals, self.sums.sum(axis=0))
            kept.flows.to_finalists[self.rows] = flows[asked]

    def _counted(self) -> slice | IndexArray:
        """The draws of the block that count in the sketch, as often as they do."""
        asked = self.rows.stop - self.rows.start
        if self.kept.copies is None:
            return slice(asked)
        return np.arange(asked).repeat(self.kept.copies[self.rows])
