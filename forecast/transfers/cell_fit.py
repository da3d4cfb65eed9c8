"""The fast estimate: a normal approximation of the mean rates at their mode.

The column sums of a unit are Student t, with the mean that the rates of its rows give and the
scale of `forecast.transfers.unit_rates.column_covariance`: a unit whose roll was mended or whose
row is wrong then tells little of the rates, and nothing of how much other units differ. The mode
of the mean log rates is found by Gauss-Newton steps with scales and weights of the units held,
which are then made anew, with the spread between units that the weighted residuals show
(iterated weighted least squares; Lange, Little and Taylor 1989). What the margins can't tell,
the pull of the neighbours and the effects of the make-up, is held; how the mode would move with
it is kept, for the draws, and for `forecast.transfers.context_fit`, which asks the prior of the
rates about it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from forecast.stats.arrays import FloatArray
from forecast.transfers.transfer_priors import SpreadPrior
from forecast.transfers.unit_rates import CellProblem, ContextEffects, softmax
from forecast.transfers.unit_sums import Sums, UnitSums

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

Progress = Callable[[float], None]


@dataclass(frozen=True, eq=False)
class CellFit:
    """The mean log rates, approximately normal.

    Attributes
    ----------
    log_rates
        Mode, shape (n_rows, n_columns); a constant added to a row changes nothing.
    effects
        Effects of the context that were held.
    covariance
        Of the mode, with the effects of the context held, shape (n_rows * n_columns,) twice.
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
    effects: ContextEffects
    covariance: FloatArray
    response: FloatArray
    spread: float
    unit_spread: FloatArray
    spread_freedom: float
    shared: float
    rounds: int
    at_rest: bool


def fit_cells(
    problem: CellProblem,
    effects: ContextEffects,
    spread_prior: SpreadPrior,
    progress: Progress = lambda _: None,
    start: "CellFit | None" = None,
    most: int | None = None,
) -> CellFit:
    """Find the mode of the mean log rates, and the spread between units.

    Parameters
    ----------
    problem
        The margins, units without voters left out, and the prior of the log rates.
    effects
        Effects of the context, which are held.
    spread_prior
        Of the spread between units.
    progress
        Called with the part of the work that is done, 0 to 1.
    start
        A fit of the same problem with another context, to go on from; by default the prior mean.
    most
        Rounds; by default `MAX_ROUNDS`, from a start `ROUNDS_AGAIN`.
    """
    if most is None:
        most = MAX_ROUNDS if start is None else ROUNDS_AGAIN
    if start is None and (sample := sample_of(problem)) is not problem:
        start = fit_cells(sample, effects, spread_prior)
    units = UnitSums(problem, effects, spread_prior)
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
        effects=effects,
        covariance=(covariance + covariance.T) / 2,
        response=-known * covariance @ sums.crossed,
        spread=spread,
        unit_spread=np.minimum(spread / np.sqrt(weights), SPREAD_LIMITS[1]),
        spread_freedom=max(freedom - used, 0.0) + spread_prior.freedom,
        shared=spread_prior.shared,
        rounds=rounds,
        at_rest=at_rest,
    )


def sample_of(problem: CellProblem, size: int = SAMPLE) -> CellProblem:
    """Evenly spaced units of a large problem, `size` or a few more; a smaller one itself."""
    step = len(problem.rows) // size
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
    units: UnitSums,
    log_rates: FloatArray,
    precisions: list[FloatArray],
    sums: Sums,
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
