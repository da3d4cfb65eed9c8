"""Units found again in another election: equal names, the crosswalk, and nothing else."""

from pathlib import Path

import pytest

from forecast.errors import InputError
from forecast.importing.matching import (
    Crosswalk,
    Unit,
    match_units,
    read_crosswalk,
    units_of,
)
from forecast.importing.rows import ReturnRow
from forecast.importing.tally import in_first_round_units, tally_of_rows

FIRST_ROUND = (
    Unit("Cobb", "Mount Bethel 01", "COBB|MOUNT BETHEL 01"),
    Unit("Cobb", "St. John's 2", "COBB|ST JOHN S 2"),
)
OTHER = (Unit("COBB", "Mt Bethel 01", "a"), Unit("Cobb", "st  john's-2", "b"))


def crosswalk(tmp_path: Path, rows: str) -> Crosswalk:
    path = tmp_path / "crosswalk.csv"
    path.write_text(f"county,name,known_as,note\n{rows}", encoding="utf-8")
    return read_crosswalk(path)


def row(unit: str, name: str, votes: int, registered: int | None) -> ReturnRow:
    return ReturnRow(unit, "Cobb", name, "ANN", "REP", "", votes, registered)


def test_case_spaces_and_punctuation_do_not_matter() -> None:
    matches = match_units(FIRST_ROUND[1:], OTHER[1:])
    assert matches.known == {"b": FIRST_ROUND[1]}
    assert (matches.extra, matches.missing) == ((), ())


def test_what_only_looks_alike_is_an_error_that_shows_both_sides() -> None:
    with pytest.raises(InputError) as caught:
        match_units(FIRST_ROUND, OTHER)
    assert "1 units of the first round and 1 of the other election" in str(caught.value)
    assert caught.value.faults[:2] == (
        "in the first round only: Cobb, Mount Bethel 01 (nearest there: Mt Bethel 01)",
        "in the other election only: COBB, Mt Bethel 01 (nearest there: Mount Bethel 01)",
    )


def test_crosswalk_names_the_counterpart(tmp_path: Path) -> None:
    walk = crosswalk(tmp_path, "Cobb,Mt. Bethel 01,Mount Bethel 01,misspelt\n")
    assert match_units(FIRST_ROUND, OTHER, walk).known["a"] == FIRST_ROUND[0]


def test_the_same_name_in_another_county_is_another_unit() -> None:
    with pytest.raises(InputError, match="have no counterpart"):
        match_units(FIRST_ROUND[1:], [Unit("Fulton", "St. John's 2", "c")])


def test_crosswalk_declares_what_one_side_lacks(tmp_path: Path) -> None:
    walk = crosswalk(tmp_path, "Cobb,Mt Bethel 01,,dissolved\nCobb,,Mount Bethel 01,new\n")
    matches = match_units(FIRST_ROUND, OTHER, walk)
    assert matches.extra == OTHER[:1]
    assert matches.missing == FIRST_ROUND[:1]


def test_extra_units_only_where_allowed() -> None:
    more = [*OTHER[1:], Unit("Cobb", "Elsewhere", "z")]
    with pytest.raises(InputError, match="in the other election only: Cobb, Elsewhere"):
        match_units(FIRST_ROUND[1:], more)
    assert match_units(FIRST_ROUND[1:], more, extra_allowed=True).extra == (more[1],)


def test_namesakes_are_refused() -> None:
    twins = [Unit("Cobb", "A 1", "x"), Unit("Cobb", "a-1", "y")]
    with pytest.raises(InputError, match="units of the other election that differ only in case"):
        match_units(FIRST_ROUND, twins)


def test_crosswalk_faults(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"crosswalk\.csv:3: A of Cobb has two rows that differ"):
        crosswalk(tmp_path, "Cobb,A,B,\nCobb,A,C,\n")
    path = tmp_path / "other.csv"
    path.write_text("county,name\nCobb,A\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"other\.csv has no column known_as"):
        read_crosswalk(path)


def test_two_halves_of_a_unit_add_up(tmp_path: Path) -> None:
    walk = crosswalk(tmp_path, "Cobb,MB East,Mount Bethel 01,\nCobb,MB West,Mount Bethel 01,\n")
    rows = [row("e", "MB East", 3, 10), row("w", "MB West", 4, 20), row("z", "Gone", 9, None)]
    matches = match_units(FIRST_ROUND[:1], units_of(rows), walk, extra_allowed=True)
    (added,) = in_first_round_units(tally_of_rows(rows), matches, keep_extra=False).rows()
    assert (added.unit_id, added.unit_name) == ("COBB|MOUNT BETHEL 01", "Mount Bethel 01")
    assert (added.votes, added.registered) == (7, 30)
    kept = in_first_round_units(tally_of_rows(rows), matches, keep_extra=True).rows()
    assert [entry.unit_name for entry in kept] == ["Mount Bethel 01", "Gone"]


def test_a_sum_with_an_unknown_part_is_unknown(tmp_path: Path) -> None:
    walk = crosswalk(tmp_path, "Cobb,MB East,Mount Bethel 01,\nCobb,MB West,Mount Bethel 01,\n")
    rows = [row("e", "MB East", 3, None), row("w", "MB West", 4, 20)]
    matches = match_units(FIRST_ROUND[:1], units_of(rows), walk)
    (added,) = in_first_round_units(tally_of_rows(rows), matches, keep_extra=False).rows()
    assert (added.votes, added.registered) == (7, None)
