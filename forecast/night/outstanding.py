"""What is out, in every draw: the votes to come, added to those that were counted.

A draw keeps its rank: where its race stood among all draws before the count, there it stands
after it. So the draws are moved, in closed form, and none is thrown away.

The coefficients and the counties of a draw move each of its units. What units of a like make-up
share is at its mean there; a draw's distance from this mean moves the sums of its counties, along
their slopes.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from forecast.night.hierarchy import Posterior, effective_rows
from forecast.stats.arrays import Float32Array, FloatArray, IndexArray
from forecast.stats.stratified import normal_quantile

_TILE = 128
N_PARTS = 61
# Fractional parts of the multiples of an irrational number fill [0, 1] evenly (Weyl 1916).
_GOLDEN, _SILVER = 0.6180339887498949, 0.4142135623730951
# How soon a unit that is counted in part goes beyond what was expected of it: a tenth of its votes.
BEND = 0.1


class LevelScores(NamedTuple):
    """The numbers of each draw that its place in a level hangs on.

    Attributes
    ----------
    coefficients
        Standard normal scores of the coefficients and of what units share; the first is the draw's
        rank in the share, or in the votes, shape (n_draws, n_coefficients + n_shared).
    counties
        Of the counties, shape (n_draws, n_counties).
    in_part
        Of what all cells that are counted in part share, shape (n_draws,).
    node
        Evenly spread over [0, 1], shape (n_draws,).
    """

    coefficients: FloatArray
    counties: FloatArray
    in_part: FloatArray
    node: FloatArray


@dataclass(frozen=True, eq=False)
class Scores:
    """The numbers of each draw that its place in every distribution hangs on.

    Made once a night from the draws and a seed; a count moves the distributions, never these.

    Attributes
    ----------
    share, votes
        Of the two levels.
    chance
        Of the votes to come, shape (n_draws, n_counties, 2).
    parts
        Of units that are counted in part, by turns, shape (N_PARTS, n_draws).
    late
        Of the late votes: their number, their lean; shape (n_draws, 2).
    """

    share: LevelScores
    votes: LevelScores
    chance: FloatArray
    parts: Float32Array
    late: FloatArray

    @classmethod
    def of(
        cls,
        totals: FloatArray,
        n_terms: tuple[int, int],
        n_counties: int,
        n_groups: int,
        seed: int,
    ) -> "Scores":
        """Scores of simulated runoffs.

        Parameters
        ----------
        totals
            Votes of both finalists, shape (n_draws, 2).
        n_terms
            Coefficients of the share and of the votes, with what units share.
        n_counties, n_groups
            Counties of the race, and those of the hierarchy.
        seed
            The same seed gives the same scores.
        """
        n_draws = len(totals)
        rng = np.random.default_rng(seed)
        share, votes = (rng.standard_normal((n_draws, terms)) for terms in n_terms)
        both = totals.sum(axis=1)
        share[:, 0] = _normal_ranks(totals[:, 0] / np.maximum(both, 1))
        votes[:, 0] = _normal_ranks(both)
        of_share, of_votes = (rng.standard_normal((n_draws, n_groups)) for _ in n_terms)
        chance = rng.standard_normal((n_draws, n_counties, 2))
        parts = rng.standard_normal((N_PARTS, n_draws), dtype=np.float32)
        late, in_part = (rng.standard_normal((n_draws, 2)) for _ in range(2))
        number = np.arange(1, n_draws + 1, dtype=np.float64)
        return cls(
            LevelScores(share, of_share, in_part[:, 0], np.mod(number * _GOLDEN, 1.0)),
            LevelScores(votes, of_votes, in_part[:, 1], np.mod(number * _SILVER, 1.0)),
            chance,
            parts,
            late,
        )

    @property
    def n_draws(self) -> int:
        """How many draws they are of."""
        return len(self.late)


def _normal_ranks(values: FloatArray) -> FloatArray:
    """Normal scores by rank, shape (n_draws,)."""
    ranks = np.empty(len(values))
    ranks[np.argsort(values, kind="stable")] = np.arange(len(values))
    return normal_quantile((ranks + 0.5) / len(values))


@dataclass(frozen=True, eq=False)
class Out:
    """Cells with votes to come.

    Attributes
    ----------
    cell
        Positions among all cells, in the order of the race's counties, shape (n_out,).
    county
        County of the race of each, ascending, shape (n_out,).
    counted
        Votes of both finalists counted already, shape (n_out,).
    most
        The most votes that there can be, shape (n_out,).
    bend
        How soon a cell goes beyond what was expected of it, as a part of its votes, shape (n_out,).
    counted_first
        Votes for the first finalist counted already, shape (n_out,).
    together
        Whether a cell has all ways of voting; see `Cells`.
    """

    cell: IndexArray
    county: IndexArray
    counted: FloatArray
    most: FloatArray
    bend: FloatArray
    counted_first: FloatArray
    together: bool


@dataclass(frozen=True, eq=False)
class Given:
    """A level in every draw: coefficients, counties, and which rows of which node it takes."""

    coefficients: FloatArray
    counties: FloatArray
    groups: tuple[tuple[int, IndexArray], ...]
    posterior: Posterior

    @classmethod
    def of(cls, posterior: Posterior, scores: LevelScores) -> "Given":
        """Put every draw where its scores say.

        Parameters
        ----------
        posterior
            The level given the count.
        scores
            Of this level.
        """
        terms, column = scores.coefficients, posterior.level.part_column
        if column is not None:
            terms = np.insert(terms, column, scores.in_part, axis=1)
        reached = np.cumsum(posterior.weights)
        node_of = np.minimum(np.searchsorted(reached, scores.node), len(posterior.nodes) - 1)
        coefficients, counties = np.empty_like(terms), np.empty_like(scores.counties)
        groups = []
        for number, node in enumerate(posterior.nodes):
            rows = np.flatnonzero(node_of == number)
            if not len(rows):
                continue
            groups.append((number, rows))
            own = terms[rows]
            # The first score goes along the race's own coefficient.
            length = float(np.sqrt(node.root[0] @ node.root[0]))
            if length > 0:
                along = node.root[0] / length
                own[:, 0], rest = 0.0, own[:, 0].copy()
                own = own - np.outer(own @ along, along) + np.outer(rest, along)
            coefficients[rows] = node.mean + own @ node.root.T
            mean = node.county_y - coefficients[rows] @ node.county_x.T
            counties[rows] = mean + scores.counties[rows] * node.county_sd
        return cls(coefficients, counties, tuple(groups), posterior)

    @property
    def n_coefficients(self) -> int:
        """How many coefficients are of the race; the rest are what units share."""
        return int(self.posterior.level.x.shape[1])

    def tile(self, cells: IndexArray) -> tuple[Float32Array, FloatArray, FloatArray]:
        """Some cells in every draw, (n_cells, n_draws), and the variances that are left over.

        They are of the units and the cells themselves, and of what units share, (n_cells,).
        """
        level, k = self.posterior.level, self.n_coefficients
        values = np.empty((len(cells), len(self.coefficients)), dtype=np.float32)
        own, shared = np.zeros(len(cells)), np.zeros(len(cells))
        county = level.county[cells]
        for number, rows in self.groups:
            node = self.posterior.nodes[number]
            offset, x, g, left = effective_rows(level, node, cells)
            given = x[:, :k] @ self.coefficients[rows, :k].T
            given += g[:, None] * self.counties[rows][:, county].T
            given += (offset + x[:, k:] @ node.mean[k:])[:, None]
            values[:, rows] = given
            own += node.weight * left
            shared += node.weight * ((x[:, k:] @ node.root[k:]) ** 2).sum(axis=1)
        return values, own, shared

    def moved_by_shared(self, out: Out, slopes: FloatArray, n_counties: int) -> FloatArray:
        """By how much what units share moves some sums by county, (n_draws, n_counties, n_sums).

        Parameters
        ----------
        out
            The cells.
        slopes
            What a cell adds to each sum for one on its scale, shape (n_out, n_sums).
        n_counties
            Counties of the race.
        """
        k, n_sums = self.n_coefficients, slopes.shape[1]
        moved = np.zeros((len(self.coefficients), n_counties, n_sums))
        found, starts = np.unique(out.county, return_index=True)
        by_units: dict[int, FloatArray] = {}
        for number, rows in self.groups:
            node = self.posterior.nodes[number]
            if id(node.units) not in by_units:
                _, x, _, _ = effective_rows(self.posterior.level, node, out.cell)
                sums = [np.add.reduceat(x[:, k:] * s[:, None], starts, axis=0) for s in slopes.T]
                by_units[id(node.units)] = np.concatenate(sums)
            away = self.coefficients[rows, k:] - node.mean[k:]
            by_sum = (away @ by_units[id(node.units)].T).reshape(len(rows), n_sums, len(found))
            moved[np.ix_(rows, found)] = np.moveaxis(by_sum, 1, 2)
        return moved


def votes_to_come(
    out: Out, share: Given, votes: Given, scores: Scores, n_counties: int
) -> FloatArray:
    """Votes of both finalists to come in every county, shape (n_draws, n_counties, 2).

    The unit's own departures and the chance in the votes are drawn for the county as a whole:
    normal, with the variance that all its cells have together.
    """
    n_draws = scores.n_draws
    sums = np.zeros((n_counties, 2, n_draws))
    spread = np.zeros((n_counties, 3))
    slopes = np.zeros((len(out.cell), 2, 2))
    for start in range(0, len(out.cell), _TILE):
        at = slice(start, start + _TILE)
        log_votes, vote_variance, vote_shared = votes.tile(out.cell[at])
        log_odds, share_variance, share_shared = share.tile(out.cell[at])
        # A unit's own departure is of all its votes, those that are counted among them.
        in_part = np.flatnonzero(out.counted[at] > 0)
        if len(in_part):
            turn = scores.parts[out.cell[at][in_part] % N_PARTS]
            sd = np.sqrt(vote_variance[in_part]).astype(np.float32)
            log_votes[in_part] += sd[:, None] * turn
            vote_variance[in_part] = 0
        log_votes += ((vote_variance + vote_shared) / 2).astype(np.float32)[:, None]
        total = np.exp(np.minimum(log_votes, np.float32(30)))
        to_come = _beyond(total, out.counted[at], out.most[at], out.bend[at])
        # The logistic function of a normal: its mean, nearly (MacKay 1992).
        shrink = 1 / np.sqrt(1 + np.pi * (share_variance + share_shared) / 8)
        lean = 1 / (1 + np.exp(-log_odds * shrink.astype(np.float32)[:, None]))
        first = to_come * lean
        makes_up = in_part if out.together else in_part[:0]
        # The share is that of all votes of a cell: what is out makes up for what is in.
        counted, counted_first = (part[at][makes_up] for part in (out.counted, out.counted_first))
        made_up = (counted[:, None] + to_come[makes_up]) * lean[makes_up] - counted_first[:, None]
        first[makes_up] = np.clip(made_up, 0, to_come[makes_up])
        county = out.county[at]
        starts = np.flatnonzero(np.diff(county, prepend=-1))
        sums[county[starts], 0] += np.add.reduceat(first, starts, axis=0)
        sums[county[starts], 1] += np.add.reduceat(to_come - first, starts, axis=0)
        one = first.mean(axis=1, dtype=np.float64)
        both = to_come.mean(axis=1, dtype=np.float64)
        p = one / np.maximum(both, 1e-9)
        swing = one * (1 - p)
        all_first = counted_first + one[makes_up]
        of_whole = all_first * (1 - all_first / np.maximum(counted + both[makes_up], 1e-9))
        # No more votes change hands than are out.
        most = both[makes_up] / 2 / np.sqrt(np.maximum(share_variance[makes_up], 1e-12))
        swing[makes_up] = np.minimum(of_whole, most)
        _add_spread(spread, county, one, both - one, swing, vote_variance, share_variance)
        by_share = shrink * swing
        by_votes = _slope(total.mean(axis=1, dtype=np.float64), both, out.counted[at], out.bend[at])
        slopes[at, 0] = np.column_stack([by_share, -by_share])
        slopes[at, 1] = np.column_stack([p * by_votes, (1 - p) * by_votes])
    come = np.moveaxis(sums, -1, 0).copy()
    come += share.moved_by_shared(out, slopes[:, 0], n_counties)
    come += votes.moved_by_shared(out, slopes[:, 1], n_counties)
    # A root of each county's 2 x 2 covariance.
    sd = np.sqrt(spread[:, 0])
    slope = np.divide(spread[:, 2], sd, out=np.zeros(n_counties), where=sd > 0)
    rest = np.sqrt(np.maximum(spread[:, 1] - slope**2, 0))
    come[:, :, 0] += sd * scores.chance[:, :, 0]
    come[:, :, 1] += slope * scores.chance[:, :, 0] + rest * scores.chance[:, :, 1]
    return np.maximum(come, 0)


def _slope(
    total: FloatArray, to_come: FloatArray, counted: FloatArray, bend: FloatArray
) -> FloatArray:
    """By how many votes to come a cell's log of all votes moves them; see `_beyond`."""
    steepness = to_come / np.maximum(np.hypot(total - counted, bend * counted), 1e-9)
    return np.asarray(total * np.minimum(steepness, 1))


def _beyond(
    total: Float32Array, counted: FloatArray, most: FloatArray, bend: FloatArray
) -> Float32Array:
    """Votes to come of cells that have some counted: what is expected less those, never below 0.

    Where nearly as much was counted as is expected, or more, the rest is not nothing: it bends
    smoothly towards 0.
    """
    base = counted.astype(np.float32)[:, None]
    room = np.maximum(most.astype(np.float32)[:, None] - base, 0)
    above = total - base
    smooth = bend.astype(np.float32)[:, None] * base
    return np.asarray(np.minimum((above + np.sqrt(above**2 + smooth**2)) / 2, room))


def _add_spread(
    spread: FloatArray,
    county: IndexArray,
    first: FloatArray,
    second: FloatArray,
    swing: FloatArray,
    vote_variance: FloatArray,
    share_variance: FloatArray,
) -> None:
    """Add variances and covariance of cells' votes to their counties', in place.

    `swing` is how many votes change hands for one on the log-odds.
    """
    votes = np.expm1(np.minimum(vote_variance, 4.0))
    exchanged = swing**2 * share_variance
    one = first**2 * votes + exchanged + first
    other = second**2 * votes + exchanged + second
    shared = first * second * votes - exchanged
    for column, values in enumerate((one, other, shared)):
        spread[:, column] += np.bincount(county, values, minlength=len(spread))
