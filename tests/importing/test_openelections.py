"""OpenElections files: with and without modes, totals compared, turnout offices read."""

from pathlib import Path

import pytest

from forecast.errors import InputError
from forecast.importing.openelections import read_openelections
from forecast.importing.rows import ReturnRow, merged, write_table
from forecast.race.labels import candidate_and_party, mode_name, party_code
from forecast.race.tables import read_returns

PLAIN = """\
county,precinct,office,district,candidate,party,votes
Cobb,Addison 01,Voters,,Registered,,200
Cobb,Addison 01,Voters,,Ballots Cast,,41
Cobb,Addison 01,U.S. House,6,Ann Lee (I),R,30
Cobb,Addison 01,U.S. House,6,Bo Kay,D,10
Cobb,Addison 01,U.S. House,6,Over Votes,,1
Cobb,Addison 01,U.S. House,7,Cy Poe,L,3
Cobb,,U.S. House,6,Ann Lee (I),R,30
"""
MODES = """\
county,precinct,office,district,party,candidate,votes,advance_1,absentee_by_mail,election_day
Cobb,,President,,,ANN LEE (REP),18,6,4,8
Cobb,Addison 01,President,,,ANN LEE (REP),15,5,4,6
Cobb,Addison 02,President,,,ANN LEE (REP),3,1,,2
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "20200301__ga__precinct.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_modes(tmp_path: Path) -> None:
    rows = read_openelections(written(tmp_path, PLAIN), "u.s. house", "6")
    unit = ("COBB|ADDISON 01", "Cobb", "Addison 01")
    assert rows == [
        ReturnRow(*unit, "Ann Lee", "REP", "", 30, 200, 41),
        ReturnRow(*unit, "Bo Kay", "DEM", "", 10, 200, 41),
    ]


def test_with_modes(tmp_path: Path) -> None:
    rows = read_openelections(written(tmp_path, MODES), "President")
    assert {row.party for row in rows} == {"REP"}
    found = {(row.unit_name, row.mode): row.votes for row in rows}
    assert found == {
        ("Addison 01", "early"): 5,
        ("Addison 01", "mail"): 4,
        ("Addison 01", "election_day"): 6,
        ("Addison 02", "early"): 1,
        ("Addison 02", "mail"): 0,
        ("Addison 02", "election_day"): 2,
    }


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("18,6,4,8", "19,6,4,8", r":2: ANN LEE has 19 votes in Cobb, and 18 in its precincts"),
        ("3,1,,2", "x,1,,2", r":4: votes must be a whole number, 0 or more, not 'x'"),
        ("Addison 02", "Addison 01", r":4: second row of ANN LEE in Addison 01; .* line 3"),
        ("candidate,", "person,", r"has no header that is known; it begins with: county, prec"),
    ],
)
def test_faults(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in MODES
    with pytest.raises(InputError, match=message):
        read_openelections(written(tmp_path, MODES.replace(old, new)), "President")


def test_modes_that_do_not_add_up_leave_the_votes(tmp_path: Path) -> None:
    rows = read_openelections(written(tmp_path, MODES.replace("15,5,4,6", "15,5,4,7")), "President")
    assert [(row.unit_name, row.mode, row.votes) for row in rows] == [
        ("Addison 01", "", 15),
        ("Addison 02", "", 3),
    ]


def test_unknown_office_and_ambiguous_district(tmp_path: Path) -> None:
    path = written(tmp_path, PLAIN)
    with pytest.raises(InputError, match=r"no office 'U\.S\. Hose'; did you mean 'U\.S\. House'"):
        read_openelections(path, "U.S. Hose")
    with pytest.raises(InputError, match=r"several districts \(6, 7\); choose one"):
        read_openelections(path, "U.S. House")


@pytest.mark.parametrize(
    ("published", "party", "expected"),
    [
        ("KAREN HANDEL (REP)", "", ("KAREN HANDEL", "REP")),
        ("TOM PRICE (I) (REP)", "", ("TOM PRICE", "REP")),
        ("TOM PRICE (I)", "R", ("TOM PRICE", "REP")),
        ("BO KAY (D)", "", ("BO KAY", "DEM")),
        ("ANN (ANNIE) LEE", "", ("ANN (ANNIE) LEE", "")),
        ("ANN LEE (ANNIE)", "Dem.", ("ANN LEE (ANNIE)", "DEM")),
    ],
)
def test_names_and_parties(published: str, party: str, expected: tuple[str, str]) -> None:
    assert candidate_and_party(published, party) == expected


def test_party_codes_and_modes() -> None:
    assert [party_code(label) for label in ("R", "democratic", "(L)", "PAC", "")] == [
        "REP",
        "DEM",
        "LIB",
        "PAC",
        "",
    ]
    published = ("Election Day", "Absentee by Mail", "Advance in Person 3", "Provisional Votes")
    assert [mode_name(name) for name in published] == [
        "election_day",
        "mail",
        "early",
        "provisional",
    ]


def test_written_table_reads_back(tmp_path: Path) -> None:
    rows = read_openelections(written(tmp_path, PLAIN), "U.S. House", "6")
    path = tmp_path / "out" / "first_round.csv.gz"
    write_table(path, rows)
    table, faults = read_returns(path)
    assert faults == []
    assert table is not None
    assert table.returns.counts.tolist() == [[30, 10]]
    assert (table.returns.registered[0], table.returns.ballots[0]) == (200, 41)
    # Whole or not at all: no temporary file stays behind.
    assert [entry.name for entry in path.parent.iterdir()] == ["first_round.csv.gz"]
    with pytest.raises(InputError, match="exists; choose another folder"):
        write_table(path, rows)
    before = path.read_bytes()
    write_table(path, rows, force=True)
    assert path.read_bytes() == before


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "runoff.csv"
    path.mkdir()
    with pytest.raises(InputError, match=r"could not write .*runoff\.csv: Is a directory"):
        write_table(path, [ReturnRow("u", "c", "n", "ANN", "REP", "", 2)], force=True)
    assert list(tmp_path.iterdir()) == [path]


def test_merged_adds_votes_of_the_same_cell() -> None:
    row = ReturnRow("u", "c", "n", "ANN", "REP", "early", 2)
    other = ReturnRow("u", "c", "n", "ANN", "REP", "mail", 5)
    assert [entry.votes for entry in merged([row, other, row])] == [4, 5]
