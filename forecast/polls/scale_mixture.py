"""A Student t as normals of many variances, so that normal errors can be added to it exactly.

If w is inverse gamma with shape and rate df / 2, then a normal with variance w τ² is Student t
with scale τ. Here w lies on a fixed grid of logarithms, so that sums over it replace the
integral: a t plus a normal error has no closed form, its mixture has.
"""

import numpy as np
from scipy import optimize, special

from forecast.core.distributions import FloatArray

# From a thirtieth of the variance to a thousand times it, each step a factor of 1.27.
LOG_VARIANCES: FloatArray = np.linspace(np.log(1 / 30), np.log(1000), 44)


def log_weights(df: float) -> FloatArray:
    """Logs of the weights of the grid, which add up to 1, shape (n_nodes,)."""
    half = df / 2
    unscaled = -half * LOG_VARIANCES - half * np.exp(-LOG_VARIANCES)
    return np.asarray(unscaled - special.logsumexp(unscaled))


def closest_student(variances: FloatArray, weights: FloatArray) -> tuple[float, float]:
    """Scale and df of the Student t closest to a centred mixture of normals.

    Closest in Kullback-Leibler divergence from the mixture, which keeps middle and tails.

    Parameters
    ----------
    variances, weights
        Of the normals, shape (n_nodes,); the weights add up to 1.
    """
    widest = float(np.sqrt(variances.max()))
    narrow = float(np.sqrt(np.exp(weights @ np.log(variances))))
    # Dense where the mass is, reaching to where the widest normal ends.
    x = narrow * np.sinh(np.linspace(0, np.arcsinh(6 * widest / narrow), 1500))
    density = (np.exp(-0.5 * x[:, None] ** 2 / variances) / np.sqrt(variances)) @ weights
    mass = density * np.gradient(x)
    mass /= mass.sum()

    def loss(position: FloatArray) -> float:
        scale, df = np.exp(position[0]), 1 + np.exp(position[1])
        constant = special.gammaln((df + 1) / 2) - special.gammaln(df / 2) - np.log(df) / 2
        tail = (df + 1) / 2 * np.log1p((x / scale) ** 2 / df)
        return -float(mass @ (constant - np.log(scale) - tail))

    found = optimize.minimize(
        loss,
        np.array([np.log(narrow), np.log(6.0)]),
        method="L-BFGS-B",
        bounds=[(None, None), (-1.0, np.log(200.0))],
    )
    return float(np.exp(found.x[0])), float(1 + np.exp(found.x[1]))
