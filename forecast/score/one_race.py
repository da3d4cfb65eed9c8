"""A forecast of one finished race beside its result: race, counties, units, flows."""

import time
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from forecast.errors import ForecastError
from forecast.race.units import UnitData
from forecast.record.finished_races import RecordRace
from forecast.runoff.simulation import RunoffDraws
from forecast.score.backtest import Settings
from forecast.score.flow_bounds import FlowScore, flow_scores
from forecast.score.forecaster import Forecaster
from forecast.score.held_out import (
    FEWEST_TEACHERS,
    baseline_scores,
    learn_lesson,
    may_teach,
    teacher_of,
)
from forecast.score.row import Row, ShareForecast, make_row, oriented
from forecast.stats import scoring_rules as rules


@dataclass(frozen=True)
class CountyScore:
    """The leader's share in a county: counted, forecast, CRPS and PIT; `votes` are the runoff's."""

    name: str
    votes: int
    actual_share: float
    share: ShareForecast
    crps: float
    pit: float


@dataclass(frozen=True)
class RaceScore:
    """All scores of a forecast of a race; `n_teachers` finished races taught it."""

    row: Row
    counties: tuple[CountyScore, ...]
    flows: tuple[FlowScore, ...]
    n_teachers: int

    def document(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            **self.row.document(),
            "counties": [asdict(county) for county in self.counties],
            "flows": [asdict(flow) | {"bounded": flow.bounded} for flow in self.flows],
            "learned_from": self.n_teachers,
        }


def score_one(
    finished: RecordRace,
    record: tuple[RecordRace, ...],
    forecaster: Forecaster,
    settings: Settings,
) -> RaceScore:
    """Forecast a finished race by those that may teach it, and score everything.

    Raises
    ------
    ForecastError
        When too few finished races may teach it.
    """
    day = finished.race.contest.runoff
    teach = may_teach([other.race.contest.runoff for other in record], day, settings.past)
    if teach.sum() < FEWEST_TEACHERS:
        raise ForecastError(
            f"{int(teach.sum())} finished races may teach {finished.id}; {FEWEST_TEACHERS} must"
        )
    chosen = [other for other, use in zip(record, teach, strict=True) if use]
    lesson = learn_lesson([teacher_of(other, forecaster) for other in chosen], forecaster)
    leading = oriented(finished)
    started = time.perf_counter()
    draws = replace(settings.draws, flows=True)
    units, runoffs = forecaster.forecast(leading.race, lesson.learned, draws)
    seconds = time.perf_counter() - started
    row = make_row(leading, units, runoffs, baseline_scores(lesson, leading), seconds)
    runoff, present = leading.unit_votes()
    names = leading.race.first_round.candidates
    return RaceScore(
        row,
        county_scores(leading, units, runoffs),
        flow_scores(units, runoffs, runoff, present, names),
        lesson.n_teachers,
    )


def county_scores(
    finished: RecordRace, units: UnitData, draws: RunoffDraws
) -> tuple[CountyScore, ...]:
    """Scores of every county with runoff votes, those of most votes first."""
    runoff, _ = finished.unit_votes()
    counted = np.stack(
        [
            np.bincount(units.county_index, runoff[:, side], minlength=len(units.county_names))
            for side in (0, 1)
        ],
        axis=1,
    )
    total = counted.sum(axis=1)
    scores = []
    for county in np.argsort(-total, kind="stable").tolist():
        if total[county] == 0:
            continue
        actual = float(counted[county, 0] / total[county])
        drawn = draws.county_votes[:, county]
        cast = drawn.sum(axis=1)
        share = np.divide(drawn[:, 0], cast, out=np.full(len(cast), 0.5), where=cast > 0)
        scores.append(
            CountyScore(
                units.county_names[county],
                int(total[county]),
                actual,
                ShareForecast.of(share),
                float(rules.crps_draws(share, actual)),
                float(rules.pit_draws(share, actual)),
            )
        )
    return tuple(scores)
