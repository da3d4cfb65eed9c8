"""From the voters of round one and the absent to the expected votes of a runoff.

Everything here is arithmetic on (draw, unit) arrays in float32, with nothing random.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecast.core.covariates import UnitData
from forecast.core.distributions import FloatArray, expit
from forecast.core.parameters import RunoffParameters

Float32Array = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class FirstRoundPosterior:
    """Posterior draws of the first-round model, as far as the runoff needs them.

    Attributes
    ----------
    lean_level, turnout_level
        Log-odds of the first finalist's side, and of turning out, at a mean unit of each
        county, shape (n_samples, n_counties).
    lean_slopes, turnout_slopes
        Per standard deviation of each covariate, shape (n_samples, n_covariates).
    lean_concentration, turnout_concentration
        Of the beta distribution of units around that expectation, shape (n_samples,).
        The turnout arrays have no samples where the registered voters are unknown.
    """

    lean_level: Float32Array
    lean_slopes: Float32Array
    lean_concentration: Float32Array
    turnout_level: Float32Array
    turnout_slopes: Float32Array
    turnout_concentration: Float32Array

    @property
    def n_samples(self) -> int:
        """How many posterior draws there are."""
        return len(self.lean_concentration)


@dataclass(frozen=True, eq=False)
class StreamTable:
    """Unit data laid out for the core: float32, contiguous, units last.

    Attributes
    ----------
    counts
        First-round votes, shape (n_candidates, n_units).
    eligible, absent
        Voters who can vote, and those of them who did not in round one, shape (n_units,).
    side_first, side_both
        Votes of the first finalist's side, and of both sides, shape (n_units,).
    lean_covariates
        Shape (n_covariates, n_units).
    baseline_share
        Share of the first finalist's side in the newest baseline, shape (n_units,).
    propensity
        Of the absent to arrive, relative to the race, shape (n_units,).
    county_index
        Shape (n_units,).
    """

    counts: Float32Array
    eligible: Float32Array
    absent: Float32Array
    side_first: Float32Array
    side_both: Float32Array
    lean_covariates: Float32Array
    baseline_share: Float32Array
    propensity: Float32Array
    county_index: npt.NDArray[np.intp]

    @classmethod
    def of(cls, units: UnitData, posterior: FirstRoundPosterior) -> "StreamTable":
        """Lay out the unit data of a race, with what the posterior says of the absent."""
        sides = units.side_votes
        return cls(
            counts=_float32(units.candidate_votes.T),
            eligible=_float32(units.eligible),
            absent=_float32(units.eligible - units.votes_cast),
            side_first=_float32(sides[:, 0]),
            side_both=_float32(sides.sum(axis=1)),
            lean_covariates=_float32(units.lean_covariates.T),
            baseline_share=_float32(units.baseline_share),
            propensity=_float32(arrival_propensity(units, posterior)),
            county_index=units.county_index,
        )

    def tile(self, start: int, stop: int) -> "StreamTable":
        """The units from `start` up to `stop`."""
        cut = slice(start, stop)
        return StreamTable(
            **{name: np.ascontiguousarray(values[..., cut]) for name, values in vars(self).items()}
        )


@dataclass(frozen=True, eq=False)
class Expectation:
    """Expected runoff votes before any error, shape (n_draws, n_units) each.

    Attributes
    ----------
    first, second
        Votes of each finalist.
    arrivals, arrivals_first
        Absent voters who come, and the share of them who choose the first finalist.
    """

    first: Float32Array
    second: Float32Array
    arrivals: Float32Array
    arrivals_first: Float32Array


def expected_votes(
    table: StreamTable,
    parameters: RunoffParameters,
    posterior: FirstRoundPosterior,
    sample: npt.NDArray[np.intp],
    swing: FloatArray,
) -> Expectation:
    """Add up the streams of every unit.

    Parameters
    ----------
    table
        The units.
    parameters
        Race-wide draws, n_draws of them.
    posterior
        First-round posterior.
    sample
        Which posterior sample each draw uses, shape (n_draws,).
    swing
        See `returning_swing`, shape (n_draws,).
    """
    to_first = _float32(parameters.retention * parameters.transfer)  # (draw, candidate)
    to_second = _float32(parameters.retention * (1 - parameters.transfer))
    arrivals = _arrivals(table, parameters)
    arrivals_first = _arrivals_lean(table, parameters, posterior, sample, swing)
    first = to_first @ table.counts  # (draw, candidate) @ (candidate, unit)
    first += arrivals * arrivals_first
    second = to_second @ table.counts
    second += arrivals
    second -= arrivals * arrivals_first
    return Expectation(first, second, arrivals, arrivals_first)


def returning_swing(units: UnitData, parameters: RunoffParameters) -> FloatArray:
    """How far the returning voters of the race lean from the sides of round one.

    Returns
    -------
    FloatArray
        Log-odds of the first finalist among all returning voters, less those of the first
        finalist's side in round one, shape (n_draws,).
    """
    totals = units.candidate_votes.sum(axis=0)
    to_first = (parameters.retention * parameters.transfer) @ totals
    to_second = parameters.retention @ totals - to_first
    first, second = np.maximum(units.side_votes.sum(axis=0), 1)
    swing = np.log(np.maximum(to_first, 1)) - np.log(np.maximum(to_second, 1))
    return np.asarray(swing - np.log(first / second))


def _arrivals(table: StreamTable, parameters: RunoffParameters) -> Float32Array:
    """Absent voters who come to the runoff, shape (n_draws, n_units).

    A part of the arrivals, the habit, goes by how many voters of the baseline election
    stayed at home in round one; the rest is spread evenly over the absent.
    """
    habit = _column(parameters.arrivals_habit)
    rate = habit * (table.propensity - 1)
    rate += 1
    rate *= _column(parameters.arrivals_rate)
    np.minimum(rate, 1, out=rate)
    rate *= table.absent
    return rate


def arrival_propensity(units: UnitData, posterior: FirstRoundPosterior) -> FloatArray:
    """How likely the absent of a unit are to be voters of habit, relative to the race.

    The baseline's turnout minus the first round's, as the model sees it (the posterior mean
    of the unit's turnout, which steadies small units), over the share that was absent;
    scaled to a mean of 1 over the absent of the race. 1 where the baseline's is unknown.

    Returns
    -------
    FloatArray
        Shape (n_units,).
    """
    known = np.isfinite(units.baseline_turnout)
    absent = units.eligible - units.votes_cast
    if not known.any() or not len(posterior.turnout_concentration):
        return np.ones(units.n_units)
    level = posterior.turnout_level.mean(axis=0)[units.county_index]
    expected = expit(level + units.turnout_covariates @ posterior.turnout_slopes.mean(axis=0))
    weight = posterior.turnout_concentration.mean()
    turnout = (weight * expected + units.votes_cast) / (weight + units.eligible)
    missing = np.clip(np.where(known, units.baseline_turnout, 0) - turnout, 0, None)
    relative = missing / np.maximum(1 - turnout, 1e-6)
    mean = (absent * relative)[known].sum() / max(absent[known].sum(), 1e-6)
    return np.where(known & (mean > 0), relative / max(mean, 1e-6), 1.0)


def _arrivals_lean(
    table: StreamTable,
    parameters: RunoffParameters,
    posterior: FirstRoundPosterior,
    sample: npt.NDArray[np.intp],
    swing: FloatArray,
) -> Float32Array:
    """Share of the arrivals who choose the first finalist, shape (n_draws, n_units).

    The lean that the first-round model sees in the unit, moved by the race's swing so that
    the arrivals of the race resemble its returning voters, mixed with the baseline's.
    """
    lean = _unit_expectation(
        posterior.lean_level,
        posterior.lean_slopes,
        table.lean_covariates,
        table.county_index,
        sample,
    )
    lean = _shrink_to_data(
        lean, posterior.lean_concentration[sample], table.side_first, table.side_both
    )
    lean = tilt(lean, np.exp(-_column(swing)))
    if len(table.lean_covariates):
        weight = _column(parameters.arrivals_baseline_weight)
        lean *= 1 - weight
        lean += weight * table.baseline_share
    return tilt(lean, np.exp(-_column(parameters.arrivals_shift)))


def tilt(share: Float32Array, odds_against: Float32Array) -> Float32Array:
    """Multiply the odds against the first finalist: share / (share + (1 - share) * odds)."""
    odds = 1 - share
    odds *= odds_against
    odds += share
    return np.divide(share, odds, out=odds)


def _unit_expectation(
    level: Float32Array,
    slopes: Float32Array,
    covariates: Float32Array,
    county_index: npt.NDArray[np.intp],
    sample: npt.NDArray[np.intp],
) -> Float32Array:
    """Expected share of every unit under the regression, shape (n_draws, n_units)."""
    log_odds = level[sample].take(county_index, axis=1)
    if len(covariates):
        log_odds += slopes[sample] @ covariates
    np.negative(log_odds, out=log_odds)
    np.exp(log_odds, out=log_odds)
    log_odds += 1
    return np.reciprocal(log_odds, out=log_odds)


def _shrink_to_data(
    share: Float32Array,
    concentration: Float32Array,
    successes: Float32Array,
    trials: Float32Array,
) -> Float32Array:
    """Posterior mean of a beta-distributed share given its unit's own count, exact."""
    weight = concentration[:, None]
    share *= weight
    share += successes
    share /= weight + trials
    return share


def _column(values: npt.NDArray[np.floating]) -> Float32Array:
    """Values of the draws as a float32 column, shape (n_draws, 1)."""
    return _float32(values)[:, None]


def _float32(values: npt.NDArray[np.generic]) -> Float32Array:
    return np.ascontiguousarray(values, dtype=np.float32)
