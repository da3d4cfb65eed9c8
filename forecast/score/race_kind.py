"""What a race is grouped by."""

from dataclasses import dataclass

from forecast.learn.race_row import NO_LABELS, SAME_BLOC, TWO_BLOCS, TWO_LABELS, parties_of
from forecast.race.situation import situation_of
from forecast.record.finished_races import RecordRace

TWO_PARTY, SAME_PARTY, NO_LABEL = "two parties", "same party", "no label"
_PARTIES = {
    TWO_BLOCS: TWO_PARTY,
    TWO_LABELS: TWO_PARTY,
    SAME_BLOC: SAME_PARTY,
    NO_LABELS: NO_LABEL,
}


@dataclass(frozen=True)
class Kind:
    """What a race is grouped by.

    Attributes
    ----------
    race, day
        Id; day of the runoff.
    place
        The state in its country where there is one ("US LA"), else the country.
    collection
        `FOLDERS` for race folders, else the name of the contests folder.
    parties
        `TWO_PARTY`, `SAME_PARTY` or `NO_LABEL`: what the finalists' labels say.
    country, state, level, kind
        As in `Situation`.
    party_class
        The same as `parties`, one of `CLASSES` of `forecast.learn.race_row`: two parties whose
        blocs have a known position are apart.
    """

    race: str
    day: str
    place: str
    collection: str
    parties: str
    country: str
    state: str
    level: str
    kind: str
    party_class: str


def kind_of(finished: RecordRace) -> Kind:
    """The groups that a race belongs to."""
    race, contest, where = finished.race, finished.race.contest, situation_of(finished.race)
    first, second = (race.candidate_blocs[index] for index in race.finalist_index)
    party_class = parties_of(where, first, second)
    return Kind(
        race=contest.id,
        day=contest.runoff.isoformat(),
        place=where.place,
        collection=finished.source,
        parties=_PARTIES[party_class],
        country=where.country,
        state=where.state,
        level=where.level,
        kind=where.kind,
        party_class=party_class,
    )
