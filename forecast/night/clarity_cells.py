"""How far every way of voting of a precinct is, by what a Clarity file says of the precinct."""

from collections.abc import Sequence

import numpy as np

from forecast.importing.clarity import Progress
from forecast.night.count import COMPLETE, LATE_MODES, NOTHING, PARTIAL
from forecast.race.labels import normalised

# Codes of percentReporting that say that all of a precinct is in. Those between are taken for how
# many of the four ways of voting have reported; 0 says nothing of votes that are there.
_ALL_IN = (4, 100)
# The way of voting whose votes a precinct brings at once; those by mail come in batches.
_AT_ONCE = "election_day"


def clarity_cells(
    place: Sequence[int],
    mode: Sequence[str],
    votes: Sequence[int],
    code: Sequence[int | None],
    *,
    all_in: bool,
) -> tuple[list[int], list[float]]:
    """Status and expected votes of the rows of a Clarity file, the same for all rows of a cell.

    A precinct that only lacks its mail is not complete, but its votes of the day are there: where
    at least as many ways of voting have reported as have votes, no more of the day are expected.
    Where more have votes than have reported, which of them is in part can't be told.

    Parameters
    ----------
    place, mode, votes
        Unit, way of voting and votes of each row; a row a finalist.
    code
        How far the unit of each row is, None where the file does not say.
    all_in
        Whether every precinct has reported.

    Returns
    -------
    tuple
        A status each, -1 where the file does not say; votes of both finalists that are expected in
        the cell, NaN where the file says nothing of them.
    """
    cells = list(zip(place, mode, strict=True))
    total: dict[tuple[int, str], int] = {}
    for cell, n in zip(cells, votes, strict=True):
        total[cell] = total.get(cell, 0) + n
    with_votes: dict[int, int] = {}
    for (unit, _), n in total.items():
        with_votes[unit] = with_votes.get(unit, 0) + (n > 0)
    status, expected = [], []
    for cell, reached in zip(cells, code, strict=True):
        unit, way = cell
        status.append(_status(reached, way, total[cell], all_in=all_in))
        is_in = reached is not None and with_votes[unit] <= reached
        no_more = way == _AT_ONCE and status[-1] == PARTIAL and is_in
        expected.append(float(total[cell]) if no_more else np.nan)
    return status, expected


def clarity_codes(progress: Sequence[Progress]) -> dict[str, int]:
    """Clarity's code of each unit; of two that share a name the one that is less counted."""
    codes: dict[str, int] = {}
    for one in progress:
        for name, code in one.units.items():
            codes[normalised(name)] = min(code, codes.get(normalised(name), code))
    return codes


def _status(code: int | None, mode: str, votes: int, *, all_in: bool) -> int:
    """Status of a cell; -1 where the file does not say."""
    if code is None and not all_in:
        return -1
    if mode in LATE_MODES:
        return PARTIAL if votes else NOTHING
    if all_in or code in _ALL_IN:
        return COMPLETE
    # Early votes are counted at once; of the rest some may be in.
    return COMPLETE if mode == "early" and votes else PARTIAL if votes else NOTHING
