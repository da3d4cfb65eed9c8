"""What is unknown about a runoff as a whole: the priors, and draws of them.

One draw says, for the whole race, who comes back, where the eliminated candidates' voters
go, who arrives, and how large every error is.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from forecast.priors.runoff_priors import RunoffPriors
from forecast.race.units import FIRST, NEITHER, SECOND, UnitData
from forecast.stats.arrays import FloatArray
from forecast.stats.distributions import POINTS_PER_LOGIT, Distribution, expit, logit
from forecast.stats.joint_draws import JointDraws
from forecast.stats.stratified import normal_probability


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
    draw = _sampler(priors, rng, n_draws)
    lean_scale, turnout_scale = (
        draw(prior) / POINTS_PER_LOGIT
        for prior in (priors.error_race_lean, priors.error_race_turnout)
    )
    correlation = draw(priors.error_race_correlation)
    degrees_of_freedom = draw(priors.error_race_tail)
    lean_score = rng.standard_normal(n_draws)
    turnout_score = correlated_with(lean_score, correlation, rng.standard_normal(n_draws))
    # A Student t is a normal over the root of a chi-square: the tail is the lean's alone.
    heavy = np.sqrt(degrees_of_freedom / rng.chisquare(degrees_of_freedom))
    retention = _draw_retention(priors, units, draw)
    transfer = _draw_transfer(priors, units, draw, rng)
    # Mean reversion acts on what the streams of the whole race add up to.
    streams = np.subtract(*returning_log_votes(units, retention, transfer))
    shift = draw(priors.drift) / POINTS_PER_LOGIT + draw(priors.reversion) * streams
    return RunoffParameters(
        retention=retention,
        transfer=transfer,
        arrivals_rate=draw(priors.arrivals_rate),
        arrivals_habit=draw(priors.arrivals_habit),
        arrivals_baseline_weight=draw(priors.arrivals_baseline_weight),
        arrivals_shift=draw(priors.arrivals_shift) / POINTS_PER_LOGIT,
        race_lean=shift + lean_scale * lean_score * heavy,
        race_turnout=turnout_scale * turnout_score,
        county_sizes=_scales(priors.error_county_lean, priors.error_county_turnout, draw),
        county_correlation=draw(priors.error_county_correlation),
        unit_sizes=_scales(priors.error_unit_lean, priors.error_unit_turnout, draw),
        unit_correlation=draw(priors.error_unit_correlation),
    )


def returning_log_votes(
    units: UnitData, retention: FloatArray, transfer: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Logs of the returning voters of the race for either finalist, shape (n_draws,) each."""
    totals = units.candidate_votes.sum(axis=0)
    to_first = (retention * transfer) @ totals  # (draw, candidate) @ (candidate,)
    to_second = retention @ totals - to_first
    return np.log(np.maximum(to_first, 1)), np.log(np.maximum(to_second, 1))


Sampler = Callable[[Distribution], FloatArray]


def _sampler(priors: RunoffPriors, rng: np.random.Generator, n_draws: int) -> Sampler:
    """How a block draws from a prior: what was learned jointly comes from one row a draw."""
    joint = [prior for prior in vars(priors).values() if isinstance(prior, JointDraws)]
    if not joint:
        return lambda prior: prior.sample(rng, n_draws)
    n_rows = joint[0].n_rows
    # Rows are in the order of the share they say, so that even numbers cover it evenly.
    even = normal_probability(rng.standard_normal(n_draws))
    rows = np.minimum((even * n_rows).astype(np.intp), n_rows - 1)

    def draw(prior: Distribution) -> FloatArray:
        return prior.take(rows) if isinstance(prior, JointDraws) else prior.sample(rng, n_draws)

    return draw


def correlated_with(score: FloatArray, correlation: FloatArray, fresh: FloatArray) -> FloatArray:
    """Standard normal scores that have the given correlation with other ones."""
    return correlation * score + np.sqrt(1 - correlation**2) * fresh


def _scales(lean: Distribution, turnout: Distribution, draw: Sampler) -> FloatArray:
    """Scales of a lean and a turnout error on the log-odds scale, shape (n_draws, 2)."""
    return np.stack([draw(lean), draw(turnout)], axis=1) / POINTS_PER_LOGIT


def _draw_retention(priors: RunoffPriors, units: UnitData, draw: Sampler) -> FloatArray:
    """Retention by kind of candidate, shape (n_draws, n_candidates).

    That of eliminated candidates' voters is relative to the finalists': a day that keeps
    voters at home keeps all kinds at home. Who chose no candidate is nobody's voter again.
    """
    finalist = draw(priors.retention_finalist)
    bloc, other = (_by_candidate(draw(p)) for p in (priors.retention_bloc, priors.retention_other))
    relative = np.where(units.sides == NEITHER, other, bloc)  # (draw, candidate)
    relative[:, list(units.finalists)] = 1
    relative[:, list(units.not_candidates)] = 0
    # A learned ratio may be above 1; nobody votes twice.
    return np.asarray(np.minimum(finalist[:, None] * relative, 1.0))


def _draw_transfer(
    priors: RunoffPriors, units: UnitData, draw: Sampler, rng: np.random.Generator
) -> FloatArray:
    """Share that chooses the first finalist, shape (n_draws, n_candidates).

    The voters of a finalist stay with the loyalty. Those of an eliminated candidate follow
    the mean of their bloc, moved by the candidate's affinity and lean, and each candidate
    departs from that on the log-odds scale.
    """
    sides, finalists = units.sides, units.finalists
    loyalty = logit(draw(priors.loyalty))
    first, second = _by_side(draw, priors.transfer_bloc)
    other = _by_candidate(logit(draw(priors.transfer_other)))
    by_affinity, by_lean, spread = (
        draw(prior)[:, None] / POINTS_PER_LOGIT
        for prior in (priors.transfer_affinity, priors.transfer_lean, priors.transfer_spread)
    )
    log_odds = np.where(sides == FIRST, first[:, None], other)  # (draw, candidate)
    log_odds = np.where(sides == SECOND, -second[:, None], log_odds)
    log_odds = log_odds + by_affinity * units.affinity + by_lean * units.lean
    log_odds = log_odds + spread * rng.standard_normal(log_odds.shape)
    log_odds[:, finalists[0]], log_odds[:, finalists[1]] = loyalty, -loyalty
    return expit(log_odds)


def _by_candidate(values: FloatArray) -> FloatArray:
    """Values of every candidate, (draw, candidate), or of all alike, (draw, 1)."""
    return values if values.ndim == 2 else values[:, None]


def _by_side(draw: Sampler, prior: Distribution) -> tuple[FloatArray, FloatArray]:
    """Log-odds of a bloc's voters to its own finalist, for either finalist, (n_draws,) each.

    Learned ones belong together; a user's range is drawn for each finalist anew.
    """
    if isinstance(prior, JointDraws):
        own = logit(draw(prior))  # (draw, finalist)
        return own[:, FIRST], own[:, SECOND]
    return logit(draw(prior)), logit(draw(prior))
