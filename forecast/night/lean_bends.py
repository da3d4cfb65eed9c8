"""Bends of the swing along the lean: what the strongholds of one side tell little of the other's.

A stretch along the lean is a straight line through all units. In finished races the line bends,
most of all where the last units of one side lie: the change from round one is one more for every
log-odds of lean there. So the line has knots, and its slope may change at each by an amount that
finished races have shown. Between counted units the line is soon known; beyond the last of them it
is not, and the less the farther: sums of independent changes of slope.
"""

import numpy as np

from forecast.stats.arrays import FloatArray

# In standard deviations of the lean, to either side of its mean.
KNOTS = (0.5, 1.0, 1.5, 2.0, 2.5)


def bends(lean: FloatArray, weight: FloatArray) -> FloatArray:
    """What changes of the slope are multiplied with: how far a unit lies beyond each knot.

    Parameters
    ----------
    lean
        Expected log-odds of the units, shape (n_units,).
    weight
        By how much a unit's move moves the race, shape (n_units,).

    Returns
    -------
    FloatArray
        In log-odds, from the mean outwards: first the knots below it, then those above, shape
        (n_units, 2 len(KNOTS)). A column is 0 where no unit lies beyond its knot.
    """
    centred = lean - np.average(lean, weights=weight)
    knots = np.array(KNOTS) * np.sqrt(np.average(centred**2, weights=weight))
    below = np.minimum(centred[:, None] + knots, 0)
    above = np.maximum(centred[:, None] - knots, 0)
    return np.concatenate([below, above], axis=1)
