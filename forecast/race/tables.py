"""Tables of returns into arrays, every fault with its line."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from forecast.race.cells import is_count
from forecast.race.coded_columns import CodedColumns, read_coded
from forecast.race.contest import Returns
from forecast.race.faults import Fault
from forecast.race.labels import NO_PARTY
from forecast.race.plain_names import fault_of_name, first_twins
from forecast.stats.arrays import FloatArray, Int32Array, IntArray

REQUIRED_COLUMNS = ("unit_id", "county", "unit_name", "registered", "candidate", "party", "votes")
OPTIONAL_COLUMNS = ("mode", "ballots")
TEXT_COLUMNS = ("unit_id", "county", "unit_name", "candidate", "party", "mode")
MODE_ORDER = ("", "election_day", "mail", "early", "provisional")
MAX_CELLS = 100_000_000  # units by candidates by modes


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


def read_returns(path: Path) -> tuple[ReturnsTable | None, list[Fault]]:
    """Read a table of returns.

    A unit and candidate without a row has 0 votes. The party of a candidate is the one that
    any of the rows names; rows may leave it empty.

    Returns
    -------
    tuple
        The table, None where it has errors, and every fault with its line.
    """
    columns, lines, faults = read_coded(path)
    if columns is None:
        return None, faults
    missing = [name for name in REQUIRED_COLUMNS if name not in columns]
    if missing:
        known = ", ".join(REQUIRED_COLUMNS + OPTIONAL_COLUMNS)
        faults.append(
            Fault(path.name, f"no column {', '.join(missing)}; the columns are {known}", 1)
        )
        return None, faults
    if not len(lines):
        return None, [*faults, Fault(path.name, "has no rows")]
    table = _Parser(path.name, columns, lines, faults).table()
    return (None, faults) if faults else (table, [])


@dataclass
class _Parser:
    """Columns of text into returns; each fault is noted and the reading goes on."""

    file: str
    columns: CodedColumns
    lines: Int32Array
    faults: list[Fault]

    def fault(self, row: int, message: str) -> None:
        self.faults.append(Fault(self.file, message, int(self.lines[row])))

    def table(self) -> ReturnsTable | None:
        for column in ("unit_id", "candidate"):
            for row in self.columns[column].rows_where(lambda text: not text):
                self.fault(row, f"{column} is empty; every row needs one")
        self.plain_names()
        units, unit_of = self.columns["unit_id"].words, self.columns["unit_id"].codes
        candidates = self.columns["candidate"].words
        modes, mode_of = self.modes()
        votes = self.whole_numbers("votes")
        first_row = _first_rows(unit_of, len(units))
        counties = self.same_in_unit("county", unit_of, first_row)
        registered = self.unit_numbers("registered", unit_of, first_row)
        ballots = self.unit_numbers("ballots", unit_of, first_row)
        if len(units) * len(candidates) * len(modes) > MAX_CELLS:
            message = (
                f"has {len(units):,} units, {len(candidates):,} candidates and {len(modes):,} "
                f"modes, more than {MAX_CELLS:,} cells together"
            )
            self.faults.append(Fault(self.file, message))
            return None
        cell_of = unit_of.astype(np.int64) * len(candidates)
        cell_of += self.columns["candidate"].codes
        cell_of *= len(modes)
        cell_of += mode_of
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
            unit_names=tuple(map(names.words.__getitem__, names.codes[first_row].tolist())),
            registered=registered,
            ballots=ballots,
            candidates=candidates,
            parties=parties,
            modes=modes,
            votes=counted,
        )
        lines = self.lines[first_row].astype(np.int64)
        return ReturnsTable(self.file, returns, lines, self.other_names(unit_of, first_row))

    def plain_names(self) -> None:
        """Names that are no names, and candidates or units that look the same."""
        for name in TEXT_COLUMNS:
            if name in self.columns:
                column = self.columns[name]
                for row in column.rows_where(fault_of_name):
                    self.fault(row, f"{name} {fault_of_name(column.text(row))}")
        for name in ("candidate", "unit_id"):
            if twins := first_twins(self.columns[name].words):
                one, other = map(ascii, twins)
                message = f"the {name}s {one} and {other} look the same; write one of them"
                self.faults.append(Fault(self.file, message))

    def whole_numbers(self, name: str) -> IntArray | None:
        column = self.columns[name]
        for row in column.rows_where(lambda text: not is_count(text)):
            text = column.text(row)
            self.fault(row, f"{name} must be a whole number, 0 or more, not {text!r}")
        if not all(map(is_count, column.words)):
            return None
        return np.fromiter(map(int, column.words), np.int64, len(column.words))[column.codes]

    def modes(self) -> tuple[tuple[str, ...], IntArray]:
        if "mode" not in self.columns:
            return ("",), np.zeros(len(self.lines), dtype=np.int64)
        names = self.columns["mode"].words
        order = {mode: place for place, mode in enumerate(MODE_ORDER)}
        ranked = sorted(names, key=lambda mode: (order.get(mode, len(order)), mode))
        place = {mode: rank for rank, mode in enumerate(ranked)}
        rank = np.array([place[mode] for mode in names], dtype=np.int64)
        return tuple(ranked), rank[self.columns["mode"].codes]

    def same_in_unit(self, name: str, unit_of: Int32Array, first_row: IntArray) -> tuple[str, ...]:
        column = self.columns[name]
        told = column.codes[first_row]
        for row in np.flatnonzero(column.codes != told[unit_of]).tolist():
            unit = int(unit_of[row])
            self.fault(
                row,
                f"{name} of unit {self.columns['unit_id'].words[unit]} is {column.text(row)!r} "
                f"here and {column.words[told[unit]]!r} on line {self.lines[first_row[unit]]}; "
                "it must be the same on all its rows",
            )
        return tuple(map(column.words.__getitem__, told.tolist()))

    def unit_numbers(self, name: str, unit_of: Int32Array, first_row: IntArray) -> FloatArray:
        if name not in self.columns:
            return np.full(len(first_row), np.nan)
        told = self.same_in_unit(name, unit_of, first_row)
        column = self.columns[name]
        wrong = column.rows_where(lambda text: text and not is_count(text))
        for row in wrong:
            text = column.text(row)
            self.fault(row, f"{name} must be a whole number or empty, not {text!r}")
        if wrong:
            return np.full(len(first_row), np.nan)
        return np.array([float(value) if value else np.nan for value in told])

    def no_duplicates(self, cell_of: IntArray) -> None:
        # As a rule there are none, and a sorted copy says so in a third of the memory.
        ordered = np.sort(cell_of)
        if not (ordered[1:] == ordered[:-1]).any():
            return
        order = np.argsort(cell_of, kind="stable")
        ordered = cell_of[order]
        is_again = np.concatenate([[False], ordered[1:] == ordered[:-1]])
        if not is_again.any():
            return
        start = np.maximum.accumulate(np.where(is_again, 0, np.arange(len(order))))
        for row, before in sorted(
            zip(order[is_again].tolist(), order[start[is_again]].tolist(), strict=True)
        ):
            unit, name = self.columns["unit_id"].text(row), self.columns["candidate"].text(row)
            self.fault(
                row,
                f"second row of {name!r} in unit {unit}; the first is line {self.lines[before]}",
            )

    def parties(self, candidates: tuple[str, ...]) -> tuple[str, ...]:
        pairs: dict[str, dict[str, None]] = {name: {} for name in candidates}
        names, parties = self.columns["candidate"], self.columns["party"]
        codes = names.codes.astype(np.int64) * len(parties.words) + parties.codes
        found, first = np.unique(codes, return_index=True)
        for code in found[np.argsort(first)].tolist():
            name, party = divmod(code, len(parties.words))
            if parties.words[party].casefold() not in NO_PARTY:
                pairs[candidates[name]][parties.words[party]] = None
        for candidate, labels in pairs.items():
            if len(labels) > 1:
                listed = ", ".join(labels)
                message = f"candidate {candidate!r} has several parties ({listed}); keep one"
                self.faults.append(Fault(self.file, message))
        return tuple(next(iter(pairs[name]), "") for name in candidates)

    def other_names(self, unit_of: Int32Array, first_row: IntArray) -> tuple[tuple[int, str], ...]:
        names = self.columns["unit_name"]
        other = np.flatnonzero(names.codes != names.codes[first_row][unit_of])
        pairs = dict.fromkeys(
            zip(unit_of[other].tolist(), names.codes[other].tolist(), strict=True)
        )
        return tuple((int(self.lines[first_row[unit]]), names.words[name]) for unit, name in pairs)


def _first_rows(unit_of: Int32Array, n_units: int) -> IntArray:
    first: IntArray = np.empty(n_units, dtype=np.int64)
    # Written backwards, so that the first row of a unit is the one that stays.
    first[unit_of[::-1]] = np.arange(len(unit_of) - 1, -1, -1)
    return first
