"""Totals of a backtest by group of races, with standard errors clustered by election day."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import beta

from forecast.score.benchmarks import NAMES, SHARE_NAMES
from forecast.score.race_groups import groups
from forecast.score.race_kind import Kind
from forecast.stats.arrays import FloatArray

Row = Mapping[str, Any]
Days = npt.NDArray[np.str_]
SCORES = ("crps", "log_score", "brier", "odds_log_score")
PERCENTS = (50, 80, 95)
N_BINS = 10
NOMINAL = tuple(round(0.05 * step, 2) for step in range(1, 20))


def totals(rows: Sequence[Row], kinds: Sequence[Kind]) -> list[dict[str, Any]]:
    """Scores by group; a race is in several groups.

    Parameters
    ----------
    rows, kinds
        One a race, in the same order.

    Returns
    -------
    list
        A dict a group: group, n races, n days, means of `SCORES` of the model, its coverage,
        `turnout`, `units`, and `baselines` with the same scores and `difference`: the mean of
        model less baseline with its standard error; `best_baseline` is the one of the lowest
        CRPS.
    """
    days = np.array([kind.day for kind in kinds])
    found = []
    for name, inside in groups(kinds):
        chosen = [row for row, keep in zip(rows, inside, strict=True) if keep]
        if chosen:
            found.append({"group": name, **_total(chosen, days[inside])})
    return found


def _total(rows: Sequence[Row], days: Days) -> dict[str, Any]:
    own = {score: _column(rows, score) for score in SCORES}
    baselines = {name: _baseline_total(name, rows, own, days) for name in NAMES}
    best = min(SHARE_NAMES, key=lambda name: baselines[name]["crps"])
    return {
        "n": len(rows),
        "days": len(set(days.tolist())),
        **{score: float(values.mean()) for score, values in own.items()},
        "standard_error": {score: clustered_error(own[score], days) for score in SCORES},
        **_coverage_with_error(_column(rows, "pit"), days),
        "favourite_won": float(np.mean([_favourite_won(row) for row in rows])),
        "turnout": turnout_total([row["turnout"] for row in rows], days),
        "units": unit_total(rows, days),
        "seconds": float(_column(rows, "seconds").sum()),
        "baselines": baselines,
        "best_baseline": best,
        "crps_below_best": 1 - float(own["crps"].mean()) / baselines[best]["crps"],
    }


def _baseline_total(
    name: str, rows: Sequence[Row], own: Mapping[str, FloatArray], days: Days
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


def clustered_error(
    values: FloatArray, clusters: Days, weights: FloatArray | None = None
) -> float | None:
    """Standard error of a mean whose values are independent between clusters only.

    Sums of the deviations by cluster, squared and added, over n², with the usual factor
    G / (G − 1) for G clusters (Liang and Zeger 1986). None with one cluster.

    Parameters
    ----------
    values
        Shape (n,).
    clusters
        What each belongs to, shape (n,).
    weights
        Of the mean, shape (n,); all the same by default.
    """
    weight = np.ones(len(values)) if weights is None else weights
    mean = float(weight @ values / weight.sum())
    _, position = np.unique(clusters, return_inverse=True)
    sums = np.bincount(position, weight * (values - mean))
    n_clusters = len(sums)
    if n_clusters < 2:
        return None
    variance = n_clusters / (n_clusters - 1) * float((sums**2).sum())
    return float(np.sqrt(variance) / weight.sum())


def coverage(pit: Sequence[float] | FloatArray) -> dict[str, float]:
    """Part of outcomes inside the central 50, 80 and 95%, by their PIT."""
    distance = np.abs(np.asarray(pit) - 0.5)
    return {str(p): float((distance <= p / 200).mean()) for p in PERCENTS}


def _coverage_with_error(pit: FloatArray, days: Days) -> dict[str, dict[str, Any]]:
    distance = np.abs(pit - 0.5)
    errors = {
        str(p): clustered_error((distance <= p / 200).astype(np.float64), days) for p in PERCENTS
    }
    return {"coverage": coverage(pit), "coverage_error": errors}


def turnout_total(scores: Sequence[Row], days: Days) -> dict[str, Any]:
    """Mean CRPS of the log turnout ratio with its error, and its coverage."""
    crps = _column(scores, "crps")
    return {
        "crps": float(crps.mean()),
        "standard_error": clustered_error(crps, days),
        **_coverage_with_error(_column(scores, "pit"), days),
    }


def unit_total(rows: Sequence[Row], days: Days) -> dict[str, Any]:
    """Unit scores: each unit counting once, and each race counting once, with their errors.

    Each unit counting once a group is a statement about its few largest races, which the error
    clustered by day shows.
    """
    n = np.array([row["units"]["n"] for row in rows], dtype=np.float64)
    total: dict[str, Any] = {"n": int(n.sum()), "standard_error": {}}
    for key in ("coverage50", "coverage80", "coverage95", "crps"):
        values = np.array([row["units"][key] for row in rows], dtype=np.float64)
        total[key] = float(n @ values / n.sum())
        total[f"{key}_mean_of_races"] = float(values.mean())
        total["standard_error"] |= {
            key: clustered_error(values, days, n),
            f"{key}_mean_of_races": clustered_error(values, days),
        }
    return total


def calibration(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Win probabilities in ten bins of the favourite's, with how often the favourite won.

    Each bin has from, to, n, mean forecast, won (a share) and the 90% interval of the chance
    that the wins allow (Jeffreys); empty bins are left out.
    """
    predicted = _column(rows, "win_probability")
    favourite = np.maximum(predicted, 1 - predicted)
    won = np.array([_favourite_won(row) for row in rows])
    edges = np.linspace(0.5, 1.0, N_BINS + 1)
    place = np.clip(np.digitize(favourite, edges) - 1, 0, N_BINS - 1)
    bins = []
    for index in range(N_BINS):
        inside = place == index
        n, wins = int(inside.sum()), float(won[inside].sum())
        if n:
            low, high = beta.ppf([0.05, 0.95], wins + 0.5, n - wins + 0.5).tolist()
            bins.append(
                {
                    "from": float(edges[index]),
                    "to": float(edges[index + 1]),
                    "n": n,
                    "forecast": float(favourite[inside].mean()),
                    "won": wins / n,
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


def _favourite_won(row: Row) -> float:
    """1 where the more likely winner won, 0 where not, one half where neither was."""
    predicted, leader = row["win_probability"], row["actual_share"] > 0.5
    return 0.5 if predicted == 0.5 else float((predicted > 0.5) == leader)


def _column(rows: Sequence[Mapping[str, Any]], key: str) -> FloatArray:
    return np.array([row[key] for row in rows], dtype=np.float64)
