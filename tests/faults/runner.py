"""A command of the program in a process of its own, which is killed or interrupted on the way.

The process is a fork of one that has the libraries loaded, so that a hundred kills take minutes.
In it `main()` runs as it does in a terminal. Two things stand in, because a kill every half a
minute of sampling would find nothing more: draws of the first round that are approximated in a
second, and a posterior that ships in place of one that is learned.
"""

import atexit
import os
import pkgutil
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

import forecast
from forecast import files
from forecast.cli import interrupts
from forecast.cli import main as cli
from forecast.first_round import fitting
from forecast.first_round.fitting import SampledModel
from forecast.first_round.gaussian_approximation import quick_posterior
from forecast.learn.posterior_file import LearnedPosterior, read_posterior, shipped_posteriors
from forecast.learn.workshop import Workshop
from tests.page_forecasts import HEALTHY

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGES = frozenset(("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.truncate"))


@dataclass(frozen=True)
class Place:
    """Folders of a trial: where commands run, what they read, the cache, temporary files."""

    root: Path

    @property
    def out(self) -> Path:
        """Where commands run and write."""
        return self.root / "out"

    @property
    def given(self) -> Path:
        """What they read."""
        return self.root / "given"

    @property
    def cache(self) -> Path:
        """The user's cache."""
        return self.root / "cache"

    @property
    def temporary(self) -> Path:
        """The system's temporary folder."""
        return self.root / "tmp"

    def made(self) -> "Place":
        """Itself, with its folders there."""
        for folder in (self.out, self.given, self.cache, self.temporary):
            folder.mkdir(parents=True, exist_ok=True)
        return self

    def parts(self) -> list[str]:
        """What a killed command left that nobody wants."""
        left = [path for folder in (self.out, self.cache) for path in folder.rglob(".*.part")]
        return sorted(str(path.relative_to(self.root)) for path in left) + sorted(
            f"tmp/{path.name}" for path in self.temporary.iterdir()
        )


@dataclass(frozen=True)
class Ended:
    """How a command ended: exit code, or the signal negated; what it said; after how long."""

    code: int
    out: str
    err: str
    seconds: float
    events: int

    @property
    def said(self) -> str:
        """For a report of a failure."""
        return f"exit code {self.code} after {self.seconds:.1f} s: {self.err[-1500:]}"


def run_command(
    words: Sequence[str],
    place: Place,
    *,
    kill_at: int | None = None,
    delay: float = 0.0,
    interrupt_after: float | None = None,
    by: signal.Signals = signal.SIGINT,
    sweep: bool = False,
    limit: float = 600.0,
    prepare: Callable[[], object] = lambda: None,
) -> Ended:
    """Run a command in a fork.

    Parameters
    ----------
    words
        What stands after `forecast`.
    place
        Its folders.
    kill_at, delay
        Number of the change of a file at which SIGKILL comes, before it is made; or so many
        seconds after it.
    interrupt_after, by
        Seconds from its start to SIGINT, or to another signal.
    sweep
        Whether what a killed process left counts as old.
    limit
        Seconds to SIGKILL.
    prepare
        Called in the new process first.
    """
    heard, told = os.pipe()
    child = os.fork()
    if not child:
        os.close(heard)
        _be(words, place, told, kill_at, delay, sweep, prepare)
    os.close(told)
    os.read(heard, 1)  # it is prepared, or has ended
    started = time.perf_counter()
    pressed = code = None
    try:
        while code is None:
            time.sleep(0.005)
            seconds = time.perf_counter() - started
            if interrupt_after is not None and pressed is None and seconds >= interrupt_after:
                os.kill(child, by)
                pressed = seconds
            if seconds > limit:
                os.kill(child, signal.SIGKILL)
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                code = os.waitstatus_to_exitcode(status)
    finally:  # a trial that is ended must not leave its command behind
        if code is None:
            os.kill(child, signal.SIGKILL)
    with os.fdopen(heard, "rb") as pipe:
        events = len(pipe.read())
    out, err = ((place.root / name).read_text("utf-8", "replace") for name in ("stdout", "stderr"))
    return Ended(code, out, err, time.perf_counter() - started - (pressed or 0.0), events)


def _be(
    words: Sequence[str],
    place: Place,
    told: int,
    kill_at: int | None,
    delay: float,
    sweep: bool,
    prepare: Callable[[], object],
) -> None:
    """Become the command; never return."""
    code = 70
    try:
        # What the first process is to clean up at its end is not this one's.
        atexit._clear()
        os.setpgid(0, 0)
        os.chdir(place.out)
        os.environ |= {"FORECAST_CACHE": str(place.cache), "TMPDIR": str(place.temporary)}
        tempfile.tempdir = str(place.temporary)
        for number, name in ((1, "stdout"), (2, "stderr")):
            file = os.open(place.root / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.dup2(file, number)
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        if sweep:
            files.STALE_AFTER = files.TEMPORARY_AFTER = -1.0
        stand_in(pytest.MonkeyPatch())
        prepare()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        # Of an interrupt that an earlier test tried.
        for event in (interrupts._heard, interrupts._said, interrupts._terminated):
            event.clear()
        _count_changes(place, told, kill_at, delay)
        sys.argv = ["forecast", *words]
        os.write(told, b".")
        try:
            cli.main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        atexit._run_exitfuncs()
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _count_changes(place: Place, told: int, kill_at: int | None, delay: float) -> None:
    """Tell of each change of a file in the place, and be killed at one of them."""
    count = 0
    root = str(place.root)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal count
        if event == "open":
            path, _, flags = arguments
            if not isinstance(path, str | bytes | os.PathLike) or not flags & WRITES:
                return
        elif event not in CHANGES:
            return
        path = os.fsdecode(arguments[0])
        if os.path.isabs(path) and not path.startswith(root):  # noqa: PTH117
            return
        count += 1
        os.write(told, b".")
        if count == kill_at:
            if not delay:
                os.kill(os.getpid(), signal.SIGKILL)
            threading.Timer(delay, os.kill, (os.getpid(), signal.SIGKILL)).start()

    sys.addaudithook(hook)


def load_all() -> None:
    """Load the whole program, so that forks find it there."""
    for module in pkgutil.walk_packages(forecast.__path__, "forecast."):
        import_module(module.name)


def stand_in(patch: pytest.MonkeyPatch) -> None:
    """Put what takes minutes aside."""
    patch.setattr(fitting, "_fit_first_round", _approximated)
    patch.setattr(Workshop, "of", lambda _: _NoWorkshop())


def _shipped(*, before: date | None = None, **__: Any) -> LearnedPosterior:
    days = shipped_posteriors()
    return read_posterior(days[min(days) if before else max(days)])


class _NoWorkshop:
    """Compiles and samples nothing."""

    learn = staticmethod(_shipped)


def _approximated(units: Any, _: Any, options: Any) -> SampledModel:
    drawn = quick_posterior(units, options.seed)
    n_draws = len(drawn.lean_level) // 4 * 4
    variables = {}
    for part in ("lean", "turnout"):
        level = getattr(drawn, f"{part}_level")[:n_draws]
        if not len(level):
            continue
        slopes = getattr(drawn, f"{part}_slopes")[:n_draws]
        variables |= {
            f"{part}_level": (("chain", "draw"), np.zeros((4, n_draws // 4))),
            f"{part}_county": (("chain", "draw", "county"), level.reshape(4, -1, level.shape[1])),
            f"{part}_slopes": (("chain", "draw", part), slopes.reshape(4, -1, slopes.shape[1])),
            f"{part}_unit_spread": (("chain", "draw"), np.full((4, n_draws // 4), 0.1)),
        }
    tree = xr.DataTree.from_dict({"posterior": xr.Dataset(variables)})
    return SampledModel(tree, HEALTHY)


def copied(place: Place, to: Path) -> Place:
    """A copy of a place, in the place of what is there."""
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(place.root, to)
    return Place(to)


def chance(*seeds: object) -> random.Random:
    """Random numbers of their own for a try."""
    return random.Random(repr(seeds))
