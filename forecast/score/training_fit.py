"""What the training races of a fold taught: the forecaster's fit, and the simple forecasts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from forecast.learn.build_table import finished_row, without_repeats
from forecast.learn.training_table import FinishedRow, Table, leader_first, shipped_table
from forecast.record.finished_races import RecordRace
from forecast.record.race_digest import race_digest
from forecast.score.benchmarks import FittedBenchmarks
from forecast.score.forecaster import Forecaster
from forecast.score.holdout import LeftOut, training_races

# With fewer training races a race is not forecast.
MIN_TRAINING = 50


@dataclass(frozen=True, eq=False)
class TrainingFit:
    """What was learned for the races of one fold.

    Attributes
    ----------
    learned
        What the forecaster learned.
    benchmarks
        The simple forecasts.
    n_races
        From how many training races.
    """

    learned: Any
    benchmarks: FittedBenchmarks
    n_races: int


def fit_training(table: Table, left_out: LeftOut, forecaster: Forecaster) -> TrainingFit:
    """Fit the forecaster and the simple forecasts to the same training races.

    Parameters
    ----------
    table
        All finished races.
    left_out
        Which of them may not train.
    forecaster
        What learns.
    """
    training = training_races(table, left_out)
    return TrainingFit(
        forecaster.learn(table, left_out), FittedBenchmarks.of(training), len(training)
    )


def training_row(finished: RecordRace) -> FinishedRow | None:
    """What a finished race teaches, its leader first; None where a finalist has no vote.

    Of a race that ships, and is as it ships, it is known and not measured again.
    """
    known = _shipped().get(race_digest(finished))
    if known is not None:
        return known
    try:
        return leader_first(finished_row(finished))
    except ValueError:
        return None


def training_table(rows: Iterable[FinishedRow | None]) -> Table:
    """Rows that teach something, each contest once."""
    return without_repeats(row for row in rows if row is not None)


def read_training(record: Sequence[RecordRace]) -> Table:
    """The table of finished races."""
    return training_table(map(training_row, record))


@cache
def _shipped() -> dict[str, FinishedRow]:
    """Rows of the record that ships, by the content of the race."""
    return {finished.digest: finished for finished in shipped_table()}
