"""Units of a like make-up are near each other, and their shared columns say so."""

import numpy as np

from forecast.night.make_up import LENGTH, MAX_COLUMNS, make_up, shared_columns

ELIGIBLE = np.full(4, 1000.0)
# Two alike, one of the same candidates with more at home, one of another candidate.
VOTES = np.array([[400.0, 100.0], [390.0, 105.0], [160.0, 40.0], [50.0, 450.0]])


def distances(where):
    return np.sqrt(((where[:, None] - where[None]) ** 2).sum(axis=2))


def test_the_more_voters_differ_the_farther_apart():
    away = distances(make_up(VOTES, ELIGIBLE, np.zeros(4, dtype=bool)))
    assert away[0, 1] < 0.05 < away[0, 2] < away[0, 3] < np.sqrt(2)


def test_small_candidates_hardly_matter():
    split = np.column_stack([VOTES[:, 0] - 2, VOTES[:, 1], np.full(4, 2.0)])
    whole = distances(make_up(VOTES, ELIGIBLE, np.zeros(4, dtype=bool)))
    with_small = distances(make_up(split, ELIGIBLE, np.zeros(4, dtype=bool)))
    np.testing.assert_allclose(with_small, whole, atol=0.01)


def test_a_unit_of_one_way_of_voting_is_away_from_all_others():
    apart = np.array([False, False, False, True])
    away = distances(make_up(VOTES, ELIGIBLE, apart))
    assert (away[3, :3] > 1).all()


def test_the_columns_are_a_factor_of_the_covariance():
    rng = np.random.default_rng(1)
    where = rng.uniform(0, 1, (40, 3))
    scaled = np.sqrt(3) * distances(where) / LENGTH
    exact = (1 + scaled) * np.exp(-scaled)
    columns = shared_columns(where, np.zeros(40))  # all of a size: one column more, of a constant
    assert columns.shape[1] <= MAX_COLUMNS + 1
    by_size = np.ptp(columns, axis=0) < 1e-12
    assert by_size.sum() == 1
    found = columns[:, ~by_size] @ columns[:, ~by_size].T
    np.testing.assert_allclose(found, exact, atol=0.1)


def test_many_units_have_as_many_columns_as_are_kept():
    rng = np.random.default_rng(2)
    votes = rng.dirichlet(np.full(12, 0.3), 600) * 500
    where = make_up(votes, np.full(600, 800.0), np.zeros(600, dtype=bool))
    columns = shared_columns(where, np.zeros(600))
    assert columns.shape == (600, MAX_COLUMNS + 1)
    # Never more variance than the process has.
    assert ((columns[:, :MAX_COLUMNS] ** 2).sum(axis=1) <= 1 + 1e-9).all()
