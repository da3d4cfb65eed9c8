"""Every folder of cases/ does what its README says: the race that is there, or a clear error."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from forecast.errors import InputError
from forecast.importing.check import check_race
from forecast.importing.import_options import ImportOptions
from forecast.importing.import_part import import_files
from forecast.importing.race_yaml_writer import NewRace
from forecast.importing.reading import ReadOptions
from forecast.importing.standing import FieldOptions
from forecast.race.folder import load_race
from forecast.race.runoff_result import load_runoff
from forecast.race.units import unit_data

CASES = Path(__file__).parent / "cases"
FINALISTS = ("ANNA BERG", "CARL DAHL")
FIELD = {"ANNA BERG": "REP", "CARL DAHL": "DEM", "EVA FALK": "REP", "GUS HOLM": "DEM"}


def new_race(finalists=FINALISTS):
    return NewRace(
        title="Town",
        office="Mayor",
        first_round=date(2025, 5, 20),
        runoff=date(2025, 6, 17),
        finalists=finalists,
    )


def first_round(case, folder, *, finalists=FINALISTS, files=None, standing=None, **reading):
    """Import the first round of a case into a folder."""
    given = sorted((CASES / case).iterdir()) if files is None else [CASES / case / f for f in files]
    paths = tuple(p for p in given if p.name not in {"README.md", "runoff.csv"})
    tables = all(path.suffix == ".csv" for path in paths)
    named = tables and case.startswith("csv")
    reading = {"contests": () if named else ("Mayor",), **reading}
    options = ImportOptions(
        "",
        paths,
        folder,
        reading=ReadOptions(**reading),
        standing=standing or FieldOptions({}, {}),
        new_race=new_race(finalists),
    )
    return import_files(options)


def runoff(case, folder, *, crosswalk=None, standing=None):
    options = ImportOptions(
        "",
        (CASES / case / "runoff.csv",),
        folder,
        "runoff",
        standing=standing or FieldOptions({}, {}),
        crosswalk=crosswalk,
    )
    return import_files(options)


def lines(folder):
    """Errors and notes of the check, and what is switched off."""
    report = check_race(folder)
    assert report.usable, report.faults
    return [*map(str, report.notes), *report.switched_off]


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "town"


@pytest.fixture
def base(folder):
    first_round("base", folder, contests=())
    runoff("base", folder)
    return folder


def test_base_is_sound(base):
    race = load_race(base)
    assert (race.first_round.n_units, int(race.first_round.counts.sum())) == (24, 17577)
    assert load_runoff(base, race).unmatched == ()


# Case to units and votes; candidates and parties are those of FIELD.
READ = {
    "clarity-bilingual-contest": (36, 25579, {"contests": ("Mayor", "Mayor/Alcalde")}),
    "clarity-np-party": (24, 17577, {}),
    "clarity-zip": (24, 17577, {}),
    "clarity-state-turnout": (8, 53685, {}),
    "csv-semicolon": (24, 17577, {}),
    "csv-space-thousands": (24, 113577, {}),
    "csv-nbsp-thousands": (24, 113577, {}),
    "csv-dot-thousands": (24, 113577, {"thousands": "."}),
    "oe-blank-votes": (24, 17401, {}),
    "oe-case-within-file": (36, 23755, {}),
    "oe-county-case": (24, 16762, {}),
    "oe-county-level": (8, 53685, {}),
    "oe-footnote": (24, 17577, {}),
    "oe-mode-rows": (24, 14594, {}),
    "oe-no-votes-column": (24, 16608, {}),
    "oe-one-stop-column": (24, 17577, {}),
    "oe-party-differs": (36, 23871, {}),
    "oe-votes-float": (24, 17577, {}),
    "oe-votes-star": (24, 17401, {"cells": {"*": 0}}),
    "oe-votes-x": (24, 17401, {"cells": {"x": 0}}),
    "oe-votes-dash": (24, 17401, {"cells": {"-": 0}}),
}


@pytest.mark.parametrize("case", READ)
def test_what_can_be_read_is_the_race_that_is_there(case, folder):
    n_units, votes, reading = READ[case]
    imported = first_round(case, folder, **reading)
    race = load_race(folder)
    returns = race.first_round
    assert (returns.n_units, int(returns.counts.sum())) == (n_units, votes)
    assert dict(zip(returns.candidates, returns.parties, strict=True)) == FIELD
    assert race.contest.finalists == FINALISTS
    assert dict(race.contest.blocs) == {"R": ("REP",), "D": ("DEM",)}
    assert check_race(folder).usable
    assert imported.n_units == n_units


def test_counties_spelled_in_two_ways_are_one(folder):
    first_round("oe-county-case", folder)
    assert len(load_race(folder).county_names) == 1


def test_modes_stay_where_they_add_up(folder):
    assert first_round("oe-mode-rows", folder).modes == ("election_day", "early")


def test_a_state_file_has_counties_with_voters(folder):
    first_round("clarity-state-turnout", folder)
    race = load_race(folder)
    assert race.contest.unit_kind == "county"
    assert race.first_round.registered.sum() == 107370
    assert race.first_round.ballots.sum() > race.first_round.counts.sum()


def test_an_incomplete_count_is_said_twice(folder):
    imported = first_round("clarity-partial-count", folder)
    assert any("not complete: 14 of 24 precincts" in note for note in imported.notes)
    assert any("14 of 24 units reported votes" in line for line in lines(folder))


@pytest.mark.parametrize("case", ["clarity-unit-not-in-turnout", "csv-registered-some"])
def test_one_unit_without_voters_is_said(case, folder):
    first_round(case, folder)
    assert any("turnout is switched off for the whole race" in line for line in lines(folder))


def test_registered_voters_below_votes_are_said(folder):
    first_round("csv-registered-less", folder)
    assert any("450 votes and 225 registered voters" in line for line in lines(folder))
    # No share of registered voters is shown where their number cannot be true.
    assert not unit_data(load_race(folder), 0.4).eligible_known
    assert any("turnout is not fitted" in line for line in lines(folder))


NO_CANDIDATES = sorted(path.name for path in (CASES / "oe-row-is-no-candidate").glob("*.csv"))


@pytest.mark.parametrize("file", NO_CANDIDATES)
def test_a_row_that_is_no_candidate_is_left_out_and_named(file, folder):
    imported = first_round("oe-row-is-no-candidate", folder, files=[file])
    assert [c.name for c in imported.candidates if c.votes] == sorted(
        FIELD, key=lambda name: -dict(zip(*_votes(folder), strict=True))[name]
    )
    assert imported.votes == 17577
    assert any(note.partition(": ")[2].startswith("left out:") for note in imported.notes)


def _votes(folder):
    returns = load_race(folder).first_round
    return returns.candidates, returns.counts.sum(axis=0).tolist()


def test_blank_null_and_none_of_these_are_nobody(folder):
    first_round("csv-none-of-these", folder)
    race = load_race(folder)
    names = ("None of these candidates", "Votos en blanco", "NULOS")
    assert race.contest.not_candidates == names
    assert race.first_round.counts.sum() == 19737


def test_a_nobody_of_another_name_is_declared(folder):
    standing = FieldOptions({}, {}, not_candidates=("Eva Falk",))
    imported = first_round("csv-semicolon", folder, standing=standing)
    assert [c.name for c in imported.candidates if c.role == "no candidate"] == ["EVA FALK"]


# Case to what its error says, with the remedy.
REFUSED = {
    "clarity-same-contest-name": r"key 1: Mayor, with ANNA BERG(.|\n)*key 2: Mayor, with IDA JUNG",
    "csv-dot-thousands": r'numbers like 1\.108 in 96 cells(.|\n)*--thousands "\."',
    "csv-same-name": "Two people of one name: give each a name of their own",
    "oe-fusion-lines": "fusion lines of one candidate, which --add-up adds up",
    "oe-merge-marker": ":99: the header stands again on line 99",
    "oe-votes-star": r'--cell "\*=0"',
    "oe-votes-x": '--cell "X=0"',
    "oe-votes-dash": '--cell "-=0"',
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_known_is_asked_for(case, folder):
    with pytest.raises(InputError, match=REFUSED[case]):
        first_round(case, folder)
    assert not folder.exists()


def test_a_finalist_without_votes_is_found_by_the_check(folder):
    imported = first_round("csv-uncontested", folder)
    assert any("a finalist has no votes" in note for note in imported.notes)
    (fault,) = check_race(folder).faults
    assert "'CARL DAHL' has no votes in first_round.csv" in str(fault)
    with pytest.raises(InputError, match="uncontested, withdrawn or replaced"):
        load_race(folder)


def test_a_contest_of_a_county_with_another_name_is_listed(folder):
    with pytest.raises(InputError, match=r"its contests are: Mayor/Alcalde \(--contest can be"):
        first_round("clarity-bilingual-contest", folder)


def test_a_contest_is_chosen_by_its_key(folder):
    imported = first_round("clarity-same-contest-name", folder, contests=("1",))
    assert imported.votes == 17577


def test_fusion_lines_add_up(folder):
    imported = first_round("oe-fusion-lines", folder, add_up=True)
    assert {c.name: c.party for c in imported.candidates} == FIELD
    assert imported.votes > 17577


def test_a_primary_of_two_parties(folder):
    with pytest.raises(InputError, match="two parties' primaries, of which --primary REP"):
        first_round("oe-two-party-primary", folder)
    standing = FieldOptions({}, {}, primary="rep")
    imported = first_round("oe-two-party-primary", folder, standing=standing)
    assert (imported.votes, len(imported.candidates)) == (17577, 4)
    runoff("oe-two-party-primary", folder)
    shutil.rmtree(folder)
    standing = FieldOptions({}, {}, primary="all")
    imported = first_round("oe-two-party-primary", folder, standing=standing)
    assert (imported.votes, len(imported.candidates)) == (33187, 7)


def test_a_candidate_with_another_name_in_the_runoff(folder):
    first_round("csv-candidate-name-differs", folder)
    with pytest.raises(InputError, match=r'--candidate "ANNA M\. BERG=ANNA BERG"'):
        runoff("csv-candidate-name-differs", folder)
    same = FieldOptions({}, {"ANNA M. BERG": "ANNA BERG"})
    runoff("csv-candidate-name-differs", folder, standing=same)
    race = load_race(folder)
    assert load_runoff(folder, race).returns.candidates == FINALISTS


def test_an_accent_written_apart_is_the_same_name(folder):
    first_round("csv-nfd-candidate", folder, finalists=("ANÍBAL BERG", "CARL DAHL"))
    runoff("csv-nfd-candidate", folder)
    assert load_race(folder).contest.finalists == ("ANÍBAL BERG", "CARL DAHL")


def test_latin_1_is_read_and_said(folder):
    imported = first_round("oe-latin1", folder, finalists=("ANNA BÉRG", "CARL DAHL"))
    assert any("is not UTF-8 at byte 79: read as Windows-1252" in n for n in imported.notes)
    assert load_race(folder).contest.finalists[0] == "ANNA BÉRG"


def test_a_ministry_layout_is_read(folder):
    imported = first_round("csv-france", folder)
    returns = load_race(folder).first_round
    assert (returns.n_units, imported.votes) == (24, 17577)
    assert returns.registered.sum() == 35154


def test_leading_zeros_are_matched_by_a_crosswalk_only(folder, tmp_path):
    first_round("csv-leading-zeros", folder)
    with pytest.raises(InputError, match=r"in the first round only: Ash, 01 \(nearest there: 1\b"):
        runoff("csv-leading-zeros", folder)


def test_a_unit_of_the_runoff_alone(folder, tmp_path):
    first_round("csv-runoff-new-unit", folder)
    with pytest.raises(InputError, match=r"row without known_as: Ash,Hospital van,$"):
        runoff("csv-runoff-new-unit", folder)
    walk = tmp_path / "names.csv"
    walk.write_text("county,name,known_as\nAsh,Hospital van,\n", encoding="utf-8")
    imported = runoff("csv-runoff-new-unit", folder, crosswalk=walk)
    assert [unit.name for unit in imported.extra] == ["Hospital van"]


GEO = {
    "geo-bom": [],
    "geo-collection": [],
    "geo-null-geometry": ["units.geojson: without a polygon in its features: 1 unit"],
    "geo-split-features": [],
}


@pytest.mark.parametrize("case", GEO)
def test_maps_are_drawn_as_they_come(case, base):
    from forecast.output.page.outlines import read_outlines

    shutil.copy(CASES / case / "units.geojson", base)
    notes = [line for line in lines(base) if line.startswith("units.geojson")]
    assert len(notes) == len(GEO[case])
    for note, start in zip(notes, GEO[case], strict=True):
        assert note.startswith(start)
    units = load_race(base).first_round
    outlines = read_outlines(base, units)
    assert len(outlines.geometries) == units.n_units
    assert len(outlines.missing) == len(GEO[case])


def test_both_features_of_a_unit_are_in_its_shape(base):
    from forecast.race.unit_shapes import read_unit_shapes

    shutil.copy(CASES / "geo-split-features" / "units.geojson", base)
    shapes, _ = read_unit_shapes(base)
    assert {shape["type"] for shape in shapes.geometries.values()} == {"MultiPolygon"}
    features = json.loads((base / "units.geojson").read_text(encoding="utf-8"))["features"]
    parts = sum(len(shape["coordinates"]) for shape in shapes.geometries.values())
    assert parts == len(features)


POLLS = {
    "polls-percent": "",
    "polls-sample-comma": "",
    "polls-sample-lv": "",
    "polls-after-runoff": "error: ends on 2025-06-22",
    "polls-before-first": "note: ended on 2024-06-01, before round one",
    "polls-decimal-comma": "error: separated by ';'",
    "polls-duplicate": "note: 2 times",
    "polls-fraction": "error: fractions",
    "polls-typo-outlier": "note: compare it with its source",
    "polls-usdate": "error: month/day/year",
}


@pytest.mark.parametrize("case", POLLS)
def test_polls_are_read_or_named(case, base):
    shutil.copy(CASES / case / "polls.csv", base)
    report = check_race(base)
    found = [f"{fault.severity}: {fault}" for fault in (*report.faults, *report.notes)]
    found = [line for line in found if "polls.csv" in line]
    kind, _, part = POLLS[case].partition(": ")
    if not kind:
        assert found == []
    else:
        assert any(line.startswith(kind) and part in line for line in found), found
        assert report.usable == (kind == "note")


def test_polls_of_fivethirtyeight_are_imported(base):
    path = CASES / "polls-538" / "polls.csv"
    import_files(ImportOptions("", (path,), base, ""))
    text = (base / "polls.csv").read_text(encoding="utf-8").splitlines()
    assert text[1:] == ["Acme,,2025-05-28,2025-06-01,600,48,45,,"]
    assert check_race(base).usable


def test_polls_with_decimal_commas_are_imported(base):
    path = CASES / "polls-decimal-comma" / "polls.csv"
    import_files(ImportOptions("", (path,), base, "polls"))
    assert check_race(base).usable
    assert "600,48.5,45.5,6,u" in (base / "polls.csv").read_text(encoding="utf-8")
