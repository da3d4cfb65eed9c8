"""Damaged and malicious input files, made from sound ones by chance.

Every mutant is read as the program reads it. What is wrong must end in an error of the library,
never in another exception; what is taken must be what the file says.
"""

import csv
import gzip
import io
import json
import shutil
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from forecast.errors import ForecastError
from forecast.importing.check import check_race
from forecast.importing.import_options import ImportOptions, ReadOptions
from forecast.importing.import_part import import_files
from forecast.priors.layers import load_priors
from forecast.race.folder import load_race
from forecast.record.contests import read_contests
from forecast.runoff.scenarios import read_scenarios
from forecast.yaml_text import load_yaml

SLOW = 10.0
RACE_YAML = """\
id: small
title: A small election
office: Mayor
place: Smallville
unit_kind: precinct
first_round: 2020-03-01
runoff: 2020-04-05
finalists: [ANN, BOB]
blocs: {R: [REP], D: [DEM]}
baselines:
  - {file: baseline_2016.csv, election: 2016 mayor, date: 2016-03-06}
sources: [the clerk]
totals:
  first_round: {ANN: 22, BOB: 22}
"""
HEADER = "unit_id,county,unit_name,registered,candidate,party,votes\n"
TABLE = HEADER + (
    "1,North,One,100,ANN,REP,15\n1,North,One,100,BOB,DEM,20\n"
    "2,North,Two,90,ANN,REP,7\n2,North,Two,90,BOB,DEM,2\n3,South,Three,50,CAL,,9\n"
)
POLLS = (
    "pollster,sponsor,start,end,sample,finalist_1,finalist_2,undecided,source\n"
    "Asker,,2020-03-10,2020-03-12,500,48,47.5,4.5,the paper\n"
)
RING = [[-84.4, 33.9], [-84.3, 33.9], [-84.3, 34.0], [-84.4, 33.9]]
SHAPES = json.dumps(
    {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"unit_id": unit},
                "geometry": {"type": "Polygon", "coordinates": [RING]},
            }
            for unit in "123"
        ],
    }
)
PRIORS = "runoff:\n  loyalty: {low: 0.9, high: 0.98}\n  error:\n    race_lean: {value: 4}\n"
SCENARIOS = (
    "scenarios:\n  more:\n    title: More come back\n    why: a trial\n    priors:\n"
    "      runoff:\n        loyalty: {low: 0.95, high: 0.98}\n"
)
INDEX = (
    "race_id,round1_date,round2_date,scope,office,finalist1,finalist2\n"
    "r,2020-03-01,2020-04-05,North,Mayor,ANN,BOB\n"
)
# A cell, a value, a piece of syntax: what people, programs and attackers put there.
NASTY = (
    *("", "-1", "1.5", "NaN", "inf", "1e308", "9" * 30, "0x10", "1,000", "٣", "null", "None"),
    *("\x1b[31m", "\u202e", "AN\u200bN", "\x00", "=1+1", "'", '"', "\n", "\r\n", ";", "\t"),
    *("2017-02-30", "0001-01-01", "9999-12-31", "[", "{", "&a [*a]", "*x", "!!int x", "---"),
    *("../../etc/passwd", "runoff.csv", "1e18", "true", "2" * 5000, "[" * 500, "é", "\ufeff"),
)


@dataclass
class Tally:
    """What became of the mutants."""

    tries: int = 0
    refused: int = 0
    taken: int = 0
    slow: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    by_file: Counter[str] = field(default_factory=Counter)


def mutated(content: bytes, rng: np.random.Generator) -> bytes:
    """The content with some bytes, words, lines or all of it changed."""
    for _ in range(int(rng.integers(1, 4))):
        at, to = sorted(rng.integers(0, len(content) + 1, 2).tolist())
        word = str(rng.choice(np.array(NASTY, dtype=object))).encode("utf-8", "surrogatepass")
        lines = content.split(b"\n")
        match int(rng.integers(9)):
            case 0:
                content = content[:at] + bytes(rng.integers(0, 256, 3).tolist()) + content[at + 3 :]
            case 1:
                content = content[:at] + word + content[at:]
            case 2:
                content = content[:at] + word + content[to:]
            case 3:
                content = content[:at]
            case 4:
                line = int(rng.integers(len(lines)))
                content = b"\n".join([*lines[: line + 1], *lines[line:]])
            case 5:
                line = int(rng.integers(len(lines)))
                content = b"\n".join([*lines[:line], *lines[line + 1 :]])
            case 6:
                line = int(rng.integers(len(lines)))
                cells = lines[line].split(b",")
                cells[int(rng.integers(len(cells)))] = word
                lines[line] = b",".join(cells)
                content = b"\n".join(lines)
            case 7:
                content = content.decode("utf-8", "replace").encode("utf-16")
            case _:
                content = gzip.compress(content)
        content = content or b"\n"
    return content


def _folder(root: Path) -> Path:
    folder = root / "small"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    texts = {
        "race.yaml": RACE_YAML,
        "first_round.csv": TABLE,
        "baseline_2016.csv": TABLE,
        "runoff.csv": TABLE,
        "polls.csv": POLLS,
        "units.geojson": SHAPES,
        "priors.yaml": PRIORS,
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def _race(root: Path, name: str, content: bytes) -> None:
    folder = _folder(root)
    (folder / name).write_bytes(content)
    report = check_race(folder)
    if not report.usable:
        raise ForecastError("faults")
    race = load_race(folder)
    load_priors(folder)
    if name == "first_round.csv":
        rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        told = sum(int(row["votes"]) for row in rows)
        assert int(race.first_round.counts.sum()) == told, "votes are not those of the file"


def _read_import(root: Path, name: str, content: bytes) -> None:
    path = root / name
    path.write_bytes(content)
    options = ImportOptions("", (path,), root / "imported", reading=ReadOptions(), dry_run=True)
    import_files(options)


def _read_index(root: Path, name: str, content: bytes) -> None:
    (root / name).write_bytes(content)
    read_contests(root)


def _read_priors(root: Path, name: str, content: bytes) -> None:
    path = root / name
    path.write_bytes(content)
    load_priors(file=path)


def _read_scenarios(root: Path, name: str, content: bytes) -> None:
    path = root / name
    path.write_bytes(content)
    read_scenarios(path)


def _set(_: Path, __: str, content: bytes) -> None:
    load_priors(settings=[content.decode("utf-8", "replace")])


Reader = Callable[[Path, str, bytes], None]
INPUTS: tuple[tuple[str, str, Reader], ...] = (
    ("race.yaml", RACE_YAML, _race),
    ("first_round.csv", TABLE, _race),
    ("baseline_2016.csv", TABLE, _race),
    ("runoff.csv", TABLE, _race),
    ("polls.csv", POLLS, _race),
    ("units.geojson", SHAPES, _race),
    ("priors.yaml", PRIORS, _race),
    ("published.csv", TABLE.replace("unit_id", "precinct"), _read_import),
    ("published.json", SHAPES, _read_import),
    ("index.csv", INDEX, _read_index),
    ("mine.yaml", PRIORS, _read_priors),
    ("scenarios.yaml", SCENARIOS, _read_scenarios),
    ("--set", "runoff.loyalty.low=0.9", _set),
)


def run(root: Path, seed: int, tries: int) -> Tally:
    """Read so many mutants, of every kind of file in turn."""
    assert load_yaml(RACE_YAML)["id"] == "small"
    tally = Tally()
    for number, (name, text, read) in zip(range(tries), _in_turn(), strict=False):
        content = mutated(text.encode(), np.random.default_rng([seed, number]))
        started = time.perf_counter()
        tally.tries += 1
        tally.by_file[name] += 1
        try:
            read(root, name, content)
            tally.taken += 1
        except ForecastError:
            tally.refused += 1
        except Exception:
            last = "".join(traceback.format_exc(limit=-2))
            tally.wrong.append(f"{name}, seed {seed}, mutant {number}: {content[:300]!r}\n{last}")
        if time.perf_counter() - started > SLOW:
            tally.slow.append(f"{name}, seed {seed}, mutant {number}")
    return tally


def _in_turn() -> Iterator[tuple[str, str, Reader]]:
    while True:
        yield from INPUTS
