"""The formats that can be imported, behind one registry; which one a file is, by its content."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from forecast.errors import InputError
from forecast.importing.clarity import is_clarity, read_clarity_source
from forecast.importing.clarity_json import json_document
from forecast.importing.columns import (
    Layout,
    column_key,
    columns_not_there,
    layout_of,
    no_columns,
)
from forecast.importing.format_names import FormatName
from forecast.importing.guessed_columns import as_options, guessed_columns
from forecast.importing.json_rows import is_json_lines, records_of
from forecast.importing.long_csv import is_long_csv
from forecast.importing.long_table import read_long_table
from forecast.importing.openelections import is_openelections
from forecast.importing.reading import Published, ReadOptions
from forecast.importing.results_json import is_results, read_results_json
from forecast.importing.row_sources import (
    MAX_TITLE_ROWS,
    OLD_WORKBOOK,
    Cells,
    Numbered,
    first_rows,
    old_workbook,
)
from forecast.importing.sources import Source, is_shapefile, open_source
from forecast.importing.wide_polls import is_wide_poll_header
from forecast.importing.wide_table import groups_of, is_wide, long_header, read_wide_table

MAP, POLLS = "map", "polls"
MAX_SHOWN = 400


@dataclass(frozen=True)
class Format:
    """A format of returns.

    Attributes
    ----------
    name
        The word by which a person can name it.
    what
        What it is, in words.
    read
        Reads one contest of a file.
    of_table
        Whether a table's header is of this format; None where the format is no table.
    """

    name: FormatName
    what: str
    read: Callable[[Source, ReadOptions], Published]
    of_table: Callable[[Layout], bool] | None = None


# The first whose header it is reads a table.
FORMATS = (
    Format(FormatName.CLARITY, "Clarity detail.xml", read_clarity_source),
    Format(FormatName.JSON, "results as JSON", read_results_json),
    Format(
        FormatName.OPENELECTIONS,
        "table of contests, as OpenElections",
        read_long_table,
        is_openelections,
    ),
    Format(FormatName.CSV, "table with a row a unit and candidate", read_long_table, is_long_csv),
    Format(FormatName.WIDE, "table with a column a candidate", read_wide_table, is_wide),
)
BY_NAME: dict[str, Format] = {entry.name: entry for entry in FORMATS}
_POLL_COLUMNS = {"pollster", "finalist 1", "candidate name", "answer", "pct", "sample size"}


def kind_of(path: Path, options: ReadOptions) -> str:
    """Name of what a file is: a format of returns, "map" or "polls".

    Raises
    ------
    InputError
        When it is nothing that can be imported; the message shows how it begins.
    """
    if is_shapefile(path):
        return MAP
    source = open_source(path)
    head = source.head()
    if is_clarity(head):
        return "clarity"
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"{") and not is_json_lines(head):
        return _kind_of_json(source, options)
    if start.startswith((b"<", b"%PDF")):
        what = "a PDF" if start.startswith(b"%PDF") else "XML or a web page of another kind"
        raise InputError(
            f"{source.name} is {what}, not Clarity's results or a table; look for the table that "
            "the page offers to download"
        )
    if head.startswith(OLD_WORKBOOK):
        raise old_workbook(source)
    return _kind_of_table(source, options)


def _kind_of_json(source: Source, options: ReadOptions) -> str:
    document = json_document(source)
    if isinstance(document, dict) and document.get("type") == "FeatureCollection":
        return MAP
    if is_results(document):
        return "json"
    if records_of(document) is not None:
        return _kind_of_table(source, options)
    keys = ", ".join(map(str, list(document)[:10]))
    raise InputError(
        f"{source.name} is JSON of no form that is known; it has the keys {keys}. A "
        "list of rows is read, each with a candidate, votes, and a county or unit; or save it as "
        "a table"
    )


def _kind_of_table(source: Source, options: ReadOptions) -> str:
    rows = first_rows(source, lambda cells: bool(_kind_of_header(cells, options)), options.grid)
    for _, cells in rows[:MAX_TITLE_ROWS]:
        if kind := _kind_of_header(cells, options):
            return kind
    shown = next((cells for _, cells in rows if any(cells)), ())
    if {"K", "C", "CH"} <= {*shown}:
        raise InputError(
            f"{source.name} is Clarity's summary, which has sums and no units: give ALL.json or "
            "details.json of the same page, with this file beside it, or detailxml.zip"
        )
    listed = ", ".join(cell.strip() for cell in shown)[:MAX_SHOWN] or "nothing"
    maybe = _guessed(rows, options)
    if gone := columns_not_there((cells for _, cells in rows), options.columns):
        raise InputError(f"{no_columns(source.name, gone, listed)}{maybe and f'. {maybe}'}")
    example = '--column "candidate=NAME" --column "votes=NAME" --column "unit_name=NAME"'
    raise InputError(
        f"{source.name} has no header that is known; its first row is: {listed}. It takes a "
        f"candidate, votes, and a county or unit: name their columns with --column"
        f"{f'. {maybe}' if maybe else f', as {example}'}"
    )


def _guessed(rows: Sequence[Numbered], options: ReadOptions) -> str:
    """What the columns of a table may be, "" where that would not make it one that is known."""
    cells = [cells for _, cells in rows]
    columns = guessed_columns(cells, options.columns, options.finalists)
    named = replace(options, columns={**options.columns, **columns})
    kinds = {_kind_of_header(row, named) for row in cells[:MAX_TITLE_ROWS]} - {"", POLLS}
    if not columns or not kinds:
        return ""
    beside = "" if "candidate" in columns else ", the others being a column a candidate each"
    return f"By their cells they may be {as_options(columns)}{beside}"


def header_of(path: Path, options: ReadOptions) -> tuple[str, ...]:
    """What a file is, and the headings of a table: two files of one source have the same.

    Raises
    ------
    InputError
        As `kind_of`.
    """
    kind = kind_of(path, options)
    if kind in (FormatName.CLARITY, FormatName.JSON, MAP):
        return (kind,)
    rows = first_rows(
        open_source(path), lambda cells: bool(_kind_of_header(cells, options)), options.grid
    )
    heads = (cells for _, cells in rows[:MAX_TITLE_ROWS] if _kind_of_header(cells, options))
    return (kind, *(cell.strip() for cell in next(heads, ())))


def _kind_of_header(cells: Cells, options: ReadOptions) -> str:
    """What a table with this header holds; "" where the row is no header that is known."""
    if is_poll_header(cells) or is_wide_poll_header(cells, options.columns):
        return POLLS
    # Numbered groups would also do as a wide table, of candidates called "votes 1".
    numbered = long_header(cells)
    for header in (numbered, cells) if groups_of(cells) else (cells, numbered):
        layout = layout_of(header, options.columns) if _names_given(header, options) else None
        for entry in FORMATS:
            if layout and entry.of_table and entry.of_table(layout):
                return entry.name
    return ""


def _names_given(header: Cells, options: ReadOptions) -> bool:
    try:
        layout_of(header, options.columns)
    except InputError:
        return False
    return True


def is_poll_header(cells: Cells) -> bool:
    """Whether a header is of polls: this program's own, FiveThirtyEight's, or a row a poll."""
    keys = {column_key(cell) for cell in cells}
    return ("pollster" in keys and len(keys & _POLL_COLUMNS) > 1) or is_wide_poll_header(cells)


def read_file(path: Path, name: str, options: ReadOptions) -> Published:
    """Read one contest of a file, in the format of that name."""
    return BY_NAME[name].read(open_source(path), options)
