"""What a person says of the files of a night: kept with each snapshot, and taken up again."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from forecast.errors import InputError
from forecast.importing.columns import WAY_ROLE, column_key
from forecast.importing.formats import header_of
from forecast.importing.import_options import (
    NO_FIELD,
    FieldOptions,
    ReadOptions,
)
from forecast.night.night_headings import NIGHT_COLUMNS

# Names in a record to the options by which a person says them.
_OPTIONS = {
    "contests": "--contest",
    "district": "--district",
    "encoding": "--encoding",
    "sheet": "--sheet",
    "where": "--where",
    "fill_down": "--fill-down",
    "thousands": "--thousands",
    "cells": "--cell",
    "columns": "--column",
    "leave_out": "--leave-out",
    "add_up": "--add-up",
    "round": "--round",
    "parties": "--party",
    "same": "--candidate",
    "primary": "--primary",
    "not_candidates": "--not-a-candidate",
    "candidates": "--is-a-candidate",
    "late_mail": "--late-mail",
}


@dataclass(frozen=True)
class ToldOfFiles:
    """What a person says of published files and of who stands in them, as for an import.

    Attributes
    ----------
    reading, standing
        As for an import.
    late_mail
        Percent of a unit's votes that are mail counted when all of its precincts have reported.
    """

    reading: ReadOptions = field(default_factory=ReadOptions)
    standing: FieldOptions = NO_FIELD
    late_mail: float = 0.0

    @property
    def night(self) -> dict[str, str]:
        """Role of the night to the column that a person names."""
        return {r: name for r, name in self.reading.columns.items() if r in NIGHT_COLUMNS}

    @property
    def published(self) -> ReadOptions:
        """What is said of published files, without that."""
        rest = {r: name for r, name in self.reading.columns.items() if r not in NIGHT_COLUMNS}
        return replace(self.reading, columns=rest)

    def record(self) -> dict[str, Any]:
        """What is said as plain values by name, to be stored; nothing where nothing is."""
        plain = TOLD_NOTHING._values()
        said = {name: one for name, one in self._values().items() if one != plain[name]}
        return {name: [*one] if isinstance(one, tuple) else one for name, one in said.items()}

    @classmethod
    def of_record(cls, record: Mapping[str, Any]) -> "ToldOfFiles":
        """What `record` was made of."""
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in record.items()
        }

        def of(part: Any) -> dict[str, Any]:
            return {one.name: values[one.name] for one in fields(part) if one.name in values}

        plain = TOLD_NOTHING
        reading, grid, standing = plain.reading, plain.reading.grid, plain.standing
        reading = replace(reading, **of(reading), grid=replace(grid, **of(grid)))
        standing = replace(standing, **of(standing))
        return cls(reading, standing, values.get("late_mail", 0.0))

    def words(self) -> str:
        """The options that say it: '--column "time=Hora" --thousands .'."""
        said = []
        for name, value in self.record().items():
            option = _OPTIONS[name]
            if isinstance(value, bool):
                said.append(option)
            elif isinstance(value, Mapping):
                said += [f'{option} "{key}={one}"' for key, one in value.items()]
            else:
                texts = value if isinstance(value, list) else [value]
                texts = [f"{one:g}" if isinstance(one, float) else one for one in texts]
                said += [f'{option} "{text}"' for text in texts]
        return " ".join(said)

    def _values(self) -> dict[str, Any]:
        """What can be said by an option, by its name in a record."""
        parts = self, self.reading, self.reading.grid, self.standing
        found = {name: value for part in parts for name, value in vars(part).items()}
        return {name: found[name] for name in _OPTIONS}


TOLD_NOTHING = ToldOfFiles()


def headings_of(paths: Sequence[Path], told: ToldOfFiles) -> tuple[str, ...]:
    """What each file is, with its headings where it is a table; nothing where that is not known.

    Parameters
    ----------
    paths
        Files of one snapshot.
    told
        What a person says of them.
    """
    try:
        return tuple(_heading(path, told) for path in paths)
    except (InputError, OSError):
        return ()


def _heading(path: Path, told: ToldOfFiles) -> str:
    """What a file is, with its headings; of a table whose units are ids alone its first line."""
    try:
        return "; ".join(header_of(path, told.published))
    except InputError:
        if path.suffix.lower() != ".csv":
            raise
        with path.open(encoding="utf-8", errors="replace") as table:
            return table.readline().strip()


_SEPARATORS = re.compile(r"[;,\t|]")
# Number of a snapshot, what was said of it, and its headings.
Kept = tuple[int, Mapping[str, Any], tuple[str, ...]]


def told_before(kept: Sequence[Kept], paths: Sequence[Path]) -> tuple[ToldOfFiles, str]:
    """What was said of the last snapshot that has the headings of some files, and a line on that.

    Else of the last one of the same source: half of its headings or more are in the files, and
    every column that the options name. Where no snapshot with options is so, nothing is taken up,
    and the line says what was said of one whose columns are not there; it is empty where there is
    nothing to say.

    Parameters
    ----------
    kept
        Each snapshot, in order.
    paths
        The files.
    """
    shown: dict[str, tuple[str, ...]] = {}
    alike: tuple[ToldOfFiles, str] | None = None
    unlike = ""
    for number, record, headings in reversed(kept):
        key, told = json.dumps(record, sort_keys=True), ToldOfFiles.of_record(record)
        if key not in shown:
            shown[key] = headings_of(paths, told) or headings_of(paths, TOLD_NOTHING)
        if headings and shown[key] == headings:
            return told, f"is read as snapshot {number} was: {told.words()}" if record else ""
        before, now = _names(headings), _names(shown[key])
        if len(headings) != len(paths) or 2 * len(before & now.keys()) < len(before):
            continue
        differs = _differing(before, now)
        serves = _named(told) <= {*map(column_key, now)}
        if alike is None and serves and (record or not unlike):
            said = f"is read as snapshot {number} was, though its headings differ"
            alike = told, f"{said} ({differs}): {told.words()}" if record else ""
        elif record and not unlike:
            unlike = (
                f"has other headings than snapshot {number} ({differs}), which was read with "
                f"{told.words()}: give again what holds for this file too"
            )
    return alike or (TOLD_NOTHING, unlike)


def _names(headings: Sequence[str]) -> dict[str, None]:
    """The headings of files, without what each of them is; of a first line its cells."""
    of_files = [text.split("; ")[1:] or _SEPARATORS.split(text) for text in headings]
    return {name.strip('"\ufeff '): None for names in of_files for name in names}


def told_of_files(
    now: ToldOfFiles, kept: Sequence[Kept], paths: Sequence[Path]
) -> tuple[ToldOfFiles, str]:
    """What is said of some files: now, or else what `told_before` finds; and a line on that."""
    before, line = told_before(kept, paths)
    if now == TOLD_NOTHING:
        return before, line
    lacking = _lacking_words(now, before)
    return now, f"is read without what an earlier one had as well: {lacking}" if lacking else ""


def _lacking_words(now: ToldOfFiles, before: ToldOfFiles) -> str:
    """Options that were said of an earlier file and are not now, "" where nothing is lacking."""
    said, lacking = now.record(), dict[str, Any]()
    for name, value in before.record().items():
        if isinstance(value, Mapping):
            rest = {key: one for key, one in value.items() if key not in said.get(name, {})}
            lacking |= {name: rest} if rest else {}
        elif name not in said:
            lacking[name] = value
    return ToldOfFiles.of_record(lacking).words()


def _named(told: ToldOfFiles) -> set[str]:
    """Keys of the columns that a person has named."""
    columns = told.reading.columns.items()
    names = [name.split(",") if role == WAY_ROLE else [name] for role, name in columns]
    return {column_key(name) for of_role in names for name in of_role}


def _differing(before: Mapping[str, None], now: Mapping[str, None]) -> str:
    """Which headings were not there before, and which are there no longer."""
    added = ", ".join(repr(name) for name in now if name not in before)
    gone = ", ".join(repr(name) for name in before if name not in now)
    return "; ".join(
        f"{what}: {names}" for what, names in (("new", added), ("gone", gone)) if names
    )
