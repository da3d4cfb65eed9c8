"""The margins of two tables: returns as race folders have them, or a column a choice."""

from pathlib import Path

import numpy as np

from forecast.errors import InputError
from forecast.race.coded_columns import read_columns
from forecast.race.faults import Fault, raise_errors
from forecast.race.tables import REQUIRED_COLUMNS, read_returns
from forecast.transfers.two_margins import LISTED, CountedElection

# Columns of a wide table that are no choice, by their lower-case names.
COUNTY_NAMES = ("county", "group", "district")
REGISTERED = "registered"


def read_count(path: Path, unit_columns: tuple[str, ...] = ()) -> CountedElection:
    """Read one election from a table (.csv, .csv.gz or .parquet).

    A table with the columns of `forecast.race.tables.REQUIRED_COLUMNS` is read as returns, a row a
    unit and candidate. Any other has a row a unit and a column a choice; the unit stands in the
    first column, and columns "county" (or "group", "district") and "registered" are no choices.

    Parameters
    ----------
    path
        The file.
    unit_columns
        The columns of a wide table that name the unit together; the first where left out.

    Raises
    ------
    InputError
        With all faults, each with its line.
    """
    columns, lines, faults = read_columns(path)
    raise_errors(str(path), faults)
    assert columns is not None, "without errors everything was read"
    if not lines:
        raise InputError(f"{path}: has no rows")
    if not unit_columns and set(REQUIRED_COLUMNS) <= set(columns):
        table, faults = read_returns(path)
        raise_errors(str(path), faults)
        assert table is not None, "without errors everything was read"
        found = table.returns
        return CountedElection(
            path.name,
            found.unit_ids,
            found.counties,
            found.candidates,
            found.counts.astype(np.float64),
            found.registered,
        )
    names = list(columns)
    missing = [name for name in unit_columns if name not in names]
    if missing:
        raise InputError(
            f"{path}: no column {', '.join(map(repr, missing))} for the units; the columns are "
            f"{', '.join(names)}"
        )
    own = list(unit_columns) or names[:1]
    county = next((n for n in names if n.lower() in COUNTY_NAMES and n not in own), None)
    registered = next((n for n in names if n.lower() == REGISTERED and n not in own), None)
    labels = [name for name in names if name not in (*own, county, registered)]
    if not labels:
        raise InputError(f"{path}: no column of votes beside {', '.join(names)}")
    faults = []
    votes = np.column_stack([_numbers(path, columns[name], name, lines, faults) for name in labels])
    voters = np.full(len(lines), np.nan)
    if registered is not None:
        voters = _numbers(path, columns[registered], registered, lines, faults, empty=np.nan)
    raise_errors(str(path), faults)
    units = [" | ".join(parts) for parts in zip(*(columns[name] for name in own), strict=True)]
    groups = columns[county] if county is not None else ("all",) * len(units)
    return CountedElection(path.name, tuple(units), tuple(groups), tuple(labels), votes, voters)


def _numbers(
    path: Path,
    texts: tuple[str, ...],
    name: str,
    lines: object,
    faults: list[Fault],
    *,
    empty: float = 0.0,
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Numbers of a column; a cell that is none is a fault with its line."""
    numbers = np.full(len(texts), empty)
    wrong = 0
    for index, text in enumerate(texts):
        if not text:
            continue
        try:
            numbers[index] = float(text)
        except ValueError:
            wrong += 1
            if wrong <= LISTED:
                faults.append(
                    Fault(
                        path.name,
                        f"{name}: {text!r} is no number of votes; name the unit's columns with "
                        "--units, and leave out columns of other things",
                        lines[index],  # type: ignore[index]
                    )
                )
    return numbers
