"""From the voters of round one and the absent to the expected votes of a runoff.

Everything here is arithmetic in float32, with nothing random. It is the inner loop of the
program, so units come first and draws last, (unit, draw), in the order of their counties:
what units of a county share is then whole rows. Everywhere else draws come first.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forecast.first_round.posterior import FirstRoundPosterior
from forecast.race.units import UnitData
from forecast.runoff.parameters import RunoffParameters, returning_log_votes
from forecast.stats.arrays import Float32Array, FloatArray, IndexArray
from forecast.stats.distributions import expit

# Added to what is expected of each finalist, in votes, so that nothing is divided by 0.
LEAST_EXPECTED = np.float32(1e-12)


@dataclass(frozen=True, eq=False)
class StreamTable:
    """Unit data laid out for the core: float32, contiguous, units in the order of counties.

    Attributes
    ----------
    position
        Of each unit in the race, shape (n_units,).
    counts
        First-round votes, shape (n_units, n_candidates).
    eligible, absent
        Voters who can vote, and those of them who did not in round one, shape (n_units,).
    sides
        First-round votes of either finalist's side, shape (n_units, 2).
    lean_covariates
        Shape (n_units, n_covariates).
    baseline_share
        Share of the first finalist's side in the newest baseline, shape (n_units,).
    propensity
        Of the absent to arrive, relative to the race, shape (n_units,).
    county_index
        Ascending, shape (n_units,).
    """

    position: IndexArray
    counts: Float32Array
    eligible: Float32Array
    absent: Float32Array
    sides: Float32Array
    lean_covariates: Float32Array
    baseline_share: Float32Array
    propensity: Float32Array
    county_index: IndexArray

    @classmethod
    def of(cls, units: UnitData, posterior: FirstRoundPosterior) -> "StreamTable":
        """Lay out the unit data of a race, with what the posterior says of the absent."""
        order = np.argsort(units.county_index, kind="stable")
        return cls(
            position=order,
            counts=_float32(units.candidate_votes[order]),
            eligible=_float32(units.eligible[order]),
            absent=_float32((units.eligible - units.votes_cast)[order]),
            sides=_float32(units.side_votes[order]),
            lean_covariates=_float32(units.lean_covariates[order]),
            baseline_share=_float32(units.baseline_share[order]),
            propensity=_float32(arrival_propensity(units, posterior)[order]),
            county_index=units.county_index[order],
        )

    def tile(self, start: int, stop: int) -> "StreamTable":
        """The units from `start` up to `stop`."""
        return StreamTable(**{name: values[start:stop] for name, values in vars(self).items()})


@dataclass(frozen=True, eq=False)
class StreamDraws:
    """What a block of draws says of the streams, in float32 with the draws last.

    Attributes
    ----------
    to_first, to_second
        Share of each candidate's voters who vote again for either finalist,
        shape (n_candidates, n_draws).
    arrivals_rate
        Of the absent, shape (2, n_draws): whatever their propensity, and for each unit of it
        that is above the race's mean.
    lean_level
        Log-odds of the second finalist's side at a mean unit, shape (n_counties, n_draws).
    lean_slopes
        Shape (n_covariates, n_draws), of the same sign.
    lean_concentration
        Of units around that expectation, shape (n_draws,).
    swing, shift
        Factors of the odds against the first finalist among the arrivals: what the returning
        voters of the race do, and the shift of the arrivals, shape (n_draws,).
    baseline_weight
        Of the baseline in the arrivals' lean, shape (n_draws,).
    """

    to_first: Float32Array
    to_second: Float32Array
    arrivals_rate: Float32Array
    lean_level: Float32Array
    lean_slopes: Float32Array
    lean_concentration: Float32Array
    swing: Float32Array
    shift: Float32Array
    baseline_weight: Float32Array

    @classmethod
    def of(
        cls,
        parameters: RunoffParameters,
        posterior: FirstRoundPosterior,
        sample: IndexArray,
        swing: FloatArray,
    ) -> "StreamDraws":
        """Lay out draws for the core.

        Parameters
        ----------
        parameters
            Race-wide draws, n_draws of them.
        posterior
            First-round posterior.
        sample
            Which posterior sample each draw uses, shape (n_draws,).
        swing
            See `returning_swing`, shape (n_draws,).
        """
        retention, transfer = parameters.retention.T, parameters.transfer.T
        rate = parameters.arrivals_rate
        return cls(
            to_first=_float32(retention * transfer),
            to_second=_float32(retention * (1 - transfer)),
            arrivals_rate=_float32(np.stack([rate, rate * parameters.arrivals_habit])),
            lean_level=_float32(-posterior.lean_level[sample].T),
            lean_slopes=_float32(-posterior.lean_slopes[sample].T),
            lean_concentration=_float32(posterior.lean_concentration[sample]),
            swing=_float32(np.exp(-swing)),
            shift=_float32(np.exp(-parameters.arrivals_shift)),
            baseline_weight=_float32(parameters.arrivals_baseline_weight),
        )


@dataclass(frozen=True, eq=False)
class Expectation:
    """Expected runoff votes before any error, shape (n_units, n_draws) each.

    Attributes
    ----------
    first, second
        Votes of each finalist.
    arrivals, arrivals_first
        Absent voters who come, and those of them who choose the first finalist.
    """

    first: Float32Array
    second: Float32Array
    arrivals: Float32Array
    arrivals_first: Float32Array


def expected_votes(table: StreamTable, draws: StreamDraws) -> Expectation:
    """Add up the streams of every unit.

    Parameters
    ----------
    table
        The units.
    draws
        What is common to the race.
    """
    arrivals = _arrivals(table, draws)
    arrivals_first = _arrivals_share(table, draws)
    arrivals_first *= arrivals
    first = table.counts @ draws.to_first  # (unit, candidate) @ (candidate, draw)
    first += arrivals_first
    first += LEAST_EXPECTED
    second = table.counts @ draws.to_second
    second += arrivals
    second -= arrivals_first
    second += LEAST_EXPECTED
    return Expectation(first, second, arrivals, arrivals_first)


def returning_swing(units: UnitData, parameters: RunoffParameters) -> FloatArray:
    """How far the returning voters of the race lean from the sides of round one.

    Returns
    -------
    FloatArray
        Log-odds of the first finalist among all returning voters, less those of the first
        finalist's side in round one, shape (n_draws,).
    """
    to_first, to_second = returning_log_votes(units, parameters.retention, parameters.transfer)
    first, second = np.maximum(units.side_votes.sum(axis=0), 1)
    return np.asarray(to_first - to_second - np.log(first / second))


def _arrivals(table: StreamTable, draws: StreamDraws) -> Float32Array:
    """Absent voters who come to the runoff, shape (n_units, n_draws).

    A part of the arrivals, the habit, goes by how many voters of the baseline election
    stayed at home in round one; the rest is spread evenly over the absent.
    """
    absent = np.stack([table.absent, table.absent * (table.propensity - 1)], axis=1)
    arrivals = absent @ draws.arrivals_rate
    return np.minimum(arrivals, table.absent[:, None], out=arrivals)


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


def _arrivals_share(table: StreamTable, draws: StreamDraws) -> Float32Array:
    """Share of the arrivals who choose the first finalist, shape (n_units, n_draws).

    The lean that the first-round model sees in the unit, moved by the race's swing so that
    the arrivals of the race resemble its returning voters, mixed with the baseline's.
    """
    against = _odds_against(table, draws)
    # A beta-distributed share given its unit's own count, exact: its mean is
    # (concentration * expected + votes) / (concentration + all votes). Both sides times
    # 1 + odds, since the expected share is 1 / (1 + odds).
    both = 1 + against
    second = table.sides[:, 1:] * both
    against *= draws.lean_concentration
    second += against
    second *= draws.swing
    first = np.multiply(table.sides[:, :1], both, out=both)
    first += draws.lean_concentration
    share = share_of_first(first, second)
    if table.lean_covariates.shape[1]:
        share *= 1 - draws.baseline_weight
        share += table.baseline_share[:, None] * draws.baseline_weight
    other = 1 - share
    other *= draws.shift
    return share_of_first(share, other)


def _odds_against(table: StreamTable, draws: StreamDraws) -> Float32Array:
    """Odds against the first finalist's side under the regression, (n_units, n_draws)."""
    log_odds = draws.lean_level.take(table.county_index, axis=0)
    if table.lean_covariates.shape[1]:
        log_odds += table.lean_covariates @ draws.lean_slopes
    return np.exp(log_odds, out=log_odds)


def share_of_first(first: Float32Array, second: Float32Array) -> Float32Array:
    """The first's share of both, in [0, 1] whatever the rounding; `second` is overwritten."""
    second += first
    return np.divide(first, second, out=second)


def _float32(values: npt.NDArray[np.generic]) -> Float32Array:
    return np.ascontiguousarray(values, dtype=np.float32)
