"""The fast estimate: a normal approximation of the mean rates at their mode.

The column sums of a unit are Student t, with the mean that the rates of its rows give and the
scale of `forecast.transfers.unit_rates.column_covariance`: a unit whose roll was mended or whose
row is wrong then tells little of the rates, and nothing of how much other units differ. The mode
of the mean log rates is found by Gauss-Newton steps with scales and weights of the units held,
which are then made anew, with the spread between units that the weighted residuals show
(iterated weighted least squares; Lange, Little and Taylor 1989). What the margins can't tell,
the pull of the neighbours and the effects of the make-up, is held at its prior mean; how the mode
would move with it is kept, for the draws.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from forecast.stats.arrays import FloatArray
from forecast.transfers.transfer_priors import ContextPrior, SpreadPrior
from forecast.transfers.unit_rates import (
    CellProblem,
    TableTotals,
    column_covariance,
    precision_of,
    pull_slopes,
    slopes_of,
    softmax,
    unit_context,
    unit_rates,
)

MAX_ROUNDS = 40
# From a fit with another context.
ROUNDS_AGAIN = 12
# Largest change of a mean rate in a round that counts as none.
AT_REST = 1e-3
# So does a step of the mean log rates of so many of their standard deviations.
AT_REST_SCORE = 0.1
# Largest relative change of the spread that counts as none.
SPREAD_AT_REST = 0.02
MAX_STEP = 2.0
# A round that turns back on the one before takes half the step; steps then grow again.
TURNED, ONWARD, LEAST_PART = 0.5, 1.2, 0.1
SMALLEST_STEP = 1e-3
# The residuals say little in one round of how much larger a spread is: it moves by at most this.
MAX_FACTOR = 1.7
SPREAD_LIMITS = (0.02, 2.0)
# A table of more units is first fitted to every so many of them, down to this number.
SAMPLE = 3000
# Numbers of a Jacobian that are held at once.
TILE_NUMBERS = 4_000_000

Progress = Callable[[float], None]


@dataclass(frozen=True, eq=False)
class CellFit:
    """The mean log rates, approximately normal.

    Attributes
    ----------
    log_rates
        Mode, shape (n_rows, n_columns); a constant added to a row changes nothing.
    covariance
        Of the mode, with the context held, shape (n_rows * n_columns,) twice.
    response
        How the mode moves with the pull of each column and the effects of the make-up:
        shape (n_rows * n_columns, n_columns + n_rows * n_columns).
    spread
        Standard deviation of units' own log rates.
    unit_spread
        The same of every unit, larger where its column sums are far from what is expected of
        them, shape (n_units,).
    spread_freedom
        Degrees of freedom it rests on, the prior's among them.
    shared
        As the prior of the spread has it.
    rounds
        How many rounds it took; `MAX_ROUNDS` when it did not come to rest.
    at_rest
        Whether it came to rest.
    """

    log_rates: FloatArray
    covariance: FloatArray
    response: FloatArray
    spread: float
    unit_spread: FloatArray
    spread_freedom: float
    shared: float
    rounds: int
    at_rest: bool


@dataclass(frozen=True, eq=False)
class _Sums:
    """Sums over the units at one point, each unit by its weight.

    Half the squared residuals, the gradient, the curvature, and that by the context.
    """

    loss: float
    gradient: FloatArray
    curvature: FloatArray
    crossed: FloatArray


def fit_cells(
    problem: CellProblem,
    context_prior: ContextPrior,
    spread_prior: SpreadPrior,
    progress: Progress = lambda _: None,
    start: "CellFit | None" = None,
) -> CellFit:
    """Find the mode of the mean log rates, and the spread between units.

    Parameters
    ----------
    problem
        The margins, units without voters left out, and the prior of the log rates.
    context_prior
        Its means are held.
    spread_prior
        Of the spread between units.
    progress
        Called with the part of the work that is done, 0 to 1.
    start
        A fit of the same problem with another context, to go on from; by default the prior mean.
    """
    most = MAX_ROUNDS if start is None else ROUNDS_AGAIN
    if start is None and (sample := sample_of(problem)) is not problem:
        start = fit_cells(sample, context_prior, spread_prior)
    units = _Units(problem, context_prior.pull, spread_prior)
    log_rates, spread = problem.prior_mean.copy(), spread_prior.median
    if start is not None:
        log_rates, spread = start.log_rates, start.spread
    # Of the residuals' freedom: every unit has one less than there are columns.
    freedom = len(problem.rows) * (problem.n_columns - 1)
    at_rest, rounds = False, 0
    part, before = 1.0, np.zeros_like(log_rates)
    while not at_rest and rounds < most:
        rounds += 1
        precisions, _ = units.precisions(log_rates, spread)
        sums = units.sums(log_rates, precisions)
        covariance = np.linalg.inv(sums.curvature + problem.prior_precision)
        used = float((covariance * sums.curvature).sum())
        step = _step(units, log_rates, precisions, sums, covariance) - log_rates
        wider = _next_spread(spread, 2 * sums.loss, freedom - used, spread_prior)
        change = float(np.abs(softmax(log_rates + step) - softmax(log_rates)).max())
        scores = float(step.ravel() @ (sums.curvature + problem.prior_precision) @ step.ravel())
        near = change < AT_REST or scores < AT_REST_SCORE**2 * step.size
        at_rest = near and abs(np.log(wider / spread)) < SPREAD_AT_REST
        turned = float((step * before).sum()) < 0
        part = max(TURNED * part, LEAST_PART) if turned else min(1.0, ONWARD * part)
        before = step
        log_rates = log_rates + part * step
        spread = float(spread * (wider / spread) ** part)
        progress(min(1.0, max(rounds / MAX_ROUNDS, np.log(change + 1e-9) / np.log(AT_REST))))
    precisions, weights = units.precisions(log_rates, spread)
    sums = units.sums(log_rates, precisions, crossed=True)
    # Of Student residuals: their weights are not known, but estimated.
    known = 1 - 2 / (spread_prior.unit_tail + problem.n_columns + 1)
    covariance = np.linalg.inv(known * sums.curvature + problem.prior_precision)
    return CellFit(
        log_rates=log_rates,
        covariance=(covariance + covariance.T) / 2,
        response=-known * covariance @ sums.crossed,
        spread=spread,
        unit_spread=np.minimum(spread / np.sqrt(weights), SPREAD_LIMITS[1]),
        spread_freedom=max(freedom - used, 0.0) + spread_prior.freedom,
        shared=spread_prior.shared,
        rounds=rounds,
        at_rest=at_rest,
    )


def sample_of(problem: CellProblem) -> CellProblem:
    """Evenly spaced units of a large problem, `SAMPLE` or a few more; a smaller one itself."""
    step = len(problem.rows) // SAMPLE
    return problem.every(step) if step > 1 else problem


def _next_spread(spread: float, squares: float, freedom: float, prior: SpreadPrior) -> float:
    """Scale the spread to the residuals, and to the prior by its worth in degrees of freedom."""
    freedom = max(freedom, 0.0)
    own = spread * np.sqrt(max(squares, 1e-9) / max(freedom, 1.0))
    own = float(np.clip(own, spread / MAX_FACTOR, spread * MAX_FACTOR))
    weight = freedom / (freedom + prior.freedom)
    log_spread = weight * np.log(own) + (1 - weight) * np.log(prior.median)
    return float(np.clip(np.exp(log_spread), *SPREAD_LIMITS))


def _step(
    units: "_Units",
    log_rates: FloatArray,
    precisions: list[FloatArray],
    sums: _Sums,
    covariance: FloatArray,
) -> FloatArray:
    """A Gauss-Newton step with the covariances held, cut until it goes down."""
    problem = units.problem
    before = sums.loss + units.prior_loss(log_rates)
    pulled = problem.prior_precision @ (log_rates - problem.prior_mean).ravel()
    step = (covariance @ (sums.gradient - pulled)).reshape(log_rates.shape)
    part = min(1.0, MAX_STEP / max(float(np.abs(step).max()), 1e-12))
    while part > SMALLEST_STEP:
        tried = log_rates + part * step
        if units.loss(tried, precisions) + units.prior_loss(tried) <= before + 1e-9:
            return tried
        part /= 2
    return log_rates


class _Units:
    """The units of a problem in tiles, so that memory does not grow with them."""

    def __init__(self, problem: CellProblem, pull: float, spread_prior: SpreadPrior) -> None:
        self.problem = problem
        self._pull = np.full(problem.n_columns, pull)
        self._shared, self._tail = spread_prior.shared, spread_prior.unit_tail
        self._totals = TableTotals.of(problem)
        numbers = problem.n_rows * problem.n_columns**2 * (3 if len(problem.rows) else 1)
        size = max(1, TILE_NUMBERS // numbers)
        n_units = len(problem.rows)
        self._tiles = [
            problem.part(start, min(start + size, n_units)) for start in range(0, n_units, size)
        ]

    def prior_loss(self, log_rates: FloatArray) -> float:
        """Half the squared distance to the prior mean."""
        away = (log_rates - self.problem.prior_mean).ravel()
        return float(away @ self.problem.prior_precision @ away / 2)

    def precisions(
        self, log_rates: FloatArray, spread: float
    ) -> tuple[list[FloatArray], FloatArray]:
        """Inverse scales of the column sums by the weights of the units, tile by tile; and these.

        The weight of a unit is the mean of the inverse factor by which its squared scale is
        larger, given its residual.
        """
        precisions, weights = [], []
        for tile, rates in self._rates(log_rates):
            scale = column_covariance(tile.rows, rates, spread, self._shared)
            precision = precision_of(scale, tile.rows.sum(axis=1))
            residual = _residual(tile, rates)
            squares = (residual * _times(precision, residual)).sum(axis=1)
            weight = (self._tail + self.problem.n_columns - 1) / (self._tail + squares)
            precisions.append(weight[:, None, None] * precision)
            weights.append(weight)
        return precisions, np.concatenate(weights)

    def loss(self, log_rates: FloatArray, precisions: list[FloatArray]) -> float:
        """Half the squared residuals, by the weights of the units."""
        total = 0.0
        for (tile, rates), precision in zip(self._rates(log_rates), precisions, strict=True):
            residual = _residual(tile, rates)
            total += float((residual * _times(precision, residual)).sum()) / 2
        return total

    def sums(
        self, log_rates: FloatArray, precisions: list[FloatArray], *, crossed: bool = False
    ) -> _Sums:
        """Loss, gradient and Gauss-Newton curvature; with `crossed`, those by the context too."""
        n_cells = log_rates.size
        n_context = self.problem.n_columns + n_cells
        sums = _Sums(
            0.0,
            np.zeros(n_cells),
            np.zeros((n_cells, n_cells)),
            np.zeros((n_cells, n_context if crossed else 0)),
        )
        loss = 0.0
        for (tile, rates), precision in zip(self._rates(log_rates), precisions, strict=True):
            root = np.linalg.cholesky(precision)
            residual = _residual(tile, rates)
            loss += float((residual * _times(precision, residual)).sum()) / 2
            jacobian, by_context = self._jacobians(tile, log_rates, rates, crossed=crossed)
            # (unit, parameter, column) @ (unit, column, score)
            scored = _flat(jacobian @ root)
            sums.gradient[:] += scored @ _flat(residual[:, None, :] @ root)[0]
            sums.curvature[:] += scored @ scored.T
            if crossed:
                sums.crossed[:] += scored @ _flat(by_context @ root).T
        return _Sums(loss, sums.gradient, sums.curvature, sums.crossed)

    def _rates(self, log_rates: FloatArray) -> Iterator[tuple[CellProblem, FloatArray]]:
        mean_rates = softmax(log_rates)
        for tile in self._tiles:
            context = unit_context(tile, self._totals, mean_rates)
            yield tile, unit_rates(log_rates, context, self._pull)

    def _jacobians(
        self, tile: CellProblem, log_rates: FloatArray, rates: FloatArray, *, crossed: bool
    ) -> tuple[FloatArray, FloatArray]:
        """Derivatives of the column sums, (unit, parameter, column), by rates and by context."""
        n_units, n_columns = tile.columns.shape
        own = tile.rows[:, :, None, None] * slopes_of(rates)  # (unit, row, log rate, column)
        common = own.sum(axis=1)
        slopes = pull_slopes(tile, self._totals, softmax(log_rates))
        through = (slopes * self._pull) @ common[:, None]
        by_rates = (own + through).reshape(n_units, -1, n_columns)
        if not crossed:
            return by_rates, by_rates[:, :0]
        context = unit_context(tile, self._totals, softmax(log_rates))
        by_pull = context.pull[:, :, None] * common
        by_make_up = context.make_up[:, :, None, None] * common[:, None]
        by_context = np.concatenate([by_pull, by_make_up.reshape(n_units, -1, n_columns)], axis=1)
        return by_rates, by_context


def _residual(tile: CellProblem, rates: FloatArray) -> FloatArray:
    """Column sums less what the rates give, shape (n_units, n_columns)."""
    return np.asarray(tile.columns - np.matmul(tile.rows[:, None, :], rates)[:, 0])


def _times(matrices: FloatArray, vectors: FloatArray) -> FloatArray:
    return np.asarray(np.matmul(matrices, vectors[:, :, None])[:, :, 0])


def _flat(values: FloatArray) -> FloatArray:
    """(unit, parameter, score) as a matrix of parameters by all scores."""
    return np.asarray(values.transpose(1, 0, 2).reshape(values.shape[1], -1))
