"""Texts of race.yaml: a new one, one with other keys, one with one more baseline."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from forecast.errors import InputError
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
    first_round: date | None = None
    runoff: date | None = None
    finalists: tuple[str, ...] = ()
    blocs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    country: str = ""
    state: str = ""
    level: str = ""
    kind: str = ""

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
    american = {"REP", "DEM"} <= set(parties)
    made = {"id": name, "title": "", "office": ""}
    made |= {"place": given["title"], "unit_kind": "precinct"}
    last = {"blocs": AMERICAN_BLOCS} if american and "blocs" not in given else {}
    listed = ", ".join(path.name for path in files)
    sources = {"sources": [f"first round imported from {listed}"]}
    return _yaml(_plain(made | dict(given) | last | sources))


def with_keys(text: str, given: Mapping[str, Any]) -> str:
    """Text of race.yaml with some keys set to other values; comments are lost."""
    return _yaml(load_yaml(text) | _plain(given))


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
