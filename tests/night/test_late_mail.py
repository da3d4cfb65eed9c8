"""Mail that is counted when every precinct has reported: expected, and taken when it comes."""

from dataclasses import replace

import numpy as np
import pytest

from forecast.night.clarity_cells import clarity_cells
from forecast.night.count import COMPLETE, PARTIAL, Count
from forecast.night.told import ToldOfFiles
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
    # The next call need not say it again.
    third = write(tmp_path / "c.csv", fitted.race, final + 1, 3)
    recalled = new_session(fitted, tmp_path / "night").update([third])
    assert recalled.guards == ()
    assert recalled.count.late_mail == LATE_MAIL.late_mail / 100


def test_fewer_precincts_than_before_reopen_a_unit_all_the_same(fitted, tmp_path, final):
    session = new_session(fitted, tmp_path / "night")
    session.update([write(tmp_path / "a.csv", fitted.race, final, 1)])
    path = write(tmp_path / "b.csv", fitted.race, final, 2)
    path.write_text(path.read_text().replace(",40,40,", ",40,30,"), encoding="utf-8")
    late = new_session(fitted, tmp_path / "night", told=LATE_MAIL)
    assert [guard.rule for guard in late.update([path]).guards] == ["reopened"]


def test_of_ways_of_voting_only_the_mail_is_late():
    place, votes = [0] * 6, [60, 40, 30, 20, 5, 5]
    ways = ["election_day", "election_day", "early", "early", "mail", "mail"]
    status, expected = clarity_cells(place, ways, votes, [4] * 6, all_in=False, late_mail=5.0)
    assert status == [COMPLETE] * 4 + [PARTIAL] * 2
    assert np.isnan(expected).all()
    status, expected = clarity_cells(
        [0, 0], ["", ""], [60, 40], [4, 4], all_in=False, late_mail=20.0
    )
    assert status == [PARTIAL] * 2
    assert expected == pytest.approx([125, 125])


def test_it_is_kept_with_the_snapshot_and_the_count():
    assert LATE_MAIL.words() == '--late-mail "20"'
    assert ToldOfFiles.of_record(LATE_MAIL.record()) == LATE_MAIL
    plain = Count.nothing(N_UNITS)
    assert "late_mail" not in plain.arrays()
    late = replace(plain, late_mail=0.05)
    assert Count.of_arrays(late.arrays()).late_mail == 0.05
