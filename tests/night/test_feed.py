"""A feed and its operators on the night: calls at once, files in the making, clocks, totals."""

import re
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from threading import Barrier, Event, Thread

import numpy as np
import pytest
import typer

from forecast.cli import night_command
from forecast.errors import InputError
from forecast.importing.import_options import FieldOptions
from forecast.night import snapshot_files
from forecast.night.count import COMPLETE, PARTIAL
from forecast.night.returns_file import read_night_returns
from forecast.night.state import SNAPSHOTS, NightState
from forecast.night.told import ToldOfFiles
from forecast.night.turns import Turns
from forecast.night.unit_names import UnitNames
from tests.night.nights import START, count_of, new_session, odds_of, write_snapshot


def rules(forecast):
    return [guard.rule for guard in forecast.guards]


def snapshots(folder, race, *complete):
    """A file for each number of complete units, a minute apart."""
    return [
        write_snapshot(folder / f"s{k}.csv", race, count_of(race, n), k)
        for k, n in enumerate(complete)
    ]


def test_two_calls_at_once_lose_no_snapshot(fitted, tmp_path, monkeypatch):
    together = Barrier(2)

    def fit_race(*_):
        together.wait(60)
        return fitted

    monkeypatch.setattr("forecast.fitted_race.fit_race", fit_race)
    files = snapshots(tmp_path, fitted.race, 5, 9)

    def call(path):
        with suppress(typer.Exit):
            night_command.night(
                "small-night", returns=[path], state_folder=tmp_path / "night", draws=256
            )

    calls = [Thread(target=call, args=(path,)) for path in files]
    for one in calls:
        one.start()
    for one in calls:
        one.join(120)
    moments = NightState.read(tmp_path / "night", "small-night").moments
    assert {moment.files[0].rpartition("-")[2] for moment in moments} == {"s0.csv", "s1.csv"}


def test_who_works_on_a_night_keeps_others_out_and_they_go_on_from_its_end(fitted, tmp_path):
    one, other = (new_session(fitted, tmp_path / "night") for _ in range(2))
    said: list[str] = []
    other.notify = said.append
    first, second = snapshots(tmp_path, fitted.race, 5, 9)
    begun, changes = Event(), []

    def late():
        begun.set()
        with Turns(other).turn() as changed:
            changes.append(changed)
            other.update([second])

    thread = Thread(target=late)
    with Turns(one).turn() as changed:
        assert not changed
        thread.start()
        begun.wait(60)
        one.update([first])
    thread.join(60)
    assert changes == [True]
    assert len(NightState.read(tmp_path / "night", "small-night").moments) == 2
    assert all("another process is working on" in line for line in said)


def test_who_watches_takes_up_what_another_process_did(fitted, tmp_path):
    watching, other = (new_session(fitted, tmp_path / "night") for _ in range(2))
    path, wrong = snapshots(tmp_path, fitted.race, 5, 9)
    shown = []

    def look(source, **how):
        night_command._look(
            watching, lambda: [(source,)], lambda _: None, shown.append, watching=True, **how
        )

    turns = Turns(watching)
    with turns.turn():
        look(path, first=True)
    with turns.turn() as changed:
        assert not changed
        look(wrong, changed=changed)
    with Turns(other).turn():
        back = other.go_back(1)
    with turns.turn() as changed:
        assert changed
        look(wrong, changed=changed)
    assert odds_of(shown[-1]) == odds_of(back)
    assert len(shown) == 3
    with turns.turn() as changed:
        look(wrong, changed=changed)
    assert len(shown) == 3


def test_a_file_that_changes_while_it_is_read_is_read_again(fitted, tmp_path, monkeypatch):
    path, later = snapshots(tmp_path, fitted.race, 5, 9)
    old, new = path.read_bytes(), later.read_bytes()

    def read(paths, *more):
        found = read_night_returns(paths, *more)
        path.write_bytes(new)
        return found

    monkeypatch.setattr(snapshot_files, "read_night_returns", read)
    session = new_session(fitted, tmp_path / "night")
    now = session.update([path])
    np.testing.assert_array_equal(now.count.votes, count_of(fitted.race, 9).votes)
    (kept,) = session.state.moments[0].files
    assert (tmp_path / "night" / SNAPSHOTS / kept).read_bytes() == new != old


def test_a_file_that_never_stands_still_is_kept_out(fitted, tmp_path, monkeypatch):
    (path,) = snapshots(tmp_path, fitted.race, 5)

    def read(paths, *more):
        path.write_bytes(path.read_bytes() + b"\n")
        return read_night_returns(paths, *more)

    monkeypatch.setattr(snapshot_files, "read_night_returns", read)
    session = new_session(fitted, tmp_path / "night")
    now = session.update([path])
    assert rules(now) == ["unreadable"]
    assert "rename it when it is whole" in now.guards[0].message
    monkeypatch.undo()
    # What it is in the end was not read.
    assert session.new_snapshots([(path,)]) == [(path,)]


def test_files_of_one_name_are_both_kept(fitted, tmp_path):
    race = fitted.race
    rows = write_snapshot(tmp_path / "all.csv", race, count_of(race, 16), 1).read_text()
    head, *lines = rows.splitlines(keepends=True)
    paths = []
    for county in ("NORTH", "SOUTH"):
        paths.append(tmp_path / county / "r.csv")
        paths[-1].parent.mkdir()
        paths[-1].write_text(head + "".join(line for line in lines if county in line))
    session = new_session(fitted, tmp_path / "night")
    now = session.update(paths)
    again = [tmp_path / "night" / SNAPSHOTS / name for name in session.state.moments[0].files]
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in paths]
    assert odds_of(new_session(fitted, tmp_path / "again").update(again)) == odds_of(now)


def test_an_unreadable_file_that_is_watched_was_not_seen_before(fitted, tmp_path):
    session = new_session(fitted, tmp_path / "night")
    said: list[str] = []
    session.notify = said.append
    path = tmp_path / "r.csv"
    path.write_text("<html>503</html>")
    session.update([path])
    assert session.new_snapshots([(path,)]) == []
    assert not [line for line in said if "already seen" in line]


def test_a_table_that_is_cut_off_says_so(fitted, tmp_path):
    (path,) = snapshots(tmp_path, fitted.race, 5)
    path.write_text(path.read_text()[:-30])
    now = new_session(fitted, tmp_path / "night").update([path])
    assert rules(now) == ["unreadable"]
    assert "the file looks cut off in its last line" in now.guards[0].message
    path.write_text(path.read_text().replace("ANN MARSH", "ANN, MARSH", 1) + ",,,,\n")
    now = new_session(fitted, tmp_path / "other").update([path])
    assert "cut off" not in now.guards[0].message


def test_a_whole_table_with_commas_in_its_headings_is_not_cut_off(fitted, tmp_path):
    path = tmp_path / "wide.csv"
    path.write_text('County,"Nobody, Ann","No one, Bo"\nNORTH,4,x\n')
    now = new_session(fitted, tmp_path / "night").update([path])
    assert rules(now) == ["unreadable"]
    assert "cut off" not in now.guards[0].message


@pytest.fixture
def ahead(fitted, tmp_path):
    """A night whose second file has a clock that is five hours ahead, and what was said."""
    session = new_session(fitted, tmp_path / "night")
    said: list[str] = []
    session.notify = said.append
    race = fitted.race
    session.update([write_snapshot(tmp_path / "good.csv", race, count_of(race, 5), 1)])
    assert said == []
    session.update([write_snapshot(tmp_path / "utc.csv", race, count_of(race, 6), 302)])
    return session, said


def test_a_clock_that_is_ahead_is_said_and_there_is_a_way_back(ahead, tmp_path):
    session, said = ahead
    race = session.fitted.race
    assert said == [
        "note: taken: utc.csv says that it was made at 2017-06-21 00:02:00, 5.0 hours after the "
        "last good one (2017-06-20 19:01:00). If its clock is wrong, right files are kept out as "
        "older from now on: --back-to 1 and a right file go on from before it"
    ]
    path = write_snapshot(tmp_path / "right.csv", race, count_of(race, 7), 3)
    now = session.update([path])
    assert rules(now) == ["older"]
    message = now.guards[0].message
    assert "made at 2017-06-20 19:03:00, before the last good one (2017-06-21 00:02:00)" in message
    assert "--back-to 1 and this file again" in message
    session.go_back(1)
    assert session.new_snapshots([(path,)]) == [(path,)]
    assert session.update([path]).guards == ()


def test_a_file_from_the_future_of_this_machine_has_one_line(fitted, tmp_path):
    def clock() -> datetime:
        return START - timedelta(hours=2)

    session = new_session(fitted, tmp_path / "night")
    session.clock = clock
    said: list[str] = []
    session.notify = said.append
    for path in snapshots(tmp_path, fitted.race, 5, 6):
        session.update([path])
    (line,) = said
    assert "s0.csv says that it was made at 19:00:00" in line
    assert "still to come by this machine's clock (17:00:00)" in line


def renamed(path):
    """The same table whose southern precincts have other names."""
    path.write_text(
        re.sub(r"(?m)^SOUTH.P(..),SOUTH,P..,", r"SOUTH|WARD \1,SOUTH,Ward \1,", path.read_text())
    )
    return path


def test_renamed_units_are_named_with_the_crosswalk(fitted, tmp_path):
    session, race = new_session(fitted, tmp_path / "night"), fitted.race
    session.update([write_snapshot(tmp_path / "good.csv", race, count_of(race, 16), 1)])
    path = renamed(write_snapshot(tmp_path / "new.csv", race, count_of(race, 16), 2))
    now = session.update([path])
    assert rules(now) == ["half"]
    message = now.guards[0].message
    assert "lacks 8 of 16 units that had votes, and has 8 that the race does not know" in message
    assert "'SOUTH|WARD 08' (nearest: 'P08 (SOUTH)')" in message
    assert "and 5 more" in message
    assert message.index("crosswalk.csv") < message.index("--returns once for each")
    assert session.new_snapshots([(path,)]) == []
    # Another process knows what has been named since.
    again = new_session(fitted, session.state.folder)
    assert again.new_snapshots([(path,)]) == [(path,)]
    by_name = dict(again.names.by_id) | {f"SOUTH|WARD {k:02d}": k for k in range(8, 16)}
    again.__dict__["names"] = UnitNames(
        again.names.ids,
        again.names.counties,
        by_name,
        again.names.by_name,
        again.names.names,
        again.names.county_of,
    )
    assert again.update([path]).guards == ()


def by_mode(*rows):
    return "\n".join(["unit_id,candidate,mode,votes,status", *rows]) + "\n"


def rows_of(unit, mode, first, second, status="partial"):
    return [
        f"{unit},{name},{mode},{votes},{status}"
        for name, votes in (("ANN MARSH", first), ("BO REED", second))
    ]


@pytest.fixture
def read(fitted_by_mode, tmp_path):
    fitted = fitted_by_mode
    names = UnitNames.of(fitted.race, fitted.folder)

    def reader(*rows):
        path = tmp_path / "r.csv"
        path.write_text(by_mode(*rows) if "unit_id" not in rows[0] else "\n".join([*rows, ""]))
        return read_night_returns([path], fitted.race, names)

    return reader


@pytest.mark.parametrize("word", ["total", "All", "Suma", "Gesamt", ""])
def test_totals_beside_ways_of_voting_are_left_out(read, word):
    ways = [*rows_of("NORTH|P00", "early", 40, 30), *rows_of("NORTH|P00", "mail", 5, '"1,006"')]
    alone = read(*ways)
    found = read(*ways, *rows_of("NORTH|P00", word, 47, 1036, "none"))
    assert found.count.modes == ("early", "mail")
    np.testing.assert_array_equal(found.count.votes, alone.count.votes)
    np.testing.assert_array_equal(found.count.status, alone.count.status)
    assert found.count.votes[0].sum(axis=1).tolist() == [45, 1036]
    (note,) = [note for note in found.notes if "sums of the ways of voting" in note]
    assert note.endswith("1 unit; they have 2 votes more than these, which are not counted")


def test_totals_that_alone_say_what_is_expected_leave_their_ways_in_part(read):
    ways = [*rows_of("NORTH|P00", "early", 40, 30, ""), *rows_of("NORTH|P00", "mail", 5, 10, "")]

    def with_total(expected):
        totals = rows_of("NORTH|P00", "total", 45, 40, "")
        head = [f"{row}," for row in ways] + [f"{row},{expected}" for row in totals]
        return read("unit_id,candidate,mode,votes,status,expected", *head).count.status[0].tolist()

    assert with_total(500) == [PARTIAL, PARTIAL]
    assert with_total(85) == [COMPLETE, COMPLETE]


def test_totals_alone_are_units_without_ways_of_voting(read):
    found = read(*rows_of("NORTH|P00", "total", 40, 30), *rows_of("NORTH|P01", "total", 20, 25))
    assert found.count.modes == ("",)
    assert found.count.unit_votes[:2].tolist() == [[40, 30], [20, 25]]


def test_totals_that_are_none_or_stand_alone_are_an_error_with_the_remedy(read):
    ways = rows_of("NORTH|P00", "early", 40, 30)
    with pytest.raises(InputError, match=r"below the sum .* in 1 unit .*39 and 40.*leave these"):
        read(*ways, *rows_of("NORTH|P00", "total", 39, 30))
    with pytest.raises(InputError, match=r"P01 .*: give ways of voting of every unit, or"):
        read(*ways, *rows_of("NORTH|P01", "total", 39, 30))


def test_numbers_of_an_own_table_may_have_commas(read):
    found = read(*rows_of("NORTH|P00", "early", '"2,235"', 30))
    assert found.count.unit_votes[0].tolist() == [2235, 30]
    with pytest.raises(InputError, match=r'not \'2\.235\'; say --thousands "\."'):
        read(*rows_of("NORTH|P00", "early", "2.235", 30))


def test_both_finalists_spelled_otherwise_are_named_with_both_options(fitted, tmp_path):
    names = UnitNames.of(fitted.race, fitted.folder)
    (path,) = snapshots(tmp_path, fitted.race, 5)
    text = path.read_text().replace("BO REED", "Robert Reed").replace("ANN MARSH", "Anne Marsh")
    path.write_text(text)
    both = '--candidate "Anne Marsh=ANN MARSH" --candidate "Robert Reed=BO REED"'
    with pytest.raises(InputError, match=both):
        read_night_returns([path], fitted.race, names)
    told = ToldOfFiles(
        standing=FieldOptions({}, {"Robert Reed": "BO REED", "Anne Marsh": "ANN MARSH"})
    )
    assert read_night_returns([path], fitted.race, names, told).count.any_votes


def test_a_unit_reported_in_full_without_a_vote_has_a_line(fitted, tmp_path):
    names = UnitNames.of(fitted.race, fitted.folder)
    path = tmp_path / "wide.csv"
    rows = ["County,Precinct,ANN MARSH,BO REED,Precincts,Precincts reporting"]
    rows += [f"NORTH,P0{k},{40 + k},{50 - 2 * k},1,1" for k in range(5)]
    path.write_text("\n".join([*rows, "NORTH,P05,,,1,1", "NORTH,P06,0,0,1,0"]) + "\n")
    found = partial(read_night_returns, [path], fitted.race, names)
    (note,) = [note for note in found().notes if "without a vote" in note]
    assert note.startswith("1 unit has reported in full without a vote (P05 (NORTH))")
