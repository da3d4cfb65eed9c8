"""What a backtest comes to, as JSON: every row, and a summary that others can show."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from forecast import __version__
from forecast.record.finished_races import RecordRace
from forecast.score.backtest import Backtest, Settings
from forecast.score.benchmarks import NAMES
from forecast.score.row import Kind, kind_of
from forecast.score.totals import (
    calibration,
    coverage_by_level,
    groups,
    pit_histogram,
    totals,
)

SCHEMA_VERSION = 1
ABOUT_ROWS = (
    "rows: a finished race each. finalists[0] led the first round; actual_share, share, "
    "win_probability and pit are of that finalist, shares in [0, 1] of the two-candidate vote. "
    "crps in shares, log_score in nats (minus the log density of the share), lower is better. "
    "races: what each row is grouped by. totals: means by group; differences are model less "
    "baseline, standard errors clustered by election day."
)
ABOUT_SUMMARY = (
    "Scores of forecasts of finished runoffs that did not see them. totals: a group each, with "
    "n (races), days, crps (in shares), log_score, brier, coverage {50, 80, 95} of the share, "
    "units {n, coverage50, ..., each unit counting once; ..._mean_of_races, each race once}, "
    "baselines {name: crps, log_score, brier, coverage, difference {score: mean, "
    "standard_error}} (model less baseline), best_baseline and crps_below_best (a part of its "
    "CRPS). calibration, by group: bins of the favourite's win probability {from, to, n, "
    "forecast, won, low, high}: mean forecast, part won, 90% interval of that chance. "
    "coverage_by_level, by group: {level, covered}. pit, by group: counts in ten bins of [0, 1]."
)
SHOWN_GROUPS = ("all", "folders", "contests", "all, two parties", "folders, two parties")


def held_out_words(settings: Settings) -> str:
    """Which races taught, in words."""
    if settings.past:
        return "priors and baselines learned from runoffs before the day of the runoff only"
    return "priors and baselines learned from all runoffs but those of the same day, later ones too"


def backtest_document(
    backtest: Backtest, races: Sequence[RecordRace], settings: Settings, forecaster: str
) -> dict[str, Any]:
    """Everything, ready for `json.dumps`."""
    kinds = kinds_of(backtest.rows, races)
    return {
        "schema_version": SCHEMA_VERSION,
        "about": ABOUT_ROWS,
        **_how(settings, forecaster),
        "rows": list(backtest.rows),
        "totals": totals(backtest.rows, kinds),
        "races": [asdict(kind) for kind in kinds],
        "failed": dict(backtest.failed),
        "too_early": list(backtest.too_early),
    }


def summary_document(document: Mapping[str, Any]) -> dict[str, Any]:
    """A backtest document without its rows: totals, calibration, coverage, PIT."""
    kinds = [Kind(**kind) for kind in document["races"]]
    rows = document["rows"]
    members = {
        name: [row for row, keep in zip(rows, inside, strict=True) if keep]
        for name, inside in groups(kinds)
        if name in SHOWN_GROUPS and inside.any()
    }
    return {
        "about": ABOUT_SUMMARY,
        "schema_version": SCHEMA_VERSION,
        **{key: document[key] for key in ("program", "held_out", "past", "draws", "forecaster")},
        "baseline_names": list(NAMES),
        "totals": document["totals"],
        "calibration": {name: calibration(chosen) for name, chosen in members.items()},
        "coverage_by_level": {name: coverage_by_level(chosen) for name, chosen in members.items()},
        "pit": {name: pit_histogram(chosen) for name, chosen in members.items()},
    }


def kinds_of(rows: Sequence[Mapping[str, Any]], races: Sequence[RecordRace]) -> list[Kind]:
    """The kind of the race of each row."""
    known = {finished.id: finished for finished in races}
    return [kind_of(known[row["race"]]) for row in rows]


def _how(settings: Settings, forecaster: str) -> dict[str, Any]:
    return {
        "program": __version__,
        "forecaster": forecaster,
        "held_out": held_out_words(settings),
        "past": settings.past,
        "draws": settings.draws.n_draws,
        "seed": settings.draws.seed,
    }
