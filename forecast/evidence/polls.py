"""The polls of a race folder as evidence: a likelihood of the runoff's share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from forecast.evidence.poll_errors import POLLS_DOCUMENT, shipped_poll_errors
from forecast.evidence.poll_kinds import RaceKind
from forecast.evidence.poll_likelihood import PollLikelihood, poll_likelihood
from forecast.evidence.primary_polls import PRIMARIES_DOCUMENT, errors_in_primaries
from forecast.evidence.shared_error import SHARED_ERROR_DOCUMENT, shared_error
from forecast.evidence.weighted_draws import ShareSummary, WeightedDraws
from forecast.files import shipped_folder
from forecast.race.contest import Race
from forecast.race.folder import file_hashes
from forecast.race.forecast_day import ONE_DAY
from forecast.race.poll_table import POLLS_FILE, Poll
from forecast.race.situation import PRIMARY_RUNOFF, situation_of
from forecast.stats.distributions import logit

# Keeps the log-odds of a draw that one finalist takes whole finite.
_MIN_SHARE = 1e-9


@dataclass(frozen=True)
class Polls:
    """Polls of a runoff: they weigh every simulated one by the likelihood of its share.

    The likelihood is bounded, so the weights have a finite variance; what can go wrong is that
    the polls lie where few draws are, and the effective sample size and k-hat say so.

    Attributes
    ----------
    likelihood
        What the polls say together.
    polls_to
        The last day on which one of them asked.
    known_to
        The same, or the newest election that their errors were learned from, if that is later.
    inputs
        The polls and what was learned of their errors, with their SHA-256.
    correlation
        Between the error of the polls and that of the forecast without them.
    """

    likelihood: PollLikelihood
    polls_to: date
    known_to: date
    inputs: Mapping[str, str]
    correlation: float = 0.0
    kind: str = "polls"
    simulated_per_draw: int = 2
    moves_votes: bool = False

    @property
    def alone(self) -> ShareSummary:
        """The share by the polls alone, under a flat prior on its log-odds."""
        likelihood = self.likelihood
        return ShareSummary(likelihood.mean, likelihood.sd, likelihood.win_probability)

    def condition(self, simulated: WeightedDraws) -> WeightedDraws:
        """Weigh simulated runoffs by the polls; see `forecast.evidence.protocol.Evidence`.

        Where the truth lies above the centre of the forecast, polls whose errors go with the
        forecast's are expected to lie too low: at

            log-odds - correlation (scale of the polls / sd of the forecast) (log-odds - centre)

        with a scale that is smaller by sqrt(1 - correlation²).
        """
        log_odds = logit(np.clip(simulated.shares, _MIN_SHARE, 1 - _MIN_SHARE))
        centre = float(np.average(log_odds, weights=simulated.weights))
        spread = float(np.sqrt(np.average((log_odds - centre) ** 2, weights=simulated.weights)))
        likelihood = self.likelihood
        pull = self.correlation * likelihood.scale / spread if spread else 0.0
        given = replace(likelihood, scale=likelihood.scale * np.sqrt(1.0 - self.correlation**2))
        return simulated.reweighted(given.log_likelihood(log_odds - pull * (log_odds - centre)))


def polls_of_race(race: Race, folder: Path, polls: Sequence[Poll], as_of: date) -> Polls | None:
    """Polls of a race as evidence.

    Parameters
    ----------
    race, folder
        The race, and the folder that the polls were read from.
    polls
        Its polls.
    as_of
        Day of the forecast: polls that ended by then count, with errors learned by then.

    Returns
    -------
    Polls or None
        None where no poll counts.

    Raises
    ------
    InputError
        When no errors of polls were learned from elections before the runoff only, or a poll
        leaves a finalist without support.
    """
    contest, parties = race.contest, race.first_round.parties
    first, second = race.finalist_index
    models = shipped_folder("models")
    documents = [models / POLLS_DOCUMENT, models / SHARED_ERROR_DOCUMENT]
    errors = shipped_poll_errors(as_of + ONE_DAY, documents[0])
    kind = RaceKind.of_race(contest.office, contest.title)
    if situation_of(race).kind == PRIMARY_RUNOFF:
        documents.append(models / PRIMARIES_DOCUMENT)
        errors = errors_in_primaries(errors, kind, documents[-1])
    likelihood = poll_likelihood(
        polls,
        errors,
        kind,
        runoff=contest.runoff,
        parties=(parties[first], parties[second]),
        as_of=as_of + ONE_DAY,
    )
    if likelihood is None:
        return None
    polls_to = max(poll.end for poll in polls if poll.end <= as_of)
    return Polls(
        likelihood,
        polls_to=polls_to,
        known_to=max(polls_to, likelihood.learned_to),
        inputs=file_hashes((folder / POLLS_FILE, *documents), folder),
        correlation=shared_error(as_of + ONE_DAY, documents[1]),
    )
