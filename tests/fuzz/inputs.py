"""Sound input files of every kind, each with what reads it as the program does."""

import csv
import io
import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from forecast.errors import ForecastError
from forecast.importing.check import check_race
from forecast.importing.import_options import ImportOptions
from forecast.importing.import_part import import_files
from forecast.importing.race_yaml_writer import NewRace
from forecast.night.returns_file import read_night_returns
from forecast.night.unit_names import UnitNames
from forecast.output.page.outlines import read_outlines
from forecast.priors.layers import load_priors, priors_with
from forecast.race.folder import load_race
from forecast.record.contests import read_contests
from forecast.runoff.scenarios import read_scenarios

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
NIGHT = (
    "unit_id,candidate,votes,status,expected,time\n"
    "1,ANN,12,complete,,2020-04-05T20:00:00\n1,BOB,20,complete,,2020-04-05T20:00:00\n"
    "2,ANN,3,partial,30,2020-04-05T20:00:00\n2,BOB,2,partial,30,2020-04-05T20:00:00\n"
)
CLARITY = """<?xml version="1.0"?>
<ElectionResult><Timestamp>5/20/2025 8:19:21 PM EDT</Timestamp><ElectionName>Test</ElectionName>
<ElectionDate>5/20/2025</ElectionDate><Region>North</Region>
<VoterTurnout totalVoters="1200" ballotsCast="58" voterTurnout="4.8"><Precincts>
<Precinct name="One" totalVoters="900" ballotsCast="41" voterTurnout="5" percentReporting="4"/>
<Precinct name="Two" totalVoters="300" ballotsCast="17" voterTurnout="5" percentReporting="4"/>
</Precincts></VoterTurnout>
<Contest key="1" text="Mayor" voteFor="1" isQuestion="false">
<Choice key="1" text="ANN" party="REP" totalVotes="30">
<VoteType name="Election Day" votes="30"><Precinct name="One" votes="20"/>
<Precinct name="Two" votes="10"/></VoteType></Choice>
<Choice key="2" text="BOB" party="DEM" totalVotes="28">
<VoteType name="Election Day" votes="28"><Precinct name="One" votes="21"/>
<Precinct name="Two" votes="7"/></VoteType></Choice>
</Contest></ElectionResult>
"""
ROWS = (
    ("r", 1, "NORTH|1", "ANN", "REP", 10),
    ("r", 1, "NORTH|1", "BOB", "DEM", 7),
    ("r", 1, "NORTH|1", "CYD", "", 3),
    ("r", 2, "NORTH|1", "ANN", "REP", 8),
    ("r", 2, "NORTH|1", "BOB", "DEM", 9),
)
NEW_RACE = NewRace(
    title="T",
    office="Mayor",
    first_round=date(2020, 3, 1),
    runoff=date(2020, 4, 5),
    finalists=("ANN", "BOB"),
)
COLUMNS = ("race_id", "round", "unit_id", "candidate", "party", "votes")


def _rounds() -> pa.Table:
    return pa.table(dict(zip(COLUMNS, map(list, zip(*ROWS, strict=True)), strict=True)))


def _parquet() -> bytes:
    out = io.BytesIO()
    pq.write_table(_rounds(), out)
    return out.getvalue()


def _as_json() -> str:
    return json.dumps(list(csv.DictReader(io.StringIO(TABLE))))


def small_race(root: Path) -> Path:
    """The small race with all its files."""
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
    folder = small_race(root)
    (folder / name).write_bytes(content)
    report = check_race(folder)
    if not report.usable:
        raise ForecastError("faults")
    race = load_race(folder)
    load_priors(folder)
    read_outlines(folder, race.first_round)
    if name == "first_round.csv":
        rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        told = sum(int(row["votes"]) for row in rows)
        assert int(race.first_round.counts.sum()) == told, "votes are not those of the file"


def _import(part: str) -> "Reader":
    """What imports a published file as a part of the small race."""

    def read(root: Path, name: str, content: bytes) -> None:
        folder = small_race(root)
        path = root / name
        path.write_bytes(content)
        options = ImportOptions("", (path,), folder, part, force=True)
        if part == "first_round":
            options = replace(options, new_race=NEW_RACE)
        if part == "baseline":
            options = replace(options, election="2014 mayor", held=date(2014, 3, 2))
        import_files(options)
        if part != "first_round":
            return
        # What was written is read again, and is what was counted.
        load_race(folder)

    return read


def _collection(root: Path, name: str, content: bytes) -> None:
    with tempfile.TemporaryDirectory(dir=root) as temporary:
        folder = Path(temporary)
        (folder / "index.csv").write_text(INDEX, encoding="utf-8")
        (folder / "rounds.parquet").write_bytes(_parquet())
        (folder / name).write_bytes(content)
        contests = read_contests(folder)
        for race_id in contests.ids:
            contests.race(race_id)
            contests.result(race_id)


def _night(root: Path, name: str, content: bytes) -> None:
    folder = small_race(root)
    path = root / name
    path.write_bytes(content)
    race = load_race(folder)
    read_night_returns((path,), race, UnitNames.of(race, folder))


def _read_priors(root: Path, name: str, content: bytes) -> None:
    path = root / name
    path.write_bytes(content)
    load_priors(file=path)


def _read_scenarios(root: Path, name: str, content: bytes) -> None:
    path = root / name
    path.write_bytes(content)
    for scenario in read_scenarios(path):
        priors_with(load_priors(), scenario.priors, "a scenario")


def _set(_: Path, __: str, content: bytes) -> None:
    load_priors(settings=[content.decode("utf-8", "replace")])


Reader = Callable[[Path, str, bytes], None]
Input = tuple[str, bytes, Reader]
INPUTS: tuple[Input, ...] = (
    ("race.yaml", RACE_YAML.encode(), _race),
    ("first_round.csv", TABLE.encode(), _race),
    ("baseline_2016.csv", TABLE.encode(), _race),
    ("runoff.csv", TABLE.encode(), _race),
    ("polls.csv", POLLS.encode(), _race),
    ("units.geojson", SHAPES.encode(), _race),
    ("priors.yaml", PRIORS.encode(), _race),
    ("published.csv", TABLE.replace("unit_id", "precinct").encode(), _import("first_round")),
    ("published.json", _as_json().encode(), _import("first_round")),
    ("detail.xml", CLARITY.encode(), _import("first_round")),
    ("earlier.csv", TABLE.encode(), _import("baseline")),
    ("map.geojson", SHAPES.encode(), _import("map")),
    ("published_polls.csv", POLLS.encode(), _import("polls")),
    ("index.csv", INDEX.encode(), _collection),
    ("rounds.parquet", _parquet(), _collection),
    ("night.csv", NIGHT.encode(), _night),
    ("night.xml", CLARITY.encode(), _night),
    ("mine.yaml", PRIORS.encode(), _read_priors),
    ("scenarios.yaml", SCENARIOS.encode(), _read_scenarios),
    ("--set", b"runoff.loyalty.low=0.9", _set),
)
