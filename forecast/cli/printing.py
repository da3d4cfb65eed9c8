"""Where the commands say what: results on standard output, remarks and progress beside it."""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

from forecast.defaults import Notify, silent
from forecast.output.terminal import Paint, wants_colour
from forecast.race.plain_names import visible


def json_text(document: dict[str, Any]) -> str:
    """Indented JSON, ended by a line break."""
    return json.dumps(document, indent=1, allow_nan=False, ensure_ascii=False) + "\n"


def say(message: str) -> None:
    """Write a remark to standard error."""
    # A message may quote a file or an argument, and whatever it would tell a terminal to do.
    sys.stderr.write(f"{visible(message)}\n")


def complain(message: str) -> None:
    """Write a message to standard error, in red on a terminal."""
    sys.stderr.write(Paint(wants_colour(sys.stderr)).red(visible(message)) + "\n")


def notifier(quiet: bool) -> Notify:
    """Where remarks go: to standard error, or nowhere."""
    return silent if quiet else say


def timed_notifier() -> Notify:
    """Remarks on standard error, each behind the seconds since the start."""
    started = time.monotonic()
    return lambda message: say(f"{time.monotonic() - started:7.2f} s  {message}")


def shows_progress(quiet: bool) -> bool:
    """Whether somebody would see a progress bar."""
    return not quiet and sys.stderr.isatty()


def progress_line(quiet: bool) -> Callable[[int, int, str], None]:
    """Progress on standard error: one line that moves on a terminal, else a line in twenty."""
    started = time.monotonic()
    said = [-1]
    moving = sys.stderr.isatty()

    def show(done: int, total: int, what: str) -> None:
        part = done * 20 // max(total, 1)
        if quiet or (not moving and part == said[0] and not what.startswith("reading")):
            return
        said[0] = part
        spent = time.monotonic() - started
        line = f"{done:,} of {total:,} races, {spent / 60:.1f} min  {what[:40]:40}"
        sys.stderr.write(f"\r{line}" if moving else f"{line.rstrip()}\n")
        if moving and done == total:
            sys.stderr.write("\n")
        sys.stderr.flush()

    return show
