"""The split of a count among many categories, each with a spread of its own.

A generalised Dirichlet-multinomial: the generalised Dirichlet of Connor and Mosimann (1969,
Journal of the American Statistical Association 64, 194-206), with the multinomial integrated
out. Categories stand largest first. From the last up, each takes a beta-distributed part of
what it shares with those before it, so that the counts are a chain of beta-binomials, and the
first has what is left. With one concentration for all it is the Dirichlet-multinomial; with
two categories it is the beta-binomial.

The order matters. A spread is that of the part taken, and it is that of the category's own
share only as far as little was taken before it. Smallest first, little was: each spread is
nearly free. The other way round the last categories would divide a remainder, and could not
vary by more than it has.
"""

from typing import Any

import numpy as np
import pymc as pm

from forecast.stats.arrays import FloatArray, IntArray

Tensor = Any  # NumPy or PyTensor: what stands here works on both

# Below this a beta draw may be 0 over 0.
MIN_WEIGHT = 1e-6


def sticks(shares: Tensor, concentrations: Tensor) -> tuple[Tensor, Tensor]:
    """Beta parameters of the part that each category but the first takes.

    Parameters
    ----------
    shares
        Expected shares, shape (..., n_categories).
    concentrations
        Concentrations of all categories but the first, shape (..., n_categories - 1).

    Returns
    -------
    tuple
        Parameters of the category itself and of all before it,
        shape (..., n_categories - 1) each.
    """
    before = shares.cumsum(axis=-1)[..., :-1]
    return shares[..., 1:] * concentrations, before * concentrations


def draw_split(trials: Tensor, own: Tensor, before: Tensor, rng: np.random.Generator) -> IntArray:
    """Draw counts from the last category up.

    Parameters
    ----------
    trials
        What is split, shape (...).
    own, before
        What `sticks` returns, as NumPy arrays.
    rng
        Source of randomness.

    Returns
    -------
    IntArray
        Shape (..., n_categories).
    """
    weights = np.maximum(own, MIN_WEIGHT), np.maximum(before, MIN_WEIGHT)
    parts: FloatArray = np.asarray(rng.beta(*weights))
    left = np.broadcast_to(trials, parts.shape[:-1])
    taken = []
    for category in reversed(range(parts.shape[-1])):
        taken.append(rng.binomial(left, parts[..., category]))
        left = left - taken[-1]
    return np.stack([left, *reversed(taken)], axis=-1)


def nested_split(
    name: str, trials: IntArray, shares: Tensor, concentrations: Tensor, observed: IntArray
) -> Tensor:
    """Add observed counts to the PyMC model that is being built.

    Parameters
    ----------
    name
        Name of the observed variable.
    trials
        What is split in each unit, shape (n_units,).
    shares
        Expected, shape (n_units, n_categories).
    concentrations
        Concentrations of all categories but the first, shape (n_categories - 1,).
    observed
        Shape (n_units, n_categories).
    """
    return pm.CustomDist(
        name,
        trials,
        shares,
        concentrations,
        logp=_log_probability,
        random=_random,
        signature="(),(c),(s)->(c)",
        dtype="int64",
        observed=observed,
    )


def _log_probability(
    counts: Tensor,
    trials: Tensor,  # noqa: ARG001  # the counts add up to them
    shares: Tensor,
    concentrations: Tensor,
) -> Tensor:
    """Log probability of every unit: those of the beta-binomials in the chain, added up."""
    own, before = sticks(shares, concentrations)
    shared = counts.cumsum(axis=-1)[..., 1:]
    part = pm.BetaBinomial.dist(n=shared, alpha=own, beta=before)
    return pm.logp(part, counts[..., 1:]).sum(axis=-1)


def _random(
    trials: Tensor,
    shares: Tensor,
    concentrations: Tensor,
    rng: np.random.Generator | None = None,
    size: Any = None,
) -> IntArray:
    own, before = sticks(shares, concentrations)
    shape = (*(trials.shape if size is None else size), own.shape[-1])
    generator = np.random.default_rng() if rng is None else rng
    return draw_split(
        trials, np.broadcast_to(own, shape), np.broadcast_to(before, shape), generator
    )
