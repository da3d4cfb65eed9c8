"""A finished runoff in the numbers that learning needs."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from forecast.learn.election_kind import election_kind
from forecast.learn.features import RaceFeatures, leader_first, race_features
from forecast.learn.transfer_model import runoff_log_odds
from forecast.learn.unit_scales import LevelSizes, lean_sizes, turnout_sizes
from forecast.race.prepared import prepare
from forecast.record.finished_races import RecordRace
from forecast.record.race_digest import race_digest

# For the turnout of units whose registered voters nobody published.
TURNOUT_IF_UNKNOWN = 0.5


@dataclass(frozen=True, eq=False)
class FinishedRace:
    """What a finished runoff teaches.

    Attributes
    ----------
    id, place, first_round, runoff
        Which race it was, where and when.
    digest
        Hash of the race that was measured (`race_digest`): a corrected one has another.
    kind
        As `election_kind` has it.
    features
        What the first round showed, with its leader as the first finalist.
    log_odds
        Of the runoff share of the first round's leader.
    log_growth
        Log of the runoff's votes for the finalists over the first round's votes.
    n_units
        How many units it has.
    lean, turnout
        Sizes of the errors of its units and counties, None where too few tell.
    """

    id: str
    digest: str
    place: str
    first_round: date
    runoff: date
    kind: str
    features: RaceFeatures
    log_odds: float
    log_growth: float
    n_units: int
    lean: LevelSizes | None
    turnout: LevelSizes | None


def finished_race(record: RecordRace) -> FinishedRace:
    """Measure a finished race.

    Raises
    ------
    ValueError
        When a finalist has no first-round vote.
    """
    oriented = replace(record, race=leader_first(record.race))
    race, contest = oriented.race, oriented.race.contest
    prepared = prepare(race, TURNOUT_IF_UNKNOWN)
    units = prepared.units
    unit_votes, _ = oriented.unit_votes()
    return FinishedRace(
        id=contest.id,
        digest=race_digest(record),
        place=contest.place,
        first_round=contest.first_round,
        runoff=contest.runoff,
        kind=election_kind(contest),
        features=race_features(prepared),
        log_odds=float(runoff_log_odds(np.array([oriented.share()]))[0]),
        log_growth=float(np.log(oriented.votes().sum() / race.first_round.votes_cast.sum())),
        n_units=units.n_units,
        lean=lean_sizes(units, unit_votes),
        turnout=turnout_sizes(units, unit_votes),
    )
