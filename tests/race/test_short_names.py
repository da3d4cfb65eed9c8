"""What candidates are called: by race.yaml, by Spanish custom, by the last word."""

from dataclasses import replace

import pytest

from forecast.race.short_names import first_surname, is_called, short_name
from tests.race.test_level_words import race

HERE = race(("A", "A", "B"), "Ecuador").contest


@pytest.mark.parametrize(
    ("name", "surname"),
    [
        ("Rafael Correa Delgado", "Correa"),
        ("MICHELLE BACHELET JERIA", "BACHELET"),
        ("Juan Manuel Santos Calderón", "Santos"),
        ("Marco Enriquez-Ominami Gumucio", "Enriquez-Ominami"),
        ("Carlos de la Torre Muñoz", "de la Torre"),
        ("Juan Perez de la Cruz", "Perez"),
        ("JOHANNES KAISER BARENTS-VON HOHENHAGEN", "KAISER"),
        ("Johannes Kaiser Barents-von Hohenhagen", "Kaiser"),
        ("KAISER BARENTS-VON HOHENHAGEN JOHANNES", "KAISER"),
        ("MARCO ENRIQUEZ-OMINAMI GUMUCIO", "ENRIQUEZ-OMINAMI"),
        ("EVELYN MATTHEI FORNET", "MATTHEI"),
        ("FRANCO PARISI FERNANDEZ", "PARISI"),
        ("HAROLD MAYNE-NICHOLLS SECUL", "MAYNE-NICHOLLS"),
        ("EDUARDO ARTES BRICHETTI", "ARTES"),
        ("JOSE ANTONIO KAST RIST", "KAST"),
        ("JEANNETTE JARA ROMAN", "JARA"),
        ("CARLOS DE LA TORRE MUÑOZ", "DE LA TORRE"),
        ("Anna van der Berg Rosario", "van der Berg"),
        # One surname.
        ("José Antonio Kast", ""),
        ("Luis Fernando Camacho", ""),
        ("Gustavo Petro", ""),
        ("Hernando de Soto", ""),
        ("Lula", ""),
        # Nobody's name, or in another order.
        ("Voto en blanco", ""),
        ("Correa Delgado, Rafael", ""),
        ("", ""),
    ],
)
def test_the_first_of_two_surnames(name, surname):
    assert first_surname(name) == surname


@pytest.mark.parametrize(
    ("place", "called"),
    [
        ("Ecuador", "Correa"),
        ("Quito, Ecuador", "Correa"),
        # One surname, the last surname, not known.
        ("Argentina", "Delgado"),
        ("Brazil", "Delgado"),
        ("Texas", "Delgado"),
        ("Springfield", "Delgado"),
    ],
)
def test_only_where_the_country_is_of_spanish_custom(place, called):
    assert short_name(replace(HERE, place=place), "Rafael Correa Delgado") == called


def test_the_race_itself_goes_before_every_rule():
    told = replace(HERE, short_names={"Rafael Correa Delgado": "R. C."})
    assert short_name(told, "Rafael Correa Delgado") == "R. C."
    assert short_name(told, "Ana Rosa Vega Paz") == "Vega"


def test_polls_may_name_a_candidate_by_either_surname():
    for told in ("Correa", "DELGADO", "Correa Delgado, Rafael"):
        assert is_called(HERE, "Rafael Correa Delgado", told)
    assert not is_called(HERE, "Rafael Correa Delgado", "Rafael")


def test_polls_may_name_a_candidate_without_accents():
    assert is_called(HERE, "Kemal KILIÇDAROĞLU", "Kemal Kilicdaroglu")
    assert is_called(HERE, "Kemal KILIÇDAROĞLU", "Kılıçdaroğlu")
