"""The coefficients of the hierarchical model: which there are, and what each belongs to."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from forecast.learn.race_row import (
    BASELINE_OFFICES,
    CLASSES,
    TWO_BLOCS,
    TWO_LABELS,
    Group,
    RaceRow,
)
from forecast.race.calendar import TOP_TWO_DAYS
from forecast.race.place_words import US

# Effects of days and triples have a coefficient from so many races on; below, a variance.
DAY_RACES, TRIPLE_RACES, TRIPLE_DAY_RACES = 5, 10, 30
ERA_YEARS, CYCLE_YEARS = 4, 2
ANCHOR_CYCLE = 2016  # where the national walk is 0
# How long the rounds are apart: up to so many days, or longer.
FORTNIGHT_DAYS = 21
APART = ("fortnight", "weeks", "months")
LABELS = "labels"  # in place of the above where blocs have no known position
WITH_BLOCS, WITHOUT = "blocs", "no blocs"
TARGETS = (WITH_BLOCS, WITHOUT)
NUMBER_LABELS: Mapping[str, tuple[str, ...]] = {
    "transfer.affinity": TARGETS,
    "transfer.lean": TARGETS,
    "reversion.base": CLASSES,
    "reversion.eliminated": CLASSES,
    "location.weight": BASELINE_OFFICES,
    "scale.parties": CLASSES,
    "scale.log_tail": TARGETS,
}
# Effect to the size that it has, all drawn from a normal around 0.
SIZES: Mapping[str, str] = {
    "bind_country": "country",
    "bind_place": "place",
    "bind_era": "era",
    "bind_walk": "walk",
    "bind_level": "level",
    "bind_kind": "kind",
    "distance_country": "distance_country",
    "affinity_place": "affinity",
    "lean_place": "lean",
    "triple": "triple",
    "triple_day": "triple_day",
    "return_kind": "return_kind",
    "return_country": "return_country",
    "reversion_kind": "reversion_kind",
    "reversion_place": "reversion_place",
    "weight_country": "weight",
    "day_fortnight": "day_fortnight",
    "day_weeks": "day_weeks",
    "day_months": "day_months",
    "day_labels": "day_labels",
    "drift": "drift",
    "scale_kind": "scale_kind",
    "scale_level": "scale_level",
    "scale_place": "scale_place",
    "turnout_kind": "turnout_kind",
    "turnout_pairing": "turnout_pairing",
    "turnout_level": "turnout_level",
    "turnout_place": "turnout_place",
    "turnout_day_fortnight": "turnout_day_fortnight",
    "turnout_day_weeks": "turnout_day_weeks",
    "turnout_day_months": "turnout_day_months",
    "turnout_scale_kind": "turnout_scale",
    "turnout_scale_level": "turnout_scale",
    "turnout_scale_place": "turnout_scale",
}

# Behind the reason of every learned prior of a race, and before what is below.
UNSEEN = "; no finished runoff could teach: "
# Effect to what a reader calls it.
WORDS: Mapping[str, str] = {
    "bind_country": "how closely voters keep to their bloc in this country",
    "bind_place": "how closely voters keep to their bloc in this place",
    "bind_era": "how closely voters keep to their bloc here in these years",
    "bind_walk": "how closely voters keep to their bloc in this election cycle",
    "bind_level": "how closely voters keep to their bloc for this level of office",
    "bind_kind": "how closely voters keep to their bloc in this kind of election",
    "distance_country": "what distance from left to right means in this country",
    "affinity_place": "what it means here that two candidates are strong in the same units",
    "lean_place": "what an earlier vote in a candidate's units means here",
    "triple": "transfers between these blocs",
    "triple_day": "transfers between these blocs on this day",
    "return_kind": "who returns in this kind of election",
    "return_country": "who returns in this country",
    "reversion_kind": "how far leads shrink in this kind of election",
    "reversion_place": "how far leads shrink in this place",
    "weight_country": "how much earlier elections say in this country",
    **dict.fromkeys(
        ("day_fortnight", "day_weeks", "day_months", "day_labels"), "shifts of blocs on this day"
    ),
    "drift": "lasting shifts of these blocs",
    "scale_kind": "how large errors are in this kind of election",
    "scale_level": "how large errors are for this level of office",
    "scale_place": "how large errors are in this place",
    "turnout_kind": "the turnout in this kind of election",
    "turnout_pairing": "the turnout when a round is held with such a general election",
    "turnout_level": "the turnout for this level of office",
    "turnout_place": "the turnout in this place",
    **dict.fromkeys(
        ("turnout_day_fortnight", "turnout_day_weeks", "turnout_day_months"),
        "the turnout on this day",
    ),
    "turnout_scale_kind": "how large errors of turnout are in this kind of election",
    "turnout_scale_level": "how large errors of turnout are for this level of office",
    "turnout_scale_place": "how large errors of turnout are in this place",
}


@dataclass(frozen=True)
class EffectLayout:
    """Labels of every effect of a group, in order."""

    labels: Mapping[str, tuple[str, ...]]

    def index(self, effect: str, label: str) -> int:
        """Position of a label; one beyond the last where there is no such effect."""
        found = self._positions[effect].get(label)
        return len(self.labels[effect]) if found is None else found

    def __post_init__(self) -> None:
        positions = {
            effect: {label: index for index, label in enumerate(labels)}
            for effect, labels in self.labels.items()
        }
        object.__setattr__(self, "_positions", positions)

    _positions: Mapping[str, Mapping[str, int]] = None  # type: ignore[assignment]


def layout_of(rows: Sequence[RaceRow]) -> EffectLayout:
    """The effects that a table of races has."""
    found: dict[str, tuple[str, ...]] = {}
    for effect in SIZES:
        if effect == "bind_walk":
            found[effect] = _cycles(rows)
            continue
        count = Counter(label for row in rows for label in set(effect_labels(effect, row)))
        fewest = _FEWEST.get(effect, 1)
        found[effect] = tuple(sorted(label for label, n in count.items() if n >= fewest))
    return EffectLayout(found)


_FEWEST = {
    **{f"day_{apart}": DAY_RACES for apart in (*APART, LABELS)},
    **{f"turnout_day_{apart}": DAY_RACES for apart in APART},
    "triple": TRIPLE_RACES,
    "triple_day": TRIPLE_DAY_RACES,
}


_BY_TARGET = ("affinity_place", "lean_place", "reversion_kind", "scale_kind", "scale_place")


def effect_labels(effect: str, row: RaceRow) -> list[str]:
    """Labels of an effect that a race has; none where it does not apply."""
    if effect in _SPECIAL:
        return list(_SPECIAL[effect](row))
    where = row.situation
    part, _, group = effect.rpartition("_")
    label = str(getattr(where, group))
    if effect in _BY_TARGET:
        return [f"{label}|{WITH_BLOCS if has_blocs(row) else WITHOUT}"]
    applies = has_blocs(row) if part == "bind" else True
    return [label] if applies else []


def has_blocs(row: RaceRow) -> bool:
    """Whether the finalists are of two blocs or parties."""
    return row.parties in (TWO_BLOCS, TWO_LABELS)


def triple(row: RaceRow, group: Group) -> tuple[str, float]:
    """Label of an eliminated bloc and the pair of finalists' blocs, and its direction.

    The direction is 1 where the first finalist's bloc comes first by name, else -1; the label
    is "" where a bloc is not known.
    """
    if not (group.bloc and has_blocs(row)):
        return "", 0.0
    first, second = row.blocs
    low, high = sorted(row.blocs)
    return f"{row.situation.country}|{group.bloc}|{low}|{high}", 1.0 if first < second else -1.0


def apart(row: RaceRow) -> str:
    """How long the rounds are apart, one of `APART`: months leave more time to change."""
    days = (row.runoff - row.first_round).days
    return APART[int(days > FORTNIGHT_DAYS) + int(days >= TOP_TWO_DAYS)]


def turnout_apart(row: RaceRow) -> str:
    """The same for what a day does to the turnout.

    Weeks and months apart are American: primaries, and general elections in between. Days abroad
    have one size.
    """
    return apart(row) if row.situation.country == US else APART[0]


def day_effect(row: RaceRow) -> str:
    """Which shift of blocs on a day a race of two blocs has."""
    return f"day_{apart(row) if row.parties == TWO_BLOCS else LABELS}"


def drift_blocs(row: RaceRow) -> Iterator[str]:
    """Labels of the drifts of both finalists' blocs; blocs without a position have none."""
    if row.parties == TWO_BLOCS:
        for bloc in row.blocs:
            yield f"{row.situation.country}|{row.situation.kind}|{bloc}"


def day_blocs(row: RaceRow) -> Iterator[str]:
    """Labels of the day effects of both finalists' blocs."""
    for bloc in row.blocs:
        yield f"{row.situation.place}|{row.runoff.isoformat()}|{bloc}"


def day_label(country: str, day: date) -> str:
    """Label of a day in a country."""
    return f"{country}|{day.isoformat()}"


def era(place: str, day: date) -> str:
    """Label of a period of a place."""
    return f"{place}|{day.year // ERA_YEARS * ERA_YEARS}"


def cycle(day: date) -> int:
    """First year of the cycle that a day is in: even years and the odd one before."""
    return day.year + day.year % CYCLE_YEARS


def walk_steps(labels: Sequence[str], country: str, day: date) -> list[float]:
    """How often each step of the national walk is taken between the anchor and a day."""
    if country != US:
        return [0.0] * len(labels)
    at = cycle(day)
    steps = [int(label) for label in labels]  # a step leads to the cycle of its label
    return [
        1.0 if ANCHOR_CYCLE < step <= at else -1.0 if at < step <= ANCHOR_CYCLE else 0.0
        for step in steps
    ]


def steps_to(day: date) -> list[str]:
    """The steps of the national walk between its anchor and a day, as labels."""
    first, last = sorted((cycle(day), ANCHOR_CYCLE))
    return [str(step) for step in range(first + CYCLE_YEARS, last + 1, CYCLE_YEARS)]


def _cycles(rows: Sequence[RaceRow]) -> tuple[str, ...]:
    """Cycles that a step of the walk leads to."""
    own = [cycle(row.runoff) for row in rows if row.situation.country == US]
    first, last = min([*own, ANCHOR_CYCLE]), max([*own, ANCHOR_CYCLE])
    return tuple(str(year) for year in range(first + CYCLE_YEARS, last + 1, CYCLE_YEARS))


def _one(label: str, applies: bool) -> list[str]:
    return [label] if applies else []


def _days_of_blocs(name: str) -> Callable[[RaceRow], Iterable[str]]:
    return lambda row: day_blocs(row) if has_blocs(row) and day_effect(row) == name else []


def _days_of_turnout(name: str) -> Callable[[RaceRow], Iterable[str]]:
    return lambda row: _one(
        day_label(row.situation.country, row.runoff), turnout_apart(row) == name
    )


def _triple_days(row: RaceRow) -> Iterator[str]:
    for group in row.groups:
        name, _ = triple(row, group)
        if name:
            yield f"{name}|{row.runoff.isoformat()}"


# Effects that do not belong to the group of races that their name ends with.
_SPECIAL: Mapping[str, Callable[[RaceRow], Iterable[str]]] = {
    "bind_place": lambda row: _one(
        row.situation.place, has_blocs(row) and bool(row.situation.state)
    ),
    "bind_era": lambda row: _one(era(row.situation.place, row.runoff), has_blocs(row)),
    "bind_walk": lambda _: [],
    "distance_country": lambda row: _one(row.situation.country, row.parties == TWO_BLOCS),
    "turnout_pairing": lambda row: [row.pairing],
    "triple": lambda row: [label for g in row.groups if (label := triple(row, g)[0])],
    "triple_day": _triple_days,
    "drift": drift_blocs,
    "weight_country": lambda row: [f"{row.situation.country}|{past.office}" for past in row.past],
    **{f"day_{name}": _days_of_blocs(f"day_{name}") for name in (*APART, LABELS)},
    **{f"turnout_day_{name}": _days_of_turnout(name) for name in APART},
}
