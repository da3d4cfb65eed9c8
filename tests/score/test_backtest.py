"""A backtest end to end with a small forecaster, and what it is made of."""

import json
import os
import signal
from dataclasses import dataclass, replace
from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest

from forecast.defaults import HoldOutDesign
from forecast.errors import ForecastError
from forecast.race.contest import Contest, Race, Returns, RunoffResult
from forecast.race.units import unit_data
from forecast.record.finished_races import CONTESTS, FOLDERS, RecordRace
from forecast.runoff.simulation import RunoffDraws
from forecast.score.backtest import Settings, run_backtest
from forecast.score.benchmarks import NAMES
from forecast.score.cluster import connected
from forecast.score.flow_bounds import flow_bounds
from forecast.score.forecaster import Draws
from forecast.score.holdout import occasion_of
from forecast.score.race_kind import kind_of
from forecast.score.record_backtest import drawn
from forecast.score.row import oriented
from forecast.score.store import RowStore
from forecast.score.totals import totals

FIELDS = [
    *("race", "finalists", "actual_share", "share", "win_probability", "crps", "log_score"),
    *("brier", "odds_log_score", "pit", "turnout", "units", "fold", "n_training", "seconds"),
    "baselines",
]


def returns(candidates, parties, votes):
    n_units = len(votes)
    return Returns(
        unit_ids=tuple(f"u{i}" for i in range(n_units)),
        counties=tuple("AB"[i % 2] for i in range(n_units)),
        unit_names=tuple(f"u{i}" for i in range(n_units)),
        registered=np.full(n_units, np.nan),
        ballots=np.full(n_units, np.nan),
        candidates=candidates,
        parties=parties,
        modes=("",),
        votes=np.asarray(votes, dtype=np.int64)[:, :, None],
    )


def finished_race(number, rng):
    """ANN led or not; the winner is named first, as published records do."""
    first = rng.poisson([[300, 250, 100]] * 8)
    share = np.clip(rng.normal(0.53, 0.03), 0.3, 0.7)
    ann = rng.binomial(500, share, 8)
    names = ("ANN", "BOB") if ann.sum() > 2000 else ("BOB", "ANN")
    columns = {"ANN": ann, "BOB": 500 - ann}
    runoff = np.stack([columns[name] for name in names], axis=1)
    day = date(2000 + number // 2, 3, 1)
    contest = Contest(
        f"xx{number}", "T", "O", "P", "precinct", date(day.year, 1, 1), day, names, {}
    )
    parties = {"ANN": "REP", "BOB": "DEM"}
    race = Race(contest, returns(("ANN", "BOB", "CYD"), ("REP", "DEM", ""), first), ())
    result = RunoffResult(returns(names, tuple(parties[n] for n in names), runoff), ())
    return RecordRace(race, result, FOLDERS)


@pytest.fixture(scope="module")
def record():
    rng = np.random.default_rng(5)
    return tuple(finished_race(number, rng) for number in range(120))


@dataclass(frozen=True)
class MeanForecaster:
    """Forecasts the mean share of the leaders of its training races, and says who they were."""

    broken: str = ""

    def learn(self, table, left_out):
        return {one.row.id: one.share for one in table if left_out.trains(occasion_of(one))}

    def forecast(self, race, learned, draws, evidence=()):
        assert not evidence
        if race.contest.id == self.broken:
            raise ValueError("no such luck")
        assert race.contest.id not in learned, "a race must not train its own forecast"
        rng = np.random.default_rng(draws.seed_of(race.contest.id))
        shares = list(learned.values())
        share = rng.normal(np.mean(shares), np.std(shares), (draws.n_draws, 1))
        unit = np.clip(share + rng.normal(0, 0.02, (draws.n_draws, 8)), 0, 1)
        votes = 500 * np.stack([unit, 1 - unit], axis=2)
        county = np.stack([votes[:, 0::2].sum(axis=1), votes[:, 1::2].sum(axis=1)], axis=1)
        return unit_data(race, 0.5), RunoffDraws(county, votes.astype(np.float32), None, draws.seed)


@pytest.fixture(scope="module")
def client():
    with connected(workers=1) as found:
        yield found


def test_backtest_scores_every_race_and_goes_on_where_it_was_killed(record, client, tmp_path):
    settings = Settings(draws=Draws(n_draws=400))
    store = RowStore(tmp_path / "rows.jsonl")
    # The first run meets a race that fails; nothing else is lost by it.
    some = record[:30]
    broken = run_backtest(some, record, MeanForecaster("xx7"), client, store, settings)
    assert set(broken.failed) == {"xx7"}
    assert "no such luck" in broken.failed["xx7"]
    assert len(broken.rows) == 29

    whole = run_backtest(some, record, MeanForecaster(), client, store, settings)
    assert [row["race"] for row in whole.rows] == [finished.id for finished in some]
    half = RowStore(tmp_path / "half.jsonl")
    text = (tmp_path / "rows.jsonl").read_text()
    lines = [line + "\n" for line in text.splitlines() if line][-30:]
    (tmp_path / "half.jsonl").write_text("".join(lines[:12]) + lines[12][:40])
    again = run_backtest(some, record, MeanForecaster(), client, half, settings)
    assert again.resumed == 12
    plain = [{**row, "seconds": 0} for row in json.loads(json.dumps(whole.rows))]
    assert [{**row, "seconds": 0} for row in json.loads(json.dumps(again.rows))] == plain

    for row, finished in zip(whole.rows, some, strict=True):
        assert list(row) == FIELDS
        assert set(row["baselines"]) == set(NAMES)
        assert row["units"]["n"] == 8
        led = finished.race.first_round.counts.sum(axis=0)
        assert row["finalists"][0] == ("ANN" if led[0] > led[1] else "BOB")
        assert 0 < row["crps"] < 0.2
    total = totals(whole.rows, [kind_of(finished) for finished in some])[0]
    assert (total["group"], total["n"], total["days"]) == ("all", 30, 15)


@dataclass(frozen=True)
class DyingForecaster(MeanForecaster):
    """Its process is killed at one race, as one that takes all memory is."""

    dies_at: str = ""

    def forecast(self, race, learned, draws, evidence=()):
        if race.contest.id == self.dies_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().forecast(race, learned, draws, evidence)


@pytest.mark.timeout(120)
def test_a_process_that_is_killed_ends_it_and_rows_are_kept(record, tmp_path):
    store = RowStore(tmp_path / "rows.jsonl")
    settings = Settings(draws=Draws(n_draws=200))
    done = []
    with (
        connected(workers=1) as pool,
        pytest.raises(ForecastError, match="ended by SIGKILL"),
    ):
        run_backtest(
            record[:40],
            record,
            DyingForecaster(dies_at="xx30"),
            pool,
            store,
            settings,
            lambda n, _all, race: done.append(race) if race.startswith("xx") else None,
        )
    lines = [line for line in (tmp_path / "rows.jsonl").read_text().splitlines() if line]
    assert [json.loads(line)["row"]["race"] for line in lines] == done
    assert done


def test_the_past_alone_trains_where_it_is_asked_for(record, client, tmp_path):
    settings = Settings(HoldOutDesign.PAST, Draws(n_draws=200))
    store = RowStore(tmp_path / "rows.jsonl")
    # Races 40 to 59 are of 2020 to 2029, two a year; fifty races are from before 2025.
    found = run_backtest(record[40:60], record, MeanForecaster(), client, store, settings)
    assert found.too_early == tuple(f"xx{number}" for number in range(40, 50))
    years = [2000 + int(row["race"][2:]) // 2 for row in found.rows]
    assert [row["fold"] for row in found.rows] == [
        f"{year - 1 + year % 2} and {year + year % 2}" for year in years
    ]
    assert {row["n_training"] for row in found.rows} == {50, 54, 58}


def test_a_contest_that_stands_twice_is_forecast_once(record, client, tmp_path):
    twin = record[5]
    contest = replace(twin.race.contest, id="another", sources=("elsewhere",))
    twice = replace(twin, race=replace(twin.race, contest=contest), collection=CONTESTS)
    everything = (*record, twice)
    store = RowStore(tmp_path / "rows.jsonl")
    races = [*record[:8], twice]
    settings = Settings(draws=Draws(n_draws=200))
    found = run_backtest(races, everything, MeanForecaster(), client, store, settings)
    assert [row["race"] for row in found.rows] == [finished.id for finished in record[:8]]


def test_orientation_knows_nothing_of_the_winner(record):
    finished = record[0]
    first, second = finished.race.contest.finalists
    contest = replace(finished.race.contest, finalists=(second, first))
    other = replace(finished, race=replace(finished.race, contest=contest))
    assert oriented(other).race.contest.finalists == oriented(finished).race.contest.finalists
    assert oriented(other).share() == oriented(finished).share()


def test_bounds_of_flows_by_hand():
    # Unit 1: 60 of 100 eligible voted C; finalists got 70 and 10. At least 70 - 40 = 30 of C's
    # voters chose the first, at most 60; of the second's 10, none to 10. Unit 2 is not known.
    votes = np.array([[60, 5], [20, 1]])
    runoff = np.array([[70, 10], [0, 0]])
    present = np.array([True, False])
    lower, upper = flow_bounds(votes, runoff, present, np.array([100.0, 50.0]))
    assert lower[0].tolist() == [30, 0]
    assert upper[0].tolist() == [80, 30]
    lower, _ = flow_bounds(votes, runoff, present, None)
    assert not lower.any()


def test_a_sample_is_the_same_every_time_and_keeps_the_order() -> None:
    races = [SimpleNamespace(id=f"race {at}") for at in range(200)]
    some = drawn(races, 50)
    assert [one.id for one in some] == [one.id for one in races if one in some]
    assert len(some) == 50
    # Other races beside them change nothing of which of two is drawn first.
    assert {one.id for one in drawn(races[::-1], 50)} == {one.id for one in some}
    assert drawn(races, None) is races
    assert drawn(races, 500) is races
