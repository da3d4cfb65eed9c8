"""Collections that say everything: place, kind, blocs, registered, earlier elections."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from forecast.errors import InputError
from forecast.race.folder import load_race
from forecast.record.contests import read_contests
from forecast.record.record_filter import Facts, RecordFilter
from forecast.record.shipped_races import write_race

INDEX = (
    "race_id,country,state,level,office,scope,kind,round1_date,round2_date,finalist1,finalist2,"
    "unit_kind\n"
    "fr1,France,,national legislature,legislature,1-01,legislature_constituency,2017-06-11,"
    "2017-06-18,ANNE,BO,commune\n"
)
# Both finalists, and CY whose label MDM is of the centre by most votes.
ROUNDS = [
    ("fr1", 1, "u1", "Ain", "ANNE", "SOC", "left", 900, 300),
    ("fr1", 1, "u1", "Ain", "BO", "LR", "right", 900, 250),
    ("fr1", 1, "u1", "Ain", "CY", "MDM", "centre", 900, 120),
    ("fr1", 1, "u2", "Ain", "ANNE", "SOC", "left", None, 100),
    ("fr1", 1, "u2", "Ain", "BO", "LR", "right", None, 150),
    ("fr1", 2, "u1", "Ain", "ANNE", "SOC", "left", 900, 350),
    ("fr1", 2, "u1", "Ain", "BO", "LR", "right", 900, 330),
]
EARLIER = [
    ("fr1", "legislature 2012", "2012-06-10", "u1", "Ain", "OLD", "MDM", 200),
    ("fr1", "legislature 2012", "2012-06-10", "u2", "Ain", "OLD", "SOC", 80),
    ("fr1", "same ballot", "2017-06-11", "u1", "Ain", "OLD", "SOC", 999),
    ("fr1", "president 2017", "2017-05-07", "u1", "Ain", "NEW", "LR", 70),
]
ROUND_COLUMNS = [
    "race_id",
    "round",
    "unit_id",
    "county",
    "candidate",
    "party",
    "bloc",
    "registered",
    "votes",
]
EARLIER_COLUMNS = [
    "race_id",
    "election",
    "date",
    "unit_id",
    "county",
    "candidate",
    "party",
    "votes",
]


def table(columns: list[str], rows: list[tuple[Any, ...]]) -> pa.Table:
    values = zip(*rows, strict=True)
    return pa.table({name: list(column) for name, column in zip(columns, values, strict=True)})


def write(
    folder: Path,
    index: str = INDEX,
    rounds: list[tuple[Any, ...]] = ROUNDS,
    earlier: list[tuple[Any, ...]] = EARLIER,
) -> Path:
    (folder / "index.csv").write_text(index, encoding="utf-8")
    pq.write_table(table(ROUND_COLUMNS, rounds), folder / "rounds.parquet")
    pq.write_table(table(EARLIER_COLUMNS, earlier), folder / "baselines.parquet")
    return folder


def test_a_contest_knows_its_place_its_blocs_and_who_is_registered(tmp_path: Path) -> None:
    race = read_contests(write(tmp_path)).race("fr1")
    contest = race.contest
    assert (contest.country, contest.state, contest.level) == ("France", "", "national legislature")
    assert (contest.kind, contest.unit_kind) == ("legislature_constituency", "commune")
    assert race.candidate_blocs == ("left", "right", "centre")
    assert race.first_round.counties == ("Ain", "Ain")
    assert race.first_round.registered[0] == 900
    assert np.isnan(race.first_round.registered[1])


def test_only_elections_before_the_first_round_are_baselines_newest_first(tmp_path: Path) -> None:
    race = read_contests(write(tmp_path)).race("fr1")
    assert [past.election for past in race.baselines] == ["president 2017", "legislature 2012"]
    oldest = race.baselines[1].returns
    # Rows of earlier elections have labels alone: MDM was of the centre in this collection.
    assert dict(zip(oldest.candidates, oldest.parties, strict=True))["OLD"] in {"centre", "left"}
    assert race.baselines[0].present.tolist() == [True, False]


def test_a_contest_written_as_a_folder_is_the_same_race(tmp_path: Path) -> None:
    race = read_contests(write(tmp_path)).race("fr1")
    folder = tmp_path / "fr1"
    write_race(race, folder)
    again = load_race(folder)
    assert again.contest.kind == race.contest.kind
    assert again.contest.country == "France"
    assert (again.first_round.counts == race.first_round.counts).all()
    assert again.first_round.registered[0] == 900
    assert [past.election for past in again.baselines] == ["president 2017", "legislature 2012"]
    for one, other in zip(again.baselines, race.baselines, strict=True):
        assert (one.returns.counts == other.returns.counts).all()
        assert one.present.tolist() == other.present.tolist()


@pytest.mark.parametrize(
    ("votes", "said"), [(None, "nan"), (-3, "-3"), (2.5, "2.5"), (float("inf"), "inf")]
)
def test_votes_that_are_no_counts_are_refused_with_their_row(
    tmp_path: Path, votes: float | None, said: str
) -> None:
    rounds = [*ROUNDS[:-1], (*ROUNDS[-1][:-1], votes)]
    with pytest.raises(InputError, match=rf"whole numbers from 0 on\n  row 7: {said}"):
        read_contests(write(tmp_path, rounds=rounds))


def test_an_id_that_stands_twice_is_refused(tmp_path: Path) -> None:
    line = INDEX.splitlines()[1] + "\n"
    with pytest.raises(InputError, match=r"index.csv:3: fr1 stands twice"):
        read_contests(write(tmp_path, index=INDEX + line))


FACTS = {
    "fr1": Facts("France", "", "national legislature", "top_two", "two", ("left", "right"), 1170.0)
}


def test_registered_voters_are_chosen_by_where_every_unit_has_them(tmp_path: Path) -> None:
    asked = RecordFilter(min_registered=1800)
    # One of the two units has 900.
    assert RecordFilter(min_registered=900).of_contests(write(tmp_path), FACTS) == []
    known = [(*row[:7], 900, row[8]) for row in ROUNDS]
    assert [c.id for c in asked.of_contests(write(tmp_path, rounds=known), FACTS)] == ["fr1"]
    assert RecordFilter(min_registered=1801).of_contests(tmp_path, FACTS) == []


def test_an_election_on_the_same_ballot_is_no_baseline_to_choose_by(tmp_path: Path) -> None:
    asked = RecordFilter(baseline=True)
    assert [c.id for c in asked.of_contests(write(tmp_path), FACTS)] == ["fr1"]
    assert asked.of_contests(write(tmp_path, earlier=EARLIER[2:3]), FACTS) == []
