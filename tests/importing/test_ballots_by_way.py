"""Ballots in a table with a row a unit and way of voting: of a unit, those of all its ways."""

import pytest

from forecast.importing.reading import ReadOptions
from forecast.importing.sources import open_source
from forecast.importing.wide_table import read_wide_table

VOTES = {"Early": (600, 300, 90), "Mail": (80, 120, 31), "Election Day": (210, 170, 55)}
TOTAL = tuple(map(sum, zip(*VOTES.values(), strict=True)))
BLANK = 9


def table(path, ballots, ways):
    lines = ["County,Precinct,Vote type,Anna Berg,Carl Dahl,Eva Falk,Ballots cast"]
    for unit in range(4):
        for way, votes in ways.items():
            counted = [
                count + 7 * unit * len(VOTES if way not in VOTES else "1") for count in votes
            ]
            cells = (f"C{unit // 2}", f"P{unit}", way, *counted, ballots(way, sum(counted)))
            lines.append(",".join(map(str, cells)))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def ballots_of(path, *leave_out):
    published = read_wide_table(open_source(path), ReadOptions(leave_out=leave_out))
    return [row.ballots for row in published.rows()][:: 3 * len(published.tally.modes)]


def of_way(way, counted):
    return counted + BLANK * (len(VOTES) if way not in VOTES else 1)


SUMS = [sum(TOTAL) + 63 * unit + 3 * BLANK for unit in range(4)]


@pytest.mark.parametrize("name", ["", "Total", "Gesamt"])
def test_ballots_of_the_ways_of_voting_are_added_up(tmp_path, name):
    ways = VOTES | ({name: TOTAL} if name else {})
    assert ballots_of(table(tmp_path / "wide.csv", of_way, ways)) == SUMS
    ways = {name: TOTAL} | VOTES if name else VOTES
    assert ballots_of(table(tmp_path / "first.csv", of_way, ways)) == SUMS


def test_ways_that_are_left_out_as_sums_have_no_ballots(tmp_path):
    path = table(tmp_path / "wide.csv", of_way, VOTES | {"Urns": TOTAL})
    assert ballots_of(path, "Urns") == SUMS
    path = table(tmp_path / "wide.csv", of_way, VOTES | {"Total of Ash": TOTAL})
    assert ballots_of(path) == SUMS


def test_ballots_of_a_unit_on_each_of_its_rows_are_its_own(tmp_path):
    path = table(tmp_path / "wide.csv", lambda way, counted: 5000, VOTES)
    assert ballots_of(path) == [5000] * 4


def test_ballots_that_a_way_of_voting_lacks_are_those_of_the_total_or_unknown(tmp_path):
    def without_mail(way, counted):
        return "" if way == "Mail" else of_way(way, counted)

    path = table(tmp_path / "wide.csv", without_mail, VOTES | {"Total": TOTAL})
    assert ballots_of(path) == SUMS
    assert ballots_of(table(tmp_path / "none.csv", without_mail, VOTES)) == [None] * 4
