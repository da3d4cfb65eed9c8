"""Totals of a backtest by group of races, with standard errors of races that err together."""

from collections.abc import Mapping, Sequence
from statistics import mean, stdev
from typing import Any

import numpy as np

from forecast.defaults import HoldOutDesign
from forecast.race.place_words import US
from forecast.score.benchmarks import NAMES, SHARE_NAMES
from forecast.score.coverage_error import PERCENTS, SharedMisses
from forecast.score.race_groups import NEW_COUNTRIES, NEW_STATES, groups, is_crossed
from forecast.score.race_kind import Kind
from forecast.stats.arrays import FloatArray
from forecast.stats.clustered import Clusters, clustered_chance_interval, clustered_error

Row = Mapping[str, Any]
SCORES = ("crps", "log_score", "brier", "odds_log_score")
N_BINS = 10
NOMINAL = tuple(round(0.05 * step, 2) for step in range(1, 20))


def totals(
    rows: Sequence[Row], kinds: Sequence[Kind], design: HoldOutDesign = HoldOutDesign.DAYS
) -> list[dict[str, Any]]:
    """Scores by group; a race is in several groups.

    Parameters
    ----------
    rows, kinds
        One a race, in the same order.
    design
        What was left out. Whether intervals hold is correlated within a day, or within a place
        where places were left out, and so are the scores of units; other errors are clustered by
        day.

    Returns
    -------
    list
        A dict a group: group, n races, n days, means of `SCORES` of the model, its coverage,
        `turnout`, `units`, and `baselines` with the same scores and `difference`: the mean of
        model less baseline with its standard error; `best_baseline` is the one of the lowest
        CRPS.
    """
    if not rows:
        return []
    days = np.array([kind.day for kind in kinds])
    clusters = np.array([kind.place for kind in kinds]) if design == HoldOutDesign.PLACES else days
    share = SharedMisses.of(_column(rows, "pit"), clusters)
    turnout = SharedMisses.of(_column([row["turnout"] for row in rows], "pit"), clusters)
    found = []
    for name, inside in groups(kinds):
        chosen = [row for row, keep in zip(rows, inside, strict=True) if keep]
        if chosen:
            total = _total(chosen, days[inside], clusters[inside])
            total |= share.coverage_with_error(_column(chosen, "pit"), clusters[inside])
            cast = [row["turnout"] for row in chosen]
            total["turnout"] |= turnout.coverage_with_error(_column(cast, "pit"), clusters[inside])
            found.append({"group": name, **total})
    return found


def means_of_places(found: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Coverage and CRPS in states, and in countries, never seen, each of them counting once.

    That is what the spread of places in a forecast promises; counted by races, the place with most
    of them decides. A new state of the United States still has what its country teaches, which a
    new country has not. Races of one kind have a mean of their own where two places hold them.

    Parameters
    ----------
    found
        Totals by group of a backtest that leaves places out.

    Returns
    -------
    list
        A dict for states and one for countries, then one for each kind of race in either, where
        there are two places at least: group, n races, n days of the place with most, the places,
        those with most races first, means of crps and coverage over the places, and the standard
        error of the latter, places taken for independent; for all kinds together also `kinds`,
        those of which a place has a group of its own, and how many races there are.
    """
    named = ((NEW_STATES, True), (NEW_COUNTRIES, False))
    whole: dict[str, list[Mapping[str, Any]]] = {name: [] for name, _ in named}
    by_kind: dict[str, dict[str, list[Mapping[str, Any]]]] = {name: {} for name, _ in named}
    for total in found:
        if not total["group"].startswith("place "):
            continue
        name = next(n for n, state in named if state == total["group"].startswith(f"place {US} "))
        _, crossed, kind = total["group"].partition(", kind ")
        if crossed:
            by_kind[name].setdefault(kind, []).append(total)
        elif not is_crossed(total["group"]):
            whole[name].append(total)
    means = [
        {**_mean_of(name, part), "kinds": _races_by_kind(by_kind[name])}
        for name, part in whole.items()
        if len(part) > 1
    ]
    return means + [
        _mean_of(f"{name}, kind {kind}", part)
        for name, kinds in by_kind.items()
        for kind, part in sorted(kinds.items())
        if len(part) > 1
    ]


def _races_by_kind(kinds: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, int]:
    return {kind: sum(total["n"] for total in kinds[kind]) for kind in sorted(kinds)}


def _mean_of(name: str, places: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    held = {str(p): [total["coverage"][str(p)] for total in places] for p in PERCENTS}
    return {
        "group": name,
        "n": sum(total["n"] for total in places),
        "days": max(total["days"] for total in places),
        "places": [
            total["group"].removeprefix("place ").partition(", ")[0]
            for total in sorted(places, key=lambda total: -total["n"])
        ],
        "crps": mean(total["crps"] for total in places),
        "coverage": {p: mean(values) for p, values in held.items()},
        "coverage_error": {
            p: max(stdev(values) / len(places) ** 0.5, _least_error(int(p) / 100, places))
            for p, values in held.items()
        },
    }


def _least_error(level: float, places: Sequence[Mapping[str, Any]]) -> float:
    """Error of a mean over places that calibrated intervals have from the races of each alone.

    Two places may agree by chance, and their difference then tells no error.
    """
    by_place = sum(level * (1 - level) / total["n"] for total in places)
    return float(by_place**0.5) / len(places)


def _total(rows: Sequence[Row], days: Clusters, clusters: Clusters) -> dict[str, Any]:
    """All but the coverage of share and turnout; `clusters` are those of whether intervals hold."""
    own = {score: _column(rows, score) for score in SCORES}
    baselines = {name: _baseline_total(name, rows, own, days) for name in NAMES}
    best = min(SHARE_NAMES, key=lambda name: baselines[name]["crps"])
    return {
        "n": len(rows),
        "days": len(set(days.tolist())),
        **{score: float(values.mean()) for score, values in own.items()},
        "standard_error": {score: clustered_error(own[score], days) for score in SCORES},
        "favourite_won": float(np.mean([_favourite_won(row) for row in rows])),
        "turnout": _crps_with_error([row["turnout"] for row in rows], days),
        "units": unit_total(rows, clusters),
        "seconds": float(_column(rows, "seconds").sum()),
        "baselines": baselines,
        "best_baseline": best,
        "crps_below_best": 1 - float(own["crps"].mean()) / baselines[best]["crps"],
    }


def _baseline_total(
    name: str, rows: Sequence[Row], own: Mapping[str, FloatArray], days: Clusters
) -> dict[str, Any]:
    """Mean scores of a simple forecast, and of the model less it; None of what it has none of."""
    theirs = [row["baselines"][name] for row in rows]
    entry: dict[str, Any] = {
        "coverage": {
            str(p): float(np.mean([score["coverage"][str(p)] for score in theirs]))
            for p in PERCENTS
            if name in SHARE_NAMES
        },
        "difference": {},
    }
    for score in SCORES:
        if theirs[0][score] is None:
            entry[score] = entry["difference"][score] = None
            continue
        values = _column(theirs, score)
        entry[score] = float(values.mean())
        entry["difference"][score] = {
            "mean": float((own[score] - values).mean()),
            "standard_error": clustered_error(own[score] - values, days),
        }
    return entry


def _crps_with_error(scores: Sequence[Row], days: Clusters) -> dict[str, Any]:
    crps = _column(scores, "crps")
    return {"crps": float(crps.mean()), "standard_error": clustered_error(crps, days)}


def unit_total(rows: Sequence[Row], clusters: Clusters) -> dict[str, Any]:
    """Unit scores: each unit counting once, and each race counting once, with their errors.

    Each unit counting once a group is a statement about its few largest races, which the error
    clustered by day shows, or by place where places were left out.
    """
    n = np.array([row["units"]["n"] for row in rows], dtype=np.float64)
    total: dict[str, Any] = {"n": int(n.sum()), "standard_error": {}}
    for key in ("coverage50", "coverage80", "coverage95", "crps"):
        values = np.array([row["units"][key] for row in rows], dtype=np.float64)
        total[key] = float(n @ values / n.sum())
        total[f"{key}_mean_of_races"] = float(values.mean())
        total["standard_error"] |= {
            key: clustered_error(values, clusters, n),
            f"{key}_mean_of_races": clustered_error(values, clusters),
        }
    return total


def calibration(rows: Sequence[Row], days: Clusters) -> list[dict[str, Any]]:
    """Win probabilities in ten bins of the favourite's, with how often the favourite won.

    Each bin has from, to, n, mean forecast, won (a share) and the 90% interval of the chance
    that the wins allow, races of a day being alike; its ends are None where one day holds nearly
    all. Empty bins are left out.

    Parameters
    ----------
    rows, days
        One a race, in the same order.
    """
    predicted = _column(rows, "win_probability")
    favourite = np.maximum(predicted, 1 - predicted)
    won = np.array([_favourite_won(row) for row in rows])
    edges = np.linspace(0.5, 1.0, N_BINS + 1)
    place = np.clip(np.digitize(favourite, edges) - 1, 0, N_BINS - 1)
    bins = []
    for index in range(N_BINS):
        inside = place == index
        n = int(inside.sum())
        if n:
            low, high = clustered_chance_interval(won[inside], days[inside]) or (None, None)
            bins.append(
                {
                    "from": float(edges[index]),
                    "to": float(edges[index + 1]),
                    "n": n,
                    "forecast": float(favourite[inside].mean()),
                    "won": float(won[inside].mean()),
                    "low": low,
                    "high": high,
                }
            )
    return bins


def coverage_by_level(rows: Sequence[Row]) -> list[dict[str, float]]:
    """Nominal level and the part of outcomes inside that central interval."""
    distance = np.abs(_column(rows, "pit") - 0.5)
    return [{"level": q, "covered": float((distance <= q / 2).mean())} for q in NOMINAL]


def pit_histogram(rows: Sequence[Row]) -> list[int]:
    """Counts of the PIT in ten equal bins of [0, 1]."""
    counts, _ = np.histogram(_column(rows, "pit"), bins=N_BINS, range=(0.0, 1.0))
    return [int(count) for count in counts]


def outcomes(rows: Sequence[Row]) -> dict[str, list[Any]]:
    """Of every race what takes it out of a total: id, pit, crps, the favourite's chance, won."""
    return {
        "id": [row["race"] for row in rows],
        "pit": [round(row["pit"], 5) for row in rows],
        "crps": [round(row["crps"], 6) for row in rows],
        "favourite": [
            round(max(row["win_probability"], 1 - row["win_probability"]), 4) for row in rows
        ],
        "won": [_favourite_won(row) for row in rows],
    }


def _favourite_won(row: Row) -> float:
    """1 where the more likely winner won, 0 where not, one half where neither was."""
    predicted, leader = row["win_probability"], row["actual_share"] > 0.5
    return 0.5 if predicted == 0.5 else float((predicted > 0.5) == leader)


def _column(rows: Sequence[Mapping[str, Any]], key: str) -> FloatArray:
    return np.array([row[key] for row in rows], dtype=np.float64)
