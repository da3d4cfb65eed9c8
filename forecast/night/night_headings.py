"""Columns of a table of the night that say how far a unit is, by their headings."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from forecast.errors import InputError
from forecast.importing.columns import column_key, no_columns
from forecast.night.returns_cells import STATUS_CODES, status_word, time_of
from forecast.race.cells import is_count, whole_number
from forecast.race.vocabulary import PRECINCTS, SIZE_OF, STATUS, TIME, names_of, words_of

# As a table of the program's own has them, and as --column names them.
NIGHT_COLUMNS = ("status", "expected", "precincts", "reported", "time")
# A percentage of all that has reported: a column of its own where "reported" is a number.
SHARE = "share"

_COUNTED, _PERCENT = words_of("counted"), words_of("percent")
_TOTAL = words_of("total")
# "Sezioni non scrutinate" are those that are not counted.
_NOT = frozenset(("no", "non", "not", "nicht", "nie", "ne", "nao", "pas", "sin", "sem", "fara"))
_ARTICLES = (
    *("number", "of", "the", "de", "del", "des", "du", "di", "delle", "da", "das", "do", "dos"),
    *("la", "las", "los", "le", "les", "el", "n", "n\u00ba"),
)
_BESIDE = (words_of("beside") | words_of("number") | _TOTAL | frozenset(_ARTICLES)) - _NOT
# Names of polling places, the longest first: "mesas de votacion" before "mesas".
_PLURAL = sorted(names_of(PRECINCTS), key=len, reverse=True)
_PLACES = sorted({*names_of(PRECINCTS), *names_of("polling place"), "precinct"}, key=len)[::-1]
_TIMES, _STATUSES = frozenset(names_of(TIME)), frozenset(names_of(STATUS))
# A column of more different words is no status: it may be of states of a country.
_FEW = 4
_OUT_OF = re.compile(
    r"(\d[\d., ]*)\s*(?:/|of|de|sur|von|su|z|od|din)\s*(\d[\d., ]*)", re.IGNORECASE
)


def night_role(heading: str) -> str:
    """What a column says of how far a unit is: a name of NIGHT_COLUMNS, "share", or "".

    "Mesas" and "Total de mesas" are precincts, "Mesas escrutadas" reported, "% escrutado" a share,
    "Hora" the time and "Estado" the status.
    """
    key = column_key(heading)
    if key in NIGHT_COLUMNS:
        return key
    if key in _TIMES or key in _STATUSES:
        return "time" if key in _TIMES else "status"
    words = {*key.split()}
    if words & _NOT or key in SIZE_OF:
        return ""
    percent = "%" in heading or bool(words & _PERCENT)
    counted = bool(words & _COUNTED)
    left, named = words - _PERCENT, ""
    for place in _PLACES:
        if f" {place} " in f" {key} ":
            rest = f" {key} ".replace(f" {place} ", " ", 1)
            left, named = {*rest.split()} - _PERCENT, place
            break
    if left - _COUNTED - _BESIDE:
        return ""
    if counted and (percent or named):
        return SHARE if percent else "reported"
    is_number = named in _PLURAL or (named and words & _TOTAL)
    return "precincts" if is_number and not percent else ""


def night_columns(
    header: Sequence[str], given: Mapping[str, str], left: Iterable[str] = ()
) -> dict[str, int]:
    """Place of each column of a table that says how far its units are, by its role.

    Parameters
    ----------
    header
        Names as published.
    given
        Role of NIGHT_COLUMNS to the column that a person names; it goes before what the names say.
    left
        Keys of columns that a person leaves out.
    """
    out = {*left}
    keys = [column_key(name) for name in header]
    found = {
        role: keys.index(column_key(name))
        for role, name in given.items()
        if column_key(name) in keys
    }
    # The program's own names go before others for the same.
    for place, name in sorted(enumerate(header), key=lambda at: keys[at[0]] not in NIGHT_COLUMNS):
        role = night_role(name)
        if role and role not in found and place not in found.values() and keys[place] not in out:
            found[role] = place
    return found


class NightColumns(NamedTuple):
    """Columns of a table that say how far its units are.

    Attributes
    ----------
    places
        Place of each by its role.
    notes
        Which others look like one, and why they are not read.
    """

    places: dict[str, int]
    notes: tuple[str, ...]


def readable_columns(
    header: Sequence[str],
    given: Mapping[str, str],
    left: Iterable[str],
    cells_of: Callable[[int], Iterable[str]],
) -> NightColumns:
    """The columns of `night_columns` whose cells are a time or a status where the heading says so.

    "Estado" may be the state of a country, and the candidate Stan is no status in Polish.

    Parameters
    ----------
    header, given, left
        As in `night_columns`.
    cells_of
        Cells of the column at a place.
    """
    out, notes = {*left}, dict[str, None]()
    while True:
        found = night_columns(header, given, out)
        before = len(out)
        for role in ("time", "status"):
            wrong = _wrong_cells(role, cells_of(found[role])) if role in found else []
            name = header[found[role]] if wrong else ""
            own = role in given or column_key(name) == role
            if not wrong or (own and role == "status"):  # a status that is none is an error
                continue
            if len(wrong) <= _FEW and not all(map(is_count, wrong)):
                notes.setdefault(_not_read(role, name, wrong[0]))
            if not own:
                out.add(column_key(name))
        if len(out) == before:
            return NightColumns(found, tuple(notes))


def _wrong_cells(role: str, cells: Iterable[str]) -> list[str]:
    """Cells of a column that are no time, or no status, each once."""
    told = {text for cell in cells if (text := cell.strip())}
    if role == "time":
        return sorted(text for text in told if time_of(text) is None)
    return sorted(text for text in told if status_word(text) not in STATUS_CODES)


def _not_read(role: str, name: str, cell: str) -> str:
    """What is said of a column that looks like one of the night, and is none."""
    what, form = {
        "time": ("the time of the file", "a time is as 2017-06-20T21:30:00"),
        "status": ("the status of a unit", f"a status is {', '.join(filter(None, STATUS_CODES))}"),
    }[role]
    return f"the column {name!r} looks like {what} and is not read: it has {cell!r}; {form}"


def require_given(file: str, headers: Iterable[Sequence[str]], given: Mapping[str, str]) -> None:
    """Raise where no table has a column that a person names.

    Raises
    ------
    InputError
        With the columns that are there.
    """
    headers = [*headers]
    keys = {column_key(name) for header in headers for name in header}
    if lacking := [name for name in given.values() if column_key(name) not in keys]:
        first = ", ".join(headers[0]) if headers else "no table with a column a candidate"
        raise InputError(no_columns(file, lacking, first))


class Reported(NamedTuple):
    """How far the rows of a table are.

    Attributes
    ----------
    shares
        Share of its precincts that has reported, of every row in [0, 1]; NaN where none is said.
    step
        How far two shares that are shown as the same can be apart: 0 where precincts are counted,
        0.01 where whole percentages are given.
    notes
        How numbers that could be of 1 or of 100 are read.
    """

    shares: list[float]
    step: float
    notes: tuple[str, ...] = ()


def reported_shares(
    columns: Mapping[str, Sequence[str]], headings: Mapping[str, str], thousands: str = ","
) -> Reported:
    """How much of every row has reported.

    Parameters
    ----------
    columns
        Cells by role: "precincts", "reported", "share"; each shape (n_rows,), or none.
    headings
        Their names.
    thousands
        What separates thousands.
    """
    n_rows = max(map(len, columns.values()), default=0)
    precincts, reported = columns.get("precincts"), columns.get("reported")
    found, step, notes = [np.nan] * n_rows, 0.0, tuple[str, ...]()
    percentages = []
    if reported:
        of_whom = precincts or [""] * n_rows
        found = [_of(*cells, thousands) for cells in zip(reported, of_whom, strict=True)]
        name = headings.get("reported", "")
        unlike_counts = not precincts and night_role(name) != "reported"
        if unlike_counts or any("%" in cell for cell in reported):
            percentages.append((name, reported))
    if SHARE in columns:
        percentages.append((headings.get(SHARE, ""), columns[SHARE]))
    for name, cells in percentages:
        shares = _percentages(cells, name)
        if (np.isnan(found) & np.isfinite(shares.shares)).any():
            step, notes = max(step, shares.step), (*notes, *shares.notes)
        found = [s if np.isnan(one) else one for one, s in zip(found, shares.shares, strict=True)]
    return Reported(found, step, notes)


def _of(reported: str, precincts: str, thousands: str) -> float:
    """Of "12" and "40", or of "12 of 40"."""
    if match := _OUT_OF.fullmatch(reported.strip()):
        reported, precincts = match[1], match[2]
    part, whole = (whole_number(text.strip(), thousands) for text in (reported, precincts))
    if part is None or not whole:
        return np.nan
    return min(part / whole, 1.0)


def _percentages(cells: Sequence[str], name: str) -> Reported:
    """Cells as shares: "45,2 %" is 0.452, and so are its neighbours to 0.001.

    Where no number of a column is above 1 and one has decimals they are shares already.
    """
    plain = [cell.replace("%", "").replace(",", ".").strip() for cell in cells]
    numbers = [float(text) if re.fullmatch(r"\d{1,3}(\.\d+)?", text) else np.nan for text in plain]
    known = [number for number in numbers if np.isfinite(number)]
    decimals = max((len(text.partition(".")[2]) for text in plain), default=0)
    has_sign = any("%" in cell for cell in cells)
    are_shares = bool(decimals) and max(known, default=2) <= 1 and not has_sign
    scale = 1.0 if are_shares else 100.0
    shares = [n / scale if n <= scale else np.nan for n in numbers]
    notes = () if has_sign else _scale_note(name, known, are_shares=are_shares)
    return Reported(shares, 10.0**-decimals / scale, notes)


def _scale_note(name: str, known: Sequence[float], *, are_shares: bool) -> tuple[str, ...]:
    """How a column is read that could be of 1 or of 100: nothing in it is above 1.

    Fractions beside a 1 are shares: 1 is all of a unit.
    """
    largest = max(known, default=0.0)
    is_plain = are_shares and largest == 1 and any(0 < number < 1 for number in known)
    if not 0 < largest <= 1 or is_plain:
        return ()
    if are_shares:
        said = f"is read as a share from 0 to 1 ({largest:g} as {100 * largest:g}%)"
        other = "they are of 100, write them with a % sign"
    else:
        said = "is read as a percentage (1 as 1%)"
        other = "1 is all of a unit, write it as 100%"
    return (
        f"the column {name!r} has no number above 1 and {said}; if {other}, or leave the column "
        f"out with --leave-out {name!r}",
    )
