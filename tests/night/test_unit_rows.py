"""Several rows of a unit: what they say of it, and of its ways of voting, together."""

import numpy as np
import pytest

from forecast.importing.import_options import ReadOptions
from forecast.night.count import COMPLETE, PARTIAL
from forecast.night.returns_file import read_night_returns
from forecast.night.told import ToldOfFiles
from forecast.night.unit_names import UnitNames

HEAD = "Precinct;County;Vote type;ANN MARSH;BO REED"


@pytest.fixture
def read(fitted, tmp_path):
    names = UnitNames.of(fitted.race, fitted.folder)

    def of(head, *rows, **columns):
        path = tmp_path / "table.csv"
        path.write_text("\n".join((head, *rows)) + "\n", encoding="utf-8")
        return read_night_returns(
            [path], fitted.race, names, ToldOfFiles(ReadOptions(columns=columns))
        )

    return of


def test_a_unit_in_two_spellings_is_one(read):
    head = "Unit ID;Precinct;County;ANN MARSH;BO REED;status"
    rows = ("mill-1;P00;North;100;150;complete", "x;P01;North;90;80;none")
    again = "MILL-1;p00;NORTH;11;12;none"
    found = read(head, *rows, again)
    assert dict(found.twice) == {0: (2, 4)}
    assert found.count.votes[0, :, 0].tolist() == [100, 150]
    assert found.count.status[0, 0] == COMPLETE


@pytest.mark.parametrize(
    ("told", "status", "expected"),
    [
        (("complete;300", "none;90"), PARTIAL, 390),
        (("none;90", "complete;"), PARTIAL, np.nan),
        (("complete;300", ";90"), PARTIAL, 390),
        (("complete;300", "complete;90"), COMPLETE, 390),
        (("partial;300", "partial;"), PARTIAL, np.nan),
    ],
)
def test_two_ways_of_voting_that_are_one_in_the_race(read, told, status, expected):
    """The votes are added up, so what is said of the ways must be of both."""
    mail, absentee = told
    found = read(
        f"{HEAD};status;expected",
        f"P00;NORTH;By mail;100;150;{mail}",
        f"P00;NORTH;Absentee ballots;20;30;{absentee}",
        "P00;NORTH;Election Day;60;40;complete;100",
    ).count
    assert found.modes == ("election_day", "mail")
    assert found.votes[0, :, 1].tolist() == [120, 180]
    assert found.status[0].tolist() == [COMPLETE, status]
    np.testing.assert_array_equal(found.expected[0], [100, expected])


def test_rows_of_a_total_speak_of_the_unit(read):
    rows = (
        "P00;NORTH;Early;100;150;;;;",
        "P00;NORTH;Election Day;60;40;;;;",
        "P00;NORTH;TOTAL;160;190;partial;900;4;1",
        "P01;NORTH;Early;40;45;;;;",
        "P01;NORTH;Election Day;6;4;none;;;",
        "P01;NORTH;TOTAL;46;49;complete;;;",
    )
    found = read(f"{HEAD};status;expected;precincts;reported", *rows).count
    assert found.modes == ("early", "election_day")
    assert found.status[0].tolist() == [PARTIAL, PARTIAL]
    assert found.status[1].tolist() == [COMPLETE, 0]
    assert found.reported[0] == 0.25
    # More is expected of all ways together: none of them is complete by its votes alone.
    found = read(
        f"{HEAD};expected",
        "P00;NORTH;Early;100;150;",
        "P00;NORTH;Election Day;60;40;",
        "P00;NORTH;TOTAL;160;190;900",
    )
    assert found.count.status[0].tolist() == [PARTIAL, PARTIAL]


def test_ways_that_do_not_add_up_to_the_total_are_as_far_as_all_of_them(read):
    found = read(
        f"{HEAD};status;expected",
        "P00;NORTH;Early;100;150;complete;250",
        "P00;NORTH;Election Day;60;40;partial;300",
        "P00;NORTH;Total;270;190;;",
        "P01;NORTH;Early;100;150;complete;250",
        "P01;NORTH;Election Day;60;40;complete;100",
        "P01;NORTH;Total;160;190;;",
    ).count
    assert found.modes == ("",)
    assert found.status[:2, 0].tolist() == [PARTIAL, COMPLETE]
    assert found.expected[:2, 0].tolist() == [550, 350]


def test_ways_that_are_not_equally_far_are_in_part_each_by_its_own_rows(read):
    rows = (
        "P00;NORTH;Early;100;150;4;4",
        "P00;NORTH;Election Day;60;40;4;1",
        "P01;NORTH;Early;40;45;4;4",
        "P01;NORTH;Election Day;6;4;4;4",
    )
    found = read(f"{HEAD};Mesas;Mesas escrutadas", *rows)
    assert found.count.status[:2].tolist() == [[COMPLETE, PARTIAL], [COMPLETE, COMPLETE]]
    np.testing.assert_array_equal(found.count.reported[:2], [np.nan, 1])
    (note,) = found.notes
    assert "Mesas escrutadas differs between the rows of a unit, which counts as in part" in note


def test_nothing_is_said_of_shares_beside_a_status_of_each_way(read):
    found = read(
        f"{HEAD};status;Mesas;Mesas escrutadas",
        "P00;NORTH;Early;100;150;complete;4;4",
        "P00;NORTH;Election Day;60;40;partial;4;1",
        "P00;NORTH;Total;160;190;;4;",
    )
    assert found.count.status[0].tolist() == [COMPLETE, PARTIAL]
    assert found.notes == (
        "the ways of voting add up to the rows of mode Total, which are left out",
    )


@pytest.mark.parametrize(("word", "expected"), [("certified", True), ("", True), ("none", False)])
def test_a_unit_is_certified_by_its_total(read, word, expected):
    found = read(
        f"{HEAD};status",
        f"P00;NORTH;Early;100;150;{word}",
        f"P00;NORTH;Election Day;60;40;{word}",
        "P00;NORTH;Total;160;190;certified",
    )
    assert found.count.certified_units[0] == expected


def test_candidates_rows_that_say_different_things_leave_the_unit_in_part(read):
    found = read(
        "County;Precinct;Candidate;Votes;Estado;expected;x",
        "NORTH;P00;ANN MARSH;100;Completo;400;",
        "NORTH;P00;BO REED;150;Parcial;500;",
        "NORTH;P01;ANN MARSH;90;Completo;170;",
        "NORTH;P01;BO REED;80;;;",
        status="Estado",
    )
    # A long table with other headings than the program's own is read as published.
    assert found.count.status[:2, 0].tolist() == [PARTIAL, COMPLETE]
    np.testing.assert_array_equal(found.count.expected[:2, 0], [np.nan, 170])
    assert [note.partition(": ")[2] for note in found.notes if "differs" in note] == [
        "expected differs between the rows of a unit, and is not used there",
        "Estado differs between the rows of a unit, which counts as in part there",
    ]
