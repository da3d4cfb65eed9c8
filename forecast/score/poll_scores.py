"""How well the polls alone would have forecast finished runoffs and specials, past only.

The errors are learned again every few years, from the elections before the first race to score
in that span. A baseline gets the plain average of the polls with one normal error,
whose size is that of the same average in all races before.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy import special

from forecast.evidence.poll_errors import PollErrors
from forecast.evidence.poll_kinds import RaceKind
from forecast.evidence.poll_likelihood import PollOfRace, likelihood_of_polls
from forecast.evidence.poll_record import RecordPoll, before, close_races
from forecast.stats.clustered import clustered_error
from forecast.stats.distributions import expit
from forecast.stats.scoring_rules import brier, crps_student, log_score_student, pit_student

# A Student t with so many degrees of freedom is a normal.
_NORMAL_DF = 1e6
_PARTIES = {1: ("DEM", "REP"), -1: ("REP", "DEM"), 0: ("", "")}

Learn = Callable[[Sequence[RecordPoll], date], PollErrors]


@dataclass(frozen=True)
class ShareScore:
    """A forecast of one share: its Student t on the log-odds, and its scores."""

    location: float
    scale: float
    df: float
    crps: float
    log_score: float
    brier: float
    pit: float


@dataclass(frozen=True)
class PollsScore:
    """The polls of one race, scored.

    Attributes
    ----------
    race, kind, election, n_polls
        What was scored.
    learned_before
        The errors were learned from elections before this day.
    share
        Candidate 1's two-candidate share in the official result.
    model, average
        The model, and the plain average with one error for all.
    """

    race: str
    kind: RaceKind
    election: date
    n_polls: int
    learned_before: date
    share: float
    model: ShareScore
    average: ShareScore


def score_past_only(
    record: Sequence[RecordPoll],
    wanted: Callable[[RaceKind], bool],
    first_year: int,
    learn: Learn,
    *,
    every: int = 1,
) -> list[PollsScore]:
    """Score races with errors of earlier elections.

    Parameters
    ----------
    record
        Polls of finished elections.
    wanted
        Which kinds of race to score.
    first_year
        No election before this year is scored.
    learn
        Errors learned from the record before a day.
    every
        Years after which the errors are learned again.
    """
    close = close_races(record)
    races: dict[str, list[RecordPoll]] = {}
    for poll in close:
        if wanted(poll.kind) and poll.election.year >= first_year:
            races.setdefault(poll.race, []).append(poll)
    spans: dict[int, list[list[RecordPoll]]] = {}
    for polls in races.values():
        spans.setdefault((polls[0].election.year - first_year) // every, []).append(polls)
    scores = []
    for _, span in sorted(spans.items()):
        learned_before = min(polls[0].election for polls in span)
        errors = learn(record, learned_before)
        spread = average_error(close_races(before(record, learned_before)))
        scores += [_score(polls, errors, learned_before, spread) for polls in span]
    return scores


def average_error(record: Sequence[RecordPoll]) -> float:
    """Root mean square over races of the error of their plain average, log-odds."""
    races: dict[str, list[float]] = {}
    for poll in record:
        races.setdefault(poll.race, []).append(poll.log_odds - poll.result)
    return float(np.sqrt(np.mean([np.mean(errors) ** 2 for errors in races.values()])))


def _score(
    polls: Sequence[RecordPoll], errors: PollErrors, learned_before: date, spread: float
) -> PollsScore:
    seen = [
        PollOfRace(poll.pollster, poll.shares, poll.undecided, poll.sample, poll.age, poll.partisan)
        for poll in polls
    ]
    one = polls[0]
    likelihood = likelihood_of_polls(seen, errors, one.kind, _PARTIES[one.orientation])
    assert likelihood is not None, "a race to score has polls"
    share = float(expit(one.result))
    mean = float(np.mean([poll.log_odds for poll in polls]))
    return PollsScore(
        race=one.race,
        kind=one.kind,
        election=one.election,
        n_polls=len(polls),
        learned_before=learned_before,
        share=share,
        model=_share_score(likelihood.location, likelihood.scale, likelihood.df, share),
        average=_share_score(mean, spread, _NORMAL_DF, share),
    )


def _share_score(location: float, scale: float, df: float, share: float) -> ShareScore:
    won = float(special.stdtr(df, location / scale))
    return ShareScore(
        location=location,
        scale=scale,
        df=df,
        crps=float(crps_student(location, scale, df, share)),
        log_score=float(log_score_student(location, scale, df, share)),
        brier=float(brier(won, share > 0.5)),
        pit=float(pit_student(location, scale, df, share)),
    )


def mean_difference(scores: Sequence[PollsScore], name: str) -> tuple[float, float]:
    """Mean of model less average in a score, with its standard error clustered by day.

    The error is nan where all races are of one day.
    """
    difference = np.array(
        [getattr(score.model, name) - getattr(score.average, name) for score in scores]
    )
    error = clustered_error(difference, np.array([str(score.election) for score in scores]))
    return float(difference.mean()), float("nan") if error is None else error
