"""Units whose votes change though no more is counted than before, or the other way round."""

import numpy as np

from forecast.night.count import COMPLETE, PRECINCT_MODES, Count
from forecast.stats.arrays import BoolArray

# Votes of a finalist by which a count is corrected while nothing more comes in: what one polling
# station has, or a half of a hundredth of the unit's votes where it is large.
CORRECTION, CORRECTION_VOTES = 0.005, 100.0
# How many times as many votes as others the precincts may have that a rounded percentage hides.
LARGER = 4.0
# Share of the votes to be expected at least up to which hardly any came.
HARDLY = 0.1
# Part of a unit's votes that may be early ones, in before its first precinct.
MOST_EARLY = 0.6


def jumped(new: Count, old: Count, step: float) -> BoolArray:
    """Units of which as much has reported as before, and a finalist has many more votes.

    Only where something, and not everything, has reported: before the first precinct early
    votes may grow, and after the last one late votes.

    Parameters
    ----------
    new, old
        A count and the last good one, with the same ways of voting.
    step
        How far two shares that are shown as the same can be apart: of precincts 0, of whole
        percentages 0.01.

    Returns
    -------
    BoolArray
        Shape (n_units,).
    """
    part = np.array([mode in PRECINCT_MODES for mode in new.modes])
    share = old.reported
    known = (new.reported == share) & (share > 0) & (share < 1)
    hidden = LARGER * step / np.where(known, share, 1.0)
    votes, before = (count.votes[:, :, part].sum(axis=2) for count in (new, old))
    slack = CORRECTION_VOTES + (CORRECTION + hidden) * before.sum(axis=1)
    rises = (votes - before > slack[:, None]).any(axis=1)
    # A complete unit does not change at all, and a certified one as a canvass changes it.
    open_still = (old.status != COMPLETE).any(axis=1) & ~new.certified_units
    return np.asarray(known & rises & open_still & (before.sum(axis=1) > 0))


def stalled(new: Count, old: Count, step: float) -> BoolArray:
    """Units of which more has reported than before, and that have hardly a vote more.

    Only where many votes were to be expected of what reported since, were its precincts a quarter
    as large as the others and, where ways of voting are together, most of the votes early ones.

    Parameters
    ----------
    new, old, step
        As in `jumped`.

    Returns
    -------
    BoolArray
        Shape (n_units,).
    """
    part = np.array([mode in PRECINCT_MODES for mode in new.modes])
    votes, before = (count.votes[:, :, part].sum(axis=2) for count in (new, old))
    total = before.sum(axis=1)
    share = old.reported
    known = (share >= 0) & (new.reported - share > step)
    rise = np.where(known, new.reported - share - step, 0.0)
    early = MOST_EARLY if new.modes == ("",) else 0.0
    least = (1 - early) * rise / np.maximum(early + (1 - early) * np.where(known, share, 1.0), 1e-9)
    least *= total / LARGER
    many = least > CORRECTION_VOTES + CORRECTION * total
    same = (votes >= before).all(axis=1) & (votes.sum(axis=1) - total <= HARDLY * least)
    return np.asarray(known & many & same & ~new.certified_units)
