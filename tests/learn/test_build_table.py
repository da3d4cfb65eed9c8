"""The training table: a contest of two collections once, and collections that say little."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from forecast.learn.build_table import build_table, without_repeats
from forecast.learn.design import design_of
from forecast.learn.effects import layout_of
from forecast.learn.race_row import NO_LABELS
from forecast.learn.workshop import FEWEST_RACES
from forecast.race.contest import Returns, RunoffResult
from forecast.record import finished_races
from forecast.record.contests import read_contests
from forecast.record.earlier_baselines import with_earlier_baselines
from forecast.record.finished_races import (
    CONTESTS,
    FOLDERS,
    RecordRace,
    read_finished,
    read_record,
)
from forecast.record.shipped_races import record_folder
from forecast.score.benchmarks import NAMES, FittedBenchmarks
from forecast.score.row import oriented
from tests.runoff.builders import CANDIDATES, make_race, make_returns

N_UNITS = 120
FIRST, RUNOFF = date(2015, 3, 1), date(2015, 4, 1)
FIRST_VOTES = np.random.default_rng(1).integers(50, 600, (N_UNITS, 4))
RUNOFF_VOTES = np.random.default_rng(2).integers(50, 600, (N_UNITS, 2))


def finished(
    race_id: str = "one",
    source: str = FOLDERS,
    *,
    first: np.ndarray = FIRST_VOTES,
    runoff: np.ndarray = RUNOFF_VOTES,
    days: tuple[date, date] = (FIRST, RUNOFF),
    parties: tuple[str, ...] = ("REP", "DEM", "REP", "IND"),
    baselines: tuple[Returns, ...] = (),
    held: date | None = None,
) -> RecordRace:
    """A finished race of a collection, Ann against Bob."""
    race = make_race(first, parties=parties, baselines=baselines)
    contest = replace(
        race.contest, id=race_id, sources=(source,), first_round=days[0], runoff=days[1]
    )
    past = tuple(replace(baseline, held=held) for baseline in race.baselines)
    result = RunoffResult(make_returns(runoff, parties[:2], candidates=CANDIDATES[:2]), ())
    collection = FOLDERS if source == FOLDERS else CONTESTS
    return RecordRace(replace(race, contest=contest, baselines=past), result, collection)


def ids(*races: RecordRace) -> list[str]:
    return [one.row.id for one in build_table(races)]


def other(**changes: object) -> RecordRace:
    """The contest of `finished`, from a collection and by another id."""
    return finished("another", "southern", **changes)  # type: ignore[arg-type]


def test_a_contest_of_two_collections_counts_once_under_either_id() -> None:
    # A few votes that one source lacks make no other contest.
    fewer = FIRST_VOTES.copy()
    fewer[0, 0] -= 40
    assert ids(finished(), other()) == ["one"]
    assert ids(other(first=fewer), finished()) == ["another"]
    # Nor does the order in which a source names the finalists.
    swap = [1, 0, 2, 3]
    turned = other(
        first=FIRST_VOTES[:, swap],
        runoff=RUNOFF_VOTES[:, ::-1],
        parties=("DEM", "REP", "REP", "IND"),
    )
    assert ids(finished(), turned) == ["one"]


@pytest.mark.parametrize(
    "changed",
    [
        {"days": (FIRST, date(2015, 4, 2))},
        {"first": FIRST_VOTES * np.array([3, 1, 1, 1])},
        {"runoff": RUNOFF_VOTES * np.array([3, 1])},
        {"first": FIRST_VOTES * 2, "runoff": RUNOFF_VOTES * 2},
        {"parties": ("REP", "REP", "REP", "IND")},
    ],
    ids=["day", "first round", "runoff", "electorate", "blocs"],
)
def test_another_contest_of_that_place_stays(changed: dict[str, object]) -> None:
    assert ids(finished(), other(**changed)) == ["one", "another"]


def test_two_contests_of_one_collection_are_two_however_alike() -> None:
    assert ids(finished(), finished("two")) == ["one", "two"]


def test_the_repeat_that_ships_counts_once() -> None:
    """A special election of California stands as a folder, and in the collection."""
    root = record_folder()
    folder = read_finished(root / "races" / "ca_assembly_51_2017_special")
    contests = read_contests(root / "california_washington")
    repeat = "ca20171003_state_assembly_51"
    contest = RecordRace(contests.race(repeat), contests.result(repeat), CONTESTS)
    assert ids(folder, contest) == ["ca_assembly_51_2017_special"]


@pytest.mark.parametrize(
    ("held", "taught"), [(date(2015, 2, 28), date(2015, 2, 28)), (FIRST, date(2014, 12, 6))]
)
def test_a_baseline_of_its_own_counts_first_if_it_was_counted_before(
    held: date, taught: date
) -> None:
    """Else the newest earlier race of the record in the same units stands in for it."""
    own = make_returns(np.full((N_UNITS, 2), 9), ("REP", "DEM"))
    race = finished(baselines=(own,), held=held)
    earlier = finished(
        "earlier", days=(date(2014, 10, 4), date(2014, 12, 6)), first=FIRST_VOTES[::-1]
    )
    rows = {f.row.id: f.row for f in build_table(with_earlier_baselines([race, earlier]))}
    assert rows["one"].past[0].held == taught
    # The collection's version of it has none, and is not the one that counts.
    (kept,) = without_repeats([*build_table([race]), *build_table([other()])])
    assert (kept.row.id, len(kept.row.past)) == ("one", 1)


def write_towns(folder: Path, n_races: int) -> Path:
    """Elections of mayors: no parties, no earlier elections, nothing said but what is needed."""
    rng = np.random.default_rng(4)
    index = ["race_id,round1_date,round2_date,scope,office,finalist1,finalist2"]
    rows: list[tuple[str, int, str, str, str, int]] = []
    for number in range(n_races):
        race, year = f"town{number}", 2001 + number
        index.append(f"{race},{year}-03-01,{year}-04-01,Town {number},Mayor,ANN,BOB")
        for unit in ("T|1", "T|2"):
            first = rng.poisson([300, 260, 100])
            final = first[:2] + rng.binomial(first[2], 0.4, 2)
            counted = [(1, CANDIDATES, first), (2, CANDIDATES[:2], final)]
            for which, names, votes in counted:
                rows += [
                    (race, which, unit, name, "", int(v))
                    for name, v in zip(names, votes, strict=False)
                ]
    (folder / "index.csv").write_text("\n".join(index) + "\n", encoding="utf-8")
    columns = ("race_id", "round", "unit_id", "candidate", "party", "votes")
    values = zip(*rows, strict=True)
    table = {name: list(column) for name, column in zip(columns, values, strict=True)}
    pq.write_table(pa.table(table), folder / "rounds.parquet")
    return folder


def test_a_collection_without_baselines_and_parties_teaches_and_is_scored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`forecast learn` and `backtest --contests DIR`, all but the fit, which takes minutes."""
    # Nothing else to take earlier elections from, and less to read.
    monkeypatch.setattr(finished_races, "shipped_record", lambda: ((), ()))
    races = read_record((), (write_towns(tmp_path, FEWEST_RACES),))
    table = build_table(races)
    assert [one.row.id for one in table] == [f"town{number}" for number in range(FEWEST_RACES)]
    assert {one.row.parties for one in table} == {NO_LABELS}
    assert {one.row.past for one in table} == {()}
    assert {one.collection for one in table} == {tmp_path.name}
    for one, race in zip(table, races, strict=True):
        assert one.row.shares[0] >= one.row.shares[1]
        assert one.share == pytest.approx(oriented(race).share())
    rows = [one.row for one in table]
    assert len(design_of(rows, layout_of(rows)).electorate) == FEWEST_RACES
    simple = FittedBenchmarks.of(table)
    for one in table:
        forecasts = simple.share_forecasts(one.row)
        chances = simple.win_probabilities(one.row, one.collection)
        assert {*forecasts, *chances} == set(NAMES)
        assert all(abs(found.location) < 1 and found.scale > 0 for found in forecasts.values())
        assert all(0 < chance < 1 for chance in chances.values())
