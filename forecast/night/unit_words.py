"""Units of a night in words: votes beside those of before, and lists that end."""

from collections.abc import Callable, Sequence

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
