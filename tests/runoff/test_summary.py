"""Summaries of draws that can be checked by hand."""

from datetime import date

import numpy as np
import pytest

from forecast.race.contest import Contest, Race, Returns
from forecast.race.units import unit_data
from forecast.runoff.flows import Flows
from forecast.runoff.simulation import RunoffDraws
from forecast.runoff.summary import (
    DID_NOT_VOTE,
    NOT_VOTING,
    Forecast,
    Summary,
    histogram,
    margin_of,
    quantiles,
    summarize,
    win_probability,
)


def race_of_three_candidates(registered: float) -> Race:
    """Two units in two counties; 30 + 50 + 20 votes and 60 + 30 + 10."""
    returns = Returns(
        unit_ids=("a", "b"),
        counties=("north", "south"),
        unit_names=("A", "B"),
        registered=np.array([registered, registered]),
        ballots=np.full(2, np.nan),
        candidates=("Ann", "Bob", "Cid"),
        parties=("REP", "DEM", "REP"),
        modes=("",),
        votes=np.array([[[30], [50], [20]], [[60], [30], [10]]]),
    )
    contest = Contest(
        id="three",
        title="Three",
        office="",
        place="",
        unit_kind="unit",
        first_round=date(2017, 4, 18),
        runoff=date(2017, 6, 20),
        finalists=("Ann", "Bob"),
        blocs={},
    )
    return Race(contest, returns, ())


def three_draws() -> RunoffDraws:
    """Race totals: 100 to 60, 80 to 80, 50 to 150."""
    county_votes = np.array(
        [
            [[60, 30], [40, 30]],
            [[40, 50], [40, 30]],
            [[0, 0], [50, 150]],
        ],
        dtype=float,
    )
    # Of Cid's 30 votes, 15 and 3 in the first draw, 12 and 6, then 6 and 18.
    to_finalists = np.zeros((3, 4, 2))
    to_finalists[:, 2] = [[15, 3], [12, 6], [6, 18]]
    to_finalists[:, 3] = [[10, 20], [20, 20], [30, 20]]
    return RunoffDraws(county_votes, np.zeros((0, 2, 2), np.float32), Flows(to_finalists), seed=5)


@pytest.fixture
def forecast() -> Forecast:
    race = race_of_three_candidates(registered=400)
    return summarize(three_draws(), race, unit_data(race, 0.5))


def test_a_win_is_strictly_more_votes_and_a_tie_counts_half(forecast: Forecast) -> None:
    # One win, one tie and one loss of three: (1 + 1/2) / 3.
    first, second = forecast.finalists
    assert first.win_probability == pytest.approx(0.5)
    assert second.win_probability == pytest.approx(0.5)
    # sqrt(1/2 * 1/2 / 3)
    assert first.monte_carlo_error == pytest.approx(np.sqrt(1 / 12))


def test_margin_share_votes_and_turnout_by_hand(forecast: Forecast) -> None:
    # Margins 40/160, 0 and -100/200.
    assert forecast.margin.mean == pytest.approx((0.25 + 0 - 0.5) / 3)
    assert forecast.margin.q50 == pytest.approx(0)
    # Quantiles of three values: 5% is a tenth of the way from the smallest to the middle.
    assert forecast.margin.q05 == pytest.approx(-0.45)
    assert forecast.margin.interval(90) == (forecast.margin.q05, forecast.margin.q95)
    assert forecast.finalists[0].share.q50 == pytest.approx(0.5)
    assert forecast.finalists[0].votes.mean == pytest.approx((100 + 80 + 50) / 3)
    assert forecast.turnout.mean == pytest.approx((160 + 160 + 200) / 3)
    assert forecast.turnout_share is not None
    assert forecast.turnout_share.mean == pytest.approx(520 / 3 / 800)
    assert (forecast.race_id, forecast.n_draws, forecast.seed) == ("three", 3, 5)


def test_turnout_share_is_unknown_without_registered_voters() -> None:
    race = race_of_three_candidates(registered=np.nan)
    assert summarize(three_draws(), race, unit_data(race, 0.5)).turnout_share is None


def test_a_county_without_votes_is_even(forecast: Forecast) -> None:
    north, south = forecast.counties
    assert (north.name, north.n_units) == ("north", 1)
    # Margins of the north: 30/90, -10/90, and nobody votes in the third draw.
    assert north.margin.mean == pytest.approx((30 / 90 - 10 / 90 + 0) / 3)
    assert north.shares[0].q50 == pytest.approx(0.5)
    assert south.turnout.mean == pytest.approx((70 + 70 + 200) / 3)


def test_who_goes_to_no_finalist_stays_home(forecast: Forecast) -> None:
    flows = {(flow.source, flow.to): flow for flow in forecast.flows}
    assert len(flows) == 4 * 3
    assert flows["Cid", "Ann"].mean == pytest.approx(11)
    assert flows["Cid", "Bob"].mean == pytest.approx(9)
    assert flows["Cid", NOT_VOTING].mean == pytest.approx(10)
    assert flows["Cid", NOT_VOTING].mean_share == pytest.approx(1 / 3)
    # 800 registered, 200 voted.
    assert flows[DID_NOT_VOTE, NOT_VOTING].source_votes == 600
    assert flows[DID_NOT_VOTE, NOT_VOTING].mean == pytest.approx(600 - 40)


def test_without_kept_flows_there_are_none() -> None:
    race, draws = race_of_three_candidates(registered=400), three_draws()
    bare = RunoffDraws(draws.county_votes, draws.unit_votes, None, draws.seed)
    assert summarize(bare, race, unit_data(race, 0.5)).flows == ()


@pytest.mark.parametrize("n_draws", [1, 2, 1000])
def test_monte_carlo_error_is_never_zero(n_draws: int) -> None:
    probability, error = win_probability(np.tile([55.0, 45.0], (n_draws, 1)))
    assert probability == 1
    assert error > 0


def test_margin_of_no_votes_is_zero() -> None:
    assert margin_of(np.zeros((2, 2))).tolist() == [0, 0]


@pytest.mark.parametrize("scale", [1e-4, 0.01, 0.05, 0.3])
def test_even_is_an_edge_of_the_histogram(scale: float) -> None:
    margins = np.clip(np.random.default_rng(3).normal(0, scale, 5000), -1, 1)
    bins = histogram(margins)
    assert min(abs(edge) for edge in bins.edges) < 1e-12
    assert len(bins.shares) == len(bins.edges) - 1 <= 44
    assert 0.985 <= sum(bins.shares) <= 1


def test_summary_of_a_constant_is_that_constant() -> None:
    assert set(vars(Summary.of(np.full(7, 3.0))).values()) == {3.0}


@pytest.mark.parametrize("n_draws", [1, 2, 9, 1000])
def test_quantiles_are_those_of_numpy(n_draws: int) -> None:
    values = np.random.default_rng(1).normal(size=n_draws)
    levels = (0, 0.025, 0.5, 0.9, 1)
    np.testing.assert_allclose(quantiles(values, levels), np.quantile(values, levels))
