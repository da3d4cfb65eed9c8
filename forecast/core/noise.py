"""The chance in the count itself, given what is expected of a unit."""

from typing import Literal

import numpy as np
import numpy.typing as npt

from forecast.core.streams import Float32Array

NoiseModel = Literal["auto", "exact", "normal"]

# Below this many eligible voters the normal approximation of a binomial shows its edges.
EXACT_BELOW = 200


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
        Probability of voting, and of choosing the first finalist, shape (n_draws, n_units).
        Overwritten.
    noise
        "exact", "normal" (a rounded normal with the same mean and variance), or "auto":
        exact in units of fewer than `EXACT_BELOW` eligible voters.
    rng
        Source of randomness.

    Returns
    -------
    tuple of Float32Array
        Whole, non-negative votes of the first and of the second finalist, never more than
        the eligible together, shape (n_draws, n_units).
    """
    small = np.flatnonzero(_wants_exact(eligible, noise))
    exact = _exact(eligible[small], turnout[:, small], share[:, small], rng)
    if len(small) == len(eligible):
        return exact
    first, second = _normal(eligible, turnout, share, rng)
    first[:, small], second[:, small] = exact
    return first, second


def _wants_exact(eligible: Float32Array, noise: NoiseModel) -> npt.NDArray[np.bool_]:
    if noise == "auto":
        return eligible < EXACT_BELOW
    return np.full(len(eligible), noise == "exact")


def _exact(
    eligible: Float32Array, turnout: Float32Array, share: Float32Array, rng: np.random.Generator
) -> tuple[Float32Array, Float32Array]:
    voters = rng.binomial(np.rint(eligible).astype(np.int64), np.clip(turnout, 0, 1))
    first = rng.binomial(voters, np.clip(share, 0, 1))
    return first.astype(np.float32), (voters - first).astype(np.float32)


def _normal(
    eligible: Float32Array, turnout: Float32Array, share: Float32Array, rng: np.random.Generator
) -> tuple[Float32Array, Float32Array]:
    voters = _rounded_normal(eligible, turnout, rng)
    first = _rounded_normal(voters, share, rng)
    voters -= first
    return first, voters


def _rounded_normal(
    trials: Float32Array, probability: Float32Array, rng: np.random.Generator
) -> Float32Array:
    """Normal approximation of a binomial, rounded and kept within 0 and the trials."""
    score = rng.standard_normal(probability.shape, dtype=np.float32)
    mean = trials * probability
    np.subtract(1, probability, out=probability)
    probability *= mean  # now the variance
    np.sqrt(probability, out=probability)
    score *= probability
    score += mean
    np.rint(score, out=score)
    np.maximum(score, 0, out=score)
    return np.minimum(score, trials, out=score)
