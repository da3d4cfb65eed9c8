"""The commands that write, each with a small case: what it reads, and two ways to run it.

The first way writes what stands there before the trial, the second what should stand there
afterwards.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np

from forecast.record import finished_races
from forecast.score import learned_forecaster, record_backtest
from tests.faults.runner import Place
from tests.fuzz import inputs
from tests.score.test_backtest import MeanForecaster, finished_race

RACE = "../given/small"
FEW = ("--draws", "256", "--quiet")


def nothing() -> None:
    """Prepare nothing."""


@dataclass(frozen=True)
class Job:
    """A command that writes.

    Attributes
    ----------
    name
        What it is called.
    old, new
        The words of the two ways.
    is_cold
        Whether the fit is made each time, and stored.
    prepare
        Called in the process of the command before it.
    timeless
        What of a file says how long it took, which no two runs have in common.
    """

    name: str
    old: Sequence[str]
    new: Sequence[str]
    is_cold: bool = False
    prepare: Callable[[], object] = nothing
    timeless: Callable[[bytes], bytes] = bytes


def lay_out(place: Place) -> None:
    """What the commands read, and a fit in the cache."""
    place.made()
    for folder in (place.given, place.out):
        inputs.small_race(folder)
    changed = inputs.TABLE.replace(",15\n", ",16\n").replace("unit_id", "precinct")
    files = {
        "old.csv": inputs.TABLE.replace("unit_id", "precinct"),
        "new.csv": changed,
        "old.geojson": inputs.SHAPES,
        "new.geojson": inputs.SHAPES.replace("34.0]", "34.05]"),
        "old_polls.csv": inputs.POLLS,
        "new_polls.csv": inputs.POLLS.replace(",500,", ",600,"),
        "old_night.csv": inputs.NIGHT,
        "new_night.csv": inputs.NIGHT.replace("20:00", "20:30").replace(",3,partial", ",4,partial"),
    }
    for name, text in files.items():
        (place.given / name).write_text(text, encoding="utf-8")


def _import(*words: str) -> tuple[list[str], list[str]]:
    old, new = (
        ["data", "import", *(word.format(which=f"../given/{which}") for word in words), "--force"]
        for which in ("old", "new")
    )
    return old, new


def _seeds(*words: str) -> tuple[list[str], list[str]]:
    return [*words, "--seed", "1"], [*words, "--seed", "2"]


def _learn() -> tuple[list[str], list[str]]:
    new = ["learn", "../given", "--save-races", "races.npz", "--out", "learned.npz"]
    return [*new, "--before", "2000-01-01"], new


def _night() -> tuple[list[str], list[str]]:
    old, new = (
        ["night", RACE, "--returns", f"../given/{which}_night.csv", "--page", "night.html", *FEW]
        for which in ("old", "new")
    )
    return old, new


def _tiny_record() -> None:
    """Sixty made-up races in place of the thousands that ship."""
    rng = np.random.default_rng(5)
    record = tuple(finished_race(number, rng) for number in range(60))
    finished_races.read_record = record_backtest.read_record = lambda *_: record


def _tiny_backtest() -> None:
    """A small record and a forecaster that takes no time."""
    _tiny_record()
    learned_forecaster.LearnedPriors = MeanForecaster  # type: ignore[misc,assignment]
    # The worker processes write nothing of the user's, and each takes seconds to start.
    record_backtest.connected = lambda *_: nullcontext(_Here())


@dataclass(eq=False)
class _Done:
    """A task that is done."""

    value: Any

    def result(self) -> Any:
        return self.value

    def exception(self) -> None:
        return None


class _Here:
    """Does each task at once, in this process."""

    n_workers = 1

    def share(self, value: Any) -> Any:
        return value

    def submit(self, function: Callable[..., Any], *arguments: Any, large: bool = False) -> _Done:
        del large
        known = [a.value if isinstance(a, _Done) else a for a in arguments]
        return _Done(function(*known))

    def done(self, first: Sequence[Any], following: Callable[[], Any]) -> Iterator[Any]:
        waiting = list(first)
        for task in waiting:
            yield task
            if (another := following()) is not None:
                waiting.append(another)


def without_seconds(content: bytes) -> bytes:
    """A document without how long each row took."""
    return re.sub(rb'"seconds": [0-9.e-]+', b'"seconds": 0', content)


NEW_RACE = (
    *("--title", "T", "--office", "Mayor", "--first-round", "2020-03-01"),
    *("--runoff", "2020-04-05", "--finalist", "ANN", "--finalist", "BOB"),
)
SCORE = ("score", RACE, "--draws", "256", "--quiet", "--learned", "none")
# Commands that may take long and write no file of the user's: for Ctrl-C alone.
UNWRITING = (
    Job("fit", *(["fit", RACE, "--refit", "--quiet"],) * 2),
    Job("scenarios", *_seeds("scenarios", RACE, *FEW)),
    Job("score", *_seeds(*SCORE)),
    Job("priors check", *(["priors", "check", RACE],) * 2),
)
JOBS = (
    Job("data import", *_import("{which}.csv", "--into", "made", *NEW_RACE)),
    Job("data import --as map", *_import("{which}.geojson", "--into", "small", "--as", "map")),
    Job(
        "data import --as polls", *_import("{which}_polls.csv", "--into", "small", "--as", "polls")
    ),
    Job("simulate --out", *_seeds("simulate", RACE, "--out", "files", *FEW)),
    Job("simulate, cold", *_seeds("simulate", RACE, "--out", "files", *FEW), is_cold=True),
    Job("report", *_seeds("report", RACE, "--out", "page.html", *FEW)),
    Job("plot", *_seeds("plot", "margin", RACE, "--out", "margin.png", *FEW)),
    Job("flows", *_seeds("flows", RACE, "--out", "flows", "--figure", "flows.svg", *FEW)),
    Job("night", *_night()),
    Job("learn", *_learn(), prepare=_tiny_record),
    Job(
        "backtest",
        *_seeds(
            "backtest",
            *FEW,
            "--sample",
            "5",
            "--workers",
            "1",
            "--out",
            "scores",
            "--json",
            "rows.json",
        ),
        prepare=_tiny_backtest,
        timeless=without_seconds,
    ),
)
