"""What a race shows before any model."""

import numpy as np
import pytest

from forecast.race.units import candidate_sides, unit_data
from tests.runoff.builders import make_race, make_returns

VOTES = [[50, 60, 30, 5], [80, 40, 20, 9], [10, 90, 5, 1], [40, 45, 20, 2], [0, 0, 0, 0]]
PRESIDENT = [[90, 80], [130, 50], [20, 140], [70, 75], [10, 8]]
HOUSE = [[100, 70], [120, 65], [35, 120], [90, 60], [9, 9]]
REGISTERED = [300, 300, 250, 200, 50]


def baseline(votes, **more):
    return make_returns(votes, ("REP", "DEM"), **more)


def weighted(race):
    cast = race.first_round.votes_cast + 1.0
    return cast / cast.sum()


def test_lean_columns_are_standard_and_orthogonal():
    race = make_race(VOTES, baselines=[baseline(PRESIDENT), baseline(HOUSE)], registered=REGISTERED)
    columns = unit_data(race, 0.5).lean_covariates
    weight = weighted(race)
    assert columns.shape == (5, 2)
    np.testing.assert_allclose(weight @ columns, 0, atol=1e-9)
    np.testing.assert_allclose((columns * weight[:, None]).T @ columns, np.eye(2), atol=1e-9)
    # The newest baseline comes first, as it is but for its mean and spread.
    lean = np.log((np.array(PRESIDENT)[:, 0] + 0.5) / (np.array(PRESIDENT)[:, 1] + 0.5))
    assert np.corrcoef(columns[:, 0], lean)[0, 1] == pytest.approx(1)


def test_a_baseline_that_says_the_same_again_is_left_out():
    race = make_race(VOTES, baselines=[baseline(PRESIDENT), baseline(PRESIDENT)])
    assert unit_data(race, 0.5).lean_names == ("baseline 0",)


def test_a_single_unit_has_no_covariates():
    race = make_race(VOTES[:1], baselines=[baseline(PRESIDENT[:1])], registered=[300])
    units = unit_data(race, 0.5)
    assert units.lean_covariates.shape == (1, 0)
    assert units.baseline_share == pytest.approx(90.5 / 171)


def test_sides_follow_the_blocs():
    race = make_race(VOTES)
    assert race.has_two_blocs
    np.testing.assert_array_equal(candidate_sides(race), [0, 1, 0, -1])
    np.testing.assert_array_equal(unit_data(race, 0.5).side_votes[0], [80, 60])


@pytest.mark.parametrize(
    "parties", [("REP", "REP", "REP", "DEM"), ("", "", "", ""), ("REP", "", "REP", "")]
)
def test_finalists_of_one_bloc_or_of_none_stand_alone(parties):
    race = make_race(VOTES, parties=parties, baselines=[baseline(PRESIDENT)])
    np.testing.assert_array_equal(candidate_sides(race), [0, 1, -1, -1])
    units = unit_data(race, 0.5)
    assert units.lean_names == ()
    # No baseline tells them apart, so round one itself does.
    assert units.baseline_share[0] == pytest.approx(50.5 / 111)


def test_without_baselines():
    units = unit_data(make_race(VOTES, registered=REGISTERED), 0.5)
    assert units.lean_covariates.shape == (5, 0)
    assert units.turnout_covariates.shape == (5, 0)
    assert np.isnan(units.baseline_turnout).all()


def test_a_baseline_of_one_bloc_only_tells_nothing():
    units = unit_data(make_race(VOTES, baselines=[baseline([[9, 0]] * 5)]), 0.5)
    assert units.lean_names == ()


def test_a_unit_without_baseline_votes_takes_the_lean_of_its_county():
    counties = ["a", "a", "a", "b", "b"]
    votes = [[90, 80], [0, 0], [20, 140], [70, 75], [10, 8]]
    units = unit_data(make_race(VOTES, baselines=[baseline(votes)], counties=counties), 0.5)
    assert units.baseline_share[1] == pytest.approx(110.5 / 331)


def test_unknown_registered_voters_are_assumed():
    units = unit_data(make_race(VOTES), 0.4)
    assert not units.eligible_known
    np.testing.assert_allclose(units.eligible, np.array([145, 149, 106, 107, 0]) / 0.4, atol=0.5)
    # Voters are whole, also where they are assumed.
    np.testing.assert_array_equal(units.eligible, np.rint(units.eligible))


def test_eligible_are_at_least_the_votes_cast():
    units = unit_data(make_race(VOTES, registered=[100, 300, 250, 200, 50]), 0.5)
    assert units.eligible[0] == 145


def test_baseline_turnout_is_ballots_over_registered():
    returns = baseline(
        PRESIDENT, registered=[200, 200, 200, 0, np.nan], ballots=[180, 190, 250, 150, 20]
    )
    turnout = unit_data(make_race(VOTES, baselines=[returns]), 0.5).baseline_turnout
    np.testing.assert_allclose(turnout, [0.9, 0.95, 1, np.nan, np.nan])


def test_baseline_turnout_without_ballots_counts_the_votes():
    returns = baseline(PRESIDENT, registered=[200] * 5)
    turnout = unit_data(make_race(VOTES, baselines=[returns]), 0.5).baseline_turnout
    np.testing.assert_allclose(turnout, [0.85, 0.9, 0.8, 0.725, 0.09])
