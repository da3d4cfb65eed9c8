"""Texts of race.yaml: a new one, one with other keys, one with one more baseline."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from forecast.errors import InputError
from forecast.importing.french_blocs import FRANCE, french_blocs
from forecast.race.place_words import country_told
from forecast.race.race_yaml import RACE_FILE
from forecast.yaml_text import load_yaml

# Written into a new race.yaml where both parties stand; a person may change it there.
AMERICAN_BLOCS = {"R": ("REP",), "D": ("DEM",)}


@dataclass(frozen=True)
class NewRace:
    """What race.yaml needs and no table of returns tells; None or empty where not given.

    Without an id, a race has the name of its folder, and without a place its title; without
    blocs, REP and DEM are R and D where both stand.
    """

    id: str = ""
    title: str = ""
    office: str = ""
    place: str = ""
    unit_kind: str = ""
    county_kind: str = ""
    first_round: date | None = None
    runoff: date | None = None
    finalists: tuple[str, ...] = ()
    blocs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    country: str = ""
    state: str = ""
    level: str = ""
    kind: str = ""
    short_names: Mapping[str, str] = field(default_factory=dict)

    @property
    def given(self) -> dict[str, Any]:
        """The keys of race.yaml that have a value."""
        return {key.name: value for key in fields(self) if (value := getattr(self, key.name))}


# Key of race.yaml to the option that gives it, of the keys that nothing else can give.
ASKED = {
    "title": "--title",
    "office": "--office",
    "first_round": "--first-round",
    "runoff": "--runoff",
    "finalists": "--finalist (twice)",
}


def race_yaml_text(
    name: str, given: Mapping[str, Any], parties: Collection[str], files: Sequence[Path]
) -> str:
    """Text of a new race.yaml.

    Parameters
    ----------
    name
        Name of the folder, the id where none is given.
    given
        Keys and values of `NewRace.given`, the title among them.
    parties, files
        Those of the first round, and where it comes from.
    """
    made = {"id": name, "title": "", "office": ""}
    made |= {"place": given["title"], "unit_kind": "precinct"}
    blocs = {} if "blocs" in given else known_blocs(str(given.get("country", "")), parties)
    last = {"blocs": blocs} if blocs else {}
    sources = {"sources": [_source(files)]}
    return _yaml(_plain(made | dict(given) | last | sources))


def known_blocs(country: str, parties: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Blocs of parties that need no option: those of France, and R and D where both stand."""
    if country_told(country) == FRANCE:
        return french_blocs(parties)
    return dict(AMERICAN_BLOCS) if {"REP", "DEM"} <= set(parties) else {}


_IMPORTED = "first round imported from "


def _source(files: Sequence[Path]) -> str:
    return _IMPORTED + ", ".join(path.name for path in files)


def with_new_table(
    text: str,
    given: Mapping[str, Any],
    names: Collection[str],
    parties: Collection[str],
    files: Sequence[Path],
) -> str:
    """Text of race.yaml after its first round has been imported anew; comments are lost.

    Parameters
    ----------
    text
        race.yaml as it was.
    given
        Keys that an option or the files have said: they are set. Of `not_a_candidate`,
        `is_a_candidate` and `short_names` what stood there stays too, where the new table has
        such a name.
    names, parties, files
        Those of the new table, and where it comes from.
    """
    old = load_yaml(text)
    new = dict(given)
    for key in LISTS:
        before = [name for name in old.get(key) or [] if name in names]
        if together := list(dict.fromkeys([*before, *new.get(key, ())])):
            new[key] = together
        elif key in old:
            old.pop(key)
    shorts = {name: short for name, short in (old.get(SHORTS) or {}).items() if name in names}
    if called := {**shorts, **new.get(SHORTS, {})}:
        new[SHORTS] = called
    else:
        old.pop(SHORTS, None)
    if "blocs" not in new and not old.get("blocs"):
        country = str(new.get("country") or old.get("country") or "")
        new |= {"blocs": blocs} if (blocs := known_blocs(country, parties)) else {}
    others = [entry for entry in old.get("sources") or [] if not str(entry).startswith(_IMPORTED)]
    document = old | _plain(new) | {"sources": [_source(files), *others]}
    return text if document == load_yaml(text) else _yaml(document)


# Keys of race.yaml that name choices of the table.
LISTS = ("not_a_candidate", "is_a_candidate")
SHORTS = "short_names"


def with_candidates(text: str, names: Sequence[str]) -> str:
    """Text of race.yaml that names more choices as candidates, under `is_a_candidate`."""
    document = load_yaml(text)
    old = document.get("is_a_candidate") or []
    new = [*old, *(name for name in names if name not in old)]
    if new == old:
        return text
    if "is_a_candidate" not in document:  # comments stay
        return f"{text.rstrip()}\n{_yaml({'is_a_candidate': new})}"
    return _yaml(document | {"is_a_candidate": new})


def _plain(document: Mapping[str, Any]) -> dict[str, Any]:
    """The document without tuples, which YAML would mark as Python's."""
    plain: dict[str, Any] = {}
    for key, value in document.items():
        if isinstance(value, Mapping):
            plain[key] = _plain(value)
        else:
            plain[key] = list(value) if isinstance(value, tuple) else value
    return plain


def _yaml(document: object) -> str:
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)


def with_baseline(text: str, file: str, election: str, held: date | None) -> str:
    """Text of race.yaml with one more baseline, everything else untouched.

    The new entry goes before the first that is older, since the newest stands first; one
    without a date goes last.

    Raises
    ------
    InputError
        When `baselines:` is written in a form that cannot be added to line by line.
    """
    entry: dict[str, str | date] = {"file": file, "election": election}
    if held is not None:
        entry["date"] = held
    new = yaml.safe_dump([entry], sort_keys=False, allow_unicode=True, width=100)
    old = load_yaml(text).get("baselines") or []
    lines = text.rstrip("\n").split("\n")
    heads = [index for index, line in enumerate(lines) if re.match(r"baselines:", line)]
    if not heads:
        return "\n".join([*lines, "baselines:", new])
    items = _item_lines(lines, heads[0])
    if len(items) != len(old) or not old:
        raise InputError(f"{RACE_FILE}: add this to baselines by hand, then import again:\n{new}")
    place = sum(1 for was in old if held is None or _day(was.get("date")) >= held)
    at = items[place] if place < len(items) else _end_of(lines, items[-1])
    indent = re.match(r"\s*", lines[items[0]])
    margin = indent[0] if indent else ""
    return "\n".join([*lines[:at], *(margin + line for line in new.splitlines()), *lines[at:], ""])


def _item_lines(lines: Sequence[str], head: int) -> list[int]:
    end = _end_of(lines, head)
    return [index for index in range(head + 1, end) if re.match(r"\s*- ", lines[index])]


def _end_of(lines: Sequence[str], start: int) -> int:
    """Line after the top-level key that `start` belongs to."""
    for index in range(start + 1, len(lines)):
        if re.match(r"[^\s#-]", lines[index]):
            return index
    return len(lines)


def _day(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value or "0001-01-01"))
