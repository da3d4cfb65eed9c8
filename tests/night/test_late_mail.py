"""Mail that is counted when every precinct has reported: expected, and taken when it comes."""

from dataclasses import replace

import numpy as np
import pytest

from forecast.night.count import COMPLETE, PARTIAL, Count
from forecast.night.returns_rows import ReturnRows, mail_left_open
from forecast.night.state import NightState
from forecast.night.told import ToldOfFiles, headings_of
from forecast.output.night_text import render_night
from tests.night.nights import N_UNITS, START, final_votes, new_session

LATE_MAIL = ToldOfFiles(late_mail=20.0)


def write(path, race, votes, minute):
    """Units of which all forty precincts have reported, and nothing more is said."""
    lines = ["unit_id,candidate,votes,precincts,reported,time"]
    time = START.replace(minute=minute).isoformat()
    for unit, of_unit in zip(race.first_round.unit_ids, votes, strict=True):
        for name, number in zip(race.contest.finalists, of_unit, strict=True):
            lines.append(f"{unit},{name},{number},40,40,{time}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def final(fitted):
    return final_votes(fitted.race).sum(axis=2)


def test_what_is_said_to_come_is_expected_of_every_unit(fitted, tmp_path, final):
    """A fifth is out though all precincts are in; without a word the count is all but over."""
    so_far = np.rint(0.8 * final).astype(np.int64)
    path = write(tmp_path / "a.csv", fitted.race, so_far, 1)
    plain = new_session(fitted, tmp_path / "plain").update([path])
    assert (plain.count.status == COMPLETE).all()
    late = new_session(fitted, tmp_path / "late", told=LATE_MAIL).update([path])
    assert (late.count.status == PARTIAL).all()
    assert late.posterior.expected.sum() == pytest.approx(final.sum(), rel=0.05)
    one, other = (now.simulation.forecast.finalists[0].share for now in (plain, late))
    assert np.diff(other.interval(95)) > 3 * np.diff(one.interval(95))
    text = render_night(late, colour=False).replace("\n", " ")
    assert "0 of 16 precincts complete, 16 with all precincts in and late mail out" in text


def test_late_mail_is_taken_unit_by_unit(fitted, tmp_path, final):
    so_far = np.rint(0.8 * final).astype(np.int64)
    session = new_session(fitted, tmp_path / "night", told=LATE_MAIL)
    session.update([write(tmp_path / "a.csv", fitted.race, so_far, 1)])
    so_far[:9] = final[:9]
    now = session.update([write(tmp_path / "b.csv", fitted.race, so_far, 2)])
    assert now.guards == ()
    np.testing.assert_array_equal(now.count.unit_votes, so_far)


def test_who_finds_out_on_the_night_says_it_then(fitted, tmp_path, final):
    """What was complete changes; the line names the option, and with it the file is taken."""
    so_far = np.rint(0.8 * final).astype(np.int64)
    first = write(tmp_path / "a.csv", fitted.race, so_far, 1)
    second = write(tmp_path / "b.csv", fitted.race, final, 2)
    session = new_session(fitted, tmp_path / "night")
    session.update([first])
    kept_out = session.update([second])
    assert [guard.rule for guard in kept_out.guards] == ["changed"]
    assert "--late-mail PERCENT" in kept_out.guards[0].message
    again = new_session(fitted, tmp_path / "night", told=LATE_MAIL)
    assert again.new_snapshots([(second,)]) == [(second,)]
    now = again.update([second])
    assert now.guards == ()
    np.testing.assert_array_equal(now.count.unit_votes, final)
    # What has come is not expected again, though the units were in doubt.
    np.testing.assert_array_equal(now.count.at_last_precinct, so_far.sum(axis=1))
    # The next call need not say it again.
    third = write(tmp_path / "c.csv", fitted.race, final + 1, 3)
    recalled = new_session(fitted, tmp_path / "night").update([third])
    assert recalled.guards == ()
    assert recalled.count.late_mail == LATE_MAIL.late_mail / 100


def test_a_count_that_was_too_high_does_not_make_late_mail_of_the_error():
    wrong = replace(
        Count.nothing(1), votes=np.array([[[6_000], [4_000]]]), reported=np.ones(1), late_mail=0.2
    )
    right = replace(wrong, votes=np.array([[[600], [400]]]))
    corrected = right.since(wrong.since(Count.nothing(1)))
    assert corrected.late_mail_out == pytest.approx([0.2])


def test_of_a_source_that_counts_no_precincts_nothing_is_excused():
    count = replace(Count.nothing(1), status=np.full((1, 1), PARTIAL, dtype=np.int8), late_mail=0.2)
    assert not count.late_mail_cells.any()


def test_a_file_that_is_gone_has_no_headings(tmp_path):
    assert headings_of((tmp_path / "gone.csv",), LATE_MAIL) == ()


def test_fewer_precincts_than_before_reopen_a_unit_all_the_same(fitted, tmp_path, final):
    session = new_session(fitted, tmp_path / "night")
    session.update([write(tmp_path / "a.csv", fitted.race, final, 1)])
    path = write(tmp_path / "b.csv", fitted.race, final, 2)
    path.write_text(path.read_text().replace(",40,40,", ",40,30,"), encoding="utf-8")
    late = new_session(fitted, tmp_path / "night", told=LATE_MAIL)
    assert [guard.rule for guard in late.update([path]).guards] == ["reopened"]


def test_it_runs_down_as_mail_comes(fitted, tmp_path, final):
    """Of the fifth that is late a half comes, then all of it: the final votes stay as they were."""
    so_far = np.rint(0.8 * final).astype(np.int64)
    session = new_session(fitted, tmp_path / "night", told=LATE_MAIL)
    out, all_votes = [], []
    for minute, part in enumerate((0.8, 0.9, 1.0), 1):
        now_in = np.maximum(np.rint(part * final).astype(np.int64), so_far)
        now = session.update([write(tmp_path / f"{minute}.csv", fitted.race, now_in, minute)])
        assert now.guards == ()
        all_votes.append(now.posterior.expected.sum())
        out.append(all_votes[-1] - now_in.sum())
    assert all_votes == pytest.approx([final.sum()] * 3, rel=0.03)
    assert out[2] < 0.25 * out[1] < 0.25 * out[0]
    stored = NightState.read(tmp_path / "night", "small-night").count
    np.testing.assert_array_equal(stored.at_last_precinct, so_far.sum(axis=1))


def test_a_forecast_of_more_votes_does_not_make_late_mail_of_them(fitted, tmp_path, final):
    """A third fewer came than was forecast; a twentieth is late, as was said."""
    so_far = np.rint(0.95 * 0.67 * final).astype(np.int64)
    told = ToldOfFiles(late_mail=5.0)
    session = new_session(fitted, tmp_path / "night", told=told)
    now = session.update([write(tmp_path / "a.csv", fitted.race, so_far, 1)])
    assert now.posterior.expected.sum() == pytest.approx(so_far.sum() / 0.95, rel=0.01)


def test_of_ways_of_voting_only_the_mail_is_late():
    rows = ReturnRows.empty()
    rows.place, rows.mode = [0, 0, 0, 1], ["election_day", "early", "mail", "mail"]
    rows.status = [COMPLETE, COMPLETE, COMPLETE, PARTIAL]
    assert mail_left_open(rows) == {0: 1.0}
    assert rows.status == [COMPLETE, COMPLETE, -1, PARTIAL]


def test_it_is_kept_with_the_snapshot_and_the_count():
    assert LATE_MAIL.words() == '--late-mail "20"'
    assert ToldOfFiles.of_record(LATE_MAIL.record()) == LATE_MAIL
    plain = Count.nothing(N_UNITS)
    assert "late_mail" not in plain.arrays()
    late = replace(plain, late_mail=0.05, at_last_precinct=np.full(N_UNITS, 40.0))
    again = Count.of_arrays(late.arrays())
    assert again.late_mail == 0.05
    np.testing.assert_array_equal(again.at_last_precinct, late.at_last_precinct)
