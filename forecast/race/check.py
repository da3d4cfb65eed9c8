"""Everything that can be wrong in a race folder, found at once.

What makes a table ambiguous or impossible is an error. What real returns do contain, and a
forecast can live with, is a note: units that only one of the elections has, more votes than
registered voters (the roll is closed before the last voters register), a unit with two names.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from forecast.race.contest import Race
from forecast.race.faults import Fault, Severity
from forecast.race.folder import read_race
from forecast.race.polls import read_polls
from forecast.race.race_yaml import RACE_FILE, read_race_file
from forecast.race.runoff_result import RUNOFF, read_runoff
from forecast.race.tables import ReturnsTable

NAMED_UNITS = 3


def check_race(folder: Path) -> list[Fault]:
    """Check every file of a race folder, the runoff included.

    Returns
    -------
    list of Fault
        Errors first, then notes; within each in the order of the files. Empty when nothing
        is wrong.
    """
    race, found, faults = read_race(folder)
    race_file, _ = read_race_file(folder)
    tables = dict(found)
    if race_file is not None:
        runoff, runoff_faults = read_runoff(folder, race_file.contest)
        faults.extend(runoff_faults)
        if runoff is not None:
            tables[RUNOFF] = runoff
        if race_file.contest.id != folder.resolve().name:
            faults.append(_note(RACE_FILE, f"id: {race_file.contest.id} is not the folder's name"))
        for which in race_file.totals.keys() & tables.keys():
            faults.extend(_totals(which, race_file.totals[which], tables[which]))
    if race is not None:
        faults.extend(_missing_units(race, tables))
    for table in tables.values():
        faults.extend(_counts(table))
    faults.extend(read_polls(folder)[1])
    return sorted(faults, key=lambda fault: fault.severity is Severity.NOTE)


def _note(file: str, message: str, line: int | None = None) -> Fault:
    return Fault(file, message, line, Severity.NOTE)


def _counts(table: ReturnsTable) -> list[Fault]:
    returns = table.returns
    faults = [
        Fault(table.file, message, line)
        for line, message in _above(
            table, returns.votes_cast, "votes", returns.ballots, "ballots cast"
        )
    ]
    # One comparison with the registered voters a unit: ballots where known, votes elsewhere.
    known = np.isfinite(returns.ballots)
    for rows, counts, word in (
        (known, returns.ballots, "ballots"),
        (~known, returns.votes_cast, "votes"),
    ):
        counted = np.where(rows, counts, 0)
        found = _above(table, counted, word, returns.registered, "registered voters")
        faults.extend(_note(table.file, message, line) for line, message in found)
    faults.extend(
        _note(table.file, f"the unit of this line is also called {name!r}", line)
        for line, name in table.other_names
    )
    return faults


def _above(
    table: ReturnsTable,
    counts: npt.NDArray[np.int64 | np.float64],
    what: str,
    limits: npt.NDArray[np.float64],
    limit_name: str,
) -> Iterable[tuple[int, str]]:
    """Lines and messages of the units whose count is above its limit; NaN limits nothing."""
    for unit in np.flatnonzero(counts > limits):
        yield (
            int(table.first_line[unit]),
            f"unit {table.returns.unit_ids[unit]} has {int(counts[unit]):,} {what} and "
            f"{int(limits[unit]):,} {limit_name}",
        )


def _missing_units(race: Race, tables: Mapping[str, ReturnsTable]) -> list[Fault]:
    faults = []
    for stem, table in tables.items():
        has = set(table.returns.unit_ids)
        missing = [unit for unit in race.first_round.unit_ids if unit not in has]
        if missing:
            faults.append(_note(table.file, f"no row for {_units(missing)} of the first round"))
        if stem == RUNOFF:
            faults.extend(_unmatched(race, table))
        elif extra := sorted(has.difference(race.first_round.unit_ids)):
            faults.append(_note(table.file, f"ignored, not in the first round: {_units(extra)}"))
    return faults


def _units(units: Sequence[str]) -> str:
    named = ", ".join(units[:NAMED_UNITS]) + (", ..." if len(units) > NAMED_UNITS else "")
    return f"{len(units):,} unit{'s' * (len(units) > 1)} ({named})"


def _unmatched(race: Race, runoff: ReturnsTable) -> list[Fault]:
    known = set(race.first_round.unit_ids)
    return [
        _note(
            runoff.file,
            f"unit {unit} has no row in the first round: its votes are in no forecast",
            int(line),
        )
        for unit, line in zip(runoff.returns.unit_ids, runoff.first_line, strict=True)
        if unit not in known
    ]


def _totals(which: str, totals: Mapping[str, int], table: ReturnsTable) -> list[Fault]:
    counted = dict(
        zip(table.returns.candidates, table.returns.counts.sum(axis=0).tolist(), strict=True)
    )
    return [
        Fault(
            RACE_FILE,
            f"totals.{which}.{name}: {votes:,} votes, {table.file} adds up to {counted[name]:,}"
            if name in counted
            else f"totals.{which}.{name}: {table.file} has no candidate of that name",
        )
        for name, votes in totals.items()
        if counted.get(name) != votes
    ]
