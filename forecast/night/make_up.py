"""Which units are alike: departures that units of a like make-up share.

What a forecast gets wrong of a unit it gets wrong of units like it: those with as many voters of
the same candidates, and as many who stayed at home. So the departure of a unit has a part that is a
smooth function of its make-up in round one, and of its size: a Gaussian process, of which a few
dozen columns are kept (a pivoted Cholesky factor of its covariance).
"""

import numpy as np

from forecast.stats.arrays import BoolArray, FloatArray

# Distance at which units have little in common. Two units that share no voters are the root of 2
# apart; a tenth of the voters elsewhere is about a third.
LENGTH = 0.6
# Distance between a unit and one that holds one way of voting of a whole county.
_APART = 1.0
MAX_COLUMNS = 60
# The same of the log of the votes, and the standard deviation of what goes with it, in that of what
# goes with the make-up.
SIZE_LENGTH, _SIZE_SD = 2.0, 0.25
MAX_SIZE_COLUMNS = 10
# Columns are added until so little of the variance of a unit is left, on average.
_LEFT_OVER = 0.01


def make_up(votes: FloatArray, eligible: FloatArray, apart: BoolArray) -> FloatArray:
    """Where each unit stands in round one: Euclidean distances are Hellinger's between units.

    Square roots of shares make the chance in a vote the same everywhere, and a candidate counts by
    the voters that he has.

    Parameters
    ----------
    votes
        Of every candidate in round one, shape (n_units, n_candidates).
    eligible
        Voters who can vote, shape (n_units,).
    apart
        Units that hold one way of voting of a whole county, shape (n_units,).

    Returns
    -------
    FloatArray
        Shape (n_units, n_candidates + 2).
    """
    cast = votes.sum(axis=1)
    everyone = np.maximum(np.maximum(eligible, cast), 1)
    at_home = np.maximum(everyone - cast, 0)
    shares = np.column_stack([votes, at_home]) / everyone[:, None]
    return np.column_stack([np.sqrt(shares), _APART * apart])


def shared_columns(where: FloatArray, log_votes: FloatArray) -> FloatArray:
    """Columns whose products are the covariance of the smooth departure between units.

    A function of the make-up, of variance 1, and a smaller one of the size.

    Parameters
    ----------
    where
        Make-up of the units, shape (n_units, n_features).
    log_votes
        Log of the votes that are expected of each, shape (n_units,).

    Returns
    -------
    FloatArray
        Shape (n_units, n_columns), n_columns at most `MAX_COLUMNS` and `MAX_SIZE_COLUMNS`.
    """
    by_size = _SIZE_SD * _smooth(log_votes[:, None] / SIZE_LENGTH, MAX_SIZE_COLUMNS)
    return np.concatenate([_smooth(where / LENGTH, MAX_COLUMNS), by_size], axis=1)


def _smooth(at: FloatArray, most: int) -> FloatArray:
    """A pivoted Cholesky factor of a Matérn covariance of order 3/2 and length 1.

    Parameters
    ----------
    at
        Positions, shape (n_units, n_dimensions).
    most
        The most columns of the factor.
    """
    left = np.ones(len(at))
    columns: FloatArray = np.zeros((len(at), most))
    used = 0
    while used < most and left.mean() > _LEFT_OVER:
        pivot = int(np.argmax(left))
        distance = np.sqrt(3 * ((at - at[pivot]) ** 2).sum(axis=1))
        covariance = (1 + distance) * np.exp(-distance)
        known = columns[:, :used] @ columns[pivot, :used]
        columns[:, used] = (covariance - known) / np.sqrt(left[pivot])
        left = np.maximum(left - columns[:, used] ** 2, 0)
        left[pivot] = 0
        used += 1
    return columns[:, :used]
