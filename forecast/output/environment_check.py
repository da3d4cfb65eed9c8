"""Whether the environment is sound: what `forecast doctor` looks at."""

import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from forecast import __version__
from forecast.errors import ForecastError
from forecast.files import cache_root, require_writable, shipped_folder
from forecast.learn.posterior_file import shipped_posteriors
from forecast.output.stored import size_of, size_words
from forecast.priors.layers import load_priors
from forecast.race.folder import load_race, races_in
from forecast.record.shipped_races import record_ids

LIBRARIES = ("numpy", "scipy", "pymc", "pytensor", "nutpie", "arviz", "altair", "typer")
# An extra, the modules that it brings, and what needs it.
EXTRAS = {
    "excel": (("openpyxl",), "returns from .xlsx"),
    "maps": (("shapely", "shapefile", "pyproj"), "maps from shapefiles"),
    "backtest": (("distributed",), "a backtest on several machines"),
}
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "firefox", "firefox-esr")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes
    ----------
    name
        What.
    found
        What is there.
    sound
        Whether a forecast can be made all the same.
    """

    name: str
    found: str
    sound: bool = True


def findings() -> Iterator[Finding]:
    """Look at the versions, the cores, the cache, the extras, a browser and the shipped data."""
    yield Finding("forecast", f"{__version__}, {Path(__file__).parents[1]}")
    yield Finding("python", f"{platform.python_version()}, {platform.platform(terse=True)}")
    missing = []
    found = []
    for name in LIBRARIES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    yield Finding("libraries", ", ".join(found))
    if missing:
        yield Finding(
            "libraries", f"missing: {', '.join(missing)}; install the program again", False
        )
    yield Finding("cores", f"{usable_cores()} to use of {os.cpu_count()}")
    yield _cache()
    for extra, (modules, use) in EXTRAS.items():
        absent = [name for name in modules if find_spec(name) is None]
        there = f"there ({use})"
        lacks = f"not there, needed for {use}: pip install 'runoff-forecast[{extra}]'"
        yield Finding(f"extra {extra}", lacks if absent else there)
    browser = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    yield Finding("browser", browser or "none on the path; open a page by hand")
    yield Finding("text", f"{sys.stdout.encoding}, {os.environ.get('TERM', 'no TERM')}")
    yield _shipped("races", _read_races)
    yield _shipped("record", _read_record)
    yield _shipped("priors", _read_priors)


def usable_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _cache() -> Finding:
    root = cache_root()
    try:
        require_writable(root / "fits" / "probe")
    except ForecastError as error:
        return Finding("cache", f"{error}; or set FORECAST_CACHE to another folder", False)
    return Finding("cache", f"{root}, {size_words(size_of(root))}, can be written")


def _shipped(name: str, read: Callable[[], str]) -> Finding:
    try:
        return Finding(name, read())
    except Exception as error:  # whatever it is, it is what the user must see
        return Finding(name, f"cannot be read ({error}); install the program again", False)


def _read_races() -> str:
    folders = races_in(shipped_folder("data"))
    if not folders:
        raise ForecastError(f"no race in {shipped_folder('data')}")
    return ", ".join(load_race(folder).contest.id for folder in folders) + " can be read"


def _read_record() -> str:
    return f"{len(record_ids()):,} finished races can be read"


def _read_priors() -> str:
    entries = load_priors().entries
    return f"{len(entries)} can be read, and {len(shipped_posteriors())} files of what was learned"
