"""Simulated runoffs: blocks of draws over tiles of units, on every core.

Only sums over units are kept, so that memory does not grow with the units; see `Keep` for
what else a caller may ask for.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecast.core.block import Tile, draw_block, runoff_votes
from forecast.core.covariates import UnitData
from forecast.core.flows import Flows, expected_arrivals, rake_flows
from forecast.core.monte_carlo import independent_draws
from forecast.core.noise import NoiseModel
from forecast.core.normals import Float32Array
from forecast.core.parameters import RunoffPriors
from forecast.core.seeds import BLOCK_DRAWS, TILE_UNITS, parameter_generator, tile_generator
from forecast.core.streams import FirstRoundPosterior, StreamTable, expected_votes
from forecast.core.unit_sketch import UnitSketch


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
    copies: npt.NDArray[np.intp] | None = None


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
    units
        Every unit over the draws, None unless asked for.
    seed
        The seed that gives these draws again.
    effective
        How many independent draws would tell the win probability as well; None for as many as
        there are.
    copies
        Of draws that were chosen from others: how often each of those is here; None where
        these are as they were simulated.
    """

    county_votes: npt.NDArray[np.float64]
    unit_votes: Float32Array
    flows: Flows | None
    seed: int
    effective: float | None = None
    units: UnitSketch | None = None
    copies: npt.NDArray[np.intp] | None = None

    @property
    def n_draws(self) -> int:
        """How many runoffs these are."""
        return len(self.county_votes)

    @property
    def n_simulated(self) -> int:
        """How many were simulated, these among them."""
        return self.n_draws if self.copies is None else len(self.copies)

    def take(self, chosen: npt.NDArray[np.intp], effective: float | None) -> "RunoffDraws":
        """Chosen draws, some perhaps more than once; those of units are not kept.

        Parameters
        ----------
        chosen
            Positions of the draws, shape (n_chosen,).
        effective
            How many independent draws the chosen ones are worth.
        """
        flows = None if self.flows is None else Flows(self.flows.to_finalists[chosen])
        return RunoffDraws(
            self.county_votes[chosen],
            self.unit_votes[:0],
            flows,
            self.seed,
            effective,
            copies=np.bincount(chosen, minlength=self.n_draws),
        )

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
    first_draw: int = 0,
    keep: Keep = Keep(),
    noise: NoiseModel = "auto",
    workers: int | None = None,
    stratified: bool = True,
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
    first_draw
        Go on where `n_draws` of an earlier call stopped, a multiple of `BLOCK_DRAWS`.
    keep
        What to keep beyond the totals.
    noise
        Model of the count noise, see `forecast.core.noise.add_count_noise`.
    workers
        Threads; all cores by default.
    stratified
        Let the race-wide parameters of a block of draws cover their range evenly
        (`forecast.core.stratified`); without it all draws are independent.
    """
    n_units, n_counties = units.n_units, len(units.county_names)
    county_votes = np.empty((n_draws, n_counties, 2))
    unit_votes = np.empty((min(keep.unit_draws, n_draws), n_units, 2), dtype=np.float32)
    flows = Flows.empty(n_draws, len(units.sides)) if keep.flows else None
    sketch = UnitSketch.empty(n_units) if keep.units else None
    copies = np.ones(n_draws, dtype=np.intp) if keep.copies is None else keep.copies
    absent = (units.eligible - units.votes_cast).sum()
    sources = np.append(units.candidate_votes.sum(axis=0), absent).astype(np.float64)
    table = StreamTable.of(units, posterior)
    tiles = [Tile.of(table, start) for start in range(0, n_units, TILE_UNITS)]

    def run(start: int) -> None:
        rows = slice(start, min(start + BLOCK_DRAWS, n_draws))
        block = (first_draw + start) // BLOCK_DRAWS
        rng = parameter_generator(seed, block, stratified=stratified)
        draws = draw_block(units, posterior, priors, rng)
        counted = np.arange(rows.stop - rows.start)
        chosen, kept = np.repeat(counted, copies[rows]), unit_votes[rows]
        sums = np.zeros((n_counties, 2, BLOCK_DRAWS))
        arrivals = np.zeros((2, BLOCK_DRAWS))
        for number, tile in enumerate(tiles):
            expectation = expected_votes(tile.table, draws.streams)
            rng = tile_generator(seed, block, number)
            votes = runoff_votes(tile.table, draws, expectation, noise, rng)
            tile.add_by_county(sums, votes)
            position = tile.table.position
            if flows is not None:
                arrivals += expected_arrivals(expectation)
            if sketch is not None:
                sketch.add(position, votes, tile.table.eligible, chosen)
            for finalist, of_units in enumerate(votes):
                kept[:, position, finalist] = of_units[:, : len(kept)].T
        county_votes[rows] = np.moveaxis(sums, -1, 0)[counted]
        if flows is not None:
            raked = rake_flows(sources, draws.parameters, arrivals, sums.sum(axis=0))
            flows.to_finalists[rows] = raked[counted]

    # A block of draws belongs to one worker, and every row of these arrays to one block.
    with ThreadPoolExecutor(workers or os.cpu_count()) as pool:
        list(pool.map(run, range(0, n_draws, BLOCK_DRAWS)))
    worth = independent_draws(county_votes.sum(axis=1)) if stratified else None
    return RunoffDraws(county_votes, unit_votes, flows, seed, worth, sketch)


def join(parts: Sequence[RunoffDraws]) -> RunoffDraws:
    """Draws of one seed that follow each other, as if they had been simulated at once.

    Parameters
    ----------
    parts
        All but the last of whole blocks; what they kept of units is left out.
    """
    county_votes = np.concatenate([part.county_votes for part in parts])
    flows = [part.flows.to_finalists for part in parts if part.flows is not None]
    return RunoffDraws(
        county_votes,
        parts[0].unit_votes[:0],
        Flows(np.concatenate(flows)) if flows else None,
        parts[0].seed,
        independent_draws(county_votes.sum(axis=1)),
    )
