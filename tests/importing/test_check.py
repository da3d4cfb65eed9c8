"""The checker of a race folder: every fault at once, errors before notes."""

import json

import pytest

from forecast.importing.check import check_race
from forecast.record.find import find_race

RACE = """\
id: small
title: Small
office: Mayor
place: Smallville
unit_kind: precinct
first_round: 2020-03-01
runoff: 2020-04-05
finalists: [ANN, BOB]
baselines:
  - {file: baseline_2016.csv, election: 2016 mayor}
totals:
  first_round: {ANN: 17, BOB: 20}
"""
HEADER = "unit_id,county,unit_name,registered,ballots,candidate,party,votes\n"
FIRST_ROUND = HEADER + (
    "1,North,One,100,30,ANN,REP,10\n"
    "1,North,One,100,30,BOB,DEM,20\n"
    "2,North,Two,50,7,ANN,REP,7\n"
    "3,South,Empty,0,0,ANN,REP,0\n"
)
BASELINE = HEADER + "1,North,One,,,ANN,REP,3\n2,North,Two,,,ANN,REP,3\n3,South,Empty,,,ANN,REP,0\n"


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "small"
    path.mkdir()
    (path / "race.yaml").write_text(RACE, encoding="utf-8")
    (path / "first_round.csv").write_text(FIRST_ROUND, encoding="utf-8")
    (path / "baseline_2016.csv").write_text(BASELINE, encoding="utf-8")
    return path


def found(folder):
    report = check_race(folder)
    return [(fault.severity.value, str(fault)) for fault in (*report.faults, *report.notes)]


def test_a_sound_folder_with_an_empty_unit_has_no_faults(folder):
    assert found(folder) == []


def test_votes_above_ballots_are_an_error_and_above_registered_a_note(folder):
    text = FIRST_ROUND.replace("1,North,One,100,30", "1,North,One,25,29")
    (folder / "first_round.csv").write_text(text, encoding="utf-8")
    assert found(folder) == [
        ("error", "first_round.csv:2: unit 1 has 30 votes and 29 ballots cast"),
        ("note", "first_round.csv:2: unit 1 has 29 ballots and 25 registered voters"),
    ]


def test_votes_are_compared_with_registered_where_ballots_are_unknown(folder):
    text = FIRST_ROUND.replace("2,North,Two,50,7", "2,North,Two,5,")
    (folder / "first_round.csv").write_text(text, encoding="utf-8")
    assert found(folder) == [
        ("note", "first_round.csv:4: unit 2 has 7 votes and 5 registered voters")
    ]


def test_totals_of_race_yaml(folder):
    text = RACE.replace("ANN: 17", "ANN: 18").replace("BOB: 20", "BOB: 20, CAL: 1")
    (folder / "race.yaml").write_text(text, encoding="utf-8")
    (_, first), (_, second) = found(folder)
    assert first == (
        "race.yaml: totals.first_round.ANN: 18 votes, and first_round.csv adds up to 17"
    )
    assert second.startswith(
        "race.yaml: totals.first_round.CAL: first_round.csv has no candidate of that name"
    )
    assert not check_race(folder).usable


def test_units_of_one_file_only_are_notes(folder):
    baseline = BASELINE.replace("2,North,Two", "9,North,Nine")
    (folder / "baseline_2016.csv").write_text(baseline, encoding="utf-8")
    runoff = HEADER + "1,North,One,,,ANN,REP,3\n1,North,One,,,BOB,DEM,3\n8,North,New,,,ANN,REP,1\n"
    (folder / "runoff.csv").write_text(runoff, encoding="utf-8")
    assert found(folder) == [
        ("note", "baseline_2016.csv: 1 unit (2) of the first round has no row here"),
        ("note", "baseline_2016.csv: 1 unit (9) is not in the first round, and ignored"),
        ("note", "runoff.csv: 2 units (2, 3) of the first round have no row here"),
        ("note", "runoff.csv:4: unmatched: 8 is not in the first round"),
    ]


def test_every_file_is_checked_though_the_first_is_broken(folder):
    (folder / "race.yaml").write_text(RACE.replace("[ANN, BOB]", "[ANN, EVE]"), encoding="utf-8")
    (folder / "baseline_2016.csv").write_text(BASELINE + "9,N,Nine,,,ANN,REP,-1\n", "utf-8")
    (folder / "runoff.csv").write_text(HEADER + "1,N,One,,,ANN,REP,3\n" * 2, encoding="utf-8")
    (folder / "polls.csv").write_text("pollster\nAsker\n", encoding="utf-8")
    faults = [text for severity, text in found(folder) if severity == "error"]
    assert len(faults) == 4
    assert "baseline_2016.csv:5: votes must be a whole number, 0 or more, not '-1'" in faults
    assert any("'EVE' has no row in first_round.csv" in fault for fault in faults)
    assert any(fault.startswith("runoff.csv:3: second row of 'ANN'") for fault in faults)
    assert any(fault.startswith("polls.csv:1: no column sponsor") for fault in faults)


def test_a_second_name_of_a_unit_and_a_foreign_id_are_notes(folder):
    text = FIRST_ROUND.replace("One,100,30,BOB", "Uno,100,30,BOB")
    (folder / "first_round.csv").write_text(text, encoding="utf-8")
    (folder / "race.yaml").write_text(RACE.replace("id: small", "id: other"), encoding="utf-8")
    assert found(folder) == [
        ("note", "race.yaml: id: other is not the name of the folder, small"),
        ("note", "first_round.csv:2: the unit of this line is also called 'Uno'"),
    ]


def test_an_unnamed_baseline_and_a_third_candidate_are_notes(folder):
    (folder / "baseline_2012.csv").write_text(BASELINE, encoding="utf-8")
    runoff = FIRST_ROUND.replace("2,North,Two,50,7,ANN", "2,North,Two,50,7,EVE")
    (folder / "runoff.csv").write_text(runoff, encoding="utf-8")
    assert found(folder) == [
        ("note", "baseline_2012.csv: is not in the baselines of race.yaml, and ignored"),
        ("note", "runoff.csv: candidates who are no finalists: EVE (7 votes)"),
    ]


def test_polygons(folder):
    def write(*units):
        square = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
        features = [
            {"type": "Feature", "properties": {"unit_id": unit}, "geometry": square}
            for unit in units
        ]
        document = {"type": "FeatureCollection", "features": features}
        (folder / "units.geojson").write_text(json.dumps(document), encoding="utf-8")

    write("1", "2", "3")
    assert found(folder) == []
    write("1", "2", "9")
    assert found(folder) == [
        ("note", "units.geojson: without a polygon: 1 unit (3)"),
        ("note", "units.geojson: drawn and not in the first round: 1 unit (9)"),
    ]
    (folder / "units.geojson").write_text("{}", encoding="utf-8")
    ((severity, message),) = found(folder)
    assert severity == "error"
    assert message.startswith("units.geojson: must be GeoJSON")


def test_the_shipped_race_is_sound():
    report = check_race(find_race("ga06-2017"))
    assert report.usable
    assert [str(note) for note in report.notes] == [
        "units.geojson: without a polygon: 1 unit (DEKALB|CHAMBLEE 2)"
    ]
