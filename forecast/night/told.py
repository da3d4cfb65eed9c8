"""What a person says of the files of a night: kept with each snapshot, and taken up again."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from forecast.errors import InputError
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
    except InputError:
        return ()


def _heading(path: Path, told: ToldOfFiles) -> str:
    """What a file is, with its headings; of a table whose units are ids alone its first line."""
    try:
        return "; ".join(header_of(path, told.published))
    except InputError:
        if path.suffix != ".csv":
            raise
        with path.open(encoding="utf-8", errors="replace") as table:
            return table.readline().strip()


def told_before(
    kept: Sequence[tuple[int, Mapping[str, Any], tuple[str, ...]]], paths: Sequence[Path]
) -> tuple[ToldOfFiles, int]:
    """What was said of the last snapshot that has the headings of some files, and its number.

    Nothing, and 0, where nothing was said of it, or there is none.

    Parameters
    ----------
    kept
        Number, record and headings of each snapshot, in order.
    paths
        The files.
    """
    shown: dict[str, tuple[str, ...]] = {}
    for number, record, headings in reversed(kept):
        key, told = json.dumps(record, sort_keys=True), ToldOfFiles.of_record(record)
        if key not in shown:
            shown[key] = headings_of(paths, told)
        if headings and shown[key] == headings:
            return told, number if record else 0
    return TOLD_NOTHING, 0
