"""A column of a published table that holds the ids of a race's units, whatever it is called."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from forecast.errors import InputError
from forecast.importing.columns import column_key, layout_of
from forecast.importing.reading import ReadOptions
from forecast.night.unit_names import UnitNames
from forecast.night.wide_columns import is_table, opened, rows_of_units

# Part of a column's cells that are ids of units from which it holds them, and part of the units
# found by id and by name that have to be the same.
MOST = 0.9
# Rows by which a column is passed over when fewer than half of them have an id.
_FIRST_ROWS = 50


@dataclass
class _Column:
    """What a column has: each cell with the unit of its row, and how units are found by either."""

    unit_of: dict[str, tuple[str, str]] = field(default_factory=dict)
    found_by_id: int = 0
    found_by_name: set[tuple[str, str]] = field(default_factory=set)
    both: int = 0
    same: int = 0
    holds_ids: bool = True

    def add(self, cell: str, unit: tuple[str, str], by_name: int, names: UnitNames) -> None:
        """Add a row; an id that stands for two names is none."""
        if by_name >= 0:
            self.found_by_name.add(unit)
        if cell in self.unit_of:
            self.holds_ids &= self.unit_of[cell] == unit
            return
        self.unit_of[cell] = unit
        by_id = names.by_id.get(cell, -1)
        self.found_by_id += by_id >= 0
        self.both += by_id >= 0 and by_name >= 0
        self.same += by_id >= 0 and by_id == by_name

    @property
    def is_better(self) -> bool:
        """Whether nearly all cells are ids, and more units are found by them than by names.

        Small numbers may be ids by chance, as those of rows are: one unit at least has to be found
        by its name too.
        """
        plain = all(cell.isdecimal() and not cell.startswith("0") for cell in self.unit_of)
        return (
            self.holds_ids
            and self.found_by_id >= MOST * len(self.unit_of)
            and self.found_by_id > len(self.found_by_name)
            and self.same >= MOST * self.both
            and (self.same > 0 or not plain)
        )


def with_unit_ids(
    paths: Sequence[Path], options: ReadOptions, names: UnitNames
) -> tuple[ReadOptions, tuple[str, ...]]:
    """Options by which units are found by a column of their ids, and a line that says so.

    Only where nearly all cells of a column of every table are ids of the race's units, each of one
    unit of the file, and more units are found so than by their names.

    Parameters
    ----------
    paths, options
        The files, and what a person says of them: a column that is named or left out is none.
    names
        The units of the race.
    """
    if "unit_id" in options.columns:
        return options, ()
    try:
        found = [_id_columns(path, options, names) for path in paths]
    except InputError:  # whoever reads the file says what is wrong with it
        return options, ()
    heading = next((name for name in found[0] if all(name in one for one in found)), None)
    if heading is None:
        return options, ()
    of_files = [one[heading] for one in found]
    all_ids = sum(len(column.unit_of) for column in of_files)
    by_id = sum(column.found_by_id for column in of_files)
    by_name = sum(len(column.found_by_name) for column in of_files)
    note = (
        f"the column {heading!r} holds ids of the race's units, and they are found by it: "
        f"{by_id:,} of {all_ids:,}, where by their names {by_name:,} would be; "
        f"--leave-out {heading!r} goes by the names"
    )
    return replace(options, columns={**options.columns, "unit_id": heading}), (note,)


def _id_columns(path: Path, options: ReadOptions, names: UnitNames) -> dict[str, _Column]:
    """Columns of a table that hold ids, by their headings."""
    if not is_table(path, options):
        return {}
    grid = opened(path, options)
    if "unit_id" in layout_of(grid.header, options.columns).places:
        return {}
    apart = {column_key(name) for name in (*options.leave_out, *options.columns.values())}
    places = [p for p, name in enumerate(grid.header) if name and column_key(name) not in apart]
    first = [cells for (_, cells), _ in zip(grid.body, range(_FIRST_ROWS), strict=False)]
    places = [place for place in places if _may_be_ids([row[place] for row in first], names)]
    columns = {place: _Column() for place in places}
    by_name: dict[tuple[str, str], int] = {}
    for _, unit, cells in rows_of_units(opened(path, options), options) if places else ():
        key = unit.county, unit.name
        if key not in by_name:
            by_name[key] = names.find("", *key)
        for place, column in columns.items():
            if cell := cells[place].strip():
                column.add(cell, key, by_name[key], names)
    return {grid.header[place]: column for place, column in columns.items() if column.is_better}


def _may_be_ids(cells: Sequence[str], names: UnitNames) -> bool:
    told = [text for cell in cells if (text := cell.strip())]
    return bool(told) and 2 * sum(text in names.by_id for text in told) >= len(told)
