"""How forecasts of races like this one have done: the closest group of the record, and its limits.

The record is written by `forecast backtest`; what it lacks is left out, and where it is of an
earlier program the words say so.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from forecast.errors import InputError
from forecast.files import shipped_folder
from forecast.output.record_places import Finished, counted, is_the_same, of_office, races_of
from forecast.race.contest import Race
from forecast.race.office_words import NATIONAL
from forecast.race.place_words import US
from forecast.race.situation import Situation, situation_of

# Fewest races that are quoted. The error of what 80% intervals held is sqrt(0.8 × 0.2 / 16), ten
# points: two of them tell 80 in 100 from 60. Fewer say little, more would send races of a rare kind
# to others: of nonpartisan top-two elections there are 24, of presidents and their like in
# other countries 17. The error is always said.
MIN_QUOTED = 16
# Fewest presidents that are quoted to a president. There are 15 on as many days; with fewer than 16
# the error is a little larger, and still says more than what other offices held.
MIN_NATIONAL = 12
NATIONAL_GROUP = f"level {NATIONAL}"
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
    by_kind
        How many of the races are of each kind, those with most first; empty where the group says
        the kind or it is not known.
    kind
        The kind of the race.
    later
        How many of the races were decided on the day of the forecast or later.
    has_own
        Whether the race itself is among them, for its own scores are not known.
    of_office
        How many of the races are for an office like the race's, outside the United States; None
        where that is not known.
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
    by_kind: Mapping[str, int] = field(default_factory=dict)
    kind: str = ""
    later: int = 0
    has_own: bool = False
    of_office: int | None = None

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


@dataclass(frozen=True)
class RecordedOutcome:
    """How the forecast of one finished race did.

    Attributes
    ----------
    id
        The race.
    pit
        The part of its draws below the result, in [0, 1].
    crps
        Of the share, a share.
    favourite, won
        The favorite's chance in [0.5, 1], and 1 where it won, 0 where not, one half for a tie.
    day
        Of the runoff, ISO.
    """

    id: str
    pit: float
    crps: float
    favourite: float
    won: float
    day: str

    def is_held(self, percent: str) -> bool:
        """Whether the central interval held the result."""
        return abs(self.pit - 0.5) <= float(percent) / 200


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
    how far the first round tells the second (docs/record.md). To a president presidents are
    closest, for a kind may hold mayors too.

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
    of_kind: tuple[str, ...] = (f"kind {where.kind}, {parties}", f"kind {where.kind}")
    if where.level == NATIONAL and where.country != US:
        of_kind = (NATIONAL_GROUP, *of_kind)
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
    race: Race,
    summary: Mapping[str, Any] | None = None,
    least: int = MIN_QUOTED,
    as_of: date | None = None,
) -> TrackRecord | None:
    """The record of forecasts of the same kind and place, as close as there are enough of them.

    Of a place that the record does not have it is that of places left out, where the record has it
    of such races. The race itself is not among them, under another id neither.

    Parameters
    ----------
    race
        The race to forecast.
    summary
        A summary of `forecast backtest`; the one that ships by default.
    least
        Fewest races of a group.
    as_of
        The day of the forecast; the day of the runoff where it is not given.
    """
    for found in track_records(race, summary, as_of):
        few = min(least, MIN_NATIONAL) if found.group == NATIONAL_GROUP else least
        if found.races >= few:
            return found
    return None


def track_records(
    race: Race, summary: Mapping[str, Any] | None = None, as_of: date | None = None
) -> Iterator[TrackRecord]:
    """The record of every group that the race belongs to, the closest first, without the race.

    Parameters
    ----------
    race, summary, as_of
        As for `track_record`.
    """
    content = read_record_summary() if summary is None else summary
    known = _known_groups(summary)
    where = situation_of(race)
    is_new = _place_group(race).casefold() not in known
    new = known.get(NEW_STATES if where.country == US else NEW_COUNTRIES) if is_new else None
    for name in wanted_groups(race, new):
        total = known.get(name.casefold())
        if total is None:
            continue
        own = own_races(race, name)
        without = _without(total, outcomes_of(own, content))
        others = tuple(finished for finished in races_of(name) if finished not in own)
        # A record of other races than those of the table says nothing of their places.
        others = others if len(others) == without["n"] else ()
        day = (as_of or race.contest.runoff).isoformat()
        yield TrackRecord(
            group=name,
            races=without["n"],
            days=len({finished.runoff for finished in others})
            or int(total.get("days") or without["n"]),
            coverage=without["coverage"],
            crps=without["crps"],
            errors=dict(total.get("coverage_error") or {}),
            places=tuple(total.get("places") or ()),
            few_in=where.place if is_new else "",
            mostly=_most_frequent(total.get("kinds") or {}, total["n"]),
            by_place={} if "place " in name else counted(others, "place"),
            by_kind={} if "kind " in name or name == NATIONAL_GROUP else counted(others, "kind"),
            kind=where.kind,
            later=sum(finished.runoff >= day for finished in others),
            has_own=without["n"] == total["n"] and bool(own),
            of_office=None if where.country == US else _of_office(others, total, where),
        )


@dataclass(frozen=True)
class UnitsRecord:
    """How often results of single units lay inside their 80% interval, each unit counting once.

    Attributes
    ----------
    group, races, has_own
        The set of races, how many they are, and whether this one is among them.
    coverage80
        The part inside, in [0, 1].
    """

    group: str
    races: int
    coverage80: float
    has_own: bool


def units_record(race: Race, summary: Mapping[str, Any]) -> UnitsRecord | None:
    """The units of the closest group of races whose units are scored; None where there is none."""
    known = _known_groups(summary)
    for found in track_records(race, summary):
        total = known[found.group.casefold()]
        units = total.get("units") or {}
        if "coverage80" in units:
            own, n = found.has_own or found.races < total["n"], int(total["n"])
            return UnitsRecord(found.group, n, float(units["coverage80"]), own)
    return None


def own_races(race: Race, group: str) -> tuple[Finished, ...]:
    """The race itself among the finished ones of a group, under whichever id."""
    return tuple(finished for finished in races_of(group) if is_the_same(race, finished))


def outcomes_of(
    races: Iterable[Finished], content: Mapping[str, Any]
) -> tuple[RecordedOutcome, ...]:
    """How the forecasts of single races did, of those that a summary has."""
    columns = content.get("races")
    if not isinstance(columns, dict):
        return ()
    wanted = {finished.id: finished.runoff for finished in races}
    rows = zip(
        *(columns.get(key) or () for key in ("id", "pit", "crps", "favourite", "won")), strict=True
    )
    return tuple(
        RecordedOutcome(name, pit, crps, favourite, won, wanted[name])
        for name, pit, crps, favourite, won in rows
        if name in wanted
    )


def _without(total: Mapping[str, Any], own: Sequence[RecordedOutcome]) -> dict[str, Any]:
    """Number, CRPS and coverage of a group without some of its races."""
    n = int(total["n"])
    left = n - len(own)
    if not own or not left:
        return {"n": left, "crps": float(total["crps"]), "coverage": dict(total["coverage"])}
    held = {
        percent: (n * part - sum(one.is_held(percent) for one in own)) / left
        for percent, part in total["coverage"].items()
    }
    crps = (n * float(total["crps"]) - sum(one.crps for one in own)) / left
    return {"n": left, "crps": crps, "coverage": held}


def _of_office(
    races: tuple[Finished, ...], total: Mapping[str, Any], where: Situation
) -> int | None:
    """How many races of a group are for the office of the race; None where it is not known."""
    if races:
        return of_office(races, where)
    if not (kinds := total.get("kinds")):
        return None
    return 0 if where.level == NATIONAL else int(kinds.get(where.kind, 0))


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


def is_among(record: TrackRecord, group: str) -> bool:
    """Whether the races of a record are among those of a wider group."""
    return set(group.split(", ")) - {"all"} <= set(record.group.split(", "))


def _is_scored(total: Mapping[str, Any]) -> bool:
    coverage = total.get("coverage")
    return (
        all(isinstance(total.get(key), int | float) for key in ("n", "crps"))
        and isinstance(coverage, dict)
        and all(isinstance(value, int | float) for value in coverage.values())
    )
