"""Stratified normals: each one normal, together even; and what that is worth."""

from math import erfc, sqrt

import numpy as np
import pytest

from forecast.runoff.simulation import simulate_runoffs
from forecast.stats.stratified import STRATUM_DRAWS, StratifiedGenerator, normal_quantile
from tests.runoff.builders import make_posterior, make_units, typical_priors


def generator(seed=1):
    return StratifiedGenerator(np.random.SFC64(seed))


@pytest.mark.parametrize("z", [-6.0, -3.1, -0.4, 0.0, 1.234, 4.0])
def test_the_quantile_undoes_the_distribution_function(z):
    assert normal_quantile(np.array([erfc(-z / sqrt(2)) / 2]))[0] == pytest.approx(z, abs=1e-4)


def test_every_group_of_a_column_has_a_number_in_every_part():
    values = generator().standard_normal((2 * STRATUM_DRAWS, 3))
    ends = normal_quantile(np.arange(1, STRATUM_DRAWS) / STRATUM_DRAWS)
    for column in values.T:
        for group in np.split(column, 2):
            parts = np.searchsorted(ends, group)
            np.testing.assert_array_equal(np.sort(parts), np.arange(STRATUM_DRAWS))
            assert 0.4 < (np.diff(parts) < 0).mean() < 0.6, "in random order"


@pytest.mark.parametrize("n_draws", [1, 7, STRATUM_DRAWS + 1])
def test_a_group_that_is_cut_has_no_part_twice(n_draws):
    last = generator().standard_normal(n_draws)[-(n_draws % STRATUM_DRAWS) :]
    ends = normal_quantile(np.arange(1, STRATUM_DRAWS) / STRATUM_DRAWS)
    assert len(np.unique(np.searchsorted(ends, last))) == n_draws % STRATUM_DRAWS


def test_every_single_number_is_standard_normal():
    # The first of a column, over many columns.
    values = generator().standard_normal((16, 40_000))[0]
    n = len(values)
    for power, expected, variance in ((1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96)):
        assert abs((values**power).mean() - expected) < 5 * np.sqrt(variance / n)


def test_columns_are_independent_of_each_other():
    values = generator().standard_normal((512, 60))
    found = np.corrcoef(values.T)[np.triu_indices(60, 1)]
    # Permuting scores gives a correlation of variance 1 / (n - 1), here in two groups.
    assert (np.abs(found) < 5 / np.sqrt(512 - 2)).all()
    assert found.std() > 0.5 / np.sqrt(512)


@pytest.mark.parametrize("shape", [6, (6,), (6, 2), (6, 2, 3), (0, 3)])
def test_shapes_are_those_of_numpy(shape):
    expected = np.random.default_rng(1).standard_normal(shape).shape
    assert generator().standard_normal(shape).shape == expected


def test_without_a_size_or_with_an_array_to_fill_it_is_numpys():
    plain = np.random.Generator(np.random.SFC64(1))
    assert generator().standard_normal() == plain.standard_normal()
    plain, room = np.random.Generator(np.random.SFC64(1)), np.empty(5, dtype=np.float32)
    generator().standard_normal(out=room, dtype=np.float32)
    np.testing.assert_array_equal(room, plain.standard_normal(5, dtype=np.float32))


def test_the_error_of_a_win_probability_is_smaller_and_predicted_as_it_is():
    """Over seeds: the spread of the estimate, beside what each run says of its own."""
    units = make_units([[500, 590, 100, 50]] * 8, [2000] * 8)  # near even
    n_draws, n_runs = 5_632, 60
    posterior, spread, predicted, estimates = make_posterior(units), {}, {}, {}
    for stratified in (False, True):
        runs = [
            simulate_runoffs(
                units,
                posterior,
                typical_priors(),
                n_draws=n_draws,
                seed=seed,
                stratified=stratified,
            )
            for seed in range(n_runs)
        ]
        wins = np.array([(run.votes[:, 0] > run.votes[:, 1]).mean() for run in runs])
        p = wins.mean()
        effective = np.array([run.effective or run.n_draws for run in runs])
        estimates[stratified] = p
        spread[stratified] = wins.var(ddof=1)
        predicted[stratified] = (p * (1 - p) / effective).mean()
    # A variance from n runs has a relative error of sqrt(2 / (n - 1)).
    tolerance = 5 * np.sqrt(2 / (n_runs - 1))
    for kind in (False, True):
        assert abs(spread[kind] / predicted[kind] - 1) < tolerance
    assert spread[True] < 0.7 * spread[False]
    error = np.sqrt(sum(spread.values()) / n_runs)
    assert abs(estimates[True] - estimates[False]) < 5 * error
