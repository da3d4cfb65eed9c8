"""Cells that tables of a night have beside the votes: the status of a unit, numbers, a time."""

import difflib
from collections.abc import Collection, Sequence
from datetime import datetime

import numpy as np

from forecast.importing.table_words import is_person
from forecast.night.count import CERTIFIED, COMPLETE, NOTHING, STATUS_WORDS
from forecast.race import vocabulary
from forecast.race.cells import whole_number
from forecast.race.labels import normalised, without_accents

# Names that a line shows.
SHOWN = 6
# Words of a status to its code; -1 where a row says nothing.
STATUS_CODES = {word: code for code, word in enumerate(STATUS_WORDS)} | {CERTIFIED: COMPLETE}
STATUS_CODES[""] = -1
# The same in the languages of the returns. "Preliminary" is said of a whole night.
_STATUS_NAMES = {
    name: word
    for key, word in (
        *((key, key) for key in (vocabulary.COMPLETE, vocabulary.PARTIAL, vocabulary.CERTIFIED)),
        (vocabulary.NOT_COUNTED, STATUS_WORDS[NOTHING]),
        (vocabulary.PRELIMINARY, ""),
    )
    for name in vocabulary.names_of(key)
}
_TIME_FORMS = ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M")


def status_word(cell: str) -> str:
    """Word of `STATUS_CODES` that a cell says in any language; else the cell in lower case."""
    key = without_accents(cell)
    return key if key in STATUS_CODES else _STATUS_NAMES.get(key, cell.casefold())


def status_fault(status: str) -> str:
    """What is wrong with a status in lower case, "" where nothing is."""
    if status not in STATUS_CODES:
        return f"status must be {', '.join(filter(None, STATUS_CODES))} or empty, not {status!r}"
    return ""


def number_or_nan(text: str, thousands: str = ",") -> float:
    """A whole number, NaN where a cell is none."""
    number = whole_number(text, thousands)
    return np.nan if number is None else float(number)


def time_of(text: str) -> datetime | None:
    """A time as 2017-06-20T21:30:00, None where a cell is none."""
    for form in _TIME_FORMS:
        try:
            return datetime.strptime(text.removesuffix("Z"), form)
        except ValueError:
            continue
    return None


def missing_finalists(
    lacking: Sequence[str], people: Collection[str], finalists: Sequence[str]
) -> str:
    """Why finalists have no votes, and how to say who they are.

    Parameters
    ----------
    lacking
        The finalists without a row in a known unit.
    people
        Everybody whom the file names.
    finalists
        Both finalists.
    """
    known = {normalised(name) for name in finalists}
    others = [name for name in people if name and normalised(name) not in known]
    here = [name for name in people if normalised(name) in {normalised(one) for one in lacking}]
    what = f"no votes of {' or '.join(lacking)} in a known unit"
    if here:
        return f"{what}: look whether the units are those of the race"
    if not others:
        return f"{what}, and the file names nobody else: half of the contest is missing"
    said = " ".join(f'--candidate "{_nearest(name, others)}={name}"' for name in lacking)
    both = "one is the finalist" if len(lacking) == 1 else "two are the finalists"
    shown = ", ".join(others[:SHOWN]) + (", ..." if len(others) > SHOWN else "")
    return (
        f"{what}. The file names {shown}; if {both} spelled otherwise, say so with {said}; else it "
        "is of another race, or half of this one"
    )


def _nearest(finalist: str, others: Sequence[str]) -> str:
    """Of the people of a file the one who is called most like a finalist, else NAME."""
    wanted = normalised(finalist)
    maybe = [name for name in others if is_person(name)]
    akin = [name for name in maybe if {*normalised(name).split()} & {*wanted.split()}]
    near = difflib.get_close_matches(
        wanted, [normalised(name) for name in akin or maybe], n=1, cutoff=0.0
    )
    return next((name for name in maybe if normalised(name) in near), "NAME")
