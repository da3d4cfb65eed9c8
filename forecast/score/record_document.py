"""What a backtest comes to, as JSON: every row, and a summary that others can show."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from forecast import __version__
from forecast.defaults import HoldOutDesign
from forecast.record.finished_races import RecordRace
from forecast.score.backtest import Backtest, Settings
from forecast.score.benchmarks import NAMES
from forecast.score.race_groups import groups, is_crossed, is_quoted
from forecast.score.race_kind import Kind, kind_of
from forecast.score.totals import (
    calibration,
    coverage_by_level,
    means_of_places,
    outcomes,
    pit_histogram,
    totals,
)

SCHEMA_VERSION = 1
ABOUT_ROWS = (
    "rows: a finished race each. finalists[0] led the first round; actual_share, share, "
    "win_probability and pit are of that finalist, shares in [0, 1] of the two-candidate vote. "
    "crps in shares, log_score in nats (minus the log density of the share), odds_log_score "
    "minus the log of the winner's probability, lower is better. turnout: log of the finalists' "
    "runoff votes over the first round's valid ones. fold and n_training: what was left out, and "
    "how many training races there were. races: what each row is grouped by. totals: means by "
    "group; differences are model less baseline, standard errors clustered by election day (null "
    "where one day holds nearly all), those of units by place where places were left out; "
    "coverage_error: that of calibrated intervals, with the intraclass correlation of days, or of "
    "places where places were left out; null where too few "
    "tell."
)
ABOUT_SUMMARY = (
    "Scores of forecasts of finished runoffs that did not see them. totals: a group each, with "
    "n (races), days, crps (in shares), log_score, brier, odds_log_score, coverage {50, 80, 95} "
    "of the share with coverage_error, turnout {crps of the log ratio, coverage}, "
    "units {n, coverage50, ..., each unit counting once; ..._mean_of_races, each race once; "
    "standard_error}, baselines {name: crps, log_score, brier, odds_log_score, coverage, "
    "difference {score: mean, standard_error}} (model less baseline; null where it forecasts "
    "the odds alone), best_baseline and crps_below_best (a part of its CRPS). Standard errors "
    "are clustered by election day; coverage_error is that of calibrated intervals, with the "
    "intraclass correlation of days, null where too few days tell. The groups of states and "
    "countries never seen are of a backtest that leaves places out: means over places, each "
    "counting once, of all kinds of race (kinds: races of those that a place has a group of) and "
    "of one. calibration, by group: bins of the favourite's win probability {from, to, n, "
    "forecast, won, low, high}: mean forecast, part won, 90% interval of that chance, clustered by "
    "election day (null where one day holds nearly all). "
    "coverage_by_level, by group: {level, covered}. pit, by group: counts in ten bins of [0, 1]. "
    "races: columns with an entry a race: id, pit, crps, the favourite's chance, and whether it "
    "won (1, 0, one half for a tie)."
)
HELD_OUT = {
    HoldOutDesign.DAYS: "priors and baselines learned from all runoffs but those of a twentieth of "
    "the days, the race's own among them, later ones too",
    HoldOutDesign.PAST: "priors and baselines learned from runoffs before the race's cycle of two "
    "years only",
    HoldOutDesign.PLACES: "priors and baselines learned from the runoffs of all other states and "
    "countries, later ones too",
}
SHOWN_PREFIXES = ("country ", "kind ")  # groups whose calibration the summary has
SHARED_KEYS = ("program", "held_out", "design", "past", "draws", "forecaster", "sample")
QUOTED_KEYS = ("group", "n", "days", "crps", "coverage", "coverage_error")
SHOWN_GROUPS = ("all", "folders", "contests", "all, two parties", "folders, two parties")


def held_out_words(settings: Settings) -> str:
    """Which races taught, in words."""
    return HELD_OUT[settings.design]


def backtest_document(
    backtest: Backtest,
    races: Sequence[RecordRace],
    settings: Settings,
    forecaster: str,
    sample: int | None = None,
) -> dict[str, Any]:
    """Everything, ready for `json.dumps`; `sample` says how many races were drawn, if so."""
    kinds = kinds_of(backtest.rows, races)
    return {
        "schema_version": SCHEMA_VERSION,
        "about": ABOUT_ROWS,
        **_how(settings, forecaster),
        "sample": sample,
        "rows": list(backtest.rows),
        "totals": totals(backtest.rows, kinds, settings.design),
        "races": [asdict(kind) for kind in kinds],
        "failed": dict(backtest.failed),
        "too_early": list(backtest.too_early),
    }


def summary_document(
    document: Mapping[str, Any], places: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """A backtest document without its rows: totals, calibration, coverage, PIT.

    Parameters
    ----------
    document
        Of a backtest.
    places
        Of one that leaves places out; its means over places join the totals.
    """
    kinds = [Kind(**kind) for kind in document["races"]]
    rows = document["rows"]
    members = {
        name: [row for row, keep in zip(rows, inside, strict=True) if keep]
        for name, inside in groups(kinds)
        if (name in SHOWN_GROUPS or _is_plain(name)) and inside.any()
    }
    quoted = {
        name: [row for row, keep in zip(rows, inside, strict=True) if keep]
        for name, inside in groups(kinds)
        if is_crossed(name) and is_quoted(name)
    }
    days = np.array([kind.day for kind in kinds])
    days_of = {name: days[inside] for name, inside in groups(kinds)}
    return {
        "about": ABOUT_SUMMARY,
        "schema_version": SCHEMA_VERSION,
        **{key: document[key] for key in SHARED_KEYS},
        "baseline_names": list(NAMES),
        "totals": [
            *uncrossed_totals(document),
            *_quoted_totals(document),
            *(means_of_places(places["totals"]) if places else []),
        ],
        "calibration": {
            name: calibration(chosen, days_of[name]) for name, chosen in (members | quoted).items()
        },
        "coverage_by_level": {name: coverage_by_level(chosen) for name, chosen in members.items()},
        "pit": {name: pit_histogram(chosen) for name, chosen in members.items()},
        "races": outcomes(rows),
    }


def uncrossed_totals(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The totals of a backtest document, without those of groups within groups."""
    return [total for total in document["totals"] if not is_crossed(total["group"])]


def _quoted_totals(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """What a forecast quotes of the groups within groups that it may be in."""
    for total in document["totals"]:
        if is_crossed(total["group"]) and is_quoted(total["group"]):
            yield {key: total[key] for key in QUOTED_KEYS}


def kinds_of(rows: Sequence[Mapping[str, Any]], races: Sequence[RecordRace]) -> list[Kind]:
    """The kind of the race of each row."""
    known = {finished.id: finished for finished in races}
    return [kind_of(known[row["race"]]) for row in rows]


def _how(settings: Settings, forecaster: str) -> dict[str, Any]:
    return {
        "program": __version__,
        "forecaster": forecaster,
        "held_out": held_out_words(settings),
        "design": settings.design,
        "past": settings.design == HoldOutDesign.PAST,
        "draws": settings.draws.n_draws,
        "seed": settings.draws.seed,
    }


def _is_plain(group: str) -> bool:
    """Whether a group is all races of a country or kind."""
    return group.startswith(SHOWN_PREFIXES) and "," not in group
