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
from forecast.core.distributions import FloatArray
from forecast.core.flows import Flows, expected_arrivals, rake_flows
from forecast.core.noise import NoiseModel, add_count_noise
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
    Float32Array,
    StreamTable,
    expected_votes,
    returning_swing,
    tilt,
)

# Errors of the log-odds beyond this leave nothing to either side; exp of it fits in a float32.
LARGEST_ERROR = 40.0

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
    tiles = [table.tile(start, start + TILE_UNITS) for start in range(0, units.n_units, TILE_UNITS)]

    def run(block: int) -> None:
        start = block * BLOCK_DRAWS
        stop = min(start + BLOCK_DRAWS, n_draws)
        common = _draw_common(source, units, posterior, seed, block)
        sums = np.zeros((BLOCK_DRAWS, n_counties, 2))
        arrivals = np.zeros((BLOCK_DRAWS, 2))
        for number, tile in enumerate(tiles):
            rng = tile_generator(seed, block, number)
            expectation = expected_votes(
                tile, common.parameters, posterior, common.sample, common.swing
            )
            first, second = _runoff_votes(tile, common, expectation, noise, rng)
            _add_by_county(sums, tile.county_index, first, second)
            if flows is not None:
                arrivals += expected_arrivals(expectation)
            kept = slice(start, min(stop, len(unit_votes)))
            if kept.start < kept.stop:
                rows = kept.stop - kept.start
                columns = slice(number * TILE_UNITS, number * TILE_UNITS + first.shape[1])
                unit_votes[kept, columns, 0] = first[:rows]
                unit_votes[kept, columns, 1] = second[:rows]
        county_votes[start:stop] = sums[: stop - start]
        if flows is not None:
            raked = rake_flows(sources, common.parameters, arrivals, sums.sum(axis=1))
            flows.to_finalists[start:stop] = raked[: stop - start]

    # A block of draws belongs to one worker, and every array row to one block.
    with ThreadPoolExecutor(workers or os.cpu_count()) as pool:
        list(pool.map(run, range(-(-n_draws // BLOCK_DRAWS))))
    return RunoffDraws(county_votes, unit_votes, flows, seed)


@dataclass(frozen=True, eq=False)
class _Common:
    """What all units of a block of draws share; a draw is a row.

    `swing` is that of `returning_swing`, shape (n_draws,). `county_lean` and `county_turnout`
    are the race's error plus the county's, on the log-odds scale, shape (n_draws, n_counties).
    """

    parameters: RunoffParameters
    sample: npt.NDArray[np.intp]
    swing: FloatArray
    county_lean: Float32Array
    county_turnout: Float32Array


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
    lean_score, fresh = rng.standard_normal((2, BLOCK_DRAWS, len(units.county_names)))
    turnout_score = correlated_with(lean_score, parameters.county_correlation[:, None], fresh)
    sizes = parameters.county_sizes
    lean = parameters.race_lean[:, None] + sizes[:, :1] * lean_score
    turnout = parameters.race_turnout[:, None] + sizes[:, 1:] * turnout_score
    lean, turnout = (np.clip(e, -LARGEST_ERROR, LARGEST_ERROR) for e in (lean, turnout))
    return _Common(
        parameters,
        sample,
        returning_swing(units, parameters),
        lean.astype(np.float32),
        turnout.astype(np.float32),
    )


def _runoff_votes(
    tile: StreamTable,
    common: _Common,
    expectation: Expectation,
    noise: NoiseModel,
    rng: np.random.Generator,
) -> tuple[Float32Array, Float32Array]:
    """Votes of both finalists in a tile of units, shape (n_draws, n_units) each.

    The turnout error multiplies the odds of voting, the lean error the odds between the
    finalists: nobody votes twice, and neither error moves the other's quantity.
    """
    lean, turnout = _unit_errors(tile, common, rng)
    np.negative(lean, out=lean)
    np.negative(turnout, out=turnout)
    np.exp(lean, out=lean)
    np.exp(turnout, out=turnout)
    total = expectation.first + expectation.second
    share = tilt(expectation.first / np.maximum(total, 1e-6), lean)
    # Where everybody votes, rounding can leave the streams a hair above the eligible.
    voting = tilt(np.minimum(total / np.maximum(tile.eligible, 1e-6), 1), turnout)
    return add_count_noise(tile.eligible, voting, share, noise, rng)


def _unit_errors(
    tile: StreamTable, common: _Common, rng: np.random.Generator
) -> tuple[Float32Array, Float32Array]:
    """Errors of lean and turnout of all levels together, shape (n_draws, n_units) each."""
    n_draws, n_units = len(common.sample), len(tile.eligible)
    lean = rng.standard_normal((n_draws, n_units), dtype=np.float32)
    turnout = rng.standard_normal((n_draws, n_units), dtype=np.float32)
    sizes = common.parameters.unit_sizes.astype(np.float32)
    correlation = common.parameters.unit_correlation.astype(np.float32)[:, None]
    turnout *= np.sqrt(1 - correlation**2) * sizes[:, 1:]
    turnout += lean * (correlation * sizes[:, 1:])
    lean *= sizes[:, :1]
    lean += common.county_lean.take(tile.county_index, axis=1)
    turnout += common.county_turnout.take(tile.county_index, axis=1)
    return lean, turnout


def _add_by_county(
    sums: npt.NDArray[np.float64],
    county_index: npt.NDArray[np.intp],
    first: Float32Array,
    second: Float32Array,
) -> None:
    """Add a tile's votes to the sums by county, shape (n_draws, n_counties, 2), in place."""
    for county in np.unique(county_index):
        inside = county_index == county
        # Sums in float64: a float32 loses single votes above 16 million.
        sums[:, county, 0] += first[:, inside].sum(axis=1, dtype=np.float64)
        sums[:, county, 1] += second[:, inside].sum(axis=1, dtype=np.float64)
