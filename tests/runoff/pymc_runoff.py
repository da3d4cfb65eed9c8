"""The runoff model in PyMC: the twin of the NumPy core, and the model of finished runoffs.

Term by term the model of `forecast.runoff` (`parameters`, `streams`, `simulate`). Sampled
forward it must agree with the core in distribution, which a test checks; given both rounds
of a finished race it is the likelihood that transfers are learned from.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pymc as pm

from forecast.first_round.posterior import FirstRoundPosterior
from forecast.priors.runoff_priors import RunoffPriors
from forecast.race.units import FIRST, NEITHER, SECOND, UnitData
from forecast.runoff.streams import arrival_propensity
from forecast.stats.arrays import FloatArray, IntArray
from forecast.stats.distributions import (
    POINTS_PER_LOGIT,
    Distribution,
    Fixed,
    Points,
    PointsSize,
    ShareRange,
    SizeRange,
)

Tensor = Any  # PyTensor's own annotations are not complete enough for a strict check


@dataclass(frozen=True, eq=False)
class KnownLean:
    """What the runoff model takes from the first round as known.

    Attributes
    ----------
    lean
        Share of the first finalist's side in each unit, shape (n_units,).
    propensity
        Of the absent to arrive, relative to the race, shape (n_units,).
    """

    lean: FloatArray
    propensity: FloatArray

    @classmethod
    def of(cls, units: UnitData, posterior: FirstRoundPosterior) -> "KnownLean":
        """The posterior means; the spread of the posterior is small beside the priors."""
        level = posterior.lean_level[:, units.county_index]
        log_odds = level + posterior.lean_slopes @ units.lean_covariates.T
        expected = 1 / (1 + np.exp(-log_odds))
        weight = posterior.lean_concentration[:, None]
        sides = units.side_votes
        lean = (weight * expected + sides[:, 0]) / (weight + sides.sum(axis=1))
        return cls(lean.mean(axis=0), arrival_propensity(units, posterior))


def build_runoff_model(
    units: UnitData,
    known: KnownLean,
    priors: RunoffPriors,
    observed: IntArray | None = None,
) -> pm.Model:
    """Build the runoff model of a race.

    Parameters
    ----------
    units
        The race as arrays.
    known
        What the first round says of the units.
    priors
        Priors of the runoff model.
    observed
        Votes of both finalists in a finished runoff, shape (n_units, 2); None to draw them.

    Returns
    -------
    pm.Model
        With ``voters`` and ``first`` as the votes cast and those of the first finalist.
    """
    coords = {
        "candidate": list(range(len(units.sides))),
        "county": list(units.county_names),
        "unit": list(range(units.n_units)),
    }
    with pm.Model(coords=coords) as model:
        retention, transfer = _retention(units, priors), _transfer(units, priors)
        arrivals = _arrivals(units, known, priors)
        swing = _returning_swing(units, retention, transfer)
        arrivals_first = _arrivals_first(units, known, swing, priors)
        to_first = pm.math.dot(units.candidate_votes, retention * transfer)
        to_second = pm.math.dot(units.candidate_votes, retention * (1 - transfer))
        first = to_first + arrivals * arrivals_first
        total = first + to_second + arrivals * (1 - arrivals_first)
        sides = np.maximum(units.side_votes.sum(axis=0), 1)
        lean_error, turnout_error = _errors(units, swing + np.log(sides[0] / sides[1]), priors)
        # At least a little, so that a unit without voters has a share too.
        share = _tilt(first / pm.math.maximum(total, 1e-6), lean_error)
        voting = _tilt(total / np.maximum(units.eligible, 1e-6), turnout_error)
        counted = None if observed is None else observed.sum(axis=1)
        eligible = np.rint(units.eligible).astype(np.int64)
        voters = pm.Binomial("voters", n=eligible, p=voting, observed=counted, dims="unit")
        won = None if observed is None else observed[:, 0]
        pm.Binomial("first", n=voters, p=share, observed=won, dims="unit")
    return model


def prior_variable(name: str, prior: Distribution) -> Tensor:
    """A prior as a PyMC variable in its own unit (share, points); a number where fixed."""
    match prior:
        case ShareRange():
            log_odds = pm.Normal(f"{name}_logit", prior.mean_logit, prior.sd_logit)
            return pm.Deterministic(name, pm.math.invlogit(log_odds))
        case Points():
            return pm.Normal(name, prior.mean, prior.sd)
        case PointsSize():
            return pm.HalfNormal(name, prior.scale)
        case SizeRange():
            return pm.LogNormal(name, prior.mean_log, prior.sd_log)
        case Fixed():
            return prior.value
    raise TypeError(f"no PyMC variable for {prior!r}")


def _retention(units: UnitData, priors: RunoffPriors) -> Tensor:
    """Retention of every candidate's voters, shape (n_candidates,)."""
    finalist = prior_variable("retention_finalist", priors.retention_finalist)
    bloc = prior_variable("retention_bloc", priors.retention_bloc)
    other = prior_variable("retention_other", priors.retention_other)
    is_finalist = np.isin(np.arange(len(units.sides)), units.finalists)
    is_other = units.sides == NEITHER
    return finalist * pm.math.where(is_finalist, 1, pm.math.where(is_other, other, bloc))


def _transfer(units: UnitData, priors: RunoffPriors) -> Tensor:
    """Share of every candidate's voters who choose the first, shape (n_candidates,)."""
    loyalty = pm.math.logit(prior_variable("loyalty", priors.loyalty))
    bloc = {
        side: pm.math.logit(prior_variable(f"transfer_bloc_{side}", priors.transfer_bloc))
        for side in (FIRST, SECOND)
    }
    other = pm.math.logit(prior_variable("transfer_other", priors.transfer_other))
    by_affinity, by_lean, spread = (
        prior_variable(f"transfer_{name}", prior) / POINTS_PER_LOGIT
        for name, prior in (
            ("affinity", priors.transfer_affinity),
            ("lean", priors.transfer_lean),
            ("spread", priors.transfer_spread),
        )
    )
    mean = pm.math.where(units.sides == FIRST, bloc[FIRST], other)
    mean = pm.math.where(units.sides == SECOND, -bloc[SECOND], mean)
    mean = mean + by_affinity * units.affinity + by_lean * units.lean
    candidate = mean + spread * pm.Normal("transfer_score", dims="candidate")
    position = np.arange(len(units.sides))
    candidate = pm.math.where(position == units.finalists[0], loyalty, candidate)
    candidate = pm.math.where(position == units.finalists[1], -loyalty, candidate)
    return pm.Deterministic("transfer", pm.math.invlogit(candidate), dims="candidate")


def _arrivals(units: UnitData, known: KnownLean, priors: RunoffPriors) -> Tensor:
    """Absent voters who come, shape (n_units,)."""
    rate = prior_variable("arrivals_rate", priors.arrivals_rate)
    habit = prior_variable("arrivals_habit", priors.arrivals_habit)
    absent = units.eligible - units.votes_cast
    return absent * pm.math.minimum(rate * (1 + habit * (known.propensity - 1)), 1)


def _returning_swing(units: UnitData, retention: Tensor, transfer: Tensor) -> Tensor:
    """How far the returning voters of the race lean from the sides of round one, a number."""
    totals = units.candidate_votes.sum(axis=0)
    to_first = pm.math.dot(retention * transfer, totals)
    to_second = pm.math.dot(retention * (1 - transfer), totals)
    first, second = np.maximum(units.side_votes.sum(axis=0), 1)
    returning = pm.math.maximum(to_first, 1) / pm.math.maximum(to_second, 1)
    return pm.math.log(returning) - np.log(first / second)


def _arrivals_first(
    units: UnitData, known: KnownLean, swing: Tensor, priors: RunoffPriors
) -> Tensor:
    """Share of the arrivals who choose the first finalist, shape (n_units,)."""
    shift = prior_variable("arrivals_shift", priors.arrivals_shift) / POINTS_PER_LOGIT
    lean = _tilt(known.lean, swing)
    if units.lean_names:
        weight = prior_variable("arrivals_baseline_weight", priors.arrivals_baseline_weight)
        lean = (1 - weight) * lean + weight * units.baseline_share
    return _tilt(lean, shift)


def _errors(units: UnitData, streams: Tensor, priors: RunoffPriors) -> tuple[Tensor, Tensor]:
    """Errors of lean and turnout of all three levels, on the log-odds scale, (n_units,).

    `streams` are the log-odds of the returning voters, on which mean reversion acts.
    """
    tail = prior_variable("error_race_tail", priors.error_race_tail)
    heavy = pm.math.sqrt(tail / pm.ChiSquared("error_race_mixing", tail))
    lean, turnout = _correlated(
        "race",
        None,
        priors.error_race_lean,
        priors.error_race_turnout,
        priors.error_race_correlation,
    )
    reversion = prior_variable("reversion", priors.reversion) * streams
    lean = prior_variable("drift", priors.drift) / POINTS_PER_LOGIT + reversion + lean * heavy
    county_lean, county_turnout = _correlated(
        "county",
        "county",
        priors.error_county_lean,
        priors.error_county_turnout,
        priors.error_county_correlation,
    )
    unit_lean, unit_turnout = _correlated(
        "unit",
        "unit",
        priors.error_unit_lean,
        priors.error_unit_turnout,
        priors.error_unit_correlation,
    )
    county = units.county_index
    # Counties differ around the race: their mean by votes is taken out.
    weight = np.bincount(county, units.votes_cast, len(units.county_names))
    weight = weight / max(weight.sum(), 1)
    county_lean, county_turnout = (
        error - pm.math.dot(weight, error) for error in (county_lean, county_turnout)
    )
    return (
        lean + county_lean[county] + unit_lean,
        turnout + county_turnout[county] + unit_turnout,
    )


def _correlated(
    level: str,
    dims: str | None,
    lean_prior: Distribution,
    turnout_prior: Distribution,
    correlation_prior: Distribution,
) -> tuple[Tensor, Tensor]:
    """A pair of correlated normal errors of one level, on the log-odds scale."""
    lean_size = prior_variable(f"error_{level}_lean", lean_prior) / POINTS_PER_LOGIT
    turnout_size = prior_variable(f"error_{level}_turnout", turnout_prior) / POINTS_PER_LOGIT
    correlation = prior_variable(f"error_{level}_correlation", correlation_prior)
    lean = pm.Normal(f"error_{level}_lean_score", dims=dims)
    fresh = pm.Normal(f"error_{level}_turnout_score", dims=dims)
    turnout = correlation * lean + pm.math.sqrt(1 - correlation**2) * fresh
    return lean_size * lean, turnout_size * turnout


def _tilt(share: Tensor, log_odds: Tensor) -> Tensor:
    """Multiply the odds of a share by the exponential of `log_odds`."""
    return share / (share + (1 - share) * pm.math.exp(-log_odds))
