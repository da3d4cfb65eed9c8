"""The names of columns and rows in other languages: one meaning each, in every language."""

import pytest

from forecast.importing.columns import ROLES, layout_of
from forecast.importing.table_words import is_no_choice, is_nobody, is_person, is_total_choice
from forecast.race.labels import without_accents
from forecast.race.level_words import KIND_OF
from forecast.race.vocabulary import (
    FIGURES,
    INDEPENDENT,
    NOT_COUNTED,
    PRECINCTS,
    ROLES_TOLD,
    SIZE_OF,
    SIZES,
    STATUS,
    TIME,
    VALID_NAMES,
    WORDS,
    languages,
    meanings,
    names_of,
    words_of,
)

# A language whose publishers' files have a column of its own for these.
WHOLE = [
    name for name in languages() if name not in {"English", "Latvian, Estonian", "German", "Greek"}
]


def test_a_name_has_one_meaning_in_all_languages():
    found: dict[str, set[str]] = {}
    for language in languages():
        for meaning, names in meanings(language).items():
            if meaning not in WORDS:
                for name in names:
                    found.setdefault(name, set()).add(meaning)
    assert {name: told for name, told in found.items() if len(told) > 1} == {}


STATUS_MEANINGS = ("complete", "partial", "certified", "preliminary")


def test_every_meaning_is_one_that_is_read():
    known = {*ROLES_TOLD, *WORDS, *SIZES, VALID_NAMES, FIGURES, INDEPENDENT}
    known |= {PRECINCTS, STATUS, TIME, NOT_COUNTED, *STATUS_MEANINGS}
    assert {meaning for name in languages() for meaning in meanings(name)} <= known


def test_words_of_totals_valid_and_null_votes_are_apart():
    of = {word: words_of(word) for word in WORDS}
    for one in WORDS:
        for other in WORDS:
            assert one == other or not of[one] & of[other], (one, other)


@pytest.mark.parametrize("language", WHOLE)
def test_every_language_names_what_a_table_of_results_has(language):
    told = meanings(language)
    assert {"candidate", "votes", "registered", "ballots", "valid", "nobody"} <= {*told}
    assert {PRECINCTS, "counted", "percent"} <= {*told}
    assert {*told} & {*SIZES}


@pytest.mark.parametrize("language", languages())
def test_every_language_names_a_time_and_a_status(language):
    assert {TIME, STATUS} <= {*meanings(language)}
    assert {*STATUS_MEANINGS} <= {*meanings(language)}


def test_a_word_of_a_status_means_one_thing():
    names = [name for key in STATUS_MEANINGS for name in names_of(key)]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("role", ROLES_TOLD)
def test_every_name_is_known_in_a_header(role):
    for name in names_of(role):
        assert name in ROLES[role]
        assert layout_of(["unknown", name]).places.get(role) == 1, name


def test_names_of_places_are_no_other_columns():
    roles = {name for role in ROLES_TOLD for name in ROLES[role]}
    assert not roles & {*SIZE_OF}


@pytest.mark.parametrize(
    ("heading", "word"),
    [("Dzielnica", "district"), ("Quartiere", "neighborhood"), ("Barrio", "neighborhood"),
     ("Bezirk", "district"), ("Arrondissement", "arrondissement"), ("Powiat", "county"),
     ("Województwo", "voivodeship"), ("Mahalle", "neighborhood"), ("Sezione", "polling place"),
     ("Okrsek", "polling place"), ("Općina", "municipality"), ("Район", "district"),
     ("Cantón", "canton"), ("Județ", "county"), ("Comune", "municipality"), ("İlçe", "district"),
     ("Městská část", "district"), ("Circoscrizione", "borough"), ("Kunta", "municipality")],
)  # fmt: skip
def test_a_heading_says_what_its_places_are_in_english(heading, word):

    assert KIND_OF[without_accents(heading)] == word


@pytest.mark.parametrize(
    "name",
    ["Votos en blanco", "Votos nulos", "Schede bianche", "Schede nulle", "Głosy nieważne",
     "Neplatné hlasy", "Nevažeći listići", "Ungültige Stimmen", "Недействительные бюллетени",
     "Недействителни гласове", "Недійсні бюлетені", "Geçersiz oy", "Mitättömät äänet",
     "Negaliojantys biuleteniai", "Voturi nule", "Votos em branco", "Bulletins blancs",
     "Érvénytelen szavazatok", "Неважећи листићи", "Neveljavne glasovnice",
     "Promotores voto en blanco", "Comité promotor del voto en blanco"],
)  # fmt: skip
def test_blank_and_null_votes_are_nobodys(name):
    assert is_nobody(name)
    assert not is_total_choice(name)


@pytest.mark.parametrize(
    "name",
    ["Votos válidos", "Voti validi", "Głosy ważne", "Liczba głosów ważnych", "Platné hlasy",
     "Važeći listići", "Gültige Stimmen", "Действительные бюллетени", "Действителни гласове",
     "Дійсні бюлетені", "Geçerli oy", "Hyväksytyt äänet", "Galiojantys biuleteniai",
     "Voturi valabile", "Suffrages exprimés", "Érvényes szavazatok", "Veljavne glasovnice",
     "Liczba głosów ważnych oddanych łącznie na wszystkich kandydatów"],
)  # fmt: skip
def test_valid_votes_are_a_total(name):
    assert is_total_choice(name)
    assert not is_nobody(name)


@pytest.mark.parametrize("name", ["Abstenciones", "Astenuti", "Liczba kart nieważnych"])
def test_figures_about_the_count_are_nobodys_votes(name):
    assert is_no_choice(name)


@pytest.mark.parametrize(
    "name",
    ["Dorin Bianco", "Ana Blanco", "Anna Valid", "Petr Kraj", "Lista Novak", "Bianco", "Jan Gmina",
     "Miguel Barrio", "Иван Город", "Paolo Comune", "Bos"],
)  # fmt: skip
def test_people_stay_people(name):
    assert is_person(name)
