"""How nearly the first round repeats an earlier election, unit by unit."""

from statistics import median

import numpy as np

from forecast.race.candidates import MIN_UNITS
from forecast.stats.arrays import IntArray

MIN_GAP_VOTES = 20  # in either election, for the gap to the baseline
BORDER_CHANGE = 2.0  # a unit that grew this much more than the others changed its borders


def baseline_gap(votes: IntArray, baseline: IntArray) -> float | None:
    """Typical gap over units between the blocs' first-round share and the baseline's.

    Parameters
    ----------
    votes, baseline
        Votes of the two blocs in the first round and in the baseline, shape (n_units, 2).

    Returns
    -------
    float
        Root mean square gap weighted by first-round votes, binomial noise of both elections
        taken out. Units whose votes changed twofold against the median are left out. None
        where fewer than five units are left.
    """
    now, then = votes.sum(axis=1), baseline.sum(axis=1)
    usable = np.flatnonzero((now >= MIN_GAP_VOTES) & (then >= MIN_GAP_VOTES))
    if len(usable) < MIN_UNITS:
        return None
    growth = np.log(now[usable] / then[usable])
    usable = usable[np.abs(growth - median(growth.tolist())) < np.log(BORDER_CHANGE)]
    if len(usable) < MIN_UNITS:
        return None
    now, then = now[usable], then[usable]
    y, x = votes[usable, 0] / now, baseline[usable, 0] / then
    noise = y * (1 - y) / now + x * (1 - x) / then
    square = np.average((y - x) ** 2 - noise, weights=now)
    return float(np.sqrt(max(square, 0.0)))
