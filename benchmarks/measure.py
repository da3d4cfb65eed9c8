"""What all benchmarks share: the best of several times, and a fresh process a case.

Imports the standard library alone, so that a case can time its own imports.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

# The libraries read these when they are first imported: one core, whatever the machine has.
ONE_THREAD = {
    f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "VECLIB_MAXIMUM")
}


def best_seconds(work: Callable[[], object], times: int) -> float:
    """Seconds of the fastest of several runs."""
    return min(_seconds(work) for _ in range(times))


def best_in_turns(works: Mapping[str, Callable[[], object]], times: int) -> dict[str, float]:
    """The same of several works that take turns, so that a busy machine slows all alike."""
    seconds = dict.fromkeys(works, float("inf"))
    for _ in range(times):
        for name, work in works.items():
            seconds[name] = min(seconds[name], _seconds(work))
    return seconds


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def megabytes() -> float:
    """Largest memory that this process has had so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def in_fresh_process(module: str, arguments: list[str], **environment: str) -> dict[str, Any]:
    """The JSON object that a benchmark prints, run alone in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{module}", *arguments],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def print_run(run: Callable[[bool], Mapping[str, Any]], description: str) -> None:
    """Run a benchmark that knows one option, --toy, and print its JSON object."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--toy", action="store_true", help="run a little, to see that it runs")
    print_json(run(parser.parse_args().toy))


def print_json(found: Mapping[str, Any]) -> None:
    """Print one JSON object to standard output."""
    sys.stdout.write(json.dumps(found, indent=2) + "\n")
