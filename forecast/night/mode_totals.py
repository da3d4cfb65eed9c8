"""Rows of a total beside rows of the ways of voting that it adds up."""

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from forecast.errors import InputError
from forecast.importing.table_words import is_total_mode
from forecast.night.count import PARTIAL
from forecast.night.returns_rows import ALL_OF, ReturnRows
from forecast.race.level_words import plural

# Most units that a line names.
_NAMED = 3


def without_totals(rows: ReturnRows, labels: Sequence[str]) -> tuple[ReturnRows, tuple[str, ...]]:
    """Rows by way of voting without those of totals, and a line where some were left out.

    A unit's total is left out beside its ways of voting; what it alone says of the unit stays.
    Where all rows are totals, ways of voting are not told apart.

    Parameters
    ----------
    rows
        Rows of finalists; an empty way of voting is a total too.
    labels
        What a person calls the units, by position.

    Raises
    ------
    InputError
        When a total is below the sum of its ways of voting, or a unit has only a total where
        others have ways of voting.
    """
    totals = {mode for mode in set(rows.mode) if is_total_mode(mode)}
    if not totals:
        return rows, ()
    if totals == {*rows.mode}:
        return replace(rows, mode=[""] * len(rows.mode)), ()
    told = np.zeros((len(labels), 2), dtype=np.int64)
    added = np.zeros_like(told)
    is_total = [mode in totals for mode in rows.mode]
    for place, side, votes, total in zip(rows.place, rows.side, rows.votes, is_total, strict=True):
        (told if total else added)[place, side] += votes
    of_totals = {p for p, total in zip(rows.place, is_total, strict=True) if total}
    of_ways = {p for p, total in zip(rows.place, is_total, strict=True) if not total}
    mode = next(iter(sorted(totals))) or "(empty)"
    if alone := sorted(p for p in of_totals - of_ways if told[p].any()):
        raise InputError(
            f"{plural(len(alone), 'unit')} with votes in rows of mode {mode} alone "
            f"({_named(alone, labels)}), where others tell ways of voting apart: give ways of "
            "voting of every unit, or for all of them one row a unit and finalist without mode"
        )
    below = sorted(p for p in of_totals & of_ways if (told[p] < added[p]).any())
    if below:
        first = below[0]
        side = int(np.argmax(told[first] < added[first]))
        raise InputError(
            f"rows of mode {mode} are below the sum of the ways of voting in "
            f"{plural(len(below), 'unit')} ({_named(below, labels)}; {labels[first]}: "
            f"{told[first, side]:,} and {added[first, side]:,}): {_left_out(totals)}, or give the "
            "way of voting that they are its name"
        )
    places = sorted(of_totals)
    beyond = int((told - added)[places].sum())
    more = f"; they have {beyond:,} votes more than these, which are not counted" if beyond else ""
    note = (
        f"rows of mode {mode} are the sums of the ways of voting, and left out: "
        f"{plural(len(places), 'unit')}{more}"
    )
    return _said_of_ways(rows, is_total), (note,)


def _said_of_ways(rows: ReturnRows, is_total: Sequence[bool]) -> ReturnRows:
    """The other rows, with what only the totals say of how far a unit is and of its voters."""
    said, votes = dict[int, int](), dict[int, int]()
    for at, place in enumerate(rows.place):
        if is_total[at]:
            said.setdefault(place, at)
            votes[place] = votes.get(place, 0) + rows.votes[at]
    kept = rows.without([at for at, total in enumerate(is_total) if total])
    for at, place in enumerate(kept.place):
        if (of := said.get(place)) is None:
            continue
        if kept.status[at] < 0:
            kept.status[at] = rows.status[of]
        if np.isnan(kept.reported[at]):
            kept.reported[at] = rows.reported[of]
        if np.isnan(kept.registered[at]):
            kept.registered[at] = rows.registered[of]
        # What is expected of all ways together is not told of each, but that more is to come.
        if kept.status[at] < 0 and votes[place] < ALL_OF * rows.expected[of]:
            kept.status[at] = PARTIAL
    return kept


def _left_out(totals: Collection[str]) -> str:
    """How to go on without rows of totals: by their name, where they have one."""
    if "" in totals:
        return "leave these rows out of the file"
    options = " ".join(f"--leave-out {mode!r}" for mode in sorted(totals))
    return f"correct the file, or leave these rows out with {options}"


def _named(places: Sequence[int], labels: Sequence[str]) -> str:
    return ", ".join(labels[p] for p in places[:_NAMED]) + ", ..." * (len(places) > _NAMED)
