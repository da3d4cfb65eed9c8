"""Returns of the night as a count in the units of the race: from a table, or a published file."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import numpy as np

from forecast.errors import InputError
from forecast.importing.clarity import is_clarity, read_progress
from forecast.importing.import_options import (
    NO_FIELD,
    FieldOptions,
    ImportOptions,
    ReadOptions,
)
from forecast.importing.published_files import read_files, tally_of
from forecast.importing.sources import open_source
from forecast.night.clarity_cells import clarity_cells
from forecast.night.count import (
    CERTIFIED,
    COMPLETE,
    NOTHING,
    PARTIAL,
    Count,
    StatusArray,
)
from forecast.night.repeated_rows import RepeatedRows
from forecast.night.returns_cells import (
    STATUS_CODES,
    missing_finalists,
    number_or_nan,
    reported_share,
    status_fault,
    time_of,
)
from forecast.night.unit_names import UnitNames
from forecast.night.wide_columns import read_of_units, second_rows, without_night_columns
from forecast.race.cells import is_count
from forecast.race.coded_columns import Columns, read_columns
from forecast.race.contest import Race
from forecast.race.faults import Fault, raise_errors
from forecast.race.labels import mode_name, normalised
from forecast.stats.arrays import BoolArray, IndexArray

_NEEDED = {"candidate", "votes"}
_PLACES = {"unit_id", "county"}


@dataclass(frozen=True, eq=False)
class NightReturns:
    """One snapshot of a count as its files have it.

    Attributes
    ----------
    count
        The votes in the units of the race, or in its counties.
    present
        Units that the files have a row of, shape (n_units,).
    unknown
        Units in the files that the race does not have.
    stamp
        When the files say that they were made, None where they say nothing.
    digest
        SHA-256 of their content.
    files
        Their names.
    notes
        What was taken for granted.
    twice
        Position of each unit that stands in more than one row of a finalist, to two such lines.
    adds_up
        Whether the votes of these are the sum of their rows, else those of the first.
    """

    count: Count
    present: BoolArray
    unknown: tuple[str, ...]
    stamp: datetime | None
    digest: str
    files: tuple[str, ...]
    notes: tuple[str, ...] = ()
    twice: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    adds_up: bool = True


@dataclass(frozen=True)
class ToldOfFiles:
    """What a person says of published files and of who stands in them, as for an import."""

    reading: ReadOptions = field(default_factory=ReadOptions)
    standing: FieldOptions = NO_FIELD


TOLD_NOTHING = ToldOfFiles()


def read_night_returns(
    paths: Sequence[Path], race: Race, names: UnitNames, told: ToldOfFiles = TOLD_NOTHING
) -> NightReturns:
    """Read the files of one snapshot.

    Parameters
    ----------
    paths
        A table of this program, or published files: Clarity's XML or its zip, JSON, tables; those
        of several counties are one snapshot.
    race
        The race.
    names
        Its units.
    told
        What a person says of the files; a table of this program needs none of it, and is read as a
        published one if there is any.

    Raises
    ------
    InputError
        When a file cannot be read, is not whole, or has no votes of a finalist.
    """
    digest = content_digest(paths)
    # What a person says of who is who is all that a table of this program takes.
    plain = replace(told, standing=replace(told.standing, same={})) == TOLD_NOTHING
    table = _own_table(paths[0]) if len(paths) == 1 and plain else None
    if table is not None:
        read = _from_table(paths[0], *table, race, names, told.standing.same)
    else:
        read = _from_published(tuple(paths), race, names, told)
    files = tuple(path.name for path in paths)
    return replace(read, digest=digest, files=files)


def content_digest(paths: Sequence[Path]) -> str:
    """SHA-256 of the content of some files together.

    Raises
    ------
    InputError
        When one cannot be read.
    """
    digest = hashlib.sha256()
    for path in paths:
        try:
            digest.update(path.read_bytes())
        except OSError as error:
            raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    return digest.hexdigest()


def _own_table(path: Path) -> tuple[Columns, Sequence[int]] | None:
    """Columns of a table in the program's own words; None where the file is another's."""
    if not path.name.endswith((".csv", ".csv.gz", ".parquet")):
        return None
    columns, lines, faults = read_columns(path)
    if columns is None:
        # Text that is no UTF-8 may be a published file, whose reader knows other encodings.
        if path.suffix != ".csv":
            raise_errors(path.name, faults)
        return None
    if not (set(columns) >= _NEEDED and set(columns) & _PLACES):
        return None
    raise_errors(path.name, faults)
    return columns, lines


@dataclass
class _Rows:
    """Rows of finalists as arrays: unit, side, mode, votes, status, expected, reported."""

    place: list[int]
    side: list[int]
    mode: list[str]
    votes: list[int]
    status: list[int]
    expected: list[float]
    reported: list[float]
    registered: list[float]

    @classmethod
    def empty(cls) -> "_Rows":
        return cls([], [], [], [], [], [], [], [])


def _from_table(
    path: Path,
    columns: Columns,
    lines: Sequence[int],
    race: Race,
    names: UnitNames,
    same: Mapping[str, str],
) -> NightReturns:
    n_rows = len(lines)
    blank = ("",) * n_rows
    ids, counties = columns.get("unit_id", blank), columns.get("county", blank)
    unit_names = columns.get("unit_name", ids)
    modes = columns.get("mode", blank)
    statuses, expected = columns.get("status", blank), columns.get("expected", blank)
    precincts, reporting = columns.get("precincts", blank), columns.get("reported", blank)
    registered = columns.get("registered", blank)
    sides = {normalised(name): side for side, name in enumerate(race.contest.finalists)}
    for spelling, name in same.items():
        if normalised(name) in sides:
            sides[normalised(spelling)] = sides[normalised(name)]
    # Counties without units: no row says which unit.
    of_counties = not any(ids) and not any("unit_name" in columns and n for n in unit_names)
    county_of = {normalised(name): index for index, name in enumerate(names.counties)}
    rows, faults = _Rows.empty(), list[Fault]()
    unknown: dict[str, None] = {}
    certified = True
    places: dict[tuple[str, str, str], int] = {}
    repeated = RepeatedRows()
    for row, line in enumerate(lines):
        side = sides.get(normalised(columns["candidate"][row]))
        if side is None:
            continue
        key = ids[row], counties[row], unit_names[row]
        if key not in places:
            places[key] = (
                county_of.get(normalised(counties[row]), -1) if of_counties else names.find(*key)
            )
        if places[key] < 0:
            unknown.setdefault(ids[row] or f"{counties[row]} {unit_names[row]}".strip())
            continue
        votes, word = columns["votes"][row], statuses[row].casefold()
        if fault := _row_fault(votes, word):
            faults.append(Fault(path.name, fault, line))
            continue
        repeated.add(places[key], names.alias(*key), side, modes[row], line)
        certified &= word == CERTIFIED
        rows.place.append(places[key])
        rows.side.append(side)
        rows.mode.append(mode_name(modes[row]) if modes[row] else "")
        rows.votes.append(int(votes))
        rows.status.append(STATUS_CODES[word])
        rows.expected.append(number_or_nan(expected[row]))
        rows.reported.append(reported_share(precincts[row], reporting[row]))
        rows.registered.append(number_or_nan(registered[row]))
    raise_errors(path.name, faults)
    stamps = [time for text in set(columns.get("time", ())) if (time := time_of(text))]
    n_units = len(names.counties) if of_counties else len(names.ids)
    people = dict.fromkeys(columns["candidate"])
    count, present, notes = _count(rows, n_units, race, people, by_county=of_counties)
    count = replace(count, final=present & certified)
    stamp = max(stamps, default=None)
    return NightReturns(count, present, tuple(unknown), stamp, "", (), notes, repeated.twice)


def _row_fault(votes: str, status: str) -> str:
    """What is wrong with the cells of a row, "" where nothing is."""
    if not is_count(votes):
        return f"votes must be a whole number, 0 or more, not {votes[:40]!r}"
    return status_fault(status)


def _count(
    rows: _Rows, n_units: int, race: Race, people: Collection[str], *, by_county: bool
) -> tuple[Count, BoolArray, tuple[str, ...]]:
    """The rows as a count, which units have one, and what was taken for granted."""
    lacking = [name for side, name in enumerate(race.contest.finalists) if side not in rows.side]
    if lacking:
        raise InputError(missing_finalists(lacking, people, race.contest.finalists))
    modes = tuple(sorted(set(rows.mode)))
    place = np.array(rows.place, dtype=np.intp)
    mode = np.array([modes.index(name) for name in rows.mode], dtype=np.intp)
    sides, votes = np.array(rows.side, dtype=np.intp), np.array(rows.votes, dtype=np.int64)
    count = Count.nothing(n_units, modes, by_county=by_county)
    np.add.at(count.votes, (place, sides, mode), votes)
    present = np.zeros(n_units, dtype=bool)
    present[place] = True
    status, notes = _status(rows, count, place, mode)
    expected, reported, registered = count.expected, count.reported, count.registered
    # Given on each row of a unit, and the same on all.
    for values, into, at in (
        (rows.expected, expected, (place, mode)),
        (rows.reported, reported, place),
        (rows.registered, registered, place),
    ):
        known = np.isfinite(values)
        where = tuple(index[known] for index in at) if isinstance(at, tuple) else at[known]
        into[where] = np.array(values)[known]
    return replace(count, status=status), present, notes


def _status(
    rows: _Rows, count: Count, place: IndexArray, mode: IndexArray
) -> tuple[StatusArray, tuple[str, ...]]:
    told = np.array(rows.status)
    status = np.zeros_like(count.status)
    known = told >= 0
    status[place[known], mode[known]] = told[known]
    unsaid = np.flatnonzero(~known)
    notes: tuple[str, ...] = ()
    if len(unsaid):
        reported = np.array(rows.reported)[unsaid]
        cells = place[unsaid], mode[unsaid]
        counted = count.votes[cells[0], :, cells[1]].sum(axis=1) > 0
        guess = np.where(counted, COMPLETE, NOTHING)
        guess = np.where(np.isfinite(reported) & (reported < 1) & counted, PARTIAL, guess)
        expected = np.array(rows.expected)[unsaid]
        short = count.votes[cells[0], :, cells[1]].sum(axis=1) < 0.98 * expected
        status[cells] = np.where(np.isfinite(expected) & short & counted, PARTIAL, guess)
        if not np.isfinite(reported).any() and not np.isfinite(expected).any():
            notes = ("the returns have no status: a unit with votes is taken for complete",)
    return status, notes


def _from_published(
    paths: tuple[Path, ...], race: Race, names: UnitNames, told: ToldOfFiles
) -> NightReturns:
    """Published files by the importers of the program."""
    folder = paths[0].parent
    options = without_night_columns(paths, told.reading)
    second = second_rows(paths, options)
    lines_of = {name: frozenset(n for f, _, (_, n) in second if f == name) for name, _, _ in second}
    options = replace(options, passed_over=lines_of)
    read = read_files(
        ImportOptions("", paths, folder, "runoff", options, told.standing),
        race.contest.finalists,
    )
    sides = {normalised(name): side for side, name in enumerate(race.contest.finalists)}
    county_of = {normalised(name): index for index, name in enumerate(names.counties)}
    progress = [read_progress(path) for path in paths if is_clarity(open_source(path).head())]
    codes: dict[str, int] = {}
    for one in progress:  # precincts of two counties may share a name: the less counted rules
        for name, code in one.units.items():
            codes[normalised(name)] = min(code, codes.get(normalised(name), code))
    all_in = bool(progress) and all(
        one.complete.get(published.contest, False)
        for one, published in zip(progress, read.published, strict=False)
    )
    found = list(tally_of(read).rows())
    of_counties = all(normalised(row.unit_name) in county_of for row in found) and not any(
        names.find(row.unit_id, row.county, row.unit_name) >= 0 for row in found
    )
    rows, unknown = _Rows.empty(), dict[str, None]()
    reached: list[int | None] = []

    def place_of(unit_id: str, county: str, name: str) -> int:
        if of_counties:
            return county_of.get(normalised(name), -1)
        return names.find(unit_id, county, name)

    for row in found:
        side = sides.get(normalised(row.candidate))
        if side is None:
            continue
        place = place_of(row.unit_id, row.county, row.unit_name)
        if place < 0:
            unknown.setdefault(row.unit_id)
            continue
        rows.place.append(place)
        rows.side.append(side)
        rows.mode.append(row.mode)
        rows.votes.append(row.votes)
        rows.registered.append(np.nan if row.registered is None else float(row.registered))
        reached.append(codes.get(normalised(row.unit_name)))
    rows.status, rows.expected = clarity_cells(
        rows.place, rows.mode, rows.votes, reached, all_in=all_in
    )
    of_units = read_of_units(
        paths, told.reading, lambda unit: place_of(unit.unit_id, unit.county, unit.name)
    )
    for at, place in enumerate(rows.place):
        rows.status[at] = of_units.status.get(place, rows.status[at])
        rows.reported.append(of_units.reported.get(place, np.nan))
        if len(set(rows.mode)) == 1:  # of several ways no one is told what is expected of each
            rows.expected[at] = of_units.expected.get(place, rows.expected[at])
    n_units = len(names.counties) if of_counties else len(names.ids)
    people = dict.fromkeys(row.candidate for row in found)
    count, present, notes = _count(rows, n_units, race, people, by_county=of_counties)
    count = replace(count, final=present & of_units.certified)
    stamps = [*(one.stamp for one in progress if one.stamp), *of_units.times]
    places = [place_of(unit.unit_id, unit.county, unit.name) for _, unit, _ in second]
    twice = {at: row[2] for at, row in zip(places, second, strict=True) if at >= 0}
    stamp = max(stamps, default=None)
    return NightReturns(count, present, tuple(unknown), stamp, "", (), notes, twice, adds_up=False)
