"""Contests read from two tables, and the record that ships."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from forecast.errors import InputError
from forecast.race.folder import load_race
from forecast.record.contests import read_contests
from forecast.record.find import find_race
from forecast.record.finished_races import CONTESTS, RecordRace, read_record
from forecast.record.shipped_races import find_record_race, record_ids, write_race

INDEX = (
    "race_id,round1_date,round2_date,scope,office,finalist1,finalist2\n"
    "x1,2010-01-02,2010-02-06,Caddo,Mayor,BOB,ANN\n"
)
# Round one: ANN 10 + 5, BOB 7 + 0, CYD 3 + 4. Runoff: BOB 9 + 1, ANN 8, and a new unit.
ROWS = [
    ("x1", 1, "CADDO|1", "ANN", "REP", 10),
    ("x1", 1, "CADDO|1", "BOB", "DEM", 7),
    ("x1", 1, "CADDO|1", "CYD", "NOPTY", 3),
    ("x1", 1, "CADDO|2", "ANN", "REP", 5),
    ("x1", 1, "CADDO|2", "CYD", "NOPTY", 4),
    ("x1", 2, "CADDO|3", "BOB", "DEM", 2),
    ("x1", 2, "CADDO|2", "BOB", "DEM", 1),
    ("x1", 2, "CADDO|1", "ANN", "REP", 8),
    ("x1", 2, "CADDO|1", "BOB", "DEM", 9),
]
COLUMNS = ("race_id", "round", "unit_id", "candidate", "party", "votes")


def write(folder, index=INDEX, rows=ROWS):
    (folder / "index.csv").write_text(index, encoding="utf-8")
    columns = [list(values) for values in zip(*rows, strict=True)]
    pq.write_table(pa.table(dict(zip(COLUMNS, columns, strict=True))), folder / "rounds.parquet")
    return folder


def test_a_contest_is_read_as_it_was_counted(tmp_path):
    contests = read_contests(write(tmp_path))
    race, result = contests.race("x1"), contests.result("x1")
    assert race.first_round.candidates == ("ANN", "BOB", "CYD")
    assert race.first_round.parties == ("REP", "DEM", "")
    assert race.first_round.counts.tolist() == [[10, 7, 3], [5, 0, 4]]
    assert race.first_round.counties == ("CADDO", "CADDO")
    assert race.candidate_blocs == ("R", "D", "")
    assert result.returns.candidates == ("BOB", "ANN")
    assert result.returns.unit_ids == ("CADDO|1", "CADDO|2", "CADDO|3")
    assert result.unmatched == ("CADDO|3",)


def test_the_result_counts_every_unit_and_follows_the_races_order(tmp_path):
    contests = read_contests(write(tmp_path))
    finished = RecordRace(contests.race("x1"), contests.result("x1"), CONTESTS)
    assert finished.votes().tolist() == [12, 8]  # BOB 9 + 1 + 2, ANN 8
    assert finished.share() == pytest.approx(0.6)
    votes, present = finished.unit_votes()
    assert votes.tolist() == [[9, 8], [1, 0]]
    assert present.all()


def test_the_order_of_the_rows_does_not_matter(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first = read_contests(write(tmp_path / "a")).race("x1").first_round
    other = read_contests(write(tmp_path / "b", rows=ROWS[::-1])).race("x1").first_round
    at = [other.unit_ids.index(unit) for unit in first.unit_ids]
    columns = [other.candidates.index(name) for name in first.candidates]
    np.testing.assert_array_equal(other.counts[at][:, columns], first.counts)


@pytest.mark.parametrize(
    ("index", "rows", "message"),
    [
        (INDEX.replace("2010-01-02", "soon"), ROWS, "index.csv:2: Invalid isoformat"),
        (INDEX.replace("finalist2", "second"), ROWS, "no column finalist2"),
        (INDEX.replace("ANN", "EVE"), ROWS, "x1: no row of EVE in round 1"),
        (INDEX, ROWS[:5], "x1: no row of BOB or ANN in round 2"),
    ],
)
def test_faults_are_named(tmp_path, index, rows, message):
    with pytest.raises(InputError, match=message):
        read_contests(write(tmp_path, index, rows))


def test_a_contest_written_as_a_folder_is_the_same_race(tmp_path):
    (tmp_path / "contests").mkdir()
    race = read_contests(write(tmp_path / "contests")).race("x1")
    write_race(race, tmp_path / "x1")
    again = load_race(tmp_path / "x1")
    assert again.contest == race.contest
    np.testing.assert_array_equal(again.first_round.counts, race.first_round.counts)
    assert again.first_round.parties == race.first_round.parties


def test_a_contest_that_was_corrected_is_written_out_again(tmp_path, monkeypatch):
    monkeypatch.setenv("FORECAST_CACHE", str(tmp_path / "cache"))
    counted = []
    for edition, votes in (("old", 10), ("corrected", 11), ("old", 10)):
        folder = tmp_path / edition / "contests"
        folder.mkdir(parents=True, exist_ok=True)
        write(folder, rows=[("x1", 1, "CADDO|1", "ANN", "REP", votes), *ROWS[1:]])
        monkeypatch.setattr(
            "forecast.record.shipped_races.contests_folders", lambda folder=folder: (folder,)
        )
        counted.append(int(load_race(find_record_race("x1")).first_round.counts[0, 0]))
    assert counted == [10, 11, 10]


def test_the_record_ships_and_every_race_has_two_rounds():
    record = read_record()
    assert len(record) == len(record_ids()) > 1500
    for finished in record:
        votes = finished.votes()
        assert (votes > 0).all(), finished.id
        assert finished.race.first_round.counts[:, list(finished.race.finalist_index)].any()


def test_a_race_of_the_record_is_found_by_its_id(tmp_path, monkeypatch):
    monkeypatch.setenv("FORECAST_CACHE", str(tmp_path))
    contest = record_ids()[-1]
    folder = find_race(contest)
    assert load_race(folder).contest.id == contest
    assert not list(folder.glob("runoff*")), "a forecast has no use for it"
    assert load_race(find_race("ga_hd34_2021_special")).first_round.n_units == 17
    with pytest.raises(InputError, match="did you mean la_gov_2015"):
        find_race("la_gov_2016")
