"""What a person said of files is kept with each snapshot, and taken up again."""

import json

import numpy as np
import pytest

from forecast.cli.reading_options import field_options, reading_options
from forecast.importing.import_options import ReadOptions
from forecast.night.night_headings import NIGHT_COLUMNS
from forecast.night.repeated_night import steps_of
from forecast.night.state import STATE_FILE, NightState
from forecast.night.told import TOLD_NOTHING, ToldOfFiles
from tests.night.nights import final_votes, new_session, odds_of

EVERYTHING = ToldOfFiles(
    reading_options(
        contest=["Mayor"],
        district="3",
        leave_out=["Total"],
        add_up=True,
        cell=["*=0"],
        column=["unit_name=Place", "time=Clock"],
        thousands=".",
        encoding="latin-1",
        sheet="Results",
        where=["Year=2025"],
        fill_down=["County"],
        round_="2",
        more_roles=NIGHT_COLUMNS,
    ),
    field_options(
        party=["Ann=REP"],
        candidate=["A. Marsh=ANN MARSH"],
        primary="REP",
        not_a_candidate=["None"],
        is_a_candidate=["Bo"],
    ),
    late_mail=5.0,
)
PLACES = {"county": "Group", "unit_name": "Unit"}


def write(path, race, complete, minute, state=""):
    """A wide table whose places and state have names that nobody knows."""
    votes = final_votes(race)
    votes[complete:] = 0
    lines = ["Group,Unit,Ann Marsh,Bo Reed,time" + (f",{state}" if state else "")]
    for k, unit in enumerate(race.first_round.unit_names):
        first, second = votes[k, :, 0]
        county = race.first_round.counties[k]
        word = f",{'complete' if k < complete else 'none'}" if state else ""
        lines.append(f"{county},{unit},{first},{second},2017-06-20T19:{minute:02d}:00{word}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def told(**columns):
    return ToldOfFiles(ReadOptions(columns={**PLACES, **columns}))


@pytest.fixture
def night(fitted, tmp_path):
    """A night of which the last file needs other options than those before."""
    session, race = new_session(fitted, tmp_path / "night", told=told()), fitted.race
    for minute, complete in ((1, 4), (2, 9)):
        now = session.update([write(tmp_path / f"{minute}.csv", race, complete, minute)])
        assert now.guards == ()
    session.told = told(status="Where it is")
    last = session.update([write(tmp_path / "3.csv", race, 12, 3, "Where it is")])
    assert last.guards == ()
    return session, last


def test_everything_that_can_be_said_is_kept():
    record = json.loads(json.dumps(EVERYTHING.record()))
    assert ToldOfFiles.of_record(record) == EVERYTHING
    assert len(record) == 18, "an option is not kept"
    assert TOLD_NOTHING.record() == {}
    assert ToldOfFiles.of_record({}) == TOLD_NOTHING
    assert '--column "time=Clock"' in EVERYTHING.words()
    assert "--add-up" in EVERYTHING.words()


def test_a_night_is_repeated_without_options(night, fitted, tmp_path):
    session, last = night
    said = []
    again = new_session(fitted, tmp_path / "again", notify=said.append)
    stored = NightState.read(session.state.folder, "small-night")
    repeated = [step() for step in steps_of(stored, again)]
    assert odds_of(repeated[-1]) == odds_of(last)
    assert not any("does not end with the numbers" in line for line in said)
    kept = [(one.win_probability, one.share, one.count_digest) for one in again.state.moments]
    assert kept == [
        (one.win_probability, one.share, one.count_digest) for one in session.state.moments
    ]


def test_a_night_that_is_started_again_needs_no_options(night, fitted, tmp_path):
    session, _ = night
    said = []
    again = new_session(fitted, session.state.folder, notify=said.append)
    race = fitted.race
    # The headings of the second file, and then those of the third.
    now = again.update([write(tmp_path / "4.csv", race, 13, 4)])
    assert now.guards == ()
    np.testing.assert_array_equal(now.count.totals, final_votes(race)[:13].sum(axis=(0, 2)))
    assert said[0] == (
        'note: 4.csv is read as snapshot 2 was: --column "county=Group" --column "unit_name=Unit"'
    )
    path = write(tmp_path / "5.csv", race, 14, 5, "Where it is")
    assert again.update([path]).guards == ()
    assert any('5.csv is read as snapshot 3 was: --column "county' in line for line in said)
    # A column more is the same source, and what is said now goes before.
    other = write(tmp_path / "6.csv", race, 15, 6, "Elsewhere")
    assert again.update([other]).guards == ()
    assert any(
        "6.csv is read as snapshot 4 was, though its headings differ (new: 'Elsewhere'): --column"
        in line
        for line in said
    )
    again.told = told(status="Elsewhere")
    assert again.update([other]).guards == ()
    assert not any("as well" in line for line in said)


def test_where_a_column_that_was_named_is_gone_the_options_are_told(night, fitted, tmp_path):
    session, _ = night
    said = []
    again = new_session(fitted, session.state.folder, notify=said.append)
    path = write(tmp_path / "4.csv", fitted.race, 13, 4, "Where it is")
    path.write_text(path.read_text().replace("Unit,", "Spot,"), encoding="utf-8")
    assert again.update([path]).guards[0].rule == "unreadable"
    assert said[0] == (
        "note: 4.csv has other headings than snapshot 3 (new: 'Spot'; gone: 'Unit'), which was "
        'read with --column "county=Group" --column "unit_name=Unit" --column "status=Where it '
        'is": give again what holds for this file too'
    )
    # Another source has nothing to do with it.
    path.write_text("Where,Who,How many\nP00,Ann,10\n", encoding="utf-8")
    said.clear()
    assert again.update([path]).guards[0].rule == "unreadable"
    assert not any("headings" in line for line in said)


def test_a_part_of_the_options_is_told(night, fitted, tmp_path):
    session, _ = night
    said = []
    again = new_session(fitted, session.state.folder, notify=said.append)
    again.told = ToldOfFiles(ReadOptions(columns={"county": "Group"}))
    again.update([write(tmp_path / "4.csv", fitted.race, 13, 4)])
    assert said[0] == (
        'note: 4.csv is read without what an earlier one had as well: --column "unit_name=Unit"'
    )


def test_a_night_of_an_earlier_version_is_read(night, fitted, tmp_path):
    session, last = night
    path = session.state.folder / STATE_FILE
    content = json.loads(path.read_text(encoding="utf-8"))
    for moment in content["moments"]:
        del moment["told"], moment["headings"]
    path.write_text(json.dumps(content), encoding="utf-8")
    old = NightState.read(session.state.folder, "small-night")
    assert odds_of(new_session(fitted, session.state.folder).now()) == odds_of(last)
    again = new_session(fitted, tmp_path / "again", told=told())
    repeated = [step() for step in steps_of(old, again)]
    assert [forecast.guards for forecast in repeated[:2]] == [(), ()]


def test_a_file_that_was_seen_is_read_again_by_other_options(fitted, tmp_path):
    """Once: by the same options it changes nothing."""
    race = fitted.race
    session = new_session(fitted, tmp_path / "night", told=told())
    path = write(tmp_path / "1.csv", race, 16, 1, "Where it is")
    path.write_text(path.read_text(encoding="utf-8").replace("complete", "certified"), "utf-8")
    assert not session.update([path]).count.certified
    assert session.new_snapshots([(path,)]) == []
    session.told = told(status="Where it is")
    assert session.new_snapshots([(path,)]) == [(path,)]
    now = session.update([path])
    assert now.count.certified
    assert now.moments[-1].number == 2
    assert session.new_snapshots([(path,)]) == []
