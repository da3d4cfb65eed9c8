"""How often the favorites of the record won, by what they were forecast: the bins of its chart."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from forecast.race.level_words import plural
from forecast.race.situation import situation_of
from forecast.stats.clustered import clustered_chance_interval, clustered_error

# Fewest races of a dot, and of a band that is told.
MIN_BIN = 5
# Percent between the ends of a bin.
BIN = 5
# Percent from which a favorite is a strong one.
STRONG = 90
# Ends in percent of the bands in which a favorite's chance may lie.
BANDS = ((50, 65), (65, STRONG), (STRONG, 100))
# Standard errors within which a difference may be chance.
BY_CHANCE = 2.0


def favorites_of(
    race: Race, summary: Mapping[str, Any] | None = None
) -> tuple[str, tuple[RecordedOutcome, ...]]:
    """The group whose favorites are told, and how the forecast of each of its races did.

    The races of the track record where every one of their forecasts is known, else those of the
    closest wider group; without the race itself. Empty where the record has none.
    """
    content = read_record_summary() if summary is None else summary
    found = track_record(race, summary)
    quoted = [found.group] if found else []
    kind = f"kind {situation_of(race).kind}"
    for name in (*quoted, kind, f"all, {parties_of_race(race)}", "all"):
        own = own_races(race, name)
        outcomes = outcomes_of((one for one in races_of(name) if one not in own), content)
        is_quoted = found is not None and name == found.group and len(outcomes) == found.races
        if is_quoted or len(outcomes) >= MIN_QUOTED:
            return name, outcomes
    return "", ()


def calibration_bins(
    race: Race, summary: Mapping[str, Any] | None = None
) -> tuple[str, list[dict[str, float]]]:
    """The group whose calibration is shown, and its bins; empty where the record has none.

    Returns
    -------
    tuple
        The group, and the bins as of `bins_of`.
    """
    group, outcomes = favorites_of(race, summary)
    return group, bins_of(outcomes)


def bins_of(outcomes: Sequence[RecordedOutcome]) -> list[dict[str, float]]:
    """Bins of `BIN` percent, neighbours together until each has `MIN_BIN` races.

    A dot of one race says nothing.

    Returns
    -------
    list
        Of each bin its ends, mean forecast, part won with its 90% interval, in percent, and n,
        the races. Those of a day are alike: where one day holds nearly all, the interval is NaN.
    """
    parts: dict[int, list[RecordedOutcome]] = {}
    for one in sorted(outcomes, key=lambda outcome: outcome.favourite):
        # The last bin holds its upper end.
        parts.setdefault(min(int(100 * one.favourite / BIN + 1e-9), 100 // BIN - 1), []).append(one)
    merged: list[tuple[int, int, list[RecordedOutcome]]] = []
    for place, inside in parts.items():
        if merged and len(merged[-1][2]) < MIN_BIN:
            first, _, before = merged.pop()
            merged.append((first, place, before + inside))
        else:
            merged.append((place, place, inside))
    if len(merged) > 1 and len(merged[-1][2]) < MIN_BIN:
        _, last, behind = merged.pop()
        first, _, before = merged.pop()
        merged.append((first, last, before + behind))
    return [_bin(BIN * first, BIN * (last + 1), inside) for first, last, inside in merged]


def _bin(start: float, end: float, inside: Sequence[RecordedOutcome]) -> dict[str, float]:
    won = np.array([one.won for one in inside])
    days = np.array([one.day for one in inside])
    low, high = clustered_chance_interval(won, days) or (math.nan, math.nan)
    return {
        "from": float(start),
        "to": float(end),
        "forecast": 100 * sum(one.favourite for one in inside) / len(inside),
        "won": 100 * float(won.mean()),
        "n": len(inside),
        "low": 100 * low,
        "high": 100 * high,
    }


@dataclass(frozen=True)
class Band:
    """Favorites of the record whose chance was in one band.

    Attributes
    ----------
    group
        Of the record.
    low, high
        Ends of the band, percent.
    races, days
        How many races, and on how many days.
    forecast, won
        Mean chance of the favorites, and the part of them that won, in [0, 1].
    error
        Standard error of the difference, clustered by day and no less than that of independent
        races of these chances; None where one day holds nearly all.
    """

    group: str
    low: int
    high: int
    races: int
    days: int
    forecast: float
    won: float
    error: float | None

    @property
    def is_off(self) -> bool:
        """Whether the part that won differs from the forecast by more than chance explains.

        Of few races that is not told: their standard error says little.
        """
        if self.error is None or self.races < MIN_QUOTED:
            return False
        return abs(self.won - self.forecast) > BY_CHANCE * self.error


def band_of(
    race: Race, win_probability: float, summary: Mapping[str, Any] | None = None
) -> Band | None:
    """The favorites of the record with a chance like this one; None for fewer than `MIN_BIN`.

    Parameters
    ----------
    race, summary
        As for `calibration_bins`.
    win_probability
        Of either finalist, in [0, 1].
    """
    # By its percent as readers see it; no favorite of the record is shown.
    low, high = _band_at(round(max(win_probability, 1 - win_probability), 2))
    group, outcomes = favorites_of(race, summary)
    inside = [one for one in outcomes if _band_at(one.favourite) == (low, high)]
    if len(inside) < MIN_BIN:
        return None
    chances = np.array([one.favourite for one in inside])
    won = np.array([one.won for one in inside])
    days = np.array([one.day for one in inside])
    error = clustered_error(won - chances, days)
    independent = math.sqrt(float((chances * (1 - chances)).sum())) / len(inside)
    return Band(
        group,
        low,
        high,
        len(inside),
        len(set(days.tolist())),
        float(chances.mean()),
        float(won.mean()),
        None if error is None else max(error, independent),
    )


def _band_at(favourite: float) -> tuple[int, int]:
    """The band of a favorite's chance, in [0.5, 1]."""
    return next(ends for ends in reversed(BANDS) if 100 * favourite >= ends[0] - 1e-9)


def favorites_words(
    race: Race, win_probability: float, summary: Mapping[str, Any] | None = None
) -> str:
    """How often favorites with a chance like this one won, against what was forecast.

    Then, where this one is no strong favorite, that strong ones won less often, if they did.
    """
    band = band_of(race, win_probability, summary)
    strong = "" if band and band.low == STRONG else strong_favorites_words(race, summary)
    return ". ".join(filter(None, (_band_words(band, race, summary) if band else "", strong)))


def _band_words(band: Band, race: Race, summary: Mapping[str, Any] | None) -> str:
    chance = f"{band.low}% or more" if band.high == 100 else f"{band.low} to {band.high}%"
    error = (
        f"on {plural(band.days, 'day')}, too few for a standard error"
        if band.error is None
        else f"standard error {100 * band.error:.1f} points, clustered by day"
    )
    off = "a shortfall" if band.won < band.forecast else "an excess"
    return (
        f"Of {band.races:,} favorites with a {chance} chance, like this one"
        f"{_among(band.group, race, summary)}, {band.races * band.won:,.10g} won: "
        f"{100 * band.won:.0f}%, against {100 * band.forecast:.0f}% forecast ({error})"
        f"{f', {off} larger than chance explains' if band.is_off else ''}"
        f"{'; too few to judge' if band.races < MIN_QUOTED else ''}"
    )


def strong_favorites_words(race: Race, summary: Mapping[str, Any] | None = None) -> str:
    """That strong favorites won less often than was forecast; "" where they did not.

    Those with `STRONG` percent or more: said where the 90% interval of the part that won lies
    below the mean forecast.
    """
    group, outcomes = favorites_of(race, summary)
    inside = [one for one in outcomes if 100 * one.favourite >= STRONG - 1e-9]
    if not inside:
        return ""
    strong = _bin(STRONG, 100, inside)
    if not strong["high"] < strong["forecast"]:
        return ""
    return (
        f"Strong favorites underperformed{_among(group, race, summary)}: of "
        f"{len(inside):,} given a {STRONG}% chance or more (average {strong['forecast']:.0f}%), "
        f"{sum(one.won for one in inside):,.0f} won ({strong['won']:.0f}%; 90% interval "
        f"{strong['low']:.0f} to {strong['high']:.0f}%)"
    )


def _among(group: str, race: Race, summary: Mapping[str, Any] | None) -> str:
    """Which races these are of, where they are not those of the track record: " (all kinds)"."""
    found = track_record(race, summary)
    return f" ({group_words(group)})" if found is None or found.group != group else ""
