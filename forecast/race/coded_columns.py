"""Columns of a table file (.csv, .csv.gz or .parquet), each as codes of its distinct texts.

By C loops (`zip`, `map`, `dict`), so that a country of 35,000 units takes a second and a table of
ten million rows some hundreds of megabytes. What is asked of a text is asked of each once; a row
is looked at by itself only where something is wrong.
"""

import codecs
import csv
import gzip
import io
import zlib
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from forecast.errors import InputError
from forecast.race.faults import Fault
from forecast.race.packed import open_gzip
from forecast.race.plain_names import visible
from forecast.stats.arrays import BoolArray, Int32Array

SUFFIXES = (".csv", ".csv.gz", ".parquet")
# Beyond any election: Brazil's polling places have ten million rows.
MAX_ROWS, MAX_COLUMNS, MAX_LINE = 50_000_000, 10_000, 1 << 20
# After so many faults the file is another one than it should be.
MAX_FAULTS = 100_000
_ROWS, _BLOCK = 1 << 14, 1 << 20

Columns = dict[str, tuple[str, ...]]


@dataclass(frozen=True, eq=False)
class CodedColumn:
    """A column of text: its distinct texts, and the place of each row's among them.

    Attributes
    ----------
    words
        The texts, in the order of their first row.
    codes
        Place in `words`, shape (n_rows,).
    """

    words: tuple[str, ...]
    codes: Int32Array

    def text(self, row: int) -> str:
        """Text of a row."""
        return self.words[int(self.codes[row])]

    def rows_where(self, wrong: Callable[[str], object]) -> list[int]:
        """Rows whose text is wrong; each text is looked at once."""
        bad: BoolArray = np.fromiter(
            (bool(wrong(word)) for word in self.words), dtype=np.bool_, count=len(self.words)
        )
        return np.flatnonzero(bad[self.codes]).tolist() if bad.any() else []


CodedColumns = dict[str, CodedColumn]


def find_table(folder: Path, stem: str) -> tuple[Path | None, list[Fault]]:
    """Path of a table by its name without suffix; a fault where there are two of them."""
    found = [path for suffix in SUFFIXES if (path := folder / f"{stem}{suffix}").is_file()]
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        return None, [Fault(stem, f"exists more than once ({names}); keep one")]
    return (found[0] if found else None), []


def table_stem(name: str) -> str:
    """Name of a table without its suffix: "baseline_1.csv.gz" is "baseline_1"."""
    for suffix in (".csv.gz", ".csv", ".parquet"):
        if name.endswith(suffix):
            return name.removesuffix(suffix)
    return name


def read_columns(path: Path) -> tuple[Columns | None, Sequence[int], list[Fault]]:
    """Columns of a small table as text without outer spaces, and the line of each row."""
    coded, lines, faults = read_coded(path)
    if coded is None:
        return None, (), faults
    columns = {name: tuple(map(c.words.__getitem__, c.codes)) for name, c in coded.items()}
    return columns, lines.tolist(), faults


def read_coded(path: Path) -> tuple[CodedColumns | None, Int32Array, list[Fault]]:
    """Columns of a table as codes into the distinct texts of each, and the line of each row.

    A table of half a gigabyte takes four bytes a cell so, and is never in memory as text.
    """
    faults: list[Fault] = []
    coder = _Coder(path.name, faults)
    try:
        if path.name.endswith(".parquet"):
            _read_parquet(path, coder)
        else:
            with open_gzip(path) if path.name.endswith(".gz") else path.open("rb") as raw:
                _read_csv(raw, coder)
    except UnicodeDecodeError:
        fault = Fault(path.name, f"is not UTF-8{_broken_byte(path)}; save it as UTF-8")
    except (gzip.BadGzipFile, EOFError, zlib.error):
        fault = Fault(path.name, "is not a whole gzip file; fetch or compress it again")
    except csv.Error as error:
        fault = Fault(path.name, f"is not comma-separated text: {error}", coder.line + 1)
    except OSError as error:
        fault = Fault(path.name, f"cannot be read: {error.strerror or error}")
    except InputError as error:
        fault = Fault(path.name, str(error))
    else:
        if coder.header is None:
            return None, coder.lines(), faults
        return coder.columns(), coder.lines(), faults
    return None, coder.lines(), [fault]


def undecodable_at(stream: BinaryIO, encoding: str) -> int | None:
    """Place of the first byte of a stream that is not in an encoding, None where all are."""
    decoder = codecs.getincrementaldecoder(encoding)()
    done = 0
    while True:
        block = stream.read(_BLOCK)
        try:
            decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            return done + error.start
        if not block:
            return None
        done += len(block)


def _broken_byte(path: Path) -> str:
    """The byte of the whole file, which the error of one of its parts does not know."""
    with open_gzip(path) if path.name.endswith(".gz") else path.open("rb") as raw:
        at = undecodable_at(raw, "utf-8")
    return "" if at is None else f" at byte {at}"


class _Codes(dict[str, int]):
    """Text to its code; a text that is not there gets the next one."""

    def __missing__(self, text: str) -> int:
        code = self[text] = len(self)
        return code


class _Coder:
    """Rows into codes a column, some thousands at a time."""

    def __init__(self, file: str, faults: list[Fault]) -> None:
        self.file = file
        self.faults = faults
        self.header: list[str] | None = None
        self.line = 0
        self._lines = array("i")
        self._codes: list[_Codes] = []
        self._columns: list[array[int]] = []

    def start(self, header: Sequence[str]) -> bool:
        """Take the header; False, with a fault, where no table can have it."""
        names = [column.strip() for column in header]
        repeated = sorted(name for name, times in Counter(names).items() if times > 1)
        if not any(names):
            what = "has no header"
        elif len(names) > MAX_COLUMNS:
            what = f"has {len(names):,} columns, and no table of this program has {MAX_COLUMNS:,}"
        elif repeated:
            what = f"has two columns named {visible(', '.join(repeated))}"
        else:
            self.header = names
            self._codes = [_Codes() for _ in names]
            self._columns = [array("i") for _ in names]
            return True
        self.faults.append(Fault(self.file, what, 1))
        return False

    def add(self, cells: Sequence[Sequence[str]], lines: Sequence[int]) -> None:
        """Add the cells of some rows, column by column, and their lines."""
        for codes, column, texts in zip(self._codes, self._columns, cells, strict=True):
            column.extend(map(codes.__getitem__, texts))
        self._lines.extend(lines)
        if len(self._lines) > MAX_ROWS:
            raise InputError(f"has more than {MAX_ROWS:,} rows, more than any election takes")

    def lines(self) -> Int32Array:
        """Line of each row, shape (n_rows,)."""
        return np.frombuffer(self._lines, dtype=np.int32)

    def columns(self) -> CodedColumns:
        """The columns, their texts without outer spaces."""
        assert self.header is not None
        return {
            name: _stripped(codes, column)
            for name, codes, column in zip(self.header, self._codes, self._columns, strict=True)
        }


def _stripped(codes: Mapping[str, int], column: "array[int]") -> CodedColumn:
    given = np.frombuffer(column, dtype=np.int32)
    bare = _Codes()
    of = np.fromiter((bare[text.strip()] for text in codes), dtype=np.int32, count=len(codes))
    # As a rule no text has outer spaces, and the codes are those that they were.
    return CodedColumn(tuple(bare), given if len(bare) == len(codes) else of[given])


def _read_csv(raw: BinaryIO, coder: _Coder) -> None:
    text = io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")
    reader = csv.reader(_lines_of(text), strict=True)
    if not coder.start(next(reader, [])):
        return
    assert coder.header is not None
    width = len(coder.header)
    rows: list[list[str]] = []
    lines: list[int] = []
    for row in reader:
        coder.line = reader.line_num
        if len(row) == width:
            rows.append(row)
            lines.append(reader.line_num)
            if len(rows) == _ROWS:
                coder.add(tuple(zip(*rows, strict=True)), lines)
                rows, lines = [], []
        elif row:
            message = f"has {len(row)} fields where the header has {width}"
            coder.faults.append(Fault(coder.file, message, reader.line_num))
            if len(coder.faults) > MAX_FAULTS:
                return
    if rows:
        coder.add(tuple(zip(*rows, strict=True)), lines)


def _lines_of(text: io.TextIOWrapper) -> Iterator[str]:
    """Lines of a text, none longer than a row of a table can be."""
    while line := text.readline(MAX_LINE):
        if len(line) == MAX_LINE:
            raise csv.Error(f"a line has more than {MAX_LINE:,} characters")
        yield line


def _read_parquet(path: Path, coder: _Coder) -> None:
    # Imported here: a race of CSV files must not wait for a library it does not need.
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        with pq.ParquetFile(path) as file:
            if file.metadata.num_rows > MAX_ROWS:
                raise InputError(f"has {file.metadata.num_rows:,} rows, more than any election")
            if not coder.start(file.schema_arrow.names):
                return
            # Parquet has no lines; the row number plus the header line is what a CSV copy has.
            line = 2
            for batch in file.iter_batches(_ROWS):
                columns = [list(map(_cell, column.to_pylist())) for column in batch.columns]
                coder.add(columns, range(line, line + batch.num_rows))
                line += batch.num_rows
    except (pa.ArrowException, NotImplementedError) as error:
        coder.header = None
        coder.faults.append(Fault(coder.file, f"is not a Parquet file: {error}"))


def _cell(value: object) -> str:
    if value is None or value != value:  # noqa: PLR0124  (NaN is an empty cell)
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
