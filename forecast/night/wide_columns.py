"""What a table with a column a candidate says of its units on the night, beside their votes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import numpy as np

from forecast.importing.columns import column_key, layout_of
from forecast.importing.format_names import FormatName
from forecast.importing.formats import kind_of
from forecast.importing.grids import Grid, open_grid
from forecast.importing.matching import Unit
from forecast.importing.reading import ReadOptions
from forecast.importing.sources import open_source
from forecast.importing.tally import TallyBuilder
from forecast.importing.wide_table import knows_wide, wide_unit
from forecast.night.count import CERTIFIED
from forecast.night.returns_cells import (
    STATUS_CODES,
    number_or_nan,
    reported_share,
    status_fault,
    time_of,
)
from forecast.race.cells import whole_number
from forecast.race.faults import Fault, raise_errors
from forecast.race.labels import normalised

# As a table of the program's own has them.
NIGHT_COLUMNS = ("status", "expected", "precincts", "reported", "time")


@dataclass
class OfUnits:
    """What wide tables say of units; each mapping is of the position of a unit.

    Attributes
    ----------
    status
        Its code, where the table says one.
    expected
        Votes for both finalists that the source expects.
    reported
        Share of the precincts that have reported.
    times
        When the rows say that they were made.
    certified
        Whether every row of every file says that it is.
    """

    status: dict[int, int] = field(default_factory=dict)
    expected: dict[int, float] = field(default_factory=dict)
    reported: dict[int, float] = field(default_factory=dict)
    times: list[datetime] = field(default_factory=list)
    certified: bool = True


def without_night_columns(paths: Sequence[Path], options: ReadOptions) -> ReadOptions:
    """Options by which the night's columns of wide tables are no candidates."""
    left = {normalised(name) for name in options.leave_out}
    names = [
        name
        for path in paths
        if _is_wide(path, options)
        for name in _opened(path, options).header
        if column_key(name) in NIGHT_COLUMNS and normalised(name) not in left
    ]
    return replace(options, leave_out=(*options.leave_out, *dict.fromkeys(names)))


def second_rows(
    paths: Sequence[Path], options: ReadOptions
) -> list[tuple[str, Unit, tuple[int, int]]]:
    """Rows of wide tables whose unit has a row already: file, unit, and the lines of both."""
    found = []
    for path in paths:
        if not _is_wide(path, options):
            continue
        first: dict[Unit, int] = {}
        for line, unit, _ in _rows(_opened(path, options), options):
            if first.setdefault(unit, line) != line:
                found.append((open_source(path).name, unit, (first[unit], line)))
    return found


def read_of_units(
    paths: Sequence[Path], options: ReadOptions, place_of: Callable[[Unit], int]
) -> OfUnits:
    """Read the night's columns of wide tables; other files say nothing.

    Parameters
    ----------
    paths, options
        The files, and what a person says of them; what is left out is not read.
    place_of
        Position of a unit, -1 where the race has none of that name.

    Raises
    ------
    InputError
        When a status is none.
    """
    found, read = OfUnits(), False
    for path in paths:
        if not _is_wide(path, options):
            found.certified = False
            continue
        read = True
        _read_file(path, options, place_of, found)
    found.certified &= read
    return found


def _read_file(
    path: Path, options: ReadOptions, place_of: Callable[[Unit], int], found: OfUnits
) -> None:
    left = {normalised(name) for name in options.leave_out}
    grid = _opened(path, options)
    at = {
        column_key(name): place
        for place, name in reversed([*enumerate(grid.header)])
        if column_key(name) in NIGHT_COLUMNS and normalised(name) not in left
    }
    certified, faults = "status" in at, []
    for line, unit, cells in _rows(grid, options):
        place = place_of(unit)
        if place < 0:
            continue
        said = {key: cells[column].strip() for key, column in at.items()}
        word = said.get("status", "").casefold()
        certified &= word == CERTIFIED
        if fault := status_fault(word):
            message = f"{fault}; --leave-out {grid.header[at['status']]!r} passes the column over"
            faults.append(Fault(path.name, message, line))
            continue
        if (code := STATUS_CODES[word]) >= 0:
            found.status[place] = code
        counts = {key: _plain(said.get(key, ""), options) for key in NIGHT_COLUMNS[1:4]}
        if np.isfinite(expected := number_or_nan(counts["expected"])):
            found.expected[place] = expected
        share = reported_share(counts["precincts"], counts["reported"])
        if np.isfinite(share):
            found.reported[place] = share
        if time := time_of(said.get("time", "")):
            found.times.append(time)
    raise_errors(path.name, faults)
    found.certified &= certified


def _rows(grid: Grid, options: ReadOptions) -> Iterator[tuple[int, Unit, Sequence[str]]]:
    """Line, unit and cells of every row, the unit as `read_wide_table` names it."""
    builder, layout = TallyBuilder(), layout_of(grid.header, options.columns)
    for line, cells in grid.body:
        yield line, builder.units[wide_unit(builder, layout, cells)], cells


def _plain(text: str, options: ReadOptions) -> str:
    """A number without what separates its thousands."""
    value = whole_number(text, options.thousands)
    return "" if value is None else str(value)


def _is_wide(path: Path, options: ReadOptions) -> bool:
    return kind_of(path, options) == FormatName.WIDE


def _opened(path: Path, options: ReadOptions) -> Grid:
    source = open_source(path)
    return open_grid(source, knows_wide(options), options.grid, columns=options.columns)
