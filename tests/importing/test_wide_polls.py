"""Tables with a row a poll and a column a candidate, and spans of days in words."""

import pytest

from forecast.importing.import_options import ImportOptions
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
