"""The race that ships: its totals, its parties, and what holds in every precinct."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from forecast.errors import InputError
from forecast.importing.matching import read_crosswalk
from forecast.importing.rows import ReturnRow, with_parties
from forecast.race.contest import Race, Returns, RunoffResult
from forecast.race.folder import load_contest, load_race
from forecast.race.poll_table import load_polls
from forecast.race.runoff_result import load_runoff
from forecast.record.find import find_race
from tools.build_ga06 import first_round_faults, split_units, without_turnout
from tools.official_export import read_official_totals, total_faults

FOLDER = find_race("ga06-2017")


@pytest.fixture(scope="module")
def race() -> Race:
    return load_race(FOLDER)


@pytest.fixture(scope="module")
def runoff(race: Race) -> RunoffResult:
    return load_runoff(FOLDER, race)


def votes_by_party(returns: Returns) -> Counter[str]:
    votes: Counter[str] = Counter()
    for party, total in zip(returns.parties, returns.counts.sum(axis=0).tolist(), strict=True):
        votes[party] += total
    return votes


def test_first_round_totals(race: Race) -> None:
    returns = race.first_round
    totals = dict(zip(returns.candidates, returns.counts.sum(axis=0).tolist(), strict=True))
    assert (totals["JON OSSOFF"], totals["KAREN HANDEL"]) == (92_673, 38_071)
    assert returns.votes.sum() == 192_569
    assert votes_by_party(returns) == {"REP": 98_192, "DEM": 94_201, "IND": 176}
    assert Counter(returns.parties) == {"REP": 11, "DEM": 5, "IND": 2}


def test_units_and_modes(race: Race) -> None:
    returns = race.first_round
    assert Counter(returns.counties) == {"Cobb": 50, "DeKalb": 43, "Fulton": 115}
    assert returns.unit_ids[0] == "COBB|ADDISON 01"
    assert returns.modes == ("election_day", "mail", "early", "provisional")


def test_ossoff_by_mode_as_in_the_state_export(race: Race) -> None:
    returns = race.first_round
    by_mode = returns.votes[:, returns.candidate_index("JON OSSOFF")].sum(axis=0)
    # Election day, absentee by mail, the advance periods together, provisional.
    assert by_mode.tolist() == [56_234, 5_046, 31_153, 240]


def test_runoff_totals(race: Race, runoff: RunoffResult) -> None:
    returns = runoff.returns
    assert returns.candidates == ("KAREN HANDEL", "JON OSSOFF")
    assert returns.counts.sum(axis=0).tolist() == [134_799, 125_517]
    assert returns.unit_ids == race.first_round.unit_ids
    assert runoff.unmatched == ()


def test_baselines_cover_every_precinct(race: Race) -> None:
    president, house = race.baselines
    assert president.present.all()
    assert house.present.all()
    assert dict(zip(president.returns.candidates, president.returns.parties, strict=True)) == {
        "DONALD J. TRUMP": "REP",
        "HILLARY CLINTON": "DEM",
        "GARY JOHNSON": "LIB",
    }
    assert house.returns.parties == ("REP", "DEM")
    # Trump carried the district by a point and a half, Price by more than twenty.
    trump, clinton, _ = president.returns.counts.sum(axis=0)
    price, stooksbury = house.returns.counts.sum(axis=0)
    assert 0.005 < (trump - clinton) / president.returns.votes.sum() < 0.025
    assert 0.20 < (price - stooksbury) / house.returns.votes.sum() < 0.26


def test_votes_never_above_ballots_nor_ballots_above_registered(
    race: Race, runoff: RunoffResult
) -> None:
    for returns in (
        race.first_round,
        runoff.returns,
        *(baseline.returns for baseline in race.baselines),
    ):
        known = np.isfinite(returns.ballots)
        assert known.sum() in (208, 201)
        assert (returns.votes_cast[known] <= returns.ballots[known]).all()
        assert (returns.ballots[known] <= returns.registered[known]).all()


def test_polygons_name_the_units(race: Race) -> None:
    document = json.loads((FOLDER / "units.geojson").read_text(encoding="utf-8"))
    drawn = {feature["properties"]["unit_id"] for feature in document["features"]}
    assert set(race.first_round.unit_ids) - drawn == {"DEKALB|CHAMBLEE 2"}
    assert drawn <= set(race.first_round.unit_ids)
    kinds = {feature["geometry"]["type"] for feature in document["features"]}
    assert kinds <= {"Polygon", "MultiPolygon"}


def test_polls_and_crosswalk_are_readable() -> None:
    polls = load_polls(FOLDER, load_contest(FOLDER))
    assert len(polls) == 13
    assert max(poll.end for poll in polls).isoformat() == "2017-06-18"
    assert read_crosswalk(FOLDER / "crosswalk.csv").known_as["cobb", "mt bethel 01"]


def unit_row(unit: str, votes: int, candidate: str = "ANN", mode: str = "mail") -> ReturnRow:
    return ReturnRow(unit, "Cobb", unit, candidate, "REP", mode, votes, 100, 60)


def test_build_refuses_totals_that_are_off() -> None:
    faults = first_round_faults([unit_row("A", 5)])
    assert faults == [
        "first round: 1 precincts, not 208",
        "first round: REP has 5 votes, not 98,192",
        "first round: DEM has 0 votes, not 94,201",
    ]


def test_build_compares_with_the_export_by_county_and_mode(tmp_path: Path) -> None:
    item = {
        "name": "Mayor",
        "ballotOptions": [
            {
                "name": "ANN (Rep)",
                "voteCount": 5,
                "groupResults": [{"groupName": "Absentee by Mail", "voteCount": 5}],
            }
        ],
    }
    results = {"ballotItems": [item]}
    export = {"results": results, "localResults": [{"name": "Cobb County", **results}]}
    path = tmp_path / "export.json"
    path.write_text(json.dumps(export), encoding="utf-8")
    official = read_official_totals(path, "Mayor")
    assert total_faults("round", [unit_row("A", 5)], official, by_mode=True) == []
    assert total_faults("round", [unit_row("A", 4)], official, by_mode=False) == [
        "round: ANN: 4 votes, the official export has 5",
        "round: Cobb, ANN: 4 votes, the official export has 5",
    ]
    wrong_mode = total_faults("round", [unit_row("A", 5, mode="early")], official, by_mode=True)
    assert "round: Cobb, ANN, mail: 0 votes, the official export has 5" in wrong_mode
    with pytest.raises(InputError, match="has no contest 'Sheriff'"):
        read_official_totals(path, "Sheriff")


def test_split_precincts_lose_their_turnout() -> None:
    president = [unit_row("A", 50), unit_row("B", 50)]
    house = [unit_row("A", 47), unit_row("B", 20)]
    assert split_units(president, house) == {"B"}
    whole, part = without_turnout(house, {"B"})
    assert whole == house[0]
    assert part == replace(house[1], registered=None, ballots=None)


def test_parties_of_people_who_did_not_stand() -> None:
    with pytest.raises(InputError, match="no candidate named BEN; the candidates are ANN"):
        with_parties([unit_row("A", 5)], {"BEN": "REP"})
