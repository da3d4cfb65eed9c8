"""Bends along the lean: where they lie, and that a count of one side says little of the other."""

from dataclasses import replace

import numpy as np

from forecast.night import prior_levels as prior_module
from forecast.night.hierarchy import Observed
from forecast.night.lean_bends import KNOTS, bends
from forecast.night.learned import NightScales
from forecast.night.level_conditioning import condition_level
from forecast.night.prior_levels import TERMS, UnitDraws, prior_levels

N_UNITS = 200


def draws():
    rng = np.random.default_rng(9)
    lean = np.sort(rng.normal(0, 1, N_UNITS))
    share = 1 / (
        1 + np.exp(-lean - rng.normal(0, 0.2, (200, 1)) - rng.normal(0, 0.1, (200, N_UNITS)))
    )
    size = 600 * np.exp(rng.normal(0, 0.1, (200, 1)) + rng.normal(0, 0.1, (200, N_UNITS)))
    votes = np.stack([size * share, size * (1 - share)], axis=2).astype(np.float32)
    own = 1 / (1 + np.exp(-lean))
    first_round = np.stack([400 * own, 400 * (1 - own), np.full(N_UNITS, 200.0)], axis=1)
    nowhere = np.zeros(N_UNITS, dtype=bool)
    one_county = np.zeros(N_UNITS, dtype=np.intp)
    eliminated = np.full(N_UNITS, 0.2)
    return UnitDraws(votes, np.full(N_UNITS, 1200.0), eliminated, one_county, nowhere, first_round)


def test_a_bend_is_the_distance_beyond_its_knot():
    lean = np.array([-3.0, -1.0, 0.0, 1.0, 3.0])
    sd = 2.0
    found = bends(lean, np.ones(5))
    np.testing.assert_allclose(lean.std(), sd)
    for k, knot in enumerate(KNOTS):
        below, above = found[:, k], found[:, len(KNOTS) + k]
        np.testing.assert_allclose(below, np.minimum(lean + knot * sd, 0))
        np.testing.assert_allclose(above, np.maximum(lean - knot * sd, 0))


def test_units_all_alike_have_no_bends():
    assert not bends(np.full(4, 0.3), np.ones(4)).any()


def test_a_count_of_one_side_leaves_the_other_open():
    units = draws()
    bent, _ = prior_levels(units, NightScales())
    straight, _ = prior_levels(units, replace(NightScales(), share_bend=0.0))
    assert bent.x.shape[1] == len(TERMS) + 2 * len(KNOTS)

    def spread(level, counted):
        """Of the mean of the most one-sided tenth, all units of `counted` being counted."""
        seen = Observed(counted, level.mean[counted] + 0.2, np.full(len(counted), 0.01))
        posterior = condition_level(level, seen)
        row = level.columns[-20:].mean(axis=0)
        parts = [node.weight * ((row @ node.root) ** 2).sum() for node in posterior.nodes]
        return float(np.sqrt(sum(parts)))

    one_side, every_tenth = np.arange(120), np.arange(0, N_UNITS, 10)
    assert spread(bent, one_side) > 1.5 * spread(straight, one_side)
    assert spread(bent, one_side) > 2 * spread(bent, every_tenth)


def test_what_units_share_is_larger_where_one_side_has_nearly_all(monkeypatch):
    def ends_beside_middle():
        level, _ = prior_levels(draws(), NightScales())
        variance = (level.shared**2).sum(axis=1)
        return variance[[*range(10), *range(190, 200)]].mean() / variance[80:120].mean()

    found = ends_beside_middle()
    monkeypatch.setattr(prior_module, "SHARED_UNEVEN", 0.0)
    assert found > 1.5 * ends_beside_middle()
