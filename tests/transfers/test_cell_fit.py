"""The fast estimate of the mean rates: what a few strange units do to it."""

import numpy as np
import pytest

from forecast.transfers.cell_fit import SAMPLE, fit_cells, sample_of
from forecast.transfers.transfer_priors import shipped_priors
from forecast.transfers.unit_rates import CellProblem, softmax
from tests.transfers.simulated_tables import simulate_table

PRIORS = shipped_priors("table")


def problem_of(rows, columns):
    mean, precision = PRIORS.rates.normal(columns.sum(axis=0), rows.shape[1])
    return CellProblem(rows, columns, np.zeros_like(columns), mean, precision)


@pytest.fixture(scope="module")
def two_fits():
    """A table, and the same with two of its eighty units mistaken: all votes in one column."""
    made = simulate_table(np.random.default_rng(8), PRIORS, n_units=80)
    mistaken = made.columns.copy()
    largest = np.argsort(made.rows.sum(axis=1))[-2:]
    mistaken[largest] = 0
    mistaken[largest, made.columns.sum(axis=0).argmin()] = made.rows[largest].sum(axis=1)
    fits = [
        fit_cells(problem_of(made.rows, columns), PRIORS.context.mean(4, 3), PRIORS.spread)
        for columns in (made.columns, mistaken)
    ]
    return *fits, largest


def test_a_few_mistaken_units_hardly_move_the_spread_of_the_others(two_fits):
    sound, mistaken, _ = two_fits
    assert mistaken.at_rest
    assert mistaken.spread < 1.2 * sound.spread
    assert np.abs(softmax(mistaken.log_rates) - softmax(sound.log_rates)).max() < 0.05


def test_the_mistaken_units_themselves_are_held_to_be_wide(two_fits):
    _, mistaken, largest = two_fits
    others = np.delete(mistaken.unit_spread, largest)
    assert mistaken.unit_spread[largest].min() > 2 * np.median(others)


def test_a_large_problem_has_a_sample_and_a_small_one_is_its_own():
    rows = np.ones((2 * SAMPLE + 1, 2))
    large = problem_of(rows, rows)
    assert len(sample_of(large).rows) == SAMPLE + 1
    small = problem_of(rows[:10], rows[:10])
    assert sample_of(small) is small
