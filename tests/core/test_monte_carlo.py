"""What draws are worth: by hand, and against the spread over repeated draws."""

import numpy as np
import pytest

from forecast.core.monte_carlo import FEWEST_BLOCKS, independent_draws, wins_of
from forecast.core.seeds import BLOCK_DRAWS

N_BLOCKS = 40
N_DRAWS = N_BLOCKS * BLOCK_DRAWS


def votes_of(wins):
    return np.where(np.asarray(wins)[:, None], [2.0, 1.0], [1.0, 2.0])


def test_a_tie_is_half_a_win():
    np.testing.assert_array_equal(wins_of(np.array([[2, 1], [1, 1], [1, 2]])), [1, 0.5, 0])


def test_independent_draws_are_worth_their_number():
    wins = np.random.default_rng(1).random(N_DRAWS) < 0.3
    # A variance from so many blocks has a relative error of sqrt(2 / (blocks - 1)).
    assert independent_draws(votes_of(wins)) == pytest.approx(
        N_DRAWS, rel=5 * np.sqrt(2 / (N_BLOCKS - 1))
    )


def test_blocks_that_agree_are_worth_more_and_blocks_of_one_mind_less():
    rng = np.random.default_rng(1)
    even = np.tile(np.arange(BLOCK_DRAWS) % 4 == 0, N_BLOCKS)
    even[rng.integers(N_DRAWS, size=50)] ^= True
    assert independent_draws(votes_of(even)) > 20 * N_DRAWS
    alike = np.repeat(rng.random(N_BLOCKS) < 0.5, BLOCK_DRAWS)
    assert independent_draws(votes_of(alike)) < 2 * N_BLOCKS


def test_weights_cost_draws():
    rng = np.random.default_rng(2)
    wins, weights = rng.random(N_DRAWS) < 0.5, rng.exponential(size=N_DRAWS)
    # Kish: (sum of weights)² / sum of squares, a half for exponential ones.
    assert independent_draws(votes_of(wins), weights) == pytest.approx(
        N_DRAWS / 2, rel=5 * np.sqrt(2 / (N_BLOCKS - 1))
    )


@pytest.mark.parametrize(
    "wins",
    [np.ones(N_DRAWS, dtype=bool), np.arange((FEWEST_BLOCKS - 1) * BLOCK_DRAWS) % 2 == 0],
    ids=["all agree", "few blocks"],
)
def test_it_is_left_open_where_nothing_tells(wins):
    assert independent_draws(votes_of(wins)) is None
