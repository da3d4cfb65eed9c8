"""What the command line and the library share: defaults, and the options of a run as records.

No import comes with them that either would have to wait for.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Literal

DEFAULT_RACE = "ga06-2017"
DEFAULT_DRAWS = 10_000
LEARN_DRAWS = 2_000  # of each chain of NUTS over finished races
LEARN_TARGET_ACCEPT = 0.85  # mean acceptance that its step size aims at
# A score needs no more.
DEFAULT_SCORE_DRAWS = 4_000
# Any number does; this one is the day of the runoff that ships as the default race.
DEFAULT_SEED = 20170620
# With `draws="auto"`: points of the win probability, a fifth of what a headline rounds to.
DEFAULT_ERROR = 0.2

# A million draws take 0.8 GB and half a minute; the error of a hundred million is beyond any use.
MAX_DRAWS = 100_000_000
MIN_ERROR = 0.005

# Seconds that a wait must last before the time left is told.
WORTH_TELLING = 2.0

Notify = Callable[[str], None]


def silent(_: str) -> None:
    """Say nothing: the library leaves talking to its caller."""


class HoldOutDesign(StrEnum):
    """What a backtest leaves out of the learning (`forecast.score.holdout`)."""

    DAYS = "days"
    PAST = "past"
    PLACES = "places"


@dataclass(frozen=True)
class PriorChoice:
    """The layers of priors that a user lays over those that ship.

    Attributes
    ----------
    file
        A prior file of the user's, whole or in part; None for none.
    settings
        Single values that go before those of the files, "path=value" each.
    learned
        A file of `forecast learn`; None for the newest that ships and knows nothing of the
        runoff; "none" for the defaults without anything learned.
    """

    file: Path | None = None
    settings: tuple[str, ...] = ()
    learned: Path | str | None = None


def countdown(notify: Notify) -> Callable[[int, int, str], None]:
    """Lines about a long step of several: which it is of how many, and the time left.

    The time stands there once it is known and over two seconds.
    """
    started = time.monotonic()

    def tell(done: int, total: int, what: str) -> None:
        left = (time.monotonic() - started) * (total - done) / done if done else 0.0
        known = f", about {left:.0f} s left" if left >= WORTH_TELLING else ""
        notify(f"{what} ({done + 1} of {total}{known})")

    return tell


def now_and_then(tell: Callable[[int, int, str], None], what: str) -> Callable[[int, int], None]:
    """The same for many short steps: a line every few seconds, none where it is over sooner."""
    last = [time.monotonic()]

    def step(done: int, total: int) -> None:
        if done and time.monotonic() - last[0] >= 2 * WORTH_TELLING:
            last[0] = time.monotonic()
            tell(done, total, what)

    return step


@dataclass(frozen=True)
class FitOptions:
    """How to fit the first round.

    Attributes
    ----------
    seed
        Seed of the sampler. One for every fit: another seed of the runoffs must not cost
        another fit.
    refit
        Sample again even where the cache has this fit.
    notify
        Called with a line that the user should read ("damaged entry, fitting again").
    progress
        Show a progress bar on standard error while sampling.
    detail
        Called with a line about what is read and done, for whom wants to follow.
    """

    seed: int = DEFAULT_SEED
    refit: bool = False
    notify: Notify = silent
    progress: bool = False
    detail: Notify = silent


@dataclass(frozen=True)
class SimulationOptions:
    """How to simulate the runoff of a fitted race.

    Attributes
    ----------
    draws
        How many runoffs to simulate; "auto" for as many as `error` takes.
    error
        With "auto", the largest Monte Carlo error of the win probability, in points.
    seed
        Seed of the runoffs: the same seed gives the same numbers, whatever the number of
        workers.
    polls
        Use the polls of the race folder, where it has any.
    allow_unhealthy
        Go on with a fit that failed its checks.
    workers
        Threads; None for all cores.
    """

    draws: int | Literal["auto"] = DEFAULT_DRAWS
    error: float = DEFAULT_ERROR
    seed: int = DEFAULT_SEED
    polls: bool = True
    allow_unhealthy: bool = False
    workers: int | None = None
