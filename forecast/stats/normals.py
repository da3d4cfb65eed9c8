"""Standard normal numbers, two arrays at a time, by the transform of Box and Muller (1958).

NumPy's own normals are drawn one by one. The transform works on whole arrays, with its
logarithm, root, sine and cosine in vector instructions: it takes a third of the time, and
these numbers are most of what a simulated runoff costs (see the benchmarks).
"""

from typing import NamedTuple

import numpy as np

from forecast.stats.arrays import Float32Array

FULL_TURN = np.float32(2 * np.pi)


class NormalPair(NamedTuple):
    """Two independent arrays of independent standard normal numbers."""

    one: Float32Array
    other: Float32Array


def normal_pair(rng: np.random.Generator, shape: tuple[int, ...]) -> NormalPair:
    """Draw two arrays of standard normals in single precision.

    Parameters
    ----------
    rng
        Source of randomness; gives two uniform numbers of 24 bits a pair.
    shape
        Shape of either array.

    Returns
    -------
    NormalPair
        No number is beyond 5.8, which a normal one is 1 time in 100 million.
    """
    radius = rng.random(shape, dtype=np.float32)
    angle = rng.random(shape, dtype=np.float32)
    np.subtract(1, radius, out=radius)  # from [0, 1) to (0, 1]: it has a logarithm
    np.log(radius, out=radius)
    radius *= -2
    np.sqrt(radius, out=radius)
    angle *= FULL_TURN
    one = np.cos(angle)
    one *= radius
    np.sin(angle, out=angle)
    angle *= radius
    return NormalPair(one, angle)
