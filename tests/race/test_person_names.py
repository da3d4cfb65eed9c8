"""Names of people: in which order they stand, and which part is the last name."""

import pytest

from forecast.race.person_names import in_spoken_order, last_name, person_key, readable_name


@pytest.mark.parametrize(
    ("names", "spoken"),
    [
        (("Svobodová, Jana", "Novák, Petr"), ("Jana Svobodová", "Petr Novák")),
        (("BERG, ANNA", "DAHL, CARL"), ("ANNA BERG", "CARL DAHL")),
        (("Dahl Jr., Carl", "Le Pen, Marine"), ("Carl Dahl Jr.", "Marine Le Pen")),
        (("Fox, Eve, Jr.", "Berg, Anna"), ("Eve Fox Jr.", "Anna Berg")),
        # One name written as lists write it, beside names that are not.
        (("BERG, Anna", "Carl Dahl"), ("Anna BERG", "Carl Dahl")),
        # A comma of a list, of a suffix, of a ticket, of a longer name.
        (("Together, for Paris", "Anna Berg"), ("Together, for Paris", "Anna Berg")),
        (("Carl Dahl, Jr.", "Berg, Anna"), ("Carl Dahl, Jr.", "Berg, Anna")),
        (("Berg, Anna / Dahl, Carl", "Fox, Eve"), ("Berg, Anna / Dahl, Carl", "Fox, Eve")),
        (("For a green, just and social city", "Fox, Eve"),) * 2,
    ],
)
def test_given_names_come_first(names: tuple[str, ...], spoken: tuple[str, ...]) -> None:
    assert in_spoken_order(names) == spoken
    assert [*map(person_key, spoken)] == [*map(person_key, names)]


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("Svobodová, Jana", "Svobodová"),
        ("LE PEN, Marine", "LE PEN"),
        ("Dahl Jr., Carl", "Dahl"),
        ("Carl Dahl, Jr.", "Dahl"),
        ("Anna van der Berg", "van der Berg"),
        ("João Carlos Brandão Neto", "Brandão Neto"),
        ("Ana Lima dos Santos", "dos Santos"),
        ("Rui Neto", "Neto"),
    ],
)
def test_the_last_name_stands_before_a_comma(name: str, last: str) -> None:
    assert last_name(name) == last


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("NAWROCKI Karol Tadeusz", "NAWROCKI"),
        ("LE PEN Marine", "LE PEN"),
        ("Emmanuel MACRON", "MACRON"),
        ("John MCCAIN III", "MCCAIN"),
        ("JD Vance", "Vance"),
        ("MARINE LE PEN", "LE PEN"),
        ("K. C. Barnett", "Barnett"),
    ],
)
def test_words_in_capitals_beside_others_are_the_last_name(name: str, last: str) -> None:
    assert last_name(name) == last


@pytest.mark.parametrize(
    ("name", "turkish", "readable"),
    [
        ("KILIÇDAROĞLU", False, "Kılıçdaroğlu"),
        ("İNCE", False, "İnce"),
        ("AYDIN", True, "Aydın"),
        ("AYDIN", False, "Aydin"),
        ("Kemal KILIÇDAROĞLU", True, "Kemal KILIÇDAROĞLU"),
        ("İLHAM ƏLİYEV", False, "İlham Əliyev"),
        ("D'ARTAGNAN IŞIK-İPEK", True, "D'Artagnan Işık-İpek"),
    ],
)
def test_turkish_capitals_have_turkish_small_letters(
    name: str, turkish: bool, readable: str
) -> None:
    assert readable_name(name, turkish=turkish) == readable


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("JOSÉ FERREIRA DOS SANTOS", "José Ferreira dos Santos"),
        ("ROSA DE LA CRUZ", "Rosa de la Cruz"),
        ("ISLE OF WIGHT", "Isle of Wight"),
        ("DE SOTO", "De Soto"),
        ("LINH DO", "Linh Do"),
    ],
)
def test_small_words_within_a_name_are_small(name: str, read: str) -> None:
    assert readable_name(name) == read
