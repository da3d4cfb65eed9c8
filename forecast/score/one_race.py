"""A forecast of one finished race beside its result: race, counties, units, flows."""

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from forecast.errors import ForecastError
from forecast.race.units import UnitData
from forecast.record.finished_races import RecordRace
from forecast.runoff.simulation import RunoffDraws
from forecast.score.backtest import (
    Settings,
    benchmark_scores,
    benchmarks_left_out,
    evidence_of,
    fold_of,
)
from forecast.score.flow_bounds import FlowScore, flow_scores
from forecast.score.forecaster import Forecaster
from forecast.score.holdout import training_races
from forecast.score.row import BaselineScore, DrawSummary, Row, RowSource, make_row, oriented
from forecast.score.training_fit import (
    MIN_TRAINING,
    fit_training,
    read_training,
)
from forecast.stats import scoring_rules as rules


@dataclass(frozen=True)
class CountyScore:
    """The leader's share in a county: counted, forecast, CRPS and PIT; `votes` are the runoff's."""

    name: str
    votes: int
    actual_share: float
    share: DrawSummary
    crps: float
    pit: float


@dataclass(frozen=True)
class RaceScore:
    """All scores of a forecast of a race.

    Attributes
    ----------
    row
        The row that a backtest has of it.
    counties, flows
        Scores of its parts.
    left_out
        The simple forecasts of the row that such a race cannot have, each with the reason.
    """

    row: Row
    counties: tuple[CountyScore, ...]
    flows: tuple[FlowScore, ...]
    left_out: Mapping[str, str] = field(default_factory=dict)

    @property
    def baselines(self) -> dict[str, BaselineScore]:
        """The simple forecasts that the race can have."""
        known = self.row.baselines.items()
        return {name: entry for name, entry in known if name not in self.left_out}

    def document(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            **self.row.document(),
            "baselines": {name: asdict(entry) for name, entry in self.baselines.items()},
            "baselines_left_out": dict(self.left_out),
            "counties": [asdict(county) for county in self.counties],
            "flows": [asdict(flow) | {"bounded": flow.bounded} for flow in self.flows],
            "learned_from": self.row.n_training,
        }


def score_one(
    finished: RecordRace,
    record: tuple[RecordRace, ...],
    forecaster: Forecaster,
    settings: Settings,
) -> RaceScore:
    """Forecast a finished race by the training races of its fold, and score everything.

    The row is the one that a backtest of the record has of the race.

    Raises
    ------
    ForecastError
        When there are too few training races.
    """
    table = read_training(record)
    fold, left_out = fold_of(finished, table, settings.design)
    n_training = len(training_races(table, left_out))
    if n_training < MIN_TRAINING:
        raise ForecastError(
            f"{n_training} finished races may train the forecast of {finished.id}; "
            f"{MIN_TRAINING} must"
        )
    fitted = fit_training(table, left_out, forecaster)
    leading = oriented(finished)
    started = time.perf_counter()
    draws = replace(settings.draws, flows=True)
    evidence = evidence_of(leading)
    units, runoffs = forecaster.forecast(leading.race, fitted.learned, draws, evidence)
    seconds = time.perf_counter() - started
    source = RowSource(fold, n_training, seconds, benchmark_scores(fitted, leading))
    runoff, present = leading.unit_votes()
    names = leading.race.first_round.candidates
    return RaceScore(
        make_row(leading, units, runoffs, source),
        county_scores(leading, units, runoffs),
        flow_scores(units, runoffs, runoff, present, names),
        benchmarks_left_out(fitted, leading),
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
                DrawSummary.of(share),
                float(rules.crps_draws(share, actual)),
                float(rules.pit_draws(share, actual)),
            )
        )
    return tuple(scores)
