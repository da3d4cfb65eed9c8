"""Tables with a row a poll and a column a candidate, and spans of days in words."""

from dataclasses import replace

import pytest

from forecast.errors import InputError
from forecast.importing.import_options import ImportOptions, ReadOptions
from forecast.importing.import_part import import_files
from forecast.importing.wide_polls import days_of
from forecast.race.folder import load_contest
from forecast.race.poll_table import load_polls

from .small_imports import imported, small_table

ENCYCLOPEDIA = """Poll source,Date(s) administered,Sample size[a],Lead,Berg,Carl Dahl (D),Undecided
Acme[A],"May 21–23, 2025",600 (LV),3,47%,44%,9%
Acme[A],"May 21–23, 2025",840 (RV),0,46%,46%,8%
"Beta, Inc.","May 30 – June 2, 2025","1,040 (RV)",1,45.5%,46%,–
Poll average,"June 2, 2025",,,46%,45%,
Gamma,"June 5, 2025",500 (LV),,–,48%,
"""
NEWSPAPER = """Pollster;Fieldwork date;Sample size;Berg;Dahl;Don't know;Lead
Acme;21-23 May 2025;600;47;44;9;3
Beta;30 May - 2 Jun 2025;812;45,5;46;8,5;0,5
"""
SPANISH = """Encuestadora,Fecha,Muestra,Berg,Dahl,Blanco/Nulo/No sabe
Acme,"26–28 mayo 2025","1.005",34,58,8
Beta,30 de mayo de 2025 – 2 de junio de 2025,2103,36,53,11
"""
THREE = """Pollster,Date,Sample,Berg,Dahl,Falk
Acme,2025-05-21,600,40,38,12
Beta,2025-06-02,700,47,45,
"""


def polls_of(folder, content):
    imported(folder, small_table())
    path = folder / "polls.csv"
    path.write_text(content, encoding="utf-8")
    said = import_files(ImportOptions("", (path,), folder / "town", part=""))
    return said, load_polls(folder / "town", load_contest(folder / "town"))


def test_an_encyclopedias_table_is_read(tmp_path):
    said, polls = polls_of(tmp_path, ENCYCLOPEDIA)
    assert [(p.pollster, str(p.start), str(p.end), p.sample) for p in polls] == [
        ("Acme", "2025-05-21", "2025-05-23", 600),
        ("Beta, Inc.", "2025-05-30", "2025-06-02", 1040),
    ]
    assert [p.shares for p in polls] == [(0.47, 0.44), (0.455, 0.46)]
    assert [p.undecided for p in polls] == [0.09, None]
    assert any("an average of polls" in note for note in said.notes)
    assert any("not a poll of both finalists: Gamma" in note for note in said.notes)


def test_a_newspapers_table_is_read(tmp_path):
    _, polls = polls_of(tmp_path, NEWSPAPER)
    assert [(p.pollster, str(p.start), p.shares[0], p.undecided) for p in polls] == [
        ("Acme", "2025-05-21", 0.47, 0.09),
        ("Beta", "2025-05-30", 0.455, 0.085),
    ]


def test_polls_of_more_than_the_finalists_are_left_out(tmp_path):
    said, polls = polls_of(tmp_path, THREE)
    assert [p.pollster for p in polls] == ["Beta"]
    assert any("not of both finalists alone, but of Falk too" in note for note in said.notes)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("November 10\u201312, 2025", "2025-11-10", "2025-11-12"),
        ("October 30 \u2013 November 2, 2025", "2025-10-30", "2025-11-02"),
        ("Dec 30 \u2013 Jan 2, 2026", "2025-12-30", "2026-01-02"),
        ("December 30, 2025 \u2013 January 2, 2026", "2025-12-30", "2026-01-02"),
        ("29 Nov - 1 Dec 2025", "2025-11-29", "2025-12-01"),
        ("June 3-5, 2025", "2025-06-03", "2025-06-05"),
        ("2025-11-10 \u2013 2025-11-12", "2025-11-10", "2025-11-12"),
        ("11/10/2025 - 11/12/2025", "2025-11-10", "2025-11-12"),
        ("2025-11-10", "2025-11-10", "2025-11-10"),
        # What is no day stays as it is, for the error to quote.
        ("Nov 2025", "Nov 2025", "Nov 2025"),
        ("February 30, 2025", "February 30, 2025", "February 30, 2025"),
    ],
)
def test_spans_of_days(text, start, end):
    assert days_of(text) == (start, end)


def test_a_table_with_spanish_headings_is_read(tmp_path):
    _, polls = polls_of(tmp_path, SPANISH)
    assert [(p.pollster, str(p.start), str(p.end), p.sample, p.shares) for p in polls] == [
        ("Acme", "2025-05-26", "2025-05-28", 1005, (0.34, 0.58)),
        ("Beta", "2025-05-30", "2025-06-02", 2103, (0.36, 0.53)),
    ]
    # Blank votes are more than the undecided.
    assert [p.undecided for p in polls] == [None, None]


@pytest.mark.parametrize(
    "header",
    ["Institut,Dates du sondage,Échantillon", "Instituto,Data,Amostra", "Istituto,Data,Campione",
     "Pracownia,Termin,Próba", "Agentúra,Termín zberu,Vzorka", "Institut,Zeitraum,Befragte",
     "Agencija,Datum,Uzorak", "Şirket,Tarih,Örneklem", "Агентство,Дата,Выборка"],
)  # fmt: skip
def test_headings_of_other_languages_are_known(tmp_path, header):
    _, polls = polls_of(tmp_path, f"{header},Berg,Dahl\nAcme,2025-05-21,600,48,44\n")
    assert [(p.pollster, p.sample) for p in polls] == [("Acme", 600)]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("26–28 noviembre 2025", ("2025-11-26", "2025-11-28")),
        ("29 nov. – 1 dic. 2025", ("2025-11-29", "2025-12-01")),
        ("3-5 března 2025", ("2025-03-03", "2025-03-05")),
        ("12 августа 2025", ("2025-08-12", "2025-08-12")),
        ("1er août 2025", ("2025-08-01", "2025-08-01")),
        # October in Croatia, November in Poland.
        ("3 listopada 2025", ("3 listopada 2025", "3 listopada 2025")),
    ],
)
def test_months_of_other_languages_are_known(text, days):
    assert days_of(text) == days


def test_a_table_of_unknown_headings_says_how_to_name_them_and_is_read_so(tmp_path):
    imported(tmp_path, small_table())
    path = tmp_path / "polls.csv"
    path.write_text(
        SPANISH.replace("Encuestadora", "Quién").replace("Muestra", "Cuántos"), encoding="utf-8"
    )
    options = ImportOptions("", (path,), tmp_path / "town", part="polls")
    with pytest.raises(InputError, match=r'--column "pollster=NAME" --column "days=NAME"'):
        import_files(options)
    columns = {"pollster": "Quién", "sample": "Cuántos"}
    import_files(replace(options, part="", reading=ReadOptions(columns=columns)))
    polls = load_polls(tmp_path / "town", load_contest(tmp_path / "town"))
    assert [p.pollster for p in polls] == ["Acme", "Beta"]
