"""OpenElections CSV: county, precinct, office, district, party, candidate, votes, modes.

OpenElections publishes results of American states by precinct. Some files have a column for
each vote mode, some have rows of totals, some give registered voters as an office.
"""

import difflib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from forecast.errors import InputError
from forecast.importing.rows import ReturnRow
from forecast.race.faults import Fault, raise_errors
from forecast.race.labels import candidate_and_party, mode_name, normalised, unit_id
from forecast.race.tables import MODE_ORDER, Columns, read_columns

COLUMNS = ("county", "precinct", "office", "candidate", "party", "votes")
TOTAL_NAMES = ("", "total", "totals", "county total", "county totals")
REGISTERED = ("registered voters", "voters registered", "registered")
BALLOTS = ("ballots cast", "voters ballots cast", "ballots cast total")
# Ballots without a countable vote; they are in "ballots cast" and are nobody's votes.
NO_CANDIDATE = ("over votes", "overvotes", "under votes", "undervotes", "blank")


def read_openelections(path: Path, office: str, district: str = "") -> list[ReturnRow]:
    """Read one office of an OpenElections file.

    Parameters
    ----------
    path
        A precinct file.
    office
        The office as in the file, case aside ("U.S. House").
    district
        The district as in the file; "" takes an office that has one contest in the file.

    Returns
    -------
    list of ReturnRow
        Modes where the file has columns for them. Rows of totals are left out, after they
        have been compared with the sum of the precincts. Registered voters and ballots cast
        come from the offices of that name, None where there are none.

    Raises
    ------
    InputError
        When columns are missing, a number is none, the modes of a row or the precincts of a
        county do not add up, or the file has no such office.
    """
    columns, lines, faults = read_columns(path)
    raise_errors(path.name, faults)
    assert columns is not None, "without errors there are columns"
    missing = [name for name in COLUMNS if name not in columns]
    if missing:
        raise InputError(f"{path.name} has no column {', '.join(missing)}; is it OpenElections?")
    reader = _Reader(path.name, columns, lines)
    rows = reader.rows(office, district)
    raise_errors(path.name, reader.faults)
    return rows


@dataclass
class _Reader:
    file: str
    columns: Columns
    lines: Sequence[int]
    faults: list[Fault] = field(default_factory=list)

    def fault(self, row: int, message: str) -> None:
        self.faults.append(Fault(self.file, message, self.lines[row]))

    def rows(self, office: str, district: str) -> list[ReturnRow]:
        chosen = self.choose(office, district)
        modes = {
            name: mode_name(name) for name in self.columns if mode_name(name) in MODE_ORDER[1:]
        }
        registered, ballots = self.counts_of(REGISTERED), self.counts_of(BALLOTS)
        rows: list[ReturnRow] = []
        totals: dict[tuple[str, str], tuple[int, int]] = {}
        first: dict[tuple[str, str], int] = {}
        for row in chosen:
            county, unit = self.columns["county"][row], self.columns["precinct"][row]
            published, party = self.columns["candidate"][row], self.columns["party"][row]
            if normalised(published) in NO_CANDIDATE:
                continue
            name, party = candidate_and_party(published, party)
            votes = self.number(row, "votes")
            if normalised(unit) in TOTAL_NAMES:
                totals[county, name] = (votes, row)
                continue
            key = unit_id(county, unit)
            if first.setdefault((key, name), row) != row:
                before = self.lines[first[key, name]]
                self.fault(row, f"second row of {name} in {unit}; the first is line {before}")
            for mode, counted in self.by_mode(row, modes, votes).items():
                known = registered.get(key), ballots.get(key)
                rows.append(ReturnRow(key, county, unit, name, party, mode, counted, *known))
        self.compare(rows, totals)
        return rows

    def choose(self, office: str, district: str) -> list[int]:
        districts = self.columns.get("district", ("",) * len(self.lines))
        rows = [
            row
            for row, name in enumerate(self.columns["office"])
            if normalised(name) == normalised(office)
            and (not district or districts[row] == district)
        ]
        held = sorted({districts[row] for row in rows})
        if not rows:
            offices = list(dict.fromkeys(self.columns["office"]))
            where = f"{office!r}" + (f", district {district}" if district else "")
            near = difflib.get_close_matches(office, offices, n=1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            listed = ", ".join(offices)
            raise InputError(f"{self.file} has no office {where}; {hint}its offices are: {listed}")
        if len(held) > 1:
            raise InputError(
                f"{self.file} has {office!r} in several districts ({', '.join(held)}); choose one"
            )
        return rows

    def counts_of(self, names: Iterable[str]) -> dict[str, int]:
        """Registered voters or ballots cast of each unit, from rows that are no contest."""
        found: dict[str, int] = {}
        pairs = zip(self.columns["office"], self.columns["candidate"], strict=True)
        for row, (office, candidate) in enumerate(pairs):
            if normalised(office) in names or normalised(f"{office} {candidate}") in names:
                key = unit_id(self.columns["county"][row], self.columns["precinct"][row])
                found[key] = self.number(row, "votes")
        return found

    def number(self, row: int, column: str) -> int:
        text = self.columns[column][row].replace(",", "")
        # Some files leave a mode without votes empty; the column of all votes never is.
        if text.isdecimal() or (not text and column != "votes"):
            return int(text or 0)
        message = f"{column} must be a whole number, 0 or more, not {text!r}"
        self.fault(row, message)
        return 0

    def by_mode(self, row: int, modes: Mapping[str, str], votes: int) -> dict[str, int]:
        if not modes:
            return {"": votes}
        counted: dict[str, int] = defaultdict(int)
        for column, mode in modes.items():
            counted[mode] += self.number(row, column)
        if sum(counted.values()) != votes:
            self.fault(row, f"the modes add up to {sum(counted.values()):,}, votes are {votes:,}")
        return dict(counted)

    def compare(
        self, rows: Iterable[ReturnRow], totals: Mapping[tuple[str, str], tuple[int, int]]
    ) -> None:
        summed: dict[tuple[str, str], int] = defaultdict(int)
        for row in rows:
            summed[row.county, row.candidate] += row.votes
        for (county, name), (votes, total_row) in totals.items():
            found = summed[county, name]
            if found != votes:
                where = county or "all counties"
                message = f"{name} has {votes:,} votes in {where}, and {found:,} in its precincts"
                self.fault(total_row, f"{message} together")
