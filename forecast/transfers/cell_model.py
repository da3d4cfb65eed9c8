"""The model of the fast estimate in PyMC, sampled with NUTS: what the fast estimate is checked by.

Mean log rates and the spread between units have their whole posterior here; the column sums of a
unit are Student t, as there, and the effects of the context are held, as there.
"""

from typing import Any

import numpy as np
import pymc as pm
import pytensor.tensor as pt

from forecast.stats.arrays import FloatArray
from forecast.transfers.transfer_priors import SpreadPrior
from forecast.transfers.unit_rates import LEAST_SHARE, CellProblem, ContextEffects, TableTotals

Tensor = Any  # PyTensor's own annotations are not complete enough for a strict check


def build_cell_model(
    problem: CellProblem, effects: ContextEffects, spread_prior: SpreadPrior
) -> pm.Model:
    """Build the model of the mean log rates.

    Parameters
    ----------
    problem
        The margins, units without voters left out, and the prior of the log rates.
    effects, spread_prior
        As in `forecast.transfers.cell_fit.fit_cells`.

    Returns
    -------
    pm.Model
        With ``log_rates``, shape (n_rows, n_columns), and ``spread``.
    """
    coords = {"row": range(problem.n_rows), "column": range(problem.n_columns)}
    root = np.linalg.cholesky(np.linalg.inv(problem.prior_precision))
    mean = problem.prior_mean
    with pm.Model(coords=coords) as model:
        scores = pm.Normal("log_rate_score", shape=mean.size)
        log_rates = pm.Deterministic(
            "log_rates",
            mean + pt.dot(root, scores).reshape(mean.shape),
            dims=("row", "column"),
        )
        spread = pm.LogNormal("spread", np.log(spread_prior.median), spread_scale(spread_prior))
        rates = _unit_rates(problem, log_rates, effects)
        expected = (problem.rows[:, :, None] * rates).sum(axis=1)
        covariance = _covariance(problem.rows, rates, spread, spread_prior.shared)
        # The last column is what is left.
        kept = problem.n_columns - 1
        small = covariance[:, :kept, :kept] + 0.5 * np.eye(kept)
        factor = pt.linalg.cholesky(small)
        away = (problem.columns - expected)[:, :kept]
        scaled = pt.linalg.solve_triangular(factor, away[:, :, None], lower=True, b_ndim=2)[:, :, 0]
        half_log = pt.log(pt.diagonal(factor, axis1=1, axis2=2)).sum()
        tail = spread_prior.unit_tail
        squares = (scaled**2).sum(axis=1)
        # The multivariate Student t, without what does not depend on the parameters.
        student = -(tail + kept) / 2 * pt.log1p(squares / tail).sum() - half_log
        pm.Potential("column_sums", student)
    return model


def spread_scale(prior: SpreadPrior) -> float:
    """Standard deviation of the log of a spread that rests on so many degrees of freedom."""
    return float(1 / np.sqrt(2 * prior.freedom))


def _unit_rates(problem: CellProblem, log_rates: Tensor, effects: ContextEffects) -> Tensor:
    """The same rates as `forecast.transfers.unit_rates.unit_rates`, as an expression."""
    totals = TableTotals.of(problem)
    mean_rates = pm.math.softmax(log_rates, axis=1)
    votes = (problem.rows.sum(axis=1) + problem.settled.sum(axis=1))[:, None]
    chosen = (pt.dot(problem.rows, mean_rates) + problem.settled) / votes + LEAST_SHARE
    overall = (pt.dot(totals.rows, mean_rates) + totals.settled) / totals.votes + LEAST_SHARE
    away = problem.rows / votes - totals.rows / totals.votes
    shift = effects.pull * pt.log(chosen / overall) + away @ effects.make_up
    return pm.math.softmax(log_rates[None] + shift[:, None, :], axis=2)


def _covariance(rows: FloatArray, rates: Tensor, spread: Tensor, shared: float) -> Tensor:
    """The same covariance as `forecast.transfers.unit_rates.column_covariance`."""
    eye = pt.eye(rates.shape[2])
    slopes = rates[:, :, :, None] * eye - rates[:, :, :, None] * rates[:, :, None, :]
    squared = pt.matmul(slopes, slopes)
    weights = rows[:, :, None, None]
    noise = (weights * slopes).sum(axis=1)
    own = (weights**2 * squared).sum(axis=1) + shared**2 * pt.matmul(noise, noise)
    return noise + spread**2 * own
