"""Simulated races for the tests of the scores."""

import numpy as np

from tests.runoff.builders import PARTIES, make_race, make_returns


def random_race(seed=3, *, parties=PARTIES, baselines=1, n_units=60):
    """Cal follows Ann from unit to unit, Dot follows Bob."""
    rng = np.random.default_rng(seed)
    lean = rng.normal(0, 0.8, n_units)
    weights = np.exp(np.stack([lean, -lean, lean - 1, -lean - 1.5], axis=1))
    shares = weights / weights.sum(axis=1, keepdims=True)
    votes = np.stack(
        [rng.multinomial(n, p) for n, p in zip(rng.integers(0, 900, n_units), shares, strict=True)]
    )
    rep = 1 / (1 + np.exp(-2 * lean))
    past = [
        make_returns(
            np.stack([rng.binomial(700, rep), rng.binomial(700, 1 - rep)], 1), ("REP", "DEM")
        )
        for _ in range(baselines)
    ]
    return make_race(votes, parties=parties, baselines=past)
