"""How forecasts of races like this one have done: the closest group of the record, and its limits.

The record is written by `forecast backtest`; what it lacks is left out, and where it is of an
earlier program the words say so.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from forecast.errors import InputError
from forecast.files import shipped_folder
from forecast.output.record_places import places_of
from forecast.race.contest import Race
from forecast.race.level_words import plural, plural_of
from forecast.race.place_words import US, state_name
from forecast.race.situation import situation_of

# Fewest races that are quoted. The error of what 80% intervals held is sqrt(0.8 × 0.2 / 16), ten
# points: two of them tell 80 in 100 from 60. Fewer say little, more would send races of a rare kind
# to others: of non-partisan elections of the top two there are 24, of presidents and their like in
# other countries 17. The error is always said.
MIN_QUOTED = 16
# Places of a record that are named with their number of races.
MAX_PLACES = 5
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
    few_in
        The place of the race, "US OH", where the record is one of other places.
    by_place
        How many of the races each place has, those with most first; empty where that is not known
        or said by the group.
    mostly
        The kind of more than half of the races, where they are of all kinds.
    """

    group: str
    races: int
    days: int
    coverage: Mapping[str, float]
    crps: float
    errors: Mapping[str, float | None]
    places: tuple[str, ...] = ()
    few_in: str = ""
    mostly: str = ""
    by_place: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_of_new_places(self) -> bool:
        """Whether each race was forecast without any of its own state or country."""
        return self.group.partition(", ")[0] in (NEW_STATES, NEW_COUNTRIES)

    def coverage_error(self, percent: str) -> float:
        """Standard error of a coverage; where the record has none, that of a result for each day.

        It is the one that calibrated intervals would have, as in the record: where all held, what
        held tells no error.
        """
        known = self.errors.get(percent)
        if known is not None:
            return float(known)
        level = float(percent) / 100
        return math.sqrt(level * (1 - level) / max(self.days, 1))


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


def is_new_place(race: Race, summary: Mapping[str, Any] | None = None) -> bool:
    """Whether the record has no group of the race's state, or country outside the United States."""
    return _place_group(race).casefold() not in _known_groups(summary)


def wanted_groups(race: Race, new: Mapping[str, Any] | None = None) -> tuple[str, ...]:
    """Names of the groups that a race belongs to, the closest first.

    The same kind of race elsewhere is closer than other kinds in the same place: kinds differ in
    how far the first round tells the second (docs/record.md).

    Parameters
    ----------
    race
        The race.
    new
        For a place that the record does not have, the mean over places that were left out. It is
        closest where it has races of this kind, for not to know the place moves what intervals hold
        by more than the kind does; where it has none, the same kind comes first.
    """
    where, parties = situation_of(race), parties_of_race(race)
    of_kind = (f"kind {where.kind}, {parties}", f"kind {where.kind}")
    everything = (f"all, {parties}", "all")
    if new is None:
        place = _place_group(race)
        return (f"{place}, kind {where.kind}", *of_kind, place, *everything)
    name = str(new["group"])
    has_kind = where.kind in new.get("kinds", (where.kind,))
    return (
        f"{name}, kind {where.kind}",
        *((name, *of_kind) if has_kind else (*of_kind, name)),
        *everything,
    )


def track_record(
    race: Race, summary: Mapping[str, Any] | None = None, least: int = MIN_QUOTED
) -> TrackRecord | None:
    """The record of forecasts of the same kind and place, as close as there are enough of them.

    Of a place that the record does not have it is that of places left out, where the record has it
    of such races.

    Parameters
    ----------
    race
        The race to forecast.
    summary
        A summary of `forecast backtest`; the one that ships by default.
    least
        Fewest races of a group.
    """
    known = _known_groups(summary)
    where = situation_of(race)
    is_new = _place_group(race).casefold() not in known
    new = known.get(NEW_STATES if where.country == US else NEW_COUNTRIES) if is_new else None
    for name in wanted_groups(race, new):
        total = known.get(name.casefold())
        if total is not None and total["n"] >= least:
            by_place = places_of(name)
            return TrackRecord(
                group=name,
                races=int(total["n"]),
                days=int(total.get("days") or total["n"]),
                coverage=dict(total["coverage"]),
                crps=float(total["crps"]),
                errors=dict(total.get("coverage_error") or {}),
                places=tuple(total.get("places") or ()),
                few_in=where.place if is_new else "",
                mostly=_most_frequent(total.get("kinds") or {}, total["n"]),
                # A record of other races than those of the table says nothing of their places.
                by_place=by_place if sum(by_place.values()) == total["n"] else {},
            )
    return None


def _most_frequent(kinds: Mapping[str, int], n: int) -> str:
    """The kind of more than half of the races, "" where there is none."""
    return next((kind for kind, of_kind in kinds.items() if 2 * of_kind > n), "")


def _place_group(race: Race) -> str:
    return f"place {situation_of(race).place}"


def _known_groups(summary: Mapping[str, Any] | None) -> dict[str, Mapping[str, Any]]:
    """The scored totals by group, its letters small."""
    content = read_record_summary() if summary is None else summary
    return {
        str(total.get("group", "")).casefold(): total
        for total in scored_totals(content)
        if _is_scored(total)
    }


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
    """The record in a few sentences: which races, what intervals held, and what it is not."""
    shown = [percent for percent in ("80", "95") if percent in record.coverage]
    held = [f"{percent}% intervals held {100 * record.coverage[percent]:.0f}%" for percent in shown]
    expected = [
        _expected(float(percent), 100 * record.coverage_error(percent)) for percent in shown
    ]
    races, days = plural(record.races, "finished runoff"), plural(record.days, "day")
    if record.is_of_new_places:
        new, _, of_kind = record.group.partition(", ")
        place = "state" if new == NEW_STATES else "country"
        named = ", ".join(_place_words(name) for name in record.places)
        kind = group_words(of_kind) if of_kind else ""
        if record.mostly:
            kind = f"most of them {KIND_WORDS.get(record.mostly, record.mostly)}"
        where = " in ".join(filter(None, (kind, named)))
        which = (
            f"{races}{f' ({where})' if where else ''}, each forecast without any of its own {place}"
        )
        results = f"the results, on average over {plural_of(place)}"
    else:
        where = _counted_places(record)
        group = f"{group_words(record.group)}{f': {where}' if where else ''}"
        which = f"{races} on {days} ({group}), forecast without their results"
        results = "the results"
    text = f"{which}: {' and '.join(held)} of {results}"
    if shown:
        text += (
            f". By chance a record of this size would show {' and '.join(expected)} two times in "
            "three if they held exactly what they say"
        )
    limits = ["their first rounds were fitted by an approximation"]
    if uses_polls:
        limits.append("they used no polls, and this forecast does")
    return f"{text}. Limits: {'; '.join(limits)}"


def _expected(percent: float, error: float) -> str:
    """What intervals show that hold what they say, one standard error to both sides: "70 to 90"."""
    low, high = max(percent - error, 0), min(percent + error, 100)
    said = f"{low:.0f} to {high:.0f}%"
    return said if f"{low:.0f}" != f"{high:.0f}" else f"about {percent:.0f}%"


def _counted_places(record: TrackRecord) -> str:
    """Where its races were held: "4 in Chile, 3 in France, ..., none in Uruguay"."""
    counts = record.by_place
    if not counts:
        return ""
    first = list(counts)[:MAX_PLACES]
    parts = [f"{counts[place]:,} in {_place_words(place)}" for place in first]
    own = record.few_in
    rest = sum(counts.values()) - sum(counts[place] for place in first)
    if own and own not in first:
        rest -= counts.get(own, 0)
    if rest:
        parts.append(f"{rest:,} elsewhere")
    if own and own not in first:
        parts.append(f"{counts.get(own) or 'none'} in {_place_words(own)}")
    return ", ".join(parts)


def is_among(record: TrackRecord, group: str) -> bool:
    """Whether the races of a record are among those of a wider group."""
    return set(group.split(", ")) - {"all"} <= set(record.group.split(", "))


def calibration_bins(
    race: Race, summary: Mapping[str, Any] | None = None
) -> tuple[str, Sequence[Mapping[str, Any]]]:
    """The group whose calibration is shown, and its bins; empty where the record has none.

    Of the races of the track record where the calibration of those is known, else of the closest
    wider group.
    """
    content = read_record_summary() if summary is None else summary
    calibration = content.get("calibration")
    if not isinstance(calibration, dict):
        return "", ()
    found = track_record(race, summary)
    quoted = [found.group] if found else []
    kind = f"kind {situation_of(race).kind}"
    for name in (*quoted, kind, f"all, {parties_of_race(race)}", "all"):
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
