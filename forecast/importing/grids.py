"""A table of text cells, row by row: CSV with any separator, a workbook's sheet, Parquet.

Nothing is kept but the row at hand, so that a file may be larger than the memory. Titles above
the header, foot rows below the table and headers that stand again are found here, for readers
of any format.
"""

import csv
import itertools
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from forecast.errors import InputError
from forecast.importing.sources import Source
from forecast.json_text import load_json
from forecast.race.faults import Fault, Severity
from forecast.race.packed import require_in_proportion

OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
SEPARATORS = (",", ";", "\t", "|")
# Titles and empty rows that may stand above a header.
MAX_TITLE_ROWS = 30
_PREVIEW_ROWS = 200
MAX_NAMED = 5
MAX_SHOWN = 400

Cells = Sequence[str]
Numbered = tuple[int, Cells]


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


@dataclass(frozen=True)
class GridOptions:
    """What a person says of a table's form where the file does not.

    Attributes
    ----------
    encoding
        Of its text; "" for what the file shows.
    sheet
        Sheet of a workbook; "" for the one that holds results.
    """

    encoding: str = ""
    sheet: str = ""


def is_workbook(source: Source) -> bool:
    """Whether a file is an Excel workbook in the form of 2007 and later."""
    return source.name.casefold().endswith((".xlsx", ".xlsm"))


def open_grid(
    source: Source,
    is_header: Callable[[Cells], bool],
    options: GridOptions | None = None,
    *,
    ragged: bool = False,
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

    Raises
    ------
    InputError
        When there is no such header among the first rows; the message shows what the file has.
    """
    options = options or GridOptions()
    notes: list[str] = []
    rows = _rows(source, is_header, options, notes)
    grid = _with_header(source.name, rows, is_header, ragged)
    for note in notes:
        grid.note(note)
    return grid


def first_rows(
    source: Source, is_header: Callable[[Cells], bool], options: GridOptions
) -> list[Numbered]:
    """The first rows of a table, for a look at what the file is.

    Parameters
    ----------
    source
        The file.
    is_header
        Whether cells are a header that anybody knows: it chooses the sheet of a workbook.
    options
        Encoding and sheet, where a person names them.
    """
    rows = _rows(source, is_header, options, [])
    return list(itertools.islice(rows, _PREVIEW_ROWS))


def old_workbook(source: Source) -> InputError:
    """What to say of a workbook in the form before 2007."""
    return InputError(f"{source.name} is a workbook of Excel 97; save it as .xlsx or as CSV")


def _rows(
    source: Source, is_header: Callable[[Cells], bool], options: GridOptions, notes: list[str]
) -> Iterator[Numbered]:
    """Rows of a table in any of its forms; notes on it are added."""
    head = source.head()
    if head.startswith(OLD_WORKBOOK):
        raise old_workbook(source)
    if is_workbook(source):
        return _workbook_rows(source, is_header, options.sheet, notes)
    if head.startswith(b"PAR1"):
        return _parquet_rows(source)
    encoding, note = source.encoding(options.encoding)
    notes += [note] * bool(note)
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"["):
        return _json_rows(source, encoding)
    return _csv_rows(source, encoding)


def _json_rows(source: Source, encoding: str) -> Iterator[Numbered]:
    """A list of objects as a table: its keys are the header, each object is a row."""
    try:
        with source.text(encoding) as text:
            records = load_json(text)
        names = list(dict.fromkeys(name for record in records for name in record))
        table = [[_cell(record.get(name)) for name in names] for record in records]
    except (ValueError, AttributeError, TypeError) as error:
        raise InputError(f"{source.name} is no list of rows as JSON: {error}") from None
    yield 1, names
    yield from enumerate(table, 2)


def _with_header(
    file: str, rows: Iterator[Numbered], is_header: Callable[[Cells], bool], ragged: bool
) -> Grid:
    seen: list[Numbered] = []
    for line, cells in itertools.islice(rows, MAX_TITLE_ROWS):
        names = tuple(cell.strip() for cell in cells)
        if is_header(names):
            while names and not names[-1]:
                names = names[:-1]
            grid = Grid(file, names, line, iter(()))
            if any(any(cells) for _, cells in seen):
                titles = " ".join(cell for _, cells in seen for cell in cells if cell)
                grid.note(f"titles above the header are not read: {titles[:120]}", 1)
            grid.body = _body(grid, rows, ragged)
            return grid
        seen.append((line, cells))
    shown = next((cells for _, cells in seen if any(cells)), ())
    listed = ", ".join(cell.strip() for cell in shown)[:MAX_SHOWN] or "nothing"
    raise InputError(f"{file} has no header that is known; it begins with: {listed}")


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
        row: Cells = list(map(str.strip, cells))
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


def _csv_rows(source: Source, encoding: str) -> Iterator[Numbered]:
    # A field may be as long as its file: an unclosed quotation mark is an error of its own.
    csv.field_size_limit(sys.maxsize)
    separator = _separator(source, encoding)
    with source.reading(), source.text(encoding) as text:
        reader = csv.reader(text, delimiter=separator, strict=True)
        line = 0
        try:
            for cells in reader:
                line = reader.line_num
                yield line, cells
        except csv.Error as error:
            raise InputError(f"{source.name}:{line + 1}: is not a row of text: {error}") from None


def _separator(source: Source, encoding: str) -> str:
    """The separator that divides most of the first lines into most fields."""
    text = source.head().decode(encoding, errors="replace")
    lines = [line for line in text.splitlines()[:50] if line.strip()]
    if not lines:
        raise InputError(f"{source.name} is empty")

    def fields(mark: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(lines, delimiter=mark)]
        common = max(set(widths), key=lambda width: (widths.count(width), width))
        return (widths.count(common) if common > 1 else 0), common

    return max(SEPARATORS, key=fields)


def _workbook_rows(
    source: Source, is_header: Callable[[Cells], bool], sheet: str, notes: list[str]
) -> Iterator[Numbered]:
    try:
        from openpyxl import load_workbook  # noqa: PLC0415  (an extra)
    except ImportError:
        raise InputError(
            f"{source.name} is a workbook, which takes the package openpyxl: install "
            "runoff-forecast[excel], or save the sheet as CSV"
        ) from None
    try:
        require_in_proportion(source.path)
        book = load_workbook(source.open(), read_only=True, data_only=True)
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{source.name} cannot be read as a workbook: {error}") from None
    names = list(book.sheetnames)
    if sheet and sheet not in names:
        raise InputError(f"{source.name} has no sheet {sheet!r}; it has {', '.join(names)}")

    def rows(name: str) -> Iterator[Numbered]:
        for line, values in enumerate(book[name].iter_rows(values_only=True), 1):
            yield line, [_cell(value) for value in values]

    def holds_results(name: str) -> bool:
        return any(is_header(cells) for _, cells in itertools.islice(rows(name), MAX_TITLE_ROWS))

    found = [sheet] if sheet else [name for name in names if holds_results(name)]
    if len(found) > 1:
        raise InputError(
            f"{source.name} has results on several sheets ({', '.join(found)}); choose one with "
            "--sheet"
        )
    if not sheet and len(names) > 1 and found:
        notes.append(f"read the sheet {found[0]!r} of {', '.join(names)}")
    return rows(found[0] if found else names[0])


def _parquet_rows(source: Source) -> Iterator[Numbered]:
    # Imported here: a file of text must not wait for a library it does not need.
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        file = pq.ParquetFile(source.path)
    except pa.ArrowInvalid as error:
        raise InputError(f"{source.name} is not a Parquet file: {error}") from None
    names = file.schema_arrow.names
    yield 1, names
    line = 1
    for batch in file.iter_batches():
        columns = [map(_cell, batch.column(name).to_pylist()) for name in names]
        for cells in zip(*columns, strict=True):
            line += 1
            yield line, cells


def _cell(value: object) -> str:
    """Cell of a workbook or of Parquet as a person would type it."""
    if value is None or value != value:  # noqa: PLR0124  (NaN is an empty cell)
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip()
