"""Finished races in the numbers that learning needs, as a file: one JSON line a race, gzipped.

Measuring the races of the record takes half a minute, reading this file none.
"""

import gzip
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from forecast.errors import InputError
from forecast.files import shipped_folder, write_atomically
from forecast.learn.features import RaceFeatures
from forecast.learn.training_race import FinishedRace
from forecast.learn.unit_scales import LevelSizes

DIGITS = 7


def shipped_finished() -> tuple[FinishedRace, ...]:
    """The races of the record that ships with the program."""
    return read_finished_table(shipped_table())


def shipped_table() -> Path:
    """The file of those races."""
    return shipped_folder("data") / "record" / "finished.jsonl.gz"


def write_finished_table(path: Path, races: Sequence[FinishedRace]) -> None:
    """Write finished races; the same races give the same bytes."""
    lines = "".join(json.dumps(_plain(asdict(race))) + "\n" for race in races)
    # Without a time or a name in the header.
    write_atomically(path, gzip.compress(lines.encode(), mtime=0))


def read_finished_table(path: Path) -> tuple[FinishedRace, ...]:
    """Read what `write_finished_table` wrote.

    Raises
    ------
    InputError
        When the file is missing or not of that form.
    """
    try:
        lines = gzip.decompress(path.read_bytes()).decode().splitlines()
        return tuple(_race(json.loads(line)) for line in lines)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{path} is not a table of finished races: {error}; write it with "
            "`forecast learn --save-races`"
        ) from None


def _plain(value: Any) -> Any:
    """Values that JSON has, floats with as many digits as they are worth."""
    match value:
        case dict():
            return {name: _plain(child) for name, child in value.items()}
        case np.ndarray():
            return [_plain(child) for child in value.tolist()]
        case float():
            return float(f"{value:.{DIGITS}g}")
        case date():
            return value.isoformat()
    return value


def _race(row: dict[str, Any]) -> FinishedRace:
    features: dict[str, Any] = {
        name: np.array(value, dtype=np.float64) if isinstance(value, list) else value
        for name, value in row["features"].items()
    }
    read = {
        "features": RaceFeatures(**features),
        "first_round": date.fromisoformat(row["first_round"]),
        "runoff": date.fromisoformat(row["runoff"]),
        "lean": _sizes(row["lean"]),
        "turnout": _sizes(row["turnout"]),
    }
    return FinishedRace(**(row | read))


def _sizes(row: dict[str, Any] | None) -> LevelSizes | None:
    return None if row is None else LevelSizes(**row)
