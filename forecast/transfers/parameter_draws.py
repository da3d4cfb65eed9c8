"""Draws of what all units of a table share: mean log rates, and the effects of the context."""

from dataclasses import dataclass

import numpy as np

from forecast.stats.arrays import FloatArray
from forecast.transfers.cell_fit import CellFit
from forecast.transfers.transfer_priors import TransferPriors


@dataclass(frozen=True, eq=False)
class ParameterDraws:
    """Draws of what all units share.

    Attributes
    ----------
    log_rates
        Shape (n_draws, n_rows, n_columns).
    pull
        Shape (n_draws, n_columns).
    make_up
        Shape (n_draws, n_rows, n_columns): row of the unit's make-up, column it acts on.
    spread
        Shape (n_draws,).
    """

    log_rates: FloatArray
    pull: FloatArray
    make_up: FloatArray
    spread: FloatArray


@dataclass(frozen=True, eq=False)
class RatesAndSpread:
    """Draws of a sampled model: shapes (n_draws, n_rows, n_columns) and (n_draws,)."""

    log_rates: FloatArray
    spread: FloatArray


def draw_parameters_of(
    fit: CellFit,
    priors: TransferPriors,
    n_draws: int,
    rng: np.random.Generator,
    sampled: RatesAndSpread | None = None,
    narrowing: FloatArray | None = None,
) -> ParameterDraws:
    """Draw what all units share; effects of the context move the log rates.

    The effects are around those that the fit held, with the covariance of their prior.

    Parameters
    ----------
    fit
        The mode and its curvature.
    priors
        Of the context, of the spread between units, and how far draws lie from the mode.
    n_draws
        How many draws.
    rng
        Source of randomness.
    sampled
        Draws to take instead of those that the curvature gives.
    narrowing
        As `forecast.transfers.context_fit.ContextFit` has it, where the effects are known better.
    """
    prior, width = priors.context, priors.dispersion.width
    n_rows, n_columns = fit.log_rates.shape
    n_cells = n_rows * n_columns
    root = np.linalg.cholesky(fit.covariance + 1e-12 * np.eye(n_cells))
    away = _balanced(rng, n_draws, n_cells) @ root.T
    common = prior.pull_spread * _balanced(rng, n_draws, 1)
    pull = common + prior.column_spread * _balanced(rng, n_draws, n_columns)
    make_up = prior.make_up_spread * _balanced(rng, n_draws, n_cells)
    tail = priors.dispersion.tail
    heavy = np.sqrt(tail / rng.chisquare(tail, size=(n_draws, 1)))
    departed = heavy * np.concatenate([pull, make_up], axis=1)
    if narrowing is not None:
        departed = departed @ narrowing.T
    moved = departed @ fit.response.T
    log_spread = _balanced(rng, n_draws, 1)[:, 0] / np.sqrt(2 * max(fit.spread_freedom, 1.0))
    centre, spread = fit.log_rates.ravel(), fit.spread * np.exp(log_spread)
    if sampled is not None:
        centre = sampled.log_rates.mean(axis=0).ravel()
        away = sampled.log_rates.reshape(n_draws, n_cells) - centre
        spread = sampled.spread
    log_rates = centre + heavy * width * away + moved
    shape = (n_draws, n_rows, n_columns)
    return ParameterDraws(
        log_rates.reshape(shape),
        fit.effects.pull + departed[:, :n_columns],
        fit.effects.make_up + departed[:, n_columns:].reshape(shape),
        priors.spread.drawn * spread,
    )


def _balanced(rng: np.random.Generator, n_draws: int, size: int) -> FloatArray:
    """Normal scores of which the second half mirrors the first: their means are exact."""
    half = rng.standard_normal(((n_draws + 1) // 2, size))
    scores = np.concatenate([half, -half])[:n_draws]
    # Every column in an order of its own, so that no two columns mirror in the same draws.
    return np.asarray(rng.permuted(scores, axis=0))
