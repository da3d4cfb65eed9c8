"""Tables of returns (.csv, .csv.gz or .parquet) into arrays, every fault with its line.

Whole columns go through C loops (`zip`, `map`, `dict`), so that a country of 35,000 units
takes a second; a row is looked at by itself only where something is wrong.
"""

import csv
import gzip
import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from forecast.race.contest import Returns
from forecast.race.faults import Fault
from forecast.race.labels import NO_PARTY
from forecast.stats.arrays import FloatArray, IntArray

SUFFIXES = (".csv", ".csv.gz", ".parquet")
REQUIRED_COLUMNS = ("unit_id", "county", "unit_name", "registered", "candidate", "party", "votes")
OPTIONAL_COLUMNS = ("mode", "ballots")
MODE_ORDER = ("", "election_day", "mail", "early", "provisional")
# More than any electorate; longer numbers would not fit the arrays.
MAX_DIGITS = 12

# Bytes of a table from which its memory matters more than the time to save it.
LARGE = 1 << 24

Columns = dict[str, tuple[str, ...]]


@dataclass(frozen=True, eq=False)
class ReturnsTable:
    """Returns as read from one file.

    Attributes
    ----------
    file
        Name of the file.
    returns
        Its content; units, candidates in the order of the file.
    first_line
        Line of the first row of each unit, shape (n_units,).
    other_names
        (line, name) of the units that are called by a second name in the same file.
    """

    file: str
    returns: Returns
    first_line: IntArray
    other_names: tuple[tuple[int, str], ...]


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


def read_returns(path: Path) -> tuple[ReturnsTable | None, list[Fault]]:
    """Read a table of returns.

    A unit and candidate without a row has 0 votes. The party of a candidate is the one that
    any of the rows names; rows may leave it empty.

    Returns
    -------
    tuple
        The table, None where it has errors, and every fault with its line.
    """
    columns, lines, faults = read_columns(path)
    if columns is None:
        return None, faults
    missing = [name for name in REQUIRED_COLUMNS if name not in columns]
    if missing:
        known = ", ".join(REQUIRED_COLUMNS + OPTIONAL_COLUMNS)
        faults.append(
            Fault(path.name, f"no column {', '.join(missing)}; the columns are {known}", 1)
        )
        return None, faults
    if not lines:
        return None, [Fault(path.name, "has no rows")]
    table = _Parser(path.name, columns, lines, faults).table()
    return (None, faults) if faults else (table, [])


def read_columns(path: Path) -> tuple[Columns | None, Sequence[int], list[Fault]]:
    """Columns of a table as text without outer spaces, and the line of each row."""
    try:
        if path.name.endswith(".parquet"):
            return _read_parquet(path)
        raw = path.read_bytes()
        raw = gzip.decompress(raw) if path.name.endswith(".gz") else raw
        raw.decode("utf-8-sig")  # An error names the byte of the file, not of a part of it.
        return _read_csv(path.name, raw)
    except UnicodeDecodeError as error:
        fault = Fault(path.name, f"is not UTF-8 at byte {error.start}; save it as UTF-8")
    except (gzip.BadGzipFile, EOFError, zlib.error):
        fault = Fault(path.name, "is not a whole gzip file; fetch or compress it again")
    except csv.Error as error:
        fault = Fault(path.name, f"is not comma-separated text: {error}")
    except OSError as error:
        fault = Fault(path.name, f"cannot be read: {error.strerror}")
    return None, (), [fault]


def _read_csv(name: str, raw: bytes) -> tuple[Columns | None, Sequence[int], list[Fault]]:
    text = io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8-sig", newline="")
    reader = csv.reader(text, strict=True)
    header = [column.strip() for column in next(reader, [])]
    repeated = sorted({column for column in header if header.count(column) > 1})
    if not header or repeated:
        what = f"two columns named {', '.join(repeated)}" if repeated else "no header"
        return None, (), [Fault(name, f"has {what}", 1)]
    width = len(header)
    # One flat list of text: a list kept for each row would keep the garbage collector busy
    # for longer than the reading takes.
    cells: list[str] = []
    lines: list[int] = []
    faults: list[Fault] = []
    # A large table says the same few words a million times: each is kept once.
    once: dict[str, str] = {}
    large = len(raw) > LARGE
    for row in reader:
        if len(row) == width:
            cells.extend(map(once.setdefault, row, row) if large else row)
            lines.append(reader.line_num)
        elif row:
            message = f"has {len(row)} fields where the header has {width}"
            faults.append(Fault(name, message, reader.line_num))
    columns = {
        column: tuple(map(str.strip, cells[place::width])) for place, column in enumerate(header)
    }
    return columns, lines, faults


def _read_parquet(path: Path) -> tuple[Columns | None, Sequence[int], list[Fault]]:
    # Imported here: a race of CSV files must not wait for a library it does not need.
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        table = pq.read_table(path)
    except pa.ArrowInvalid as error:
        return None, (), [Fault(path.name, f"is not a Parquet file: {error}")]
    columns = {
        name: tuple(map(_cell, table.column(name).to_pylist())) for name in table.column_names
    }
    # Parquet has no lines; the row number plus the header line is what a CSV copy would have.
    return columns, range(2, table.num_rows + 2), []


def _cell(value: object) -> str:
    if value is None or value != value:  # noqa: PLR0124  (NaN is an empty cell)
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


@dataclass
class _Parser:
    """Columns of text into returns; each fault is noted and the reading goes on."""

    file: str
    columns: Columns
    lines: Sequence[int]
    faults: list[Fault]

    def fault(self, row: int, message: str) -> None:
        self.faults.append(Fault(self.file, message, self.lines[row]))

    def table(self) -> ReturnsTable | None:
        self.require_text("unit_id")
        self.require_text("candidate")
        units, unit_of = _codes(self.columns["unit_id"])
        candidates, candidate_of = _codes(self.columns["candidate"])
        modes, mode_of = self.modes()
        votes = self.whole_numbers("votes", self.columns["votes"])
        first_row = _first_rows(unit_of, len(units))
        counties = self.same_in_unit("county", unit_of, first_row)
        registered = self.unit_numbers("registered", unit_of, first_row)
        ballots = self.unit_numbers("ballots", unit_of, first_row)
        cell_of = (unit_of * len(candidates) + candidate_of) * len(modes) + mode_of
        self.no_duplicates(cell_of)
        parties = self.parties(candidates)
        if self.faults or votes is None:
            return None
        counted = np.zeros((len(units), len(candidates), len(modes)), dtype=np.int64)
        counted.reshape(-1)[cell_of] = votes
        names = self.columns["unit_name"]
        returns = Returns(
            unit_ids=units,
            counties=counties,
            unit_names=tuple(names[row] for row in first_row),
            registered=registered,
            ballots=ballots,
            candidates=candidates,
            parties=parties,
            modes=modes,
            votes=counted,
        )
        lines = np.asarray(self.lines, dtype=np.int64)[first_row]
        return ReturnsTable(self.file, returns, lines, self.other_names(unit_of, first_row))

    def require_text(self, column: str) -> None:
        if all(self.columns[column]):
            return
        for row, value in enumerate(self.columns[column]):
            if not value:
                self.fault(row, f"{column} is empty; every row needs one")

    def whole_numbers(self, column: str, values: Sequence[str]) -> IntArray | None:
        # One look at all the digits together is ten times faster than one a value.
        if all(values) and "".join(values).isdecimal() and max(map(len, values)) <= MAX_DIGITS:
            return np.fromiter(map(int, values), dtype=np.int64, count=len(values))
        for row, value in enumerate(values):
            if not _is_count(value):
                self.fault(row, f"{column} must be a whole number, 0 or more, not {value!r}")
        return None

    def modes(self) -> tuple[tuple[str, ...], IntArray]:
        values = self.columns.get("mode", ("",) * len(self.lines))
        names, codes = _codes(values)
        order = {mode: place for place, mode in enumerate(MODE_ORDER)}
        ranked = sorted(names, key=lambda mode: (order.get(mode, len(order)), mode))
        rank = np.array([ranked.index(mode) for mode in names], dtype=np.int64)
        return tuple(ranked), rank[codes]

    def same_in_unit(self, column: str, unit_of: IntArray, first_row: IntArray) -> tuple[str, ...]:
        values = self.columns[column]
        told = tuple(values[row] for row in first_row)
        unit_list = unit_of.tolist()
        if values != tuple(map(told.__getitem__, unit_list)):
            for row, (unit, value) in enumerate(zip(unit_list, values, strict=True)):
                if value != told[unit]:
                    first = self.lines[int(first_row[unit])]
                    self.fault(
                        row,
                        f"{column} of unit {self.columns['unit_id'][row]} is {value!r} here and "
                        f"{told[unit]!r} on line {first}; it must be the same on all its rows",
                    )
        return told

    def unit_numbers(self, column: str, unit_of: IntArray, first_row: IntArray) -> FloatArray:
        if column not in self.columns:
            return np.full(len(first_row), np.nan)
        values = self.columns[column]
        told = self.same_in_unit(column, unit_of, first_row)
        if not all(_is_count(value) for value in told if value):
            for row, value in enumerate(values):
                if value and not _is_count(value):
                    self.fault(row, f"{column} must be a whole number or empty, not {value!r}")
            return np.full(len(first_row), np.nan)
        return np.array([float(value) if value else np.nan for value in told])

    def no_duplicates(self, cell_of: IntArray) -> None:
        cells, first, count = np.unique(cell_of, return_index=True, return_counts=True)
        if len(cells) == len(cell_of):
            return
        repeated = {int(cells[k]): int(first[k]) for k in np.flatnonzero(count > 1)}
        for row, cell in enumerate(cell_of.tolist()):
            if cell in repeated and row != repeated[cell]:
                unit, name = self.columns["unit_id"][row], self.columns["candidate"][row]
                before = self.lines[repeated[cell]]
                self.fault(
                    row, f"second row of {name!r} in unit {unit}; the first is line {before}"
                )

    def parties(self, candidates: tuple[str, ...]) -> tuple[str, ...]:
        pairs: dict[str, dict[str, None]] = {name: {} for name in candidates}
        named = dict.fromkeys(zip(self.columns["candidate"], self.columns["party"], strict=True))
        for name, party in named:
            if party.casefold() not in NO_PARTY:
                pairs[name][party] = None
        for name, parties in pairs.items():
            if len(parties) > 1:
                listed = ", ".join(parties)
                self.faults.append(
                    Fault(self.file, f"candidate {name!r} has several parties ({listed}); keep one")
                )
        return tuple(next(iter(pairs[name]), "") for name in candidates)

    def other_names(self, unit_of: IntArray, first_row: IntArray) -> tuple[tuple[int, str], ...]:
        names = self.columns["unit_name"]
        told = tuple(names[row] for row in first_row)
        unit_list = unit_of.tolist()
        if names == tuple(map(told.__getitem__, unit_list)):
            return ()
        pairs = dict.fromkeys(zip(unit_list, names, strict=True))
        extra = [(unit, name) for unit, name in pairs if name != told[unit]]
        return tuple((self.lines[int(first_row[unit])], name) for unit, name in extra)


def _is_count(value: str) -> bool:
    return value.isdecimal() and len(value) <= MAX_DIGITS


def _codes(values: Sequence[str]) -> tuple[tuple[str, ...], IntArray]:
    """Distinct values in the order of appearance, and the position of each row's value."""
    position = {value: index for index, value in enumerate(dict.fromkeys(values))}
    codes = np.fromiter(map(position.__getitem__, values), dtype=np.int64, count=len(values))
    return tuple(position), codes


def _first_rows(unit_of: IntArray, n_units: int) -> IntArray:
    first: IntArray = np.empty(n_units, dtype=np.int64)
    # Written backwards, so that the first row of a unit is the one that stays.
    first[unit_of[::-1]] = np.arange(len(unit_of) - 1, -1, -1)
    return first
