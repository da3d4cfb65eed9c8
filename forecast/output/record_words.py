"""The record of forecasts like this one in words: its races, its coverage, its limits."""

from collections.abc import Sequence

from forecast.output.track_record import NATIONAL_GROUP, NEW_COUNTRIES, NEW_STATES, TrackRecord
from forecast.output.words import in_percent
from forecast.race.level_words import plural, plural_of
from forecast.race.place_words import US, state_name

# Points of standard error from which a coverage tells nothing.
NOTHING_TOLD = 20
# Places and kinds of a record that are named with their number of races.
MAX_PLACES = 5


def group_words(group: str) -> str:
    """A group as a reader knows it: "top-two primaries and their general elections in Ohio"."""
    what, where, since = [], [], ""
    for part in group.split(", "):
        word, _, name = part.partition(" ")
        if part in _GROUP_WORDS:
            what.append(_GROUP_WORDS[part])
        elif word == "since":
            since = f" {part}"
        elif word == "kind":
            what.append(_kind_words(name))
        elif word in ("place", "country"):
            where.append(_place_words(name))
        else:
            what.append(part)
    what.sort(key=lambda words: words in _NEW.values())  # behind the kind
    if what and not where and all(words in _NEW.values() for words in what):
        what.insert(0, "races of all kinds")
    if not what:
        return f"races in {', '.join(where)}{since}"
    return " in ".join(filter(None, (", ".join(what), ", ".join(where)))) + since


_NEW = {
    NEW_STATES: "each forecast without any race of its own state",
    NEW_COUNTRIES: "each forecast without any race of its own country",
}
_GROUP_WORDS = {
    "all": "all kinds and places",
    "other countries": "countries other than the United States and France",
    **_NEW,
    NATIONAL_GROUP: "presidential elections",
    "level national legislature": "national legislatures",
    "level state legislature": "state legislatures",
    "level federal": "federal offices",
    "level statewide": "statewide offices",
    "level local": "local offices",
}


def _place_words(place: str) -> str:
    """Name of a place: "US GA" is Georgia, "US" the United States."""
    country, _, state = place.partition(" ")
    if country != US:
        return place
    return state_name(state) or "the United States"


KIND_WORDS = {
    "general_runoff": "general runoffs",
    "primary_runoff": "primary runoffs",
    "special_all_party": "all-party special elections",
    "top_two_primary": "top-two primaries and their general elections",
    "special_primary": "special primaries and their general elections",
    "top_two": "top-two runoffs",
    "nonpartisan_top_two": "nonpartisan top-two elections",
    "council": "council elections",
    "mayor": "mayoral elections",
    "local_executive": "mayoral and prefect elections",
    "legislature_constituency": "legislative constituencies",
}


def track_record_words(record: TrackRecord, uses_polls: bool) -> str:
    """The record in a few sentences: which races, what intervals covered, what it is not."""
    shown = [percent for percent in ("80", "95") if percent in record.coverage]
    held = [
        f"{percent}% intervals covered {in_percent(record.coverage[percent])}" for percent in shown
    ]
    races, days = plural(record.races, "finished runoff"), plural(record.days, "day")
    if record.is_of_new_places:
        new, _, of_kind = record.group.partition(", ")
        place = "state" if new == NEW_STATES else "country"
        named = ", ".join(_place_words(name) for name in record.places)
        kind = group_words(of_kind) if of_kind else ""
        if record.mostly:
            kind = f"most of them {_kind_words(record.mostly)}"
        where = " in ".join(filter(None, (kind, named)))
        which = (
            f"{races}{f' ({where})' if where else ''}, each forecast without any of its own {place}"
        )
        results = f"the results, on average over {plural_of(place)}"
    else:
        where = "; ".join(filter(None, (_counted_kinds(record), _counted_places(record))))
        group = f"{group_words(record.group)}{f': {where}' if where else ''}"
        which = f"{races} on {days} ({group}), each forecast without using its result"
        results = "the results"
    text = f"{which}: {' and '.join(held)} of {results}"
    text += _by_chance(record, shown)
    limits = ["their first rounds were fitted by an approximation"]
    if record.later == record.races:
        limits.append("all of them were held on or after the day of this forecast")
    elif record.later:
        were = "was" if record.later == 1 else "were"
        limits.append(f"{record.later:,} of them {were} held on or after the day of this forecast")
    if record.has_own:
        limits.append("this race itself is among them")
    if record.of_office is not None and 2 * record.of_office < record.races:
        number = f"only {record.of_office:,}" if record.of_office else "none"
        were = "was" if record.of_office == 1 else "were"
        mostly = "mostly " if record.of_office else ""
        limits.append(
            f"{number} of them {were} for an office like this one, so this is {mostly}a record of "
            "other offices"
        )
    if uses_polls:
        limits.append("they used no polls (this forecast does)")
    return f"{text}. Limits: {'; '.join(limits)}"


def _by_chance(record: TrackRecord, shown: Sequence[str]) -> str:
    """What intervals that hold what they say show in such a record, and where it tells nothing.

    ". In a record of this size, perfectly calibrated intervals typically cover 70 to 90% and 89 to
    100% (one standard error either way)".
    """
    if not shown:
        return ""
    errors = [100 * record.coverage_error(percent) for percent in shown]
    if max(errors) > NOTHING_TOLD:
        return (
            f". Races on the same day err together: results from {plural(record.days, 'day')} "
            "cannot show whether the intervals are calibrated"
        )
    expected = [
        _expected(float(percent), error) for percent, error in zip(shown, errors, strict=True)
    ]
    return (
        ". In a record of this size, perfectly calibrated intervals typically cover "
        f"{' and '.join(expected)} (one standard error either way)"
    )


def _expected(percent: float, error: float) -> str:
    """A percent give or take one standard error: "70 to 90%"."""
    low, high = max(percent - error, 0), min(percent + error, 100)
    said = f"{low:.0f} to {high:.0f}%"
    return said if f"{low:.0f}" != f"{high:.0f}" else f"about {percent:.0f}%"


def _counted_places(record: TrackRecord) -> str:
    """Where its races were held: "4 in Chile, ..., none in Uruguay, 4 elsewhere"."""
    counts = record.by_place
    if not counts:
        return ""
    first = list(counts)[:MAX_PLACES]
    parts = [f"{counts[place]:,} in {_place_words(place)}" for place in first]
    own = record.few_in
    rest = sum(counts.values()) - sum(counts[place] for place in first)
    if own and own not in first:
        rest -= counts.get(own, 0)
        parts.append(f"{counts.get(own) or 'none'} in {_place_words(own)}")
    if rest:
        parts.append(f"{rest:,} elsewhere")
    return ", ".join(parts)


def _counted_kinds(record: TrackRecord) -> str:
    """Of what kinds its races were: "122 primary runoffs, ...; none are mayoral elections"."""
    counts = record.by_kind
    if not counts:
        return ""
    first = list(counts)[:MAX_PLACES]
    if record.kind in counts and record.kind not in first:
        first[-1] = record.kind
    parts = [_kinds(counts[kind], kind) for kind in first]
    rest = sum(counts.values()) - sum(counts[kind] for kind in first)
    parts += [f"{rest:,} of other kinds"] if rest else []
    none = "" if record.kind in counts else f"; none are {_kind_words(record.kind)}"
    return f"{', '.join(parts)}{none}"


def _kinds(count: int, kind: str) -> str:
    """So many races of a kind: "122 primary runoffs", "1 of the top-two runoffs"."""
    return f"{count:,} {'of the ' if count == 1 else ''}{_kind_words(kind)}"


def _kind_words(kind: str) -> str:
    return KIND_WORDS.get(kind, kind.replace("_", " "))
