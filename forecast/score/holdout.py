"""Which races are left out together, and what may train their forecast: the hold-out designs.

Days: all days of runoffs are dealt to twenty folds; elections of one day share its surprise, and
a statewide race shares its voters with every local one. Past: cycles of two years, each after
all races before it. Places: each state, and each country outside the United States.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from forecast.defaults import HoldOutDesign
from forecast.learn.effects import CYCLE_YEARS, cycle
from forecast.learn.training_table import FinishedRow, Table
from forecast.race.contest import Race
from forecast.race.situation import situation_of

N_FOLDS = 20


@dataclass(frozen=True)
class Occasion:
    """When and where a runoff was held.

    Attributes
    ----------
    day
        Of the runoff.
    place
        The state where there is one, else the country, as `Situation.place` has it.
    """

    day: date
    place: str

    @classmethod
    def of(cls, race: Race) -> "Occasion":
        """Read the occasion of a race."""
        return cls(race.contest.runoff, situation_of(race).place)


@dataclass(frozen=True)
class LeftOut:
    """What may not train a forecast.

    Attributes
    ----------
    days, places
        All runoffs of these days, and of these places.
    before
        All runoffs that were not before this day; None where later ones train too.
    """

    days: frozenset[date] = frozenset()
    places: frozenset[str] = frozenset()
    before: date | None = None

    def trains(self, at: Occasion) -> bool:
        """Whether a race of an occasion is a training race."""
        early = self.before is None or at.day < self.before
        return early and at.day not in self.days and at.place not in self.places


@dataclass(frozen=True)
class Fold:
    """Races that are forecast together, by one fit.

    Attributes
    ----------
    name
        What is left out, in words.
    left_out
        The rule of it.
    members
        Positions of the races that are forecast.
    """

    name: str
    left_out: LeftOut
    members: tuple[int, ...]


def training_races(table: Table, left_out: LeftOut) -> Table:
    """The races of a table that may train."""
    return tuple(finished for finished in table if left_out.trains(occasion_of(finished)))


def occasion_of(finished: FinishedRow) -> Occasion:
    """When and where a race of the table was held."""
    return Occasion(finished.row.runoff, finished.row.situation.place)


def folds_of(
    design: HoldOutDesign, training: Sequence[Occasion], races: Sequence[Occasion]
) -> tuple[Fold, ...]:
    """Deal races to the folds of a hold-out design.

    Parameters
    ----------
    design
        What is left out together.
    training
        Of the races that may train.
    races
        Of those that are forecast; each is a member of one fold.
    """
    folds = []
    for name, rule in _RULES[design](training, races):
        held = (index for index, at in enumerate(races) if _is_held(rule, at))
        if members := tuple(held):
            folds.append(Fold(name, rule, members))
    return tuple(folds)


def _is_held(rule: LeftOut, at: Occasion) -> bool:
    if rule.before is not None:
        return cycle(at.day) == cycle(rule.before)
    return not rule.trains(at)


def _day_rules(
    training: Sequence[Occasion], races: Sequence[Occasion]
) -> Iterator[tuple[str, LeftOut]]:
    """Days dealt in turn, those with most training races first."""
    count = Counter(at.day for at in training)
    order = sorted({*count, *(at.day for at in races)}, key=lambda day: (-count[day], day))
    for number in range(N_FOLDS):
        yield f"days {number + 1} of {N_FOLDS}", LeftOut(days=frozenset(order[number::N_FOLDS]))


def _past_rules(_: Sequence[Occasion], races: Sequence[Occasion]) -> Iterator[tuple[str, LeftOut]]:
    """Cycles named by their last year; the races before their first day train."""
    for last in sorted({cycle(at.day) for at in races}):
        first = last - CYCLE_YEARS + 1
        yield f"{first} and {last}", LeftOut(before=date(first, 1, 1))


def _place_rules(_: Sequence[Occasion], races: Sequence[Occasion]) -> Iterator[tuple[str, LeftOut]]:
    for place in sorted({at.place for at in races}):
        yield place, LeftOut(places=frozenset((place,)))


_RULES = {
    HoldOutDesign.DAYS: _day_rules,
    HoldOutDesign.PAST: _past_rules,
    HoldOutDesign.PLACES: _place_rules,
}
