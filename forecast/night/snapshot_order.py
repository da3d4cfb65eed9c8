"""In which order snapshots were made: by the time in the file, else by name as a person counts."""

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from forecast.errors import ForecastError
from forecast.importing.clarity import is_clarity, read_progress
from forecast.importing.sources import open_source
from forecast.night.returns_cells import time_of
from forecast.race.coded_columns import SUFFIXES, read_columns


def natural_key(path: Path) -> tuple[tuple[int, int, str], ...]:
    """What sorts "snap9.csv" before "snap10.csv"."""
    parts = re.split(r"(\d+)", path.name)
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts)


def in_order(snapshots: Sequence[tuple[Path, ...]]) -> list[tuple[Path, ...]]:
    """Snapshots by the time that their files say; one that says none stays behind the one before.

    Parameters
    ----------
    snapshots
        In the order of their names.
    """
    latest, keyed = datetime.min, []
    for paths in snapshots:
        stamps = [stamp for path in paths if (stamp := _stamp(path))]
        if stamps:
            latest = max(stamps)
        keyed.append((latest, paths))
    return [paths for _, paths in sorted(keyed, key=lambda pair: pair[0])]


def _stamp(path: Path) -> datetime | None:
    try:
        about = path.stat()
        return _stamp_of(path, about.st_mtime_ns, about.st_size)
    except (OSError, ForecastError):
        return None  # what is wrong with the file is said when it is read


@lru_cache(maxsize=4096)
def _stamp_of(path: Path, _modified: int, _size: int) -> datetime | None:
    if path.name.endswith(SUFFIXES):
        columns, _, _ = read_columns(path)
        times = set(columns.get("time", ())) if columns else set()
        return max((time for text in times if (time := time_of(text))), default=None)
    return read_progress(path).stamp if is_clarity(open_source(path).head()) else None
