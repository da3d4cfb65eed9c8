"""Units whose votes change though no more of them is counted than before."""

import numpy as np

from forecast.night.count import COMPLETE, Count
from forecast.stats.arrays import BoolArray

# Votes of a finalist by which a count is corrected while nothing more comes in: what one polling
# station has, or a half of a hundredth of the unit's votes where it is large.
CORRECTION, CORRECTION_VOTES = 0.005, 100.0
# How many times as many votes as others the precincts may have that a rounded percentage hides.
LARGER = 4.0
# Ways of voting whose votes come with a precinct; mail and early votes come without.
_OF_PRECINCTS = ("", "election_day")


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
    part = np.array([mode in _OF_PRECINCTS for mode in new.modes])
    share = old.reported
    known = (new.reported == share) & (share > 0) & (share < 1)
    hidden = LARGER * step / np.where(known, share, 1.0)
    votes, before = (count.votes[:, :, part].sum(axis=2) for count in (new, old))
    slack = CORRECTION_VOTES + (CORRECTION + hidden) * before.sum(axis=1)
    rises = (votes - before > slack[:, None]).any(axis=1)
    # A complete unit does not change at all, and a certified one as a canvass changes it.
    open_still = (old.status != COMPLETE).any(axis=1) & ~new.certified_units
    return np.asarray(known & rises & open_still & (before.sum(axis=1) > 0))
