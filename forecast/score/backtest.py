"""Every finished race forecast by what did not see it, on a cluster of processes.

Three steps, all of them tasks of dask.distributed: every race of the record is read for what
it teaches; for each day the lesson of all others is learned; each race of that day is forecast
and scored. Rows are stored as they come.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from forecast.errors import ForecastError
from forecast.record.finished_races import RecordRace
from forecast.record.race_digest import race_digest
from forecast.score.forecaster import Draws, Forecaster
from forecast.score.held_out import (
    FEWEST_TEACHERS,
    Lesson,
    Teacher,
    baseline_scores,
    learn_lesson,
    may_teach,
    teacher_of,
)
from forecast.score.row import Row, make_row, oriented
from forecast.score.store import RowStore, code_digest, digest

if TYPE_CHECKING:
    from distributed import Client

CHUNK = 50  # finished races read by one task
AHEAD = 3  # tasks a worker that wait there, so that none is idle and few races are in memory

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Settings:
    """How a backtest is made.

    Attributes
    ----------
    past
        Only races finished before the day of the runoff teach, not all but those of the day.
    draws
        Of each forecast.
    """

    past: bool = False
    draws: Draws = field(default_factory=Draws)


@dataclass(frozen=True)
class Backtest:
    """What came out.

    Attributes
    ----------
    rows
        In the order of the races.
    failed
        Race to what went wrong.
    too_early
        Races with too few finished before them.
    resumed
        How many rows had been stored before.
    """

    rows: tuple[Mapping[str, Any], ...]
    failed: Mapping[str, str]
    too_early: tuple[str, ...]
    resumed: int


def score_race(finished: RecordRace, lesson: Lesson, forecaster: Forecaster, draws: Draws) -> Row:
    """Forecast a finished race by a lesson, and score it."""
    started = time.perf_counter()
    leading = oriented(finished)
    units, runoffs = forecaster.forecast(leading.race, lesson.learned, draws)
    # The baselines are made apart, so that `seconds` is what the forecast took.
    seconds = time.perf_counter() - started
    return make_row(leading, units, runoffs, baseline_scores(lesson, leading), seconds)


def run_backtest(
    races: Sequence[RecordRace],
    record: Sequence[RecordRace],
    forecaster: Forecaster,
    client: "Client",
    store: RowStore,
    settings: Settings = Settings(),
    progress: Progress = lambda _done, _all, _what: None,
) -> Backtest:
    """Forecast and score finished races.

    Parameters
    ----------
    races
        To be forecast.
    record
        That teach. None of a race's own day ever teaches its forecast.
    forecaster
        What forecasts.
    client
        A dask.distributed client.
    store
        Takes the rows, and has those of a run that was killed.
    settings
        How.
    progress
        Called with how many races are done, of how many, and what was done last.

    Raises
    ------
    ForecastError
        When no race can be forecast.
    """
    days = [finished.race.contest.runoff for finished in record]
    plans = _plans(races, record, days, forecaster, settings)
    early = tuple(plan.finished.id for plan in plans if plan.n_teachers < FEWEST_TEACHERS)
    plans = [plan for plan in plans if plan.n_teachers >= FEWEST_TEACHERS]
    if not plans:
        raise ForecastError(
            f"none of {len(races):,} races has {FEWEST_TEACHERS} finished ones to learn from"
        )
    stored = store.rows(plan.key for plan in plans)
    rows = {plan.finished.id: stored[plan.key] for plan in plans if plan.key in stored}
    todo = [plan for plan in plans if plan.key not in stored]
    failed: dict[str, str] = {}
    total = len(plans)
    progress(len(rows), total, "")
    if todo:
        teachers = _read_teachers(record, forecaster, client, progress, len(rows), total)
        for plan, row, fault in _forecast_all(todo, teachers, days, forecaster, client, settings):
            if row is None:
                failed[plan.finished.id] = fault
            else:
                store.add(plan.key, row)
                rows[plan.finished.id] = row
            progress(len(rows) + len(failed), total, plan.finished.id)
    ordered = tuple(rows[plan.finished.id] for plan in plans if plan.finished.id in rows)
    return Backtest(ordered, failed, early, len(stored))


@dataclass(frozen=True, eq=False)
class _Plan:
    """A race to forecast, the key of its row, and how many races teach it."""

    finished: RecordRace
    key: str
    n_teachers: int


def _plans(
    races: Sequence[RecordRace],
    record: Sequence[RecordRace],
    days: Sequence[date],
    forecaster: Forecaster,
    settings: Settings,
) -> list[_Plan]:
    """Every race with its key, days together so that one lesson serves them."""
    known = {id(finished): race_digest(finished) for finished in record}
    digests = np.array(list(known.values()))
    common = digest(code_digest(), forecaster, settings)
    taught: dict[date, tuple[str, int]] = {}
    plans = []
    for finished in races:
        day = finished.race.contest.runoff
        if day not in taught:
            teach = may_teach(days, day, settings.past)
            taught[day] = digest(common, *digests[teach]), int(teach.sum())
        lesson, n_teachers = taught[day]
        own = known.get(id(finished)) or race_digest(finished)
        plans.append(_Plan(finished, digest(lesson, own), n_teachers))
    return plans


def _read_teachers(
    record: Sequence[RecordRace],
    forecaster: Forecaster,
    client: "Client",
    progress: Progress,
    done: int,
    total: int,
) -> list[Teacher | None]:
    """What each race of the record teaches, None where it cannot be read."""
    progress(done, total, f"reading {len(record):,} finished races")
    # Every so many, so that the large races fall to different tasks.
    n_chunks = -(-len(record) // CHUNK)
    chunks = [range(start, len(record), n_chunks) for start in range(n_chunks)]
    futures = [
        client.submit(_teach, [record[index] for index in chunk], forecaster, pure=False)
        for chunk in chunks
    ]
    teachers: list[Teacher | None] = [None] * len(record)
    for chunk, found in zip(chunks, client.gather(futures), strict=True):
        for index, teacher in zip(chunk, found, strict=True):
            teachers[index] = teacher
    return teachers


def _forecast_all(
    plans: Sequence[_Plan],
    teachers: Sequence[Teacher | None],
    days: Sequence[date],
    forecaster: Forecaster,
    client: "Client",
    settings: Settings,
) -> Iterator[tuple[_Plan, dict[str, Any] | None, str]]:
    """Rows as they come, each with its plan; a fault in words where there is none."""
    from distributed import as_completed  # noqa: PLC0415  (an extra)

    shared = client.scatter(teachers, broadcast=True)
    # The largest races first: a long one must not start when all others are done.
    by_day: dict[date, list[_Plan]] = {}
    for plan in sorted(plans, key=lambda plan: -plan.finished.race.first_round.n_units):
        by_day.setdefault(plan.finished.race.contest.runoff, []).append(plan)
    waiting = (
        (plan, day, number == len(group) - 1)
        for day, group in by_day.items()
        for number, plan in enumerate(group)
    )
    lessons: dict[date, Any] = {}
    running: dict[Any, _Plan] = {}

    def submit_next() -> Any:
        for plan, day, last in waiting:
            if day not in lessons:
                teach = np.flatnonzero(may_teach(days, day, settings.past)).tolist()
                lessons[day] = client.submit(_learn, shared, teach, forecaster, pure=False)
            future = client.submit(
                _score, plan.finished, lessons[day], forecaster, settings.draws, pure=False
            )
            running[future.key] = plan
            if last:
                del lessons[day]
            return future
        return None

    n_ahead = AHEAD * max(len(client.scheduler_info(n_workers=-1)["workers"]), 1)
    first = [future for _ in range(n_ahead) if (future := submit_next()) is not None]
    queue = as_completed(first)
    for future in queue:
        plan = running.pop(future.key)
        if future.status == "finished":
            yield plan, future.result(), ""
        else:
            yield plan, None, repr(future.exception())
        following = submit_next()
        if following is not None:
            queue.add(following)


def _teach(races: Sequence[RecordRace], forecaster: Forecaster) -> list[Teacher | None]:
    """Read finished races; one without first-round votes for a finalist teaches nothing."""
    return [_teacher_or_none(finished, forecaster) for finished in races]


def _teacher_or_none(finished: RecordRace, forecaster: Forecaster) -> Teacher | None:
    try:
        return teacher_of(finished, forecaster)
    except ValueError:
        return None


def _learn(
    teachers: Sequence[Teacher | None], chosen: Sequence[int], forecaster: Forecaster
) -> Lesson:
    found = [teachers[index] for index in chosen]
    return learn_lesson([teacher for teacher in found if teacher is not None], forecaster)


def _score(
    finished: RecordRace, lesson: Lesson, forecaster: Forecaster, draws: Draws
) -> dict[str, Any]:
    return score_race(finished, lesson, forecaster, draws).document()
