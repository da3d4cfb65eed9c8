"""What the forecast of a finished race rests on: the results of other days, never of its own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from distributed import Client

from forecast.learn.training_race import finished_race
from forecast.learn.training_table import shipped_finished
from forecast.record.find import find_race
from forecast.record.finished_races import RecordRace, read_finished
from forecast.score.backtest import Settings, run_backtest
from forecast.score.forecaster import Draws
from forecast.score.learned_forecaster import LearnedPriors
from forecast.score.store import RowStore
from tests.score import test_backtest

SETTINGS = Settings(draws=Draws(n_draws=200))
# Small, and with a baseline of its own folder.
SHIPPED = "la_us_house_05_2013"


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """A cluster in this process: no other one could know the races of this test."""
    with Client(
        processes=False, n_workers=1, threads_per_worker=1, dashboard_address=None
    ) as found:
        yield found


@pytest.fixture(scope="module")
def record() -> tuple[RecordRace, ...]:
    """Two small races a day for 55 days, under names of races that ship with the program."""
    rng = np.random.default_rng(11)
    names = [race.id for race in shipped_finished()[:110]]
    races = [test_backtest.finished_race(number, rng) for number in range(len(names))]
    return tuple(
        replace(r, race=replace(r.race, contest=replace(r.race.contest, id=name)))
        for name, r in zip(names, races, strict=True)
    )


def flipped(finished: RecordRace) -> RecordRace:
    """The same race, its runoff won by the other finalist in every unit."""
    returns = finished.result.returns
    columns = [returns.candidate_index(name) for name in finished.race.contest.finalists]
    votes = returns.votes.copy()
    votes[:, columns] = votes[:, columns[::-1]]
    return replace(finished, result=replace(finished.result, returns=replace(returns, votes=votes)))


def forecast_of(
    finished: RecordRace, record: Sequence[RecordRace], client: Client, folder: Path
) -> Mapping[str, Any]:
    """What the row says of the forecast, nothing of the result."""
    store = RowStore(folder / "rows.jsonl")
    found = run_backtest([finished], record, LearnedPriors(), client, store, SETTINGS)
    assert not found.failed
    (row,) = found.rows
    return {name: row[name] for name in ("race", "finalists", "share", "win_probability")}


def test_results_of_other_days_move_a_forecast_and_those_of_its_own_day_do_not(
    record: tuple[RecordRace, ...], client: Client, tmp_path: Path
) -> None:
    own = record[60]
    day = own.race.contest.runoff
    of_day = [r.race.contest.runoff == day for r in record]
    assert sum(of_day) == 2
    before = forecast_of(own, record, client, tmp_path)

    same_day = [flipped(r) if same else r for r, same in zip(record, of_day, strict=True)]
    assert forecast_of(flipped(own), same_day, client, tmp_path) == before

    others = [r if same else flipped(r) for r, same in zip(record, of_day, strict=True)]
    after = forecast_of(own, others, client, tmp_path)
    assert abs(after["share"]["mean"] - before["share"]["mean"]) > 0.01


def test_a_race_that_ships_is_measured_again_when_it_is_another() -> None:
    forecaster, finished = LearnedPriors(), read_finished(find_race(SHIPPED))
    known = {race.id: race for race in shipped_finished()}[SHIPPED]
    assert forecaster.measure(finished).log_odds == known.log_odds, "as the table has it"
    assert forecaster.measure(finished).log_odds != finished_race(finished).log_odds
    assert forecaster.measure(flipped(finished)).log_odds == pytest.approx(-known.log_odds)
