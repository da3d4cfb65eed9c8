"""What choices are called after an import, and choices that are nobody."""

import pytest

from forecast.importing.standing import FieldOptions
from forecast.output.race_words import choice_labels

from .small_imports import imported, table_text

UNITS = [("Ash", f"P{n}") for n in range(4)] + [("Birch", f"Q{n}") for n in range(4)]
LAST_FIRST = ("Svobodová, Jana", "Novák, Petr", "Malá, Eva")


def votes(choice, unit):
    return 300 - 70 * choice + (13 * unit * (choice + 1)) % 41


def long(names):
    rows = [
        (*unit, name, votes(choice, place))
        for place, unit in enumerate(UNITS)
        for choice, name in enumerate(names)
    ]
    return table_text(("county", "precinct", "candidate", "votes"), rows, ";")


def wide(names):
    rows = [
        (*unit, *(votes(choice, place) for choice in range(len(names))))
        for place, unit in enumerate(UNITS)
    ]
    return table_text(("county", "precinct", *names), rows, ";")


@pytest.mark.parametrize("form", [long, wide])
def test_names_of_lists_are_turned_round_in_cells_and_headers(tmp_path, form):
    said, race = imported(tmp_path, form(LAST_FIRST))
    assert race.first_round.candidates == ("Jana Svobodová", "Petr Novák", "Eva Malá")
    assert race.contest.finalists == ("Jana Svobodová", "Petr Novák")
    assert choice_labels(race) == ("Svobodová", "Novák", "Malá")
    assert any("'Svobodová, Jana' is 'Jana Svobodová'" in note for note in said.notes)


def test_finalists_may_be_asked_for_as_the_file_spells_them(tmp_path):
    _, race = imported(tmp_path, wide(LAST_FIRST), finalists=("Malá, Eva", "Petr Novák"))
    assert race.contest.finalists == ("Eva Malá", "Petr Novák")


def test_finalists_of_a_race_file_keep_the_names_that_it_has(tmp_path):
    imported(tmp_path, wide(LAST_FIRST))
    path = tmp_path / "town" / "race.yaml"
    path.write_text(path.read_text().replace("Jana Svobodová", "Svobodová, Jana"))
    (tmp_path / "town" / "first_round.csv").unlink()
    nothing = {"title": "", "office": "", "first_round": None, "runoff": None}
    _, race = imported(tmp_path, wide(LAST_FIRST), **nothing)
    assert race.contest.finalists[0] == race.first_round.candidates[0] == "Svobodová, Jana"
    assert choice_labels(race)[0] == "Svobodová"


def test_what_is_nobodys_name_is_not_shortened(tmp_path):
    names = ("Anna Berg", "Carl Dahl", "Eva Falk", "Invalid votes", "Protest Option Seven")
    standing = FieldOptions({}, {}, not_candidates=("Protest Option Seven",))
    _, race = imported(tmp_path, long(names), standing=standing)
    labels = ("Berg", "Dahl", "Falk", "Invalid votes", "Protest Option Seven")
    assert choice_labels(race) == labels
    assert set(race.contest.not_candidates) == {*names[3:]}


@pytest.mark.parametrize("name", ["Write-in", "WRITE-INS", "Write-in Votes", "Writein"])
def test_write_ins_of_nobody_in_particular_are_noted(tmp_path, name):
    said, race = imported(tmp_path, long(("Anna Berg", "Carl Dahl", "Eva Falk", name)))
    (note,) = [note for note in said.notes if "is kept as a candidate" in note]
    assert repr(name) in note
    assert f'--not-a-candidate "{name}"' in note
    assert name in race.first_round.candidates
    assert not race.contest.not_candidates
    assert choice_labels(race)[3].casefold() == name.casefold()


def test_a_named_write_in_is_a_candidate_like_others(tmp_path):
    said, _ = imported(tmp_path, long(("Anna Berg", "Carl Dahl", "Eva Falk (Write-in)")))
    assert not any("is kept as a candidate" in note for note in said.notes)
