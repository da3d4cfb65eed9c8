"""A night in a process: faults leave the odds as they are, a killed night goes on."""

import json
import shutil
from dataclasses import replace
from functools import partial
from itertools import pairwise

import numpy as np
import pytest
import typer

from forecast.cli import night_command
from forecast.errors import InputError
from forecast.night.count import COMPLETE, NOTHING, PARTIAL, Count
from forecast.night.fetching import snapshot_files
from forecast.night.held_out import LEAST_LOG_ODDS
from forecast.night.night_posterior import NightPosterior
from forecast.night.repeated_night import steps_of
from forecast.night.state import NightState
from forecast.output.night_text import render_night
from tests.night.nights import (
    START,
    count_of,
    final_votes,
    new_session,
    odds_of,
    write_snapshot,
)


@pytest.fixture
def night(fitted, tmp_path):
    """A session after ten complete units, and what writes the next snapshot."""
    session = new_session(fitted, tmp_path / "night")
    race = fitted.race
    path = write_snapshot(tmp_path / "good.csv", race, count_of(race, 10), 1)
    after = session.update([path])
    assert after.guards == ()
    return session, after


def rules(forecast):
    return [guard.rule for guard in forecast.guards]


def test_before_the_first_vote_the_forecast_is_the_one_before(fitted, tmp_path):
    session = new_session(fitted, tmp_path / "night")
    path = write_snapshot(tmp_path / "0.csv", fitted.race, count_of(fitted.race, 0), 0)
    now = session.update([path])
    np.testing.assert_array_equal(
        now.simulation.draws.county_votes, session.before.draws.county_votes
    )
    assert now.counted == 0


def test_the_count_narrows_the_forecast_and_it_comes_to_the_result(fitted, tmp_path):
    session, race = new_session(fitted, tmp_path / "night"), fitted.race
    widths = []
    for number, complete in enumerate((0, 2, 6, 12, 16)):
        path = write_snapshot(tmp_path / f"{number}.csv", race, count_of(race, complete), number)
        share = session.update([path]).simulation.forecast.finalists[0].share
        widths.append(share.q975 - share.q025)
    assert all(later < earlier for earlier, later in pairwise(widths))
    first, second = final_votes(race).sum(axis=(0, 2))
    assert share.q025 <= first / (first + second) <= share.q975
    assert widths[-1] > 0, "late votes are still to come"


def test_little_is_out_where_nearly_all_precincts_have_reported(fitted, tmp_path):
    session, race = new_session(fitted, tmp_path / "night"), fitted.race
    final = count_of(race, 16)
    part = replace(
        final,
        votes=np.rint(0.98 * final.votes).astype(np.int64),
        status=np.full_like(final.status, PARTIAL),
        reported=np.full(16, 0.98),
    )
    posterior = NightPosterior.of(session.race(by_county=False), part)
    totals = np.tile(final.totals, (1024, 1))
    came = posterior.final_votes(totals, 1).sum(axis=(1, 2))
    out = final.totals.sum() - part.totals.sum()
    assert 0.5 * out < came.mean() - part.totals.sum() < 2 * out


def early_votes(race, complete):
    """Six in ten votes are in before the day, 12 points better for the second finalist."""
    final = final_votes(race)
    both = 0.6 * final.sum(axis=1)
    first = np.clip(final[:, 0] / np.maximum(final.sum(axis=1), 1) - 0.12, 0.05, 1) * both
    early = np.rint(np.stack([first, both - first], axis=1)).astype(np.int64)
    count = count_of(race, complete)
    done = count.status == COMPLETE
    return replace(
        count,
        votes=np.where(done[:, None], final, early),
        status=np.where(done, COMPLETE, PARTIAL).astype(np.int8),
        reported=np.where(done[:, 0], 1.0, 0.0),
    )


@pytest.mark.parametrize("complete", [0, 4, 12])
def test_votes_before_any_precinct_has_reported_do_not_lean_the_rest(fitted, tmp_path, complete):
    """They are in the final votes, and those of the day lean the other way by as much."""
    session, race = new_session(fitted, tmp_path / "night"), fitted.race
    posterior = NightPosterior.of(session.race(by_county=False), early_votes(race, complete))
    bare = NightPosterior.of(session.race(by_county=False), count_of(race, complete))
    totals = session.before.draws.votes
    share, without = (
        (votes[:, :, 0].sum(axis=1) / votes.sum(axis=(1, 2)))
        for votes in (one.final_votes(totals, 1) for one in (posterior, bare))
    )
    assert np.mean(share) == pytest.approx(np.mean(without), abs=0.01)
    first, second = final_votes(race).sum(axis=(0, 2))
    low, high = np.quantile(share, [0.005, 0.995])
    assert low <= first / (first + second) <= high


def test_votes_before_any_precinct_has_reported_are_noted(fitted, tmp_path):
    session, race = new_session(fitted, tmp_path / "night"), fitted.race
    path = tmp_path / "early.csv"
    rows = ["county,unit_name,candidate,votes,precincts,reported"]
    returns = race.first_round
    for county, name, votes in zip(
        returns.counties, returns.unit_names, final_votes(race)[:, :, 0], strict=True
    ):
        for finalist, number in zip(race.contest.finalists, votes, strict=True):
            rows.append(f"{county},{name},{finalist},{number // 2},1,0")
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    now = session.update([path])
    assert any("16 units with votes and no precinct reported" in note for note in now.notes)


def test_a_certified_count_is_the_result(fitted, tmp_path):
    session, race = new_session(fitted, tmp_path / "night"), fitted.race
    path = write_snapshot(tmp_path / "end.csv", race, count_of(race, 16), 1)
    path.write_text(path.read_text().replace("complete", "certified"))
    now = session.update([path])
    totals = final_votes(race).sum(axis=(0, 2))
    np.testing.assert_array_equal(now.simulation.draws.votes, np.tile(totals, (1024, 1)))
    assert now.counted == 1


@pytest.mark.parametrize("complete", [2, 8, 14])
def test_final_votes_are_never_below_what_is_counted(fitted, tmp_path, complete):
    session, race = new_session(fitted, tmp_path / "night"), fitted.race
    count = count_of(race, complete)
    status = count.status.copy()
    status[:complete:2] = PARTIAL
    path = write_snapshot(tmp_path / "p.csv", race, replace(count, status=status), 1)
    now = session.update([path])
    assert (now.simulation.draws.votes >= count.totals).all()


RULES = {
    "falls": "falls",
    "changed": "changed",
    "reopened": "reopened",
    "exchanged unit": "exchanged",
    "exchanged file": "exchanged",
    "registered": "registered",
    "unlike": "unlike",
    "a row is missing": "zero",
}


def faulty(name, good):
    """A count with one fault."""
    votes, status = good.votes.copy(), good.status.copy()
    if name == "falls":
        votes[3] -= 40
    elif name == "changed":
        votes[3, 0] += 40
    elif name == "exchanged unit":
        votes[1] = votes[1, ::-1]
    elif name == "exchanged file":
        votes = votes[:, ::-1]
    elif name == "registered":
        votes[12] = 4000
    elif name == "unlike":
        votes[12] = [[2], [700]]
    elif name == "a row is missing":
        votes[12] = [[0], [400]]
    if name in {"falls", "reopened"}:
        status[3] = PARTIAL
    if name in {"registered", "unlike", "a row is missing"}:
        status[12] = COMPLETE
    return replace(good, votes=votes, status=status)


@pytest.mark.parametrize("name", RULES)
def test_a_fault_in_the_votes_leaves_the_odds(night, tmp_path, name):
    session, before = night
    race = session.fitted.race
    bad, rule = faulty(name, count_of(race, 10)), RULES[name]
    now = session.update([write_snapshot(tmp_path / "bad.csv", race, bad, 2)])
    assert rule in rules(now)
    if rule in {"changed", "reopened"}:
        np.testing.assert_array_equal(now.count.votes, before.count.votes)
    else:
        assert odds_of(now) == odds_of(before)
    assert len(now.guards[0].message.splitlines()) == 1


def test_a_small_unit_may_have_no_vote_of_a_finalist(night, tmp_path):
    session, _ = night
    race = session.fitted.race
    good = count_of(race, 10)
    votes, status = good.votes.copy(), good.status.copy()
    votes[12], status[12] = [[0], [4]], COMPLETE
    path = write_snapshot(tmp_path / "few.csv", race, replace(good, votes=votes, status=status), 2)
    assert "zero" not in rules(session.update([path]))


def cut(text, part):
    return text[: int(len(text) * part)]


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("half a line", "unreadable"),
        ("half the units", "half"),
        ("older", "older"),
        ("older with a new time", "fewer"),
        ("not text", "unreadable"),
        ("one finalist", "unreadable"),
        ("empty", "unreadable"),
        ("a word for votes", "unreadable"),
    ],
)
def test_a_faulty_file_leaves_the_odds(night, tmp_path, name, rule):
    session, before = night
    race = session.fitted.race
    path = write_snapshot(
        tmp_path / "bad.csv", race, count_of(race, 11), 0 if name == "older" else 2
    )
    if name == "older with a new time":
        final = final_votes(race)
        path = write_snapshot(path, race, count_of(race, 10, final * 9 // 10), 2)
    text = path.read_text()
    lines = text.splitlines(keepends=True)
    if name == "half a line":
        path.write_text(cut(text, 0.5))
    elif name == "half the units":
        path.write_text("".join(lines[: 1 + 2 * 5]))
    elif name == "not text":
        path.write_bytes(b"\xff\xfe\x00\x01" * 50)
    elif name == "one finalist":
        path.write_text("".join(line for line in lines if "BO REED" not in line))
    elif name == "empty":
        path.write_text("")
    elif name == "a word for votes":
        path.write_text(text.replace(",complete", "x,complete", 1).replace(",,", ",,x", 1))
    now = session.update([path])
    assert rules(now) == [rule]
    assert odds_of(now) == odds_of(before)
    assert not now.moments[-1].accepted


def test_unknown_and_missing_units_are_named(night, tmp_path):
    session, before = night
    race = session.fitted.race
    path = write_snapshot(tmp_path / "bad.csv", race, count_of(race, 10), 2)
    lines = path.read_text().splitlines(keepends=True)
    kept = [line for line in lines if "NORTH|P03" not in line]
    extra = "EAST|Q9,EAST,Q9,ANN MARSH,,900,complete,2017-06-20T19:02:00\n"
    path.write_text("".join([*kept, extra]))
    now = session.update([path])
    assert sorted(rules(now)) == ["missing", "unknown"]
    assert {unit for guard in now.guards for unit in guard.units} == {"EAST|Q9", "NORTH|P03"}
    assert odds_of(now) == odds_of(before)


def test_good_units_of_a_file_with_a_fault_are_taken(night, tmp_path):
    session, _ = night
    race = session.fitted.race
    good = count_of(race, 12)
    votes = good.votes.copy()
    votes[2] //= 2
    now = session.update([write_snapshot(tmp_path / "b.csv", race, replace(good, votes=votes), 2)])
    assert "falls" in rules(now)
    np.testing.assert_array_equal(now.count.votes, good.votes)


def test_the_first_file_with_exchanged_columns_is_kept_out(fitted, tmp_path):
    session, race = new_session(fitted, tmp_path / "night"), fitted.race
    good = count_of(race, 16)
    path = write_snapshot(tmp_path / "b.csv", race, replace(good, votes=good.votes[:, ::-1]), 2)
    now = session.update([path])
    assert rules(now) == ["exchanged"]
    assert now.count.totals.sum() == 0


def one_exchanged(count, unit):
    votes = count.votes.copy()
    votes[unit] = votes[unit, ::-1]
    return replace(count, votes=votes)


def test_finalists_exchanged_in_the_first_count_of_a_unit_are_seen(fitted, tmp_path):
    """No more than a swing for the unit, but the rest of the count knows better."""
    session, race = new_session(fitted, tmp_path / "night"), fitted.race
    good = count_of(race, 14)
    bad = one_exchanged(good, 1)
    first, second = good.votes[1, :, 0]
    assert abs(np.log(first / second)) < LEAST_LOG_ODDS / 2, "too small for the rule `unlike`"
    now = session.update([write_snapshot(tmp_path / "a.csv", race, bad, 1)])
    assert rules(now) == ["exchanged"]
    assert now.guards[0].units == ("NORTH|P01",)
    assert f"P01 (NORTH) (Marsh {second}, expected about " in now.guards[0].message
    assert "--accept UNIT takes it" in now.guards[0].message
    right = session.update([write_snapshot(tmp_path / "b.csv", race, good, 2)])
    assert right.guards == ()
    np.testing.assert_array_equal(right.count.votes, good.votes)


def test_a_unit_whose_earlier_count_leaned_alike_is_not_exchanged(fitted, tmp_path):
    session, race = new_session(fitted, tmp_path / "night"), fitted.race
    surprise = one_exchanged(count_of(race, 14), 1)
    status = surprise.status.copy()
    status[1] = PARTIAL
    votes = surprise.votes.copy()
    votes[1] //= 2
    session.overrule({"P01": "accept"})
    session.update(
        [write_snapshot(tmp_path / "a.csv", race, replace(surprise, votes=votes, status=status), 1)]
    )
    session.overrule({"P01": ""})
    assert session.update([write_snapshot(tmp_path / "b.csv", race, surprise, 2)]).guards == ()


def test_an_exchanged_unit_that_was_taken_is_corrected(fitted, tmp_path):
    said = []
    session = new_session(fitted, tmp_path / "night", notify=said.append)
    race, good = fitted.race, count_of(fitted.race, 14)
    session.overrule({"P01": "accept"})
    path = write_snapshot(tmp_path / "a.csv", race, one_exchanged(good, 1), 1)
    assert session.update([path]).guards == ()
    session.overrule({"P01": ""})
    now = session.update([write_snapshot(tmp_path / "b.csv", race, good, 2)])
    assert now.guards == ()
    np.testing.assert_array_equal(now.count.votes, good.votes)
    assert any("were exchanged before" in line for line in said)


def test_a_certified_count_corrects_an_exchange_that_nothing_told(fitted, tmp_path):
    session, race = new_session(fitted, tmp_path / "night"), fitted.race
    good = count_of(race, 16)
    near = 10
    # So few votes between them that their exchange moves nothing.
    good.votes[near, :, 0] = (312, 290)
    path = write_snapshot(tmp_path / "a.csv", race, one_exchanged(good, near), 1)
    assert session.update([path]).guards == ()
    again = session.update([write_snapshot(tmp_path / "b.csv", race, good, 2)])
    assert rules(again) == ["exchanged"], "not certified, and nothing says which is right"
    done = session.update([certified_file(tmp_path / "end.csv", race, good)])
    assert done.guards == ()
    np.testing.assert_array_equal(done.count.votes, good.votes)


def test_what_is_taken_though_it_takes_votes_away_is_said(fitted, tmp_path):
    said = []
    session = new_session(fitted, tmp_path / "night", notify=said.append)
    race, good = fitted.race, count_of(fitted.race, 16)
    session.update([write_snapshot(tmp_path / "a.csv", race, good, 1)])
    votes = good.votes.copy()
    votes[3, 0] -= 4
    fewer = replace(good, votes=votes)
    assert session.update([certified_file(tmp_path / "end.csv", race, fewer)]).guards == ()
    first, second = votes[3, :, 0]
    line = f"taken: P03 (NORTH) (Marsh {first}, before {first + 4}; Reed {second}, before {second})"
    assert f"note: {line}: certified with fewer votes than before" in said


def test_a_unit_that_stands_twice_is_taken_with_a_word(night, tmp_path):
    session, _ = night
    said, race = [], session.fitted.race
    session.notify = said.append
    path = write_snapshot(tmp_path / "b.csv", race, count_of(race, 11), 2)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([*lines, *(line for line in lines if "|P10," in line)]))
    assert rules(session.update([path])) == ["twice"]
    session.overrule({"P10": "accept"})
    assert session.update([path]).guards == ()
    assert any(
        "listed twice, with the same votes: a copy; --accept takes it once" in line for line in said
    )


def test_a_few_large_units_tell_an_exchange_of_the_whole_file(fitted, tmp_path):
    session, race = new_session(fitted, tmp_path / "night"), fitted.race
    good = count_of(race, [0, 1, 2, 13, 14])
    bad = replace(good, votes=good.votes[:, ::-1])
    now = session.update([write_snapshot(tmp_path / "a.csv", race, bad, 1)])
    assert rules(now) == ["exchanged"]
    first, second = bad.totals
    assert f"(Marsh {first:,}, Reed {second:,}): " in now.guards[0].message
    assert session.update([write_snapshot(tmp_path / "b.csv", race, good, 2)]).guards == ()


def test_the_right_file_takes_the_place_of_an_exchanged_count(fitted, tmp_path):
    said = []
    session = new_session(fitted, tmp_path / "night", notify=said.append)
    race, good = fitted.race, count_of(fitted.race, 12)
    bad = replace(good, votes=good.votes[:, ::-1])
    session.overrule({"all": "accept"})
    session.update([write_snapshot(tmp_path / "a.csv", race, bad, 1)])
    assert session.state.count.totals.tolist() == bad.totals.tolist()
    now = session.update([write_snapshot(tmp_path / "b.csv", race, good, 2)])
    assert now.guards == ()
    assert now.count.totals.tolist() == good.totals.tolist()
    assert any("in place of the last count" in line for line in said)


def test_a_certified_unit_is_taken_however_unlike(fitted, tmp_path):
    said = []
    session = new_session(fitted, tmp_path / "night", notify=said.append)
    race, good = fitted.race, count_of(fitted.race, 16)
    votes = good.votes.copy()
    votes[12] = [[2], [700]]
    count = replace(good, votes=votes)
    assert rules(session.update([write_snapshot(tmp_path / "a.csv", race, count, 1)])) == ["unlike"]
    done = session.update([certified_file(tmp_path / "end.csv", race, count)])
    assert done.guards == ()
    assert done.count.certified
    assert any("P12 (SOUTH) (Marsh 2, expected about " in line for line in said)


def test_going_back_has_the_time_of_the_files(night):
    session, before = night
    back = session.go_back(before.moments[-1].number)
    assert back.moments[-1].time == before.moments[-1].time


def test_an_operator_can_overrule(night, tmp_path):
    session, before = night
    race = session.fitted.race
    bad = faulty("changed", count_of(race, 10))
    path = write_snapshot(tmp_path / "bad.csv", race, bad, 2)
    assert session.update([path]).count.totals.tolist() == before.count.totals.tolist()
    session.overrule({race.first_round.unit_ids[3]: "accept"})
    assert session.new_snapshots([(path,)]) == [(path,)], "the same file is looked at again"
    now = session.update([path])
    assert now.guards == ()
    np.testing.assert_array_equal(now.count.votes, bad.votes)
    assert "Accepted by hand: P03 (NORTH)." in render_night(now)


@pytest.mark.parametrize("name", ["changed", "reopened"])
def test_a_complete_unit_that_the_source_changes_counts_as_in_part(night, tmp_path, name):
    session, before = night
    race = session.fitted.race
    good, bad = count_of(race, 10), faulty("changed", count_of(race, 10))
    if name == "reopened":
        status = good.status.copy()
        status[3] = PARTIAL
        bad = replace(good, status=status)
    for minute in (2, 3):
        path = write_snapshot(tmp_path / f"{minute}.csv", race, bad, minute)
        now = session.update([path])
        assert rules(now) == [name], "not taken in silence when the file comes again"
    assert "counted in part until this is settled: --accept UNIT" in now.guards[0].message
    assert now.count.status[3, 0] == PARTIAL
    np.testing.assert_array_equal(now.count.votes, before.count.votes)
    wide, narrow = (np.ptp(one.simulation.draws.votes.sum(axis=1)) for one in (now, before))
    assert wide > narrow
    # It goes on in another process, and the old numbers settle it.
    again = new_session(session.fitted, session.state.folder)
    assert again.state.count.doubted_cells[3, 0]
    settled = again.update([write_snapshot(tmp_path / "s.csv", race, good, 4)])
    assert settled.guards == ()
    assert odds_of(settled) == odds_of(before)


def test_three_exchanged_units_keep_out_the_file(night, tmp_path):
    session, before = night
    race = session.fitted.race
    bad = count_of(race, 14)
    for unit in (1, 2, 3):
        bad = one_exchanged(bad, unit)
    now = session.update([write_snapshot(tmp_path / "bad.csv", race, bad, 2)])
    assert rules(now) == ["exchanged"]
    assert now.guards[0].whole
    assert "exchanged in 3 of 7 units that changed" in now.guards[0].message
    assert "P01 (NORTH) (Marsh " in now.guards[0].message
    assert odds_of(now) == odds_of(before)
    after = session.update([write_snapshot(tmp_path / "good.csv", race, count_of(race, 14), 3)])
    assert after.guards == ()


def test_a_file_seen_after_the_snapshot_gone_back_to_is_taken_again(night, tmp_path):
    session, before = night
    race = session.fitted.race
    wrong = write_snapshot(tmp_path / "wrong.csv", race, faulty("unlike", count_of(race, 12)), 2)
    session.overrule({"all": "accept"})
    session.update([wrong])
    right = write_snapshot(tmp_path / "right.csv", race, count_of(race, 12), 3)
    later = write_snapshot(tmp_path / "later.csv", race, count_of(race, 13), 4)
    session.update([right])
    session.update([later])
    session.go_back(before.moments[-1].number)
    found = [(wrong,), (right,), (later,)]
    assert session.new_snapshots(found) == [(right,), (later,)]
    assert session.update([right]).guards == ()
    assert session.new_snapshots(found) == [(later,)], "forgotten until it comes again"


def test_a_unit_can_be_held(night, tmp_path):
    session, before = night
    race = session.fitted.race
    session.overrule({race.first_round.unit_ids[10]: "hold"})
    now = session.update([write_snapshot(tmp_path / "c.csv", race, count_of(race, 11), 2)])
    assert rules(now) == ["held"]
    assert odds_of(now) == odds_of(before)


def test_a_whole_file_can_be_accepted_once(night, tmp_path):
    session, _ = night
    race = session.fitted.race
    path = write_snapshot(tmp_path / "old.csv", race, count_of(race, 11), 0)
    session.overrule({"all": "accept"})
    assert session.update([path]).guards == ()
    assert "all" not in session.state.overruled


def test_zeros_in_front_of_a_number_do_not_matter(night):
    session = night[0]
    session.overrule({"south p8": "hold"})
    assert session.state.overruled == {"SOUTH|P08": "hold"}


def test_a_night_is_repeated_with_what_was_overruled(fitted, tmp_path):
    session, race = new_session(fitted, tmp_path / "night"), fitted.race
    good = count_of(race, 12)
    session.update([write_snapshot(tmp_path / "a.csv", race, count_of(race, 5), 1)])
    bad = write_snapshot(tmp_path / "b.csv", race, faulty("unlike", good), 2)
    session.update([bad])
    session.overrule({"P12": "accept", "P09": "hold"})
    session.update([bad])
    before_all = session.state.moments[-1].number
    wrong = write_snapshot(tmp_path / "c.csv", race, count_of(race, 2), 0)
    assert session.update([wrong]).guards, "older than the last: kept out"
    session.overrule({"all": "accept"})
    session.update([wrong])
    session.go_back(before_all)
    session.overrule({"P09": ""})
    last = session.update([write_snapshot(tmp_path / "d.csv", race, faulty("unlike", good), 3)])
    again = new_session(fitted, tmp_path / "again")
    told = [
        step() for step in steps_of(NightState.read(session.state.folder, "small-night"), again)
    ]
    assert odds_of(told[-1]) == odds_of(last)
    numbered = [(one.number, one.accepted, one.win_probability) for one in again.state.moments]
    assert numbered == [
        (one.number, one.accepted, one.win_probability) for one in session.state.moments
    ]
    assert again.state.overruled == session.state.overruled


def test_an_unknown_unit_cannot_be_overruled(night):
    with pytest.raises(InputError, match="no unit 'NOWHERE'"):
        night[0].overrule({"NOWHERE": "hold"})


def test_a_stopped_model_makes_no_odds(fitted, tmp_path):
    session = new_session(fitted, tmp_path / "night", stopped=True)
    path = write_snapshot(tmp_path / "c.csv", fitted.race, count_of(fitted.race, 11), 2)
    now = session.update([path])
    assert now.stopped
    assert now.count.totals.sum() > 0
    assert now.simulation is session.before
    assert now.moments[-1].win_probability is None


def test_a_night_goes_on_in_another_process(night, fitted, tmp_path):
    session, before = night
    again = new_session(fitted, session.state.folder)
    assert odds_of(again.now()) == odds_of(before)
    path = write_snapshot(tmp_path / "c.csv", fitted.race, count_of(fitted.race, 12), 2)
    assert odds_of(again.update([path])) == odds_of(session.update([path]))


def test_snapshots_give_the_same_bits_again(night, fitted, tmp_path):
    session, _ = night
    race = fitted.race
    for number, complete in enumerate((11, 13, 16), 2):
        path = write_snapshot(tmp_path / f"s{number}.csv", race, count_of(race, complete), number)
        last = session.update([path])
    again = new_session(fitted, tmp_path / "again")
    for paths in snapshot_files(session.state.folder):
        replayed = again.update(paths)
    assert odds_of(replayed) == odds_of(last)
    odds = [(m.win_probability, m.share, m.count_digest) for m in session.state.moments]
    assert [(m.win_probability, m.share, m.count_digest) for m in again.state.moments] == odds


def test_the_state_of_another_race_or_a_damaged_one_is_refused(night, tmp_path):
    session, _ = night
    folder = session.state.folder
    with pytest.raises(InputError, match="not of other"):
        NightState.read(folder, "other")
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    stored = next((copy / "counts").glob("*.npz"))
    stored.write_bytes(stored.read_bytes()[:-3] + b"abc")
    with pytest.raises(InputError, match="damaged"):
        NightState.read(copy, "small-night")
    (folder / "night.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="damaged"):
        NightState.read(folder, "small-night")


def test_the_state_is_json_with_every_snapshot(night):
    session, _ = night
    content = json.loads((session.state.folder / "night.json").read_text())
    assert len(content["moments"]) == 1
    assert len(content["moments"][0]["digest"]) == 64


def test_modes_counted_first_move_the_others(fitted_by_mode, tmp_path):
    """Early votes far better for the first finalist than expected raise the rest, but less."""
    session, race = new_session(fitted_by_mode, tmp_path / "night"), fitted_by_mode.race
    final = final_votes(race, share=1.25)
    count = Count.nothing(16, race.first_round.modes)
    at = race.first_round.modes.index("early")
    votes, status = count.votes, count.status
    votes[:, :, at], status[:, at] = final[:, :, at], COMPLETE
    path = write_snapshot(tmp_path / "early.csv", race, replace(count, votes=votes), 1)
    now = session.update([path])
    before = session.before.forecast.finalists[0].share
    after = now.simulation.forecast.finalists[0].share
    assert after.q50 > before.q50
    assert after.q90 - after.q10 < before.q90 - before.q10
    early = final[:, 0, at].sum() / final[:, :, at].sum()
    assert after.q025 < early < 1
    assert START.hour == 19


def test_votes_that_a_source_expects_no_more_of_are_not_expected_again(fitted_by_mode, tmp_path):
    """The day's votes are there, half of what the forecast expects; only mail is out."""
    session, race = new_session(fitted_by_mode, tmp_path / "night"), fitted_by_mode.race
    modes = race.first_round.modes
    day, mail = modes.index("election_day"), modes.index("mail")
    votes = final_votes(race)
    votes[:8, :, day] //= 2
    votes[:, :, mail] = 0
    status = np.full((16, 3), COMPLETE, dtype=np.int8)
    status[:, mail], status[:8, day] = NOTHING, PARTIAL
    expected = np.full((16, 3), np.nan)
    expected[:8, day] = votes[:8, :, day].sum(axis=1)
    count = replace(Count.nothing(16, modes), votes=votes, status=status, expected=expected)
    race_of_night = session.race(by_county=False)
    posterior = NightPosterior.of(race_of_night, count)
    more = posterior.expected[:8, :, day].sum() / votes[:8, :, day].sum()
    assert more < 1.05


def test_late_votes_may_come_until_the_count_is_certified(fitted_by_mode, tmp_path):
    """Provisional ballots are told apart and complete: corrections still can come."""
    session, race = new_session(fitted_by_mode, tmp_path / "night"), fitted_by_mode.race
    modes = (*race.first_round.modes, "provisional")
    count = count_of(race, 16).with_modes(modes)
    out = session.race(by_county=False)
    draws = session.before.draws

    def come(status):
        found = NightPosterior.of(out, replace(count, status=status))
        return found.final_votes(draws.votes, draws.seed).sum(axis=(1, 2)) - count.totals.sum()

    complete = np.full((16, 4), COMPLETE, dtype=np.int8)
    late = come(complete)
    assert 0 < np.quantile(late, 0.1) < np.quantile(late, 0.9)
    assert late.mean() < 0.02 * count.totals.sum()
    sure = NightPosterior.of(out, replace(count, status=complete, final=np.full(16, True)))
    assert (sure.final_votes(draws.votes, draws.seed).sum(axis=(1, 2)) == count.totals.sum()).all()


def test_times_are_of_one_clock(fitted, tmp_path):
    """What is kept out has the time of its file, or the last one that a file said."""
    session, race = new_session(fitted, tmp_path / "night"), fitted.race
    session.update([write_snapshot(tmp_path / "1.csv", race, count_of(race, 9), 300)])
    session.update([write_snapshot(tmp_path / "0.csv", race, count_of(race, 8), 299)])
    bad = tmp_path / "bad.csv"
    bad.write_text("unit_id,county\n")
    session.update([bad])
    times = [moment.time for moment in session.state.moments]
    assert [moment.accepted for moment in session.state.moments] == [True, False, False]
    assert [time[11:16] for time in times] == ["00:00", "23:59", "00:00"]


def test_county_totals_will_do(fitted, tmp_path):
    session, race = new_session(fitted, tmp_path / "night"), fitted.race
    final = final_votes(race)[:, :, 0]
    north = final[:8].sum(axis=0)
    path = tmp_path / "counties.csv"
    rows = [
        f"NORTH,{name},{v},complete" for name, v in zip(race.contest.finalists, north, strict=True)
    ]
    rows += [f"SOUTH,{name},0,none" for name in race.contest.finalists]
    path.write_text("\n".join(["county,candidate,votes,status", *rows]) + "\n")
    now = session.update([path])
    assert now.count.by_county
    assert now.guards == ()
    drawn = now.simulation.draws.county_votes[:, 0].sum(axis=1)
    assert (drawn >= north.sum()).all()
    assert drawn.mean() == pytest.approx(north.sum(), rel=0.02)


def with_rows_again(path, units):
    """The table with the rows of some units a second time, at its end."""
    lines = path.read_text().splitlines(keepends=True)
    again = [line for line in lines[1:] if any(line.startswith(f"{unit},") for unit in units)]
    path.write_text("".join([*lines, *again]))
    return path


def test_a_unit_that_is_listed_twice_is_kept_out_with_its_lines(night, tmp_path):
    session, before = night
    race = session.fitted.race
    path = write_snapshot(tmp_path / "twice.csv", race, count_of(race, 11), 2)
    now = session.update([with_rows_again(path, ["SOUTH|P10"])])
    assert rules(now) == ["twice"]
    assert now.guards[0].units == ("SOUTH|P10",)
    assert "lines 22 and 34" in now.guards[0].message
    assert odds_of(now) == odds_of(before)


def test_a_table_in_two_copies_is_kept_out_whole(fitted, tmp_path):
    session, race = new_session(fitted, tmp_path / "night"), fitted.race
    path = write_snapshot(tmp_path / "twice.csv", race, count_of(race, 11), 2)
    now = session.update([with_rows_again(path, race.first_round.unit_ids)])
    assert rules(now) == ["twice"]
    assert now.guards[0].whole
    assert now.count.totals.sum() == 0


def test_rows_of_one_unit_by_way_of_voting_are_not_twice(fitted_by_mode, tmp_path):
    session, race = new_session(fitted_by_mode, tmp_path / "night"), fitted_by_mode.race
    path = write_snapshot(tmp_path / "r.csv", race, count_of(race, 11), 2)
    assert session.update([path]).guards == ()


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("complete", [4, 16])
def test_a_zero_too_many_is_kept_out_of_the_first_file(fitted, tmp_path, side, complete):
    session, race = new_session(fitted, tmp_path / "night"), fitted.race
    good = count_of(race, complete)
    votes = good.votes.copy()
    votes[1, side] *= 10
    registered = np.full(16, 1e6)
    path = write_snapshot(tmp_path / "z.csv", race, replace(good, votes=votes), 1)
    session.__dict__["_registered"] = lambda *, by_county: registered  # nobody knows the roll
    now = session.update([path])
    assert rules(now) == ["unlike"]
    assert now.guards[0].units == ("NORTH|P01",)
    a, b = votes[1, :, 0]
    assert f"P01 (NORTH) (Marsh {a:,}, expected about " in now.guards[0].message
    assert f"; Reed {b:,}, expected about " in now.guards[0].message
    votes[1] = 0
    np.testing.assert_array_equal(now.count.votes, votes)


def test_an_honest_surprise_of_the_whole_race_is_taken(fitted, tmp_path):
    session, race = new_session(fitted, tmp_path / "night"), fitted.race
    good = count_of(race, 10)
    votes = np.rint(good.votes * np.array([1.5, 0.7])[None, :, None]).astype(np.int64)
    path = write_snapshot(tmp_path / "s.csv", race, replace(good, votes=votes), 1)
    assert session.update([path]).guards == ()


def lines_of(session):
    said = []
    session.notify = said.append
    return said


def test_a_whole_file_is_accepted_in_its_own_call_only(fitted, tmp_path):
    session, race = new_session(fitted, tmp_path / "night"), fitted.race
    said = lines_of(session)
    session.update([write_snapshot(tmp_path / "1.csv", race, count_of(race, 10), 1)])
    session.overrule({"all": "accept"})
    small = write_snapshot(tmp_path / "2.csv", race, count_of(race, [0, 1]), 2)
    now = session.update([small])
    assert now.count.totals.sum() == count_of(race, [0, 1]).totals.sum()
    assert any(line.startswith("taken by --accept all: 2.csv") for line in said)
    assert now.moments[-1].taken_whole
    assert not NightState.read(session.state.folder, "small-night").overruled
    session.update([write_snapshot(tmp_path / "3.csv", race, count_of(race, 12), 3)])
    half = write_snapshot(tmp_path / "4.csv", race, count_of(race, [0, 1]), 4)
    assert rules(session.update([half])) == ["fewer"]


def test_accepting_all_is_refused_aloud_where_there_is_nothing_to_take(night, tmp_path):
    session, before = night
    said = lines_of(session)
    session.overrule({"all": "accept"})
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    session.update([empty])
    assert said == ["--accept all was not used: the file could not be read"]
    older = write_snapshot(
        tmp_path / "older.csv", session.fitted.race, count_of(session.fitted.race, 9), 0
    )
    assert odds_of(session.update([older])) == odds_of(before)
    session.overrule({"all": "accept"})
    session.disarm()
    assert "was not used" in said[-1]
    assert not session.accepts_all


def test_accepting_all_takes_one_file(night, tmp_path):
    session, _ = night
    race = session.fitted.race
    new = [
        (write_snapshot(tmp_path / f"{n}.csv", race, count_of(race, 10 + n), 1 + n),)
        for n in (1, 2)
    ]
    session.overrule({"all": "accept"})
    with pytest.raises(InputError, match="2 are new"):
        session.new_snapshots(new)


def test_a_file_seen_before_says_so_and_the_count_can_be_taken_back(night, fitted, tmp_path):
    session, before = night
    race = fitted.race
    session.update([write_snapshot(tmp_path / "wrong.csv", race, count_of(race, 14), 3)])
    again = new_session(fitted, session.state.folder)
    said = lines_of(again)
    assert again.new_snapshots([(tmp_path / "good.csv",)]) == []
    assert said == [
        "note: good.csv was already seen, as snapshot 1, and changes nothing; --back-to 1 takes "
        "the count after it again"
    ]
    assert odds_of(again.go_back(1)) == odds_of(before)
    assert [moment.back_to for moment in again.state.moments] == [None, None, 1]
    assert odds_of(new_session(fitted, session.state.folder).now()) == odds_of(before)
    # What is older than the wrong file is not too old any more.
    later = write_snapshot(tmp_path / "later.csv", race, count_of(race, 11), 2)
    assert again.update([later]).guards == ()
    assert again.go_back(0).count.totals.sum() == 0
    with pytest.raises(InputError, match="no snapshot 9"):
        again.go_back(9)


@pytest.mark.parametrize("name", ["SOUTH|P10", "south|p10", "P10", "p10 (South)", "South P10"])
def test_a_unit_has_one_key_however_it_is_written(night, name):
    session, _ = night
    session.overrule({"SOUTH|P10": "hold"})
    session.overrule({name: "accept"})
    assert dict(session.state.overruled) == {"SOUTH|P10": "accept"}
    session.overrule({name: ""})
    assert not session.state.overruled


def test_an_unknown_unit_is_an_error_with_the_nearest(night):
    with pytest.raises(InputError, match=r"nearest: 'P\d\d \(SOUTH\)'"):
        night[0].overrule({"SOUTH P1O": "accept"})


def test_a_county_stands_for_its_units(night, tmp_path):
    session, before = night
    session.overrule({"South": "hold"})
    race = session.fitted.race
    now = session.update([write_snapshot(tmp_path / "c.csv", race, count_of(race, 12), 2)])
    assert rules(now) == ["held"]
    assert now.guards[0].units == ("SOUTH|P10", "SOUTH|P11")
    assert odds_of(now) == odds_of(before)


def certified_file(path, race, count, minute=9):
    write_snapshot(path, race, count, minute)
    path.write_text(path.read_text().replace("complete", "certified"))
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if ",none," not in line))
    return path


def test_a_certified_count_without_some_units_is_not_whole(fitted, tmp_path):
    session, race = new_session(fitted, tmp_path / "night"), fitted.race
    now = session.update([certified_file(tmp_path / "end.csv", race, count_of(race, 14))])
    assert not now.count.certified
    assert now.count.certified_units.sum() == 14
    assert now.counted < 0.97
    text = render_night(now)
    assert "no vote is out" not in text
    assert "Certified are 14 of 16 precincts; 2 are not: P14 (SOUTH), P15 (SOUTH)." in text
    # No late votes are added to what is certified: only the two units are out.
    spread = now.simulation.draws.county_votes[:, 0].sum(axis=1)
    assert (spread == spread[0]).all()
    again = new_session(fitted, session.state.folder)
    np.testing.assert_array_equal(again.now().count.certified_units, now.count.certified_units)


def test_a_certified_total_ends_a_night_that_told_ways_of_voting_apart(fitted_by_mode, tmp_path):
    said = []
    session = new_session(fitted_by_mode, tmp_path / "night", notify=said.append)
    race = fitted_by_mode.race
    final = count_of(race, 16)
    session.update([write_snapshot(tmp_path / "n.csv", race, final, 1)])
    totals = final.without_modes()
    votes = totals.votes.copy()
    votes[0, 0] -= 3  # the canvass
    votes[1, 1] += 9
    votes[2, 0] += 200
    end = certified_file(tmp_path / "end.csv", race, replace(totals, votes=votes))
    done = session.update([end])
    assert done.guards == ()
    line = next(line for line in said if "complete with other votes" in line)
    assert "taken: P02 (NORTH) (Marsh " in line
    assert "P01" not in line, "as a canvass differs"
    assert done.count.certified
    np.testing.assert_array_equal(done.count.votes, votes)
    assert "The count is certified, as the returns say" in render_night(done)


def test_files_of_another_county_ask_for_both(fitted, tmp_path):
    session, race = new_session(fitted, tmp_path / "night"), fitted.race
    north = write_snapshot(tmp_path / "north.csv", race, count_of(race, 8), 1)
    south = write_snapshot(tmp_path / "south.csv", race, count_of(race, range(8, 16)), 2)
    for path, county in ((north, "NORTH"), (south, "SOUTH")):
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join(lines[:1] + [line for line in lines if line.startswith(county)]))
    session.update([north])
    now = session.update([south])
    assert rules(now) == ["half"]
    assert "no unit in common" in now.guards[0].message
    assert "--returns once for each" in now.guards[0].message
    assert "--accept" not in now.guards[0].message


def test_a_job_can_tell_that_the_last_file_was_kept_out(night, tmp_path):
    session, _ = night
    race = session.fitted.race
    shown = []
    older = partial(
        session.update, [write_snapshot(tmp_path / "older.csv", race, count_of(race, 9), 0)]
    )
    good = partial(
        session.update, [write_snapshot(tmp_path / "new.csv", race, count_of(race, 11), 3)]
    )
    with pytest.raises(typer.Exit) as ended:
        night_command._run(session, [older], print, shown.append)
    assert ended.value.exit_code == 3
    night_command._run(session, [older], print, shown.append, watching=True)
    night_command._run(session, [older, good], print, shown.append)
    assert [any(guard.whole for guard in one.guards) for one in shown] == [True, True, False]
