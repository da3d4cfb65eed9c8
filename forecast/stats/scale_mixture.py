"""A Student t as normals of many variances, so that normal errors can be added to it exactly.

If w is inverse gamma with shape and rate df / 2, then a normal with variance w τ² is Student t
with scale τ. Here w lies on a fixed grid of logarithms, so that sums over it replace the
integral: a t plus a normal error has no closed form, its mixture has.
"""

import math

import numpy as np

from forecast.stats.arrays import FloatArray

# From a thirtieth of the variance to a thousand times it, each step a factor of 1.27.
LOG_VARIANCES: FloatArray = np.linspace(np.log(1 / 30), np.log(1000), 44)
_DF_GRID: FloatArray = 1 + np.exp(np.linspace(-1.0, np.log(200.0), 120))
_EM_STEPS = 60
# The table reaches to sinh(14), 600,000 scales, beyond which a t of 1.3 df has 1e-7 of its mass.
_REACH, _NODES = 14.0, 8001


def log_weights(df: float) -> FloatArray:
    """Logs of the weights of the grid, which add up to 1, shape (n_nodes,)."""
    half = df / 2
    unscaled = -half * LOG_VARIANCES - half * np.exp(-LOG_VARIANCES)
    return np.asarray(unscaled - np.log(np.exp(unscaled).sum()))


def closest_student(variances: FloatArray, weights: FloatArray) -> tuple[float, float]:
    """Scale and df of the Student t closest to a centred mixture of normals.

    Closest in Kullback-Leibler divergence from the mixture, which keeps centre and tails.

    Parameters
    ----------
    variances, weights
        Variances and weights of the normals, shape (n_nodes,); the weights add up to 1.
    """
    widest = float(np.sqrt(variances.max()))
    narrow = float(np.sqrt(np.exp(weights @ np.log(variances))))
    # Dense where the mass is, reaching to where the widest normal ends.
    x = narrow * np.sinh(np.linspace(0, np.arcsinh(6 * widest / narrow), 400))
    density = (np.exp(-0.5 * x[:, None] ** 2 / variances) / np.sqrt(variances)) @ weights
    mass = density * np.gradient(x)
    mass /= mass.sum()

    # For every df of a fine grid the best scale, by the EM algorithm of the t distribution.
    df = _DF_GRID[:, None]
    squared = x**2
    scale = np.full((len(_DF_GRID), 1), narrow)
    for _ in range(_EM_STEPS):
        weight = (df + 1) / (df + squared / scale**2)
        scale = np.sqrt((weight * squared) @ mass)[:, None]
    constant = np.array(
        [math.lgamma((d + 1) / 2) - math.lgamma(d / 2) - math.log(d) / 2 for d in _DF_GRID]
    )
    kernel = (df + 1) / 2 * np.log1p(squared / scale**2 / df)
    best = int(np.argmax(constant - np.log(scale[:, 0]) - kernel @ mass))
    return float(scale[best, 0]), float(_DF_GRID[best])


class StudentTable:
    """Distribution and quantiles of a standard Student t, from a table of its density.

    Within 1e-5 of the exact values for a df above 1.3; SciPy has them exactly, and takes longer to
    import than a forecast does to make.

    Parameters
    ----------
    df
        Degrees of freedom.
    """

    def __init__(self, df: float) -> None:
        self._x = np.sinh(np.linspace(-_REACH, _REACH, _NODES))
        density = (1 + self._x**2 / df) ** (-(df + 1) / 2)
        steps = np.diff(self._x) * (density[1:] + density[:-1]) / 2
        below = np.concatenate([[0.0], np.cumsum(steps)])
        self._below = below / below[-1]

    def cdf(self, x: FloatArray | float) -> FloatArray:
        """Probability below x, same shape."""
        return np.asarray(np.interp(x, self._x, self._below))

    def quantile(self, level: FloatArray | float) -> FloatArray:
        """The value that is not exceeded with a probability, same shape."""
        return np.asarray(np.interp(level, self._below, self._x))
