"""Tables whose headings nobody knows: one error says all columns, and what it says is right."""

import re

import pytest

from forecast.errors import InputError
from forecast.importing.formats import kind_of, read_file
from forecast.importing.guessed_columns import guessed_columns
from forecast.importing.reading import ReadOptions

PEOPLE = ("Anna Berg", "Carl Dahl", "Eva Falk")
UNITS = [(f"Gau {k // 3}", f"Ort {'abcdefgh'[k]}") for k in range(8)]
WAYS = ("Urne", "Brief")


def votes(unit, person, way=0):
    return 900 + 37 * unit * (person + 1) + 11 * person**2 - 300 * way


def long_rows(*ways):
    """Rows of a unit and candidate, and of a way of voting where there are some."""
    return [
        (*place, *([way] if ways else []), name, 5000 + unit, votes(unit, person, at), "12,5")
        for unit, place in enumerate(UNITS)
        for person, name in enumerate(PEOPLE)
        for at, way in enumerate(ways or ("",))
    ]


def wide_rows(*ways):
    return [
        (*place, *([way] if ways else []), *(votes(unit, k, at) for k in range(3)), "22:15")
        for unit, place in enumerate(UNITS)
        for at, way in enumerate(ways or ("",))
    ]


TABLES = {
    "long": (("Xa", "Xb", "Xc", "Wahlberechtigte", "Xd", "Xe"), long_rows()),
    "long_by_way": (("Xa", "Xb", "Xw", "Xc", "Wahlberechtigte", "Xd", "Xe"), long_rows(*WAYS)),
    "wide": (("Xa", "Xb", *PEOPLE, "Xt"), wide_rows()),
    "wide_by_way": (("Xa", "Xb", "Xw", *PEOPLE, "Xt"), wide_rows(*WAYS)),
}
RIGHT = {"candidate": "Xc", "votes": "Xd", "county": "Xa", "unit_name": "Xb", "mode": "Xw"}


def table(path, name, above=()):
    head, rows = TABLES[name]
    lines = [*above, ";".join(head), *(";".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def right_for(name):
    return {role: head for role, head in RIGHT.items() if head in TABLES[name][0]}


def said_in(error):
    return dict(re.findall(r'--column "(\w+)=([^"]+)"', str(error.value)))


@pytest.mark.parametrize("above", [(), ("Wahl der Oberbürgermeisterin", "")])
@pytest.mark.parametrize("name", TABLES)
def test_one_error_names_all_columns(tmp_path, name, above):
    path = table(tmp_path / "table.csv", name, above)
    with pytest.raises(InputError, match="no header that is known") as error:
        kind_of(path, ReadOptions())
    said = said_in(error)
    assert said == right_for(name)
    options = ReadOptions(columns=said)
    tally = read_file(path, kind_of(path, options), options).tally
    by_way = len(WAYS) if "by_way" in name else 1
    assert tally.matrix.sum() == sum(votes(u, k, w) for u in range(8) for k in range(3)
                                     for w in range(by_way))  # fmt: skip
    assert (len(tally.units), len(tally.modes)) == (8, by_way)


@pytest.mark.parametrize("given", ["unit_name=Xb", "candidate=Xc", "votes=Xd", "votes=Xq"])
def test_what_is_given_and_there_stays_in_the_complete_command(tmp_path, given):
    role, _, name = given.partition("=")
    path = table(tmp_path / "table.csv", "long")
    options = ReadOptions(columns={role: name})
    with pytest.raises(InputError) as error:
        read_file(path, kind_of(path, options), options)
    assert said_in(error) == right_for("long")
    assert ("no column 'Xq'" in str(error.value)) == (name == "Xq")


def test_both_finalists_in_rows_are_no_columns(tmp_path):
    """Two columns of numbers would do as candidates, were the finalists not in the rows."""
    path = table(tmp_path / "table.csv", "long")
    path.write_text(path.read_text().replace("Wahlberechtigte", "Xr"))
    options = ReadOptions(columns={"unit_name": "Xb"}, finalists=PEOPLE[:2])
    with pytest.raises(InputError, match="both finalists in its column 'Xc'") as error:
        read_file(path, "wide", options)
    assert said_in(error) == right_for("long")


def test_candidates_who_have_last_names_and_parties():
    people = (("MACRON", "EM"), ("LE PEN", "FN"), ("FILLON", "LR"), ("HAMON", "PS"), ("ASSE", "EM"))
    rows = [
        ("01", f"Saint-{unit}-le-Haut", *person, "exprimé", str(31 * k + 7 * n))
        for k, unit in enumerate(("Jean", "Paul", "Marc", "Luc", "Cyr", "Rémy", "Élie", "Job"))
        for n, person in enumerate(people)
    ]
    found = guessed_columns([("A", "B", "C", "D", "E", "F"), *rows[:-3]], {})
    assert found["candidate"] == "C"
    assert (found["party"], found["votes"], found["unit_name"]) == ("D", "F", "B")


@pytest.mark.parametrize(("n_counties", "n_units"), [(9, 4), (4, 9)])
def test_names_that_stand_in_several_counties(n_counties, n_units):
    places = [(f"Gau {c}", f"Ort {u}") for c in range(n_counties) for u in range(n_units)]
    rows = [("Q1", "Q2", *PEOPLE), *((*p, str(9 + k), "7", "5") for k, p in enumerate(places))]
    assert guessed_columns(rows, {}) == {"county": "Q1", "unit_name": "Q2"}


def test_nothing_is_guessed_of_a_table_that_has_nothing():
    assert guessed_columns([("a", "b"), ("c", "d")], {}) == {}
    assert guessed_columns([("a", "b")], {}) == {}
    assert guessed_columns([], {}) == {}
    assert guessed_columns([("a", "a", "b"), ("c", "1", "2")], {}) == {}
