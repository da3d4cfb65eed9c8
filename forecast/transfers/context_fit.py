"""What the prior of the rates says of the pull of the neighbours and the effects of the make-up.

Two margins tell, nearly, only a sum of the mean log rates ``a`` and what the effects of the context
``t`` do to them: a rate that rises with the row's share looks the same as a higher rate. With the
effects held, the mode is ``a(t)``. Where the prior of ``a`` says much, as the streams of a forecast
do, it says which ``t`` can be: those with an ``a(t)`` that can be. With ``a ~ N(m, S)`` and
``t ~ N(t0, V)``,

    p(t | counts) ~ N(t; t0, V) N(a(t); m, S),

which is normal where ``a(t)`` is straight, with slope ``R`` (`CellFit.response`): the
precision of ``t`` is ``inv(V) + R' inv(S) R``. The slope changes with both, so that the steps are
repeated from where the last one led. In directions of ``a`` of which the counts say nothing ``R``
is 0, and nothing is learned. What the counts say of ``t`` alone, by how the columns bend with the
make-up, is left out, for it rests on the model being true to the last digit.
"""

from dataclasses import dataclass, replace

import numpy as np

from forecast.stats.arrays import FloatArray
from forecast.transfers.cell_fit import CellFit, Progress, fit_cells, sample_of
from forecast.transfers.transfer_priors import ContextPrior, TransferPriors
from forecast.transfers.unit_rates import CellProblem

# Steps of the effects: with a sample of so many units, then with all.
SAMPLE_OF_STEPS, MAX_STEPS, STEPS_AGAIN = 1000, 12, 3
# Rounds of the mean log rates after each.
ROUNDS_OF_STEP = 4
# A step of the effects of so many of their standard deviations counts as none.
AT_REST_SCORE = 0.1
# Largest move of a log rate or an effect in one step.
MAX_MOVE = 2.0


@dataclass(frozen=True, eq=False)
class ContextFit:
    """Mean log rates and effects of the context, approximately normal.

    Attributes
    ----------
    fit
        The mean log rates, with the effects held where they are most likely.
    narrowing
        What departures of the effects that are drawn from their prior are multiplied by, so that
        they have the covariance that they have now: shape (n_columns + n_rows * n_columns,) twice.
    """

    fit: CellFit
    narrowing: FloatArray


def fit_with_context(
    problem: CellProblem, priors: TransferPriors, progress: Progress = lambda _: None
) -> ContextFit:
    """Find the mean log rates and the effects of the context that their prior makes likely.

    Parameters
    ----------
    problem
        The margins and an informative prior of the log rates.
    priors
        Of the effects and of the spread between units.
    progress
        Called with the part of the work that is done, 0 to 1.
    """
    sample = sample_of(problem, SAMPLE_OF_STEPS)
    effects = priors.context.mean(problem.n_rows, problem.n_columns)
    fit = fit_cells(sample, effects, priors.spread)
    for step in range(MAX_STEPS):
        fit, moved = _onward(sample, fit, priors)
        progress((step + 1) / MAX_STEPS / (1 if sample is problem else 4))
        if moved < AT_REST_SCORE:
            break
    if sample is not problem:
        fit = fit_cells(problem, fit.effects, priors.spread, start=fit, most=ROUNDS_OF_STEP)
        for step in range(STEPS_AGAIN):
            fit, moved = _onward(problem, fit, priors)
            progress(1 / 4 + (step + 1) / STEPS_AGAIN * 3 / 4)
            if moved < AT_REST_SCORE:
                break
    if not fit.at_rest:
        fit = fit_cells(problem, fit.effects, priors.spread, start=fit)
    _, covariance = _step(problem, fit, priors.context)
    prior = priors.context.covariance(problem.n_rows, problem.n_columns)
    narrowing = np.linalg.cholesky(covariance) @ np.linalg.inv(np.linalg.cholesky(prior))
    return ContextFit(fit, narrowing)


def _onward(problem: CellProblem, fit: CellFit, priors: TransferPriors) -> tuple[CellFit, float]:
    """A step of the effects with the mean log rates after it, and its size in deviations."""
    step, covariance = _step(problem, fit, priors.context)
    size = float(np.sqrt(step @ np.linalg.solve(covariance, step) / len(step)))
    moved = fit.response @ step
    part = min(1.0, MAX_MOVE / max(np.abs(moved).max(), np.abs(step).max(), 1e-12))
    effects = fit.effects.moved(part * step)
    start = replace(fit, log_rates=fit.log_rates + part * moved.reshape(fit.log_rates.shape))
    return fit_cells(problem, effects, priors.spread, start=start, most=ROUNDS_OF_STEP), size


def _step(problem: CellProblem, fit: CellFit, prior: ContextPrior) -> tuple[FloatArray, FloatArray]:
    """Step of the effects to where they are most likely, seen from a fit, and their covariance."""
    prior_precision = np.linalg.inv(prior.covariance(problem.n_rows, problem.n_columns))
    by_effects = fit.response.T @ problem.prior_precision
    covariance = np.linalg.inv(prior_precision + by_effects @ fit.response)
    away = (fit.log_rates - problem.prior_mean).ravel()
    departed = fit.effects.less(prior.mean(problem.n_rows, problem.n_columns))
    pulled = -by_effects @ away - prior_precision @ departed
    return covariance @ pulled, (covariance + covariance.T) / 2
