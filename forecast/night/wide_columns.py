"""What a published table says of its units on the night, beside their votes.

A table with a column a candidate has a row a unit, or a unit and way of voting; one with a row a
unit and candidate says the same on every row of a unit, or nothing.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import numpy as np

from forecast.importing.choice_columns import choice_column
from forecast.importing.columns import column_key, layout_of
from forecast.importing.format_names import FormatName
from forecast.importing.formats import kind_of
from forecast.importing.grids import Grid, open_grid
from forecast.importing.long_table import open_long
from forecast.importing.matching import Unit
from forecast.importing.reading import ReadOptions
from forecast.importing.sources import open_source
from forecast.importing.table_words import counts_voters, is_person
from forecast.importing.tally import TallyBuilder
from forecast.importing.wide_table import knows_wide, wide_mode, wide_unit
from forecast.night.night_headings import (
    NightColumns,
    readable_columns,
    reported_shares,
    require_given,
)
from forecast.night.returns_cells import number_or_nan, status_fault, time_of
from forecast.night.unit_rows import SaidOfUnits, UnitRow, said_of_units, way_key
from forecast.race.faults import Fault, raise_errors
from forecast.race.labels import normalised

Given = Mapping[str, str]
# Names and id of a unit, and its way of voting, normalised.
RowKey = tuple[tuple[str, ...], str]


@dataclass
class OfUnits:
    """What tables say of units.

    Attributes
    ----------
    said
        What the rows of all of them say. It is certified where every row of every file is.
    step
        How far shares that are shown as the same can be apart; see `Reported`.
    times
        When the rows say that they were made.
    unused
        Headings of columns that hold neither places nor voters nor votes of a finalist or of
        nobody, and that say nothing of how far a unit is.
    """

    said: SaidOfUnits = field(default_factory=SaidOfUnits)
    step: float = 0.0
    times: list[datetime] = field(default_factory=list)
    unused: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def without_night_columns(paths: Sequence[Path], options: ReadOptions, given: Given) -> ReadOptions:
    """Options by which the night's columns of wide tables are no candidates; see `read_of_units`.

    Parameters
    ----------
    paths, options
        The files, and what a person says of them.
    given
        Role of the night to the column that a person names.

    Raises
    ------
    InputError
        When no table has a column that is named.
    """
    tables = [path for path in paths if is_table(path, options)]
    headers = [opened(path, options).header for path in tables]
    require_given(", ".join(path.name for path in paths), headers, given)
    names = [
        header[place]
        for path, header in zip(tables, headers, strict=True)
        if _is_wide(path, options)
        for place in _columns(path, options, given).places.values()
    ]
    return replace(options, leave_out=(*options.leave_out, *dict.fromkeys(names)))


def _columns(path: Path, options: ReadOptions, given: Given) -> NightColumns:
    """The columns of the night, but for those that a person leaves out."""
    return readable_columns(
        opened(path, options).header,
        given,
        map(column_key, options.leave_out),
        lambda place: (cells[place] for _, cells in opened(path, options).body),
    )


@dataclass(frozen=True)
class SecondRow:
    """A row of a wide table whose unit, and way of voting where it has any, has a row already.

    Attributes
    ----------
    file, unit
        Name of the file, and the unit.
    lines
        Of the first row and of this one.
    copied
        Whether every cell of both is the same, but for what is no vote: how far the unit is.
    """

    file: str
    unit: Unit
    lines: tuple[int, int]
    copied: bool


def second_rows(paths: Sequence[Path], options: ReadOptions, given: Given) -> list[SecondRow]:
    """Rows of wide tables whose unit and way of voting has a row; see `without_night_columns`."""
    found = []
    for path in paths:
        if not _is_wide(path, options):
            continue
        grid, name = opened(path, options), open_source(path).name
        apart = {*_columns(path, options, given).places.values()}
        layout = layout_of(grid.header, options.columns)
        first: dict[RowKey, tuple[int, list[str]]] = {}
        for line, unit, cells in rows_of_units(grid, options):
            votes = [cell.strip() for place, cell in enumerate(cells) if place not in apart]
            key = _row_key(unit, wide_mode(layout, cells))
            before, had = first.setdefault(key, (line, votes))
            if before != line:
                found.append(SecondRow(name, unit, (before, line), votes == had))
    return found


def read_of_units(
    paths: Sequence[Path],
    options: ReadOptions,
    given: Given,
    place_of: Callable[[Unit], int],
    finalists: Sequence[str],
) -> OfUnits:
    """Read the night's columns of tables of one contest; other files say nothing.

    Parameters
    ----------
    paths, options, given
        As in `without_night_columns`; what is left out is not read.
    place_of
        Position of a unit, -1 where the race has none of that name.
    finalists
        Both, in every spelling that is known.

    Raises
    ------
    InputError
        When a status is none.
    """
    found, read = OfUnits(), False
    for path in paths:
        if not is_table(path, options):
            found.said.certified = False
            continue
        read = True
        _read_file(path, options, given, place_of, found)
        found.unused += _unused(path, options, given, finalists)
    found.said.certified &= read
    return found


def _read_file(
    path: Path,
    options: ReadOptions,
    given: Given,
    place_of: Callable[[Unit], int],
    found: OfUnits,
) -> None:
    grid = opened(path, options)
    at, notes = _columns(path, options, given)
    headings = {role: grid.header[place] for role, place in at.items()}
    rows = _unit_rows(grid, options, at, place_of, once=_is_wide(path, options))
    raise_errors(path.name, _status_faults(path.name, rows, headings))
    columns = {role: [row.cells[role] for row in rows] for role in at}
    progress = reported_shares(columns, headings, options.thousands)
    expected = [number_or_nan(row.cells.get("expected", ""), options.thousands) for row in rows]
    said = said_of_units(rows, expected, progress.shares or [np.nan] * len(rows))
    found.said.add(said)
    found.step = max(found.step, progress.step)
    found.times += [time for text in set(columns.get("time", ())) if (time := time_of(text))]
    for line in (*notes, *progress.notes, *_differ_notes(path.name, said, headings)):
        if line not in found.notes:
            found.notes += (line,)


def _unit_rows(
    grid: Grid,
    options: ReadOptions,
    at: Mapping[str, int],
    place_of: Callable[[Unit], int],
    *,
    once: bool,
) -> list[UnitRow]:
    """Rows of units of the race; once, where the first row of a unit and way is the one taken."""
    layout, seen, rows = layout_of(grid.header, options.columns), set[RowKey](), list[UnitRow]()
    for line, unit, cells in rows_of_units(grid, options):
        published = wide_mode(layout, cells)
        key = _row_key(unit, published)
        again = once and key in seen
        seen.add(key)
        if not again and (place := place_of(unit)) >= 0:
            of_roles = {role: cells[column].strip() for role, column in at.items()}
            rows.append(UnitRow(line, place, key[0], way_key(published), of_roles))
    return rows


def _row_key(unit: Unit, published: str) -> RowKey:
    """What has to be equal for two rows of a wide table to be of one unit and way of voting."""
    return (*unit.key, normalised(unit.unit_id)), normalised(published)


def _status_faults(file: str, rows: Sequence[UnitRow], headings: Mapping[str, str]) -> list[Fault]:
    """What is no status, once a unit and way of voting."""
    faults = dict[tuple[int, str, str], Fault]()
    for row in rows:
        if fault := status_fault(row.word):
            message = f"{fault}; --leave-out {headings['status']!r} passes the column over"
            faults.setdefault((row.place, row.way, row.word), Fault(file, message, row.line))
    return [*faults.values()]


def _differ_notes(file: str, said: SaidOfUnits, headings: Mapping[str, str]) -> Iterator[str]:
    """Which columns say several things of one unit, and what is made of that."""
    for roles, then in (
        (said.unused - said.in_part, "and is not used there"),
        (said.in_part, "which counts as in part there"),
    ):
        if roles:
            names = ", ".join(name for role, name in headings.items() if role in roles)
            yield f"{file}: {names} differs between the rows of a unit, {then}"


def rows_of_units(grid: Grid, options: ReadOptions) -> Iterator[tuple[int, Unit, Sequence[str]]]:
    """Line, unit and cells of each row of a table, the unit as `read_wide_table` names it."""
    builder, layout = TallyBuilder(), layout_of(grid.header, options.columns)
    for line, cells in grid.body:
        yield line, builder.units[wide_unit(builder, layout, cells)], cells


def _unused(
    path: Path, options: ReadOptions, given: Given, finalists: Sequence[str]
) -> tuple[str, ...]:
    """Headings of columns of a table that the night makes nothing of."""
    header = opened(path, options).header
    left = {normalised(name) for name in options.leave_out}
    used = {*_columns(path, options, given).places.values()}
    words = {word for name in finalists for word in normalised(name).split() if len(word) > 1}

    def is_vote(name: str) -> bool:
        if not _is_wide(path, options):
            return False
        column = choice_column(name)
        of_finalist = column is not None and bool(words & {*normalised(column.name).split()})
        return of_finalist or counts_voters(name) or not is_person(name)

    rest = layout_of(header, options.columns).rest
    return tuple(
        name
        for place, name in enumerate(header)
        if place in rest and place not in used and normalised(name) not in left
        if not is_vote(name)
    )


def _is_wide(path: Path, options: ReadOptions) -> bool:
    return kind_of(path, options) == FormatName.WIDE


def is_table(path: Path, options: ReadOptions) -> bool:
    """Whether a file is a table with a column a candidate, or a row a unit and candidate."""
    return kind_of(path, options) in (FormatName.WIDE, FormatName.CSV)


def opened(path: Path, options: ReadOptions) -> Grid:
    """A table with its header found, its rows not read yet."""
    source = open_source(path)
    if not _is_wide(path, options):
        return open_long(source, options)
    return open_grid(source, knows_wide(options), options.grid, columns=options.columns)
