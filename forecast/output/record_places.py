"""The finished races of a group of the record: where, when and of what kind they were."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from forecast.files import shipped_folder
from forecast.race.contest import Race
from forecast.race.office_words import NATIONAL
from forecast.race.situation import Situation, situation_of

# What finalists' labels say in the table of finished races, and in the groups of the record.
_PARTIES = {
    "two blocs": "two parties",
    "two labels": "two parties",
    "same bloc": "same party",
    "no label": "no label",
}
# First-round shares of a race in two files differ by less, by what counts were added or left out.
SAME_SHARE = 0.005


@dataclass(frozen=True)
class Finished:
    """A finished race as far as it tells which one it is.

    Attributes
    ----------
    id, place, country, level, kind
        As in the groups of the record: the place is "US GA" or "Chile".
    parties
        What the finalists' labels say: two parties, same party or no label.
    first_round, runoff
        The days, ISO.
    shares
        First-round shares of the finalists, the larger first.
    """

    id: str
    place: str
    country: str
    level: str
    kind: str
    parties: str
    first_round: str
    runoff: str
    shares: tuple[float, float]


def races_of(group: str) -> tuple[Finished, ...]:
    """The finished races of a group of the record.

    Parameters
    ----------
    group
        A group of the record: "kind top_two", "level national", "place US GA, kind council",
        "all, no label".

    Returns
    -------
    tuple
        Empty for groups of other things, and where the table of finished races is not there.
    """
    wanted = {"kind": "", "level": "", "place": "", "parties": ""}
    for part in group.split(", "):
        word, _, name = part.partition(" ")
        if word in ("kind", "level", "place"):
            wanted[word] = name
        elif part in _PARTIES.values():
            wanted["parties"] = part
        elif part != "all":
            return ()
    return tuple(
        race
        for race in _races()
        if all(name in ("", getattr(race, key)) for key, name in wanted.items())
    )


def places_of(group: str) -> Mapping[str, int]:
    """How many races of a group each place has, those with most first.

    Parameters
    ----------
    group
        As for `races_of`.

    Returns
    -------
    Mapping
        "US GA", "Chile" to a count. Empty for groups of places.
    """
    return counted(races_of(group), "place") if "place " not in group else {}


def of_office(races: tuple[Finished, ...], where: Situation) -> int:
    """How many races are for an office like that of a race outside the United States.

    Offices of a level, and of a kind but for national ones.
    """
    return sum(
        race.level == where.level and (where.level == NATIONAL or race.kind == where.kind)
        for race in races
    )


def counted(races: tuple[Finished, ...], what: str) -> Mapping[str, int]:
    """How many races have each "place" or "kind", those with most first."""
    return dict(Counter(getattr(race, what) for race in races).most_common())


def is_the_same(race: Race, finished: Finished) -> bool:
    """Whether a finished race is the one that is forecast, under another id too.

    A country elects one president a day. Of other offices the days and the first-round shares of
    the finalists tell, for a state fills many seats on one day.
    """
    if finished.id == race.contest.id:
        return True
    where, contest = situation_of(race), race.contest
    if (where.place, contest.runoff.isoformat()) != (finished.place, finished.runoff):
        return False
    if where.level == finished.level == NATIONAL:
        return True
    votes = race.valid_votes.sum(axis=0)
    shares = sorted((votes[list(race.finalist_index)] / votes.sum()).tolist(), reverse=True)
    return contest.first_round.isoformat() == finished.first_round and all(
        abs(one - two) < SAME_SHARE for one, two in zip(shares, finished.shares, strict=True)
    )


@cache
def _races() -> tuple[Finished, ...]:
    """Every finished race that teaches."""
    path = shipped_folder("data") / "record" / "training.npz"
    if not path.is_file():
        return ()
    names = ("id", "country", "state", "level", "kind", "parties", "first_round", "runoff")
    with np.load(path) as table:
        columns = [table[name].tolist() for name in (*names, "share1", "share2")]
    return tuple(
        Finished(
            id=name,
            place=f"{country} {state}" if state else country,
            country=country,
            level=level,
            kind=kind,
            parties=_PARTIES.get(labels, labels),
            first_round=first_round,
            runoff=runoff,
            shares=(max(shares), min(shares)),
        )
        for name, country, state, level, kind, labels, first_round, runoff, *shares in zip(
            *columns, strict=True
        )
    )
