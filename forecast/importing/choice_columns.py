"""Names of the columns of a wide table: whose votes they hold, and cast in which way."""

import re
from dataclasses import dataclass

from forecast.importing.columns import column_key, is_mode, mode_of_column
from forecast.importing.table_words import is_no_choice, is_nobody, is_total_choice, is_total_mode
from forecast.race.vocabulary import names_of

_PARTS = re.compile(r"\s*(?:\||:|\n)\s*|\s+[-\u2013\u2014]\s+")
_COUNTS = {"votes", "vote", "count", "vote total", *names_of("votes")}
# "Anna Berg Votes", "ANNA BERG-voturi": of a name in letters that says nothing else.
_VOTES = re.compile(r"(.+?)(?:[ _-]total)?\s*[ _-]\s*(?:([^\W\d_]{3,})|vote total)", re.I)
_LAST_WORDS = {word for word in _COUNTS if " " not in word and word not in {"count", "vote"}}
_SHARES = re.compile(r"%|\bpct\b|\bpercent|\bshare\b|\bratio\b|\banteil\b", re.IGNORECASE)


@dataclass(frozen=True)
class ChoiceColumn:
    """What a column of votes holds.

    Attributes
    ----------
    name
        The choice, as published.
    mode
        The way of voting, "" for all of them.
    """

    name: str
    mode: str = ""


def is_share(name: str) -> bool:
    """Whether a column is called a share: "%", "Anna Berg Pct"."""
    return _SHARES.search(name) is not None


def choice_column(name: str) -> ChoiceColumn | None:
    """What a column of a wide table holds by its name, None where it is a share.

    Parameters
    ----------
    name
        "Anna Berg", "Anna Berg Votes", "Anna Berg - Early", "Anna Berg | %".
    """
    if is_share(name):
        return None
    choice, measure = name, ""
    if len(parts := _PARTS.split(name)) > 1:
        choice, measure = " - ".join(parts[:-1]), parts[-1]
        key = column_key(measure)
        if key in _COUNTS or is_total_mode(measure):
            return ChoiceColumn(choice)
        if is_mode(measure):
            return ChoiceColumn(choice, mode_of_column(measure))
    known = is_no_choice(name) or is_total_choice(name) or is_nobody(name)
    match = None if known else _VOTES.fullmatch(name)
    if match and (match[2] is None or column_key(match[2]) in _LAST_WORDS):
        return ChoiceColumn(match[1].strip())
    return ChoiceColumn(name)
