"""Finished races as if every county were counted in part, its units and ways of voting in an order.

A source of county totals tells no ways of voting apart, and says about how many votes it expects,
or how many of a county's precincts have reported. What it has is never a sample: early votes come
before or after those of the day, small precincts before large ones.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from forecast.night.count import COMPLETE, LATE_MODES, NOTHING, PARTIAL, Count
from forecast.night.night_cells import EXPECTED_SD, SHARED_EXPECTED_SD
from forecast.stats.arrays import BoolArray, FloatArray, IndexArray, IntArray


class PartOrder(StrEnum):
    """In which order the units and ways of voting of every county are counted."""

    EARLY_FIRST = "early votes first"
    DAY_FIRST = "election day first"
    SMALL_FIRST = "small units first"
    LARGE_FIRST = "large units first"
    AT_RANDOM = "units at random"


@dataclass(frozen=True)
class PrecinctOrder:
    """In which order the precincts of every county report.

    Attributes
    ----------
    units
        By size, or at random.
    early_first
        Whether early votes and mail are in before the first precinct, or come with their own.
    """

    units: PartOrder
    early_first: bool

    def __str__(self) -> str:
        early = "early votes first" if self.early_first else "early votes with their precinct"
        return f"{early}, {self.units}"


# Parts of its votes to which every county is counted, in a replay and where a race teaches.
PARTS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
LOOKED_AT = (0.3, 0.5, 0.7, 0.9, 0.95)
# Part of a race's votes that two ways of voting must have each, and units of a county, for their
# order to say something.
MIN_MODE_PART, MIN_UNITS = 0.1, 3
_BY_MODE = (PartOrder.EARLY_FIRST, PartOrder.DAY_FIRST)
_BY_UNIT = (PartOrder.SMALL_FIRST, PartOrder.LARGE_FIRST, PartOrder.AT_RANDOM)
PRECINCT_ORDERS = tuple(PrecinctOrder(one, early) for early in (True, False) for one in _BY_UNIT)
# Shares of its precincts that every county has reported.
REPORTED = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9)
_EARLY = ("early", "mail")
_EARLY_FIRST = {"early": 0, "mail": 1, "election_day": 2, "": 2, "provisional": 3}
_DAY_FIRST = {"election_day": 0, "": 0, "early": 1, "mail": 2, "provisional": 3}
_SEED = 20170620


@dataclass(frozen=True, eq=False)
class CountedCells:
    """The final votes of a race: a row a unit and way of voting.

    Attributes
    ----------
    votes
        Of both finalists, shape (n_cells, 2).
    mode
        Way of voting of each, shape (n_cells,).
    unit, county
        Unit and county of each, shape (n_cells,).
    """

    votes: IntArray
    mode: tuple[str, ...]
    unit: IndexArray
    county: IndexArray

    @classmethod
    def of(
        cls, votes: IntArray, modes: Sequence[str], apart: BoolArray, county: IndexArray
    ) -> "CountedCells":
        """Read the votes of a race.

        Parameters
        ----------
        votes
            Of both finalists, shape (n_units, 2, n_modes).
        modes
            Ways of voting of the last axis.
        apart
            Units that hold early votes of a county, shape (n_units,).
        county
            Of each unit, shape (n_units,).
        """
        n_units, n_modes = len(votes), len(modes)
        unit = np.repeat(np.arange(n_units), n_modes)
        names = tuple("early" if apart[k] else mode for k in range(n_units) for mode in modes)
        return cls(np.moveaxis(votes, 2, 1).reshape(-1, 2), names, unit, county[unit])

    @property
    def sizes(self) -> IntArray:
        """Votes of both finalists together, shape (n_cells,)."""
        return np.asarray(self.votes.sum(axis=1))

    def orders(self) -> list[PartOrder]:
        """Those that say something of this race."""
        names = np.array(self.mode)
        total = max(int(self.sizes.sum()), 1)
        of_modes = [self.sizes[names == name].sum() for name in set(self.mode)]
        by_mode = np.count_nonzero(np.array(of_modes) >= MIN_MODE_PART * total) > 1
        n_counties = len(np.unique(self.county))
        by_unit = len(np.unique(self.unit)) >= MIN_UNITS * n_counties
        return [one for one in PartOrder if (by_mode if one in _BY_MODE else by_unit)]

    def precinct_orders(self) -> list[PrecinctOrder]:
        """Those that say something of this race."""
        orders = self.orders()
        early = PartOrder.EARLY_FIRST in orders
        return [one for one in PRECINCT_ORDERS if one.units in orders and one.early_first <= early]

    def ordered(self, order: PartOrder, seed: int = _SEED) -> IndexArray:
        """Cells, county by county, in the order in which each county counts them."""
        units = self.unit.max(initial=-1) + 1
        of_unit = np.bincount(self.unit, self.sizes, units)
        chance = np.random.default_rng(seed).permutation(units).astype(np.float64)
        by = {PartOrder.SMALL_FIRST: of_unit, PartOrder.LARGE_FIRST: -of_unit}
        ranks = {PartOrder.EARLY_FIRST: _EARLY_FIRST, PartOrder.DAY_FIRST: _DAY_FIRST}.get(order)
        rank = np.array([ranks.get(name, 1) if ranks else 0 for name in self.mode])
        return np.lexsort((by.get(order, chance)[self.unit], rank, self.county))

    def counted(self, ordered: IndexArray, part: float) -> FloatArray:
        """How many votes of each cell are in when every county is counted to a part.

        Parameters
        ----------
        ordered
            Cells in their order.
        part
            Share of each county's votes, in [0, 1].

        Returns
        -------
        FloatArray
            Shape (n_cells,).
        """
        size = self.sizes[ordered].astype(np.float64)
        county = self.county[ordered]
        of_county = np.bincount(county, size)
        before = np.cumsum(size) - size
        before -= (np.cumsum(of_county) - of_county)[county]
        found = np.empty(len(size))
        found[ordered] = np.clip(part * of_county[county] - before, 0, size)
        return found


def part_lean(cells: CountedCells) -> float:
    """Mean square by which the votes out differ from those in, in log-odds, beside chance.

    Over the orders that say something and parts of the count; NaN where none does.

    Parameters
    ----------
    cells
        The final votes.
    """
    first_of_cell = cells.votes[:, 0] / np.maximum(cells.sizes, 1)
    whole = cells.votes.sum(axis=0)
    squares = []
    for order in cells.orders():
        ordered = cells.ordered(order)
        for part in LOOKED_AT:
            counted = cells.counted(ordered, part)
            first, both = float(counted @ first_of_cell), float(counted.sum())
            # A part differs from the whole by as much, times the part that is out.
            moved = _log_odds(first, both - first) - _log_odds(*whole.tolist())
            p = first / both
            chance = (1 - part) / (both * max(p * (1 - p), 1e-3))
            squares.append((moved**2 - chance) / (1 - part) ** 2)
    return float(np.mean(squares)) if squares else float("nan")


def _log_odds(first: float, second: float) -> float:
    return float(np.log((first + 0.5) / (second + 0.5)))


def counts_in_part(
    cells: CountedCells, order: PartOrder, parts: Sequence[float], n_counties: int, seed: int
) -> Iterator[Count]:
    """County totals of a finished race with every county counted to the same part of its votes.

    Parameters
    ----------
    cells
        The final votes.
    order
        In which order each county counts them.
    parts
        Shares of each county's votes, in [0, 1], ascending.
    n_counties
        Counties of the race.
    seed
        Of what an order leaves to chance, and of the votes that the source expects: the less is
        out, the less they are off.
    """
    rng = np.random.default_rng(seed)
    ordered = cells.ordered(order, seed)
    total = np.bincount(cells.county, cells.sizes, n_counties)
    shared, own = SHARED_EXPECTED_SD * rng.standard_normal(), rng.standard_normal(n_counties)
    for part in parts:
        now = np.rint(cells.counted(ordered, part)).astype(np.int64)
        first = rng.hypergeometric(cells.votes[:, 0], cells.votes[:, 1], now)
        counted = np.stack(
            [np.bincount(cells.county, side, n_counties) for side in (first, now - first)], axis=1
        ).astype(np.int64)
        n = counted.sum(axis=1)
        status = np.where(n >= total, COMPLETE, np.where(n > 0, PARTIAL, NOTHING))
        told = total * np.exp((1 - part) * (shared + EXPECTED_SD * own))
        yield replace(
            Count.nothing(n_counties, by_county=True),
            votes=counted[:, :, None],
            status=status[:, None].astype(np.int8),
            expected=np.maximum(told, n)[:, None],
        )


def counts_by_precincts(
    cells: CountedCells,
    order: PrecinctOrder,
    shares: Sequence[float],
    n_counties: int,
    seed: int,
) -> Iterator[Count]:
    """County totals of a finished race with a share of every county's precincts reported.

    The source says how many of them have, and nothing of the votes that it expects.

    Parameters
    ----------
    cells
        The final votes; provisional ballots are out until the end.
    order
        In which order the precincts report.
    shares
        Shares of each county's precincts, in (0, 1), ascending; to the nearest precinct, not the
        last, and else one at least.
    n_counties, seed
        As in `counts_in_part`.
    """
    names = np.array(cells.mode)
    early = np.isin(names, _EARLY) & order.early_first
    of_the_day = ~early & ~np.isin(names, LATE_MODES)
    # The precincts of each county, in their order, numbered from 0.
    ordered = cells.ordered(order.units, seed)
    units = list(dict.fromkeys(cells.unit[[k for k in ordered if of_the_day[k]]].tolist()))
    county_of = np.zeros(cells.unit.max(initial=-1) + 1, dtype=np.intp)
    county_of[cells.unit] = cells.county
    n_precincts = np.bincount(county_of[units], minlength=n_counties)
    rank = np.full(len(county_of), len(county_of))
    rank[units] = np.arange(len(units)) - (np.cumsum(n_precincts) - n_precincts)[county_of[units]]
    for share in shares:
        n_in = np.maximum(np.rint(share * n_precincts), 1)
        n_in = np.minimum(n_in, np.maximum(n_precincts - 1, 0))
        inside = early | (of_the_day & (rank < n_in[county_of])[cells.unit])
        votes = np.where(inside[:, None], cells.votes, 0)
        counted = np.stack(
            [np.bincount(cells.county, side, n_counties) for side in votes.T], axis=1
        ).astype(np.int64)
        status = np.where(counted.sum(axis=1) > 0, PARTIAL, NOTHING)
        yield replace(
            Count.nothing(n_counties, by_county=True),
            votes=counted[:, :, None],
            status=status[:, None].astype(np.int8),
            reported=n_in / np.maximum(n_precincts, 1),
        )
