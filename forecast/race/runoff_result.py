"""The counted runoff: read for scoring, learning and checking, never for a forecast."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from forecast.errors import InputError
from forecast.race.coded_columns import find_table
from forecast.race.contest import Contest, Race, Returns, RunoffResult
from forecast.race.faults import Fault, raise_errors
from forecast.race.folder import align, finalist_faults
from forecast.race.tables import ReturnsTable, read_returns
from forecast.stats.arrays import BoolArray, IndexArray, IntArray

RUNOFF = "runoff"


def has_runoff(folder: Path) -> bool:
    """Whether the runoff of a race has been counted."""
    path, faults = find_table(folder, RUNOFF)
    return path is not None or bool(faults)


def read_runoff(folder: Path, contest: Contest) -> tuple[ReturnsTable | None, list[Fault]]:
    """Read the table of the runoff without raising; (None, []) where there is none."""
    path, faults = find_table(folder, RUNOFF)
    if path is None:
        return None, faults
    table, faults = read_returns(path)
    if table is not None:
        faults.extend(finalist_faults(contest, table))
    return table, faults


def load_runoff(folder: Path, race: Race) -> RunoffResult:
    """Read the counted runoff of a race.

    Parameters
    ----------
    folder
        The race folder.
    race
        The same race as read by `load_race`; it gives the units and the finalists.

    Returns
    -------
    RunoffResult
        Candidates: the two finalists in the order of the contest, then any others. Units:
        those of the first round that have a runoff row, in its order, then the unmatched.

    Raises
    ------
    InputError
        When there is no runoff table, or with all its faults.
    """
    table, faults = read_runoff(folder, race.contest)
    raise_errors(f"race folder {folder}", faults)
    if table is None:
        raise InputError(f"race folder {folder} has no runoff table: the runoff is not known yet")
    known = set(race.first_round.unit_ids)
    position = {unit: index for index, unit in enumerate(table.returns.unit_ids)}
    matched = [unit for unit in race.first_round.unit_ids if unit in position]
    unmatched = tuple(unit for unit in table.returns.unit_ids if unit not in known)
    rows = np.array([position[unit] for unit in (*matched, *unmatched)], dtype=np.intp)
    return RunoffResult(_take(table.returns, rows, race.contest.finalists), unmatched)


def finalist_votes(result: RunoffResult, race: Race) -> tuple[IntArray, BoolArray]:
    """Votes of the finalists in the units of the first round.

    Returns
    -------
    tuple
        Votes, shape (n_units, 2), 0 where the unit has no runoff row; and whether it has one,
        shape (n_units,).
    """
    returns, present = align(result.returns, race.first_round)
    return returns.counts[:, :2], present


def _take(returns: Returns, rows: IndexArray, finalists: tuple[str, str]) -> Returns:
    others = [name for name in returns.candidates if name not in finalists]
    columns = [returns.candidate_index(name) for name in (*finalists, *others)]
    return replace(
        returns,
        unit_ids=tuple(returns.unit_ids[row] for row in rows),
        counties=tuple(returns.counties[row] for row in rows),
        unit_names=tuple(returns.unit_names[row] for row in rows),
        registered=returns.registered[rows],
        ballots=returns.ballots[rows],
        candidates=tuple(returns.candidates[column] for column in columns),
        parties=tuple(returns.parties[column] for column in columns),
        votes=returns.votes[rows][:, columns],
    )
