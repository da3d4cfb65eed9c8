"""Units of one election found again in another, by name, without guessing.

Names differ between elections. Equal names (case, spaces and punctuation aside) match; what
a person has written into a crosswalk matches; anything else is an error that shows both
sides and the nearest names, and nothing is ever matched because it looks alike.
"""

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from forecast.errors import InputError
from forecast.importing.rows import ReturnRow
from forecast.race.coded_columns import read_columns
from forecast.race.faults import SHOWN_FAULTS, Fault, raise_errors
from forecast.race.labels import normalised

CROSSWALK_COLUMNS = ("county", "name", "known_as")


@dataclass(frozen=True, order=True, slots=True)
class Unit:
    """A unit as a person names it."""

    county: str
    name: str
    unit_id: str

    @property
    def key(self) -> tuple[str, str]:
        """What has to be equal for two units to be the same."""
        return normalised(self.county), normalised(self.name)


@dataclass(frozen=True)
class Crosswalk:
    """Names that a person has looked at.

    Attributes
    ----------
    known_as
        (county, name in the other election) to the name in the first round; "" where the
        first round has no such unit. Keys and values are normalised.
    absent
        (county, name) of first-round units that the other election does not have.
    """

    known_as: Mapping[tuple[str, str], str]
    absent: frozenset[tuple[str, str]]


NO_CROSSWALK = Crosswalk({}, frozenset())


@dataclass(frozen=True)
class Matches:
    """Which unit of the first round each unit of another election is.

    Attributes
    ----------
    known
        unit_id in the other election to the unit of the first round. Several may go to one:
        a crosswalk can say that a precinct was split.
    extra
        Units of the other election that the first round does not have.
    missing
        Units of the first round that the other election does not have.
    """

    known: Mapping[str, Unit]
    extra: tuple[Unit, ...]
    missing: tuple[Unit, ...]


def read_crosswalk(path: Path) -> Crosswalk:
    """Read a crosswalk: CSV with columns county, name, known_as; further columns are notes.

    `name` is the unit in the other election and `known_as` the same unit in the first round.
    An empty `known_as` says that the first round has no such unit, an empty `name` that the
    other election lacks the first-round unit `known_as`.

    Raises
    ------
    InputError
        With all faults of the file.
    """
    columns, lines, faults = read_columns(path)
    raise_errors(path.name, faults)
    assert columns is not None, "without errors there are columns"
    missing = [name for name in CROSSWALK_COLUMNS if name not in columns]
    if missing:
        raise InputError(f"{path.name} has no column {', '.join(missing)}")
    known_as: dict[tuple[str, str], str] = {}
    absent: set[tuple[str, str]] = set()
    cells = zip(*(columns[name] for name in CROSSWALK_COLUMNS), strict=True)
    for line, (county, name, known) in zip(lines, cells, strict=True):
        key = normalised(county), normalised(name)
        if not name:
            absent.add((key[0], normalised(known)))
        elif known_as.setdefault(key, normalised(known)) != normalised(known):
            faults.append(Fault(path.name, f"{name} of {county} has two rows that differ", line))
    raise_errors(path.name, faults)
    return Crosswalk(known_as, frozenset(absent))


def match_units(
    first_round: Sequence[Unit],
    other: Sequence[Unit],
    crosswalk: Crosswalk = NO_CROSSWALK,
    *,
    extra_allowed: bool = False,
) -> Matches:
    """Find the units of the first round in another election.

    Parameters
    ----------
    first_round, other
        The units of both.
    crosswalk
        Names that differ, as a person has written them down.
    extra_allowed
        Whether the other election may have more units, as a file of a whole county does.

    Raises
    ------
    InputError
        When two units of one side have the same name, or units stay unmatched that the
        crosswalk does not mention; the message lists both sides and the nearest names.
    """
    require_no_namesakes("first round", first_round)
    require_no_namesakes("other election", other)
    by_key = {unit.key: unit for unit in first_round}
    known: dict[str, Unit] = {}
    declared_extra, unexplained = [], []
    for unit in other:
        county, name = unit.key
        # A crosswalk row wins over an equal name: a name can move to another precinct.
        wanted = crosswalk.known_as.get(unit.key, name)
        if not wanted:
            declared_extra.append(unit)
        elif found := by_key.get((county, wanted)):
            known[unit.unit_id] = found
        else:
            unexplained.append(unit)
    reached = {unit.key for unit in known.values()}
    missing = tuple(unit for unit in first_round if unit.key not in reached)
    unmatched = [unit for unit in missing if unit.key not in crosswalk.absent]
    if unmatched or (unexplained and not extra_allowed):
        raise _unmatched_error(unmatched, unexplained)
    return Matches(known, (*declared_extra, *unexplained), missing)


def require_no_namesakes(side: str, units: Iterable[Unit]) -> None:
    """Refuse units of one election that only case, spaces or punctuation tell apart.

    Raises
    ------
    InputError
        With every pair of such units.
    """
    groups: dict[tuple[str, str], list[Unit]] = defaultdict(list)
    for unit in units:
        groups[unit.key].append(unit)
    twins = [group for group in groups.values() if len(group) > 1]
    if twins:
        lines = [" and ".join(f"{unit.county} {unit.name!r}" for unit in group) for group in twins]
        raise InputError(
            f"units of the {side} that differ only in case, spaces or punctuation:", lines
        )


def _unmatched_error(unmatched: Sequence[Unit], unexplained: Sequence[Unit]) -> InputError:
    lines = _side("in the first round only", unmatched, unexplained)
    lines += _side("in the other election only", unexplained, unmatched)
    if unexplained:
        unit = unexplained[0]
        lines.append(
            "a unit that only the other election has stays with a row without known_as: "
            f"{unit.county},{unit.name},"
        )
    if unmatched:
        unit = unmatched[0]
        lines.append(
            "a unit that only the first round has is explained by a row without a name: "
            f"{unit.county},,{unit.name}"
        )
    return InputError(
        f"{len(unmatched):,} units of the first round and {len(unexplained):,} of the other "
        "election have no counterpart; name them in a crosswalk (county,name,known_as):",
        lines,
    )


def _side(title: str, units: Sequence[Unit], others: Sequence[Unit]) -> list[str]:
    names: dict[str, list[str]] = defaultdict(list)
    for unit in others:
        names[normalised(unit.county)].append(unit.name)
    lines = []
    for unit in units[:SHOWN_FAULTS]:
        there = names[normalised(unit.county)]
        near = _but_for_zeros(unit.name, there)
        near += difflib.get_close_matches(unit.name, there, n=2 - len(near), cutoff=0.7) * (
            not near
        )
        hint = f" (nearest there: {', '.join(near)})" if near else ""
        lines.append(f"{title}: {unit.county}, {unit.name}{hint}")
    if len(units) > SHOWN_FAULTS:
        lines.append(f"... and {len(units) - SHOWN_FAULTS:,} more {title}")
    return lines


def _but_for_zeros(name: str, others: Sequence[str]) -> list[str]:
    """Names that are the same but for zeros before their numbers: "01" and "1"."""
    bare = re.sub(r"\b0+(?=\d)", "", normalised(name))
    return [other for other in others if re.sub(r"\b0+(?=\d)", "", normalised(other)) == bare][:1]


def units_of(rows: Iterable[ReturnRow]) -> list[Unit]:
    """The distinct units of some rows, in the order of their first row."""
    return list(
        {row.unit_id: Unit(row.county, row.unit_name, row.unit_id) for row in rows}.values()
    )
