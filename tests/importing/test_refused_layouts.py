"""Tables that could be two races, or none: an error that says which, and what to do."""

import json

import pytest

from forecast.errors import InputError
from forecast.importing.import_options import GridOptions
from tests.importing.small_imports import imported as small_imported
from tests.importing.small_imports import table_text
from tests.importing.test_other_layouts import (
    HEAD,
    NAMES,
    ROWS,
    UNITS,
    VOTES,
    WAYS,
    imported,
    long,
    sums,
    text,
    ways,
    wide,
    workbook,
)


def marked(mark):
    """A table with one cell that holds a mark."""
    return text([HEAD, *ROWS[:-1], (*ROWS[-1][:4], mark)])


REFUSED = {
    "unknown way of voting": (
        text(long(lambda c, u, n, p, v: (c, u, n, p, *ways(v)), (*HEAD[:4], *WAYS[:3], "Kiosk"))),
        r"'Kiosk' holds whole numbers .* --column \"modes=Kiosk\"",
    ),
    "two years": (
        text([(*HEAD, "Year"), *((*r, 2025) for r in ROWS), *((*r[:4], 7, 2021) for r in ROWS)]),
        r"several of 'Year' \(2025, 2021\): .* --where \"Year=2025\"",
    ),
    "two states": (
        text([("State", *HEAD), *(("GA", *r) for r in ROWS), ("AL", *ROWS[0])]),
        r"several of 'State' \(ga, al\)",
    ),
    "county only on the first row of it": (
        text([HEAD, *((r[0] if i % 16 == 0 else "", *r[1:]) for i, r in enumerate(ROWS))]),
        r"'County' is empty on lines 3, .* --fill-down \"County\"",
    ),
    "no unit on the rows below": (
        text([HEAD, *((*(r[:2] if i % 4 == 0 else ("", "")), *r[2:]) for i, r in enumerate(ROWS))]),
        r"--fill-down \"Precinct\"",
    ),
    "a total of another name": (
        text(wide(after=[("Birch", "Alle Bezirke", *sums("Birch"))])),
        "'Alle Bezirke' of Birch has the votes of all other units there",
    ),
    "sums between the rows": (
        text([wide()[0], *(("", f"A {row[1]}", *row[2:]) for row in wide()[1:5]),
              ("", "Nord", *sums("Ash")), *(("", *row[1:]) for row in wide()[5:])]),
        "'Nord' of the file has the votes of the units right before or after it",
    ),
    "a total that does not add up": (
        text([wide()[0], *wide()[1:5], ("Ash", "Ash Total", 9, 9, 9, 9), *wide()[5:]]),
        "'Ash Total' is called a total, and no other rows add up to it",
    ),
    "a total beside the counties": (
        text(wide(after=[("Insgesamt", "", *sums()[:3], 4)])),
        "--leave-out 'Insgesamt'",
    ),
    "a way of voting that is the sum": (
        text([(*HEAD[:4], "Mode", "Votes"), *((*r[:4], way, n) for r in ROWS for way, n in
              zip((*WAYS, "Alles"), (*ways(r[4]), r[4]), strict=True))]),
        "'Alles' is the sum of the others wherever it stands.* --leave-out 'Alles'",
    ),
    "a column of sums": (
        text(wide((*NAMES, "Suffrages"), lambda counts: (*counts, sum(counts)))),
        "'Suffrages' equals the sum of all others",
    ),
    "columns of sums among others": (
        text(wide((*NAMES, "Sigma", "Omega", "Delta"),
                  lambda c: (*c, sum(c), c[0] % 60, sum(c) + c[0] % 60))),
        "'Sigma' equals the sum of 4 choices from .*'Delta' equals the sum of ",
    ),
    "suppressed": (marked("suppressed"), r"--cell \"suppressed=0\""),
    "two dots": (marked(".."), r"--cell \"\.\.=0\""),
    "negative": (marked("-3"), "take a correction off the unit it belongs to"),
    "negative in brackets": (marked("(3)"), "take a correction off the unit it belongs to"),
    "rounded by a spreadsheet": (marked("1.23E+05"), "must be a whole number"),
    "votes in a map": (
        json.dumps({"type": "FeatureCollection", "features": []}),
        "holds a map, and .* has no returns yet: .* save them as CSV",
    ),
    "nested objects": (
        json.dumps({"data": [{"candidate": "X", "results": [{"votes": 3}]}]}),
        "JSON of no form that is known; it has the keys data. A list of rows is read",
    ),
    "a summary without units": (
        json.dumps([{"K": "1", "C": "Mayor", "CH": ["X", "Y"], "V": [3, 4]}]),
        "Clarity's summary, which has sums and no units",
    ),
    "areas without names": (
        json.dumps({"Contests": [{"A": "Ash", "C": ["1"], "V": [[3, 4]]}]}),
        r"the names of contests and candidates are in summary\.json",
    ),
}  # fmt: skip


@pytest.mark.parametrize("layout", REFUSED)
def test_what_could_be_another_race_is_refused(layout, tmp_path):
    content, message = REFUSED[layout]
    with pytest.raises(InputError, match=f"(?s){message}"):
        imported(content, "town.csv", tmp_path)
    assert not (tmp_path / "town").exists()


def test_sheets_that_hold_results_are_named(tmp_path):
    with pytest.raises(InputError, match=r"several sheets \(A, B\).*--sheet all"):
        imported(workbook({"A": wide(), "B": wide()}), "town.xlsx", tmp_path)


def test_a_column_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match="has no column 'Kreis'; its columns are County"):
        imported(text(long()), "town.csv", tmp_path, grid=GridOptions(fill_down=("Kreis",)))


def test_small_units_that_happen_to_be_sums_stay(tmp_path):
    rows = [(*unit, *(n % 3 for n in counts)) for unit, counts in zip(UNITS, VOTES, strict=True)]
    rows += [("Ash", "Z1", 1, 0, 0, 0), ("Ash", "Z2", 0, 1, 0, 0), ("Ash", "Z3", 1, 1, 0, 0)]
    _, race = imported(text([wide()[0], *rows]), "town.csv", tmp_path)
    assert race.first_round.n_units == 11


THREE = ("Anna Berg", "Carl Dahl", "Eva Falk")


def with_totals(totals):
    """Twenty units of three candidates, and a column of totals."""
    rows = [(f"P{i:02}", 90 + i * i % 17, 80 + 2 * i, 30 + i % 7) for i in range(20)]
    return table_text(
        ("Precinct", *THREE, "Total Votes"),
        [(*row, sum(row[1:]) + more) for row, more in zip(rows, totals, strict=True)],
    )


def test_a_total_that_contradicts_the_candidates_of_one_unit_names_it(tmp_path):
    one = with_totals([300 if i == 5 else 0 for i in range(20)])
    with pytest.raises(InputError, match=r"'Total Votes' is 523 in P05, and .* have 223"):
        small_imported(tmp_path, one)


@pytest.mark.parametrize("totals", [[2] + [0] * 19, [i % 9 for i in range(20)]])
def test_unlisted_votes_and_blank_votes_are_no_contradiction(tmp_path, totals):
    _, race = small_imported(tmp_path, with_totals(totals))
    assert race.first_round.candidates == THREE


def test_valid_votes_are_the_candidates_alone(tmp_path):
    """Blank and null votes beside them are not among them; those who abstained are no votes."""
    rows = [(f"P{i:02}", 90 + i * i % 17, 80 + 2 * i, 30 + i % 7) for i in range(20)]
    head = ("Precinct", *THREE, "Votos Brancos", "Abstenção", "Votos Válidos")
    table = table_text(head, [(*row, 7, 150, sum(row[1:])) for row in rows])
    _, race = small_imported(tmp_path, table)
    assert race.first_round.candidates == (*THREE, "Votos Brancos")
    assert race.contest.not_candidates == ("Votos Brancos",)
