"""A total that is wrong keeps a file of the night out: the error says which, and what passes it."""

import re

import pytest

from forecast.errors import InputError
from forecast.importing.import_options import ReadOptions
from forecast.night.returns_file import read_night_returns
from forecast.night.snapshot_files import read_snapshot
from forecast.night.told import ToldOfFiles
from forecast.night.unit_names import UnitNames

VOTES = [(100 + 17 * k, 150 - 11 * k) for k in range(6)]
WIDE = "County,Precinct,ANN MARSH,BO REED"


def wide_column(wrong):
    rows = [f"NORTH,P0{k},{a},{b},{a + b + wrong * (k == 2)}" for k, (a, b) in enumerate(VOTES)]
    return [f"{WIDE},Total Votes", *rows]


def wide_row(wrong):
    ann, bo = map(sum, zip(*VOTES, strict=True))
    rows = [f"NORTH,P0{k},{a},{b}" for k, (a, b) in enumerate(VOTES)]
    return [WIDE, *rows, f",TOTAL,{ann + wrong},{bo}"]


def long_rows(wrong):
    rows = [
        f"NORTH,P0{k},{name},{n}"
        for k, (a, b) in enumerate(VOTES)
        for name, n in (("Ann Marsh", a), ("Bo Reed", b), ("Total", a + b + wrong * (k == 2)))
    ]
    return ["County,Precinct,Candidate,Votes", *rows]


def own_table(wrong):
    rows = [
        f"NORTH,P0{k},{name},{n},{mode}"
        for k, (a, b) in enumerate(VOTES)
        for name, n in (("Ann Marsh", a), ("Bo Reed", b))
        for mode, n in (("early", n), ("mail", 7), ("all", n + 7 + wrong * (k == 2)))
    ]
    return ["county,unit_name,candidate,votes,mode", *rows]


@pytest.mark.parametrize(
    ("lines", "where"),
    [
        (wide_column(-30), r"table\.csv:4: .* in P02 of NORTH"),
        (wide_row(-30), r"table\.csv:8: ANN MARSH has .* in all counties"),
        (long_rows(-30), r"table\.csv:10: .* in P02 of NORTH"),
        (own_table(-30), r"1 unit \(P02"),
    ],
)
def test_the_option_that_the_error_names_passes_the_file(fitted, tmp_path, lines, where):
    path, names = tmp_path / "table.csv", UnitNames.of(fitted.race, fitted.folder)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=where) as error:
        read_night_returns([path], fitted.race, names)
    (option,) = {*re.findall(r"--leave-out '([^']+)'", str(error.value))}
    told = ToldOfFiles(ReadOptions(leave_out=(option,)))
    found = read_night_returns([path], fitted.race, names, told).count
    late = 7 if lines[0].endswith("mode") else 0
    assert found.unit_votes[:6].tolist() == [[a + late, b + late] for a, b in VOTES]


def test_every_fault_of_a_file_stands_in_its_line(fitted, tmp_path):
    path, names = tmp_path / "table.csv", UnitNames.of(fitted.race, fitted.folder)
    head, *rows = wide_column(-30)
    path.write_text("\n".join((head, *rows, rows[1].replace("P01", "P07,x"))) + "\n")
    fault = read_snapshot([path], fitted.race, names, ToldOfFiles(ReadOptions())).fault
    assert "has 6 fields where the header has 5" in fault.message
    ann, bo = map(sum, zip(*VOTES, strict=True))
    path.write_text("\n".join((WIDE, *wide_row(-30)[1:-1], f",TOTAL,{ann - 1},{bo - 2}")) + "\n")
    fault = read_snapshot([path], fitted.race, names, ToldOfFiles(ReadOptions())).fault
    assert "ANN MARSH has" in fault.message
    assert "BO REED has" in fault.message
    assert "\n" not in fault.message


def by_way(more, unit="P02"):
    """Two ways of voting and their total a precinct, and of the county; one total has more."""
    lines, whole = [f"County,Precinct,Vote Type,{WIDE.partition('Precinct,')[2]}"], [0, 0]
    for k, (a, b) in enumerate(VOTES):
        slip = more if unit == f"P0{k}" else 0
        lines += [f"NORTH,P0{k},Early,{a},{b}", f"NORTH,P0{k},Mail,7,{20 + k}"]
        lines += [f"NORTH,P0{k},Total,{a + 7 + slip},{b + 20 + k}"]
        whole = [whole[0] + a + 7, whole[1] + b + 20 + k]
    return [*lines, f"NORTH,Total,,{whole[0]},{whole[1]}"]


def read_ways(fitted, tmp_path, lines):
    path, names = tmp_path / "table.csv", UnitNames.of(fitted.race, fitted.folder)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_night_returns([path], fitted.race, names)


@pytest.mark.parametrize("more", [1, -1])
def test_a_slip_in_a_total_leaves_the_ways_of_voting(fitted, tmp_path, more):
    right = read_ways(fitted, tmp_path, by_way(0))
    assert "the ways of voting add up to the rows of mode Total, (empty), which are left out" in (
        right.notes
    )
    found = read_ways(fitted, tmp_path, by_way(more))
    assert found.count.modes == ("early", "mail")
    assert found.count.votes.tolist() == right.count.votes.tolist()
    (line,) = [note for note in found.notes if "ways of voting" in note]
    assert line == (
        "table.csv:10: the ways of voting do not add up to the total in 1 row (ANN MARSH in P02 of "
        f"NORTH: 141 and {141 + more} on line 10): they are used, and the rows of mode Total, "
        "(empty) are left out"
    )


def test_totals_that_differ_by_much_are_kept_and_said(fitted, tmp_path):
    lines = by_way(300)[:-1]
    found = read_ways(fitted, tmp_path, lines)
    assert found.count.modes == ("",)
    assert found.count.unit_votes[2].tolist() == [441, 150]
    assert any("441 on line 10): the totals are kept, and no way" in one for one in found.notes)
