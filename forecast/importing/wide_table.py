"""Wide tables: a row a unit and a column a candidate, or groups of columns a candidate.

Ministries and spreadsheets publish such tables. Columns whose names are known say what the unit
is, and which way of voting where each has a row of its own; every other column of whole numbers is
a choice. A column of totals is found by its sum, like a row of totals in a long table.
"""

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from forecast.errors import InputError
from forecast.importing.arithmetic import settled
from forecast.importing.ballots_by_way import BallotsByWay
from forecast.importing.choice_columns import ChoiceColumn, choice_column, is_share
from forecast.importing.columns import ROLES, Layout, column_key, layout_of
from forecast.importing.counts import HIDDEN, Counter
from forecast.importing.findings import MAX_NAMED, Findings
from forecast.importing.grids import Grid, open_grid
from forecast.importing.grouping import county_kind, group_note, unit_kind
from forecast.importing.guessed_columns import require_choice_columns
from forecast.importing.reading import Published, ReadOptions, bare, read_with_dots
from forecast.importing.row_scope import RowScope
from forecast.importing.row_sources import Cells, Numbered
from forecast.importing.sources import Source
from forecast.importing.table_words import counts_voters, is_nobody, is_total_choice
from forecast.importing.tally import Tally, TallyBuilder
from forecast.importing.where_held import where_by_columns
from forecast.race.cells import has_dots, whole_number
from forecast.race.faults import raise_errors
from forecast.race.labels import normalised
from forecast.race.person_names import person_key
from forecast.race.vocabulary import SIZE_OF

_PREVIEW = 200
# Numbers that are no votes, by the names that tables give their columns.
_NO_VOTES = (
    *("fips", "county fips", "geoid", "geoid10", "geoid20", "id", "code", "zip", "year", "date"),
    *("lat", "lon", "latitude", "longitude", "state", "number", "precincts", "area", "objectid"),
    *("precinct code", "county code", "state fips", "statefp", "countyfp", "no", "nr", "rank"),
    *("turnout", "abstentions", "exprimes", "mesa", "congressional district", "population"),
)
_KEY_WORDS = {
    *(
        "id",
        "code",
        "nr",
        "no",
        "num",
        "number",
        "fips",
        "geoid",
        "zip",
        "year",
        "codigo",
        "codice",
    ),
    *("kod", "cod", "kodas", "numer", "numero", "cislo", "teryt", "siruta", "ibge"),
}


def is_wide(layout: Layout) -> bool:
    """Whether a header can be of a table with a column a candidate."""
    unit = bool({"county", "unit_name", "unit_id"} & {*layout.places})
    return unit and "candidate" not in layout.places and len(layout.rest) + len(layout.modes) >= 2


def knows_wide(options: ReadOptions) -> Callable[[Cells], bool]:
    """Test of a row of cells for being such a header."""

    def is_header(cells: Cells) -> bool:
        try:
            return is_wide(layout_of(cells, options.columns))
        except InputError:
            return False

    return is_header


def read_wide_table(source: Source, options: ReadOptions) -> Published:
    """Read a table with a column a candidate.

    Raises
    ------
    InputError
        With all faults of the file at once.
    """
    grid = open_grid(source, knows_wide(options), options.grid, columns=options.columns)
    layout = layout_of(grid.header, options.columns)
    preview = list(itertools.islice(grid.body, _PREVIEW))
    columns = _choice_columns(grid, layout, preview, options)
    require_choice_columns(grid, len(columns), preview, options)
    if note := group_note(grid.header, layout):
        grid.note(note, grid.header_line)
    counter = Counter(grid.file, options.thousands, options.cells)
    findings = Findings(source.name)
    passed_over = options.passed_over.get(source.name, frozenset())
    rows = (row for row in itertools.chain(preview, grid.body) if row[0] not in passed_over)
    scope = RowScope(grid.file, grid.header, layout, options.leave_out)
    by_way = BallotsByWay()
    tally = _tally(layout, columns, _watched(rows, layout, scope), counter, findings, by_way)
    if counter.two_dots:
        return read_with_dots(read_wide_table, source, options, counter.two_dots)
    findings.faults[:0] = scope.faults()
    sound = counter.is_readable and not (findings.wrong or grid.errors)
    of_cells = [*grid.notes, *grid.errors, *counter.faults()]
    if not sound:
        raise_errors(source.name, [*of_cells, *findings.faults])
    ways = {*tally.modes}
    tally = settled(tally, findings, options)
    # Ways of voting that are sums of others; where none is told apart in the end, none is.
    sums = ways - {*tally.modes} if any(tally.modes) else set[str]()
    tally = replace(tally, ballots=by_way.of_units(sums))
    findings.faults[:0] = of_cells
    if not findings.wrong:
        _more_than_voters(tally, findings)
    raise_errors(source.name, findings.faults)
    where = where_by_columns(grid.header, scope.states)
    notes = tuple(findings.faults)
    headers = {person_key(bare(c.name)): grid.header[place] for place, c in columns.items()}
    return Published(
        source.name,
        "",
        tally,
        notes,
        unit_kind=unit_kind(grid.header, layout),
        county_kind=county_kind(grid.header, layout),
        where=where,
        headers=headers,
    )


def _choice_columns(
    grid: Grid, layout: Layout, preview: Sequence[Numbered], options: ReadOptions
) -> dict[int, ChoiceColumn]:
    """Place of each column of votes and what it holds; what is left out of the others is noted."""
    total = [layout.places["votes"]] if "votes" in layout.places else []
    columns: dict[int, ChoiceColumn] = {}
    left: list[str] = []
    out = {normalised(name) for name in options.leave_out}
    for place in sorted((*layout.rest, *layout.modes, *total)):
        name = grid.header[place]
        cells = [cells[place] for _, cells in preview]
        column = choice_column(name)
        if place in layout.modes or column is None or not holds_votes(name, cells, options):
            left.append(name)
        elif normalised(name) not in out:
            columns[place] = column
    if left:
        grid.note(f"columns that hold no votes of a candidate are not read: {', '.join(left)}")
    return columns


def holds_votes(name: str, cells: Sequence[str], options: ReadOptions) -> bool:
    """Whether a column holds counts of votes, by its name and the cells of its first rows."""
    key = column_key(name)
    if is_nobody(name) or is_total_choice(name):
        pass
    elif key in SIZE_OF or counts_voters(name):
        return False
    if key in _NO_VOTES or is_share(name) or set(key.split()) & _KEY_WORDS:
        return False
    told = [cell for cell in cells if cell and cell.casefold() not in {*HIDDEN, *options.cells}]
    counts = [whole_number(cell, options.thousands) for cell in told]
    if not all(c is not None or has_dots(t) for c, t in zip(counts, told, strict=True)):
        return False
    if is_nobody(name):
        return True  # Few such votes may well be one more in each row, or the same in all.
    steps = {after - before for before, after in itertools.pairwise(c or 0 for c in counts)}
    if len(told) > 3 and steps == {1}:
        return False  # The number of the row.
    # The year, or the code of a state: the same in every row of a table.
    return len(told) < 3 or len(set(told)) > 1 or counts[0] in {0, 1}


def _tally(
    layout: Layout,
    columns: dict[int, ChoiceColumn],
    rows: Iterator[Numbered],
    counter: Counter,
    findings: Findings,
    by_way: BallotsByWay,
) -> Tally:
    """All rows; of the ballots each is kept with its way of voting."""
    builder, place = TallyBuilder(), layout.places
    choices = {at: (builder.choice(c.name, ""), c.mode, c.name) for at, c in columns.items()}
    seen: dict[tuple[int, str], int] = {}
    again: list[tuple[int, int, int]] = []
    for line, cells in rows:
        unit, of_row = wide_unit(builder, layout, cells), wide_mode(layout, cells)
        first = seen.setdefault((unit, normalised(of_row)), line)
        if first != line:
            again.append((line, first, unit))
        for at, (choice, mode, title) in choices.items():
            votes = counter.count(cells[at], title, line)
            builder.add(unit, choice, mode or of_row, votes, line)
        for field in ("registered", "ballots"):
            if field in place:
                value = whole_number(cells[place[field]], counter.thousands)
                if value is None:
                    counter.see(cells[place[field]])
                if field == "ballots":
                    by_way.add(builder.units[unit].unit_id, of_row, value)
                elif value is not None:
                    builder.registered[builder.units[unit].unit_id] = value
    if again:
        _rows_again(again, builder, findings)
    return builder.build()


def _rows_again(again: Sequence[tuple[int, int, int]], builder: TallyBuilder, to: Findings) -> None:
    """Say once that rows stand for units that had one before, whatever their number.

    Parameters
    ----------
    again
        Line of each such row, that of the unit's first one, and the unit.
    builder, to
        The units, and where it is said.
    """
    rows_of: dict[tuple[int, int], list[int]] = {}
    for line, first, unit in again:
        rows_of.setdefault((first, unit), []).append(line)
    named = []
    for (first, unit), lines in list(rows_of.items())[:MAX_NAMED]:
        on = ", ".join(map(str, lines[:2])) + ", ..." * (len(lines) > 2)
        named.append(
            f"{builder.units[unit].name}, first on line {first}, again on line"
            f"{'s' * (len(lines) > 1)} {on}"
        )
    more = f"; {len(rows_of) - MAX_NAMED:,} more units" if len(rows_of) > MAX_NAMED else ""
    many = f"{len(again):,} rows are" if len(again) > 1 else "a row is"
    to.error(
        f"{many} of a unit that had one before ({'; '.join(named)}{more}): where a row is a "
        'smaller unit, name its column with --column "unit_name=NAME"; where it is a way of '
        'voting, with --column "mode=NAME"; where it is a candidate, with --column '
        '"candidate=NAME" --column "votes=NAME"; else keep one row a unit',
        again[0][0],
    )


def wide_unit(builder: TallyBuilder, layout: Layout, cells: Cells) -> int:
    """Index of the unit of a row."""
    place = layout.places
    county = cells[place["county"]] if "county" in place else ""
    name = cells[place["unit_name"]] if "unit_name" in place else county
    if "unit_part" in place:
        name = f"{name} {cells[place['unit_part']]}".strip()
    given = cells[place["unit_id"]] if "unit_id" in place else ""
    return builder.unit(county, name or given, given)


def wide_mode(layout: Layout, cells: Cells) -> str:
    """Way of voting of a row, "" where a table has a row for all of a unit."""
    return cells[layout.places["mode"]].strip() if "mode" in layout.places else ""


def _watched(rows: Iterator[Numbered], layout: Layout, scope: RowScope) -> Iterator[Numbered]:
    county, unit = layout.places.get("county"), layout.places.get("unit_name")
    for line, cells in rows:
        name = cells[unit] if unit is not None else ""
        scope.row(cells, cells[county] if county is not None else name, name, line)
        yield line, cells


def _more_than_voters(tally: Tally, findings: Findings) -> None:
    """Columns that add up to more than there were ballots or voters in unit after unit."""
    votes = tally.matrix.sum(axis=1)
    for counts, what in ((tally.ballots, "ballots"), (tally.registered, "registered voters")):
        known = [place for place, unit in enumerate(tally.units) if counts.get(unit.unit_id)]
        above = [place for place in known if votes[place] > counts[tally.units[place].unit_id]]
        if len(known) > 2 and 2 * len(above) > len(known):
            listed = ", ".join(choice.name for choice in tally.choices)
            largest = tally.choices[int(tally.totals().argmax())].name
            findings.error(
                f"the columns taken for candidates ({listed}) have more votes than {what} in "
                f"{len(above):,} of {len(known):,} units: say of those that are none what they "
                f'hold, as with --column "registered={largest}", or --leave-out {largest!r}'
            )


@dataclass(frozen=True)
class Groups:
    """Columns that repeat for each candidate: ", Nom, Prénom, Voix" as a ministry has them.

    Attributes
    ----------
    start, size
        First column of the first group, and columns a group.
    """

    start: int
    size: int


_CANDIDATE_KEYS = {*ROLES["candidate"]} - {"option", "selection"}


def without_number(name: str) -> str:
    """Name of a column without the number of its candidate: "Nom 2" is "Nom"."""
    return re.sub(r"[ _.-]*\d+$", "", name)


def long_header(header: Cells) -> list[str]:
    """Header whose numbered columns are named alike: "Nom 2" is "Nom"."""
    return [without_number(cell) for cell in header]


def groups_of(header: Sequence[str], first_row: Sequence[str] = ()) -> Groups | None:
    """Find columns that repeat for each candidate, numbered, named alike or without a name.

    Parameters
    ----------
    header
        Names of the columns.
    first_row
        A row of the table, longer than the header where the groups after the first have no
        names.
    """
    keys = [column_key(name) for name in long_header(header)]
    at = [place for place, key in enumerate(keys) if key in _CANDIDATE_KEYS]
    if len(at) > 1:
        size = at[1] - at[0]
        start = at[0]
        while start and start - 1 + size < len(keys) and keys[start - 1] == keys[start - 1 + size]:
            start -= 1
        return Groups(start, size)
    excess = len(first_row) - len(header)
    if len(at) != 1 or excess <= 0:
        return None
    for start in range(max(at[0] - 3, 0), at[0] + 1):
        size = len(header) - start
        if excess % size == 0 and _repeats(first_row, header, start, size, at[0]):
            return Groups(start, size)
    return None


def _repeats(row: Sequence[str], header: Sequence[str], start: int, size: int, name: int) -> bool:
    """Whether the later groups of a row hold words and counts where the first one does."""
    votes = layout_of(header).places.get("votes")
    if votes is None:
        return False
    for first in range(start, len(row), size):
        offset = first - start
        word, count = row[name + offset].strip(), row[votes + offset].strip()
        if word and (whole_number(word) is not None or whole_number(count) is None):
            return False
    return True


def long_form(grid: Grid) -> Grid:
    """A table whose groups of columns have become rows; any other table as it is."""
    first = next(grid.body, None)
    if first is None:
        return grid
    rows = itertools.chain([first], grid.body)
    groups = groups_of(grid.header, first[1])
    if groups is None:
        if twice := sorted({name for name in grid.header if name and grid.header.count(name) > 1}):
            raise InputError(f"{grid.file} has two columns named {', '.join(twice)}")
        grid.body = _of_one_width(grid, rows)
        return grid
    head = grid.header[: groups.start]
    group = grid.header[groups.start : groups.start + groups.size]
    names = tuple(long_header(group))
    grid.note(f"groups of columns a candidate are read as rows: {', '.join(names)}", 1)
    return replace(grid, header=(*head, *names), body=_rows_of_groups(rows, groups))


def _of_one_width(grid: Grid, rows: Iterator[Numbered]) -> Iterator[Numbered]:
    for line, cells in rows:
        if len(cells) == len(grid.header):
            yield line, cells
        else:
            grid.wrong_width(cells, line)


def _rows_of_groups(rows: Iterator[Numbered], groups: Groups) -> Iterator[Numbered]:
    for line, cells in rows:
        for first in range(groups.start, len(cells), groups.size):
            part = cells[first : first + groups.size]
            if any(part) and len(part) == groups.size:
                yield line, [*cells[: groups.start], *part]
