"""The margins of a race folder with its result, and the forecast's streams as their prior."""

from pathlib import Path

import numpy as np

from forecast.defaults import DEFAULT_SEED, PriorChoice
from forecast.errors import InputError
from forecast.importing.table_words import is_nobody
from forecast.learn.race_priors import resolve_race
from forecast.race.contest import Race, Returns
from forecast.race.runoff_result import has_runoff, load_runoff
from forecast.race.units import believed_registered
from forecast.runoff.parameters import RunoffParameters, draw_parameters, returning_log_votes
from forecast.stats.arrays import FloatArray
from forecast.stats.distributions import expit, logit
from forecast.transfers.estimate import RatePriorGiven
from forecast.transfers.two_margins import (
    LEFT_THE_ROLL,
    NEW_ON_THE_ROLL,
    NEWCOMERS,
    NOT_VOTING,
    CountedElection,
    TwoMargins,
    match_counts,
)

PRIOR_DRAWS = 4000
# Shares of any row that the streams say nothing of, with their spread on the log scale.
# Judgement: write-ins of a runoff are few, and about one in a hundred leaves a roll between rounds.
OTHER_SHARE, LEFT_SHARE, WIDE = 0.003, 0.01, 1.0
# Of those who are new on a roll or in a count: how many vote is as good as unknown.
NEW_TURNOUT, NEW_SPREAD = 0.6, 1.0
# Each row's own, on the log scale, beside what the streams say of all: they have one retention for
# all who are out, and ballots that are known differ by 0.40 between the candidates of a contest in
# how many exhaust (docs/learning.md); their choices by more than the 0.3 (in log-odds) taken here
# and where errors of units are learned. So no rate is known without error.
OWN_HOME_SPREAD, OWN_CHOICE_SPREAD = 0.4, 0.3 / 2**0.5
SMALLEST_RATE = 1e-3


def margins_of_race(race: Race, folder: Path) -> TwoMargins:
    """Set the counted runoff of a race beside its first round.

    Units that one of the rounds lacks are left out, with a note.

    Parameters
    ----------
    race, folder
        The race and the folder it was read from.

    Raises
    ------
    InputError
        When there is no result yet, or the two have no unit in common.
    """
    if not has_runoff(folder):
        name = race.contest.id
        raise InputError(
            f"the runoff of {name} is not counted yet, or not imported, and votes that moved are "
            f"estimated from both rounds: `forecast data import FILE --into {folder} --as runoff` "
            f"imports it, and `forecast simulate {name}` says where the votes are expected to go"
        )
    result = load_runoff(folder, race).returns
    first = _count("first round", race.first_round, believed_registered(race))
    second = _count("runoff", result, result.registered)
    return match_counts(first, second, common=True)


def _count(name: str, returns: Returns, registered: FloatArray) -> CountedElection:
    return CountedElection(
        name,
        returns.unit_ids,
        returns.counties,
        returns.candidates,
        returns.counts.astype(np.float64),
        registered,
    )


def stream_prior(
    race: Race, folder: Path, margins: TwoMargins, choice: PriorChoice
) -> RatePriorGiven:
    """What the forecast takes the rates to be before the runoff, as a normal prior of their logs.

    Draws of the streams (`forecast.runoff.parameters`), with the race's errors of lean and of
    turnout in them, give its mean and its covariance over all rows and columns.

    Parameters
    ----------
    race, folder
        The race and its folder, whose priors.yaml counts.
    margins
        As `margins_of_race` gives them.
    choice
        What the user lays over the priors.
    """
    resolved = resolve_race(race, folder, choice)
    rng = np.random.default_rng(DEFAULT_SEED)
    units = resolved.prepared.units
    parameters = draw_parameters(resolved.priors.runoff, units, rng, PRIOR_DRAWS)
    sources = _stream_rates(parameters)
    log_votes = returning_log_votes(units, parameters.retention, parameters.transfer)
    split = np.subtract(*log_votes) + parameters.arrivals_shift
    absent = _voting(parameters.arrivals_rate, expit(split))
    turnout = expit(logit(NEW_TURNOUT) + NEW_SPREAD * rng.standard_normal(PRIOR_DRAWS))
    new = _voting(turnout, expit(split + NEW_SPREAD * rng.standard_normal(PRIOR_DRAWS)))
    by_label = dict(zip(race.first_round.candidates, np.moveaxis(sources, 1, 0), strict=True))
    by_label |= {NOT_VOTING: absent, NEW_ON_THE_ROLL: new, NEWCOMERS: new}
    finalists = race.contest.finalists
    names = [*finalists, NOT_VOTING]
    logs = np.empty((PRIOR_DRAWS, len(margins.from_labels), len(margins.to_labels)))
    nobody = {to for to in margins.to_labels if to not in names and is_nobody(to)}
    for row, label in enumerate(margins.from_labels):
        known = np.log(np.maximum(_with_errors(by_label[label], parameters), SMALLEST_RATE))
        for column, to in enumerate(margins.to_labels):
            home = 2 if to not in finalists else names.index(to)
            if to in names:
                logs[:, row, column] = known[:, home]
            elif to == LEFT_THE_ROLL:
                logs[:, row, column] = np.log(LEFT_SHARE) + WIDE * rng.standard_normal(PRIOR_DRAWS)
            elif NOT_VOTING not in margins.to_labels:
                logs[:, row, column] = known[:, 2]
            elif label in race.contest.not_candidates and to in nobody:
                # Who voted for nobody may do so again, as likely as stay at home: judgement.
                noise = WIDE * rng.standard_normal(PRIOR_DRAWS)
                logs[:, row, column] = known[:, 2] + noise
            else:
                noise = WIDE * rng.standard_normal(PRIOR_DRAWS)
                logs[:, row, column] = np.log(OTHER_SHARE) + noise
    flat = logs.reshape(PRIOR_DRAWS, -1)
    own = [OWN_CHOICE_SPREAD if to in finalists else OWN_HOME_SPREAD for to in margins.to_labels]
    covariance = np.cov(flat, rowvar=False) + np.diag(np.tile(np.square(own), logs.shape[1]))
    return RatePriorGiven(
        flat.mean(axis=0).reshape(logs.shape[1:]), covariance, "the streams of the forecast"
    )


def _stream_rates(parameters: RunoffParameters) -> FloatArray:
    """Shares of every candidate's voters, (draw, candidate, (first, second, home))."""
    return _voting(parameters.retention, parameters.transfer)


def _voting(turnout: FloatArray, first: FloatArray) -> FloatArray:
    return np.stack([turnout * first, turnout * (1 - first), 1 - turnout], axis=-1)


def _with_errors(rates: FloatArray, parameters: RunoffParameters) -> FloatArray:
    """Rates, (draw, 3), moved by the race's errors of lean and of turnout."""
    moved = rates.copy()
    moved[:, 0] *= np.exp(parameters.race_lean / 2 + parameters.race_turnout)
    moved[:, 1] *= np.exp(-parameters.race_lean / 2 + parameters.race_turnout)
    return np.asarray(moved / moved.sum(axis=1, keepdims=True))
