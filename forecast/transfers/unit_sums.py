"""Sums over the units that a fit of the mean log rates needs: loss, gradient and curvature."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from forecast.stats.arrays import FloatArray
from forecast.transfers.transfer_priors import SpreadPrior
from forecast.transfers.unit_rates import (
    CellProblem,
    ContextEffects,
    TableTotals,
    column_covariance,
    precision_of,
    pull_slopes,
    slopes_of,
    softmax,
    unit_context,
    unit_rates,
)

# Numbers of a Jacobian that are held at once.
TILE_NUMBERS = 4_000_000


@dataclass(frozen=True, eq=False)
class Sums:
    """Sums over the units at one point, each unit by its weight.

    Half the squared residuals, the gradient, the curvature, and that by the context.
    """

    loss: float
    gradient: FloatArray
    curvature: FloatArray
    crossed: FloatArray


class UnitSums:
    """The units of a problem in tiles, so that memory does not grow with them."""

    def __init__(
        self, problem: CellProblem, effects: ContextEffects, spread_prior: SpreadPrior
    ) -> None:
        self.problem = problem
        self._effects = effects
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
    ) -> Sums:
        """Loss, gradient and Gauss-Newton curvature; with `crossed`, those by the context too."""
        n_cells = log_rates.size
        n_context = self.problem.n_columns + n_cells
        sums = Sums(
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
        return Sums(loss, sums.gradient, sums.curvature, sums.crossed)

    def _rates(self, log_rates: FloatArray) -> Iterator[tuple[CellProblem, FloatArray]]:
        mean_rates = softmax(log_rates)
        for tile in self._tiles:
            context = unit_context(tile, self._totals, mean_rates)
            yield tile, unit_rates(log_rates, context, self._effects)

    def _jacobians(
        self, tile: CellProblem, log_rates: FloatArray, rates: FloatArray, *, crossed: bool
    ) -> tuple[FloatArray, FloatArray]:
        """Derivatives of the column sums, (unit, parameter, column), by rates and by context."""
        n_units, n_columns = tile.columns.shape
        own = tile.rows[:, :, None, None] * slopes_of(rates)  # (unit, row, log rate, column)
        common = own.sum(axis=1)
        slopes = pull_slopes(tile, self._totals, softmax(log_rates))
        through = (slopes * self._effects.pull) @ common[:, None]
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
