"""Sampling noise: the chance in the votes themselves, given what is expected of a unit."""

from typing import Literal

import numpy as np

from forecast.stats.arrays import BoolArray, Float32Array
from forecast.stats.normals import normal_pair

NoiseModel = Literal["auto", "exact", "normal"]

# From so many eligible voters on, the normal approximation's distribution function is within
# 1.5 points of the binomial's at probabilities from a quarter to three quarters.
EXACT_BELOW = 30


def add_count_noise(
    eligible: Float32Array,
    turnout: Float32Array,
    share: Float32Array,
    noise: NoiseModel,
    rng: np.random.Generator,
) -> tuple[Float32Array, Float32Array]:
    """Votes of both finalists: multinomial over (first, second, not voting) in each unit.

    Written as a binomial of the eligible who vote, and of those who choose the first.

    Parameters
    ----------
    eligible
        Voters who can vote, shape (n_units,).
    turnout, share
        Probability of voting, and of choosing the first finalist, in [0, 1],
        shape (n_units, n_draws).
    noise
        "exact", "normal" (a rounded normal with the same mean and variance), or "auto":
        exact in units of fewer than `EXACT_BELOW` eligible voters.
    rng
        Source of randomness.

    Returns
    -------
    tuple of Float32Array
        Whole, non-negative votes of the first and of the second finalist, never more than
        the eligible together, shape (n_units, n_draws).
    """
    small = np.flatnonzero(_wants_exact(eligible, noise))
    if len(small) == len(eligible):
        return _exact(eligible, turnout, share, rng)
    one, other = normal_pair(rng, turnout.shape)
    # (n_units, 1) beside (n_units, n_draws)
    voters = _rounded_normal(eligible[:, None], turnout, one)
    first = _rounded_normal(voters, share, other)
    second = np.subtract(voters, first, out=voters)
    # The normals of small units are drawn too and dropped: the others keep their numbers.
    if len(small):
        first[small], second[small] = _exact(eligible[small], turnout[small], share[small], rng)
    return first, second


def _wants_exact(eligible: Float32Array, noise: NoiseModel) -> BoolArray:
    if noise == "auto":
        return eligible < EXACT_BELOW
    return np.full(len(eligible), noise == "exact")


def _exact(
    eligible: Float32Array, turnout: Float32Array, share: Float32Array, rng: np.random.Generator
) -> tuple[Float32Array, Float32Array]:
    voters = rng.binomial(np.rint(eligible).astype(np.int64)[:, None], turnout)
    first = rng.binomial(voters, share)
    return first.astype(np.float32), (voters - first).astype(np.float32)


def _rounded_normal(
    trials: Float32Array, probability: Float32Array, score: Float32Array
) -> Float32Array:
    """Normal approximation of a binomial, rounded and kept within 0 and the trials.

    `score` is a standard normal number for each, and is overwritten.
    """
    mean = trials * probability
    spread = 1 - probability
    spread *= mean
    np.sqrt(spread, out=spread)
    score *= spread
    mean += score
    np.rint(mean, out=mean)
    np.maximum(mean, np.zeros_like(mean[:1]), out=mean)  # a row: faster than a scalar
    return np.asarray(np.minimum(mean, trials, out=mean))
