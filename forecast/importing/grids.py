"""A table of text cells, row by row, with its header.

Nothing is kept but the row at hand, so that a file may be larger than the memory. Titles above
the header, foot rows below the table and headers that stand again are found here, for readers
of any format.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from forecast.errors import InputError
from forecast.importing.columns import column_key, columns_not_there, no_columns
from forecast.importing.header_rows import with_row_above, with_row_below
from forecast.importing.row_sources import MAX_TITLE_ROWS, Cells, GridOptions, Numbered, rows_of
from forecast.importing.sources import Source
from forecast.race.faults import Fault, Severity
from forecast.race.labels import folded

MAX_NAMED = 5
MAX_SHOWN = 400


@dataclass
class Grid:
    """A table with a header, to be read once.

    Attributes
    ----------
    file
        Name for messages.
    header
        Names of the columns, as published.
    header_line
        Line of the header.
    body
        Line and cells of every row below the header, each as long as the header.
    notes
        What was skipped, and what is worth knowing of the file; complete once the body is read.
    errors
        Rows that could not be what they have to be; complete once the body is read.
    headers_again
        Lines on which the header stands once more.
    """

    file: str
    header: tuple[str, ...]
    header_line: int
    body: Iterator[Numbered]
    notes: list[Fault] = field(default_factory=list)
    errors: list[Fault] = field(default_factory=list)
    headers_again: list[int] = field(default_factory=list)

    def wrong_width(self, row: Cells, line: int) -> None:
        """Add the error of a row with another number of fields than the header."""
        message = f"has {len(row)} fields where the header has {len(self.header)}"
        self.errors.append(Fault(self.file, message, line))

    def note(self, message: str, line: int | None = None) -> None:
        """Add a note on the file or on one of its lines."""
        self.notes.append(Fault(self.file, message, line, Severity.NOTE))


def open_grid(
    source: Source,
    is_header: Callable[[Cells], bool],
    options: GridOptions | None = None,
    *,
    ragged: bool = False,
    columns: Mapping[str, str] | None = None,
    remedy: str = "",
) -> Grid:
    """Open a table whose header a reader knows when it sees it.

    Parameters
    ----------
    source
        A .csv, .txt or .tsv file with any of the usual separators, .xlsx, or .parquet.
    is_header
        Whether cells are the header that the reader looks for; rows above it are titles.
    options
        Encoding and sheet, where a person names them.
    ragged
        Whether rows may be longer than the header, as where the columns of the second and
        further candidates have no names.
    columns
        Role to the name of its column, as a person gives it, for the message where it is not there.
    remedy
        What to do where there is no such header, for the message.

    Raises
    ------
    InputError
        When there is no such header among the first rows; the message shows what the file has.
    """
    options = options or GridOptions()
    notes: list[str] = []
    rows = rows_of(source, is_header, options, notes)
    grid = _with_header(source.name, rows, is_header, ragged, columns or {}, remedy)
    grid.body = chosen_rows(grid, options)
    for note in notes:
        grid.note(note)
    return grid


def _with_header(
    file: str,
    rows: Iterator[Numbered],
    is_header: Callable[[Cells], bool],
    ragged: bool,
    columns: Mapping[str, str],
    remedy: str,
) -> Grid:
    seen: list[Numbered] = []
    for line, cells in itertools.islice(rows, MAX_TITLE_ROWS):
        names = tuple(cell.strip() for cell in cells)
        if is_header(names):
            while names and not names[-1]:
                names = names[:-1]
            return _grid_of(Grid(file, names, line, rows), seen, ragged)
        seen.append((line, cells))
    shown = next((cells for _, cells in seen if any(cells)), ())
    listed = ", ".join(cell.strip() for cell in shown)[:MAX_SHOWN] or "nothing"
    if gone := columns_not_there((cells for _, cells in seen), columns):
        raise InputError(no_columns(file, gone, listed))
    more = f". {remedy}" if remedy else ""
    raise InputError(f"{file} has no header that is known; it begins with: {listed}{more}")


def _grid_of(grid: Grid, above: list[Numbered], ragged: bool) -> Grid:
    """The grid with a header of two rows made one, and its body."""
    names, rows = grid.header, grid.body
    after = next(rows, None)
    joined = with_row_below(names, after[1]) if after and any(after[1]) else None
    if joined:
        grid.header = joined
    else:
        rows = itertools.chain([after] if after else [], rows)
        if above:
            grid.header = with_row_above(names, above[-1][1])
            above = above[:-1] if grid.header != names else above
    if grid.header != names:
        grid.note("a header of two rows is read as one", grid.header_line)
    if any(any(cells) for _, cells in above):
        titles = " ".join(cell for _, cells in above for cell in cells if cell)
        grid.note(f"titles above the header are not read: {titles[:120]}", 1)
    grid.body = _body(grid, rows, ragged)
    return grid


def chosen_rows(grid: Grid, options: GridOptions) -> Iterator[Numbered]:
    """Rows that a person wants, empty cells of merged ones filled.

    Raises
    ------
    InputError
        When a column is not in the header, or no row has the text that is asked for.
    """
    keys = [column_key(name) for name in grid.header]
    for name in (*options.where, *options.fill_down):
        if column_key(name) not in keys:
            raise InputError(
                f"{grid.file} has no column {name!r}; its columns are {', '.join(grid.header)}"
            )
    wanted = {keys.index(column_key(n)): folded(text) for n, text in options.where.items()}
    filled = [keys.index(column_key(name)) for name in options.fill_down]
    return _chosen(grid.body, wanted, filled) if wanted or filled else grid.body


def _chosen(
    rows: Iterator[Numbered], wanted: Mapping[int, str], filled: Sequence[int]
) -> Iterator[Numbered]:
    above: dict[int, str] = {}
    for line, cells in rows:
        if any(folded(cells[place]) != text for place, text in wanted.items()):
            continue
        row = list(cells)
        for place in filled:
            row[place] = above[place] = row[place] or above.get(place, "")
        yield line, row


def _body(grid: Grid, rows: Iterator[Numbered], ragged: bool) -> Iterator[Numbered]:
    """Rows of the table; titles, foot rows and repeated headers are kept aside."""
    width = len(grid.header)
    aside: list[tuple[int, str]] = []
    # Foot rows are known as such when no row of the table follows; a row cut short by a broken
    # download begins as the rows before it do.
    foot: list[Numbered] = []
    last = ""
    header = [name.casefold() for name in grid.header]
    for line, cells in rows:
        row = _stripped(cells)
        while len(row) > width and not row[-1]:
            row = row[:-1]
        # Most rows have their first and last cell: nothing more is asked of those.
        filled = 2 if len(row) == width and row[0] and row[-1] else sum(map(bool, row))
        if filled == 0:
            continue
        if filled == 1 and width > 2:
            aside.append((line, next(filter(None, row))))
        elif row[0].casefold() == header[0] and [c.casefold() for c in row] == header:
            grid.headers_again.append(line)
        elif len(row) < width or (len(row) > width and not ragged):
            if len(row) < width and not last.startswith(row[0]):
                foot.append((line, row))
            else:
                grid.wrong_width(row, line)
        else:
            for earlier, short in foot:
                grid.wrong_width(short, earlier)
            foot.clear()
            last = row[0]
            yield line, row
    aside += [(line, " ".join(row)) for line, row in foot]
    for line, text in aside[:MAX_NAMED]:
        grid.note(f"not a row of the table, and not read: {text[:60]!r}", line)
    if len(aside) > MAX_NAMED:
        more = f"{len(aside) - MAX_NAMED:,} more lines that are no rows of the table"
        grid.note(f"{more} are not read", aside[MAX_NAMED][0])


def _stripped(cells: Cells) -> Cells:
    row = list(map(str.strip, cells))
    if row and (row[0][:2] == '="' or row[-1][:2] == '="'):
        row = list(map(_unprotected, row))
    return row


def _unprotected(cell: str) -> str:
    """Text that a program wrote as a formula, so that a spreadsheet keeps it: ="0123"."""
    is_text = cell.startswith('="') and cell.endswith('"') and len(cell) > 2
    return cell[2:-1].strip() if is_text else cell
