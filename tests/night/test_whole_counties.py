"""Finalists exchanged in a whole county, complete units without votes, and late votes of others."""

from dataclasses import replace

import numpy as np
import pytest

from forecast.night.count import COMPLETE, Count
from forecast.night.exchange_evidence import exchanged_counties
from forecast.night.held_out import unlike_units
from tests.night.nights import (
    count_of,
    final_votes,
    fitted_night,
    new_session,
    odds_of,
    write_snapshot,
)

NORTH = np.arange(16) < 8


def rules(now):
    return [guard.rule for guard in now.guards]


def north_exchanged(count):
    votes = count.votes.copy()
    votes[NORTH] = votes[NORTH][:, ::-1]
    return replace(count, votes=votes)


def early(count):
    """A first count of three precincts of either county, a tenth of their votes."""
    votes, status = count.votes // 10, np.ones_like(count.status)
    for unit in range(16):
        if unit % 8 > 2:
            votes[unit], status[unit] = 0, 0
    return replace(count, votes=votes, status=status)


def test_a_county_whose_finalists_are_exchanged_keeps_out_the_file(fitted, tmp_path):
    session, race = new_session(fitted, tmp_path / "night"), fitted.race
    good = count_of(race, 16)
    before = session.update([write_snapshot(tmp_path / "a.csv", race, early(good), 1)])
    bad = north_exchanged(good)
    now = session.update([write_snapshot(tmp_path / "b.csv", race, bad, 2)])
    assert rules(now) == ["exchanged"]
    assert now.guards[0].whole
    assert odds_of(now) == odds_of(before)
    right = session.update([write_snapshot(tmp_path / "c.csv", race, good, 3)])
    assert right.guards == ()
    np.testing.assert_array_equal(right.count.votes, good.votes)


def test_of_a_county_its_neighbors_and_its_earlier_count_tell(fitted, tmp_path):
    night = new_session(fitted, tmp_path / "night").race(by_county=False)
    good = count_of(fitted.race, 16)
    bad, everywhere = north_exchanged(good), np.ones(16, dtype=bool)
    nothing = Count.nothing(16)
    np.testing.assert_array_equal(exchanged_counties(night, bad, nothing, everywhere), NORTH)
    assert not exchanged_counties(night, good, nothing, everywhere).any()
    # An earlier count that leaned alike says that the county does.
    leaned = early(bad)
    leaned = replace(leaned, votes=3 * leaned.votes)
    assert not exchanged_counties(night, bad, leaned, everywhere).any()


@pytest.mark.parametrize("modes", [("",), ("election_day", "early", "mail")])
def test_what_is_complete_without_a_vote_is_kept_out(modes, tmp_path):
    fitted = fitted_night(tmp_path / "race", modes)
    session, race = new_session(fitted, tmp_path / "night"), fitted.race
    good = count_of(race, 10)
    before = session.update([write_snapshot(tmp_path / "a.csv", race, good, 1)])
    votes, status = good.votes.copy(), good.status.copy()
    votes[12], status[12] = final_votes(race)[12], COMPLETE
    votes[12, :, 0] = 0
    bad = replace(good, votes=votes, status=status)
    now = session.update([write_snapshot(tmp_path / "b.csv", race, bad, 2)])
    assert rules(now) == ["unlike"]
    assert "(Marsh 0, expected about " in now.guards[0].message
    assert odds_of(now) == odds_of(before)
    right = session.update([write_snapshot(tmp_path / "c.csv", race, count_of(race, 14), 3)])
    assert right.guards == ()


def test_a_way_of_voting_that_hardly_anybody_uses_may_have_no_vote(fitted, tmp_path):
    night = new_session(fitted, tmp_path / "night").race(by_county=False)
    count = count_of(fitted.race, 16)
    with_provisional = count.with_modes(("", "provisional"))
    status = np.full(with_provisional.status.shape, COMPLETE, dtype=np.int8)
    complete = replace(with_provisional, status=status)
    everywhere = np.ones(16, dtype=bool)
    assert not unlike_units(night, complete, everywhere, everywhere).units.any()


@pytest.mark.parametrize(("more", "taken"), [(14, True), (40, False)])
def test_a_few_late_votes_of_complete_units_are_taken(fitted, tmp_path, more, taken):
    said = []
    session = new_session(fitted, tmp_path / "night", notify=said.append)
    race = fitted.race
    good = count_of(race, 10)
    session.update([write_snapshot(tmp_path / "a.csv", race, good, 1)])
    votes = good.votes.copy()
    votes[3, 0] += more
    later = replace(good, votes=votes)
    now = session.update([write_snapshot(tmp_path / "b.csv", race, later, 2)])
    assert rules(now) == ([] if taken else ["changed"])
    np.testing.assert_array_equal(now.count.votes, votes if taken else good.votes)
    assert any("late votes of units that were complete" in line for line in said) == taken
