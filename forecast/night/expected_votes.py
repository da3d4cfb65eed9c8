"""What the source of a night's returns expects of units, where that can be right."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from forecast.night.count import COMPLETE, Count
from forecast.night.unit_words import with_numbers
from forecast.stats.arrays import BoolArray, FloatArray

# Multiple of what a source expected before, up or down, from which it is a slip of the pen.
SLIP = 2.0
# Part of what its source expects that a complete unit has at least.
LEAST_PART = 0.8
# Votes by which either matters.
MIN_VOTES = 100.0


def with_likely_expected(
    new: Count, old: Count, accepted: BoolArray, labels: Sequence[str]
) -> tuple[Count, tuple[str, ...]]:
    """The count with what was expected before where the new numbers can't be, and a line of it.

    Parameters
    ----------
    new, old
        A count and the last good one, with the same ways of voting.
    accepted
        Units that are taken as they are, shape (n_units,).
    labels
        What a person calls the units.
    """
    now, before = new.expected, old.expected
    with np.errstate(invalid="ignore", divide="ignore"):
        apart = np.abs(np.log(np.maximum(now, 1.0) / np.maximum(before, 1.0))) > np.log(SLIP)
        slip = apart & (np.abs(now - before) > MIN_VOTES) & ~accepted[:, None]
    slip &= (new.status != COMPLETE) & np.isfinite(now) & (before > 0)
    # Votes that are there say that more is to be expected than before.
    slip &= (new.votes.sum(axis=1) <= before) | (now < before)
    units = slip.any(axis=1)
    if not units.any():
        return new, ()

    def against(unit: int) -> str:
        at = slip[unit]
        return f"{now[unit, at].sum():,.0f} expected, before {before[unit, at].sum():,.0f}"

    line = (
        f"not used: {with_numbers(units, labels, against)}: the source's expected votes changed by "
        f"a factor of {SLIP:g} or more; those from before stay, --accept UNIT takes the new ones"
    )
    return replace(new, expected=np.where(slip, before, now)), (line,)


def source_expects(new: Count, old: Count) -> FloatArray:
    """Votes of each unit that its source expects or last expected, the more; NaN for neither."""
    expected = np.fmax(new.expected, old.expected)
    told = np.isfinite(expected).all(axis=1)
    return np.where(told, np.nansum(expected, axis=1), np.nan)


def completed_short(new: Count, old: Count) -> BoolArray:
    """Units that have become complete with far fewer votes than their source expected.

    Parameters
    ----------
    new, old
        A count and the last good one, with the same ways of voting.

    Returns
    -------
    BoolArray
        Shape (n_units,); none that is certified.
    """
    expected, votes = source_expects(new, old), new.unit_votes.sum(axis=1)
    with np.errstate(invalid="ignore"):
        short = (votes < LEAST_PART * expected) & (expected - votes > MIN_VOTES)
    return np.asarray(short & new.complete & ~old.complete & ~new.certified_units)
