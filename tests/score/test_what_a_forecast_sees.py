"""What the forecast of a finished race rests on: results of other folds, never of its own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forecast.defaults import HoldOutDesign
from forecast.learn.race_row import race_row
from forecast.learn.training_table import shipped_table
from forecast.race.situation import situation_of
from forecast.record.find import find_race
from forecast.record.finished_races import RecordRace, read_finished
from forecast.record.race_digest import race_digest
from forecast.score.backtest import Settings, fold_of, run_backtest
from forecast.score.cluster import TaskRunner
from forecast.score.forecaster import Draws
from forecast.score.holdout import LeftOut, Occasion
from forecast.score.learned_forecaster import LearnedPriors
from forecast.score.row import oriented
from forecast.score.store import RowStore
from forecast.score.training_fit import fit_training, read_training, training_row
from tests.score import test_backtest

OWN = 92  # in the state with fewer races
# Small, and with no baseline from other races.
SHIPPED = "ga_hd104_2013_special"


@pytest.fixture(scope="module")
def client() -> TaskRunner:
    """Tasks done in this process: no other one could know the races of this test."""
    return TasksHere()


class TasksHere:
    n_workers = 1

    def share(self, value: Any) -> Any:
        return value

    def submit(self, function: Callable[..., Any], *arguments: Any, large: bool = False) -> Any:
        task: Future[Any] = Future()
        try:
            known = [a.result() if isinstance(a, Future) else a for a in arguments]
            task.set_result(function(*known))
        except Exception as error:
            task.set_exception(error)
        return task

    def done(self, first: Sequence[Any], following: Callable[[], Any]) -> Iterator[Any]:
        waiting = list(first)
        while waiting:
            yield waiting.pop(0)
            waiting += [task for task in (following(),) if task is not None]


@pytest.fixture(scope="module")
def record() -> tuple[RecordRace, ...]:
    """Two small races a day for 55 days, half of them in another state."""
    rng = np.random.default_rng(11)
    races = [test_backtest.finished_race(number, rng) for number in range(110)]
    return tuple(
        replace(r, race=replace(r.race, contest=replace(r.race.contest, state=state)))
        for r, state in zip(races, ("LA", "LA", "GA") * 40, strict=False)
    )


def flipped(finished: RecordRace) -> RecordRace:
    """The same race, its runoff won by the other finalist in every unit, with half the votes."""
    returns = finished.result.returns
    columns = [returns.candidate_index(name) for name in finished.race.contest.finalists]
    votes = returns.votes.copy()
    votes[:, columns] = votes[:, columns[::-1]] // 2
    return replace(finished, result=replace(finished.result, returns=replace(returns, votes=votes)))


def forecast_of(
    finished: RecordRace,
    record: Sequence[RecordRace],
    settings: Settings,
    client: TaskRunner,
    at: Path,
) -> Mapping[str, Any]:
    """What the row says of the forecast, nothing of the result."""
    store = RowStore(at / "rows.jsonl")
    found = run_backtest([finished], record, LearnedPriors(), client, store, settings)
    assert not found.failed
    (row,) = found.rows
    return {
        **{name: row[name] for name in ("race", "finalists", "share", "win_probability")},
        "turnout": row["turnout"]["forecast"],
    }


def halves(
    own: RecordRace, record: Sequence[RecordRace], design: HoldOutDesign
) -> tuple[LeftOut, list[RecordRace], list[RecordRace]]:
    """What is left out for a race; the record with the results of that flipped, and the rest."""
    _, left_out = fold_of(own, read_training(record), design)
    trains = [left_out.trains(Occasion.of(finished.race)) for finished in record]
    assert 50 < sum(trains) < len(record) - 1
    without = [r if use else flipped(r) for r, use in zip(record, trains, strict=True)]
    others = [flipped(r) if use else r for r, use in zip(record, trains, strict=True)]
    return left_out, without, others


@pytest.mark.parametrize("design", list(HoldOutDesign))
def test_training_fits_see_the_training_races_and_no_others(
    design: HoldOutDesign, record: tuple[RecordRace, ...]
) -> None:
    own = record[OWN]
    left_out, without, others = halves(own, record, design)
    row = oriented(own).race

    def fitted(races: Sequence[RecordRace]) -> tuple[Any, ...]:
        found = fit_training(read_training(races), left_out, test_backtest.MeanForecaster())
        read = race_row(row, situation_of(row))
        benchmarks = found.benchmarks.share_forecasts(read)
        return found.learned, benchmarks, found.benchmarks.win_probabilities(read, "folders")

    before = fitted(record)
    assert fitted(without) == before
    for one, other in zip(fitted(others), before, strict=True):
        assert one != other


@pytest.mark.slow
@pytest.mark.parametrize("design", list(HoldOutDesign))
def test_results_that_train_move_a_forecast_and_those_left_out_do_not(
    design: HoldOutDesign, record: tuple[RecordRace, ...], client: TaskRunner, tmp_path: Path
) -> None:
    own, settings = record[OWN], Settings(design, Draws(n_draws=200))
    _, without, others = halves(own, record, design)
    before = forecast_of(own, record, settings, client, tmp_path)
    assert forecast_of(flipped(own), without, settings, client, tmp_path) == before
    after = forecast_of(own, others, settings, client, tmp_path)
    assert abs(after["share"]["mean"] - before["share"]["mean"]) > 0.01
    assert after["turnout"]["mean"] < before["turnout"]["mean"] - 0.3


def test_a_race_that_ships_is_measured_again_when_it_is_another() -> None:
    finished = read_finished(find_race(SHIPPED))
    known = {row.digest: row for row in shipped_table()}[race_digest(finished)]
    found = training_row(finished)
    assert found is not None
    assert found.share == known.share
    other = training_row(flipped(finished))
    assert other is not None
    assert other.share == pytest.approx(1 - known.share, abs=0.01)
    assert other.log_turnout < known.log_turnout - 0.6
