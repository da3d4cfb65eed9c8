"""The concentration of a beta distribution from its spread, as fits, models and checks need it.

Plain arithmetic, which works on NumPy arrays and PyTensor tensors alike.
"""

from typing import Any

ArrayOrTensor = Any  # PyTensor's own annotations are not complete enough for a strict check


def concentration_of_variance(relative: ArrayOrTensor) -> ArrayOrTensor:
    """Concentration c of a beta distribution with mean m and variance m (1 - m) / (c + 1).

    Parameters
    ----------
    relative
        Variance over m (1 - m), which is that of a coin that comes up with chance m: above 0,
        at most 1.
    """
    return 1 / relative - 1


def concentration_of_spread(spread_points: ArrayOrTensor) -> ArrayOrTensor:
    """Concentration of a beta distribution with this standard deviation at a mean of 1/2.

    Parameters
    ----------
    spread_points
        In points, above 0 and at most 50.
    """
    # At a mean of 1/2 the coin's variance is 1/4.
    return concentration_of_variance(4 * (spread_points / 100) ** 2)
