"""Time and memory of importing a file of a million rows, and of one far larger than its contest.

    python -m benchmarks.imports [--toy] [--megabytes N]

Writes an OpenElections file of one contest with a million rows and imports it, in a process of
its own, as `forecast data import` does. With `--megabytes`, also a file of that size in which the
contest is one of many, as a state's file is. Prints one JSON object: rows, megabytes of the file,
seconds, and the largest memory of the process in megabytes.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.measure import megabytes, print_json

N_ROWS, N_TOY = 1_000_000, 2_000
CANDIDATES = ("ANNA BERG,REP", "CARL DAHL,DEM", "EVA FALK,REP", "GUS HOLM,DEM", "IDA JUNG,IND")
N_OFFICES = 40
HEADER = "county,precinct,office,district,candidate,party,votes\n"


def rows(office: str, n_rows: int) -> Iterator[str]:
    """Rows of one contest, with units of counties of 200."""
    for row in range(n_rows):
        unit, choice = divmod(row, len(CANDIDATES))
        votes = (unit * 37 + choice * 91) % 400
        yield f"County {unit // 200},Precinct {unit},{office},,{CANDIDATES[choice]},{votes}\n"


def import_file(path: Path, folder: Path) -> dict[str, Any]:
    """Import the contest Mayor of a file; seconds, and the memory of this process."""
    from forecast.importing.import_options import ImportOptions, ReadOptions
    from forecast.importing.import_part import import_files
    from forecast.importing.race_yaml_writer import NewRace

    new_race = NewRace(
        title="Town",
        office="Mayor",
        first_round=date(2025, 5, 20),
        runoff=date(2025, 6, 17),
        finalists=("ANNA BERG", "CARL DAHL"),
    )
    reading = ReadOptions(contests=("Mayor",))
    started = time.perf_counter()
    done = import_files(ImportOptions("", (path,), folder, reading=reading, new_race=new_race))
    return {
        "rows_of_contest": done.n_units * len(CANDIDATES),
        "file_megabytes": round(path.stat().st_size / 2**20, 1),
        "seconds": round(time.perf_counter() - started, 2),
        "memory_megabytes": round(megabytes()),
    }


def measure(path: Path) -> dict[str, Any]:
    """The same in a process of its own, whose memory is its alone."""
    import json

    command = [sys.executable, "-m", "benchmarks.imports", "--import", str(path)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def run(toy: bool, size: int = 0) -> dict[str, Any]:
    """Measure the import of a million rows, and of a file of so many megabytes."""
    n_rows = N_TOY if toy else N_ROWS
    with tempfile.TemporaryDirectory() as name:
        one = Path(name) / "one_contest.csv"
        with one.open("w", encoding="utf-8") as file:
            file.write(HEADER)
            file.writelines(rows("Mayor", n_rows))
        found = {"one_contest": measure(one)}
        if size:
            many = Path(name) / "many_contests.csv"
            with many.open("w", encoding="utf-8") as file:
                file.write(HEADER)
                office = 0
                while file.tell() < size * 2**20:
                    named = "Mayor" if office == 0 else f"Office {office}"
                    file.writelines(rows(named, n_rows // N_OFFICES * 10))
                    office += 1
            found["many_contests"] = measure(many)
    return found


def main() -> None:
    """Read the arguments, print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--toy", action="store_true", help="a file of two thousand rows")
    parser.add_argument("--megabytes", type=int, default=0, help="also a file of this size")
    parser.add_argument("--import", dest="path", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.path:
        print_json(import_file(given.path, given.path.with_suffix("")))
    else:
        print_json(run(given.toy, given.megabytes))


if __name__ == "__main__":
    main()
