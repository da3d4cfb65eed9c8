"""Long CSV: one row a unit and candidate of one contest, as a person or a ministry writes it."""

from pathlib import Path

from forecast.importing.columns import Layout
from forecast.importing.long_table import is_long, read_long_table
from forecast.importing.reading import ReadOptions
from forecast.importing.rows import ReturnRow
from forecast.importing.sources import open_source


def is_long_csv(layout: Layout) -> bool:
    """Whether a header is of a table that holds one contest."""
    return is_long(layout) and not layout.has("office")


def read_long_csv(path: Path) -> list[ReturnRow]:
    """Read a table with columns county, unit_name, candidate, votes and what else is known.

    Parameters
    ----------
    path
        A table in any encoding, with any of the usual separators. Optional columns: unit_id
        (made from county and name where it is missing), party, mode, registered, ballots.

    Returns
    -------
    list of ReturnRow
        Parties and modes in the words of a race folder.

    Raises
    ------
    InputError
        With all faults of the file.
    """
    return read_long_table(open_source(path), ReadOptions()).rows()
