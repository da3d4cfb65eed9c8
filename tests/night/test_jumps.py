"""Votes that change while what is counted does not, and how what was taken wrongly is put right."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from forecast.night.count import COMPLETE, PARTIAL, Count
from forecast.night.exchanges import unit_exchanges
from forecast.night.jumps import stalled
from forecast.night.night_headings import reported_shares
from tests.night.nights import START, final_votes, new_session

NORTH = range(8)


class Feed:
    """Snapshots of eight units of which some stations have reported."""

    def __init__(self, fitted, folder, **options):
        self.race, self.folder = fitted.race, folder
        self.session = new_session(fitted, folder / "night", **options)
        self.final = final_votes(fitted.race)[:8].sum(axis=2)
        self.minute = 0

    def take(self, reported, more=(0, 0), *, unit=3, precincts=40, status="", told="counts"):
        """Take a file by which so many stations have reported, one unit with some votes more."""
        return self.session.update([self.write(reported, more, unit, precincts, status, told)])

    def write(self, reported, more=(0, 0), unit=3, precincts=40, status="", told="counts"):
        self.minute += 1
        lines = ["county,unit_name,candidate,votes,registered,status,precincts,reported,time"]
        if told != "counts":
            lines = ["county,unit_name,candidate,votes,registered,status,% counted,time"]
        for place in NORTH:
            votes = np.rint(self.final[place] * reported / precincts).astype(int)
            votes += np.array(more) * (place == unit)
            how_far = f"{precincts},{reported}"
            if told != "counts":
                how_far = f"{100 * reported / precincts:.{told}f}"
            for name, number in zip(self.race.contest.finalists, votes, strict=True):
                lines.append(
                    f"NORTH,P{place:02d},{name},{number},60000,{status},{how_far},"
                    f"{START.replace(minute=self.minute).isoformat()}"
                )
        path = self.folder / f"{self.minute}.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path


@pytest.fixture
def feed(fitted_large, tmp_path):
    return Feed(fitted_large, tmp_path)


def rules(forecast):
    return [guard.rule for guard in forecast.guards]


def test_votes_that_rise_while_nothing_more_has_reported_are_kept_out(feed):
    before = feed.take(20)
    now = feed.take(20, (700, 0))
    assert rules(now) == ["jumps"]
    np.testing.assert_array_equal(now.count.votes, before.count.votes)
    first, second = before.count.unit_votes[3]
    assert (
        f"P03 (NORTH) (Marsh {first + 700:,}, before {first:,}; Reed {second:,}, before "
        f"{second:,}; 50.0% reported then and now)" in now.guards[0].message
    )
    # A file that agrees with what was there before, and one by which more has reported.
    assert feed.take(20).guards == ()
    assert rules(feed.take(20, (700, 0))) == ["jumps"]
    after = feed.take(21, (700, 0))
    assert after.guards == ()
    assert after.count.unit_votes[3, 0] > first + 700


def test_a_small_correction_passes(feed):
    feed.take(20)
    assert feed.take(20, (100, 0)).guards == ()


@pytest.mark.parametrize("reported", [0, 40])
def test_early_and_late_votes_come_without_a_precinct(feed, reported):
    """Nothing has reported yet, or everything has and mail is still counted."""
    feed.take(20, status="partial")
    feed.session.go_back(0)
    path = feed.write(reported, (900, 900), status="partial")
    assert feed.session.update([path]).guards == ()
    assert "jumps" not in rules(feed.take(reported, (1800, 1800), status="partial"))


def test_a_rounded_percentage_hides_what_comes_in(feed):
    """At 98% whole percentages hide 8 stations of 800; 98.0% hides none of them."""
    feed.take(784, precincts=800, told=0)
    assert feed.take(787, precincts=800, told=0).guards == ()
    assert feed.take(787, (150, 0), precincts=800, told=0).guards == ()
    assert rules(feed.take(787, (2500, 0), precincts=800, told=0)) == ["jumps"]
    feed.session.go_back(0)
    feed.take(784, precincts=800, told=1)
    assert rules(feed.take(784, (500, 0), precincts=800, told=1)) == ["jumps"]


@pytest.mark.parametrize(
    ("columns", "step"),
    [
        ({"share": ["98", "7"]}, 0.01),
        ({"share": ["98,5 %", "7"]}, 0.001),
        ({"share": ["0.985", "0.1"]}, 0.001),
        ({"precincts": ["40", "40"], "reported": ["3", "4"]}, 0),
        ({"precincts": ["40", "40"], "reported": ["3", "4"], "share": ["7", "10"]}, 0),
    ],
)
def test_how_far_shares_can_be_apart_that_look_the_same(columns, step):
    assert reported_shares(columns, {"reported": "Reported"}).step == pytest.approx(step)


def test_accepted_and_certified_counts_pass(feed):
    feed.take(20)
    path = feed.write(20, (700, 0))
    assert rules(feed.session.update([path])) == ["jumps"]
    feed.session.overrule({"P03": "accept"})
    assert feed.session.new_snapshots([(path,)]) == [(path,)]
    assert feed.session.update([path]).guards == ()
    feed.session.overrule({"P03": ""})
    assert "jumps" not in rules(feed.take(20, (1400, 0), status="certified"))


def test_a_correction_that_falls_is_takeable_as_its_line_says(feed):
    """A wrong file was taken, for more had reported; the next one puts it right."""
    feed.take(20)
    right = feed.write(30)
    wrong = feed.write(30, (5000, 0))
    assert feed.session.update([wrong]).guards == ()
    right.write_text(right.read_text().replace("19:02:00", "19:04:00"), encoding="utf-8")
    now = feed.session.update([right])
    assert rules(now) == ["falls"]
    assert "--accept UNIT takes the new one" in now.guards[0].message
    assert "--back-to 1 and this file again go on" in now.guards[0].message
    assert feed.session.new_snapshots([(right,)]) == []
    feed.session.go_back(1)
    assert feed.session.new_snapshots([(wrong,)]) == [], "not taken a second time"
    assert feed.session.new_snapshots([(right,)]) == [(right,)]
    corrected = feed.session.update([right])
    assert corrected.guards == ()
    np.testing.assert_array_equal(corrected.count.unit_votes[3], np.rint(feed.final[3] * 0.75))


def test_progress_without_votes_is_kept_out(feed):
    """A unit says that everything has reported, and has the votes of two thirds."""
    before = feed.take(26)
    path = feed.write(30)
    lines = path.read_text().splitlines()
    old = feed.write(26).read_text().splitlines()
    mixed = [
        ",".join([*was.split(",")[:-2], "40", line.split(",")[-1]]) if ",P03," in line else line
        for line, was in zip(lines, old, strict=True)
    ]
    path.write_text("\n".join(mixed) + "\n", encoding="utf-8")
    now = feed.session.update([path])
    assert rules(now) == ["stalls"]
    assert "100.0% reported, before 65.0%" in now.guards[0].message
    assert now.count.reported[3] == before.count.reported[3]
    assert now.count.reported[2] > before.count.reported[2]
    # With its votes it goes on, complete or not.
    feed.minute += 5
    assert feed.take(33).guards == ()


@pytest.mark.parametrize(
    ("early", "of_the_day", "stalls"), [(800, 0, True), (800, 300, False), (200, 0, False)]
)
def test_a_precinct_that_reports_brings_votes_of_the_day(early, of_the_day, stalls):
    def count(votes, reported):
        nothing = Count.nothing(1)
        both = np.array([[[votes // 2], [votes - votes // 2]]])
        status = np.full((1, 1), COMPLETE if reported == 1 else PARTIAL, dtype=np.int8)
        return replace(nothing, votes=both, status=status, reported=np.array([float(reported)]))

    assert stalled(count(early + of_the_day, 1), count(early, 0), 0.0).tolist() == [stalls]


def test_early_votes_that_are_told_apart_excuse_no_precinct_without_votes():
    """Half of the precincts more, and no vote of the day: early votes are a way of their own."""

    def count(reported):
        nothing = Count.nothing(1, ("election_day", "early"))
        votes = np.array([[[200, 900], [200, 900]]])
        status = np.array([[PARTIAL, COMPLETE]], dtype=np.int8)
        return replace(nothing, votes=votes, status=status, reported=np.array([reported]))

    assert stalled(count(0.9), count(0.3), 0.0).tolist() == [True]


def test_a_few_stations_without_votes_pass(feed):
    feed.take(39)
    path = feed.write(39)
    path.write_text(path.read_text().replace(",39,", ",40,"), encoding="utf-8")
    assert feed.session.update([path]).guards == ()


def exchanged_in(path, place):
    """The file with the finalists of one precinct exchanged."""
    lines = path.read_text().splitlines()
    at = [k for k, line in enumerate(lines) if f",P{place:02d}," in line]
    rows = [lines[k].split(",") for k in at]
    rows[0][3], rows[1][3] = rows[1][3], rows[0][3]
    for k, row in zip(at, rows, strict=True):
        lines[k] = ",".join(row)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_share_that_turns_round_is_exchanged_though_no_vote_falls(feed):
    before = feed.take(5)
    first, second = before.count.unit_votes[0]
    path = exchanged_in(feed.write(20), 0)
    now = feed.session.update([path])
    assert rules(now) == ["exchanged"]
    assert now.guards[0].units == ("NORTH|P00",)
    votes = now.count.unit_votes[0]
    assert votes.tolist() == [first, second]
    assert feed.take(20).guards == ()


def test_the_exact_exchange_with_as_much_reported_is_no_jump(feed):
    """The first count was exchanged and taken by hand; the next file puts it right."""
    said = []
    feed.session.notify = said.append
    feed.session.overrule({"P00": "accept"})
    assert feed.session.update([exchanged_in(feed.write(20), 0)]).guards == ()
    feed.session.overrule({"P00": ""})
    now = feed.take(20)
    assert now.guards == ()
    assert any("P00 (NORTH)" in line and "were exchanged before" in line for line in said)


@pytest.mark.parametrize(("likelier", "is_wrong"), [(-1.0, True), (1.0, False)])
def test_a_correction_that_is_not_sure_does_not_count_against_its_file(likelier, is_wrong):
    """Of a unit that was taken exchanged, the right count is kept out, and the file taken."""
    nothing = Count.nothing(1)
    old = replace(nothing, votes=np.array([[[118], [51]]]))
    new = replace(nothing, votes=np.array([[[51], [118]]]))
    known = SimpleNamespace(likelier_as_it_is=lambda *_: np.array([likelier]))
    found = unit_exchanges(SimpleNamespace(present=np.array([True])), new, old, known)
    assert found.kept.tolist() == [True]
    assert found.wrong.tolist() == [is_wrong]
