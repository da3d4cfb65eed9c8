"""Which runoff priors decide the answer: each is moved alone, and the forecast made again.

Every forecast uses the same seed, and a moved prior draws the same random numbers, so that
the difference is the prior's and not chance's.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from forecast.first_round.posterior import FirstRoundPosterior
from forecast.priors.prior_set import RUNOFF, PriorEntry
from forecast.priors.runoff_priors import RunoffPriors
from forecast.race.units import UnitData
from forecast.runoff.monte_carlo import wins_of
from forecast.runoff.simulation import RunoffDraws, simulate_runoffs
from forecast.stats.arrays import FloatArray
from forecast.stats.distributions import (
    Distribution,
    Fixed,
    Points,
    PointsSize,
    ShareRange,
    SizeRange,
    expit,
)
from forecast.stats.joint_draws import JointDraws

# Half the way from the centre to an end of the 90% range: 0.82 standard deviations.
STEP_Z = 0.5 * 1.6448536269514722
# Known values have no range. A correlation moves by this much, within what is possible.
CORRELATION_STEP = 0.2
# And a slope that may have either sign, the mean reversion, by this much.
SIGNED_STEP = 0.1
MAX_CORRELATION = 0.95
# A race of 250 units takes 20,000 draws; larger ones get fewer, but enough to see.
DRAWS_TIMES_UNITS = 5_000_000
MIN_DRAWS, MAX_DRAWS = 1_000, 20_000

CENTRE, WIDTH = "center", "width"


class MoveKind(StrEnum):
    """The way a prior is moved, in words."""

    UP = "center up"
    DOWN = "center down"
    WIDER = "width doubled"
    NARROWER = "width halved"

    @property
    def part(self) -> str:
        """The part of the prior that moves: `CENTRE` or `WIDTH`."""
        return CENTRE if self in (MoveKind.UP, MoveKind.DOWN) else WIDTH


UP, DOWN, WIDER, NARROWER = MoveKind


class WeightedVotes(NamedTuple):
    """Votes by draw and finalist, shape (n_draws, 2), and weights that add up to 1, (n_draws,)."""

    votes: FloatArray
    weights: FloatArray


@dataclass(frozen=True)
class Outcome:
    """The forecast in three numbers.

    Attributes
    ----------
    win_probability
        Win probability of the first finalist.
    mean_share
        Mean share of the first finalist in the two-candidate vote.
    width
        Width of the central 90% interval of that share.
    """

    win_probability: float
    mean_share: float
    width: float


@dataclass(frozen=True)
class Move:
    """One prior moved in one way.

    Attributes
    ----------
    path
        Dotted name of the prior, "runoff.loyalty".
    kind
        `UP`, `DOWN`, `WIDER` or `NARROWER`.
    range_90
        Central 90% of the moved prior, in its own unit.
    unit
        Unit of the prior: share, points or number.
    outcome
        The forecast with it.
    change
        `outcome` minus that of the priors as they are.
    monte_carlo_error
        Monte Carlo error of the change of the win probability.
    """

    path: str
    kind: MoveKind
    range_90: tuple[float, float]
    unit: str
    outcome: Outcome
    change: Outcome
    monte_carlo_error: float


@dataclass(frozen=True)
class Sensitivity:
    """The forecast under the priors as they are, and under every move.

    Attributes
    ----------
    base
        The forecast as it is.
    moves
        The prior that moves the win probability most comes first.
    n_draws, seed
        Number of draws and seed of every forecast.
    """

    base: Outcome
    moves: tuple[Move, ...]
    n_draws: int
    seed: int

    @property
    def paths(self) -> tuple[str, ...]:
        """The priors, the most decisive first."""
        return tuple(dict.fromkeys(move.path for move in self.moves))


def sensitivity(
    units: UnitData,
    posterior: FirstRoundPosterior,
    entries: tuple[PriorEntry, ...],
    priors: RunoffPriors,
    *,
    seed: int,
    n_draws: int | None = None,
    given: Callable[[RunoffDraws], WeightedVotes] | None = None,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Sensitivity:
    """Move every runoff prior alone and forecast again.

    Parameters
    ----------
    units, posterior
        The race and its fitted first round.
    entries
        The resolved priors; those of the runoff are moved.
    priors
        The same as distributions.
    seed
        Seed of every forecast.
    n_draws
        Runoffs a forecast; by default fewer the more units there are.
    given
        The draws given evidence; equal weights without it.
    progress
        Called with how many forecasts are made, and of how many.
    """
    draws = n_draws or draws_for(units.n_units)

    def run(changed: RunoffPriors) -> WeightedVotes:
        simulated = simulate_runoffs(units, posterior, changed, n_draws=draws, seed=seed)
        return (given or _evenly)(simulated)

    base = run(priors)
    wanted = [
        (entry, kind, moved)
        for entry in entries
        if entry.model == RUNOFF
        for kind, moved in moved_priors(entry)
    ]
    moves = []
    for done, (entry, kind, moved) in enumerate(wanted):
        progress(done, len(wanted))
        after = run(replace(priors, **{entry.parameter: moved}))
        moves.append(_move(entry, kind, moved, base, after))
    progress(len(wanted), len(wanted))
    largest = {
        path: max(_influence(move) for move in moves if move.path == path)
        for path in {move.path for move in moves}
    }
    moves.sort(key=lambda move: (largest[move.path], move.path), reverse=True)
    return Sensitivity(_outcome(base), tuple(moves), draws, seed)


def _evenly(draws: RunoffDraws) -> WeightedVotes:
    votes = draws.votes
    return WeightedVotes(votes, np.full(len(votes), 1 / len(votes)))


def draws_for(n_units: int) -> int:
    """Runoffs a forecast that keep the whole table within a minute or so."""
    return int(np.clip(DRAWS_TIMES_UNITS // max(n_units, 1), MIN_DRAWS, MAX_DRAWS))


def moved_priors(entry: PriorEntry) -> Iterator[tuple[MoveKind, Distribution]]:
    """The moves of a prior: those that make sense for its kind of distribution.

    The centre moves half the way to an end of the 90% range, on the scale on which the prior
    is normal; the width halves or doubles on the same scale. The scale of an effect is one
    number, which is its width; a known value has no width, and its value is doubled or halved.
    """
    match entry.distribution:
        case ShareRange() as prior:
            yield from _normal_moves(prior.mean_logit, prior.sd_logit, _share_range)
        case Points() as prior:
            yield from _normal_moves(prior.mean, prior.sd, Points)
        case PointsSize() as prior:
            yield WIDER, PointsSize(2 * prior.scale)
            yield NARROWER, PointsSize(prior.scale / 2)
        case SizeRange() as prior:
            yield WIDER, SizeRange(2 * prior.low, 2 * prior.high)
            yield NARROWER, SizeRange(prior.low / 2, prior.high / 2)
        case Fixed() as prior:
            yield from _fixed_moves(entry, prior.value)
        case JointDraws() as prior:
            yield UP, prior.moved(steps=STEP_Z)
            yield DOWN, prior.moved(steps=-STEP_Z)
            yield WIDER, prior.moved(width=2.0)
            yield NARROWER, prior.moved(width=0.5)


def _normal_moves(
    centre: float, sd: float, make: Callable[[float, float], Distribution]
) -> Iterator[tuple[MoveKind, Distribution]]:
    yield UP, make(centre + STEP_Z * sd, sd)
    yield DOWN, make(centre - STEP_Z * sd, sd)
    yield WIDER, make(centre, 2 * sd)
    yield NARROWER, make(centre, sd / 2)


def _share_range(mean_logit: float, sd_logit: float) -> ShareRange:
    """A share from the mean and standard deviation of its log-odds."""
    low, high = expit(mean_logit - 2 * STEP_Z * sd_logit), expit(mean_logit + 2 * STEP_Z * sd_logit)
    return ShareRange(float(low), float(high))


def _fixed_moves(entry: PriorEntry, value: float) -> Iterator[tuple[MoveKind, Distribution]]:
    if entry.support == "correlation":
        limit = MAX_CORRELATION
        yield UP, Fixed(float(np.clip(value + CORRELATION_STEP, -limit, limit)))
        yield DOWN, Fixed(float(np.clip(value - CORRELATION_STEP, -limit, limit)))
    elif entry.support == "share":
        half = np.log(2)
        log_odds = np.log(value) - np.log1p(-value)
        yield UP, Fixed(float(expit(log_odds + half)))
        yield DOWN, Fixed(float(expit(log_odds - half)))
    elif entry.support == "signed":
        yield UP, Fixed(value + SIGNED_STEP)
        yield DOWN, Fixed(value - SIGNED_STEP)
    elif value:
        # The known scale of an error is the width of what it does to the votes.
        more, less = (WIDER, NARROWER) if entry.unit == "points" else (UP, DOWN)
        yield more, Fixed(2 * value)
        yield less, Fixed(value / 2)


def _move(
    entry: PriorEntry,
    kind: MoveKind,
    moved: Distribution,
    base: WeightedVotes,
    after: WeightedVotes,
) -> Move:
    before, outcome = _outcome(base), _outcome(after)
    # The same random numbers in both: the error of the change is that of paired draws.
    return Move(
        path=entry.path,
        kind=kind,
        range_90=moved.range_90(),
        unit=entry.unit,
        outcome=outcome,
        change=Outcome(
            outcome.win_probability - before.win_probability,
            outcome.mean_share - before.mean_share,
            outcome.width - before.width,
        ),
        monte_carlo_error=float(np.sqrt(((_pulls(after) - _pulls(base)) ** 2).sum())),
    )


def _influence(move: Move) -> tuple[float, float]:
    """What the order of the priors goes by: the odds, then the share."""
    return abs(move.change.win_probability), abs(move.change.mean_share)


def _pulls(drawn: WeightedVotes) -> FloatArray:
    """What each draw adds to the win probability beyond its mean, shape (n_draws,)."""
    wins = wins_of(drawn.votes)
    return np.asarray(drawn.weights * (wins - float((drawn.weights * wins).sum())))


def _outcome(drawn: WeightedVotes) -> Outcome:
    """The three numbers of a forecast."""
    votes, weights = drawn
    shares = votes[:, 0] / np.maximum(votes.sum(axis=1), 1)  # nobody votes: no division by 0
    low, high = np.quantile(shares, (0.05, 0.95), weights=weights, method="inverted_cdf")
    wins = float((weights * wins_of(votes)).sum())
    return Outcome(wins, float((weights * shares).sum()), float(high - low))
