"""Raking: both margins, and odds ratios left alone."""

import numpy as np
import pytest

from forecast.transfers.raking import raked


def ratios(votes):
    logs = np.log(votes)
    return logs[1:, 1:] - logs[:-1, 1:] - logs[1:, :-1] + logs[:-1, :-1]


def with_rows(votes, rows):
    return votes * (rows[:, None, :, None] / votes.sum(axis=1, keepdims=True))


@pytest.mark.parametrize("n_columns", [2, 3, 6])
def test_margins_are_met_and_odds_ratios_kept(n_columns):
    rng = np.random.default_rng(1)
    aim = rng.gamma(0.5, 100, (5, n_columns, 30)).astype(np.float32) + 1
    rows, columns = aim.sum(axis=1), aim.sum(axis=0)
    seed = rng.gamma(0.5, 1, (5, n_columns, 30, 4)).astype(np.float32) + np.float32(1e-3)
    votes = with_rows(seed, rows)
    before = ratios(votes)
    found = raked(votes.copy(), rows, columns)
    assert np.allclose(found.sum(axis=1), rows[:, :, None], rtol=1e-4)
    missing = np.abs(found.sum(axis=0) - columns[:, :, None])
    assert (missing <= 0.06 + 4e-4 * columns[:, :, None]).all()
    assert np.allclose(ratios(found), before, atol=0.01)


def test_empty_columns_and_rows_stay_empty():
    votes = np.full((2, 3, 1, 2), 5, dtype=np.float32)
    votes[1] = 0
    rows = np.array([[15.0], [0.0]], dtype=np.float32)
    columns = np.array([[0.0], [5.0], [10.0]], dtype=np.float32)
    found = raked(votes, rows, columns)
    assert np.allclose(found[0, :, 0, 0], [0, 5, 10], atol=0.06)
    assert (found[1] == 0).all()


def test_cells_that_forbid_the_margins_do_not_break_it():
    votes = np.zeros((2, 2, 1, 1), dtype=np.float32)
    votes[0, 0], votes[1, 1] = 10, 10
    rows = np.full((2, 1), 10, dtype=np.float32)
    found = raked(votes, rows, np.array([[15.0], [5.0]], dtype=np.float32))
    assert np.isfinite(found).all()
    assert np.allclose(found.sum(axis=1)[:, 0, 0], 10, rtol=1e-3)
