"""A block of draws over a tile of units: what they share, their errors, and their votes.

A block draws the race-wide parameters and the county errors, then goes through the units
tile by tile: expected votes of the streams, errors of lean and turnout, count noise.
"""

from dataclasses import dataclass

import numpy as np

from forecast.first_round.posterior import FirstRoundPosterior
from forecast.priors.runoff_priors import RunoffPriors
from forecast.race.units import UnitData
from forecast.runoff.parameters import RunoffParameters, correlated_with, draw_parameters
from forecast.runoff.sampling_noise import NoiseModel, add_count_noise
from forecast.runoff.seeds import BLOCK_DRAWS, TILE_UNITS
from forecast.runoff.streams import (
    Expectation,
    StreamDraws,
    StreamTable,
    returning_swing,
    share_of_first,
)
from forecast.stats.arrays import Float32Array, FloatArray
from forecast.stats.normals import normal_pair

# Errors of the log-odds beyond this leave nothing to either side. With the error of a unit, nine
# times its size at most, exp of them fits in a float32.
LARGEST_ERROR, LARGEST_UNIT = 40.0, 5.0
# Whole numbers up to this one are exact in single precision.
LARGEST_FLOAT32_COUNT = 2**24


@dataclass(frozen=True, eq=False)
class Tile:
    """Some units of a race.

    Attributes
    ----------
    table
        The units.
    runs
        Each of their counties, and where it starts and stops in them.
    exact
        The smallest float that adds up their votes without rounding.
    """

    table: StreamTable
    runs: tuple[tuple[int, slice], ...]
    exact: type[np.floating]

    @classmethod
    def of(cls, table: StreamTable, start: int) -> "Tile":
        """The units of a race from `start` on, as many as a tile has."""
        tile = table.tile(start, start + TILE_UNITS)
        index = tile.county_index
        ends = np.flatnonzero(np.diff(index, append=-1)) + 1
        runs = zip(index[ends - 1].tolist(), map(slice, [0, *ends[:-1]], ends), strict=True)
        fits = tile.eligible.sum(dtype=np.float64) < LARGEST_FLOAT32_COUNT
        return cls(tile, tuple(runs), np.float32 if fits else np.float64)

    def add_by_county(self, sums: FloatArray, votes: tuple[Float32Array, Float32Array]) -> None:
        """Add the votes of the finalists to the sums, (n_counties, 2, n_draws), in place."""
        for finalist, of_units in enumerate(votes):
            for county, inside in self.runs:
                sums[county, finalist] += of_units[inside].sum(axis=0, dtype=self.exact)


@dataclass(frozen=True, eq=False)
class BlockDraws:
    """What all units of a block of draws share.

    The errors are those of the log-odds against the first finalist and against voting: of the
    race and the county together, shape (n_counties, n_draws); and what a unit's two standard
    normal scores are multiplied with, shape (n_draws,): `lean_size` with the first, the two
    of `turnout_sizes` with either.
    """

    parameters: RunoffParameters
    streams: StreamDraws
    county_lean: Float32Array
    county_turnout: Float32Array
    lean_size: Float32Array
    turnout_sizes: tuple[Float32Array, Float32Array]


def draw_block(
    units: UnitData,
    posterior: FirstRoundPosterior,
    priors: RunoffPriors,
    rng: np.random.Generator,
) -> BlockDraws:
    """Draw a whole block, whatever part of it is wanted: the draws do not depend on it.

    Parameters
    ----------
    units, posterior, priors
        As for `forecast.runoff.simulation.simulate_runoffs`.
    rng
        Of the block.
    """
    parameters = draw_parameters(priors, units, rng, BLOCK_DRAWS)
    sample = rng.integers(posterior.n_samples, size=BLOCK_DRAWS)
    scores = rng.standard_normal((BLOCK_DRAWS, 2, len(units.county_names)))
    lean_score, fresh = scores.transpose(1, 2, 0)  # (county, draw) each
    turnout_score = correlated_with(lean_score, parameters.county_correlation, fresh)
    county, unit = parameters.county_sizes.T, np.minimum(parameters.unit_sizes, LARGEST_UNIT).T
    # Counties differ around the race, whose own error is its own: their mean counts nothing twice.
    lean = parameters.race_lean + county[0] * _around_race(units, lean_score)
    turnout = parameters.race_turnout + county[1] * _around_race(units, turnout_score)
    lean, turnout = (-np.clip(e, -LARGEST_ERROR, LARGEST_ERROR) for e in (lean, turnout))
    correlation = parameters.unit_correlation
    shared, own = correlation * unit[1], np.sqrt(1 - correlation**2) * unit[1]
    swing = returning_swing(units, parameters)
    return BlockDraws(
        parameters,
        StreamDraws.of(parameters, posterior, sample, swing),
        lean.astype(np.float32),
        turnout.astype(np.float32),
        -unit[0].astype(np.float32),
        (-shared.astype(np.float32), -own.astype(np.float32)),
    )


def _around_race(units: UnitData, score: FloatArray) -> FloatArray:
    """Scores of counties less their mean by first-round votes, shape (n_counties, n_draws)."""
    votes = np.bincount(units.county_index, units.votes_cast, len(units.county_names))
    return score - (votes / max(votes.sum(), 1)) @ score


def runoff_votes(
    table: StreamTable,
    draws: BlockDraws,
    expectation: Expectation,
    noise: NoiseModel,
    rng: np.random.Generator,
) -> tuple[Float32Array, Float32Array]:
    """Votes of both finalists in a tile of units, shape (n_units, n_draws) each.

    The turnout error multiplies the odds of voting, the lean error the odds between the
    finalists: nobody votes twice, and neither error moves the other's quantity.

    Parameters
    ----------
    table
        The units.
    draws
        What they share.
    expectation
        What the streams expect of them.
    noise, rng
        As for `forecast.runoff.sampling_noise.add_count_noise`.
    """
    lean, turnout = _unit_errors(table, draws, rng)
    first, second = expectation.first, expectation.second
    total = first + second
    home = np.subtract(table.eligible[:, None], total)
    # Where everybody votes, rounding can leave the streams a hair above the eligible.
    np.maximum(home, np.zeros_like(home[:1]), out=home)
    home *= np.exp(turnout, out=turnout)
    against = np.exp(lean, out=lean)
    against *= second
    return add_count_noise(
        table.eligible, share_of_first(total, home), share_of_first(first, against), noise, rng
    )


def _unit_errors(
    table: StreamTable, draws: BlockDraws, rng: np.random.Generator
) -> tuple[Float32Array, Float32Array]:
    """Errors of all levels together, as in `BlockDraws`, shape (n_units, n_draws) each."""
    lean, turnout = normal_pair(rng, (len(table.eligible), len(draws.lean_size)))
    shared, own = draws.turnout_sizes
    turnout *= own
    turnout += lean * shared
    turnout += draws.county_turnout.take(table.county_index, axis=0)
    lean *= draws.lean_size
    lean += draws.county_lean.take(table.county_index, axis=0)
    return lean, turnout
