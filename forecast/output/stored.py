"""What the user's cache holds, for `forecast cache` and `forecast doctor`."""

import json
import secrets
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from forecast.errors import ForecastError
from forecast.files import cache_root

# Part of the cache, and what it costs to lose it.
PARTS = {
    "fits": "fitted first rounds; made again in half a minute each",
    "races": "races of the record as folders; written again at once",
    "backtest": "rows of `forecast backtest`; made again in hours",
}
# What a plain clear leaves alone.
DEAR = "backtest"


@dataclass(frozen=True)
class CachedFit:
    """A fit in the cache.

    Attributes
    ----------
    key
        Its name there.
    race
        Id of its race; empty where its manifest cannot be read.
    method
        How it was made.
    made
        When, in local time.
    size
        Bytes.
    """

    key: str
    race: str
    method: str
    made: datetime
    size: int


def size_of(path: Path) -> int:
    """Bytes of all files below a folder; 0 where there is none."""
    total = 0
    for file in path.rglob("*"):
        with suppress(OSError):  # another process may have just removed it
            total += file.stat().st_size if file.is_file() else 0
    return total


def stored_fits() -> Iterator[CachedFit]:
    """The fits in the cache, the newest first."""
    folder = cache_root() / "fits"
    found = [path for path in folder.glob("[!.]*") if path.is_dir()] if folder.is_dir() else []
    for path in sorted(found, key=lambda path: -path.stat().st_mtime):
        try:
            manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
            race, method = str(manifest["race"]), str(manifest["diagnosis"]["method"])
        except (OSError, ValueError, KeyError, TypeError):
            race, method = "", "damaged"
        made = datetime.fromtimestamp(path.stat().st_mtime)
        yield CachedFit(path.name, race, method, made, size_of(path))


def clear(part: str) -> int:
    """Remove a part of the cache, and return how many bytes that freed.

    A fit that another process is making now is left to it.

    Raises
    ------
    ForecastError
        When it cannot be removed.
    """
    folder = cache_root() / part
    freed = 0
    for path in list(folder.glob("[!.]*")) if folder.is_dir() else []:
        size = size_of(path) if path.is_dir() else path.stat().st_size
        # Renamed first: a reader finds the whole entry or none.
        gone = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
        try:
            path.rename(gone)
            if gone.is_dir():
                shutil.rmtree(gone)
            else:
                gone.unlink()
        except OSError as error:
            raise ForecastError(
                f"could not remove {path}: {error.strerror or error}; remove it by hand"
            ) from error
        freed += size
    return freed


def size_words(size: int) -> str:
    """Bytes as people say them: "3.1 MB"."""
    if size < 1000:
        return f"{size} bytes"
    for unit, scale in (("kB", 1e3), ("MB", 1e6)):
        if size < 1000 * scale:
            return f"{size / scale:.1f} {unit}"
    return f"{size / 1e9:.1f} GB"
