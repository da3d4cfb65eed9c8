"""Headers of two rows, as workbooks with merged cells have them, made one.

The names of candidates stand above the columns of each ("Votes", "%"), or their parties do; or
the names stand in the row below the one that names the units.
"""

from collections.abc import Sequence

from forecast.race.cells import per_cent, whole_number
from forecast.race.labels import PARTY_CODES

# Between the two parts of a name; no publisher writes it so.
BETWEEN = " | "


def with_row_above(header: Sequence[str], above: Sequence[str]) -> tuple[str, ...]:
    """Header whose columns have the name above them before their own, where that tells them apart.

    Parameters
    ----------
    header
        Names of the columns, of which several are the same.
    above
        The row above, a name standing over the first of its columns; or parties over names.

    Returns
    -------
    tuple of str
        The header itself where the row above tells nothing apart.
    """
    above = [cell.strip() for cell in above[: len(header)]]
    above += [""] * (len(header) - len(above))
    filled = [place for place, cell in enumerate(above) if cell]
    names = [name for name in header if name]
    if len(filled) < 2:
        return tuple(header)
    if len({*names}) == len(names):
        parties = all(above[place].upper() in PARTY_CODES for place in filled)
        return tuple(
            _with_party(n, a) if parties else n for n, a in zip(header, above, strict=True)
        )
    joined = tuple(_joined(a, n) for a, n in zip(_filled_on(above), header, strict=True))
    told = [name for name in joined if name]
    return joined if len({*told}) == len(told) else tuple(header)


def with_row_below(header: Sequence[str], below: Sequence[str]) -> tuple[str, ...] | None:
    """Header with a second row of names below it; None where the row is none.

    Parameters
    ----------
    header
        Names of the columns.
    below
        The row below. It is of the header where its first cell is empty, two or more are not,
        and none of those is a number.
    """
    below = [cell.strip() for cell in below]
    told = [cell for cell in below if cell]
    if below[0] or len(told) < 2 or any(whole_number(c) is not None or per_cent(c) for c in told):
        return None
    width = max(len(header), len(below))
    over = [*header, *[""] * (width - len(header))]
    below += [""] * (width - len(below))
    if not any(
        not name or over.count(name) > 1 for name, cell in zip(over, below, strict=True) if cell
    ):
        return None
    parties = all(
        name.upper() in PARTY_CODES for name, cell in zip(over, below, strict=True) if cell
    )
    if parties:
        return tuple(_with_party(c, n) if c else n for n, c in zip(over, below, strict=True))
    spread = _filled_on(over)
    return tuple(_joined(s, c) if c else n for s, c, n in zip(spread, below, over, strict=True))


def _filled_on(cells: Sequence[str]) -> list[str]:
    """Cells with the empty ones after a name filled with that name."""
    spread, last = [], ""
    for cell in cells:
        last = cell or last
        spread.append(last)
    return spread


def _joined(above: str, name: str) -> str:
    return f"{above}{BETWEEN}{name}" if above and name and above != name else name or above


def _with_party(name: str, party: str) -> str:
    return f"{name} ({party})" if name and party else name
