"""Votes that were cast before the day, where the returns do not tell ways of voting apart."""

import numpy as np

from forecast.night.count import PARTIAL, Count
from forecast.stats.arrays import FloatArray

# Part of the votes that were cast early or by mail and are in before the first precinct: judgement,
# for half of the places have none and others a half.
EARLY_PART, EARLY_PART_SD = 0.2, 0.25
# Logs by which the votes of all units together are off before anything says how many came early.
_VOTES_SD = 0.15
_MOST_EARLY = 0.9


def part_with_early(count: Count, expected: FloatArray) -> FloatArray:
    """What part of the votes of every unit is in, by its precincts and the votes beside theirs.

    Early votes and mail that are in before the first precinct are not in proportion to the
    precincts. How many they are the units in part say together, beside the votes that the forecast
    expects of them; the fewer precincts have reported, the more.

    Parameters
    ----------
    count
        A count that does not tell ways of voting apart.
    expected
        Votes that the forecast expects, shape (n_units,).

    Returns
    -------
    FloatArray
        Of all votes but late mail, NaN where unknown, shape (n_units,).
    """
    reported = np.clip(count.reported, 0, 1)
    used = np.isfinite(reported) & (reported < 1) & (count.status[:, 0] == PARTIAL)
    share, votes = reported[used], count.unit_votes[used].sum(axis=1)
    expected = (1 - count.late_mail) * expected
    open_votes = float(((1 - share) * expected[used]).sum())
    early, precision = EARLY_PART, EARLY_PART_SD**-2
    if open_votes > 0:
        found = float((votes - share * expected[used]).sum()) / open_votes
        of_found = (_VOTES_SD * max(float(votes.sum()), 1.0) / open_votes) ** -2
        early = (precision * early + of_found * found) / (precision + of_found)
    early = min(max(early, 0.0), _MOST_EARLY)
    return np.asarray(early + (1 - early) * reported)
