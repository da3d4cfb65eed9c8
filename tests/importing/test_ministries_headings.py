"""Long headings, as ministries and cities write them, that say more than a name they begin with."""

import pytest

from forecast.importing.choice_columns import choice_column
from forecast.importing.table_words import counts_voters, role_of_count

from .small_imports import imported, table_text


@pytest.mark.parametrize(
    ("heading", "role"),
    [("Elettori Totale", "registered"), ("Votanti Totale", "ballots"),
     ("Alegători înscriși pe liste permanente", "registered"),
     ("Liczba wyborców uprawnionych do głosowania (umieszczonych w spisie)", "registered"),
     ("Liczba kart wyjętych z urny (w tym z kopert)", "ballots"), ("% Votanti", ""),
     ("Elettori M", ""), ("Votos emitidos válidos", ""), ("Anna Berg", ""),
     ("Electores inscritos %", "")],
)  # fmt: skip
def test_a_heading_that_begins_with_a_name_is_known(heading, role):
    assert role_of_count(heading) == role


@pytest.mark.parametrize(
    ("name", "counts"),
    [("Elettori M", True), ("Votanti alle 12", True), ("Liczba komisji", True),
     ("Liczba głosów ważnych", False), ("Juan Padrón", False), ("Padrón", True),
     ("Odevzdané obálky", True),
     ("Broj glasova Ane", False), ("Počet okrskov", True)],
)  # fmt: skip
def test_figures_of_voters_are_no_votes(name, counts):
    assert counts_voters(name) == counts


@pytest.mark.parametrize(
    ("heading", "name"),
    [("KLAUS-WERNER IOHANNIS-voturi", "KLAUS-WERNER IOHANNIS"), ("Ana Kos glasova", "Ana Kos"),
     ("Jan Novák - hlasy", "Jan Novák"), ("Anna Berg Votes", "Anna Berg"),
     ("Anna Berg Vote Total", "Anna Berg"), ("Anna Berg_votes", "Anna Berg"),
     ("Jean-Luc Voix", "Jean-Luc"), ("Anna Berg Total Votes", "Anna Berg"),
     ("Dora Berg-Dahl", "Dora Berg-Dahl")],
)  # fmt: skip
def test_votes_behind_a_name_are_no_part_of_it(heading, name):
    column = choice_column(heading)
    assert column is not None
    assert column.name == name


def votes(at):
    return 211 + 7 * at, 180 + (31 * at) % 23, 66 + 5 * at


def test_a_citys_table_with_voters_by_sex_and_shares(tmp_path):
    head = ("Sezione", "Quartiere", "Elettori M", "Elettori F", "Elettori Totale", "% Votanti",
            "Votanti Totale", "Anna Berg", "Carlo Dahl", "Eva Falk", "Voti validi",
            "Schede bianche", "Schede nulle")  # fmt: skip
    rows = [
        (at, f"Q{at // 4}", 430 + 3 * at, 470 + 2 * at, 900 + 5 * at, 60 + at, sum(votes(at)) + 9,
         *votes(at), sum(votes(at)), 4, 5)
        for at in range(1, 8)
    ]  # fmt: skip
    _, race = imported(tmp_path, table_text(head, rows, ";"))
    assert race.first_round.candidates[:3] == ("Anna Berg", "Carlo Dahl", "Eva Falk")
    assert {*race.contest.not_candidates} == {"Schede bianche", "Schede nulle"}
    assert len(race.first_round.candidates) == 5
    assert [*race.first_round.registered] == [900 + 5 * at for at in range(1, 8)]
    assert [*race.first_round.ballots] == [sum(votes(at)) + 9 for at in range(1, 8)]
    assert (race.contest.unit_kind, race.contest.county_kind) == ("polling place", "neighborhood")


def test_a_ministrys_table_with_ballot_papers(tmp_path):
    head = ("TERYT Gminy", "Gmina", "Powiat", "Województwo", "Liczba komisji",
            "Liczba wyborców uprawnionych do głosowania (umieszczonych w spisie)",
            "Liczba wyborców, którym wydano karty do głosowania", "Liczba kart wyjętych z urny",
            "Liczba kart nieważnych (bez pieczęci)", "Liczba kart ważnych",
            "Liczba głosów nieważnych",
            "Liczba głosów ważnych oddanych łącznie na wszystkich kandydatów",
            "Anna BERG", "Karol DAHL", "Ewa FALK")  # fmt: skip
    rows = [
        (120000 + 7 * at, f"Gmina {at}", f"P{at // 3}", "śląskie", 3 + at % 4, 900 + at,
         sum(votes(at)) + 7, sum(votes(at)) + 7, 2, sum(votes(at)) + 5, 5, sum(votes(at)),
         *votes(at))
        for at in range(6)
    ]  # fmt: skip
    _, race = imported(tmp_path, table_text(head, rows, ";"))
    assert race.first_round.candidates == (
        *("Liczba głosów nieważnych", "Anna BERG", "Karol DAHL", "Ewa FALK"),
    )
    assert [*race.first_round.registered] == [900 + at for at in range(6)]
    assert (race.contest.unit_kind, race.contest.county_kind) == ("municipality", "county")


def test_envelopes_issued_and_returned_are_one_count(tmp_path):
    head = ("Okres", "Obec", "Okrsek", "Voliči v seznamu", "Vydané obálky", "Odevzdané obálky",
            "Platné hlasy", "% platných",
            "Petr Pavel", "Danuše Nerudová", "Karel Říha")  # fmt: skip
    rows = [
        ("Břeclav", f"Obec {at // 3}", at % 3, 900 + at, sum(votes(at)) + 4, sum(votes(at)) + 3,
         sum(votes(at)), "99,12", *votes(at))
        for at in range(6)
    ]  # fmt: skip
    _, race = imported(tmp_path, table_text(head, rows, ";").encode("cp1250"))
    assert race.first_round.candidates == ("Petr Pavel", "Danuše Nerudová", "Karel Říha")
    assert [*race.first_round.ballots] == [sum(votes(at)) + 4 for at in range(6)]
    assert race.first_round.unit_names[:2] == ("Obec 0 0", "Obec 0 1")


def test_a_statistical_offices_table_with_names_of_two_columns(tmp_path):
    head = (
        "Názov kraja",
        "Názov okresu",
        "Počet oprávnených voličov zapísaných v zozname voličov",
        "Účasť voličov v %",
        "Meno a priezvisko kandidáta",
        "Počet hlasov",
        "Podiel v %",
    )
    rows = [
        (f"K{at // 3}", f"O{at}", f"1 {100 + at}", "47,03", name, count, "12,50")
        for at in range(6)
        for name, count in zip(("Zuzana Šedá", "Maroš Ťažký", "Béla Kis"), votes(at), strict=True)
    ]  # fmt: skip
    _, race = imported(tmp_path, table_text(head, rows, ";").encode("cp1250"))
    assert race.first_round.candidates == ("Zuzana Šedá", "Maroš Ťažký", "Béla Kis")
    assert [*race.first_round.registered] == [1100 + at for at in range(6)]
    assert (race.contest.unit_kind, race.contest.county_kind) == ("district", "region")
