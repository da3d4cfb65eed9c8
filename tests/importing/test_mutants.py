"""Sound files, mutated as published files are: the same race, or an error that says why.

A difference that is noted by its line (a blank cell taken for 0) is no silence; any other race
than the one that was written is.
"""

import csv
import io
import unicodedata
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forecast.errors import InputError
from forecast.importing.import_options import ImportOptions
from forecast.importing.import_part import import_files
from forecast.importing.race_yaml_writer import NewRace
from forecast.importing.reading import ReadOptions
from forecast.race.folder import load_race
from forecast.race.labels import normalised

NAMES = ("ANÍBAL BERG", "CARL DAHL", "EVA FALK", "GUS HOLM", "ÖRJAN ÅS")
PARTIES = ("REP", "DEM", "REP", "DEM", "LIB")
HEADER = ("county", "precinct", "office", "district", "candidate", "party", "votes")
SPELLED = {"REP": "Republican Party", "DEM": "D", "LIB": "Libertarian"}
COUNTY, UNIT, OFFICE, DISTRICT, CANDIDATE, PARTY, VOTES = range(7)


@dataclass(frozen=True)
class Written:
    """A table about to be written: its rows, and how."""

    rows: tuple[tuple[str, ...], ...]
    header: tuple[str, ...] = HEADER
    separator: str = ","
    encoding: str = "utf-8"
    above: str = ""
    below: str = ""

    def to(self, path: Path) -> None:
        out = io.StringIO()
        writer = csv.writer(out, delimiter=self.separator, lineterminator="\n")
        writer.writerow(self.header)
        writer.writerows(self.rows)
        path.write_bytes((self.above + out.getvalue() + self.below).encode(self.encoding))


@st.composite
def sound(draw):
    n_units, n_names = draw(st.integers(4, 9)), draw(st.integers(3, 5))
    votes = draw(
        st.lists(st.integers(20, 1900), min_size=n_units * n_names, max_size=n_units * n_names)
    )
    rows, at = [], iter(votes)
    for unit in range(n_units):
        county = "Ash" if unit < n_units // 2 else "Birch"
        for name, party in zip(NAMES[:n_names], PARTIES, strict=False):
            rows.append((county, f"Mill {unit:02}", "Mayor", "", name, party, str(next(at))))
    return Written(tuple(rows))


def race_of(rows):
    """What the rows say: votes by unit and candidate."""
    found = {}
    for row in rows:
        found[normalised(f"{row[COUNTY]} {row[UNIT]}"), normalised(row[CANDIDATE])] = int(
            row[VOTES]
        )
    return found


def change(written, where, column, function):
    rows = [
        (*row[:column], function(row[column]), *row[column + 1 :]) if index in where else row
        for index, row in enumerate(written.rows)
    ]
    return replace(written, rows=tuple(rows))


def some_rows(draw, written):
    """Rows of some units, never of all."""
    units = sorted({row[UNIT] for row in written.rows})
    chosen = draw(st.sets(st.sampled_from(units), min_size=1, max_size=len(units) - 1))
    return {index for index, row in enumerate(written.rows) if row[UNIT] in chosen}


def of_one_name(draw, written):
    name = draw(st.sampled_from(sorted({row[CANDIDATE] for row in written.rows})))
    return {i for i in some_rows(draw, written) if written.rows[i][CANDIDATE] == name}


def case(draw, written):
    how = draw(st.sampled_from([str.lower, str.title, str.swapcase]))
    column = draw(st.sampled_from([COUNTY, UNIT, CANDIDATE, OFFICE]))
    return change(written, some_rows(draw, written), column, how)


def spaces(draw, written):
    how = draw(st.sampled_from(["  ", " \u00a0", "\u00a0"]))
    column = draw(st.sampled_from([UNIT, CANDIDATE]))
    return change(written, some_rows(draw, written), column, lambda text: text.replace(" ", how))


def unicode_form(draw, written):
    where = some_rows(draw, written)
    return change(written, where, CANDIDATE, lambda text: unicodedata.normalize("NFD", text))


def accents(draw, written):
    def plain(text):
        parts = unicodedata.normalize("NFD", text)
        return "".join(mark for mark in parts if not unicodedata.combining(mark))

    return change(written, some_rows(draw, written), CANDIDATE, plain)


def typing_error(draw, written):
    at = draw(st.integers(1, 6))
    return change(
        written, of_one_name(draw, written), CANDIDATE, lambda text: text[:at] + text[at + 1 :]
    )


def middle_initial(draw, written):
    return change(
        written, of_one_name(draw, written), CANDIDATE, lambda text: text.replace(" ", " M. ", 1)
    )


def party_words(draw, written):
    return change(written, some_rows(draw, written), PARTY, lambda text: SPELLED.get(text, text))


def party_in_brackets(draw, written):
    rows = tuple((*r[:4], f"{r[CANDIDATE]} ({r[PARTY]})", "NP", r[VOTES]) for r in written.rows)
    return replace(written, rows=rows)


def row_of_totals(draw, written):
    word = draw(st.sampled_from(["Total", "TOTAL VOTES", "Zusammen", "Contest Total", "Somme"]))
    slip = draw(st.sampled_from([0, 0, -3]))
    rows, seen = [], {}
    for row in written.rows:
        rows.append(row)
        seen.setdefault(row[:2], []).append(int(row[VOTES]))
        if len(seen[row[:2]]) == len({r[CANDIDATE] for r in written.rows}):
            total = str(sum(seen[row[:2]]) + slip)
            rows.append((*row[:2], "Mayor", "", word, "", total))
    return replace(written, rows=tuple(rows))


def unit_of_totals(draw, written):
    word = draw(st.sampled_from(["", "Total", "County Totals", "Alle Bezirke", "Countywide"]))
    slip = draw(st.sampled_from([0, 0, 7]))
    sums = Counter()
    for row in written.rows:
        sums[row[COUNTY], row[CANDIDATE], row[PARTY]] += int(row[VOTES])
    extra = [
        (county, word, "Mayor", "", name, party, str(count + slip))
        for (county, name, party), count in sums.items()
    ]
    return replace(written, rows=(*written.rows, *extra))


def order(draw, written):
    return replace(written, rows=tuple(draw(st.permutations(written.rows))))


def columns(draw, written):
    places = draw(st.permutations(range(len(written.header))))
    return replace(
        written,
        header=tuple(written.header[p].upper() for p in places),
        rows=tuple(tuple(row[p] for p in places) for row in written.rows),
    )


def separator(draw, written):
    return replace(written, separator=draw(st.sampled_from([";", "\t", "|"])))


def encoding(draw, written):
    known = ["utf-8-sig", "utf-16", "cp1252"]
    chosen = draw(st.sampled_from(known))
    try:
        "".join(cell for row in written.rows for cell in row).encode(chosen)
    except UnicodeEncodeError:
        return written
    return replace(written, encoding=chosen)


def blank_cell(draw, written):
    return change(written, {draw(st.integers(0, len(written.rows) - 1))}, VOTES, lambda _: "")


def hidden_cell(draw, written):
    mark = draw(st.sampled_from(["*", "X", "-", "N/A", "****", "<10", "ten", "-4", "12.5"]))
    return change(written, {draw(st.integers(0, len(written.rows) - 1))}, VOTES, lambda _: mark)


def number_form(draw, written):
    forms = {
        "float": lambda text: f"{text}.0",
        "comma": lambda text: f"{int(text):,}",
        "space": lambda text: f"{int(text):,}".replace(",", "\u202f"),
        "dot": lambda text: f"{int(text):,}".replace(",", "."),
        "quote": lambda text: f"{int(text):,}".replace(",", "'"),
    }
    form = forms[draw(st.sampled_from(sorted(forms)))]
    return change(written, set(range(len(written.rows))), VOTES, form)


def copies(draw, written):
    count = draw(st.integers(1, len(written.rows)))
    again = written.rows[:count]
    with_header = draw(st.booleans())
    return replace(written, rows=(*written.rows, *([HEADER] if with_header else []), *again))


def titles(draw, written):
    return replace(written, above="Results of the county\nunofficial\n", below="\nSource: clerk\n")


def other_office(draw, written):
    rows = tuple((*r[:2], "Sheriff", "", "IDA JUNG", "IND", "5") for r in written.rows[::3])
    return replace(written, rows=(*written.rows, *dict.fromkeys(rows)))


MUTATIONS = (
    *(case, spaces, unicode_form, accents, typing_error, middle_initial, party_words),
    *(party_in_brackets, row_of_totals, unit_of_totals, order, columns, separator, encoding),
    *(blank_cell, hidden_cell, number_form, copies, titles, other_office),
)
# A later one of these does not know the table that an earlier one has left.
LAST = (columns, separator, encoding, titles, order)


@st.composite
def mutants(draw):
    written = draw(sound())
    first = [m for m in MUTATIONS if m not in LAST]
    used = [draw(st.sampled_from(first))] if draw(st.integers(0, 3)) else []
    used += draw(
        st.lists(st.sampled_from(LAST), min_size=0 if used else 1, max_size=2, unique=True)
    )
    used.sort(key=lambda mutation: mutation is columns)
    mutant = written
    for mutation in used:
        mutant = mutation(draw, mutant)
    return written, mutant, tuple(mutation.__name__ for mutation in used)


def imported(mutant, folder):
    path = folder / "results.csv"
    mutant.to(path)
    new_race = NewRace(
        title="Town",
        office="Mayor",
        first_round=date(2025, 5, 20),
        runoff=date(2025, 6, 17),
        finalists=(NAMES[0], NAMES[1]),
    )
    options = ImportOptions(
        "",
        (path,),
        folder / "town",
        reading=ReadOptions(contests=("Mayor",)),
        new_race=new_race,
    )
    done = import_files(options)
    returns = load_race(folder / "town").first_round
    found = {
        (normalised(f"{county} {unit}"), normalised(name)): int(returns.counts[i, j])
        for i, (county, unit) in enumerate(zip(returns.counties, returns.unit_names, strict=True))
        for j, name in enumerate(returns.candidates)
    }
    return done, found


def outcome(written, mutant, folder):
    """How a mutant ended: "same", "error" or "noted"; anything else is a failure."""
    try:
        done, found = imported(mutant, folder)
    except InputError:
        return "error"
    if found == race_of(written.rows):
        return "same"
    differ = {key for key, votes in found.items() if race_of(written.rows).get(key) != votes}
    assert any("no number in" in note for note in done.notes), (differ, done.notes)
    assert len(differ) == 1
    return "noted"


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(mutants())
def test_a_mutant_is_the_same_race_or_an_error(given_mutant):
    written, mutant, _ = given_mutant
    with TemporaryDirectory() as name:
        outcome(written, mutant, Path(name))
