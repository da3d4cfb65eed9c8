"""A row: scores of the share, the odds and the turnout of one race."""

import numpy as np
import pytest

from forecast.race.units import unit_data
from forecast.runoff.simulation import RunoffDraws
from forecast.score import row as rows
from forecast.score.row import RowSource, make_row, odds_log_score, oriented
from forecast.stats import scoring_rules as rules
from tests.score.test_backtest import finished_race

SOURCE = RowSource("days 1 of 20", 100, 0.5, {})


@pytest.fixture(scope="module")
def made() -> tuple[rows.Row, np.ndarray, float]:
    """A row of a race in which half of the votes came back, its draws, and the true ratio."""
    rng = np.random.default_rng(2)
    finished = oriented(finished_race(3, rng))
    votes = rng.normal(250, 20, (500, 8, 2))
    county = np.stack([votes[:, 0::2].sum(axis=1), votes[:, 1::2].sum(axis=1)], axis=1)
    draws = RunoffDraws(county, votes.astype(np.float32), None, 1)
    first = finished.race.first_round.votes_cast.sum()
    row = make_row(finished, unit_data(finished.race, 0.5), draws, SOURCE)
    return row, county.sum(axis=(1, 2)) / first, 4000 / first


def test_turnout_is_scored_on_the_log_ratio(made: tuple[rows.Row, np.ndarray, float]) -> None:
    row, drawn, actual = made
    assert row.turnout.actual == pytest.approx(np.log(actual))
    assert row.turnout.forecast.q50 == pytest.approx(np.median(np.log(drawn)))
    assert row.turnout.crps == pytest.approx(rules.crps_draws(np.log(drawn), np.log(actual)))
    assert row.turnout.pit == pytest.approx((drawn < actual).mean(), abs=0.01)


def test_the_row_says_how_it_came_about(made: tuple[rows.Row, np.ndarray, float]) -> None:
    document = made[0].document()
    assert (document["fold"], document["n_training"], document["seconds"]) == (
        "days 1 of 20",
        100,
        0.5,
    )


def test_the_odds_are_scored_by_what_was_given_to_the_winner() -> None:
    assert odds_log_score(0.8, 0.6) == pytest.approx(-np.log(0.8))
    assert odds_log_score(0.8, 0.4) == pytest.approx(-np.log(0.2))
    assert odds_log_score(0.8, 0.5) == pytest.approx(-0.5 * np.log(0.8) - 0.5 * np.log(0.2))
    assert np.isfinite(odds_log_score(1.0, 0.4))


def test_a_simple_forecast_without_a_share_has_its_odds_alone() -> None:
    found = rows.odds_score(0.7, 0.6)
    assert found.crps is None
    assert found.brier == pytest.approx(0.09)
    share = rows.student_score(0.0, 0.3, 5.0, 0.6)
    assert share.brier == pytest.approx(0.25)
    assert share.coverage == {"50": False, "80": True, "95": True}
