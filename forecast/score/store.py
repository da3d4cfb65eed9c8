"""Rows that are done, kept on disk as they come: a backtest goes on where it was killed.

The key of a row is a hash of all that it depends on: the race and its count, the races that
taught, the settings, and the source of everything that computes it.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from forecast.files import cache_root, shipped_folder
from forecast.first_round.fit_cache import library_versions
from forecast.record.finished_races import RecordRace

# What a row comes from: the packages that forecast, and the modules that score.
PACKAGES = ("stats", "race", "priors", "record", "first_round", "runoff", "learn")
SCORING = ("benchmarks", "row", "held_out", "forecaster", "learned_forecaster")
LENGTH = 20


def digest(*parts: object) -> str:
    """Short hash of things whose text says all about them."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:LENGTH]


def race_digest(finished: RecordRace) -> str:
    """Hash of a race and its count."""
    race, total = finished.race, hashlib.sha256()
    contest = race.contest
    words = (contest.id, contest.runoff, contest.first_round, contest.finalists, contest.blocs)
    tables = [race.first_round, *(b.returns for b in race.baselines), finished.result.returns]
    total.update(repr(words).encode())
    for baseline in race.baselines:
        total.update(f"{baseline.election}{baseline.held}".encode())
    for table in tables:
        names = (table.unit_ids, table.counties, table.candidates, table.parties)
        total.update(repr(names).encode())
        for values in (table.votes, table.registered, table.ballots):
            total.update(np.ascontiguousarray(values).tobytes())
    return total.hexdigest()[:LENGTH]


@cache
def code_digest() -> str:
    """Hash of the source that forecasts and scores, of the priors that ship and of libraries."""
    package = Path(__file__).parents[1]
    files = [path for name in PACKAGES for path in (package / name).rglob("*.py")]
    files += [package / "score" / f"{name}.py" for name in SCORING]
    files += shipped_folder("models").rglob("*.yaml")
    parts: list[Any] = [sorted(library_versions().items())]
    for path in sorted(files):
        parts += [path.name, hashlib.sha256(path.read_bytes()).hexdigest()]
    return digest(*parts)


def work_folder() -> Path:
    """Where unfinished backtests are kept."""
    return cache_root() / "backtest"


class RowStore:
    """One JSON document a line, each with its key; a half-written last line is ignored."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)

    def rows(self, keys: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Key to row, of those keys that are there."""
        wanted = set(keys)
        found = {}
        for line in self._lines():
            try:
                entry = json.loads(line)
            except ValueError:
                continue
            if entry["key"] in wanted:
                found[entry["key"]] = entry["row"]
        return found

    def add(self, key: str, row: dict[str, Any]) -> None:
        """Append a row; it is on the disk when this returns."""
        # A line break before it too: the last line may be half of one.
        with self._path.open("a", encoding="utf-8") as file:
            file.write("\n" + json.dumps({"key": key, "row": row}) + "\n")

    def _lines(self) -> Sequence[str]:
        if not self._path.is_file():
            return ()
        return self._path.read_text(encoding="utf-8").splitlines()
