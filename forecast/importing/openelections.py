"""OpenElections CSV: county, precinct, office, district, party, candidate, votes, modes.

OpenElections publishes results of American states by precinct. Some files have a column for
each vote mode, some a row for each, some have rows of totals, some give registered voters as an
office, and some have no precincts. MEDSL's files are of the same kind.
"""

from pathlib import Path

from forecast.importing.columns import Layout
from forecast.importing.long_table import is_long, read_long_table
from forecast.importing.reading import ReadOptions
from forecast.importing.rows import ReturnRow
from forecast.importing.sources import open_source


def is_openelections(layout: Layout) -> bool:
    """Whether a header is of a table that holds contests by name."""
    return is_long(layout) and layout.has("office")


def read_openelections(path: Path, office: str, district: str = "") -> list[ReturnRow]:
    """Read one office of an OpenElections file.

    Parameters
    ----------
    path
        A file by precinct or by county.
    office
        The office as in the file, case aside ("U.S. House").
    district
        The district as in the file; "" takes an office that has one contest in the file.

    Returns
    -------
    list of ReturnRow
        Modes where the file has them and they add up. Rows of totals are left out, after they
        have been compared with the sum of the precincts. Registered voters and ballots cast
        come from the offices of that name, None where there are none.

    Raises
    ------
    InputError
        When a number is none, the precincts of a county do not add up to its total, or the file
        has no such office.
    """
    options = ReadOptions(contests=(office,), district=district)
    return read_long_table(open_source(path), options).rows()
