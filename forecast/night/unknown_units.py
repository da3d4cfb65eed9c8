"""Units of a file of the night that the race does not have: with how many votes, and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from forecast.importing.table_words import is_total_mode
from forecast.night.count import Count
from forecast.night.overruling import nearest_units
from forecast.night.unit_names import UnitNames
from forecast.night.unit_words import ALSO_NAMED, NAMED, listed
from forecast.race.level_words import plural


@dataclass
class UnknownUnits:
    """Rows of finalists whose unit the race does not have, added up while a file is read."""

    of_ways: dict[str, int] = field(default_factory=dict)
    of_totals: dict[str, int] = field(default_factory=dict)

    def add(self, unit: str, mode: str, votes: int) -> None:
        """Add a row of a unit and way of voting."""
        into, other = self.of_ways, self.of_totals
        if is_total_mode(mode):
            into, other = other, into
        into[unit] = into.get(unit, 0) + votes
        other.setdefault(unit, 0)

    def votes(self) -> dict[str, int]:
        """Votes of both finalists by unit, the most first; a total beside its ways counts once."""
        found = {unit: max(n, self.of_totals[unit]) for unit, n in self.of_ways.items()}
        return dict(sorted(found.items(), key=lambda one: -one[1]))


def nearest_names(unknown: Mapping[str, int], names: UnitNames) -> dict[str, str]:
    """Of each unit that a line names the one of the race that is called most like it."""
    shown = [*unknown][: NAMED + ALSO_NAMED]
    return {unit: near[0] for unit in shown if (near := nearest_units(names, unit, 1))}


def unknown_words(unknown: Mapping[str, int], nearest: Mapping[str, str], count: Count) -> str:
    """What is said of units of a file that the race does not have, the largest first.

    Parameters
    ----------
    unknown
        Votes by unit.
    nearest
        See `nearest_names`.
    count
        Votes of the file in units that the race has.
    """
    remedy = (
        "name counties as the race does"
        if count.by_county
        else "if one is a unit of the race, a line in crosswalk.csv of the race folder says so: "
        "county and name as in the file, known_as as in the race"
    )
    what = f"not in the race and left out: {_how_much(unknown, count)}"
    return f"{what}: {_called(unknown, nearest)}; {remedy}"


def too_many_words(
    unknown: Mapping[str, int], nearest: Mapping[str, str], count: Count, most: float
) -> str:
    """Why a first file is not taken of which more than a part is of no unit of the race, else "".

    Parameters
    ----------
    unknown, nearest, count
        As in `unknown_words`.
    most
        The part of its votes that may be.
    """
    of_unknown = sum(unknown.values())
    if of_unknown <= most * (of_unknown + int(count.totals.sum())):
        return ""
    remedy = (
        "name them as the race does"
        if count.by_county
        else "lines in crosswalk.csv of the race folder say so (county and name as in the file, "
        'known_as as in the race), or --column "unit_id=NAME" where a column has their ids'
    )
    return (
        f"{_how_much(unknown, count)} of which the race has none: "
        f"{_called(unknown, nearest)}. If they are its units under other names, {remedy}: start "
        "again with this file. --accept all takes it without them"
    )


def _how_much(unknown: Mapping[str, int], count: Count) -> str:
    votes, known_votes = sum(unknown.values()), int(count.totals.sum())
    share = f" ({100 * votes / (votes + known_votes):.1f}% of the file's)" if votes else ""
    return f"{plural(len(unknown), 'unit')} with {plural(votes, 'vote')}{share}"


def _called(unknown: Mapping[str, int], nearest: Mapping[str, str]) -> str:
    return listed(
        [
            f"{unit!r} ({votes:,}" + (f"; nearest: {nearest[unit]!r})" if unit in nearest else ")")
            for unit, votes in unknown.items()
        ]
    )
