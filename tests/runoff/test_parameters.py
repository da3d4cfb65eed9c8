"""Draws of the race-wide parameters."""

from dataclasses import replace

import numpy as np
import pytest

from forecast.runoff.parameters import correlated_with, draw_parameters
from forecast.stats.distributions import Fixed, PointsSize
from tests.runoff.builders import SIDES, certain_priors, make_units, typical_priors

N_DRAWS = 4000


def draw(priors, sides=SIDES, n_draws=N_DRAWS, **of_candidates):
    units = replace(make_units(np.ones(len(sides)), [9], sides=sides), **of_candidates)
    return draw_parameters(priors, units, np.random.default_rng(1), n_draws)


def test_every_kind_of_candidate_has_its_own_shares():
    parameters = draw(certain_priors(), n_draws=1)
    # Ann and Bob 0.9; of that Cal of Ann's bloc 0.8, Dot 0.5; loyalty 0.95, transfer 0.9, 0.5.
    np.testing.assert_allclose(parameters.retention, [[0.9, 0.9, 0.72, 0.45]])
    np.testing.assert_allclose(parameters.transfer, [[0.95, 0.05, 0.9, 0.5]])


def test_the_bloc_of_the_second_finalist_goes_to_the_second():
    parameters = draw(certain_priors(), sides=np.array([0, 1, 1, -1]), n_draws=1)
    assert parameters.transfer[0, 2] == pytest.approx(0.1)


def test_affinity_and_lean_move_the_voters_of_eliminated_candidates_only():
    priors = certain_priors(transfer_affinity=Fixed(10), transfer_lean=Fixed(5))
    affinity, lean = np.array([0, 0, 0.5, -1]), np.array([0, 0, 0, 2])
    plain = draw(priors, n_draws=1).transfer[0]
    moved = draw(priors, n_draws=1, affinity=affinity, lean=lean).transfer[0]
    log_odds = np.log(moved / (1 - moved)) - np.log(plain / (1 - plain))
    # In log-odds: 10 points × 0.5, and 10 × −1 + 5 × 2, over 25 points each.
    np.testing.assert_allclose(log_odds, [0, 0, 0.2, 0], atol=1e-12)


def test_the_drift_moves_the_lean_of_the_race():
    assert draw(certain_priors(drift=Fixed(-5)), n_draws=1).race_lean == pytest.approx(-0.2)


def test_candidates_of_a_bloc_depart_from_its_mean():
    sides = np.array([0, 1, 0, 0, 0])
    alike = draw(certain_priors(), sides=sides).transfer[:, 2:]
    apart = draw(certain_priors(transfer_spread=Fixed(10)), sides=sides).transfer[:, 2:]
    np.testing.assert_allclose(alike, alike[0, 0])
    log_odds = np.log(apart / (1 - apart))
    # 10 points are 0.4 on the log-odds scale; error of a standard deviation: s / sqrt(2 n).
    assert abs(log_odds.std() - 0.4) < 5 * 0.4 / np.sqrt(2 * log_odds.size)
    assert abs(np.corrcoef(log_odds.T)[0, 1]) < 5 / np.sqrt(N_DRAWS)


def test_shares_are_shares():
    parameters = draw(typical_priors())
    for name in (
        "retention",
        "transfer",
        "arrivals_rate",
        "arrivals_habit",
        "arrivals_baseline_weight",
    ):
        values = getattr(parameters, name)
        assert (values > 0).all(), name
        assert (values < 1).all(), name


def test_sizes_are_positive_and_in_log_odds():
    parameters = draw(typical_priors(error_unit_lean=PointsSize(5)))
    sizes = parameters.unit_sizes[:, 0]
    assert (sizes >= 0).all()
    # Mean of a half-normal: scale times sqrt(2 / pi); its variance is 1 - 2 / pi.
    expected = 5 / 25 * np.sqrt(2 / np.pi)
    error = 5 / 25 * np.sqrt((1 - 2 / np.pi) / N_DRAWS)
    assert abs(sizes.mean() - expected) < 5 * error


def test_correlated_scores_keep_their_variance():
    one, fresh = np.random.default_rng(1).standard_normal((2, N_DRAWS))
    other = correlated_with(one, np.full(N_DRAWS, -0.6), fresh)
    assert abs(other.std() - 1) < 5 / np.sqrt(2 * N_DRAWS)
    found = np.corrcoef(one, other)[0, 1]
    assert abs(np.arctanh(found) - np.arctanh(-0.6)) < 5 / np.sqrt(N_DRAWS - 3)


def test_votes_for_nobody_are_transferred_to_nobody():
    units = make_units([[100, 90, 60, 40]] * 3, [400] * 3)
    nobody = replace(units, not_candidates=(3,))
    rng = np.random.default_rng
    plain = draw_parameters(typical_priors(), units, rng(1), 50)
    drawn = draw_parameters(typical_priors(), nobody, rng(1), 50)
    assert (drawn.retention[:, 3] == 0).all()
    # What the others do is the same draw.
    np.testing.assert_array_equal(drawn.retention[:, :3], plain.retention[:, :3])
    np.testing.assert_array_equal(drawn.transfer, plain.transfer)
