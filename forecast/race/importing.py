"""Rows of a reader into a race folder: as its first round, its runoff or a baseline."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import yaml

from forecast.errors import InputError
from forecast.race.contest import Race
from forecast.race.folder import FIRST_ROUND, load_race
from forecast.race.labels import normalised
from forecast.race.matching import (
    NO_CROSSWALK,
    Matches,
    Unit,
    in_first_round_units,
    match_units,
    read_crosswalk,
    units_of,
)
from forecast.race.race_yaml import RACE_FILE, read_race_file
from forecast.race.rows import ReturnRow, write_file, write_table
from forecast.race.runoff_result import RUNOFF

# Written into a new race.yaml where both parties stand; a person may change it there.
AMERICAN_BLOCS = {"R": ["REP"], "D": ["DEM"]}


@dataclass(frozen=True)
class NewRace:
    """What race.yaml needs and no table of returns tells."""

    title: str
    office: str
    place: str
    unit_kind: str
    first_round: date
    runoff: date
    finalists: tuple[str, str]
    source: str


@dataclass(frozen=True)
class Imported:
    """What an import has written, for the person who asked for it."""

    path: Path
    n_units: int
    votes: int
    extra: tuple[Unit, ...] = ()
    missing: tuple[Unit, ...] = ()


def import_first_round(
    rows: Sequence[ReturnRow], folder: Path, new_race: NewRace | None, *, force: bool = False
) -> Imported:
    """Write first_round.csv, and race.yaml where there is none yet.

    Parameters
    ----------
    rows
        The returns of every file together.
    folder
        The race folder; made where it is missing.
    new_race
        Needed for a new race.yaml; an existing race.yaml is kept as it is.
    force
        Whether an existing first_round.csv may be overwritten.

    Raises
    ------
    InputError
        When race.yaml is missing and `new_race` too, a finalist is nobody of the rows, or
        the table exists.
    """
    _refuse_namesakes(rows)
    if not (folder / RACE_FILE).exists():
        if new_race is None:
            raise InputError(
                f"{folder} has no {RACE_FILE} yet; give --title, --office, --first-round, "
                "--runoff and --finalist twice, and it is written"
            )
        _require_candidates(rows, new_race.finalists)
        path = folder / f"{FIRST_ROUND}.csv"
        write_table(path, rows, force=force)
        write_file(folder / RACE_FILE, race_yaml_text(folder.resolve().name, new_race, rows))
    else:
        path = folder / f"{FIRST_ROUND}.csv"
        write_table(path, rows, force=force)
    load_race(folder)
    return _imported(path, rows)


def import_runoff(
    rows: Sequence[ReturnRow], folder: Path, crosswalk: Path | None, *, force: bool = False
) -> Imported:
    """Write runoff.csv in the units and with the candidate names of the first round.

    Units that the crosswalk says the first round does not have are kept under their own
    names, and reported.

    Raises
    ------
    InputError
        When units stay unmatched, a finalist has no votes in the rows, or the table exists.
    """
    race = load_race(folder)
    rows = with_known_spelling(rows, race.first_round.candidates)
    _require_candidates(rows, race.contest.finalists)
    matches = _match(rows, race, crosswalk, extra_allowed=False)
    matched = in_first_round_units(rows, matches, keep_extra=True)
    path = folder / f"{RUNOFF}.csv"
    write_table(path, matched, force=force)
    return _imported(path, matched, matches)


def import_baseline(
    rows: Sequence[ReturnRow],
    folder: Path,
    election: str,
    held: date | None,
    crosswalk: Path | None,
    *,
    force: bool = False,
) -> Imported:
    """Write a baseline table in the units of the first round, and name it in race.yaml.

    The file may hold more units than the race has, as that of a whole county does; they are
    left out and reported.

    Raises
    ------
    InputError
        When units of the first round stay unmatched, or the table exists.
    """
    race = load_race(folder)
    matches = _match(rows, race, crosswalk, extra_allowed=True)
    matched = in_first_round_units(rows, matches, keep_extra=False)
    path = folder / f"baseline_{normalised(election).replace(' ', '_')}.csv"
    race_file, _ = read_race_file(folder)
    listed = race_file is not None and any(e.file == path.name for e in race_file.baselines)
    text = (folder / RACE_FILE).read_text(encoding="utf-8")
    # Made first: nothing is written where race.yaml cannot take the new baseline.
    with_entry = text if listed else with_baseline(text, path.name, election, held)
    write_table(path, matched, force=force)
    write_file(folder / RACE_FILE, with_entry, force=True)
    load_race(folder)
    return _imported(path, matched, matches)


def race_yaml_text(race_id: str, new_race: NewRace, rows: Sequence[ReturnRow]) -> str:
    """Text of a new race.yaml."""
    document = {
        "id": race_id,
        "title": new_race.title,
        "office": new_race.office,
        "place": new_race.place,
        "unit_kind": new_race.unit_kind,
        "first_round": new_race.first_round,
        "runoff": new_race.runoff,
        "finalists": list(new_race.finalists),
    }
    if {"REP", "DEM"} <= {row.party for row in rows}:
        document["blocs"] = AMERICAN_BLOCS
    document["sources"] = [new_race.source]
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
    old = yaml.safe_load(text).get("baselines") or []
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


def with_known_spelling(rows: Sequence[ReturnRow], names: Sequence[str]) -> list[ReturnRow]:
    """Rows whose candidates are spelled as in the first round ("Karen Handel" in capitals)."""
    known = {normalised(name): name for name in names}
    return [
        replace(row, candidate=known.get(normalised(row.candidate), row.candidate)) for row in rows
    ]


def _require_candidates(rows: Sequence[ReturnRow], names: Sequence[str]) -> None:
    candidates = list(dict.fromkeys(row.candidate for row in rows))
    unknown = [name for name in names if name not in candidates]
    if unknown:
        raise InputError(
            f"no finalist {', '.join(unknown)} in the files; "
            f"the candidates are: {', '.join(candidates)}"
        )


def _refuse_namesakes(rows: Sequence[ReturnRow]) -> None:
    units = units_of(rows)
    match_units(units, units)


def _match(
    rows: Sequence[ReturnRow], race: Race, crosswalk: Path | None, *, extra_allowed: bool
) -> Matches:
    returns = race.first_round
    units = [
        Unit(*names)
        for names in zip(returns.counties, returns.unit_names, returns.unit_ids, strict=True)
    ]
    names = NO_CROSSWALK if crosswalk is None else read_crosswalk(crosswalk)
    return match_units(units, units_of(rows), names, extra_allowed=extra_allowed)


def _imported(path: Path, rows: Sequence[ReturnRow], matches: Matches | None = None) -> Imported:
    return Imported(
        path=path,
        n_units=len(units_of(rows)),
        votes=sum(row.votes for row in rows),
        extra=matches.extra if matches else (),
        missing=matches.missing if matches else (),
    )
