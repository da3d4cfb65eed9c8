"""What the polls of a race say: a likelihood of its two-candidate share.

The likelihood is a Student t on the log-odds of the first finalist's share. The polls enter
by generalised least squares: polls of one house share its effect, so that ten polls of one
house do not count as ten houses.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import NormalDist, median

import numpy as np

from forecast.errors import InputError
from forecast.evidence.poll_errors import Estimate, PollErrors
from forecast.evidence.poll_kinds import RaceKind
from forecast.evidence.poll_record import orientation, sampling_variance
from forecast.race.labels import folded
from forecast.race.poll_table import Poll
from forecast.stats.arrays import FloatArray
from forecast.stats.distributions import POINTS_PER_LOGIT, expit
from forecast.stats.scale_mixture import LOG_VARIANCES, StudentTable, closest_student, log_weights

# Normal scores at which the uncertain scale of the race's error is taken, of equal weight.
_SCALE_SCORES = np.array([NormalDist().inv_cdf((level + 0.5) / 25) for level in range(25)])


@dataclass(frozen=True)
class PollOfRace:
    """One poll of the race to forecast, as the model of errors sees it.

    Attributes
    ----------
    pollster
        Who asked.
    shares
        Of the first and second finalist among all respondents, above 0.
    undecided
        Respondents who named neither, nor another candidate.
    sample
        Respondents, None where unknown.
    age
        Days from the middle of the interviews to the runoff.
    partisan
        1 where the first finalist's side paid, −1 where the second's did, else 0.
    start, end
        First and last day of the interviews, None where only the age is known.
    """

    pollster: str
    shares: tuple[float, float]
    undecided: float
    sample: float | None
    age: float
    partisan: int = 0
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True)
class WeightedPoll:
    """One poll in a likelihood: what it says, and how much it counts.

    Attributes
    ----------
    poll
        The poll.
    share
        First finalist's two-candidate share, as published.
    corrected
        The same less the effects of house and sponsor.
    house_points, sponsor_points
        Those effects towards the first finalist, in points at an even split.
    known_house
        Whether the record knows the pollster.
    weight
        Part in the location; the weights of a likelihood add up to 1. One can be below 0 where
        polls share a house.
    """

    poll: PollOfRace
    share: float
    corrected: float
    house_points: float
    sponsor_points: float
    known_house: bool
    weight: float


@dataclass(frozen=True)
class PollLikelihood:
    """A likelihood of the first finalist's two-candidate share, from polls.

    Attributes
    ----------
    location, scale, df
        Student t on the log-odds of the share.
    kind
        Kind of race whose error was used.
    learned_before
        The errors were learned from elections before this day; None for the whole record.
    learned_to
        The last election among them.
    poll_points
        Standard deviation in points that comes from the single polls: sampling, houses, age.
    race_points
        Scale in points of the error that all polls of the race share.
    races_of_kind
        How many finished races of this kind its scale was learned from.
    polls
        The polls used.
    left_out
        How many were not: not finished in time.
    """

    location: float
    scale: float
    df: float
    kind: RaceKind
    learned_before: date | None
    learned_to: date
    poll_points: float
    race_points: float
    races_of_kind: int
    polls: tuple[WeightedPoll, ...]
    left_out: int

    def log_likelihood(self, log_odds: FloatArray) -> FloatArray:
        """Log-likelihood of log-odds of the share up to a constant, same shape."""
        z = (np.asarray(log_odds) - self.location) / self.scale
        return np.asarray(-(self.df + 1) / 2 * np.log1p(z**2 / self.df))

    def quantiles(self, levels: Sequence[float] | FloatArray) -> FloatArray:
        """Quantiles of the share from the polls alone, under a flat prior on its log-odds."""
        t = StudentTable(self.df).quantile(np.asarray(levels, dtype=np.float64))
        return expit(self.location + self.scale * t)

    @property
    def mean(self) -> float:
        """Mean of the share from the polls alone."""
        return float(self._grid().mean())

    @property
    def sd(self) -> float:
        """Standard deviation of the share from the polls alone."""
        return float(self._grid().std())

    @property
    def win_probability(self) -> float:
        """Probability from the polls alone that the first finalist wins."""
        return float(StudentTable(self.df).cdf(self.location / self.scale))

    def _grid(self) -> FloatArray:
        return self.quantiles((np.arange(4000) + 0.5) / 4000)


def poll_likelihood(
    polls: Sequence[Poll],
    errors: PollErrors,
    kind: RaceKind,
    *,
    runoff: date,
    parties: tuple[str, str] = ("", ""),
    as_of: date | None = None,
) -> PollLikelihood | None:
    """The likelihood of a runoff's share that the polls of its race folder give.

    Parameters
    ----------
    polls
        As `forecast.race.poll_table.load_polls` gives them, finalists in their order.
    errors
        What is known of the errors of polls.
    kind
        Office and stage of the race.
    runoff
        Day of the runoff.
    parties
        Party labels of the finalists; a house effect has a direction for DEM and REP only.
    as_of
        Day of the forecast, at most the runoff's day, which is the default. Only polls whose
        interviews ended before it count.

    Returns
    -------
    PollLikelihood or None
        None where no poll counts.

    Raises
    ------
    InputError
        When `errors` were learned from elections on or after the runoff's day, when a poll
        leaves a finalist without support, or when `as_of` is after the runoff.
    """
    as_of = runoff if as_of is None else as_of
    if as_of > runoff:
        raise InputError(
            f"polls as of {as_of}, after the runoff of {runoff}: give a day up to the runoff"
        )
    if errors.newest >= runoff:
        raise InputError(
            f"errors of polls learned from elections up to {errors.newest} may not be used for "
            f"a runoff of {runoff}; learn them with `forecast polls learn "
            f"--before {runoff}`"
        )
    in_time = [poll for poll in polls if poll.end < as_of]
    seen = [_poll_of_race(poll, runoff, parties) for poll in in_time]
    return likelihood_of_polls(seen, errors, kind, parties, left_out=len(polls) - len(seen))


def likelihood_of_polls(
    polls: Sequence[PollOfRace],
    errors: PollErrors,
    kind: RaceKind,
    parties: tuple[str, str],
    *,
    left_out: int = 0,
) -> PollLikelihood | None:
    """The likelihood from polls that all count; see `poll_likelihood`. None without polls."""
    if not polls:
        return None
    side = orientation(parties)
    corrections = _Corrections.of(polls, errors, side)
    # Generalised least squares: the mean of correlated measurements with the least variance.
    solved = np.linalg.solve(corrections.covariance, np.ones(len(polls)))
    weights = solved / solved.sum()
    poll_variance = float(1 / solved.sum())

    undecided = float(np.mean([poll.undecided for poll in polls]))
    squared = _squared_race_scales(errors, kind, undecided)
    day = (errors.day * side) ** 2
    # Every normal of the mixture at every scale, shape (n_scales · n_nodes,).
    variances = poll_variance + day + np.outer(squared, np.exp(LOG_VARIANCES)).ravel()
    shares = np.tile(np.exp(log_weights(errors.df)), len(squared)) / len(squared)
    scale, df = closest_student(variances, shares)
    return PollLikelihood(
        location=float(weights @ corrections.corrected),
        scale=scale,
        df=df,
        kind=kind,
        learned_before=errors.before,
        learned_to=errors.newest,
        poll_points=POINTS_PER_LOGIT * float(np.sqrt(poll_variance)),
        race_points=POINTS_PER_LOGIT * float(np.sqrt(median(squared.tolist()) + day)),
        races_of_kind=errors.race_error[kind].races,
        polls=corrections.weighted(polls, weights),
        left_out=left_out,
    )


@dataclass(frozen=True, eq=False)
class _Corrections:
    """The polls on the log-odds scale, with what is known of house and sponsor taken out.

    Attributes
    ----------
    published, house, sponsor
        Log-odds as published, and the effects of house and sponsor on them, shape (n_polls,).
    covariance
        Covariance of what is left, of the single polls only, shape (n_polls, n_polls).
    known_house
        Whether the record knows the pollster, one a poll.
    """

    published: FloatArray
    house: FloatArray
    sponsor: FloatArray
    covariance: FloatArray
    known_house: tuple[bool, ...]

    @classmethod
    def of(cls, polls: Sequence[PollOfRace], errors: PollErrors, side: int) -> "_Corrections":
        known = [errors.house_effect(poll.pollster) for poll in polls]
        return cls(
            published=np.array([np.log(poll.shares[0] / poll.shares[1]) for poll in polls]),
            house=np.array([side * effect.mean if effect else 0.0 for effect in known]),
            sponsor=np.array([errors.sponsor.mean * poll.partisan for poll in polls]),
            covariance=_covariance(polls, errors, known, side),
            known_house=tuple(effect is not None for effect in known),
        )

    @property
    def corrected(self) -> FloatArray:
        return self.published - self.house - self.sponsor

    def weighted(
        self, polls: Sequence[PollOfRace], weights: FloatArray
    ) -> tuple[WeightedPoll, ...]:
        """Every poll with its weight in the location, shape (n_polls,)."""
        corrected = self.corrected
        return tuple(
            WeightedPoll(
                poll=poll,
                share=float(expit(self.published[row])),
                corrected=float(expit(corrected[row])),
                house_points=POINTS_PER_LOGIT * float(self.house[row]),
                sponsor_points=POINTS_PER_LOGIT * float(self.sponsor[row]),
                known_house=self.known_house[row],
                weight=float(weights[row]),
            )
            for row, poll in enumerate(polls)
        )


def _covariance(
    polls: Sequence[PollOfRace],
    errors: PollErrors,
    known: Sequence[Estimate | None],
    side: int,
) -> FloatArray:
    """Covariance of the polls' own errors: polls of one house or one side's sponsor share some."""
    covariance = np.diag([_own_variance(poll, errors) for poll in polls])
    for row, poll in enumerate(polls):
        effect = known[row]
        # Without a Democrat and a Republican, a house's known direction says nothing.
        spread = effect.sd if effect and side else errors.house
        same = [folded(other.pollster) == folded(poll.pollster) for other in polls]
        covariance[row, same] += spread**2
    sides = [poll.partisan for poll in polls]
    return np.asarray(covariance + errors.sponsor.sd**2 * np.outer(sides, sides))


def _squared_race_scales(errors: PollErrors, kind: RaceKind, undecided: float) -> FloatArray:
    """Squared scales of the race's error over its uncertainty, shape (n_scales,)."""
    size = errors.race_error[kind]
    scales = size.median * np.exp(size.log_sd * _SCALE_SCORES)
    return np.asarray(scales**2 + (errors.undecided_race * undecided) ** 2)


def _own_variance(poll: PollOfRace, errors: PollErrors) -> float:
    sampling = sampling_variance(poll.shares, poll.sample or errors.typical_sample)
    undecided = (errors.undecided_poll * poll.undecided) ** 2
    drift = errors.drift**2 * poll.age / 7
    return errors.design * sampling + errors.poll**2 + undecided + drift


def _poll_of_race(poll: Poll, runoff: date, parties: tuple[str, str]) -> PollOfRace:
    if min(poll.shares) <= 0:
        raise InputError(
            f"the poll of {poll.pollster} ending {poll.end} gives a finalist no support, and "
            "such a share has no odds; correct or remove the row of polls.csv"
        )
    rest = max(1 - sum(poll.shares), 0.0)
    midpoint = poll.start.toordinal() + (poll.end - poll.start).days / 2
    return PollOfRace(
        pollster=poll.pollster,
        shares=poll.shares,
        undecided=rest if poll.undecided is None else poll.undecided,
        sample=None if poll.sample is None else float(poll.sample),
        age=runoff.toordinal() - midpoint,
        partisan=_sponsor_side(poll.sponsor, parties),
        start=poll.start,
        end=poll.end,
    )


def _sponsor_side(sponsor: str, parties: tuple[str, str]) -> int:
    """Side of a sponsor that names a finalist's party, by its label or in words."""
    words = {word.strip("().,;").casefold() for word in sponsor.split()}
    names = {
        "DEM": {"dem", "d", "democrat", "democrats", "democratic"},
        "REP": {"rep", "r", "gop", "republican", "republicans"},
    }
    if parties[0] == parties[1]:
        return 0
    first, second = (
        bool(party) and bool(words & names.get(party, {party.casefold()})) for party in parties
    )
    return int(first) - int(second)
