"""Messages that a person reads once: rows that stand twice, returns of days to come."""

from datetime import date, timedelta

import pytest

from forecast.errors import InputError
from forecast.importing.check import check_race
from forecast.importing.import_options import ReadOptions
from forecast.race.calendar import still_to_come

from .small_imports import imported, small_table, table_text

TODAY = date.today()


def faults(folder, content, **options):
    with pytest.raises(InputError) as error:
        imported(folder, content, **options)
    return str(error.value)


def test_rows_of_a_wide_table_that_repeat_their_unit_are_one_fault(tmp_path):
    rows = [
        (("San José", "Alajuela")[at // 40], f"Area {at}", 90 + 7 * at % 31, 80 + 5 * at % 37, 9)
        for at in range(77)
    ]
    said = faults(tmp_path, table_text(("Provincia", "Zzz", "Anna Berg", "Carl Dahl", "X"), rows))
    assert "has 1 fault" in said
    assert "75 rows are of a unit that had one before" in said
    assert said.count("San José") == 1
    assert '--column "unit_name=NAME"' in said


def test_rows_of_a_long_table_that_stand_twice_are_one_fault(tmp_path):
    lines = small_table().splitlines()
    said = faults(tmp_path, "\n".join([*lines, *lines[1:]]))
    assert "has 1 fault" in said
    assert "18 rows stand a second time" in said
    assert "line 20: second row of Anna Berg in P0; the first is line 2" in said
    assert "and 13 more" in said


def test_ways_of_voting_of_one_line_are_one_row(tmp_path):
    head = ("county", "precinct", "candidate", "early", "mail", "election_day")
    rows = [("C", f"P{at // 2}", ("Ann Lee", "Bo Kay")[at % 2], 5 + at, 3, 9) for at in range(6)]
    said = faults(tmp_path, table_text(head, [*rows, rows[0]]))
    assert said.count("second row of Ann Lee in P0; the first is line 2") == 1


@pytest.mark.parametrize(("ahead", "noted"), [(0, False), (1, True), (-1, False)])
def test_returns_of_a_first_round_to_come_are_noted(tmp_path, ahead, noted):
    day = TODAY + timedelta(days=ahead)
    said, _ = imported(tmp_path, small_table(), first_round=day, runoff=TODAY + timedelta(days=30))
    report = check_race(tmp_path / "town")
    assert report.usable
    for notes in (said.notes, [str(note) for note in report.notes]):
        found = [note for note in notes if "still to come" in note]
        assert bool(found) == noted
        assert all(str(day) in note and str(TODAY) in note for note in found)
    assert not noted or "still to come" in said.notes[0]


def test_a_day_that_is_not_over_is_named_with_today():
    today = date(2026, 3, 1)
    assert still_to_come("runoff", today, today) == ""
    said = still_to_come("runoff", date(2027, 3, 1), today)
    assert "2027-03-01 is still to come (today is 2026-03-01)" in said


def test_an_import_of_the_past_says_nothing_of_days(tmp_path):
    said, _ = imported(tmp_path, small_table(), ReadOptions())
    assert not any("still to come" in note for note in said.notes)


def test_dots_between_thousands_are_one_fault_with_what_else_is_wrong(tmp_path):
    names = ("Anna Berg", "Carl Dahl", "Eva Falk")
    votes = [(1200 + 31 * row, 2100 - 17 * row, 1300 + 5 * row) for row in range(6)]
    rows = [(f"P{row}", *(f"{n:,}".replace(",", ".") for n in (*told, sum(told))))
            for row, told in enumerate(votes)]  # fmt: skip
    with pytest.raises(InputError) as wrong:
        imported(tmp_path, table_text(("precinct", *names, "Everything"), rows, ";"))
    first, second = wrong.value.faults
    assert "4 columns (Anna Berg, Carl Dahl, Eva Falk, Everything) have numbers like 1.108" in first
    assert "in 24 cells, lines 2, 3, 4, 5, 6, ..." in first
    assert "'Everything' equals the sum of all others" in second
    reading = ReadOptions(thousands=".", leave_out=("Everything",))
    text = table_text(("precinct", *names, "Everything"), rows, ";")
    _, race = imported(tmp_path, text, reading)
    assert race.first_round.counts.sum() == sum(map(sum, votes))


def test_a_number_with_two_dots_settles_what_one_dot_means(tmp_path):
    rows = [("Ash", "1.617.138", "1.108", "868"), ("Elm", "9.000", "2.000", "1.000")]
    wide = table_text(("county", "registered", "Anna Berg", "Carl Dahl"), rows, ";")
    long = table_text(
        ("county", "registered", "candidate", "votes"),
        [
            (county, registered, name, votes)
            for county, registered, *counts in rows
            for name, votes in zip(("Anna Berg", "Carl Dahl"), counts, strict=True)
        ],
        ";",
    )
    for place, text in enumerate((wide, long)):
        folder = tmp_path / str(place)
        folder.mkdir()
        said, race = imported(folder, text)
        assert race.first_round.counts.tolist() == [[1108, 868], [2000, 1000]]
        assert race.first_round.registered.tolist() == [1617138, 9000]
        assert sum("between thousands, as '1.617.138' shows" in note for note in said.notes) == 1
        with pytest.raises(InputError, match=r"numbers like 1\.108"):
            imported(tmp_path, text.replace("1.617.138", "17.138"))


def test_what_is_left_out_is_counted_without_the_row_of_totals(tmp_path):
    rows = [("Ash", 40, 30, 3), ("Elm", 20, 25, 4), ("Oak", 31, 12, 6), ("Total", 91, 67, 13)]
    said, _ = imported(
        tmp_path, table_text(("county", "Anna Berg", "Carl Dahl", "Over Votes"), rows)
    )
    assert any("left out: 'Over Votes' (13)" in note for note in said.notes)
    assert any("a row of totals, which adds up" in note for note in said.notes)


def test_the_statistical_offices_table_of_slovakia_is_read(tmp_path):
    head = ("Názov kraja", "Názov územného obvodu", "Názov okresu", "Počet zapísaných voličov",
            "Meno a priezvisko kandidáta", "Politický subjekt",
            "Počet platných hlasov")  # fmt: skip
    rows = [
        ("K", f"O{place // 3}", f"D{place}", 900, name, party, 90 - 20 * choice + place)
        for place in range(6)
        for choice, (name, party) in enumerate(
            (("Anna Berg", "NEKA"), ("Carl Dahl", "HLAS"), ("Eva Falk", "NEKA"))
        )
    ]
    said, race = imported(tmp_path, table_text(head, rows, ";"), place="Slovakia")
    assert race.first_round.unit_names[:2] == ("D0", "D1")
    assert set(race.first_round.counties) == {"O0", "O1"}
    assert race.first_round.registered.tolist() == [900] * 6
    assert any(line.startswith("NEKA names no party: Anna Berg (555)") for line in said.assumed)
