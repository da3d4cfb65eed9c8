"""The groups of races that scores are shown for, by collection, kind, class, place and time."""

from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter

import numpy as np

from forecast.race.place_words import US
from forecast.record.finished_races import CONTESTS, FOLDERS
from forecast.score.race_kind import NO_LABEL, SAME_PARTY, TWO_PARTY, Kind
from forecast.stats.arrays import BoolArray

ALL = "all"
# Of a backtest that leaves places out: their mean, each place counting once.
NEW_STATES, NEW_COUNTRIES = "states never seen", "countries never seen"
# The record before the collections joined it: race folders, and contests of Louisiana.
FIRST_RECORD = "first record"
FIRST_COLLECTIONS = (FOLDERS, "louisiana_contests")
# Countries other than the two with thousands of races.
OTHER_COUNTRIES = "other countries"
PARTIES = (TWO_PARTY, SAME_PARTY, NO_LABEL)
RECENT = "2010"
# Fewer races than this say nothing of a place.
MIN_GROUP = 10
# What else a race is grouped by, each with the word before its name.
_BY: dict[str, Callable[[Kind], str]] = {
    "country": attrgetter("country"),
    "place": attrgetter("place"),
    "kind": attrgetter("kind"),
    "level": attrgetter("level"),
    "class": attrgetter("party_class"),
}
_CROSSED: dict[str, Callable[[Kind], tuple[str, ...]]] = {
    "collection {}, kind {}": attrgetter("collection", "kind"),
    "place {}, kind {}": attrgetter("place", "kind"),
    "kind {}, class {}": attrgetter("kind", "party_class"),
    "kind {}, {}": attrgetter("kind", "parties"),
}


def groups(kinds: Sequence[Kind]) -> Iterator[tuple[str, BoolArray]]:
    """Name and members of every group, those of all races first.

    Parameters
    ----------
    kinds
        Of the races.
    """
    among = {parties: _alike(kinds, "parties", parties) for parties in PARTIES}
    recent = _having(kinds, lambda kind: kind.day >= RECENT)
    for part, inside in _parts(kinds):
        yield part, inside
        for parties, members in among.items():
            yield f"{part}, {parties}", inside & members
        yield f"{part}, since {RECENT}", inside & recent
    for word, get in _BY.items():
        for name, inside in _large([(get(kind),) for kind in kinds]):
            yield f"{word} {name[0]}", inside
            if word == "country":
                yield f"{word} {name[0]}, since {RECENT}", inside & recent
    for form, get_both in _CROSSED.items():
        for names, inside in _large([get_both(kind) for kind in kinds]):
            yield form.format(*names), inside


def is_crossed(group: str) -> bool:
    """Whether a group is one of a kind within a collection, place, class or party label."""
    return ", kind " in group or (group.startswith("kind ") and ", " in group)


def is_quoted(group: str) -> bool:
    """Whether a forecast may quote the scores of a group as those of races like its own."""
    return not is_crossed(group) or (
        not group.startswith("collection ") and ", class " not in group
    )


def _parts(kinds: Sequence[Kind]) -> Iterator[tuple[str, BoolArray]]:
    yield ALL, _having(kinds, lambda _: True)
    yield FIRST_RECORD, _having(kinds, lambda kind: kind.collection in FIRST_COLLECTIONS)
    far = (US, "France")
    yield OTHER_COUNTRIES, _having(kinds, lambda kind: kind.country not in far)
    yield FOLDERS, _having(kinds, lambda kind: kind.collection == FOLDERS)
    yield CONTESTS, _having(kinds, lambda kind: kind.collection != FOLDERS)
    for collection in sorted({kind.collection for kind in kinds} - {FOLDERS}):
        yield f"collection {collection}", _alike(kinds, "collection", collection)


def _alike(kinds: Sequence[Kind], field: str, value: str) -> BoolArray:
    return _having(kinds, lambda kind: getattr(kind, field) == value)


def _having(kinds: Sequence[Kind], test: Callable[[Kind], bool]) -> BoolArray:
    return np.array([test(kind) for kind in kinds], dtype=np.bool_)


def _large(labels: Sequence[tuple[str, ...]]) -> Iterator[tuple[tuple[str, ...], BoolArray]]:
    """Names of groups with enough races, and their members."""
    for name in sorted(set(labels)):
        inside = np.array([label == name for label in labels], dtype=np.bool_)
        if inside.sum() >= MIN_GROUP:
            yield name, inside
