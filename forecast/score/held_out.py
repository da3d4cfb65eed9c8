"""Which finished races may teach the forecast of which, and the simple forecasts by that rule.

By default the whole day of a race's runoff is left out, wherever it was: elections of one day
share its surprise, and a statewide race shares its voters with every local one. That is more
than day and place, and needs nobody to say which places overlap. With `past` only races whose
runoff was before that day teach.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from forecast.learn import transfer_model
from forecast.learn.transfer_model import runoff_log_odds
from forecast.record.finished_races import RecordRace
from forecast.score.benchmarks import Centres, baseline_models, centres
from forecast.score.forecaster import Forecaster
from forecast.score.row import BaselineScore, oriented, student_score
from forecast.stats.arrays import BoolArray

# With fewer finished races before it a race is not forecast from the past alone.
FEWEST_TEACHERS = 50


@dataclass(frozen=True, eq=False)
class Teacher:
    """What is kept of a finished race to forecast others.

    Attributes
    ----------
    race, day
        Id, and day of its runoff.
    centres
        Of the simple forecasts, the leader of the first round first.
    log_odds
        Of its runoff, in the same order.
    measure
        What the forecaster read from it.
    """

    race: str
    day: date
    centres: Centres
    log_odds: float
    measure: Any


def teacher_of(finished: RecordRace, forecaster: Forecaster) -> Teacher:
    """Read a finished race."""
    leading = oriented(finished)
    return Teacher(
        finished.id,
        finished.race.contest.runoff,
        centres(leading.race),
        float(runoff_log_odds(np.array([leading.share()]))[0]),
        forecaster.measure(finished),
    )


def may_teach(days: Sequence[date], day: date, past: bool) -> BoolArray:
    """Which races may teach the forecast of a runoff on a day, shape (n_races,)."""
    return np.array([held < day if past else held != day for held in days], dtype=np.bool_)


@dataclass(frozen=True, eq=False)
class Lesson:
    """What was learned for the races of one day.

    Attributes
    ----------
    learned
        What the forecaster learned.
    baselines
        Name to the fitted simple forecast.
    n_teachers
        From how many races.
    """

    learned: Any
    baselines: Mapping[str, transfer_model.Fit]
    n_teachers: int


def learn_lesson(teachers: Sequence[Teacher], forecaster: Forecaster) -> Lesson:
    """Fit the forecaster and the simple forecasts to the same finished races."""
    log_odds = np.array([teacher.log_odds for teacher in teachers])
    models = baseline_models([teacher.centres for teacher in teachers])
    return Lesson(
        forecaster.learn([teacher.measure for teacher in teachers]),
        {name: transfer_model.fit(d, log_odds, p) for name, (d, p) in models.items()},
        len(teachers),
    )


def baseline_scores(lesson: Lesson, finished: RecordRace) -> dict[str, BaselineScore]:
    """Scores of the simple forecasts of an oriented race."""
    models = baseline_models([centres(finished.race)])
    scores = {}
    for name, (design, _) in models.items():
        said = lesson.baselines[name].predict(design)
        location, scale = float(said.location[0]), float(said.scale[0])
        scores[name] = student_score(location, scale, said.df, finished.share())
    return scores
