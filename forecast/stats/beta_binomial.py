"""The beta-binomial log likelihood of a log-odds, and its derivatives.

The successes k of n are binomial, their chance is beta-distributed with mean m = expit(log-odds)
and concentration c: alpha = m c, beta = (1 - m) c.
"""

import numpy as np
from scipy import special

from forecast.stats.arrays import FloatArray
from forecast.stats.distributions import expit


def log_likelihood(
    successes: FloatArray, failures: FloatArray, log_odds: FloatArray, concentration: float
) -> FloatArray:
    """Log probability of each count, without the binomial coefficient.

    Parameters
    ----------
    successes, failures
        Counts, shape (n,).
    log_odds
        Of the mean, shape (..., n).
    concentration
        Of the beta distribution, above 0.

    Returns
    -------
    array
        Shape (..., n).
    """
    alpha, beta = _alpha_beta(log_odds, concentration)
    whole = special.gammaln(successes + failures + concentration) - special.gammaln(concentration)
    return np.asarray(
        special.gammaln(successes + alpha)
        - special.gammaln(alpha)
        + special.gammaln(failures + beta)
        - special.gammaln(beta)
        - whole
    )


def slope_and_curvature(
    successes: FloatArray, failures: FloatArray, log_odds: FloatArray, concentration: float
) -> tuple[FloatArray, FloatArray]:
    """First derivative of the log likelihood by the log-odds, and minus the second.

    Parameters
    ----------
    successes, failures, log_odds, concentration
        As for `log_likelihood`, log-odds of shape (n,).

    Returns
    -------
    tuple of arrays
        Shape (n,) each. The curvature may be negative far from the data.
    """
    alpha, beta = _alpha_beta(log_odds, concentration)
    of_successes = _digamma_and_trigamma(successes + alpha) - _digamma_and_trigamma(alpha)
    of_failures = _digamma_and_trigamma(failures + beta) - _digamma_and_trigamma(beta)
    by_mean = of_successes[0] - of_failures[0]
    bend = of_successes[1] + of_failures[1]
    mean = alpha / concentration
    rate = alpha * beta / concentration  # of alpha by the log-odds: c m (1 - m)
    return rate * by_mean, -(rate * (1.0 - 2.0 * mean) * by_mean + rate**2 * bend)


def _alpha_beta(log_odds: FloatArray, concentration: float) -> tuple[FloatArray, FloatArray]:
    # Each from its own side, so that neither is rounded to 0 at extreme log-odds.
    return (
        np.maximum(concentration * expit(log_odds), _LEAST),
        np.maximum(concentration * expit(-np.asarray(log_odds)), _LEAST),
    )


_LEAST = 1e-12


def _digamma_and_trigamma(x: FloatArray) -> FloatArray:
    """Both functions by their asymptotic series from 8 up, shape (2, n).

    SciPy has them, the second many times slower. Abramowitz and Stegun 1964, 6.3.18 and 6.4.12;
    the terms left out are below 1e-10.
    """
    up, squares = np.zeros_like(x), np.zeros_like(x)
    for step in range(8):
        inverse = 1.0 / (x + step)
        up += inverse
        squares += inverse**2
    w = 1.0 / (x + 8.0)
    v = w * w
    digamma = np.log(x + 8.0) - w / 2 - v * (1 / 12 - v * (1 / 120 - v * (1 / 252 - v / 240)))
    trigamma = w + v / 2 + w * v * (1 / 6 - v * (1 / 30 - v * (1 / 42 - v / 30)))
    return np.stack([digamma - up, trigamma + squares])
