"""Returns as files bring them: the program's own table, Clarity's XML and its zip."""

import gzip
import zipfile

import numpy as np
import pytest

from forecast.errors import InputError
from forecast.importing.import_options import FieldOptions
from forecast.night.count import COMPLETE, NOTHING, PARTIAL
from forecast.night.fetching import fetch, snapshot_files
from forecast.night.returns_file import read_night_returns
from forecast.night.told import ToldOfFiles
from forecast.night.unit_names import UnitNames
from tests.night.nights import count_of, new_session, write_snapshot

HEAD = "unit_id,county,unit_name,candidate,votes"


@pytest.fixture
def read(fitted):
    names = UnitNames.of(fitted.race, fitted.folder)
    return lambda *paths: read_night_returns(paths, fitted.race, names)


def test_a_table_comes_back_as_it_was_written(fitted, read, tmp_path):
    count = count_of(fitted.race, 7)
    found = read(write_snapshot(tmp_path / "r.csv", fitted.race, count, 5))
    np.testing.assert_array_equal(found.count.votes, count.votes)
    np.testing.assert_array_equal(found.count.status, count.status)
    assert found.stamp.minute == 5
    assert found.present.all()


def test_a_gzip_is_the_same_and_half_of_one_is_refused(fitted, read, tmp_path):
    path = write_snapshot(tmp_path / "r.csv", fitted.race, count_of(fitted.race, 7), 5)
    packed = tmp_path / "r.csv.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    np.testing.assert_array_equal(read(packed).count.votes, read(path).count.votes)
    packed.write_bytes(packed.read_bytes()[:-20])
    with pytest.raises(InputError, match="not a whole gzip"):
        read(packed)


def test_what_stands_for_a_status(read, tmp_path):
    path = tmp_path / "r.csv"
    unit = "NORTH|P00,NORTH,P00"
    path.write_text(
        f"{HEAD},expected,precincts,reported\n"
        f"{unit},ANN MARSH,100,500,,\n{unit},BO REED,150,500,,\n"
        "NORTH|P01,NORTH,P01,ANN MARSH,90,,4,2\nNORTH|P01,NORTH,P01,BO REED,80,,4,2\n"
        "NORTH|P02,NORTH,P02,ANN MARSH,90,,4,4\nNORTH|P02,NORTH,P02,BO REED,80,,4,4\n"
        "NORTH|P03,NORTH,P03,ANN MARSH,0,,4,0\nNORTH|P03,NORTH,P03,BO REED,0,,4,0\n"
    )
    found = read(path)
    assert found.count.status[:4, 0].tolist() == [PARTIAL, PARTIAL, COMPLETE, NOTHING]
    assert found.count.expected[0, 0] == 500
    assert found.count.reported[1] == 0.5
    assert found.notes == ()


def test_without_any_status_votes_are_taken_for_complete_and_that_is_said(read, tmp_path):
    path = tmp_path / "r.csv"
    path.write_text(f"{HEAD}\nX,NORTH,p00,Ann Marsh,100\nX,NORTH,p00,Bo Reed,150\n")
    found = read(path)
    assert found.count.status[0, 0] == COMPLETE
    assert "taken for complete" in found.notes[0]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("NORTH|P00,NORTH,P00,ANN MARSH,-4\n", "whole number"),
        ("NORTH|P00,NORTH,P00,SOMEBODY ELSE,4\n", "no votes of ANN MARSH or BO REED"),
        ("NORTH|P00,NORTH,P00,ANN MARSH,4\n", "no votes of BO REED"),
    ],
)
def test_a_faulty_table_says_what_is_wrong(read, tmp_path, rows, message):
    path = tmp_path / "r.csv"
    path.write_text(f"{HEAD}\n{rows}")
    with pytest.raises(InputError, match=message):
        read(path)


WIDE = "precinct;county;ANN MARSH;BO REED;status;Expected;precincts;reported;time"


def wide_rows(*rows):
    return "\n".join((WIDE, *rows)) + "\n"


def test_a_wide_table_says_the_status_of_its_units(read, tmp_path):
    path = tmp_path / "wide.csv"
    path.write_text(
        wide_rows(
            "P00;NORTH;100;150;complete;;;;2017-06-20T21:30:00",
            "P01;NORTH;90;80;partial;400;;;",
            "P02;NORTH;90;85;;;4;1;",
            "P03;NORTH;0;0;none;390;4;0;2017-06-20T21:40:00",
        )
    )
    found = read(path)
    assert found.count.votes[:3].sum() == 595
    assert found.count.status[:4, 0].tolist() == [COMPLETE, PARTIAL, PARTIAL, NOTHING]
    assert found.count.expected[1, 0] == 400
    assert found.count.reported[2] == 0.25
    assert (found.notes, found.stamp.minute, found.count.certified_units.any()) == ((), 40, False)


def test_a_wide_table_with_a_row_a_way_of_voting_tells_them_apart(read, tmp_path):
    path = tmp_path / "wide.csv"
    head = WIDE.replace("county;", "county;Vote type;")
    rows = (
        "P00;NORTH;Early;100;150;complete;;;;",
        "P00;NORTH;Election Day;60;40;partial;300;;;",
        "P00;NORTH;Mail;0;0;none;90;;;",
        "P01;NORTH;Early;50;70;complete;;4;1;",
        "P01;NORTH;Election Day;20;30;;;4;1;",
    )
    path.write_text("\n".join((head, *rows)) + "\n")
    found = read(path)
    assert found.count.modes == ("early", "election_day", "mail")
    assert found.count.votes[0].tolist() == [[100, 60, 0], [150, 40, 0]]
    assert found.count.votes[1].tolist() == [[50, 20, 0], [70, 30, 0]]
    assert found.count.status[:2].tolist() == [
        [COMPLETE, PARTIAL, NOTHING],
        [COMPLETE, PARTIAL, NOTHING],
    ]
    assert found.count.expected[0, 1:].tolist() == [300, 90]
    assert found.count.reported[1] == 0.25
    assert (dict(found.twice), found.notes) == ({}, ())
    # The same way of voting of the same unit twice is a fault of the unit.
    path.write_text("\n".join((head, *rows, rows[1].replace("60;40", "61;40"))) + "\n")
    assert dict(read(path).twice) == {0: (3, 7)}


def test_the_only_way_of_voting_counted_is_no_total_of_the_others(read, tmp_path):
    """Early votes beside a row of totals that says the same, and nothing of the day."""
    path = tmp_path / "wide.csv"
    rows = [
        f"NORTH,P0{unit},{way},{ann},{bo}"
        for unit, (ann, bo) in enumerate(((60, 32), (45, 71), (20, 12), (33, 34)))
        for way, ann, bo in (("Early", ann, bo), ("Election Day", 0, 0), ("Total", ann, bo))
    ]
    head = "County,Precinct,Vote type,ANN MARSH,BO REED"
    path.write_text("\n".join([head, *rows]) + "\n")
    found = read(path).count
    assert found.modes == ("early", "election_day")
    assert found.votes[:4, :, 0].tolist() == [[60, 32], [45, 71], [20, 12], [33, 34]]
    assert not found.votes[:, :, 1].any()


def test_a_unit_of_the_race_is_no_total_whatever_it_adds_up_to(read, tmp_path):
    """Early in a night one precinct can have the votes of all others of its county."""
    path = tmp_path / "wide.csv"
    rows = ["NORTH,P00,60,32", "NORTH,P01,40,20", "NORTH,P02,20,12", "SOUTH,P08,70,81"]
    path.write_text("\n".join(["County,Precinct,ANN MARSH,BO REED", *rows]) + "\n")
    assert read(path).count.unit_votes[:3].tolist() == [[60, 32], [40, 20], [20, 12]]
    path.write_text(path.read_text().replace("P00", "P77"))
    with pytest.raises(InputError, match="'P77' of NORTH has the votes of all other units there"):
        read(path)


def test_a_wide_table_can_be_certified(read, tmp_path):
    path = tmp_path / "wide.csv"
    rows = [
        f"P{k:02d};{'NORTH' if k < 8 else 'SOUTH'};{90 + 7 * k % 13};{80 + 5 * k % 11}"
        for k in range(16)
    ]
    path.write_text(wide_rows(*(f"{row};certified;;;;" for row in rows)))
    assert read(path).count.certified_units.any()
    path.write_text(wide_rows(*(f"{row};complete;;;;" for row in rows)))
    found = read(path)
    assert (found.count.status[:, 0] == COMPLETE).all()
    assert not found.count.certified_units.any()


def test_a_word_that_is_no_status_of_a_wide_table_is_an_error(read, tmp_path):
    path = tmp_path / "wide.csv"
    path.write_text(wide_rows("P00;NORTH;100;150;final;;;;", "P01;NORTH;90;80;none;;;;"))
    with pytest.raises(InputError, match=r"status must be .* not 'final'; --leave-out 'status'"):
        read(path)


CLARITY = """<?xml version="1.0"?>
<ElectionResult><Timestamp>6/20/2017 9:53:05 PM EDT</Timestamp>
<ElectionDate>6/20/2017</ElectionDate><Region>{county}</Region>
<VoterTurnout totalVoters="9000" ballotsCast="700"><Precincts>
<Precinct name="{one}" totalVoters="2000" ballotsCast="400" percentReporting="4" />
<Precinct name="{two}" totalVoters="2000" ballotsCast="300" percentReporting="0" />
</Precincts></VoterTurnout>
<Contest key="1" text="Mayor" precinctsReporting="2" precinctsReported="1">
{choices}</Contest></ElectionResult>
"""


def clarity(county, one, two):
    def choice(name, votes):
        types = ""
        for mode, (a, b) in votes.items():
            types += f'<VoteType name="{mode}" votes="{a + b}">'
            types += f'<Precinct name="{one}" votes="{a}" /><Precinct name="{two}" votes="{b}" />'
            types += "</VoteType>"
        total = sum(map(sum, votes.values()))
        return f'<Choice key="1" text="{name}" totalVotes="{total}">{types}</Choice>'

    ann = {"Election Day": (120, 0), "Advance in Person 1": (60, 40), "Provisional": (0, 0)}
    bo = {"Election Day": (150, 0), "Advance in Person 1": (70, 50), "Provisional": (0, 0)}
    choices = choice("ANN MARSH (REP)", ann) + choice("BO REED (DEM)", bo)
    return CLARITY.format(county=county, one=one, two=two, choices=choices)


def test_clarity_files_of_two_counties_are_one_snapshot(read, tmp_path):
    north, south = tmp_path / "north.xml", tmp_path / "south.zip"
    north.write_text(clarity("North", "P00", "P01"))
    with zipfile.ZipFile(south, "w") as packed:
        packed.writestr("detail.xml", clarity("South", "P08", "P09"))
    found = read(north, south)
    count = found.count
    assert count.modes == ("early", "election_day", "provisional")
    assert count.votes[0].sum(axis=1).tolist() == [180, 220]
    assert count.votes[9].sum(axis=1).tolist() == [40, 50]
    # P00 has reported: all but provisional ballots. P01 has early votes only.
    assert count.status[0].tolist() == [COMPLETE, COMPLETE, NOTHING]
    assert count.status[1].tolist() == [COMPLETE, NOTHING, NOTHING]
    assert found.stamp.hour == 21
    assert count.registered[0] == 2000


@pytest.mark.parametrize(
    ("code", "expected"), [(0, np.nan), (1, np.nan), (2, 270), (3, 270), (4, np.nan)]
)
def test_a_precinct_that_lacks_its_mail_has_its_votes_of_the_day(read, tmp_path, code, expected):
    """Votes of the day and early ones are there: two ways of voting, as the code says or not."""
    path = tmp_path / "north.xml"
    text = clarity("North", "P00", "P01")
    path.write_text(text.replace('percentReporting="4"', f'percentReporting="{code}"'))
    count = read(path).count
    day = count.modes.index("election_day")
    np.testing.assert_equal(count.expected[0, day], expected)
    assert count.status[0, day] == (COMPLETE if code == 4 else PARTIAL)
    assert np.isnan(count.expected[1]).all()


def test_a_way_of_voting_with_votes_of_one_finalist_alone_is_in_part(read, tmp_path):
    path = tmp_path / "north.xml"
    text = clarity("North", "P00", "P01").replace('percentReporting="4"', 'percentReporting="1"')
    path.write_text(text.replace('"P00" votes="150"', '"P00" votes="0"'))
    count = read(path).count
    assert count.status[0, count.modes.index("election_day")] == PARTIAL


def test_half_a_clarity_file_is_refused(read, tmp_path):
    path = tmp_path / "north.xml"
    text = clarity("North", "P00", "P01")
    path.write_text(text[: len(text) * 2 // 3])
    with pytest.raises(InputError, match="not whole XML"):
        read(path)


def test_a_folder_without_a_file_is_no_snapshot(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden" / ".listing").touch()
    with pytest.raises(InputError, match="holds no snapshot"):
        snapshot_files(tmp_path)


def test_snapshots_of_a_folder_go_by_name_and_a_folder_is_one(tmp_path):
    (tmp_path / "2").mkdir()
    for name in ("1.csv", "2/b.xml", "2/a.xml", "3.csv"):
        (tmp_path / name).write_text("x")
    found = [[path.name for path in paths] for paths in snapshot_files(tmp_path)]
    assert found == [["1.csv"], ["a.xml", "b.xml"], ["3.csv"]]


def test_a_command_of_the_user_gives_the_file(tmp_path):
    path = fetch("printf 'unit_id,votes\\n1,2\\n'", tmp_path)
    assert (path.suffix, path.read_text()) == (".csv", "unit_id,votes\n1,2\n")
    for command, message in (
        ("false", "failed with code 1"),
        ("true", "printed nothing"),
        ("no-such-program-here", "could not be run"),
    ):
        with pytest.raises(InputError, match=message):
            fetch(command, tmp_path)


def test_a_finalist_spelled_otherwise_is_named_with_what_to_say(fitted, tmp_path):
    names = UnitNames.of(fitted.race, fitted.folder)
    path = write_snapshot(tmp_path / "r.csv", fitted.race, count_of(fitted.race, 7), 5)
    path.write_text(path.read_text().replace("BO REED", "Robert Reed"))
    with pytest.raises(InputError, match='--candidate "Robert Reed=BO REED"'):
        read_night_returns([path], fitted.race, names)
    told = ToldOfFiles(standing=FieldOptions({}, {"Robert Reed": "BO REED"}))
    found = read_night_returns([path], fitted.race, names, told)
    np.testing.assert_array_equal(found.count.votes, count_of(fitted.race, 7).votes)


def test_snapshots_of_a_folder_come_by_their_times_or_as_a_person_counts(fitted, tmp_path):
    for name in ("snap10.txt", "snap9.txt", "snap1.txt"):
        (tmp_path / name).write_text(name)
    files = [paths[0].name for paths in snapshot_files(tmp_path)]
    assert files == ["snap1.txt", "snap9.txt", "snap10.txt"]
    timed = tmp_path / "timed"
    for name, minute in (("b.csv", 1), ("a.csv", 3), ("c.csv", 2)):
        write_snapshot(timed / name, fitted.race, count_of(fitted.race, minute), minute)
    assert [paths[0].name for paths in snapshot_files(timed)] == ["b.csv", "c.csv", "a.csv"]


def test_a_second_row_of_a_wide_table_keeps_out_its_unit_only(fitted, tmp_path):
    names = UnitNames.of(fitted.race, fitted.folder)
    path = tmp_path / "wide.csv"
    rows = [f"NORTH,P0{k},{200 + k},{300 + k}" for k in range(8)]
    path.write_text("\n".join(["County,Precinct,ANN MARSH,BO REED", *rows, "NORTH,P03,9,9"]) + "\n")
    found = read_night_returns([path], fitted.race, names)
    assert dict(found.twice) == {3: (5, 10)}
    assert found.count.votes[3, :, 0].tolist() == [203, 303]
    session = new_session(fitted, tmp_path / "night")
    now = session.update([path])
    assert [guard.units for guard in now.guards] == [("NORTH|P03",)]
    assert "lines 5 and 10" in now.guards[0].message
    assert "--accept UNIT takes the first row" in now.guards[0].message


def test_a_published_long_table_says_how_far_its_units_are(fitted, read, tmp_path):
    first, second = fitted.race.contest.finalists
    path = tmp_path / "long.csv"

    def write(*rows):
        head = "Departamento;Municipio;Candidato;Votos;Mesas;Mesas escrutadas;Hora"
        path.write_text("\n".join((head, *rows)) + "\n")

    rows = [
        *(
            f"NORTH;P00;{name};{votes};4;1;2017-06-20T21:30:00"
            for name, votes in ((first, 90), (second, 85))
        ),
        *(
            f"NORTH;P01;{name};{votes};4;4;2017-06-20T21:30:00"
            for name, votes in ((first, 70), (second, 95))
        ),
    ]
    write(*rows)
    found = read(path)
    assert found.count.reported[:2].tolist() == [0.25, 1.0]
    assert found.count.votes[:2].sum() == 340
    assert found.notes == ()
    # A number that differs between the rows of a unit is no number of the unit.
    write(*rows[:3], rows[3].replace(";4;4;", ";4;2;"))
    found = read(path)
    assert found.count.reported[0] == 0.25
    assert not np.isfinite(found.count.reported[1])
    assert any("Mesas escrutadas differs between the rows" in note for note in found.notes)
