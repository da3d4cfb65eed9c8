"""Units of a night in words: votes beside those of before, times, and lists that end."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import numpy as np

from forecast.stats.arrays import BoolArray, FloatArray, IntArray

# Most units of which a line gives the numbers, and most that it names beside these.
NAMED, ALSO_NAMED = 3, 12


def votes_words(votes: IntArray | FloatArray, finalists: tuple[str, str]) -> str:
    """Votes of both finalists, as "Handel 449, Ossoff 61"."""
    counted = zip(finalists, votes, strict=True)
    return ", ".join(f"{name} {round(float(value)):,}" for name, value in counted)


def against_words(
    votes: IntArray, before: IntArray | FloatArray, finalists: tuple[str, str], what: str = "before"
) -> str:
    """Votes of both finalists, each beside those that were there before, or were expected."""
    return "; ".join(
        f"{name} {int(now):,}, {what} {round(float(then)):,}"
        for name, now, then in zip(finalists, votes, before, strict=True)
    )


def expected_words(votes: IntArray, expected: FloatArray, finalists: tuple[str, str]) -> str:
    """Votes of both finalists, each beside those that were expected."""
    return against_words(votes, expected, finalists, "expected about")


def with_numbers(where: BoolArray, labels: Sequence[str], detail: Callable[[int], str]) -> str:
    """Names of units, the first of them with their numbers."""
    units = np.flatnonzero(where).tolist()
    return listed(
        [f"{labels[unit]} ({detail(unit)})" for unit in units[:NAMED]]
        + [labels[unit] for unit in units[NAMED:]]
    )


def listed(named: Sequence[str]) -> str:
    """Names, and how many more there are."""
    most = NAMED + ALSO_NAMED
    more = f" and {len(named) - most:,} more" if len(named) > most else ""
    return ", ".join(named[:most]) + more


def times_words(time: datetime, other: datetime) -> tuple[str, str]:
    """Two times, with their dates where they are of two days."""
    form = "%H:%M:%S" if time.date() == other.date() else "%Y-%m-%d %H:%M:%S"
    return time.strftime(form), other.strftime(form)


def renamed_words(unknown: Sequence[str], nearest: Mapping[str, str], *, by_county: bool) -> str:
    """What is said first of a file that lacks units and has others that the race does not know."""
    called = [f"{unit!r} (nearest: {nearest.get(unit, 'none')!r})" for unit in unknown[:NAMED]]
    more = f" and {len(unknown) - NAMED:,} more" if len(unknown) > NAMED else ""
    remedy = (
        "name them as the race does"
        if by_county
        else "lines in crosswalk.csv of the race folder say so (county and name as in the file, "
        "known_as as in the race): start again with this file"
    )
    return (
        f", and has {len(unknown):,} that the race does not know: {', '.join(called)}{more}. "
        f"If they are its units under other names, {remedy}"
    )
