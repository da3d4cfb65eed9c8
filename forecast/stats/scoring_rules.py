"""Scoring rules for a share: CRPS, log score, Brier score, PIT and coverage.

Any forecast can be scored from its draws; a location-scale Student t on the log-odds of the
share can also be scored in closed form or by quadrature. Lower is better for every score.
Shares lie in (0, 1), and a CRPS is in the unit of the share: times 100 it is in points of share.
"""

from collections.abc import Sequence

import numpy as np
from scipy import special

from forecast.stats.arrays import BoolArray, FloatArray
from forecast.stats.distributions import expit, logit

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(80)
_MIN_SHARE = 1e-6
_MIN_BANDWIDTH = 1e-3
# Part of the draws on either side beyond which a density is that of a fitted tail.
_TAIL = 0.025


def crps_draws(draws: FloatArray, outcome: FloatArray | float) -> FloatArray:
    """CRPS of the empirical distribution of draws.

    Parameters
    ----------
    draws
        Shares, shape (n_draws, *shape).
    outcome
        What happened, shape (*shape).

    Returns
    -------
    array
        E|X − y| − E|X − X'| / 2, shape (*shape), exact in n log n steps.
    """
    n_draws = len(draws)
    rank = 2.0 * np.arange(1, n_draws + 1) - n_draws - 1.0
    half_spread = np.tensordot(rank, np.sort(draws, axis=0), axes=1) / n_draws**2
    return np.asarray(np.abs(draws - outcome).mean(axis=0) - half_spread)


def crps_student(
    location: FloatArray | float,
    scale: FloatArray | float,
    df: FloatArray | float,
    outcome: FloatArray | float,
) -> FloatArray:
    """CRPS of a share whose log-odds are Student t, by quadrature over the quantiles.

    Parameters
    ----------
    location, scale, df
        Location, scale and degrees of freedom of the log-odds, shapes that broadcast to
        (*shape).
    outcome
        The share, shape (*shape).

    Returns
    -------
    array
        2 ∫ (1{y < q(u)} − u) (q(u) − y) du over the levels u, split where q(u) = y,
        shape (*shape).
    """
    location, scale, df, outcome = np.broadcast_arrays(location, scale, df, outcome)
    split = pit_student(location, scale, df, outcome)[..., None]
    inside = (1.0 + _NODES) / 2.0  # nodes in (0, 1)

    def quantile(level: FloatArray) -> FloatArray:
        # SciPy gives nan or the wrong infinity at 0 and 1, levels whose weight is 0.
        t = special.stdtrit(df[..., None], np.clip(level, 1e-300, 1.0 - 2.0**-53))
        return expit(location[..., None] + scale[..., None] * t)

    low, high = split * inside, split + (1.0 - split) * inside
    # Half of the weights' sum of 2 is the length of the unit interval; times the 2 of the rule.
    below = split * (low * (outcome[..., None] - quantile(low)))
    above = (1.0 - split) * ((1.0 - high) * (quantile(high) - outcome[..., None]))
    return np.asarray((below + above) @ _WEIGHTS)


def log_score_draws(draws: FloatArray, outcome: FloatArray | float) -> FloatArray:
    """Minus the log density of the share at the outcome, from draws.

    Inside the draws the density is a normal kernel estimate on the log-odds scale (Silverman's
    bandwidth). In either tail, beyond the outer 2.5% of the draws, it is a generalised Pareto
    fitted to them: a kernel falls to nothing a few bandwidths beyond the last draw, which would
    punish a heavy-tailed forecast for a tail that it has. With fewer than about a thousand
    draws it says little.

    Parameters
    ----------
    draws
        Shares, shape (n_draws, *shape).
    outcome
        The share, shape (*shape).

    Returns
    -------
    array
        Shape (*shape).
    """
    x = logit(np.clip(draws, _MIN_SHARE, 1.0 - _MIN_SHARE))
    at = np.asarray(logit(outcome), dtype=np.float64)
    shape = np.broadcast_shapes(at.shape, x.shape[1:])
    x, at = np.broadcast_to(x, (len(x), *shape)), np.broadcast_to(at, shape)
    density = _kernel_log_density(x, at)
    for sign in (1.0, -1.0):
        threshold = np.quantile(sign * x, 1.0 - _TAIL, axis=0)
        for index in np.argwhere(sign * at > threshold):
            here = tuple(index)
            draws_here = sign * x[(slice(None), *here)]
            density[here] = _tail_log_density(draws_here, float(sign * at[here]), threshold[here])
    return np.asarray(_log_jacobian(outcome) - density)


def _kernel_log_density(x: FloatArray, at: FloatArray) -> FloatArray:
    """Log of a normal kernel estimate from draws x, shape (n_draws, *shape), at (*shape)."""
    lower, upper = np.quantile(x, (0.25, 0.75), axis=0)
    spread = np.minimum(x.std(axis=0), (upper - lower) / 1.349)
    bandwidth = np.maximum(0.9 * spread * len(x) ** -0.2, _MIN_BANDWIDTH)
    z = (at - x) / bandwidth
    kernel = special.logsumexp(-0.5 * z**2, axis=0) - np.log(len(x))
    return np.array(kernel - 0.5 * np.log(2.0 * np.pi) - np.log(bandwidth))


def _tail_log_density(x: FloatArray, at: float, threshold: float) -> float:
    """Log density of draws above a threshold, by a generalised Pareto.

    Its scale and shape are those of the probability-weighted moments (Hosking and Wallis 1987),
    the shape kept between an exponential tail and that of a Student t of two degrees of freedom.
    """
    excess = np.sort(x[x > threshold] - threshold)
    n = len(excess)
    mean = max(float(excess.mean()), _MIN_BANDWIDTH) if n else _MIN_BANDWIDTH
    weighted = float(((n - 1.0 - np.arange(n)) / max(n - 1, 1)) @ excess) / max(n, 1)
    shape = float(np.clip(2.0 - mean / max(mean - 2.0 * weighted, 1e-12), -0.5, 0.0))
    # In the usual sign the shape is minus that of Hosking and Wallis; the mean is kept.
    heavy = -shape
    scale = mean * (1.0 - heavy)
    z = (at - threshold) / scale
    decay = z if heavy < 1e-6 else (1.0 / heavy + 1.0) * np.log1p(heavy * z)
    return float(np.log(_TAIL) - np.log(scale) - decay)


def log_score_student(
    location: FloatArray | float,
    scale: FloatArray | float,
    df: FloatArray | float,
    outcome: FloatArray | float,
) -> FloatArray:
    """Minus the log density of a share whose log-odds are Student t, shape (*shape)."""
    z = (logit(outcome) - location) / scale
    return np.asarray(-student_log_density(z, df) + np.log(scale) + _log_jacobian(outcome))


def student_log_density(z: FloatArray | float, df: FloatArray | float) -> FloatArray:
    """Log density of the standard Student t, shape of the broadcast arguments."""
    df = np.asarray(df, dtype=np.float64)
    constant = special.gammaln((df + 1.0) / 2.0) - special.gammaln(df / 2.0)
    kernel = (df + 1.0) / 2.0 * np.log1p(np.square(z) / df)
    return np.asarray(constant - 0.5 * np.log(np.pi * df) - kernel)


def win_probability_draws(draws: FloatArray) -> FloatArray:
    """Share of the draws above one half, shape (*shape); a tie counts half."""
    return _share_of(draws > 0.5, draws == 0.5)


def win_probability_student(
    location: FloatArray | float, scale: FloatArray | float, df: FloatArray | float
) -> FloatArray:
    """Probability that a share with Student t log-odds is above one half, shape (*shape)."""
    return np.asarray(special.stdtr(df, np.divide(location, scale)))


def brier(probability: FloatArray | float, won: BoolArray | bool) -> FloatArray:
    """Squared distance of a probability from what happened (1 or 0), shape (*shape)."""
    return np.asarray(np.square(np.asarray(probability) - np.asarray(won, dtype=np.float64)))


def pit_draws(draws: FloatArray, outcome: FloatArray | float) -> FloatArray:
    """Share of the draws below the outcome, shape (*shape); one equal to it counts half."""
    return _share_of(draws < outcome, draws == outcome)


def pit_student(
    location: FloatArray | float,
    scale: FloatArray | float,
    df: FloatArray | float,
    outcome: FloatArray | float,
) -> FloatArray:
    """Probability of a share below the outcome, shape (*shape)."""
    return np.asarray(special.stdtr(df, (logit(outcome) - location) / scale))


def coverage(pit: FloatArray, levels: Sequence[float] = (0.5, 0.8, 0.95)) -> FloatArray:
    """How often the outcome fell into the central interval of each level.

    Parameters
    ----------
    pit
        Probability integral transforms, shape (n_races,).
    levels
        Probabilities of the central intervals.

    Returns
    -------
    array
        Shape (n_levels,): to compare with `levels`.
    """
    distance = np.abs(np.asarray(pit) - 0.5)
    return np.array([(distance <= level / 2.0).mean() for level in levels])


def _share_of(inside: BoolArray, tied: BoolArray) -> FloatArray:
    """Share of the draws inside, shape (*shape), from two of (n_draws, *shape); ties count half."""
    return np.asarray(inside.mean(axis=0) + 0.5 * tied.mean(axis=0))


def _log_jacobian(share: FloatArray | float) -> FloatArray:
    """Log of the derivative of a share by its log-odds."""
    return np.asarray(np.log(share) + np.log1p(-np.asarray(share, dtype=np.float64)))
