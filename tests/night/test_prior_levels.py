"""A learned stretch moves the units of a race against each other, and not the race."""

from dataclasses import replace

import numpy as np
import pytest

from forecast.night.learned import NightScales
from forecast.night.prior_levels import TERMS, UnitDraws, prior_levels

N_UNITS = 24


@pytest.fixture(scope="module")
def draws():
    rng = np.random.default_rng(4)
    size = rng.uniform(200, 2000, N_UNITS)
    lean = np.linspace(-1.5, 1.5, N_UNITS) + rng.normal(0, 0.2, (300, 1))
    share = 1 / (1 + np.exp(-lean - rng.normal(0, 0.1, (300, N_UNITS))))
    votes = np.stack([size * share, size * (1 - share)], axis=2).astype(np.float32)
    county = np.arange(N_UNITS) // 6
    eliminated = rng.uniform(0.1, 0.4, N_UNITS)
    by_candidate = size[:, None] * np.stack([0.6 - eliminated, eliminated], axis=1)
    return UnitDraws(
        votes, 2 * size, eliminated, county, np.zeros(N_UNITS, dtype=bool), by_candidate
    )


def with_mean(name, value):
    return tuple(value if term == name else 0.0 for term in TERMS)


def test_a_stretch_along_the_lean_leaves_the_race(draws):
    plain, _ = prior_levels(draws, NightScales())
    scales = replace(NightScales(), share_means=with_mean("lean", 0.1))
    moved, _ = prior_levels(draws, scales)
    move = moved.mean - plain.mean
    lean = plain.x[:, TERMS.index("lean")]
    assert np.allclose(move - move.mean(), 0.1 * (lean - lean.mean()))
    p = 1 / (1 + np.exp(-plain.mean))
    weight = draws.votes.sum(axis=2).mean(axis=0) * p * (1 - p)
    assert abs(weight @ move) < 1e-3 * (weight @ np.abs(move))
    # What is not known of the coefficients stays.
    assert np.array_equal(moved.covariance, plain.covariance)


def test_a_mean_of_the_votes_leaves_their_sum(draws):
    _, plain = prior_levels(draws, NightScales())
    scales = replace(NightScales(), vote_means=with_mean("eliminated", -0.1))
    _, moved = prior_levels(draws, scales)
    move = moved.mean - plain.mean
    votes = draws.votes.sum(axis=2).mean(axis=0)
    assert np.ptp(move) > 0.05
    assert abs(votes @ move) < 1e-3 * (votes @ np.abs(move))


def test_what_units_share_moves_neither_the_race_nor_its_terms(draws):
    share, votes = prior_levels(draws, NightScales())
    assert share.shared.shape[1] > 2
    p = 1 / (1 + np.exp(-share.mean))
    expected = draws.votes.sum(axis=2).mean(axis=0)
    moves = expected * p * (1 - p)
    for level, weight in ((share, moves), (votes, expected / votes.load)):
        along = (level.x * weight[:, None]).T @ level.shared
        size = np.sqrt((weight @ level.x**2)[:, None] * (weight @ level.shared**2))
        assert (np.abs(along) < 0.02 * size + 1e-9).all()
        assert (np.ptp(level.shared, axis=0) > 1e-3).any()
