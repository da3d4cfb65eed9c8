"""A whole forecast of very large races, from the race folder to the text: time and memory.

    python -m benchmarks.large_races [--toy]

Races without a baseline, made up: units differ, counties do not, which is the hardest case for a
fit. Each is written as a race folder, and `forecast simulate` runs in a process of its own with
nothing in its cache. Prints one JSON object with a row a race: wall time and processor time in
seconds, and the largest memory of the process.
"""

import csv
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measure import print_run

# Name, units, counties, candidates.
RACES = (
    ("100,000 units", 100_000, 500, 20),
    ("5,000 counties", 20_000, 5_000, 6),
)
TOY_RACES = (("600 counties", 1_200, 600, 4),)
UNIT_SPREAD = 0.06
COLUMNS = ("unit_id", "county", "unit_name", "registered", "candidate", "party", "votes")
RACE = """\
id: made_up
title: A made-up election
office: President
place: Nowhere
unit_kind: precinct
first_round: 2025-04-06
runoff: 2025-04-27
finalists: [CANDIDATE A, CANDIDATE B]
blocs:
  R: [REP]
  D: [DEM]
"""


def write_race(folder: Path, n_units: int, n_counties: int, n_candidates: int) -> None:
    """Write a race whose units are over-dispersed around the same mean in every county."""
    rng = np.random.default_rng(1)
    registered = rng.integers(200, 3000, n_units)
    cast = rng.binomial(registered, rng.beta(60, 40, n_units))
    weight = 1 / (4 * UNIT_SPREAD**2) - 1
    first = rng.binomial(cast, rng.beta(0.52 * weight, 0.48 * weight, n_units))
    sizes = 0.6 ** np.arange((n_candidates + 1) // 2)
    votes = np.zeros((n_units, n_candidates), dtype=np.int64)
    for side, total in enumerate((first, cast - first)):
        part = sizes[: len(votes[0, side::2])]
        votes[:, side::2] = rng.multinomial(total, part / part.sum())
    (folder / "race.yaml").write_text(RACE, encoding="utf-8")
    with (folder / "first_round.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        for unit in range(n_units):
            county = unit * n_counties // n_units
            start = (f"u{unit}", f"County {county}", f"Precinct {unit}", registered[unit])
            for choice in range(n_candidates):
                name, party = f"CANDIDATE {chr(65 + choice)}", ("REP", "DEM")[choice % 2]
                table.writerow((*start, name, party, votes[unit, choice]))


def measure(n_units: int, n_counties: int, n_candidates: int) -> dict[str, Any]:
    """One race; the memory is that of the largest process so far."""
    program = str(Path(sys.executable).with_name("forecast"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "race"
        folder.mkdir()
        write_race(folder, n_units, n_counties, n_candidates)
        environment = os.environ | {"FORECAST_CACHE": f"{name}/cache"}
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        started = time.perf_counter()
        done = subprocess.run(
            [program, "simulate", str(folder)],
            env=environment,
            capture_output=True,
            text=True,
            check=False,  # its error is told below
        )
        seconds = time.perf_counter() - started
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise RuntimeError(f"the forecast ended with {done.returncode}: {done.stderr}")
    checks = [line.strip() for line in done.stdout.splitlines() if "k-hat" in line]
    return {
        "units": n_units,
        "counties": n_counties,
        "candidates": n_candidates,
        "seconds": seconds,
        "processor_seconds": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "megabytes": after.ru_maxrss / 1024,
        "checks": " ".join(checks),
    }


def run(toy: bool) -> dict[str, Any]:
    """Every race, the smaller in memory first."""
    races = TOY_RACES if toy else RACES
    return {name: measure(*size) for name, *size in sorted(races, key=lambda race: race[1])}


if __name__ == "__main__":
    print_run(run, __doc__)
