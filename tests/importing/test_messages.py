"""What an import says: where a fault is, and nothing that it could know itself."""

import pytest

from forecast.errors import InputError
from forecast.importing.columns import column_roles
from forecast.importing.import_options import ImportOptions, ReadOptions
from forecast.importing.import_part import import_files

from .small_imports import imported, table_text

PEOPLE = ("Anna Berg", "Carl Dahl", "Eva Falk")


def by_way(changed=None):
    """A table with two ways of voting and their total; `changed` is a line and its new total."""
    rows = []
    for place in range(4):
        for choice, name in enumerate(PEOPLE):
            day, mail = 90 - 20 * choice + 3 * place, 40 + 7 * place * choice
            rows.append(["Ash", f"P{place}", name, day, mail, day + mail])
    if changed:
        line, total = changed
        rows[line - 2][-1] = total
    return table_text(("County", "Precinct", "Candidate", "Election Day", "Mail", "Total"), rows)


def test_ways_of_voting_that_do_not_add_up_are_named_by_line(tmp_path):
    said, race = imported(tmp_path, by_way((6, 200)))
    (note,) = [note for note in said.notes if "do not add up" in note]
    assert "in 1 row (" in note
    assert "and 200 on line 6)" in note
    assert race.first_round.modes == ("",)
    (tmp_path / "sound").mkdir()
    _, race = imported(tmp_path / "sound", by_way())
    assert set(race.first_round.modes) == {"election_day", "mail"}


def test_a_row_of_totals_is_one(tmp_path):
    rows = [
        ("Ash", f"P{place}", name, 90 - 20 * choice + 3 * place)
        for place in range(4)
        for choice, name in enumerate(PEOPLE)
    ]
    sums = [
        ("Ash", "Total", name, sum(row[3] for row in rows if row[2] == name)) for name in PEOPLE
    ]
    table = table_text(("County", "Precinct", "Candidate", "Votes"), [*rows, *sums])
    said, _ = imported(tmp_path, table)
    assert "results.csv: left out: a row of totals, which adds up" in said.notes


def test_several_contests_ask_for_nothing_that_the_file_may_say(tmp_path):
    rows = [
        ("Ash", f"P{place}", office, name, 50 + place)
        for place in range(3)
        for office in ("Mayor", "Sheriff")
        for name in PEOPLE
    ]
    path = tmp_path / "results.csv"
    path.write_text(table_text(("county", "precinct", "office", "candidate", "votes"), rows))
    with pytest.raises(InputError, match="has several offices") as caught:
        import_files(ImportOptions("", (path,), tmp_path / "town"))
    (line,) = caught.value.faults
    assert "give --runoff; " in str(line)
    assert "too where the files do not say them" in str(line)


def test_a_header_without_a_whole_row_is_no_traceback(tmp_path):
    with pytest.raises(InputError):
        imported(tmp_path, "Precinct,Anna Berg,Carl Dahl\nP 1,3\nP 2,5\n")


@pytest.mark.parametrize("given", ["votes=Voix", "Voix=votes", " Voix = votes "])
def test_a_role_and_its_column_may_stand_in_either_order(given):
    assert column_roles([given]) == {"votes": "Voix"}


@pytest.mark.parametrize("given", ["Voix=vots", "vots=Voix"])
def test_a_misspelt_role_is_named(given):
    with pytest.raises(InputError, match="did you mean votes"):
        column_roles([given])


@pytest.mark.parametrize("file_format", ["", "wide"])
def test_a_column_that_is_not_there_is_named(tmp_path, file_format):
    path = tmp_path / "r.csv"
    path.write_text("Precinct,Roll,Anna Berg,Carl Dahl\nP 1,90,30,20\nP 2,80,20,31\n")
    reading = ReadOptions(columns={"registered": "Rol"})
    with pytest.raises(InputError, match="no column 'Rol'; its first row is: Precinct, Roll"):
        import_files(ImportOptions(file_format, (path,), tmp_path / "town", reading=reading))
