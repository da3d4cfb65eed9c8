"""Rules for the units of a snapshot: where each is broken, and what is said of it."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from forecast.night.count import COMPLETE, Count
from forecast.night.returns_file import NightReturns
from forecast.stats.arrays import BoolArray, FloatArray, IntArray
from forecast.stats.distributions import expit

# A finalist without a vote where so many are expected even so far below the mean lacks a row.
ZERO_SCORE, ZERO_VOTES = 4.0, 10.0
# Share of the registered voters by which votes may exceed them: late registrations.
REGISTERED_SLACK = 0.02
# Votes of a finalist by which a certified count may differ from a complete unit: a share of the
# unit's votes, and a few.
CANVASS, CANVASS_VOTES = 0.05, 10.0
# Most units that a line names.
NAMED = 3


class UnitExpectation(NamedTuple):
    """What is expected of the share of units, to see what can't be.

    Attributes
    ----------
    log_odds, sd
        Mean and standard deviation of the log-odds, shape (n_units,).
    """

    log_odds: FloatArray
    sd: FloatArray


class UnitFault(NamedTuple):
    """A rule for units.

    Attributes
    ----------
    rule
        Its name.
    broken
        Where it is broken, shape (n_units,).
    why
        What is said of it.
    detail
        The numbers of one unit.
    remedy
        What takes the unit all the same.
    """

    rule: str
    broken: BoolArray
    why: str
    detail: Callable[[int], str]
    remedy: str = ""


def votes_words(votes: IntArray | FloatArray) -> str:
    """Votes of both finalists, as "449 to 61"."""
    first, second = (f"{round(float(value)):,}" for value in votes)
    return f"{first} to {second}"


def described(fault: UnitFault, where: BoolArray, labels: Sequence[str], had: BoolArray) -> str:
    """One line about the units where a rule is broken: which, their numbers, why, what is done.

    Parameters
    ----------
    fault, where
        The rule, and the units that are kept out for it, shape (n_units,).
    labels
        What a person calls the units.
    had
        Units with votes in the last good count, shape (n_units,).
    """
    units = np.flatnonzero(where).tolist()
    named = [f"{labels[unit]} ({fault.detail(unit)})" for unit in units[:NAMED]]
    if had[where].all():
        done = "the last good count stays"
    elif had[where].any():
        done = "the last good count stays where there is one"
    else:
        done = "not counted"
    remedy = f", {fault.remedy}" if fault.remedy else ""
    return f"{listed(named, len(units))}: {fault.why}; {done}{remedy}"


def listed(named: Sequence[str], n_all: int) -> str:
    """Names, and how many more there are."""
    shown = ", ".join(named[:NAMED])
    return shown + (f" and {n_all - NAMED:,} more" if n_all > NAMED else "")


def unit_faults(
    read: NightReturns,
    new: Count,
    old: Count,
    expected: UnitExpectation,
    registered: FloatArray,
) -> list[UnitFault]:
    """Every rule for units that needs no model of the whole count.

    Parameters
    ----------
    read
        The snapshot.
    new, old
        Its count and the last good one, with the same ways of voting.
    expected
        What is expected of each unit before the snapshot.
    registered
        Registered voters of each unit where the race knows them, NaN elsewhere.
    """
    present, votes, before = read.present, new.unit_votes, old.unit_votes
    had, total = before.sum(axis=1) > 0, votes.sum(axis=1)
    falls = (new.votes < old.votes).any(axis=(1, 2)) & present
    # A canvass corrects: late votes, and a few fewer.
    corrected = np.abs(votes - before) <= CANVASS_VOTES + CANVASS * before.sum(axis=1)[:, None]
    canvassed = new.certified_units & corrected.all(axis=1)
    crossed = (votes[:, ::-1] >= before).all(axis=1) & falls & had
    was_complete = old.status == COMPLETE
    changed = (was_complete & (new.votes != old.votes).any(axis=1)).any(axis=1) & present
    reopened = (was_complete & (new.status != COMPLETE)).any(axis=1) & present
    roll = np.where(np.isfinite(new.registered), new.registered, registered)
    more = np.isfinite(roll) & (total > (1 + REGISTERED_SLACK) * roll + 1)
    of_finalist = np.stack([expected.log_odds, -expected.log_odds], axis=1)
    least = total[:, None] * expit(of_finalist - ZERO_SCORE * expected.sd[:, None])
    zero = ((votes == 0) & (before == 0) & (least > ZERO_VOTES)).any(axis=1)

    def against_last(unit: int) -> str:
        return f"{votes_words(votes[unit])}, before {votes_words(before[unit])}"

    def against_roll(unit: int) -> str:
        return f"{total[unit]:,} votes, {roll[unit]:,.0f} registered"

    def against_share(unit: int) -> str:
        first = total[unit] * expit(expected.log_odds[unit])
        there = votes_words(votes[unit])
        return f"{there}, about {votes_words(np.array([first, total[unit] - first]))} expected"

    accept = "--accept takes the new one"
    return [
        UnitFault(
            "twice",
            _places(read.twice, new.n_units),
            "listed twice, and nobody knows whether as a copy or as parts",
            lambda unit: "lines {:,} and {:,}".format(*read.twice[unit]),
            f"--accept {twice_remedy(read)}",
        ),
        UnitFault(
            "missing",
            had & ~present,
            "had votes and is not in the file",
            lambda unit: votes_words(before[unit]),
        ),
        UnitFault("exchanged", crossed, "the finalists' votes are exchanged", against_last),
        UnitFault("falls", falls & ~canvassed, "fewer votes than before", against_last, accept),
        UnitFault(
            "changed", changed & ~canvassed, "was complete and has changed", against_last, accept
        ),
        UnitFault("reopened", reopened, "was complete and is no longer", against_last),
        UnitFault("registered", more, "more votes than registered voters", against_roll),
        UnitFault(
            "zero",
            zero,
            "a finalist has no vote, or no row, where many were expected",
            against_share,
            "--accept takes it",
        ),
    ]


def twice_remedy(read: NightReturns) -> str:
    """What is taken of units that stand twice where the operator accepts them."""
    return "adds the rows up" if read.adds_up else "takes the first row"


def _places(at: Mapping[int, object], n_units: int) -> BoolArray:
    found = np.zeros(n_units, dtype=bool)
    found[list(at)] = True
    return found
