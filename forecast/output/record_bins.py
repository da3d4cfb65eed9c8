"""How often the favorites of the record won, by what they were forecast: the bins of its chart."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from forecast.output.record_places import races_of
from forecast.output.record_words import group_words
from forecast.output.track_record import (
    MIN_QUOTED,
    RecordedOutcome,
    outcomes_of,
    own_races,
    parties_of_race,
    read_record_summary,
    track_record,
)
from forecast.race.contest import Race
from forecast.race.situation import situation_of

# Fewest races of a dot.
MIN_BIN = 5
# Percent between the ends of a bin of the summary.
BIN = 5
# Percent from which a favorite is a strong one.
STRONG = 90
# Points of the grid of a chance.
GRID = 20_000
_NEEDED = ("from", "to", "forecast", "won", "low", "high", "n")


def calibration_bins(
    race: Race, summary: Mapping[str, Any] | None = None
) -> tuple[str, list[dict[str, float]]]:
    """The group whose calibration is shown, and its bins; empty where the record has none.

    Of the races of the track record where the calibration of those is known, or every one of
    their forecasts, else of the closest wider group; without the race itself.

    Returns
    -------
    tuple
        The group, and for each bin its ends, mean forecast, part won with its 90% interval, in
        percent, and n, the races.
    """
    content = read_record_summary() if summary is None else summary
    calibration = content.get("calibration")
    if not isinstance(calibration, dict):
        return "", []
    found = track_record(race, summary)
    quoted = [found.group] if found else []
    kind = f"kind {situation_of(race).kind}"
    if found and found.group not in calibration:
        own = own_races(race, found.group)
        others = [finished for finished in races_of(found.group) if finished not in own]
        outcomes = outcomes_of(others, content)
        if len(outcomes) == found.races:
            return found.group, _merged(bins_of(outcomes))
    for name in (*quoted, kind, f"all, {parties_of_race(race)}", "all"):
        bins = calibration.get(name)
        rows = [_percent(entry) for entry in bins if _is_whole(entry)] if bins else []
        for outcome in outcomes_of(own_races(race, name), content):
            rows = _without(rows, outcome)
        if sum(row["n"] for row in rows) >= MIN_QUOTED:
            return name, _merged(rows)
    return "", []


def strong_favorites_words(race: Race, summary: Mapping[str, Any] | None = None) -> str:
    """That strong favorites won less often than was forecast; "" where they did not.

    By the bins of the chart from `STRONG` percent on, taken together: said where the 90% interval
    of the part that won lies below the mean forecast.
    """
    group, bins = calibration_bins(race, summary)
    strong = [row for row in bins if row["from"] >= STRONG - 0.01]
    if not strong:
        return ""
    all_of_them = strong[0]
    for row in strong[1:]:
        all_of_them = _together(all_of_them, row)
    if all_of_them["high"] >= all_of_them["forecast"]:
        return ""
    found = track_record(race, summary)
    of_others = found is None or found.group != group
    return (
        f"Strong favorites underperformed{f' ({group_words(group)})' if of_others else ''}: of "
        f"{all_of_them['n']:,.0f} given a {STRONG}% chance or more (average "
        f"{all_of_them['forecast']:.0f}%), {all_of_them['n'] * all_of_them['won'] / 100:,.0f} won "
        f"({all_of_them['won']:.0f}%; 90% interval {all_of_them['low']:.0f} to "
        f"{all_of_them['high']:.0f}%)"
    )


def _is_whole(entry: object) -> bool:
    """Whether a bin of the summary has all its numbers and any races."""
    return (
        isinstance(entry, dict)
        and all(
            isinstance(entry.get(key), int | float) and not isinstance(entry[key], bool)
            for key in _NEEDED
        )
        and entry["n"] > 0
    )


def _percent(entry: Mapping[str, Any]) -> dict[str, float]:
    """A bin of the summary in percent."""
    return {key: float(entry[key]) * (1 if key == "n" else 100) for key in _NEEDED}


def bins_of(outcomes: Sequence[RecordedOutcome]) -> list[dict[str, float]]:
    """Bins of `BIN` percent of single races, as `calibration_bins` gives them."""
    bins: dict[int, list[RecordedOutcome]] = {}
    for one in sorted(outcomes, key=lambda outcome: outcome.favourite):
        # The last bin holds its upper end.
        bins.setdefault(min(int(100 * one.favourite / BIN + 1e-9), 100 // BIN - 1), []).append(one)
    return [
        _with_interval(
            {
                "from": float(BIN * place),
                "to": float(BIN * (place + 1)),
                "forecast": 100 * sum(one.favourite for one in inside) / len(inside),
                "won": 100 * sum(one.won for one in inside) / len(inside),
                "n": len(inside),
            }
        )
        for place, inside in bins.items()
    ]


def _without(rows: Sequence[dict[str, float]], own: RecordedOutcome) -> list[dict[str, float]]:
    """Bins without one race; one that is left with none goes."""
    kept = []
    chance = 100 * own.favourite
    place = max((i for i, row in enumerate(rows) if row["from"] <= chance + 1e-9), default=-1)
    for index, row in enumerate(rows):
        if index != place:
            kept.append(row)
        elif row["n"] > 1:
            n = row["n"] - 1
            forecast = (row["n"] * row["forecast"] - chance) / n
            won = (row["n"] * row["won"] - 100 * own.won) / n
            kept.append(_with_interval({**row, "n": n, "forecast": forecast, "won": won}))
    return kept


def _merged(rows: Sequence[dict[str, float]]) -> list[dict[str, float]]:
    """Neighbours put together until each has `MIN_BIN` races: a dot of one race says nothing."""
    merged: list[dict[str, float]] = []
    for row in rows:
        if merged and merged[-1]["n"] < MIN_BIN:
            merged[-1] = _together(merged[-1], row)
        else:
            merged.append(row)
    if len(merged) > 1 and merged[-1]["n"] < MIN_BIN:
        last = merged.pop()
        merged[-1] = _together(merged[-1], last)
    return merged


def _together(one: Mapping[str, float], two: Mapping[str, float]) -> dict[str, float]:
    """Two bins as one: means over races."""
    n = one["n"] + two["n"]
    mean = {key: (one["n"] * one[key] + two["n"] * two[key]) / n for key in ("forecast", "won")}
    return _with_interval({"from": one["from"], "to": two["to"], **mean, "n": n})


def _with_interval(row: Mapping[str, float]) -> dict[str, float]:
    """A bin with the 90% interval of the part that won."""
    low, high = jeffreys_interval(row["won"] / 100 * row["n"], row["n"])
    return {**row, "low": 100 * low, "high": 100 * high}


def jeffreys_interval(wins: float, n: float) -> tuple[float, float]:
    """The central 90% interval of a chance, by wins out of n (Jeffreys): shares in [0, 1].

    At share = sin² angle the density is sin^(2 wins) cos^(2 losses), smooth to both ends, and its
    sum over a grid is good to a millionth. SciPy would take longer to load than all of it.
    """
    angles = (np.arange(GRID) + 0.5) * (np.pi / 2 / GRID)
    log_density = 2 * wins * np.log(np.sin(angles)) + 2 * (n - wins) * np.log(np.cos(angles))
    density = np.exp(log_density - log_density.max())
    below = np.cumsum(density)
    ends = (np.arange(GRID) + 1.0) * (np.pi / 2 / GRID)
    low, high = np.interp([0.05, 0.95], below / below[-1], ends)
    return float(np.sin(low) ** 2), float(np.sin(high) ** 2)
