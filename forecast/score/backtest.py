"""Every finished race forecast by what did not see it, on a cluster of processes.

Three steps, all of them tasks of other processes: every race of the record is read for what it
teaches; for each fold of the hold-out design the forecaster and the simple forecasts are fitted
to its training races; each race of the fold is forecast and scored. Rows are stored as they come.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from forecast.defaults import HoldOutDesign
from forecast.errors import ForecastError
from forecast.evidence.protocol import Evidence
from forecast.evidence.race_evidence import race_evidence
from forecast.learn.race_row import race_row
from forecast.learn.training_table import FinishedRow, Table
from forecast.race.situation import situation_of
from forecast.record.finished_races import RecordRace
from forecast.record.race_digest import race_digest
from forecast.score.cluster import TaskRunner
from forecast.score.forecaster import Draws, Forecaster
from forecast.score.holdout import (
    Fold,
    LeftOut,
    Occasion,
    folds_of,
    occasion_of,
    training_races,
)
from forecast.score.row import (
    BaselineScore,
    Row,
    RowSource,
    make_row,
    odds_score,
    oriented,
    student_score,
)
from forecast.score.store import RowStore, code_digest, digest
from forecast.score.training_fit import (
    MIN_TRAINING,
    TrainingFit,
    fit_training,
    training_row,
    training_table,
)

CHUNK = 50  # finished races read by one task
AHEAD = 3  # tasks a worker that wait there, so that none is idle and few races are in memory

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Settings:
    """How a backtest is made.

    Attributes
    ----------
    design
        What is left out of the learning.
    draws
        Of each forecast.
    """

    design: HoldOutDesign = HoldOutDesign.DAYS
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
        Races with too few training races.
    resumed
        How many rows had been stored before.
    """

    rows: tuple[Mapping[str, Any], ...]
    failed: Mapping[str, str]
    too_early: tuple[str, ...]
    resumed: int


def score_race(
    finished: RecordRace, fitted: TrainingFit, fold: str, forecaster: Forecaster, draws: Draws
) -> Row:
    """Forecast a finished race by what the training races of its fold taught, and score it."""
    started = time.perf_counter()
    leading = oriented(finished)
    evidence = evidence_of(leading)
    units, runoffs = forecaster.forecast(leading.race, fitted.learned, draws, evidence)
    # The benchmarks are made apart, so that `seconds` is what the forecast took.
    seconds = time.perf_counter() - started
    source = RowSource(fold, fitted.n_races, seconds, benchmark_scores(fitted, leading))
    return make_row(leading, units, runoffs, source)


def evidence_of(finished: RecordRace) -> tuple[Evidence, ...]:
    """The evidence that the folder of an oriented race has, its polls for one."""
    return () if finished.folder is None else race_evidence(finished.race, finished.folder)


def benchmark_scores(fitted: TrainingFit, finished: RecordRace) -> dict[str, BaselineScore]:
    """Scores of the simple forecasts of an oriented race."""
    row, actual = race_row(finished.race, situation_of(finished.race)), finished.share()
    shares = fitted.benchmarks.share_forecasts(row)
    odds = fitted.benchmarks.win_probabilities(row, finished.source)
    return {
        **{
            name: student_score(said.location, said.scale, said.df, actual)
            for name, said in shares.items()
        },
        **{name: odds_score(probability, actual) for name, probability in odds.items()},
    }


def benchmarks_left_out(fitted: TrainingFit, finished: RecordRace) -> dict[str, str]:
    """The simple forecasts that an oriented race cannot have, each with the reason."""
    row = race_row(finished.race, situation_of(finished.race))
    return fitted.benchmarks.left_out(row, finished.source)


def run_backtest(
    races: Sequence[RecordRace],
    record: Sequence[RecordRace],
    forecaster: Forecaster,
    client: TaskRunner,
    store: RowStore,
    settings: Settings = Settings(),
    progress: Progress = lambda _done, _all, _what: None,
) -> Backtest:
    """Forecast and score finished races.

    Parameters
    ----------
    races
        To be forecast. Of those of the record, each contest once.
    record
        That may train. Nothing of a race's own fold ever trains its forecast.
    forecaster
        What forecasts.
    client
        Who does the tasks (`forecast.score.cluster.connected`).
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
    table = _read_training(record, client, progress, len(races))
    races = without_repeated(races, record, table)
    plans = _plans(races, table, forecaster, settings)
    early = tuple(plan.finished.id for plan in plans if plan.n_training < MIN_TRAINING)
    plans = [plan for plan in plans if plan.n_training >= MIN_TRAINING]
    if not plans:
        raise ForecastError(
            f"none of {len(races):,} races has {MIN_TRAINING} finished ones to learn from"
        )
    stored = store.rows(plan.key for plan in plans)
    rows = {plan.finished.id: stored[plan.key] for plan in plans if plan.key in stored}
    todo = [plan for plan in plans if plan.key not in stored]
    failed: dict[str, str] = {}
    total = len(plans)
    progress(len(rows), total, "")
    for plan, row, fault in _forecast_all(todo, table, forecaster, client, settings):
        if row is None:
            failed[plan.finished.id] = fault
        else:
            store.add(plan.key, row)
            rows[plan.finished.id] = row
        progress(len(rows) + len(failed), total, plan.finished.id)
    order = [finished.id for finished in races if finished.id in rows]
    return Backtest(tuple(rows[race] for race in order), failed, early, len(stored))


def without_repeated(
    races: Sequence[RecordRace], record: Sequence[RecordRace], table: Table
) -> list[RecordRace]:
    """Races, of those of the record the ones that the table has: each contest once."""
    of_record = {id(finished) for finished in record}
    kept = {finished.row.id for finished in table}
    return [one for one in races if id(one) not in of_record or one.id in kept]


@dataclass(frozen=True, eq=False)
class RacePlan:
    """A race to forecast.

    Attributes
    ----------
    finished
        The race.
    fold
        Its fold.
    key
        Of its row in the store.
    n_training
        How many training races its fold has.
    """

    finished: RecordRace
    fold: Fold
    key: str
    n_training: int


def _plans(
    races: Sequence[RecordRace], table: Table, forecaster: Forecaster, settings: Settings
) -> list[RacePlan]:
    """Every race with its key, folds together so that one fit serves them."""
    folds = folds_of(
        settings.design,
        [occasion_of(finished) for finished in table],
        [Occasion.of(finished.race) for finished in races],
    )
    # The effects that a model has, and so its random numbers, come from all races.
    everything = digest(*(finished.digest for finished in table))
    common = digest(code_digest(), forecaster, settings, everything)
    plans = []
    for fold in folds:
        training = [finished.digest for finished in training_races(table, fold.left_out)]
        fit_key = digest(common, fold.name, *training)
        for index in fold.members:
            finished = races[index]
            files = [one.inputs for one in evidence_of(oriented(finished))]
            key = digest(fit_key, race_digest(finished), *files)
            plans.append(RacePlan(finished, fold, key, len(training)))
    return plans


def _read_training(
    record: Sequence[RecordRace], client: TaskRunner, progress: Progress, total: int
) -> Table:
    """The table of finished races, measured on the cluster where it does not ship."""
    progress(0, total, f"reading {len(record):,} finished races")
    # Every so many, so that the large races fall to different tasks.
    n_chunks = -(-len(record) // CHUNK)
    chunks = [range(start, len(record), n_chunks) for start in range(n_chunks)]
    futures = [client.submit(_rows_of, [record[index] for index in chunk]) for chunk in chunks]
    rows: list[FinishedRow | None] = [None] * len(record)
    for chunk, future in zip(chunks, futures, strict=True):
        for index, row in zip(chunk, future.result(), strict=True):
            rows[index] = row
    return training_table(rows)


def _rows_of(races: Sequence[RecordRace]) -> list[FinishedRow | None]:
    return [training_row(finished) for finished in races]


def _forecast_all(
    plans: Sequence[RacePlan],
    table: Table,
    forecaster: Forecaster,
    client: TaskRunner,
    settings: Settings,
) -> Iterator[tuple[RacePlan, dict[str, Any] | None, str]]:
    """Rows as they come, each with its plan; a fault in words where there is none."""
    if not plans:
        return
    shared = client.share(table)
    groups = _by_fold(plans)
    fits: dict[str, Any] = {}

    def fit_ahead(number: int) -> None:
        if number < len(groups):
            fold = groups[number][0].fold
            fits[fold.name] = client.submit(
                fit_training, shared, fold.left_out, forecaster, large=True
            )

    def submissions() -> Iterator[tuple[RacePlan, Any]]:
        fit_ahead(0)
        for number, group in enumerate(groups):
            # The next fit goes on while the races of this fold are forecast.
            fit_ahead(number + 1)
            for plan in group:
                arguments = (plan.finished, fits[plan.fold.name], plan.fold.name)
                yield (
                    plan,
                    client.submit(_score, *arguments, forecaster, settings.draws),
                )
            del fits[group[0].fold.name]

    waiting = submissions()
    running: dict[int, tuple[RacePlan, Any]] = {}

    def submit_next() -> Any:
        for plan, future in waiting:
            # The task is kept, so that no other one can have its id.
            running[id(future)] = plan, future
            return future
        return None

    n_ahead = AHEAD * client.n_workers
    first = [future for _ in range(n_ahead) if (future := submit_next()) is not None]
    for future in client.done(first, submit_next):
        plan, _ = running.pop(id(future))
        fault = future.exception()
        if fault is None:
            yield plan, future.result(), ""
        else:
            yield plan, None, repr(fault)


def _by_fold(plans: Sequence[RacePlan]) -> list[list[RacePlan]]:
    """Races by fold, the largest of each first: a long one must not start when others are done."""
    groups: dict[str, list[RacePlan]] = {}
    for plan in sorted(plans, key=lambda plan: -plan.finished.race.first_round.n_units):
        groups.setdefault(plan.fold.name, []).append(plan)
    return list(groups.values())


def _score(
    finished: RecordRace, fitted: TrainingFit, fold: str, forecaster: Forecaster, draws: Draws
) -> dict[str, Any]:
    return score_race(finished, fitted, fold, forecaster, draws).document()


def fold_of(finished: RecordRace, table: Table, design: HoldOutDesign) -> tuple[str, LeftOut]:
    """The fold that a race is forecast in: its name, and what is left out."""
    (fold,) = folds_of(
        design, [occasion_of(other) for other in table], [Occasion.of(finished.race)]
    )
    return fold.name, fold.left_out
