"""Unusual finalists: each forecasts, or the import says plainly why not."""

from dataclasses import replace
from datetime import date

import pytest

from forecast.errors import InputError
from forecast.importing import tally as tally_module
from forecast.importing.check import check_race
from forecast.importing.import_options import ImportOptions
from forecast.importing.import_part import import_files
from forecast.importing.race_yaml_writer import NewRace
from forecast.importing.standing import FieldOptions
from forecast.race.folder import load_race
from forecast.race.runoff_result import load_runoff

UNITS = [(county, f"P{n}") for county in "AB" for n in range(4)]
FIELD = {"ANN LEE": "REP", "BO KAY": "DEM", "CY POE": "REP", "DI ROE": "DEM"}


def table(folder, name, votes):
    """A table whose candidates have votes that depend on the unit."""
    lines = ["county,unit_name,registered,candidate,party,votes"]
    for place, (county, unit) in enumerate(UNITS):
        lines += [
            f"{county},{unit},3000,{who},{FIELD.get(who, '')},{count(place)}"
            for who, count in votes.items()
        ]
    path = folder / name
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def first_round(folder, votes, finalists=(), **standing):
    new_race = NewRace(
        title="Town",
        office="Mayor",
        first_round=date(2025, 5, 20),
        runoff=date(2025, 6, 17),
        finalists=finalists,
    )
    options = ImportOptions(
        "",
        (table(folder, "first.csv", votes),),
        folder / "town",
        new_race=new_race,
        standing=replace(FieldOptions({}, {}), **standing),
    )
    return import_files(options)


def runoff(folder, votes):
    path = table(folder, "second.csv", votes)
    return import_files(ImportOptions("", (path,), folder / "town", "runoff"))


SOUND = {
    "ANN LEE": lambda n: 610 - 13 * n,
    "BO KAY": lambda n: 480 + 7 * n * n,
    "CY POE": lambda n: 210 + n,
    "DI ROE": lambda n: 90 + 11 * n,
}


def test_a_finalist_who_withdrew_is_followed_by_the_third(tmp_path):
    done = first_round(tmp_path, SOUND, ("ANN LEE", "CY POE"), primary="all")
    assert any("more votes than a finalist and in no runoff: BO KAY" in n for n in done.notes)
    assert check_race(tmp_path / "town").usable


def test_a_replacement_was_not_on_the_first_ballot(tmp_path):
    with pytest.raises(InputError, match="Who was not on the first ballot, as a replacement"):
        first_round(tmp_path, SOUND, ("ANN LEE", "NEW PERSON"))


def test_a_runoff_against_a_replacement_is_no_result(tmp_path):
    first_round(tmp_path, SOUND)
    with pytest.raises(InputError, match="'BO KAY' is not in the files; a runoff against nobody"):
        runoff(tmp_path, {"ANN LEE": lambda n: 700, "NEW PERSON": lambda n: 650 + n})


def test_an_uncontested_race_is_no_runoff(tmp_path):
    with pytest.raises(InputError, match="a runoff takes two candidates, and the files have ANN"):
        first_round(tmp_path, {"ANN LEE": lambda n: 300 + n})


def test_an_uncontested_runoff_is_no_result(tmp_path):
    first_round(tmp_path, SOUND)
    with pytest.raises(InputError, match="a runoff against nobody"):
        runoff(tmp_path, {"ANN LEE": lambda n: 700 + n})


def test_a_tie_for_the_second_place_asks(tmp_path):
    votes = {**SOUND, "BO KAY": lambda n: 300, "CY POE": lambda n: 300}
    with pytest.raises(InputError, match=r"2,400 votes each: say who is in the runoff"):
        first_round(tmp_path, votes)
    first_round(tmp_path, votes, ("ANN LEE", "BO KAY"))
    assert check_race(tmp_path / "town").usable


def test_a_tie_of_the_runoff_is_a_result(tmp_path):
    first_round(tmp_path, SOUND)
    runoff(tmp_path, {"ANN LEE": lambda n: 500 + n, "BO KAY": lambda n: 500 + n})
    assert check_race(tmp_path / "town").usable
    result = load_runoff(tmp_path / "town", load_race(tmp_path / "town"))
    assert result.unmatched == ()


def test_a_write_in_is_a_finalist_under_the_name_of_the_file(tmp_path):
    votes = {
        "ANN LEE": SOUND["ANN LEE"],
        "WRITE-IN: ZED POE": SOUND["BO KAY"],
        "Write-in": lambda n: 3,
    }
    first_round(tmp_path, votes)
    assert load_race(tmp_path / "town").contest.finalists[1] in {"ANN LEE", "WRITE-IN: ZED POE"}
    assert check_race(tmp_path / "town").usable


def test_more_counts_than_fit_are_refused_before_the_memory_is_gone(tmp_path, monkeypatch):
    monkeypatch.setattr(tally_module, "MAX_COUNTS", 20)
    with pytest.raises(InputError, match="which would take more than 2 GB of memory"):
        first_round(tmp_path, SOUND)
