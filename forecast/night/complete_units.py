"""Complete units that change: what late votes and a canvass bring, and what differs."""

import numpy as np

from forecast.night.count import COMPLETE, Count
from forecast.stats.arrays import BoolArray

# Votes of a finalist by which a certified count may differ from a complete unit: a share of the
# unit's votes, and a few.
CANVASS, CANVASS_VOTES = 0.05, 10.0
# Part of a unit's votes that a certified count has at least, and votes by which less matters.
COLLAPSED, COLLAPSED_VOTES = 0.8, 100
# Votes that may come to a complete unit before it is certified, late mail and provisional ones: a
# share of its votes that the model holds for nearly the most, and a few.
LATE, LATE_VOTES = 0.03, 10.0


def complete_cells(old: Count) -> BoolArray:
    """What was complete, or is so but for a doubt that is not settled; (n_units, n_modes)."""
    return np.asarray((old.status == COMPLETE) | old.doubted_cells)


def differs(new: Count, old: Count) -> BoolArray:
    """Where a complete count has other votes, or is no longer complete; (n_units, n_modes)."""
    return np.asarray((new.votes != old.votes).any(axis=1) | (new.status != COMPLETE))


def late_votes(new: Count, old: Count) -> BoolArray:
    """Complete units to which a few votes have come, and that are complete still; (n_units,)."""
    done, more = complete_cells(old), (new.votes - old.votes).sum(axis=1)
    few = more <= LATE_VOTES + LATE * old.votes.sum(axis=1)
    fine = few & (new.status == COMPLETE) & (new.votes >= old.votes).all(axis=1)
    return np.asarray((fine | ~done).all(axis=1) & (done & (more > 0)).any(axis=1))


def collapsed(new: Count, old: Count) -> BoolArray:
    """Certified units that lose more votes than any canvass or recount takes away; (n_units,)."""
    votes, before = (count.unit_votes.sum(axis=1) for count in (new, old))
    return np.asarray(
        new.certified_units & (votes < COLLAPSED * before) & (before - votes > COLLAPSED_VOTES)
    )


def canvassed(new: Count, old: Count) -> BoolArray:
    """Certified units that differ from what was complete as a canvass does: by a few votes."""
    before = old.unit_votes
    near = np.abs(new.unit_votes - before) <= CANVASS_VOTES + CANVASS * before.sum(axis=1)[:, None]
    return np.asarray(new.certified_units & near.all(axis=1))
