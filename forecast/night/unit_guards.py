"""Rules for the units of a snapshot: where each is broken, and what is said of it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np

from forecast.night.complete_units import canvassed, collapsed, complete_cells, late_votes
from forecast.night.count import COMPLETE, Count
from forecast.night.expected_votes import completed_short, source_expects
from forecast.night.held_out import Unlike
from forecast.night.jumps import jumped, stalled
from forecast.night.returns_file import NightReturns
from forecast.night.unit_words import (
    against_words,
    expected_words,
    votes_words,
    with_numbers,
)
from forecast.stats.arrays import BoolArray, FloatArray
from forecast.stats.distributions import expit

# A finalist without a vote where so many are expected even so far below the mean lacks a row.
ZERO_SCORE, ZERO_VOTES = 4.0, 10.0
# Share of the registered voters by which votes may exceed them: late registrations.
REGISTERED_SLACK = 0.02
# Rules by which a complete unit that is kept out counts as in part until that is settled.
UNSETTLED = ("changed", "reopened")


class UnitExpectation(NamedTuple):
    """What is expected of the share of units, to see what can't be.

    Attributes
    ----------
    log_odds, sd
        Mean and standard deviation of the log-odds, shape (n_units,).
    """

    log_odds: FloatArray
    sd: FloatArray


class UnitExchanges(NamedTuple):
    """Units that lean the other way than their earlier count; shapes (n_units,).

    Attributes
    ----------
    kept
        Those whose earlier count stays.
    corrected
        Those whose new count is taken.
    wrong
        Those of `kept` whose new count is likelier exchanged than as it is; of the others the
        earlier one may be the wrong one.
    """

    kept: BoolArray
    corrected: BoolArray
    wrong: BoolArray


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


@dataclass(frozen=True, eq=False)
class Known:
    """What a snapshot is held against.

    Attributes
    ----------
    last, stamp
        The last good state and its time, None before the first.
    ids, labels
        Ids of the units, or names of the counties, in the order of the count; and what a person
        calls them.
    expected
        What is expected of each unit before the snapshot.
    registered
        Registered voters of each unit where the race knows them, NaN elsewhere.
    overruled
        Unit to "accept" or "hold".
    accepts_all
        Whether the whole file is taken as it is.
    unlike
        Units of a count that can't be right, of those that it is asked of; and which of these have
        no count before, so that their finalists may be exchanged.
    likelier_exchanged
        Log of how much likelier a count is with its finalists exchanged.
    likelier_as_it_is
        The same of units of a count the other way round, given the rest of the one before; of the
        one before, the count, and which units.
    exchanged_counties
        Units of counties that have their finalists exchanged, of a count, the one before, and units
        whose votes are new.
    finalists
        Short names of the finalists.
    """

    last: Count | None
    stamp: datetime | None
    ids: Sequence[str]
    labels: Sequence[str]
    expected: UnitExpectation
    registered: FloatArray
    overruled: Mapping[str, str]
    accepts_all: bool
    unlike: Callable[[Count, BoolArray, BoolArray], Unlike]
    likelier_exchanged: Callable[[Count], float]
    likelier_as_it_is: Callable[[Count, Count, BoolArray], FloatArray]
    exchanged_counties: Callable[[Count, Count, BoolArray], BoolArray]
    finalists: tuple[str, str]


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
    named = with_numbers(where, labels, fault.detail)
    if had[where].all():
        done = "the last good count stays"
    elif had[where].any():
        done = "the last good count stays where there is one"
    else:
        done = "not counted"
    remedy = f", {fault.remedy}" if fault.remedy else ""
    return f"{named}: {fault.why}; {done}{remedy}"


def unit_faults(
    read: NightReturns,
    new: Count,
    old: Count,
    known: Known,
    exchanges: UnitExchanges,
) -> list[UnitFault]:
    """Every rule for units that needs no model of the whole count.

    Parameters
    ----------
    read
        The snapshot.
    new, old
        Its count and the last good one, with the same ways of voting.
    known
        What the snapshot is held against.
    exchanges
        Units that lean the other way than before.
    """
    expected, registered, finalists = known.expected, known.registered, known.finalists
    present, votes, before = read.present, new.unit_votes, old.unit_votes
    had, total = before.sum(axis=1) > 0, votes.sum(axis=1)
    settled = new.certified_units | exchanges.corrected
    falls = (new.votes < old.votes).any(axis=(1, 2)) & present & (~settled | collapsed(new, old))
    expects = source_expects(new, old)
    was_complete = complete_cells(old) & present[:, None] & ~settled[:, None]
    was_complete &= ~new.late_mail_cells
    changed = (was_complete & (new.votes != old.votes).any(axis=1)).any(axis=1)
    changed &= ~late_votes(new, old)
    reopened = (was_complete & (new.status != COMPLETE)).any(axis=1)
    roll = np.where(np.isfinite(new.registered), new.registered, registered)
    more = np.isfinite(roll) & (total > (1 + REGISTERED_SLACK) * roll + 1)
    of_finalist = np.stack([expected.log_odds, -expected.log_odds], axis=1)
    least = total[:, None] * expit(of_finalist - ZERO_SCORE * expected.sd[:, None])
    missing = (before == 0) | new.certified_units[:, None]
    zero = ((votes == 0) & missing & (least > ZERO_VOTES)).any(axis=1)

    def against_last(unit: int) -> str:
        return against_words(votes[unit], before[unit], finalists)

    def against_progress(unit: int) -> str:
        return f"{against_last(unit)}; {100 * old.reported[unit]:.1f}% reported then and now"

    def against_reported(unit: int) -> str:
        now, then = 100 * new.reported[unit], 100 * old.reported[unit]
        return f"{against_last(unit)}; {now:.1f}% reported, before {then:.1f}%"

    def against_roll(unit: int) -> str:
        counted = votes_words(votes[unit], finalists)
        return f"{counted}: {total[unit]:,} votes, {roll[unit]:,.0f} registered"

    def against_share(unit: int) -> str:
        first = total[unit] * expit(expected.log_odds[unit])
        return expected_words(votes[unit], np.array([first, total[unit] - first]), finalists)

    accept = "--accept UNIT takes the new one"
    in_part = f"as counted in part until this is settled: {accept}, and so does a certified file"
    grown = changed & (new.reported >= 1) & (votes >= before).all(axis=1)
    if grown.any() and not new.late_mail:
        in_part += (
            "; where mail is counted after the last precinct, --late-mail PERCENT takes it, and "
            "expects the rest"
        )
    return [
        *(
            UnitFault(
                "twice",
                _places(places, new.n_units),
                f"listed twice, {how}",
                lambda unit: "lines {:,} and {:,}".format(*read.twice[unit]),
                f"--accept UNIT {remedy}",
            )
            for places, how, remedy in _kinds_of_twice(read)
        ),
        UnitFault(
            "missing",
            had & ~present,
            "had votes and is not in the file",
            lambda unit: f"before {votes_words(before[unit], finalists)}",
        ),
        UnitFault(
            "exchanged",
            exchanges.kept,
            "the finalists' votes are exchanged against its earlier count, and round one and the "
            "rest of the count do not say that the new one is right",
            against_last,
            f"{accept}; a file that has them the earlier way round is taken without it",
        ),
        UnitFault("falls", falls, "fewer votes than before", against_last, accept),
        UnitFault("changed", changed, "was complete and has changed", against_last, in_part),
        UnitFault("reopened", reopened, "was complete and is no longer", against_last, in_part),
        UnitFault("registered", more, "more votes than registered voters", against_roll),
        UnitFault(
            "jumps",
            jumped(new, old, read.reported_step) & present & ~exchanges.corrected,
            "other votes, and no more of it has reported than before",
            against_progress,
            f"{accept}, and so does a file by which more has reported, or a certified one",
        ),
        UnitFault(
            "stalls",
            stalled(new, old, read.reported_step) & present,
            "more of it has reported than before, and it has hardly a vote more",
            against_reported,
            f"{accept}, and so does a file with more votes, or a certified one",
        ),
        UnitFault(
            "stalls",
            completed_short(new, old) & present,
            "complete, with far fewer votes than its source expected",
            lambda unit: f"{votes_words(votes[unit], finalists)}; {expects[unit]:,.0f} expected",
            f"{accept}, and so does a file with more votes, or a certified one",
        ),
        UnitFault(
            "zero",
            zero,
            "a finalist has no vote, or no row, where many were expected",
            against_share,
            "--accept UNIT takes it",
        ),
    ]


def taken_words(
    read: NightReturns,
    new: Count,
    old: Count,
    known: Known,
    exchanges: UnitExchanges,
    taken: BoolArray,
) -> tuple[str, ...]:
    """Lines about what was taken though it takes votes away, or stands in the file twice.

    Parameters
    ----------
    read, new, old, known, exchanges
        As in `unit_faults`.
    taken
        Units that were taken from the snapshot, shape (n_units,).
    """
    before, votes = old.unit_votes, new.unit_votes
    overruled = np.array([known.overruled.get(unit) == "accept" for unit in known.ids])
    fewer = taken & (votes < before).any(axis=1) & ~overruled
    exchanged = exchanges.corrected & ~overruled
    was_complete = complete_cells(old).all(axis=1) & ~canvassed(new, old)
    other = taken & (votes != before).any(axis=1) & was_complete & ~overruled & ~fewer
    late = other & late_votes(new, old) & ~new.certified_units

    def against_last(unit: int) -> str:
        return against_words(votes[unit], before[unit], known.finalists)

    def of_lines(unit: int) -> str:
        return "lines {:,} and {:,}".format(*read.twice[unit])

    said = [
        (fewer & exchanged, against_last, "the finalists' votes were exchanged before"),
        (fewer & ~exchanged, against_last, "certified with fewer votes than before"),
        (
            taken & exchanged & ~fewer & ~new.certified_units,
            against_last,
            "leans the other way than before, and fits round one and the rest of the count so",
        ),
        (late, against_last, "late votes of units that were complete"),
        (
            other & ~exchanged & ~late,
            against_last,
            "certified, though it was complete with other votes",
        ),
        *(
            (
                taken & _places(places, new.n_units),
                of_lines,
                f"listed twice, {how}; --accept {remedy}",
            )
            for places, how, remedy in _kinds_of_twice(read)
        ),
    ]
    return tuple(
        f"taken: {with_numbers(where, known.labels, detail)}: {why}"
        for where, detail, why in said
        if where.any()
    )


def twice_remedy(read: NightReturns) -> str:
    """What is taken of units that stand twice where the operator accepts them."""
    return "; ".join(remedy for places, _, remedy in _kinds_of_twice(read) if places)


def _kinds_of_twice(read: NightReturns) -> list[tuple[list[int], str, str]]:
    """Units that stand twice as copies and those that do not: which, how, and what is taken."""
    differ = (
        "adds the rows up, as parts of the unit: a long table has a row a part (of a wide one the "
        "first row would be taken)"
        if read.adds_up
        else "takes the first row: a wide table has one row a unit, so the other is no part "
        "of it (rows of a long one would be added up)"
    )
    return [
        (
            [at for at in read.twice if at in read.copies],
            "with the same votes: a copy",
            "takes it once",
        ),
        (
            [at for at in read.twice if at not in read.copies],
            "with votes that differ, and nobody knows whether as parts or as a correction",
            differ,
        ),
    ]


def _places(at: Collection[int], n_units: int) -> BoolArray:
    found = np.zeros(n_units, dtype=bool)
    found[list(at)] = True
    return found
