"""Joint draws: one row for all that was learned together, moved on the scale it is normal on."""

import numpy as np
import pytest

from forecast.stats.distributions import POINTS_PER_LOGIT, Fixed, expit
from forecast.stats.joint_draws import (
    JointDraws,
    of_log_odds,
    of_numbers,
    of_positive,
    of_ratios,
    of_scales,
    of_shares,
    of_shifts,
)


def test_values_come_back_in_the_unit_of_the_prior() -> None:
    log_odds = np.array([-1.0, 0.0, 2.0])
    assert of_log_odds(log_odds).values == pytest.approx(expit(log_odds))
    assert of_shares(expit(log_odds)).values == pytest.approx(expit(log_odds))
    assert of_shifts(log_odds).values == pytest.approx(POINTS_PER_LOGIT * log_odds)
    assert of_scales(np.array([0.04, 0.2])).values == pytest.approx([1.0, 5.0])
    assert of_numbers(log_odds).values.tolist() == log_odds.tolist()


def test_the_same_row_keeps_what_belongs_together() -> None:
    rng = np.random.default_rng(1)
    score = rng.standard_normal(2_000)
    one, other = of_log_odds(score), of_shifts(-score)
    rows = rng.integers(2_000, size=500)
    drawn = np.corrcoef(one.take(rows), other.take(rows))[0, 1]
    assert drawn < -0.9
    apart = np.corrcoef(one.sample(rng, 2_000), other.sample(rng, 2_000))[0, 1]
    assert abs(apart) < 5 / np.sqrt(2_000)


def test_moving_and_widening_act_on_the_normal_scale() -> None:
    draws = of_log_odds(np.random.default_rng(2).normal(1.0, 0.5, (4_000, 2)))
    mean, sd = draws.normal.mean(axis=0), draws.normal.std(axis=0)
    farther = draws.moved(steps=2.0)
    assert farther.normal.mean(axis=0) == pytest.approx(mean + 2 * sd)
    assert farther.normal.std(axis=0) == pytest.approx(sd)
    wider = draws.moved(width=2.0)
    assert wider.normal.mean(axis=0) == pytest.approx(mean)
    assert wider.normal.std(axis=0) == pytest.approx(2 * sd)
    assert (wider.values > 0).all()
    assert (wider.values < 1).all()


def test_the_range_is_that_of_the_draws() -> None:
    low, high = JointDraws(np.linspace(0, 1, 1001), "number").range_90()
    assert (low, high) == pytest.approx((0.05, 0.95))


def test_ratios_stay_positive_however_far_apart() -> None:
    draws = of_ratios(np.array([0.02, 0.5, 1.2]))
    np.testing.assert_allclose(draws.values, [0.02, 0.5, 1.2])
    assert (draws.moved(width=3.0).values > 0).all()
    assert (draws.moved(steps=-4.0).values > 0).all()


def test_a_positive_number_stays_positive_where_it_is_moved_or_widened() -> None:
    """Degrees of freedom of a Student t, whose mean lies far above most of them."""
    values = np.array([4.0, 4.0, 5.0, 9.0, 30.0])
    draws = of_positive(values)
    np.testing.assert_allclose(draws.values, values)
    described = draws.described
    assert isinstance(described, Fixed)
    assert described.value == pytest.approx(5.0)
    for moved in (draws.moved(width=2.0), draws.moved(steps=-2.0)):
        assert (moved.values > 0).all()
    assert (of_numbers(values).moved(width=2.0).values <= 0).any()
