"""Tables in layouts of many publishers: each is the race that it was written from."""

# ruff: noqa: E501  (a layout reads best in one line)

import csv
import io
import json
import zipfile
from datetime import date

import openpyxl
import pytest

from forecast.importing.import_options import GridOptions, ImportOptions, ReadOptions
from forecast.importing.import_part import import_files
from forecast.importing.race_yaml_writer import NewRace
from forecast.race.folder import load_race
from forecast.race.labels import without_accents

NAMES = ("ANNA BERG", "CARL DAHL", "EVA FALK", "GUS HOLM")
PARTIES = ("REP", "DEM", "REP", "DEM")
UNITS = [(county, f"{name} {n}") for county in ("Ash", "Birch") for n, name in
         enumerate(("Mill", "Oak", "Elm", "Fir"), 1)]  # fmt: skip
VOTES = [
    (1341, 1276, 454, 604), (1676, 949, 374, 1040), (1104, 1888, 1033, 511), (1523, 1533, 460, 704),
    (1220, 1407, 688, 899), (1189, 1011, 911, 653), (1250, 1335, 702, 811), (1050, 1211, 509, 653),
]  # fmt: skip
ROWS = [
    (*unit, name, party, votes)
    for unit, counts in zip(UNITS, VOTES, strict=True)
    for name, party, votes in zip(NAMES, PARTIES, counts, strict=True)
]
HEAD = ("County", "Precinct", "Candidate", "Party", "Votes")
WAYS = ("Election Day", "Mail", "Early", "Provisional")


def text(rows, separator=",", end="\n"):
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator=end).writerows(rows)
    return out.getvalue()


def long(change=lambda *row: row, head=HEAD):
    return [head, *(change(*row) for row in ROWS)]


def wide(names=NAMES, cells=lambda counts: counts, after=()):
    return [
        ("County", "Precinct", *names),
        *((*unit, *cells(counts)) for unit, counts in zip(UNITS, VOTES, strict=True)),
        *after,
    ]


def ways(votes):
    parts = (votes // 2, votes // 5, votes // 4)
    return (*parts, votes - sum(parts))


def sums(county=""):
    rows = [v for u, v in zip(UNITS, VOTES, strict=True) if not county or u[0] == county]
    return tuple(map(sum, zip(*rows, strict=True)))


def workbook(sheets):
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(out)
    return out.getvalue()


def wide_by_way(*, total):
    """A row a unit and way of voting, and one of their sum."""
    rows = [("County", "Precinct", "Vote Type", *NAMES)]
    for unit, counts in zip(UNITS, VOTES, strict=True):
        columns = [ways(votes) for votes in counts]
        rows += [
            (*unit, way, *votes)
            for way, votes in zip(WAYS, zip(*columns, strict=True), strict=True)
        ]
        rows += [(*unit, "Total", *counts)] * total
    return rows


def packed(**members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_", "/") + ".csv", content)
    return out.getvalue()


def objects():
    keys = ("county", "precinct", "candidate", "party", "votes")
    return [dict(zip(keys, row, strict=True)) for row in ROWS]


def turned(name):
    first, last = name.split()
    return f"{last}, {first.title()}"


OVER = ["", "", *(cell for name in NAMES for cell in (name, ""))]
SHARES = lambda counts: [cell for votes in counts for cell in (votes, "12.5%")]  # noqa: E731

# Name of a layout to the file and the options that it takes.
LAYOUTS = {
    "modes.csv": (text(long(lambda c, u, n, p, v: (c, u, n, p, *ways(v)), (*HEAD[:4], *WAYS))), {}),
    "short_modes.csv": (
        text(long(lambda c, u, n, p, v: (c, u, n, p, *ways(v)), (*HEAD[:4], "ED", "AB", "EV", "PR"))),
        {},
    ),
    "named_mode.csv": (
        text(long(lambda c, u, n, p, v: (c, u, n, p, *ways(v)), (*HEAD[:4], *WAYS[:3], "Kiosk"))),
        {"columns": {"modes": "Kiosk"}},
    ),
    "wide_by_way.csv": (text(wide_by_way(total=False)), {}),
    "wide_by_way_with_totals.csv": (text(wide_by_way(total=True)), {}),
    "wide_by_named_way.csv": (
        text(wide_by_way(total=False)).replace("Vote Type", "Sort"), {"columns": {"mode": "Sort"}},
    ),
    "last_first.csv": (text(long(lambda c, u, n, p, v: (c, u, turned(n), p, v))), {}),
    "last_first_in_one_county.csv": (
        text(long(lambda c, u, n, p, v: (c, u, turned(n) if c == "Ash" else n.title(), p, v))),
        {},
    ),
    "first_and_last.csv": (
        text(long(lambda c, u, n, p, v: (c, u, *n.split(), p, v),
                  ("County", "Precinct", "First Name", "Last Name", "Party", "Votes"))),
        {},
    ),
    "party_before.csv": (text(long(lambda c, u, n, p, v: (c, u, f"({p[0]}) {n}", "", v))), {}),
    "party_dash.csv": (text(long(lambda c, u, n, p, v: (c, u, f"{p} - {n}", "", v))), {}),
    "party_word.csv": (text(long(lambda c, u, n, p, v: (c, u, f"{p} {n}", "", v))), {}),
    "party_after.csv": (text(wide([f"{n} - {p}" for n, p in zip(NAMES, PARTIES, strict=True)])), {}),
    "party_comma.csv": (text(wide([f"{n}, {p}" for n, p in zip(NAMES, PARTIES, strict=True)])), {}),
    "footnotes_in_header.csv": (text(long(head=("County", "Precinct", "Candidate*", "Party", "Votes [1]"))), {}),
    "vote_for_one.csv": (
        text(long(lambda c, u, n, p, v: (c, u, n, p, v, "Mayor (Vote For 1)" if c == "Ash" else "MAYOR"),
                  (*HEAD, "Contest"))),
        {},
    ),
    "kept_as_text.csv": (text(long(lambda c, u, n, p, v: (f'="{c}"', f'="0{u}"', f'="{n}"', p, v))), {}),
    "apostrophes.csv": (text(long(lambda c, u, n, p, v: (c, u, n, p, f"{v:,}".replace(",", "’"))), ";"), {}),
    "old_mac.csv": (text(long(), end="\r"), {}),
    "german.csv": (text(long(head=("Kreis", "Bezirk", "Kandidat", "Partei", "Stimmen")), ";"), {}),
    "filled_once.csv": (
        text([HEAD, *((*(row[:2] if i % 4 == 0 else ("", "")), *row[2:]) for i, row in enumerate(ROWS))]),
        {"grid": GridOptions(fill_down=("County", "Precinct"))},
    ),
    "one_of_two_years.csv": (
        text([(*HEAD, "Year"), *((*r, 2025) for r in ROWS), *((*r[:4], 7, 2021) for r in ROWS)]),
        {"grid": GridOptions(where={"Year": "2025"})},
    ),
    "total_below.csv": (text(wide(after=[("Insgesamt", "", *sums())])), {}),
    "total_mode.csv": (
        text([(*HEAD[:4], "Mode", "Votes"), *((*r[:4], way, n) for r in ROWS for way, n in
              zip((*WAYS, "Combined"), (*ways(r[4]), r[4]), strict=True))]),
        {},
    ),
    "subtotals.csv": (
        text([wide()[0], *wide()[1:5], ("", "Ash Total", *sums("Ash")), *wide()[5:], ("", "Birch Total", *sums("Birch")), ("", "Total général", *sums())]),
        {},
    ),
    "shares_beside.csv": (text(wide([x for n in NAMES for x in (f"{n} Votes", f"{n} Pct")], SHARES)), {}),
    "modes_of_each.csv": (
        text(wide([f"{n} - {w}" for n in NAMES for w in (*WAYS, "Total")], lambda counts: [x for v in counts for x in (*ways(v), v)])),
        {},
    ),
    "names_above.csv": (text([OVER, *wide(["Votes", "%"] * 4, SHARES)]), {}),
    "names_above_modes.csv": (
        text([["", "", *(x for n in NAMES for x in (n, "", "", ""))], *wide(WAYS * 4, lambda counts: [x for v in counts for x in ways(v)])]),
        {},
    ),
    "parties_above.xlsx": (workbook({"R": [["", "", *PARTIES], *wide()]}), {}),
    "names_below.xlsx": (workbook({"R": [["Mayor"], ["County", "Precinct", *PARTIES], [None, None, *NAMES], *wide()[1:]]}), {}),
    "measures_below.csv": (text([["County", "Precinct", *OVER[2:]], ["", "", *["Votes", "%"] * 4], *wide((), SHARES)[1:]]), {}),
    "sheet_a_county.xlsx": (
        workbook({c: [wide()[0], *(r for r in wide()[1:] if r[0] == c)] for c in ("Ash", "Birch")}),
        {"grid": GridOptions(sheet="all")},
    ),
    "folders.zip": (packed(results_2025_mayor=text(long())), {}),
    "lines.json": ("\n".join(map(json.dumps, objects())), {}),
    "under_a_key.json": (json.dumps({"meta": {"n": 32}, "data": objects()}), {}),
    "list.json": (json.dumps(objects(), indent=1), {}),
}  # fmt: skip


def imported(content, name, folder, finalists=NAMES[:2], **reading):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    new_race = NewRace(
        title="Town",
        office="Mayor",
        first_round=date(2025, 5, 20),
        runoff=date(2025, 6, 17),
        finalists=finalists,
    )
    options = ImportOptions(
        "", (path,), folder / "town", "", reading=ReadOptions(**reading), new_race=new_race
    )
    return import_files(options), load_race(folder / "town")


def words(name):
    return frozenset(without_accents(name).split())


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout_is_the_race_that_it_was_written_from(layout, tmp_path):
    content, reading = LAYOUTS[layout]
    _, race = imported(content, layout, tmp_path, **reading)
    returns = race.first_round
    place = {words(name): at for at, name in enumerate(returns.candidates)}
    assert {*place} == {*map(words, NAMES)}
    found = returns.counts[:, [place[words(name)] for name in NAMES]]
    assert sorted(map(tuple, found.tolist())) == sorted(VOTES)
    named = [returns.parties[place[words(name)]] for name in NAMES]
    if "party" in layout or "parties" in layout or "Party" in str(content):
        assert named == list(PARTIES)


NOBODY = [
    ("Blancs", "Nuls"), ("Votos en blanco", "Votos nulos"), ("Votos em branco", "Nulos"),
    ("Voturi albe", "Voturi nule"), ("Prazni listići", "Nevažeći listići"),
    ("Tušti biuleteniai", "Negaliojantys biuleteniai"), ("Schede bianche", "Schede nulle"),
    ("None of these candidates", "Invalid votes"), ("Puste głosy", "Głosy nieważne"),
]  # fmt: skip


@pytest.mark.parametrize("names", NOBODY)
@pytest.mark.parametrize("as_columns", [True, False])
def test_votes_for_nobody_are_known_in_many_languages(names, as_columns, tmp_path):
    counts = [(30 + 7 * i % 5, 40 + i * i) for i in range(8)]
    if as_columns:
        rows = [(*wide()[0], *names)]
        rows += [(*row, *extra) for row, extra in zip(wide()[1:], counts, strict=True)]
    else:
        rows = long()
        for unit, extra in zip(UNITS, counts, strict=True):
            rows += [(*unit, name, "", votes) for name, votes in zip(names, extra, strict=True)]
    _, race = imported(text(rows), "town.csv", tmp_path)
    assert race.contest.not_candidates == names


def test_names_that_look_like_ways_of_voting_are_candidates(tmp_path):
    names = ("STEVE EARLY", "PAPER JIM", "EVA FALK", "MAIL ANN")
    _, race = imported(text(wide(names)), "town.csv", tmp_path, names[:2])
    assert race.first_round.candidates == names


def test_a_candidate_called_blanco_is_one(tmp_path):
    names = (*NAMES[:3], "ALBA BLANCO")
    _, race = imported(text(wide(names)), "town.csv", tmp_path)
    assert race.contest.not_candidates == ()
