"""Simulated runoffs: blocks of draws over tiles of units, on every core.

Only sums over units are kept, so that memory does not grow with the units; see `Keep` for
what else a caller may ask for.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from forecast.first_round.posterior import FirstRoundPosterior
from forecast.priors.runoff_priors import RunoffPriors
from forecast.race.units import UnitData
from forecast.runoff.block import Tile, draw_block, runoff_votes
from forecast.runoff.flows import Flows
from forecast.runoff.keep import TOTALS_ONLY, Keep, Kept
from forecast.runoff.monte_carlo import independent_draws
from forecast.runoff.sampling_noise import NoiseModel
from forecast.runoff.seeds import BLOCK_DRAWS, TILE_UNITS, parameter_generator, tile_generator
from forecast.runoff.streams import StreamTable, expected_votes
from forecast.runoff.unit_sketch import UnitSketch
from forecast.stats.arrays import Float32Array, FloatArray, IndexArray
from forecast.stats.blas_threads import one_blas_thread
from forecast.stats.freed_memory import keep_freed_memory


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
        Effective sample size: how many independent draws would tell the win probability as
        well; None for as many as there are.
    copies
        How often each simulated draw is here, where these were chosen from others; None where
        they are as they were simulated.
    """

    county_votes: FloatArray
    unit_votes: Float32Array
    flows: Flows | None
    seed: int
    effective: float | None = None
    units: UnitSketch | None = None
    copies: IndexArray | None = None

    @property
    def n_draws(self) -> int:
        """How many runoffs these are."""
        return len(self.county_votes)

    @property
    def n_simulated(self) -> int:
        """How many were simulated, these among them."""
        return self.n_draws if self.copies is None else len(self.copies)

    def take(self, chosen: IndexArray, effective: float | None) -> "RunoffDraws":
        """Chosen draws, some perhaps more than once; those of units are not kept.

        Parameters
        ----------
        chosen
            Indices of the draws, shape (n_chosen,).
        effective
            Effective sample size of the chosen draws.
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
    def votes(self) -> FloatArray:
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
    keep: Keep = TOTALS_ONLY,
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
        Model of the sampling noise, see `forecast.runoff.sampling_noise.add_count_noise`.
    workers
        Threads; all cores by default.
    stratified
        Stratify the draws of the race-wide parameters (`forecast.stats.stratified`); without
        it all draws are independent.

    Raises
    ------
    ValueError
        When `first_draw` is inside a block.
    """
    if first_draw % BLOCK_DRAWS:
        raise ValueError(f"first_draw is {first_draw}, no multiple of {BLOCK_DRAWS}")
    table = StreamTable.of(units, posterior)
    tiles = [Tile.of(table, start) for start in range(0, units.n_units, TILE_UNITS)]
    kept = Kept.room(units, n_draws, keep)

    def run(start: int) -> None:
        number = (first_draw + start) // BLOCK_DRAWS
        rng = parameter_generator(seed, number, stratified=stratified)
        draws = draw_block(units, posterior, priors, rng)
        block = kept.block(start)
        for tile_index, tile in enumerate(tiles):
            expectation = expected_votes(tile.table, draws.streams)
            rng = tile_generator(seed, number, tile_index)
            votes = runoff_votes(tile.table, draws, expectation, noise, rng)
            block.add(tile, expectation, votes)
        block.finish(draws.parameters)

    keep_freed_memory()
    # A block of draws belongs to one worker, and every row of what is kept to one block.
    with one_blas_thread(), ThreadPoolExecutor(workers or os.cpu_count()) as pool:
        list(pool.map(run, range(0, n_draws, BLOCK_DRAWS)))
    effective = independent_draws(kept.county_votes.sum(axis=1)) if stratified else None
    return RunoffDraws(
        kept.county_votes, kept.unit_votes, kept.flows, seed, effective, units=kept.sketch
    )


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
