"""What draws are worth: by hand, and against the spread over repeated draws."""

import numpy as np
import pytest

from forecast.runoff.monte_carlo import MIN_GROUPS, first_wins, independent_draws, wins_of
from forecast.stats.stratified import STRATUM_DRAWS

N_GROUPS = 40
N_DRAWS = N_GROUPS * STRATUM_DRAWS


def votes_of(wins):
    return np.where(np.asarray(wins)[:, None], [2.0, 1.0], [1.0, 2.0])


def test_a_tie_is_half_a_win():
    np.testing.assert_array_equal(wins_of(np.array([[2, 1], [1, 1], [1, 2]])), [1, 0.5, 0])


def test_wins_keep_the_shape_of_the_votes():
    first, second = np.array([[3, 1, 0]], dtype=np.float32), np.array([[2, 1, 5]], dtype=np.float32)
    np.testing.assert_array_equal(first_wins(first, second), [[1, 0.5, 0]])


def test_independent_draws_are_worth_their_number():
    wins = np.random.default_rng(1).random(N_DRAWS) < 0.3
    # A variance from so many groups has a relative error of sqrt(2 / (groups - 1)).
    assert independent_draws(votes_of(wins)) == pytest.approx(
        N_DRAWS, rel=5 * np.sqrt(2 / (N_GROUPS - 1))
    )


def test_groups_that_agree_are_worth_more_and_groups_of_one_mind_less():
    rng = np.random.default_rng(1)
    even = np.tile(np.arange(STRATUM_DRAWS) % 4 == 0, N_GROUPS)
    even[rng.integers(N_DRAWS, size=50)] ^= True
    assert independent_draws(votes_of(even)) > 20 * N_DRAWS
    alike = np.repeat(rng.random(N_GROUPS) < 0.5, STRATUM_DRAWS)
    assert independent_draws(votes_of(alike)) < 2 * N_GROUPS


def test_weights_cost_draws():
    rng = np.random.default_rng(2)
    wins, weights = rng.random(N_DRAWS) < 0.5, rng.exponential(size=N_DRAWS)
    # Kish: (sum of weights)² / sum of squares, a half for exponential ones.
    assert independent_draws(votes_of(wins), weights) == pytest.approx(
        N_DRAWS / 2, rel=5 * np.sqrt(2 / (N_GROUPS - 1))
    )


@pytest.mark.parametrize(
    "wins",
    [np.ones(N_DRAWS, dtype=bool), np.arange((MIN_GROUPS - 1) * STRATUM_DRAWS) % 2 == 0],
    ids=["all agree", "few groups"],
)
def test_it_is_left_open_where_nothing_tells(wins):
    assert independent_draws(votes_of(wins)) is None
