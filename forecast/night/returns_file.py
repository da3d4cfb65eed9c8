"""Returns of the night as a count in the units of the race: from a table, or a published file."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import numpy as np

from forecast.importing.arithmetic import OF_WAYS
from forecast.importing.clarity import is_clarity, read_progress
from forecast.importing.import_options import (
    ImportOptions,
)
from forecast.importing.published_files import ReadFiles, read_files, tally_of
from forecast.importing.sources import open_source
from forecast.night.clarity_cells import clarity_cells, clarity_codes
from forecast.night.count import CERTIFIED, Count
from forecast.night.id_columns import with_unit_ids
from forecast.night.mode_totals import without_totals
from forecast.night.night_headings import (
    SHARE,
    Reported,
    readable_columns,
    reported_shares,
    require_given,
)
from forecast.night.repeated_rows import RepeatedRows
from forecast.night.returns_cells import (
    STATUS_CODES,
    number_or_nan,
    status_fault,
    status_word,
    time_of,
)
from forecast.night.returns_rows import ReturnRows, count_of_rows, mail_left_open, more_to_come
from forecast.night.told import TOLD_NOTHING, ToldOfFiles
from forecast.night.unit_levels import are_counties
from forecast.night.unit_names import UnitNames
from forecast.night.unknown_units import UnknownUnits, nearest_names
from forecast.night.wide_columns import SecondRow, read_of_units, second_rows, without_night_columns
from forecast.race.cells import has_dots, whole_number
from forecast.race.coded_columns import Columns, read_columns
from forecast.race.contest import Race
from forecast.race.faults import Fault, raise_errors
from forecast.race.labels import mode_name, normalised
from forecast.stats.arrays import BoolArray

_NEEDED = {"candidate", "votes"}
_PLACES = {"unit_id", "county"}
# Columns of the program's own table beside those of the night.
_OWN = {"unit_id", "county", "unit_name", "candidate", "party", "votes", "mode", "registered"}


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
        Votes of each unit in the files that the race does not have, the most first.
    stamp
        When the files say that they were made, None where they say nothing.
    files
        Their names.
    notes
        What was taken for granted.
    twice
        Position of each unit that stands in more than one row of a finalist, to two such lines.
    copies
        Those of them whose rows are the same: the first is taken.
    adds_up
        Whether the votes of the others are the sum of their rows, else those of the first.
    nearest
        Of a unit that the race does not have the name of the one that is called most like it.
    reported_step
        How far shares of precincts that are shown as the same can be apart; see `Reported`.
    tells_progress
        Whether anything says how far units are counted; else those with votes count as complete.
    """

    count: Count
    present: BoolArray
    unknown: Mapping[str, int]
    stamp: datetime | None
    files: tuple[str, ...]
    notes: tuple[str, ...] = ()
    twice: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    copies: frozenset[int] = frozenset()
    adds_up: bool = True
    nearest: Mapping[str, str] = field(default_factory=dict)
    reported_step: float = 0.0
    tells_progress: bool = True


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
    # What a person says of who is who is all that a table of this program takes.
    standing = replace(told.standing, same={})
    plain = ToldOfFiles(told.published, standing) == TOLD_NOTHING
    table = _own_table(paths[0]) if len(paths) == 1 and plain else None
    if table is not None:
        read = _from_table(paths[0], *table, race, names, told)
    else:
        read = _from_published(tuple(paths), race, names, told)
    files = tuple(path.name for path in paths)
    return replace(read, files=files, nearest=nearest_names(read.unknown, names))


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


def _from_table(
    path: Path,
    columns: Columns,
    lines: Sequence[int],
    race: Race,
    names: UnitNames,
    told: ToldOfFiles,
) -> NightReturns:
    n_rows = len(lines)
    columns, progress, unused, looks = _of_night(path, columns, n_rows, told)
    blank = ("",) * n_rows
    ids, counties = columns.get("unit_id", blank), columns.get("county", blank)
    unit_names = columns.get("unit_name", ids)
    modes = columns.get("mode", blank)
    statuses, expected = columns.get("status", blank), columns.get("expected", blank)
    registered = columns.get("registered", blank)
    sides = _sides(race, told)
    # Counties without units: no row says which unit.
    of_counties = not any(ids) and not any("unit_name" in columns and n for n in unit_names)
    county_of = {normalised(name): index for index, name in enumerate(names.counties)}
    rows, faults = ReturnRows.empty(), list[Fault]()
    unknown, certified = UnknownUnits(), True
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
            called = ids[row] or f"{counties[row]} {unit_names[row]}".strip()
            unknown.add(called, modes[row], whole_number(columns["votes"][row]) or 0)
            continue
        cell, word = columns["votes"][row], status_word(statuses[row])
        votes = whole_number(cell)
        if (fault := _row_fault(cell, votes, word)) or votes is None:
            faults.append(Fault(path.name, fault, line))
            continue
        alias = names.alias(*key)
        repeated.add(places[key], alias, side, modes[row], votes, line, len(rows.place))
        certified &= word == CERTIFIED
        rows.place.append(places[key])
        rows.side.append(side)
        rows.mode.append(mode_name(modes[row]) if modes[row] else "")
        rows.votes.append(votes)
        rows.status.append(STATUS_CODES[word])
        rows.expected.append(number_or_nan(expected[row]))
        rows.reported.append(progress.shares[row])
        rows.registered.append(number_or_nan(registered[row]))
    raise_errors(path.name, faults)
    rows = rows.without(repeated.copied_rows)
    labels = names.counties if of_counties else names.names
    rows, left_out = without_totals(rows, labels)
    people = dict.fromkeys(columns["candidate"])
    count, present, notes = count_of_rows(
        rows,
        len(labels),
        race,
        people,
        unused,
        by_county=of_counties,
        late_mail=told.late_mail,
    )
    count = replace(count, final=present & certified)
    times = [time for text in set(columns.get("time", ())) if (time := time_of(text))]
    return NightReturns(
        count,
        present,
        unknown.votes(),
        max(times, default=None),
        (),
        (*notes, *left_out, *looks),
        repeated.twice,
        repeated.copies,
        reported_step=progress.step,
        tells_progress=rows.tells_progress,
    )


def _of_night(
    path: Path, columns: Columns, n_rows: int, told: ToldOfFiles
) -> tuple[Columns, Reported, list[str], tuple[str, ...]]:
    """Columns with those of the night by their roles, the shares reported, and what is not used.

    Last, lines about columns that look like one of the night and are none.
    """
    require_given(path.name, [[*columns]], told.night)
    header = [*columns]
    places, notes = readable_columns(header, told.night, (), lambda at: columns[header[at]])
    found = {role: header[at] for role, at in places.items()}
    cells = {role: columns[name] for role, name in found.items()}
    counts = {role: cells[role] for role in ("precincts", "reported", SHARE) if role in cells}
    unused = [name for name in header if name not in _OWN and name not in found.values()]
    progress = reported_shares(counts, found) if counts else Reported([np.nan] * n_rows, 0.0)
    return {**columns, **cells}, progress, unused, (*notes, *progress.notes)


def _sides(race: Race, told: ToldOfFiles) -> dict[str, int]:
    """Which finalist a name is, in every spelling that is said to be one's."""
    sides = {normalised(name): side for side, name in enumerate(race.contest.finalists)}
    same = told.standing.same.items()
    said = {normalised(one): sides.get(normalised(name)) for one, name in same}
    return sides | {name: side for name, side in said.items() if side is not None}


def _row_fault(cell: str, votes: int | None, status: str) -> str:
    """What is wrong with the cells of a row, "" where nothing is."""
    if votes is None:
        dots = '; say --thousands "." where its dot is between thousands' * has_dots(cell)
        return f"votes must be a whole number, 0 or more, not {cell[:40]!r}{dots}"
    return status_fault(status)


def _from_published(
    paths: tuple[Path, ...], race: Race, names: UnitNames, told: ToldOfFiles
) -> NightReturns:
    """Published files by the importers of the program."""
    folder = paths[0].parent
    given, reading = told.night, replace(told.published, finalists=race.contest.finalists)
    reading, by_ids = with_unit_ids(paths, reading, names)
    second = second_rows(paths, reading, given)
    lines_of = {
        one.file: frozenset(other.lines[1] for other in second if other.file == one.file)
        for one in second
    }
    options = without_night_columns(paths, reading, given)
    known = {name for _, name in names.by_name} | {normalised(name) for name in names.counties}
    options = replace(options, passed_over=lines_of, units=frozenset(known), keep_ways=True)
    read = read_files(
        ImportOptions("", paths, folder, "runoff", options, told.standing),
        race.contest.finalists,
    )
    sides = {normalised(name): side for side, name in enumerate(race.contest.finalists)}
    county_of = {normalised(name): index for index, name in enumerate(names.counties)}
    progress = [read_progress(path) for path in paths if is_clarity(open_source(path).head())]
    codes = clarity_codes(progress)
    all_in = bool(progress) and all(
        one.complete.get(published.contest, False)
        for one, published in zip(progress, read.published, strict=False)
    )
    found = list(tally_of(read).rows())
    of_counties = are_counties(((r.unit_id, r.county, r.unit_name) for r in found), names)
    rows, unknown = ReturnRows.empty(), UnknownUnits()
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
            unknown.add(row.unit_id, row.mode, row.votes)
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
    precincts_in = mail_left_open(rows) if told.late_mail else {}
    of_units = read_of_units(
        paths,
        reading,
        given,
        lambda unit: place_of(unit.unit_id, unit.county, unit.name),
        [*race.contest.finalists, *told.standing.same],
    )
    said, one_way = of_units.said, len(set(rows.mode)) == 1
    for at, (place, mode) in enumerate(zip(rows.place, rows.mode, strict=True)):
        rows.status[at] = said.status_of(place, mode, rows.status[at])
        rows.reported.append(said.reported.get(place, precincts_in.get(place, np.nan)))
        rows.expected[at] = said.expected_of(place, mode, rows.expected[at], one_way=one_way)
    if not one_way:
        more_to_come(rows, said.whole_expected)
    labels = names.counties if of_counties else names.names
    rows, left_out = without_totals(rows, labels)
    people = dict.fromkeys(row.candidate for row in found)
    count, present, notes = count_of_rows(
        rows,
        len(labels),
        race,
        people,
        of_units.unused,
        by_county=of_counties,
        late_mail=told.late_mail,
    )
    count = replace(count, final=present & said.certified)
    stamps = (*(one.stamp for one in progress if one.stamp), *of_units.times)
    twice, copies = _twice(second, place_of)
    return NightReturns(
        count,
        present,
        unknown.votes(),
        max(stamps, default=None),
        (),
        (*notes, *by_ids, *_of_ways(read), *left_out, *of_units.notes),
        twice,
        copies,
        adds_up=False,
        reported_step=of_units.step,
        tells_progress=rows.tells_progress,
    )


def _of_ways(read: ReadFiles) -> dict[str, None]:
    """What was made of the ways of voting beside rows of their totals, each line once."""
    said = [fault for fault in read.findings.faults if fault.message.startswith(OF_WAYS)]
    return dict.fromkeys(fault.message if fault.line is None else str(fault) for fault in said)


def _twice(
    second: Sequence[SecondRow], place_of: Callable[[str, str, str], int]
) -> tuple[dict[int, tuple[int, int]], frozenset[int]]:
    """Position of each unit with two rows of a wide table to their lines; those that are copies."""
    twice: dict[int, tuple[int, int]] = {}
    differ = set()
    for row in second:
        place = place_of(row.unit.unit_id, row.unit.county, row.unit.name)
        if place >= 0:
            twice.setdefault(place, row.lines)
            if not row.copied:
                differ.add(place)
    return twice, frozenset(twice) - differ
