"""How forecasts of races like this one have done: the closest group of the record, and its limits.

The record is written by `forecast backtest`; what it lacks is left out, and where it is of an
earlier program the words say so.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from forecast.errors import InputError
from forecast.files import shipped_folder
from forecast.output import words
from forecast.race.contest import Race
from forecast.race.place_words import US, state_name
from forecast.race.situation import situation_of

# A group of fewer races than this says little of how often an interval holds.
MIN_QUOTED = 25
# Groups of the record of places left out.
NEW_STATES, NEW_COUNTRIES = "states never seen", "countries never seen"
TWO_PARTIES, SAME_PARTY, NO_LABEL = "two parties", "same party", "no label"


@dataclass(frozen=True)
class TrackRecord:
    """Scores of forecasts of one group of finished races.

    Attributes
    ----------
    group
        Its name in the record.
    races, days
        How many races, and on how many days.
    coverage
        Percent of the interval to the part of the results that it held, "80" to 0.79.
    crps
        Mean CRPS of the share, a share.
    errors
        Standard errors of `coverage`, where the record has them.
    places
        The places of a mean over places never seen, those with most races first.
    """

    group: str
    races: int
    days: int
    coverage: Mapping[str, float]
    crps: float
    errors: Mapping[str, float | None]
    places: tuple[str, ...] = ()

    def coverage_error(self, percent: str) -> float:
        """Standard error of a coverage, from the days where the record has none."""
        known = self.errors.get(percent)
        if known is not None:
            return float(known)
        held = self.coverage[percent]
        return math.sqrt(max(held * (1 - held), 1e-4) / max(self.days, 1))


@cache
def read_record_summary() -> Mapping[str, Any]:
    """The summary of the record that ships; empty where none does.

    Raises
    ------
    InputError
        When the file is no JSON.
    """
    path = shipped_folder("data") / "record" / "summary.json"
    if not path.is_file():
        return {}
    try:
        content: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"{path}: no JSON ({error}); write it again") from error
    return content


def parties_of_race(race: Race) -> str:
    """What the labels of the finalists say: two parties, same party or no label."""
    first, second = (race.candidate_blocs[index] for index in race.finalist_index)
    if not first or not second:
        return NO_LABEL
    return SAME_PARTY if first == second else TWO_PARTIES


def wanted_groups(race: Race) -> tuple[str, ...]:
    """Names of the groups that a race belongs to, the closest first."""
    where, parties = situation_of(race), parties_of_race(race)
    return (
        f"place {where.place}, kind {where.kind}",
        f"kind {where.kind}, {parties}",
        f"kind {where.kind}",
        f"place {where.place}, {parties}",
        f"place {where.place}",
        f"country {where.country}, {parties}",
        f"country {where.country}",
        f"all, {parties}",
        "all",
    )


def track_record(
    race: Race, summary: Mapping[str, Any] | None = None, least: int = MIN_QUOTED
) -> TrackRecord | None:
    """The record of forecasts of the same kind and place, as close as there are enough of them.

    Of a place that the record does not have it is that of places left out, where the record has it.

    Parameters
    ----------
    race
        The race to forecast.
    summary
        A summary of `forecast backtest`; the one that ships by default.
    least
        Fewest races of a group.
    """
    content = read_record_summary() if summary is None else summary
    known = {
        str(total.get("group", "")).casefold(): total
        for total in scored_totals(content)
        if _is_scored(total)
    }
    where = situation_of(race)
    is_new = f"place {where.place}".casefold() not in known
    of_new = NEW_STATES if where.country == US else NEW_COUNTRIES
    for name in ((of_new,) if is_new else ()) + wanted_groups(race):
        total = known.get(name.casefold())
        if total is not None and total["n"] >= least:
            return TrackRecord(
                group=name,
                races=int(total["n"]),
                days=int(total.get("days") or total["n"]),
                coverage=dict(total["coverage"]),
                crps=float(total["crps"]),
                errors=dict(total.get("coverage_error") or {}),
                places=tuple(total.get("places") or ()),
            )
    return None


def scored_totals(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The totals of a summary, a list or a mapping by group; none where it has another form."""
    totals = content.get("totals")
    if isinstance(totals, dict):
        return [
            {"group": name, **total} for name, total in totals.items() if isinstance(total, dict)
        ]
    return (
        [total for total in totals if isinstance(total, dict)] if isinstance(totals, list) else []
    )


def group_words(group: str) -> str:
    """A group as a reader knows it: "top-two primaries and their general elections in Ohio"."""
    what, where = [], []
    for part in group.split(", "):
        word, _, name = part.partition(" ")
        if word == "kind":
            what.append(KIND_WORDS.get(name, name.replace("_", " ")))
        elif word in ("place", "country"):
            where.append(_place_words(name))
        elif part in (NEW_STATES, NEW_COUNTRIES):
            what.append(part)
        elif part == "all":
            what.append("all kinds and places")
        else:
            what.append(part)
    if not what:
        return f"races in {', '.join(where)}"
    return " in ".join(filter(None, (", ".join(what), ", ".join(where))))


def _place_words(place: str) -> str:
    """Name of a place: "US GA" is Georgia, "US" the United States."""
    country, _, state = place.partition(" ")
    if country != US:
        return place
    return state_name(state) or "the United States"


KIND_WORDS = {
    "general_runoff": "general runoffs",
    "primary_runoff": "primary runoffs",
    "special_all_party": "special elections of all parties",
    "top_two_primary": "top-two primaries and their general elections",
    "special_primary": "special primaries and their general elections",
    "top_two": "second rounds of the top two",
    "nonpartisan_top_two": "non-partisan elections of the top two",
    "council": "council elections",
    "mayor": "elections of mayors",
    "local_executive": "elections of mayors and prefects",
    "legislature_constituency": "constituencies of a legislature",
}


def track_record_words(record: TrackRecord, uses_polls: bool) -> str:
    """The record in a sentence or two, with what it is not."""
    held = [
        f"{percent}% intervals held {100 * record.coverage[percent]:.0f}% "
        f"(± {_percent_or_under_one(record.coverage_error(percent))})"
        for percent in ("80", "95")
        if percent in record.coverage
    ]
    races, days = words.plural(record.races, "finished runoff"), words.plural(record.days, "day")
    if record.group in (NEW_STATES, NEW_COUNTRIES):
        place = "state" if record.group == NEW_STATES else "country"
        where = ", ".join(_place_words(name) for name in record.places)
        which = (
            f"{races}{f' ({where})' if where else ''}, each forecast without any of its own {place}"
        )
        results = f"the results, on average over {words.plural_of(place)}"
    else:
        which = f"{races} on {days} ({group_words(record.group)}), forecast without their results"
        results = "the results"
    text = f"{which}: {' and '.join(held)} of {results} (± one standard error)"
    limits = ["their first rounds were fitted by an approximation"]
    if uses_polls:
        limits.append("they used no polls, and this forecast does")
    return f"{text}. Limits: {'; '.join(limits)}"


def _percent_or_under_one(part: float) -> str:
    return f"{100 * part:.0f}" if part >= 0.005 else "less than 1"


def calibration_bins(
    race: Race, summary: Mapping[str, Any] | None = None
) -> tuple[str, Sequence[Mapping[str, Any]]]:
    """The group whose calibration is shown, and its bins; empty where the record has none."""
    content = read_record_summary() if summary is None else summary
    calibration = content.get("calibration")
    if not isinstance(calibration, dict):
        return "", ()
    for name in (*wanted_groups(race)[2:3], f"all, {parties_of_race(race)}", "all"):
        bins = calibration.get(name)
        if isinstance(bins, list) and sum(_count(entry) for entry in bins) >= MIN_QUOTED:
            return name, bins
    return "", ()


def _is_scored(total: Mapping[str, Any]) -> bool:
    coverage = total.get("coverage")
    return (
        all(isinstance(total.get(key), int | float) for key in ("n", "crps"))
        and isinstance(coverage, dict)
        and all(isinstance(value, int | float) for value in coverage.values())
    )


def _count(entry: object) -> float:
    return float(entry.get("n", 0)) if isinstance(entry, dict) else 0.0
