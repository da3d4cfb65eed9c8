"""Time and memory of importing a file of a million rows, and files far larger.

    python -m benchmarks.imports [--toy] [--megabytes N]

Writes an OpenElections file of one contest with a million rows and imports it, in a process of
its own, as `forecast data import` does. Then files of N megabytes (50): one contest with a row a
unit and candidate, a wide table with groups of columns a candidate, and one contest among many,
as a state's file is. Prints one JSON object: rows of the contest, megabytes of the file, seconds,
and the largest memory of the process in megabytes.
"""

import argparse
import itertools
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.measure import megabytes, print_json

N_ROWS, N_TOY = 1_000_000, 2_000
MEGABYTES, TOY_MEGABYTES = 50, 1
PARTIES = ("REP", "DEM", "IND", "LIB")
# A presidential field as Brazil's or France's, and polling places as they have them.
CANDIDATES = ("ANNA BERG", "CARL DAHL", *(f"CANDIDATE {chr(65 + n)}{n}" for n in range(18)))
N_OFFICES = 40
HEADER = "county,precinct,office,district,candidate,party,votes\n"


def rows(office: str, n_rows: int) -> Iterator[str]:
    """Rows of one contest, with units of counties of 200."""
    for row in range(n_rows):
        unit, choice = divmod(row, len(CANDIDATES))
        yield (
            f"County {unit // 200},Precinct {unit},{office},,{CANDIDATES[choice]},"
            f"{PARTIES[choice % len(PARTIES)]},{votes_of(unit, choice)}\n"
        )


def wide_rows() -> Iterator[str]:
    """Rows without end of a wide table as a ministry's, six columns a candidate, header first."""
    group = ("sex", "candidate", "party", "votes", "% of registered", "% of votes")
    columns = [f"{name} {n + 1}" for n in range(len(CANDIDATES)) for name in group]
    yield f"county,precinct,{','.join(columns)}\n"
    for unit in itertools.count():
        cells = (
            f"F,{name},{PARTIES[choice % len(PARTIES)]},{votes_of(unit, choice)},12.34,23.45"
            for choice, name in enumerate(CANDIDATES)
        )
        yield f"County {unit // 200},Precinct {unit},{','.join(cells)}\n"


def votes_of(unit: int, choice: int) -> int:
    """Votes that no sum of others equals."""
    return (unit * 37 + choice * 91) % (400 - 15 * choice)


def many_contests() -> Iterator[str]:
    """Rows of one contest after another without end."""
    yield HEADER
    for office in itertools.count():
        named = "Mayor" if office == 0 else f"Office {office}"
        yield from rows(named, N_ROWS // N_OFFICES * 10)


def write(path: Path, lines: Iterable[str], size: int) -> Path:
    """Write lines until a file has so many megabytes."""
    with path.open("w", encoding="utf-8") as file:
        written = 0
        for line in lines:
            if written >= size << 20:
                break
            written += file.write(line)
    return path


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
    reading = ReadOptions(contests=() if path.stem == "wide" else ("Mayor",))
    started = time.perf_counter()
    done = import_files(ImportOptions("", (path,), folder, reading=reading, new_race=new_race))
    return {
        "rows_of_contest": done.n_units * len(done.candidates),
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


def run(toy: bool, size: int = MEGABYTES) -> dict[str, Any]:
    """Measure the import of a million rows, and of files of so many megabytes."""
    size = TOY_MEGABYTES if toy else size
    cases = {
        "long": itertools.chain([HEADER], rows("Mayor", sys.maxsize)),
        "wide": wide_rows(),
        "many_contests": many_contests(),
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        one = itertools.chain([HEADER], rows("Mayor", N_TOY if toy else N_ROWS))
        found = {
            "million_rows": measure(write(folder / "million_rows.csv", one, sys.maxsize >> 20))
        }
        for case, lines in cases.items():
            path = write(folder / f"{case}.csv", lines, size)
            found[case] = measure(path)
            path.unlink()
    return found


def main() -> None:
    """Read the arguments, print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--toy", action="store_true", help="a file of two thousand rows")
    parser.add_argument("--megabytes", type=int, default=MEGABYTES, help="size of the large files")
    parser.add_argument("--import", dest="path", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.path:
        print_json(import_file(given.path, given.path.with_suffix("")))
    else:
        print_json(run(given.toy, given.megabytes))


if __name__ == "__main__":
    main()
