"""Stratified draws of standard normal numbers, for the race-wide parameters.

A few dozen numbers a draw decide who wins, and the errors of single units average out. Drawn
as a Latin hypercube (McKay, Beckman and Conover 1979) they tell a win probability as well as
more independent draws would: see the benchmarks for how many, and at what cost.
"""

from functools import cache
from math import erfc, sqrt
from typing import Any

import numpy as np

from forecast.stats.arrays import FloatArray

# So many draws are stratified together; the next ones are independent of them, so that the
# spread of such groups tells the error of their average.
STRATUM_DRAWS = 256
# Nodes of the inverse of the normal distribution function, in standard deviations. Linear
# interpolation at this step is wrong by less than 0.0001.
MAX_NODE, NODE_STEP = 8.0, 0.01


class StratifiedGenerator(np.random.Generator):
    """A generator whose standard normals are stratified along the first axis.

    In each column of what it draws, `STRATUM_DRAWS` numbers in a row lie one in each of as many
    equally likely parts of the normal distribution, in random order. Every single number is
    standard normal, and columns are independent. Whatever else it draws is as usual.
    """

    def standard_normal(self, size: Any = None, *args: Any, **kwargs: Any) -> Any:
        """Standard normal numbers, the first axis of `size` stratified.

        Parameters
        ----------
        size
            Shape; a number of draws where it is a whole number.
        *args, **kwargs
            With any of them, or without a size, the numbers are those of NumPy's generator.
        """
        if size is None or args or kwargs:
            return super().standard_normal(size, *args, **kwargs)
        shape = (size,) if isinstance(size, int) else tuple(size)
        n_draws, n_columns = shape[0], int(np.prod(shape[1:]))
        n_groups = -(-n_draws // STRATUM_DRAWS)
        # Sorted within a group, as the search for the nodes likes it.
        uniform = self.random((n_columns, n_groups, STRATUM_DRAWS))
        uniform += np.arange(STRATUM_DRAWS)
        uniform /= STRATUM_DRAWS
        values = self.permuted(normal_quantile(uniform), axis=2)
        return values.reshape(n_columns, -1)[:, :n_draws].T.reshape(shape)


def normal_quantile(probability: FloatArray) -> FloatArray:
    """Inverse of the standard normal distribution function, to 0.0001, within 8 deviations."""
    below, nodes = _normal_nodes()
    return np.interp(probability, below, nodes)


def normal_probability(values: FloatArray) -> FloatArray:
    """Standard normal distribution function, the inverse of `normal_quantile`."""
    below, nodes = _normal_nodes()
    return np.interp(values, nodes, below)


@cache
def _normal_nodes() -> tuple[FloatArray, FloatArray]:
    """Values of the normal distribution function, ascending, and where it has them."""
    nodes = np.arange(-MAX_NODE, MAX_NODE + NODE_STEP / 2, NODE_STEP)
    return np.array([erfc(-node / sqrt(2)) / 2 for node in nodes]), nodes
