"""Totals of a backtest by kind of race, with standard errors clustered by election day."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import beta

from forecast.record.finished_races import CONTESTS, FOLDERS
from forecast.score.benchmarks import NAMES
from forecast.score.row import NO_LABEL, SAME_PARTY, TWO_PARTY, Kind
from forecast.stats.arrays import BoolArray, FloatArray

Row = Mapping[str, Any]
SCORES = ("crps", "log_score", "brier")
PERCENTS = (50, 80, 95)
RECENT = "2010"
N_BINS = 10
NOMINAL = tuple(round(0.05 * step, 2) for step in range(1, 20))
# Fewer races than this say nothing of a place.
FEWEST_OF_PLACE = 10


def totals(rows: Sequence[Row], kinds: Sequence[Kind]) -> list[dict[str, Any]]:
    """Scores by group; a race is in several groups.

    Parameters
    ----------
    rows, kinds
        One a race, in the same order.

    Returns
    -------
    list
        A dict a group: group, n races, n days, mean crps, log_score, brier of the model, its
        coverage, `units`, and `baselines` with the same and `difference`: the mean of model
        less baseline with its standard error; `best_baseline` is the one of the lowest CRPS.
    """
    days = np.array([kind.day for kind in kinds])
    found = []
    for name, inside in groups(kinds):
        chosen = [row for row, keep in zip(rows, inside, strict=True) if keep]
        if chosen:
            found.append({"group": name, **_total(chosen, days[inside])})
    return found


def groups(kinds: Sequence[Kind]) -> Iterator[tuple[str, BoolArray]]:
    """Name and members of every group, those of all races first."""

    def having(test: Callable[[Kind], bool]) -> BoolArray:
        return np.array([test(kind) for kind in kinds], dtype=np.bool_)

    parts = {
        "all": having(lambda _: True),
        "folders": having(lambda kind: kind.collection == FOLDERS),
        "contests": having(lambda kind: kind.collection == CONTESTS),
    }
    among = {
        parties: np.array([kind.parties == parties for kind in kinds], dtype=np.bool_)
        for parties in (TWO_PARTY, SAME_PARTY, NO_LABEL)
    }
    recent = having(lambda kind: kind.day >= RECENT)
    for part, inside in parts.items():
        yield part, inside
        for parties, members in among.items():
            yield f"{part}, {parties}", inside & members
        yield f"{part}, since {RECENT}", inside & recent
    for place in sorted({kind.place for kind in kinds}):
        inside = np.array([kind.place == place for kind in kinds], dtype=np.bool_)
        if inside.sum() >= FEWEST_OF_PLACE:
            yield f"place {place}", inside
            if place == "la":
                yield f"place {place}, folders", inside & parts["folders"]


def _total(rows: Sequence[Row], days: npt.NDArray[np.str_]) -> dict[str, Any]:
    own = {score: _column(rows, score) for score in SCORES}
    total: dict[str, Any] = {
        "n": len(rows),
        "days": len(set(days.tolist())),
        **{score: float(values.mean()) for score, values in own.items()},
        "coverage": coverage([row["pit"] for row in rows]),
        "favourite_won": float(np.mean([_favourite_won(row) for row in rows])),
        "units": unit_total(rows),
        "seconds": float(_column(rows, "seconds").sum()),
        "baselines": {},
    }
    for name in NAMES:
        theirs = [row["baselines"][name] for row in rows]
        entry: dict[str, Any] = {
            "coverage": {
                str(p): float(np.mean([score["coverage"][str(p)] for score in theirs]))
                for p in PERCENTS
            },
            "difference": {},
        }
        for score in SCORES:
            values = _column(theirs, score)
            entry[score] = float(values.mean())
            difference = own[score] - values
            entry["difference"][score] = {
                "mean": float(difference.mean()),
                "standard_error": clustered_error(difference, days),
            }
        total["baselines"][name] = entry
    best = min(NAMES, key=lambda name: total["baselines"][name]["crps"])
    total["best_baseline"] = best
    total["crps_below_best"] = 1 - total["crps"] / total["baselines"][best]["crps"]
    return total


def clustered_error(values: FloatArray, clusters: npt.NDArray[np.str_]) -> float | None:
    """Standard error of a mean whose values are independent between clusters only.

    Sums of the deviations by cluster, squared and added, over n², with the usual factor
    G / (G − 1) for G clusters (Liang and Zeger 1986). None with one cluster.
    """
    _, position = np.unique(clusters, return_inverse=True)
    sums = np.bincount(position, values - values.mean())
    n_clusters = len(sums)
    if n_clusters < 2:
        return None
    return float(np.sqrt(n_clusters / (n_clusters - 1) * (sums**2).sum()) / len(values))


def coverage(pit: Sequence[float]) -> dict[str, float]:
    """Part of outcomes inside the central 50, 80 and 95%, by their PIT."""
    away = np.abs(np.asarray(pit) - 0.5)
    return {str(p): float((away <= p / 200).mean()) for p in PERCENTS}


def unit_total(rows: Sequence[Row]) -> dict[str, Any]:
    """Unit scores: each unit counting once, and each race counting once."""
    n = np.array([row["units"]["n"] for row in rows], dtype=np.float64)
    total: dict[str, Any] = {"n": int(n.sum())}
    for key in ("coverage50", "coverage80", "coverage95", "crps"):
        values = np.array([row["units"][key] for row in rows], dtype=np.float64)
        total[key] = float(n @ values / n.sum())
        total[f"{key}_mean_of_races"] = float(values.mean())
    return total


def calibration(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Win probabilities in ten bins of the favourite's, with how often the favourite won.

    Each bin has from, to, n, mean forecast, won (a share) and the 90% interval of the chance
    that the wins allow (Jeffreys); empty bins are left out.
    """
    said = _column(rows, "win_probability")
    favourite = np.maximum(said, 1 - said)
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
    away = np.abs(_column(rows, "pit") - 0.5)
    return [{"level": q, "covered": float((away <= q / 2).mean())} for q in NOMINAL]


def pit_histogram(rows: Sequence[Row]) -> list[int]:
    """Counts of the PIT in ten equal bins of [0, 1]."""
    counts, _ = np.histogram(_column(rows, "pit"), bins=N_BINS, range=(0.0, 1.0))
    return [int(count) for count in counts]


def _favourite_won(row: Row) -> float:
    """1 where the more likely winner won, 0 where not, one half where neither was."""
    said, leader = row["win_probability"], row["actual_share"] > 0.5
    return 0.5 if said == 0.5 else float((said > 0.5) == leader)


def _column(rows: Sequence[Mapping[str, Any]], key: str) -> FloatArray:
    return np.array([row[key] for row in rows], dtype=np.float64)
