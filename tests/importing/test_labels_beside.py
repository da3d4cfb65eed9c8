"""Parties behind the names of candidates, in headers and in cells."""

import pytest

from forecast.importing.standing import FieldOptions

from .small_imports import imported, table_text


def wide(names):
    rows = [(f"P {n}", *(300 - 70 * c + 13 * n % 17 for c in range(len(names)))) for n in range(6)]
    return table_text(("Precinct", *names), rows, ";")


def long(names):
    rows = [(f"P {n}", name, 300 - 70 * c + 13 * n % 17) for n in range(6)
            for c, name in enumerate(names)]  # fmt: skip
    return table_text(("Precinct", "Candidate", "Votes"), rows, ";")


def read(tmp_path, content, **more):
    said, race = imported(tmp_path, content, **more)
    return said, dict(zip(race.first_round.candidates, race.first_round.parties, strict=True))


@pytest.mark.parametrize("form", [wide, long])
@pytest.mark.parametrize(
    "names",
    [
        ("Anna Berg (PSD)", "Carl Dahl (UDI)", "Eva Falk (PiS)", "Finn Gray"),
        ("Anna Berg [PSD]", "Carl Dahl [UDI]", "Eva Falk [PiS]", "Finn Gray"),
        ("Anna Berg - PSD", "Carl Dahl - UDI", "Eva Falk - PiS", "Finn Gray"),
        ("Anna Berg, PSD", "Carl Dahl, UDI", "Eva Falk, PiS", "Finn Gray"),
        ("ANNA BERG (PSD)", "CARL DAHL (UDI)", "EVA FALK (PIS)", "FINN GRAY"),
        ("ANNA BERG - PSD", "CARL DAHL - UDI", "EVA FALK - PIS", "FINN GRAY"),
    ],
)
def test_short_labels_behind_most_names_are_parties(tmp_path, form, names):
    said, parties = read(tmp_path, form(names))
    assert [party.upper() for party in parties.values()] == ["PSD", "UDI", "PIS", ""]
    assert [name.title() for name in parties] == ["Anna Berg", "Carl Dahl", "Eva Falk", "Finn Gray"]
    assert any("parties behind the names: PSD (" in note for note in said.notes)


@pytest.mark.parametrize(
    "names",
    [
        ('John "Jack" Smith (I)', "Carl Dahl", "Eva Falk"),
        ("John Smith (Jack)", "Carl Dahl (Charlie)", "Eva Falk (Evi)"),
        ("JOHN SMITH (JACK)", "CARL DAHL", "EVA FALK"),
        ("TRUMP (PENCE)", "CLINTON (KAINE)", "JOHNSON (WELD)"),
        ("TRUMP - PENCE", "CLINTON - KAINE", "JOHNSON - WELDS"),
        ("VAN BERG, ANNA", "DE DAHL, CARL", "VAN FALK, EVA"),
        ("Berg-Dahl Anna", "Falk-Gray Carl", "Holm-Juul Eva"),
        ("Smith, John III", "Dahl, Carl JR", "Falk, Eva"),
    ],
)
@pytest.mark.parametrize("form", [wide, long])
def test_names_stay_names(tmp_path, form, names):
    said, parties = read(tmp_path, form(names))
    assert not any("behind the names" in note for note in said.notes)
    assert len(parties) == 3
    assert set(parties.values()) == {""}


def test_a_label_may_be_said_otherwise_and_asked_for(tmp_path):
    names = ("Anna Berg (PSD)", "Carl Dahl (UDI)", "Eva Falk (XY)")
    _, parties = read(tmp_path, wide(names), standing=FieldOptions({"Anna Berg": "ABC"}, {}))
    assert parties["Anna Berg"] == "ABC"
    (tmp_path / "two").mkdir()
    _, parties = read(tmp_path / "two", wide(names), finalists=names[:2])
    assert list(parties.items()) == [(names[0], "PSD"), (names[1], "UDI"), ("Eva Falk", "XY")]
