"""Finalists exchanged in a whole county, complete units without votes, and late votes of others."""

from dataclasses import replace

import numpy as np
import pytest

from forecast.night.complete_units import late_votes
from forecast.night.count import COMPLETE, PARTIAL, Count
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
    assert "Marsh 0, expected about " in now.guards[0].message
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


def half_of_one(count, status):
    """The first unit with half of its votes, and how many it has in all."""
    votes, states = count.votes.copy(), count.status.copy()
    whole = int(votes[0].sum())
    votes[0] //= 2
    states[0] = status
    return replace(count, votes=votes, status=states), whole


def write_expected(path, race, count, minute, expected):
    """A snapshot whose source says how many votes it expects in the first unit."""
    head, *rows = write_snapshot(path, race, count, minute).read_text().splitlines()
    told = [f"{row},{expected if row.startswith('NORTH|P00,') else ''}" for row in rows]
    path.write_text("\n".join([f"{head},expected", *told]) + "\n")
    return path


def test_a_unit_that_is_complete_with_far_fewer_votes_than_expected_is_kept_out(fitted, tmp_path):
    session, race = new_session(fitted, tmp_path / "night"), fitted.race
    good = count_of(race, 10)
    begun, whole = half_of_one(good, PARTIAL)
    before = session.update([write_expected(tmp_path / "a.csv", race, begun, 1, whole)])
    # Its source now expects no more than it has.
    bad, _ = half_of_one(good, COMPLETE)
    half = int(bad.votes[0].sum())
    now = session.update([write_expected(tmp_path / "b.csv", race, bad, 2, half)])
    assert rules(now) == ["stalls"]
    assert f"{whole:,} expected" in now.guards[0].message
    assert odds_of(now) == odds_of(before)
    right = session.update([write_snapshot(tmp_path / "c.csv", race, good, 3)])
    assert right.guards == ()


def test_expected_votes_that_change_by_a_factor_are_not_used(fitted, tmp_path):
    said = []
    session = new_session(fitted, tmp_path / "night", notify=said.append)
    race = fitted.race
    begun, whole = half_of_one(count_of(race, 10), PARTIAL)
    before = session.update([write_expected(tmp_path / "a.csv", race, begun, 1, whole)])
    now = session.update([write_expected(tmp_path / "b.csv", race, begun, 2, 3 * whole)])
    assert any(f"{3 * whole:,} expected, before {whole:,}" in line for line in said)
    assert odds_of(now) == odds_of(before)
    more = session.update([write_expected(tmp_path / "c.csv", race, begun, 3, whole + 100)])
    assert odds_of(more) != odds_of(before)


def test_a_file_that_no_longer_says_how_far_units_are_is_kept_out(fitted, tmp_path):
    session, race = new_session(fitted, tmp_path / "night"), fitted.race
    begun = early(count_of(race, 16))
    before = session.update([write_snapshot(tmp_path / "a.csv", race, begun, 1)])
    text = write_snapshot(tmp_path / "b.csv", race, count_of(race, 16), 2).read_text()
    lines = [line.split(",") for line in text.splitlines()]
    drop = [at for at, name in enumerate(lines[0]) if name in {"status", "expected", "reported"}]
    bare = [",".join(c for at, c in enumerate(line) if at not in drop) for line in lines]
    (tmp_path / "b.csv").write_text("\n".join(bare) + "\n")
    now = session.update([tmp_path / "b.csv"])
    assert rules(now) == ["modes"]
    assert "says nothing of how far units are counted" in now.guards[0].message
    assert odds_of(now) == odds_of(before)


def test_a_certified_unit_that_loses_a_digit_is_kept_out(fitted, tmp_path):
    session, race = new_session(fitted, tmp_path / "night"), fitted.race
    good = count_of(race, 16)
    before = session.update([write_snapshot(tmp_path / "a.csv", race, good, 1)])
    votes = good.votes.copy()
    votes[15, 0] //= 10
    bad = replace(good, votes=votes, final=np.ones(16, dtype=bool))
    now = session.update([write_snapshot(tmp_path / "b.csv", race, bad, 2)])
    assert rules(now) == ["falls"]
    np.testing.assert_array_equal(now.count.votes[15], good.votes[15])
    assert before.count.totals.tolist() == now.count.totals.tolist()


def test_a_unit_in_doubt_is_no_progress_that_a_feed_without_a_status_has_told(fitted, tmp_path):
    """A bare feed goes on after a complete unit has changed, and has its old numbers again."""
    session, race = new_session(fitted, tmp_path / "night"), fitted.race
    good = count_of(race, 10)
    votes = good.votes.copy()
    votes[3, 0] += 60

    def bare(name, count, minute):
        path = write_snapshot(tmp_path / name, race, count, minute)
        rows = [line.split(",") for line in path.read_text().splitlines()]
        at = rows[0].index("status")
        path.write_text("".join(",".join(row[:at] + row[at + 1 :]) + "\n" for row in rows))
        return path

    assert session.update([bare("a.csv", good, 1)]).guards == ()
    changed = session.update([bare("b.csv", replace(good, votes=votes), 2)])
    assert rules(changed) == ["changed"]
    more = count_of(race, 12)
    again = session.update([bare("c.csv", more, 3)])
    assert again.guards == ()
    np.testing.assert_array_equal(again.count.votes, more.votes)


def test_late_votes_are_held_against_the_way_of_voting_that_was_complete(tmp_path):
    fitted = fitted_night(tmp_path / "race", ("election_day", "early", "mail"))
    race = fitted.race
    old = count_of(race, 10)
    status = old.status.copy()
    status[0, 0] = PARTIAL
    old = replace(old, status=status)
    votes = old.votes.copy()
    votes[0, :, 0] += 300  # the day goes on
    votes[0, 0, 2] += 2  # a few in the mail, which was complete
    assert late_votes(replace(old, votes=votes), old)[0]
    votes[0, 0, 2] += 60  # too many of the mail, though few of the whole unit
    assert not late_votes(replace(old, votes=votes), old)[0]
