"""Clarity's votes by area with the names of its summary, in the layout of Georgia's runoffs."""

import json
from datetime import date

import pytest

from forecast.errors import InputError
from forecast.importing.import_options import ImportOptions, ReadOptions
from forecast.importing.import_part import import_files
from forecast.importing.race_yaml_writer import NewRace
from forecast.race.folder import load_race

VOTES = {"Oak 1": (568, 159, 40), "Oak 2": (192, 270, 33), "Elm 1": (356, 155, 21)}
SUMMARY = [
    {
        "K": "10000",
        "C": "Mayor  of  Town",
        "CH": ["ANN LEE (REP)", "BO KAY", "CY POE"],
        "P": ["NP", "DEM", "REP"],
        "PR": 3,
        "TP": 3,
    },
    {"K": "10100", "C": "Sheriff", "CH": ["IDA JUNG"], "P": [""], "PR": 3, "TP": 3},
]


def areas(votes, more=()):
    listed = [
        {"A": name, "C": ["10000", "10100"], "V": [list(counts), [9]]}
        for name, counts in (*votes.items(), *more)
    ]
    return json.dumps({"Contests": listed})


def imported(folder, *files):
    new_race = NewRace(
        title="Town",
        office="Mayor",
        first_round=date(2021, 1, 5),
        runoff=date(2021, 2, 5),
        finalists=("ANN LEE", "BO KAY"),
    )
    options = ImportOptions(
        "",
        tuple(folder / name for name in files),
        folder / "town",
        "",
        reading=ReadOptions(),
        new_race=new_race,
    )
    return import_files(options)


@pytest.fixture
def page(tmp_path):
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "summary.json").write_text(json.dumps(SUMMARY), encoding="utf-8")
    return tmp_path


def test_areas_are_named_by_the_summary(page):
    whole = tuple(map(sum, zip(*VOTES.values(), strict=True)))
    (page / "ALL.json").write_text(areas(VOTES, [("-1", whole)]), encoding="utf-8")
    imported(page, "ALL.json")
    race = load_race(page / "town")
    returns = race.first_round
    assert returns.candidates == ("ANN LEE", "BO KAY", "CY POE")
    assert returns.parties == ("REP", "DEM", "REP")
    assert dict(zip(returns.unit_names, map(tuple, returns.counts.tolist()), strict=True)) == VOTES


def test_a_sum_of_all_areas_that_is_none_is_refused(page):
    (page / "ALL.json").write_text(areas(VOTES, [("-1", (9, 9, 9))]), encoding="utf-8")
    with pytest.raises(InputError, match="ANN LEE has 9 votes in all counties, and 1,116"):
        imported(page, "ALL.json")


def test_a_file_a_way_of_voting_is_one_race(page):
    half = {name: tuple(count // 2 for count in counts) for name, counts in VOTES.items()}
    (page / "Election_Day_Votes.json").write_text(areas(half), encoding="utf-8")
    (page / "Absentee_by_Mail_Votes.json").write_text(areas(half), encoding="utf-8")
    imported(page, "Election_Day_Votes.json", "Absentee_by_Mail_Votes.json")
    returns = load_race(page / "town").first_round
    assert returns.modes == ("election_day", "mail")
    assert returns.votes.sum() == 2 * sum(sum(counts) for counts in half.values())


def test_the_counties_of_a_state_are_counties(page):
    settings = {"settings": {"electiondetails": {"participatingcounties": ["Oak_1|7|8|x|", "Oak_2|", "Elm_1|"]}}}  # fmt: skip  # noqa: E501
    (page / "en" / "electionsettings.json").write_text(json.dumps(settings), encoding="utf-8")
    (page / "ALL.json").write_text(areas(VOTES), encoding="utf-8")
    imported(page, "ALL.json")
    assert load_race(page / "town").county_names == ("Oak 1", "Oak 2", "Elm 1")


@pytest.mark.parametrize("summary", [[], SUMMARY[1:], [{**SUMMARY[0], "CH": ["ANN LEE"]}]])
def test_a_summary_of_another_election_is_refused(page, summary):
    (page / "en" / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    (page / "ALL.json").write_text(areas(VOTES), encoding="utf-8")
    with pytest.raises(InputError, match=r"summary\.json"):
        imported(page, "ALL.json")
