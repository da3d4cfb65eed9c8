"""Faults from outside, many of them: `python -m tests.faults TRIAL [--tries N] [--only NAME]`.

kill: each writing command, killed N times at its changes of files.
press: each command, N times interrupted by Ctrl-C or SIGTERM.
cache: N damaged stored fits.
"""

import argparse
import signal
import sys
import time
import warnings
from collections.abc import Iterator

from tests.faults import cache_entries, kills, presses
from tests.faults.runner import load_all

TRIES = {"kill": 100, "press": 10, "cache": 500}
Line = tuple[str, list[str]]


def _kill(given: argparse.Namespace) -> Iterator[Line]:
    for tally in kills.kill_all(given.tries, given.only, given.seed, given.done):
        yield f"{tally.job}: {tally.kills} kills at {tally.events} changes of files", tally.wrong


def _press(given: argparse.Namespace) -> Iterator[Line]:
    for tally in presses.press_all(given.tries, given.only, given.seed, given.within):
        text = f"{tally.job}: {tally.presses} interrupted, {tally.too_late} had ended before"
        yield f"{text}, longest {tally.longest:.2f} s", tally.wrong


def _cache(given: argparse.Namespace) -> Iterator[Line]:
    tally = cache_entries.damage_entries(given.tries, given.seed)
    for name in sorted(tally.used | tally.made_again):
        yield f"{name}: {tally.used[name]} used, {tally.made_again[name]} made again", []
    total = f"{tally.used.total()} used, {tally.made_again.total()} made again"
    yield f"all: {total}", tally.wrong


TRIALS = {"kill": _kill, "press": _press, "cache": _cache}


def main() -> int:
    """Read the arguments, run, print; 1 where anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("trial", choices=TRIALS)
    parser.add_argument("--tries", type=int)
    parser.add_argument("--only", action="append", default=[], help="name of a command")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--done", type=int, default=0, help="kills of an earlier run, to go on")
    parser.add_argument("--within", type=float, default=presses.WITHIN, help="seconds to an end")
    given = parser.parse_args()
    given.tries = given.tries or TRIES[given.trial]
    # Forks of a process with threads: here none of them holds a lock.
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    load_all()
    wrong, started = 0, time.perf_counter()
    for text, faults in TRIALS[given.trial](given):
        wrong += len(faults)
        sys.stdout.write(f"{text}, {len(faults)} wrong ({time.perf_counter() - started:.0f} s)\n")
        sys.stdout.writelines(f"  {fault}\n" for fault in faults[:20])
        sys.stdout.flush()
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
