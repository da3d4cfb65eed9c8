"""Rows that are done, kept on disk as they come: a backtest goes on where it was killed.

The key of a row is a hash of all that it depends on: the race and its count, the races that
taught, the settings, and the source of everything that computes it.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from forecast.errors import ForecastError
from forecast.files import cache_root, shipped_folder
from forecast.first_round.fit_cache import library_versions

# What a row comes from: whole rooms, and single modules. `test_store` holds that they are all.
ROOMS = ("stats", "race", "priors", "record", "first_round", "runoff", "learn", "evidence")
MODULES = (
    *("defaults.py", "errors.py", "files.py", "lazy_imports.py", "yaml_text.py"),
    *("score/benchmarks.py", "score/student_regression.py", "score/row.py", "score/race_kind.py"),
    *("score/training_fit.py", "score/holdout.py", "score/forecaster.py"),
    *("score/learned_forecaster.py",),
)
LENGTH = 20


def digest(*parts: object) -> str:
    """Short hash of things whose text says all about them."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:LENGTH]


def hashed_files() -> tuple[Path, ...]:
    """The source and the shipped files that a row comes from.

    Raises
    ------
    ForecastError
        When a room or a module is not where it is named: it would leave the key unseen.
    """
    package, found = Path(__file__).parents[1], []
    for name in (*ROOMS, *MODULES):
        path = package / name
        inside = sorted(path.rglob("*.py")) if path.is_dir() else [path]
        if not inside or not all(file.is_file() for file in inside):
            raise ForecastError(f"{path} is named in {__file__} and is not there")
        found += inside
    data = shipped_folder("data")
    learned = (data / "record" / "training.npz", *sorted((data / "polls").glob("*.gz")))
    return (*found, *sorted(shipped_folder("models").rglob("*.yaml")), *learned)


@cache
def code_digest() -> str:
    """Hash of the source that forecasts and scores, of what ships with it and of libraries."""
    parts: list[Any] = [sorted(library_versions().items())]
    for path in hashed_files():
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
                key, row, said = entry["key"], entry["row"], entry["digest"]
            except (ValueError, KeyError, TypeError, RecursionError):
                continue  # half a line of a run that was killed
            if key in wanted and said == _row_digest(key, row):
                found[key] = row
        return found

    def add(self, key: str, row: dict[str, Any]) -> None:
        """Append a row; it is on the disk when this returns."""
        # A line break before it too: the last line may be half of one.
        with self._path.open("a", encoding="utf-8") as file:
            entry = {"key": key, "row": row, "digest": _row_digest(key, row)}
            file.write("\n" + json.dumps(entry) + "\n")

    def _lines(self) -> Sequence[str]:
        if not self._path.is_file():
            return ()
        return self._path.read_text(encoding="utf-8", errors="replace").splitlines()


def _row_digest(key: str, row: Mapping[str, Any]) -> str:
    """Hash by which a line that has changed on the disk is known."""
    return digest(key, json.dumps(row, sort_keys=True))
