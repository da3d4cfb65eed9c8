"""Plain long CSV: one row a unit and candidate, in columns that a person can type."""

from pathlib import Path

from forecast.errors import InputError
from forecast.importing.rows import ReturnRow
from forecast.race.faults import Fault, raise_errors
from forecast.race.labels import candidate_and_party, mode_name, unit_id
from forecast.race.tables import Columns, read_columns

REQUIRED = ("county", "unit_name", "candidate", "votes")
OPTIONAL = ("unit_id", "party", "mode", "registered", "ballots")


def read_long_csv(path: Path) -> list[ReturnRow]:
    """Read a table with columns county, unit_name, candidate, votes and what else is known.

    Parameters
    ----------
    path
        A .csv, .csv.gz or .parquet file. Optional columns: unit_id (made from county and
        name where it is missing), party, mode, registered, ballots.

    Returns
    -------
    list of ReturnRow
        Parties and modes in the words of a race folder.

    Raises
    ------
    InputError
        With all faults of the file.
    """
    columns, lines, faults = read_columns(path)
    raise_errors(path.name, faults)
    assert columns is not None, "without errors there are columns"
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        known = ", ".join(REQUIRED + OPTIONAL)
        raise InputError(f"{path.name} has no column {', '.join(missing)}; the columns are {known}")
    rows = []
    for row, line in enumerate(lines):
        entry, wrong = _row(columns, row)
        rows.append(entry)
        faults.extend(Fault(path.name, message, line) for message in wrong)
    raise_errors(path.name, faults)
    return rows


def _row(columns: Columns, row: int) -> tuple[ReturnRow, list[str]]:
    cell = {name: values[row] for name, values in columns.items()}
    faults = [f"{name} is empty" for name in ("unit_name", "candidate") if not cell[name]]
    counts: dict[str, int | None] = {}
    for name in ("votes", "registered", "ballots"):
        text = cell.get(name, "").replace(",", "")
        counts[name] = int(text) if text.isdecimal() else None
        if (text or name == "votes") and not text.isdecimal():
            faults.append(f"{name} must be a whole number, 0 or more, not {text!r}")
    name, party = candidate_and_party(cell["candidate"], cell.get("party", ""))
    entry = ReturnRow(
        unit_id=cell.get("unit_id") or unit_id(cell["county"], cell["unit_name"]),
        county=cell["county"],
        unit_name=cell["unit_name"],
        candidate=name,
        party=party,
        mode=mode_name(cell.get("mode", "")),
        votes=counts["votes"] or 0,
        registered=counts["registered"],
        ballots=counts["ballots"],
    )
    return entry, faults
