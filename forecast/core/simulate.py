"""Simulated runoffs: blocks of draws over tiles of units, on every core.

A block draws the race-wide parameters and the county errors, then goes through the units
tile by tile: expected votes of the streams, errors of lean and turnout, count noise. Only
sums over units are kept, so that memory does not grow with the units; see `Keep` for what
else a caller may ask for.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecast.core.covariates import UnitData
from forecast.core.flows import Flows, expected_arrivals, rake_flows
from forecast.core.noise import NoiseModel, add_count_noise
from forecast.core.normals import Float32Array, normal_pair
from forecast.core.parameters import (
    RunoffParameters,
    RunoffPriors,
    correlated_with,
    draw_parameters,
)
from forecast.core.seeds import BLOCK_DRAWS, TILE_UNITS, parameter_generator, tile_generator
from forecast.core.streams import (
    Expectation,
    FirstRoundPosterior,
    StreamDraws,
    StreamTable,
    expected_votes,
    returning_swing,
    share_of_first,
)

# Errors of the log-odds beyond this leave nothing to either side; exp of it fits in a float32.
LARGEST_ERROR = 40.0
# Whole numbers up to this one are exact in single precision.
LARGEST_FLOAT32_COUNT = 2**24

ParameterSource = Callable[[np.random.Generator, int], RunoffParameters]


@dataclass(frozen=True)
class Keep:
    """What a simulation keeps beyond the votes of the race and of its counties.

    Attributes
    ----------
    flows
        Votes from each first-round candidate to each finalist and home.
    unit_draws
        Votes in every unit of the first so many draws.
    """

    flows: bool = False
    unit_draws: int = 0


@dataclass(frozen=True, eq=False)
class RunoffDraws:
    """Simulated runoffs.

    Attributes
    ----------
    county_votes
        Votes of both finalists, shape (n_draws, n_counties, 2).
    unit_votes
        The same by unit for the first draws, shape (n_kept, n_units, 2).
    flows
        Where every first-round candidate's votes went, None unless asked for.
    seed
        The seed that gives these draws again.
    effective
        How many independent draws they are worth; None for as many as there are.
    """

    county_votes: npt.NDArray[np.float64]
    unit_votes: Float32Array
    flows: Flows | None
    seed: int
    effective: float | None = None

    @property
    def n_draws(self) -> int:
        """How many runoffs were simulated."""
        return len(self.county_votes)

    def take(self, chosen: npt.NDArray[np.intp], effective: float) -> "RunoffDraws":
        """Chosen draws, some perhaps more than once; those of units are not kept.

        Parameters
        ----------
        chosen
            Positions of the draws, shape (n_chosen,).
        effective
            How many independent draws the chosen ones are worth.
        """
        flows = None if self.flows is None else Flows(self.flows.to_finalists[chosen])
        none = self.unit_votes[:0]
        return RunoffDraws(self.county_votes[chosen], none, flows, self.seed, effective)

    @property
    def votes(self) -> npt.NDArray[np.float64]:
        """Votes of both finalists in the whole race, shape (n_draws, 2)."""
        return np.asarray(self.county_votes.sum(axis=1))


def simulate_runoffs(
    units: UnitData,
    posterior: FirstRoundPosterior,
    priors: RunoffPriors,
    *,
    n_draws: int,
    seed: int,
    keep: Keep = Keep(),
    noise: NoiseModel = "auto",
    workers: int | None = None,
) -> RunoffDraws:
    """Simulate runoffs of a race.

    Parameters
    ----------
    units
        The race as arrays.
    posterior
        Posterior draws of the first-round model; each runoff takes one at random.
    priors
        Priors of the runoff model.
    n_draws
        How many runoffs.
    seed
        The same seed gives the same votes, whatever the number of workers.
    keep
        What to keep beyond the totals.
    noise
        Model of the count noise, see `forecast.core.noise.add_count_noise`.
    workers
        Threads; all cores by default.
    """
    table = StreamTable.of(units, posterior)

    def source(rng: np.random.Generator, size: int) -> RunoffParameters:
        return draw_parameters(priors, units, rng, size)

    n_counties = len(units.county_names)
    county_votes = np.empty((n_draws, n_counties, 2))
    unit_votes = np.empty((min(keep.unit_draws, n_draws), units.n_units, 2), dtype=np.float32)
    flows = Flows.empty(n_draws, len(units.sides)) if keep.flows else None
    absent = (units.eligible - units.votes_cast).sum()
    sources = np.append(units.candidate_votes.sum(axis=0), absent).astype(np.float64)
    tiles = [_Tile.of(table, start) for start in range(0, units.n_units, TILE_UNITS)]

    def run(block: int) -> None:
        start = block * BLOCK_DRAWS
        stop = min(start + BLOCK_DRAWS, n_draws)
        common = _draw_common(source, units, posterior, seed, block)
        sums = np.zeros((n_counties, 2, BLOCK_DRAWS))
        arrivals = np.zeros((2, BLOCK_DRAWS))
        for number, tile in enumerate(tiles):
            rng = tile_generator(seed, block, number)
            expectation = expected_votes(tile.table, common.streams)
            votes = _runoff_votes(tile.table, common, expectation, noise, rng)
            tile.add_by_county(sums, votes)
            if flows is not None:
                arrivals += expected_arrivals(expectation)
            kept = slice(start, min(stop, len(unit_votes)))
            if kept.start < kept.stop:
                for finalist, of_units in enumerate(votes):
                    shown = of_units[:, : kept.stop - kept.start]
                    unit_votes[kept, tile.table.position, finalist] = shown.T
        county_votes[start:stop] = np.moveaxis(sums, -1, 0)[: stop - start]
        if flows is not None:
            raked = rake_flows(sources, common.parameters, arrivals, sums.sum(axis=0))
            flows.to_finalists[start:stop] = raked[: stop - start]

    # A block of draws belongs to one worker, and every array row to one block.
    with ThreadPoolExecutor(workers or os.cpu_count()) as pool:
        list(pool.map(run, range(-(-n_draws // BLOCK_DRAWS))))
    return RunoffDraws(county_votes, unit_votes, flows, seed)


@dataclass(frozen=True, eq=False)
class _Tile:
    """Some units of a race, and where each of their counties starts and stops in them.

    `exact` is the smallest float that adds up their votes without rounding.
    """

    table: StreamTable
    runs: tuple[tuple[int, slice], ...]
    exact: type[np.floating]

    @classmethod
    def of(cls, table: StreamTable, start: int) -> "_Tile":
        tile = table.tile(start, start + TILE_UNITS)
        counties, first = np.unique(tile.county_index, return_index=True)
        last = np.append(first[1:], len(tile.county_index))
        runs = zip(counties.tolist(), map(slice, first, last), strict=True)
        fits = tile.eligible.sum(dtype=np.float64) < LARGEST_FLOAT32_COUNT
        return cls(tile, tuple(runs), np.float32 if fits else np.float64)

    def add_by_county(
        self, sums: npt.NDArray[np.float64], votes: tuple[Float32Array, Float32Array]
    ) -> None:
        """Add the votes of the finalists to the sums, (n_counties, 2, n_draws), in place."""
        for finalist, of_units in enumerate(votes):
            for county, inside in self.runs:
                sums[county, finalist] += of_units[inside].sum(axis=0, dtype=self.exact)


@dataclass(frozen=True, eq=False)
class _Common:
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


def _draw_common(
    source: ParameterSource,
    units: UnitData,
    posterior: FirstRoundPosterior,
    seed: int,
    block: int,
) -> _Common:
    """Draw a whole block, whatever part of it is wanted: the draws do not depend on it."""
    rng = parameter_generator(seed, block)
    parameters = source(rng, BLOCK_DRAWS)
    sample = rng.integers(posterior.n_samples, size=BLOCK_DRAWS)
    lean_score, fresh = rng.standard_normal((2, len(units.county_names), BLOCK_DRAWS))
    turnout_score = correlated_with(lean_score, parameters.county_correlation, fresh)
    county, unit = parameters.county_sizes.T, parameters.unit_sizes.T
    lean = parameters.race_lean + county[0] * lean_score
    turnout = parameters.race_turnout + county[1] * turnout_score
    lean, turnout = (-np.clip(e, -LARGEST_ERROR, LARGEST_ERROR) for e in (lean, turnout))
    correlation = parameters.unit_correlation
    shared, own = correlation * unit[1], np.sqrt(1 - correlation**2) * unit[1]
    swing = returning_swing(units, parameters)
    return _Common(
        parameters,
        StreamDraws.of(parameters, posterior, sample, swing),
        lean.astype(np.float32),
        turnout.astype(np.float32),
        -unit[0].astype(np.float32),
        (-shared.astype(np.float32), -own.astype(np.float32)),
    )


def _runoff_votes(
    table: StreamTable,
    common: _Common,
    expectation: Expectation,
    noise: NoiseModel,
    rng: np.random.Generator,
) -> tuple[Float32Array, Float32Array]:
    """Votes of both finalists in a tile of units, shape (n_units, n_draws) each.

    The turnout error multiplies the odds of voting, the lean error the odds between the
    finalists: nobody votes twice, and neither error moves the other's quantity.
    """
    lean, turnout = _unit_errors(table, common, rng)
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
    table: StreamTable, common: _Common, rng: np.random.Generator
) -> tuple[Float32Array, Float32Array]:
    """Errors of all levels together, as in `_Common`, shape (n_units, n_draws) each."""
    lean, turnout = normal_pair(rng, (len(table.eligible), len(common.lean_size)))
    shared, own = common.turnout_sizes
    turnout *= own
    turnout += lean * shared
    turnout += common.county_turnout.take(table.county_index, axis=0)
    lean *= common.lean_size
    lean += common.county_lean.take(table.county_index, axis=0)
    return lean, turnout
