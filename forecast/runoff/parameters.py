"""What is unknown about a runoff as a whole: the priors, and draws of them.

One draw says, for the whole race, who comes back, where the eliminated candidates' voters
go, who arrives, and how large every error is.
"""

from dataclasses import dataclass

import numpy as np

from forecast.priors.runoff_priors import RunoffPriors
from forecast.race.units import FIRST, NEITHER, SECOND, UnitData
from forecast.stats.arrays import FloatArray
from forecast.stats.distributions import POINTS_PER_LOGIT, Distribution, expit, logit


@dataclass(frozen=True, eq=False)
class RunoffParameters:
    """Draws of everything that is common to the race.

    Attributes
    ----------
    retention
        Share of each candidate's first-round voters who vote again,
        shape (n_draws, n_candidates).
    transfer
        Share of those who choose the first finalist, shape (n_draws, n_candidates).
    arrivals_rate, arrivals_habit, arrivals_baseline_weight
        Shares, shape (n_draws,).
    arrivals_shift, race_lean, race_turnout
        On the log-odds scale, shape (n_draws,).
    county_sizes, unit_sizes
        Standard deviations of the lean and of the turnout error, on the log-odds scale,
        shape (n_draws, 2).
    county_correlation, unit_correlation
        Correlation of the two, shape (n_draws,).
    """

    retention: FloatArray
    transfer: FloatArray
    arrivals_rate: FloatArray
    arrivals_habit: FloatArray
    arrivals_baseline_weight: FloatArray
    arrivals_shift: FloatArray
    race_lean: FloatArray
    race_turnout: FloatArray
    county_sizes: FloatArray
    county_correlation: FloatArray
    unit_sizes: FloatArray
    unit_correlation: FloatArray


def draw_parameters(
    priors: RunoffPriors,
    units: UnitData,
    rng: np.random.Generator,
    n_draws: int,
) -> RunoffParameters:
    """Draw the race-wide parameters from their priors.

    Parameters
    ----------
    priors
        The priors of the runoff model.
    units
        The race: the side, affinity and lean of each candidate.
    rng
        Source of randomness.
    n_draws
        How many draws.
    """
    lean_size, turnout_size = (
        prior.sample(rng, n_draws) / POINTS_PER_LOGIT
        for prior in (priors.error_race_lean, priors.error_race_turnout)
    )
    correlation = priors.error_race_correlation.sample(rng, n_draws)
    tail = priors.error_race_tail.sample(rng, n_draws)
    lean_score = rng.standard_normal(n_draws)
    turnout_score = correlated_with(lean_score, correlation, rng.standard_normal(n_draws))
    # A Student t is a normal over the root of a chi-square: the tail is the lean's alone.
    heavy = np.sqrt(tail / rng.chisquare(tail))
    drift = priors.drift.sample(rng, n_draws) / POINTS_PER_LOGIT
    return RunoffParameters(
        retention=_draw_retention(priors, units, rng, n_draws),
        transfer=_draw_transfer(priors, units, rng, n_draws),
        arrivals_rate=priors.arrivals_rate.sample(rng, n_draws),
        arrivals_habit=priors.arrivals_habit.sample(rng, n_draws),
        arrivals_baseline_weight=priors.arrivals_baseline_weight.sample(rng, n_draws),
        arrivals_shift=priors.arrivals_shift.sample(rng, n_draws) / POINTS_PER_LOGIT,
        race_lean=drift + lean_size * lean_score * heavy,
        race_turnout=turnout_size * turnout_score,
        county_sizes=_sizes(priors.error_county_lean, priors.error_county_turnout, rng, n_draws),
        county_correlation=priors.error_county_correlation.sample(rng, n_draws),
        unit_sizes=_sizes(priors.error_unit_lean, priors.error_unit_turnout, rng, n_draws),
        unit_correlation=priors.error_unit_correlation.sample(rng, n_draws),
    )


def correlated_with(score: FloatArray, correlation: FloatArray, fresh: FloatArray) -> FloatArray:
    """Standard normal scores that have the given correlation with other ones."""
    return correlation * score + np.sqrt(1 - correlation**2) * fresh


def _sizes(
    lean: Distribution, turnout: Distribution, rng: np.random.Generator, n_draws: int
) -> FloatArray:
    """Sizes of a lean and a turnout error on the log-odds scale, shape (n_draws, 2)."""
    drawn = [prior.sample(rng, n_draws) for prior in (lean, turnout)]
    return np.stack(drawn, axis=1) / POINTS_PER_LOGIT


def _draw_retention(
    priors: RunoffPriors, units: UnitData, rng: np.random.Generator, n_draws: int
) -> FloatArray:
    """Retention by kind of candidate, shape (n_draws, n_candidates).

    That of eliminated candidates' voters is relative to the finalists': a day that keeps
    voters at home keeps all kinds at home. Who chose no candidate is nobody's voter again.
    """
    finalist, bloc, other = (
        prior.sample(rng, n_draws)
        for prior in (priors.retention_finalist, priors.retention_bloc, priors.retention_other)
    )
    relative = np.where(units.sides == NEITHER, other[:, None], bloc[:, None])
    relative[:, list(units.finalists)] = 1
    relative[:, list(units.not_candidates)] = 0
    return np.asarray(finalist[:, None] * relative)


def _draw_transfer(
    priors: RunoffPriors, units: UnitData, rng: np.random.Generator, n_draws: int
) -> FloatArray:
    """Share that chooses the first finalist, shape (n_draws, n_candidates).

    The voters of a finalist stay with the loyalty. Those of an eliminated candidate follow
    the mean of their bloc, moved by the candidate's affinity and lean, and each candidate
    departs from that on the log-odds scale.
    """
    sides, finalists = units.sides, units.finalists
    loyalty = logit(priors.loyalty.sample(rng, n_draws))
    bloc = {side: logit(priors.transfer_bloc.sample(rng, n_draws)) for side in (FIRST, SECOND)}
    other = logit(priors.transfer_other.sample(rng, n_draws))
    by_affinity, by_lean, spread = (
        prior.sample(rng, n_draws)[:, None] / POINTS_PER_LOGIT
        for prior in (priors.transfer_affinity, priors.transfer_lean, priors.transfer_spread)
    )
    log_odds = np.where(sides == FIRST, bloc[FIRST][:, None], other[:, None])
    log_odds = np.where(sides == SECOND, -bloc[SECOND][:, None], log_odds)
    log_odds = log_odds + by_affinity * units.affinity + by_lean * units.lean
    log_odds = log_odds + spread * rng.standard_normal(log_odds.shape)
    log_odds[:, finalists[0]], log_odds[:, finalists[1]] = loyalty, -loyalty
    return expit(log_odds)
