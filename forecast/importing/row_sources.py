"""Rows of text cells from CSV with any separator, a workbook's sheet, Parquet or JSON."""

import csv
import itertools
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from forecast.errors import InputError
from forecast.importing.json_rows import cell_text, json_rows
from forecast.importing.sources import Source
from forecast.race.packed import require_in_proportion

OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
SEPARATORS = (",", ";", "\t", "|")
# Titles and empty rows that may stand above a header.
MAX_TITLE_ROWS = 30
_PREVIEW_ROWS = 200
ALL_SHEETS = "all"

Cells = Sequence[str]
Numbered = tuple[int, Cells]


@dataclass(frozen=True)
class GridOptions:
    """What a person says of a table's form where the file does not.

    Attributes
    ----------
    encoding
        Of its text; "" for what the file shows.
    sheet
        Sheet of a workbook; "" for the one that holds results, "all" for those that do.
    where
        Name of a column to the text that its cells must have for a row to be read.
    fill_down
        Columns by name, whose empty cells have the text above them, as merged cells do.
    """

    encoding: str = ""
    sheet: str = ""
    where: Mapping[str, str] = field(default_factory=dict)
    fill_down: tuple[str, ...] = ()


def is_workbook(source: Source) -> bool:
    """Whether a file is an Excel workbook in the form of 2007 and later."""
    return source.name.casefold().endswith((".xlsx", ".xlsm"))


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
    rows = rows_of(source, is_header, options, [])
    return list(itertools.islice(rows, _PREVIEW_ROWS))


def old_workbook(source: Source) -> InputError:
    """What to say of a workbook in the form before 2007."""
    return InputError(f"{source.name} is a workbook of Excel 97; save it as .xlsx or as CSV")


def rows_of(
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
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"[", b"{")):
        return json_rows(source, encoding)
    return _csv_rows(source, encoding)


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
    if sheet and sheet not in {*names, ALL_SHEETS}:
        raise InputError(f"{source.name} has no sheet {sheet!r}; it has {', '.join(names)}")

    def rows(name: str) -> Iterator[Numbered]:
        for line, values in enumerate(book[name].iter_rows(values_only=True), 1):
            yield line, [cell_text(value) for value in values]

    def holds_results(name: str) -> bool:
        return any(is_header(cells) for _, cells in itertools.islice(rows(name), MAX_TITLE_ROWS))

    every = sheet == ALL_SHEETS and sheet not in names
    found = [name for name in names if holds_results(name)] if every or not sheet else [sheet]
    if len(found) > 1 and not every:
        raise InputError(
            f"{source.name} has results on several sheets ({', '.join(found)}); choose one with "
            "--sheet, or read one below the other with --sheet all"
        )
    if every:
        notes.append(f"read one below the other: the sheets {', '.join(found)}")
        return (row for name in found for row in rows(name))
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
        columns = [map(cell_text, batch.column(name).to_pylist()) for name in names]
        for cells in zip(*columns, strict=True):
            line += 1
            yield line, cells
