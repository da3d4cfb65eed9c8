"""Cells that tables of a night have beside the votes: the status of a unit, numbers, a time."""

from datetime import datetime

import numpy as np

from forecast.night.count import CERTIFIED, COMPLETE, STATUS_WORDS
from forecast.race.cells import is_count

# Words of a status to its code; -1 where a row says nothing.
STATUS_CODES = {word: code for code, word in enumerate(STATUS_WORDS)} | {CERTIFIED: COMPLETE}
STATUS_CODES[""] = -1
_TIME_FORMS = ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M")


def status_fault(status: str) -> str:
    """What is wrong with a status in lower case, "" where nothing is."""
    if status not in STATUS_CODES:
        return f"status must be {', '.join(filter(None, STATUS_CODES))} or empty, not {status!r}"
    return ""


def number_or_nan(text: str) -> float:
    """A whole number, NaN where a cell is none."""
    return float(text) if is_count(text) else np.nan


def reported_share(precincts: str, reported: str) -> float:
    """Share of the precincts of a row that have reported, NaN where it does not say."""
    if is_count(precincts) and is_count(reported) and int(precincts):
        return min(int(reported) / int(precincts), 1.0)
    return np.nan


def time_of(text: str) -> datetime | None:
    """A time as 2017-06-20T21:30:00, None where a cell is none."""
    for form in _TIME_FORMS:
        try:
            return datetime.strptime(text.removesuffix("Z"), form)
        except ValueError:
            continue
    return None
