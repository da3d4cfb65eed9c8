"""Votes that really moved: draws of every cell of every unit, given both margins.

A draw takes what all units share (`forecast.transfers.parameter_draws`), rates and votes of every
unit from there as the model says, and then moves the votes to the margins:
first as a normal distribution would be conditioned (the log odds of each row move as its own
spread lets them), then by raking, which leaves the odds ratios alone (Deming and Stephan
1940). Tiles of units share the draws of what is common to all.
"""

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from forecast.stats.arrays import Float32Array, FloatArray, IndexArray
from forecast.stats.blas_threads import one_blas_thread
from forecast.stats.freed_memory import keep_freed_memory
from forecast.stats.poisson_counts import counts_around
from forecast.transfers.cell_fit import CellFit, Progress, fit_cells, sample_of
from forecast.transfers.parameter_draws import ParameterDraws
from forecast.transfers.raking import raked
from forecast.transfers.transfer_priors import SpreadPrior
from forecast.transfers.unit_rates import (
    LEAST_SHARE,
    CellProblem,
    ContextEffects,
    TableTotals,
    column_covariance,
    precision_of,
    softmax,
    unit_context,
    unit_rates,
)

# Keeps a cell that a draw left empty open for votes that its margins need.
LEFT_OPEN = np.float32(0.01)
MAX_TILT = np.float32(3.0)
# Numbers of a tile of draws, 4 bytes each: a few such arrays stay in a processor's cache.
TILE_NUMBERS = 300_000
# Of `_centring`: its error is far below that of a rate.
CENTRING_DRAWS, CENTRING_STEPS = 400, 8
# Draws of a quantile below half a vote are no vote.
HALF_A_VOTE = 0.5

QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)


@dataclass(frozen=True, eq=False)
class CellVotes:
    """Votes of the cells.

    Attributes
    ----------
    table
        Draws of the whole table, shape (n_draws, n_rows, n_columns).
    group_mean, group_quantiles
        Of groups of units, shapes (n_groups, n_rows, n_columns) and with an axis of
        `QUANTILES` last.
    unit_mean, unit_quantiles
        The same of units.
    """

    table: Float32Array
    group_mean: Float32Array
    group_quantiles: Float32Array
    unit_mean: Float32Array
    unit_quantiles: Float32Array


def draw_cells(
    problem: CellProblem,
    fit: CellFit,
    parameters: ParameterDraws,
    groups: IndexArray,
    seed: int,
    progress: Progress = lambda _: None,
) -> CellVotes:
    """Draw the votes of every cell.

    Parameters
    ----------
    problem
        The margins.
    fit
        The mode: what the draws are moved to the margins with.
    parameters
        Draws of what all units share.
    groups
        The group of each unit, shape (n_units,), from 0 up.
    seed
        The same seed gives the same votes.
    progress
        Called with the part of the work that is done, 0 to 1.
    """
    order = np.argsort(groups, kind="stable")
    n_units, n_draws = len(order), len(parameters.spread)
    shape = (problem.n_rows, problem.n_columns)
    n_groups = int(groups.max()) + 1 if n_units else 0
    table = np.zeros((*shape, n_draws))
    unit_mean = np.zeros((n_units, *shape), dtype=np.float32)
    unit_quantiles = np.zeros((n_units, *shape, len(QUANTILES)), dtype=np.float32)
    group_mean = np.zeros((n_groups, *shape), dtype=np.float32)
    group_quantiles = np.zeros((n_groups, *shape, len(QUANTILES)), dtype=np.float32)
    tiles = _TileDraws(problem, fit, parameters)
    size = max(1, TILE_NUMBERS // (n_draws * problem.n_rows * problem.n_columns))
    begun = np.zeros((*shape, n_draws), dtype=np.float32)  # of the group a tile ends in
    chosen_units = [order[start : start + size] for start in range(0, n_units, size)]
    after = 0
    for chosen, votes in zip(chosen_units, _in_turn(tiles, chosen_units, seed), strict=True):
        after += len(chosen)
        unit_mean[chosen] = np.moveaxis(votes.mean(axis=3), 2, 0)
        unit_quantiles[chosen] = np.moveaxis(_quantiles(votes), (0, 3), (3, 0))
        table += votes.sum(axis=2)
        for group, part in _by_group(votes, groups[chosen]):
            begun += part
            ends = group != groups[chosen[-1]] or after == n_units
            if ends or groups[order[after]] != group:
                group_mean[group] = begun.mean(axis=2)
                group_quantiles[group] = np.moveaxis(_quantiles(begun), 0, 2)
                begun[:] = 0
        progress(after / n_units)
    return CellVotes(
        np.ascontiguousarray(np.moveaxis(table, 2, 0), dtype=np.float32),
        group_mean,
        group_quantiles,
        unit_mean,
        unit_quantiles,
    )


def _in_turn(
    tiles: "_TileDraws", chosen_units: list[IndexArray], seed: int
) -> Iterator[Float32Array]:
    """Votes of each tile in its turn, drawn by as many threads as there are processors.

    Every tile has a generator of its own, so that the votes do not depend on the threads.
    """
    seeds = np.random.SeedSequence(seed).spawn(len(chosen_units))
    workers = os.cpu_count() or 1
    keep_freed_memory()
    with one_blas_thread(), ThreadPoolExecutor(workers) as pool:
        waiting: deque[Future[Float32Array]] = deque()
        for chosen, own in zip(chosen_units, seeds, strict=True):
            waiting.append(pool.submit(tiles.draw, chosen, np.random.default_rng(own)))
            if len(waiting) > workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def expected_cells(
    problem: CellProblem, effects: ContextEffects, spread_prior: SpreadPrior, start: CellFit
) -> FloatArray:
    """The table that the mode gives, with no draws: rates of every unit, raked to its margins.

    Parameters
    ----------
    problem
        The margins.
    effects
        Of the context, which are held.
    spread_prior
        Of the spread between units.
    start
        The fit, with effects of its own.

    Returns
    -------
    FloatArray
        Votes, shape (n_rows, n_columns).
    """
    moved = (start.response @ effects.less(start.effects)).reshape(start.log_rates.shape)
    near = replace(start, log_rates=start.log_rates + moved)
    # In large tables a sample of the units tells how far the mode moves.
    sample = sample_of(problem)
    log_rates = fit_cells(sample, effects, spread_prior, start=near).log_rates
    if sample is not problem:
        usual = fit_cells(sample, start.effects, spread_prior, start=start)
        log_rates = log_rates + start.log_rates - usual.log_rates
    totals, mean_rates = TableTotals.of(problem), softmax(log_rates)
    table = np.zeros((problem.n_rows, problem.n_columns))
    size = max(1, TILE_NUMBERS // table.size)
    for first in range(0, len(problem.rows), size):
        part = problem.part(first, first + size)
        context = unit_context(part, totals, mean_rates)
        rates = unit_rates(log_rates, context, effects)
        votes = np.moveaxis(part.rows[:, :, None] * rates, 0, 2).astype(np.float32)[..., None]
        own = part.rows.T.astype(np.float32), part.columns.T.astype(np.float32)
        table += raked(votes, *own).sum(axis=(2, 3), dtype=np.float64)
    return table


def _by_group(votes: Float32Array, groups: IndexArray) -> Iterator[tuple[int, Float32Array]]:
    """Sums over the units of each group, which stand together."""
    starts = np.flatnonzero(np.r_[True, groups[1:] != groups[:-1]])
    sums = np.add.reduceat(votes, starts, axis=2)
    for position, start in enumerate(starts.tolist()):
        yield int(groups[start]), sums[:, :, position]


def _quantiles(votes: Float32Array) -> Float32Array:
    """Quantiles over the last axis, put first; what is less than half a vote is none."""
    values = np.sort(votes, axis=-1)
    places = np.array(QUANTILES) * (votes.shape[-1] - 1)
    below = np.floor(places).astype(np.intp)
    above = np.minimum(below + 1, votes.shape[-1] - 1)
    part = (places - below).astype(np.float32)
    found = values[..., below] * (1 - part) + values[..., above] * part
    found[found < HALF_A_VOTE] = 0
    # Cells that the margins determine come out as they are, not a last digit beside it.
    return np.moveaxis(np.round(found, 1), -1, 0)


class _TileDraws:
    """Draws of the cells of some units: arrays (row, column, unit, draw) in float32."""

    def __init__(self, problem: CellProblem, fit: CellFit, parameters: ParameterDraws) -> None:
        self._problem, self._fit = problem, fit
        self._totals = TableTotals.of(problem)
        self._rates = softmax(parameters.log_rates)  # (draw, row, column)
        totals = np.einsum("r,drc->cd", self._totals.rows, self._rates)
        overall = (totals + self._totals.settled[:, None]) / self._totals.votes
        self._log_overall = np.log(overall + LEAST_SHARE)
        self._pull = parameters.pull.T  # (column, draw)
        self._make_up = parameters.make_up.transpose(2, 1, 0)  # (column, row, draw)
        self._spread = parameters.spread.astype(np.float32)
        own = float(np.median(parameters.spread)) * np.hypot(1, fit.shared)
        centred = softmax(parameters.log_rates + _centring(fit.log_rates, own))
        self._powers = np.moveaxis(centred, 0, 2).astype(np.float32)  # (row, column, draw)

    def draw(self, chosen: IndexArray, rng: np.random.Generator) -> Float32Array:
        """Votes of the units at these positions, (row, column, unit, draw)."""
        problem = self._problem
        rows, columns = problem.rows[chosen], problem.columns[chosen]
        own_rows = rows.T.astype(np.float32)[:, None, :, None]
        own_columns = columns.T.astype(np.float32)[None, :, :, None]
        rates = self._draw_rates(chosen, rng)
        expected = own_rows * rates
        votes = counts_around(expected, rng)
        votes += LEFT_OPEN * expected
        votes *= own_rows / np.maximum(votes.sum(axis=1, keepdims=True), 1e-20)
        self._tilt(votes, rates, chosen)
        return raked(votes, own_rows[:, 0, :, 0], own_columns[0, :, :, 0])

    def _draw_rates(self, units: IndexArray, rng: np.random.Generator) -> Float32Array:
        """Rates of the units, with what is their own."""
        rows, settled = self._problem.rows[units], self._problem.settled[units]
        voters = (rows.sum(axis=1) + settled.sum(axis=1))[:, None]
        shares = rows / voters
        # (column, unit, draw): share of the unit that the mean rates send to the column
        chosen = np.einsum("ur,drc->cud", shares, self._rates, optimize=True)
        chosen += (settled / voters).T[:, :, None] + LEAST_SHARE
        shift = self._pull[:, None, :] * (np.log(chosen) - self._log_overall[:, None, :])
        away = shares - self._totals.rows / self._totals.votes
        shift += np.matmul(away, self._make_up)  # (unit, row) @ (column, row, draw)
        shape = (*self._powers.shape[:2], len(rows), self._powers.shape[2])
        rates = rng.standard_normal(shape, dtype=np.float32)
        if self._fit.shared:
            rates += np.float32(self._fit.shared) * rng.standard_normal(shape[1:], dtype=np.float32)
        wider = (self._fit.unit_spread[units] / self._fit.spread).astype(np.float32)
        rates *= wider[:, None] * self._spread
        np.exp(rates, out=rates)
        rates *= np.exp((shift - shift.max(axis=0)).astype(np.float32))
        rates *= self._powers[:, :, None, :]
        rates /= np.maximum(rates.sum(axis=1, keepdims=True), 1e-30)
        return rates

    def _tilt(self, votes: Float32Array, rates: Float32Array, chosen: IndexArray) -> None:
        """Move draws towards the margins as a normal distribution would be conditioned."""
        problem, fit = self._problem, self._fit
        part = CellProblem(
            problem.rows[chosen],
            problem.columns[chosen],
            problem.settled[chosen],
            problem.prior_mean,
            problem.prior_precision,
        )
        context = unit_context(part, self._totals, softmax(fit.log_rates))
        mode = unit_rates(fit.log_rates, context, fit.effects)
        precision = precision_of(
            column_covariance(part.rows, mode, fit.unit_spread[chosen], fit.shared),
            part.rows.sum(axis=1),
        )
        missing = part.columns.T[:, :, None] - votes.sum(axis=0)  # (column, unit, draw)
        force = np.einsum("ucd,dun->cun", precision, missing, optimize=True).astype(np.float32)
        variance = (fit.unit_spread[chosen] ** 2).astype(np.float32)
        gain = (variance * part.rows.T.astype(np.float32))[:, None, :, None]
        mean = (rates * force).sum(axis=1, keepdims=True)
        by_row = rates * (force - mean)
        tilt = force + gain * by_row
        if fit.shared:
            votes_moved = (part.rows.T.astype(np.float32)[:, None, :, None] * by_row).sum(axis=0)
            tilt += np.float32(fit.shared**2) * variance[:, None] * votes_moved
        np.clip(tilt, -MAX_TILT, MAX_TILT, out=tilt)
        votes *= np.exp(tilt, out=tilt)


def _centring(log_rates: FloatArray, spread: float) -> FloatArray:
    """What keeps the mean of rates with a spread at the rates without it, on the log scale.

    A spread of log rates draws rates near 0 and 1 to the middle, where their mean was not found.
    """
    rng = np.random.default_rng(0)
    own = spread * rng.standard_normal((CENTRING_DRAWS, *log_rates.shape))
    aim, added = np.log(softmax(log_rates)), np.zeros_like(log_rates)
    for _ in range(CENTRING_STEPS):
        added += aim - np.log(softmax(log_rates + added + own).mean(axis=0))
    return added
