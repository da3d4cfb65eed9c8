"""Errors of means and chances whose values are alike within clusters."""

import numpy as np
import pytest
from scipy.stats import beta

from forecast.stats.clustered import clustered_chance_interval, clustered_error, jeffreys_interval


def test_clustered_error_by_hand() -> None:
    # Deviations -1, -1, 1, 1 in two clusters: sums -2 and 2; sqrt(2/1 * 8) / 4 = 1.
    values, days = np.array([1.0, 1.0, 3.0, 3.0]), np.array(["a", "a", "b", "b"])
    assert clustered_error(values, days) == pytest.approx(1.0)
    # Each its own cluster: the usual standard error of a mean.
    own = clustered_error(values, np.array(list("abcd")))
    assert own == pytest.approx(values.std(ddof=1) / 2)
    assert clustered_error(values, np.array(["a"] * 4)) is None


def test_one_cluster_that_holds_nearly_all_tells_no_error() -> None:
    values, days = np.arange(60.0), np.array([*["a"] * 58, "b", "c"])
    assert clustered_error(values, days) is None
    assert clustered_error(values, np.repeat(["a", "b", "c"], 20)) is not None


def test_clustered_error_of_a_weighted_mean_by_hand() -> None:
    # Mean (2 * 1 + 1 * 2 + 1 * 4) / 4 = 2; weighted deviations -2, 0 and 2; sqrt(3/2 * 8) / 4.
    values, days = np.array([1.0, 2.0, 4.0]), np.array(["a", "b", "c"])
    found = clustered_error(values, days, np.array([2.0, 1.0, 1.0]))
    assert found == pytest.approx(np.sqrt(12) / 4)


def test_weights_count_as_so_many_copies_on_the_same_day() -> None:
    rng = np.random.default_rng(4)
    values, copies = rng.normal(size=30), rng.integers(1, 6, 30)
    days = rng.integers(0, 8, 30).astype(str)
    weighted = clustered_error(values, days, copies.astype(np.float64))
    assert weighted == pytest.approx(
        clustered_error(np.repeat(values, copies), np.repeat(days, copies))
    )


def test_races_of_a_day_that_went_alike_tell_less_of_a_chance() -> None:
    won = np.array([1.0] * 30 + [0.0] * 10)
    apart = clustered_chance_interval(won, np.arange(40).astype(str))
    assert apart == pytest.approx(tuple(beta.ppf([0.05, 0.95], 30.5, 10.5)), abs=1e-5)
    # Four days of ten races, each with one winner: as few as four races.
    alike = clustered_chance_interval(won, np.repeat(list("abcd"), 10))
    assert alike is not None
    assert alike[1] - alike[0] > 2 * (apart[1] - apart[0])
    # A day of every outcome tells no more than independent races do.
    mixed = clustered_chance_interval(won, np.tile(list("abcdefghij"), 4))
    assert mixed == pytest.approx(jeffreys_interval(30, 40))
    assert clustered_chance_interval(won, np.array(["a"] * 40)) is None


@pytest.mark.parametrize(("wins", "n"), [(8, 12), (0, 5), (5, 5), (2.5, 9), (1817, 1837)])
def test_the_interval_of_a_chance_is_that_of_jeffreys(wins: float, n: int) -> None:
    exact = beta.ppf([0.05, 0.95], wins + 0.5, n - wins + 0.5)
    assert jeffreys_interval(wins, n) == pytest.approx(tuple(exact), abs=1e-5)
