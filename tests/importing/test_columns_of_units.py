"""Columns that say something of a unit: its votes for nobody, its group, what it is called."""

import pytest

from forecast.errors import InputError
from forecast.importing.import_options import ReadOptions

from .small_imports import imported, table_text

NAMES = (("LEE", "Anne"), ("KAY", "Bob"), ("POE", "Cy"))


def counts(place):
    return [211 + 7 * place, 180 + (31 * place) % 23, 66 + 5 * place]


def blank_and_null(place):
    return 9 + place, 4 + (place * place) % 5


HEAD = ("Libellé du département", "Libellé de la commune", "Inscrits", "Blancs", "Nuls")
GROUP = ("N°Panneau", "Nom", "Prénom", "Voix", "% Voix/Ins")


def communes():
    for place in range(6):
        yield place, (("Gironde", "Landes")[place // 3], f"Commune {place}", 900 + place)


def grouped(numbered):
    """A ministry's table: a row a commune, and columns that repeat for each candidate."""
    head = HEAD + (tuple(f"{name} {n}" for n in (1, 2, 3) for name in GROUP) if numbered else GROUP)
    rows = []
    for place, unit in communes():
        groups = zip((1, 2, 3), NAMES, counts(place), strict=True)
        cells = [cell for n, name, votes in groups for cell in (n, *name, votes, "10.5")]
        rows.append((*unit, *blank_and_null(place), *cells))
    return table_text(head, rows, ";")


def long(nobody=blank_and_null):
    """The same with a row a candidate, the votes for nobody on each of them."""
    rows = [
        (*unit, *nobody(place), *name, votes)
        for place, unit in communes()
        for name, votes in zip(NAMES, counts(place), strict=True)
    ]
    return table_text((*HEAD, "Nom", "Prénom", "Voix"), rows, ";")


def wide():
    rows = [(*unit, *blank_and_null(place), *counts(place)) for place, unit in communes()]
    names = [f"{given} {last}" for last, given in NAMES]
    return table_text((*HEAD, *names), rows, ";")


@pytest.mark.parametrize("content", [grouped(True), grouped(False), long(), wide()])
def test_votes_for_nobody_are_the_same_in_every_layout(tmp_path, content):
    said, race = imported(tmp_path, content)
    votes = dict(zip(race.first_round.candidates, race.first_round.counts.T.tolist(), strict=True))
    assert votes["Blancs"] == [blank_and_null(place)[0] for place in range(6)]
    assert votes["Nuls"] == [blank_and_null(place)[1] for place in range(6)]
    assert votes["Anne LEE"] == [counts(place)[0] for place in range(6)]
    assert set(race.contest.not_candidates) == {"Blancs", "Nuls"}
    assert not any("not read" in note and "Blancs" in note for note in said.notes)
    assert race.contest.unit_kind == "commune"


def test_votes_for_nobody_can_be_left_out(tmp_path):
    _, race = imported(tmp_path, grouped(True), ReadOptions(leave_out=("Blancs", "Nuls")))
    assert len(race.first_round.candidates) == 3


def test_votes_for_nobody_that_differ_within_a_unit_are_an_error(tmp_path):
    lines = long().splitlines()
    lines[2] = lines[2].replace(";9;4;", ";8;4;")
    with pytest.raises(InputError, match=r"Blancs of Commune 0 is 8 here and 9 on line 2"):
        imported(tmp_path, "\n".join(lines))


def test_rows_of_votes_for_nobody_are_not_counted_twice(tmp_path):
    lines = long().splitlines()
    for place, (_, unit) in enumerate(communes()):
        blank, null = blank_and_null(place)
        lines.append(";".join(map(str, (*unit, blank, null, "Blancs", "", blank))))
    said, race = imported(tmp_path, "\n".join(lines))
    at = race.first_round.candidates.index("Blancs")
    assert race.first_round.counts[:, at].sum() == sum(blank_and_null(n)[0] for n in range(6))
    assert any("there are rows of the same: Blancs" in note for note in said.notes)


def by_group(group, unit="Precinct"):
    rows = [
        (f"{group} {place // 2}", f"P{place % 2}", f"{given} {last}", votes)
        for place in range(6)
        for (last, given), votes in zip(NAMES, counts(place), strict=True)
    ]
    return table_text((group, unit, "Candidate", "Votes"), rows)


@pytest.mark.parametrize(
    "group", ["Ward", "District", "Borough", "Municipality", "Town", "City", "Council District"]
)
def test_a_column_that_groups_units_is_the_county(tmp_path, group):
    said, race = imported(tmp_path, by_group(group))
    assert race.county_names == (f"{group} 0", f"{group} 1", f"{group} 2")
    assert race.first_round.n_units == 6
    assert any(f"'{group}' groups the units" in note for note in said.notes)


def test_a_county_goes_before_any_other_group(tmp_path):
    rows = [
        ("Cobb", f"Ward {place // 2}", f"P{place}", f"{given} {last}", votes)
        for place in range(6)
        for (last, given), votes in zip(NAMES, counts(place), strict=True)
    ]
    head = ("County", "Ward", "Precinct", "Candidate", "Votes")
    said, race = imported(tmp_path, table_text(head, rows))
    assert race.county_names == ("Cobb",)
    assert any("not read: Ward" in note for note in said.notes)


@pytest.mark.parametrize(
    ("unit", "kind"),
    [("Municipality", "municipality"), ("Ward", "ward"), ("Town", "town"), ("Precinct", "precinct"),
     ("Polling Place", "polling place"), ("Obec", "municipality")],
)  # fmt: skip
def test_a_unit_is_called_as_its_column_is(tmp_path, unit, kind):
    _, race = imported(tmp_path, by_group("County", unit))
    assert race.contest.unit_kind == kind


@pytest.mark.parametrize(
    ("county", "kind"), [("County", "county"), ("Parish", "parish"), ("Département", "département"),
                         ("Libellé du département", "département")],
)  # fmt: skip
def test_so_is_a_county_that_is_the_unit(tmp_path, county, kind):
    rows = [
        (f"Area {place}", f"{given} {last}", votes)
        for place in range(6)
        for (last, given), votes in zip(NAMES, counts(place), strict=True)
    ]
    head = (county, "Candidate", "Votes")
    _, race = imported(tmp_path, table_text(head, rows))
    assert race.contest.unit_kind == kind


@pytest.mark.parametrize(
    ("county", "kind"), [("Ward", "ward"), ("Provincia", "province"), ("County", "")]
)
def test_a_group_is_called_as_its_column_is(tmp_path, county, kind):
    _, race = imported(tmp_path, by_group(county, "Precinct"))
    assert race.contest.county_kind == kind


def in_words_of(place, unit, registered, candidate, votes, party=""):
    """A row a unit and candidate, with the headings of another language."""
    head = [*filter(None, (place, unit, registered, candidate, party, votes))]
    rows = [
        [
            *([f"{place} {at // 3}"] if place else []),
            *([f"{unit} {at % 3 if place else at}"] if unit else []),
            900 + at,
            f"{given} {last}",
            *(["PX"] if party else []),
            votes_of,
        ]
        for at in range(6)
        for (last, given), votes_of in zip(NAMES, counts(at), strict=True)
    ]
    return table_text(head, rows, ";")


@pytest.mark.parametrize(
    ("headings", "unit", "county"),
    [
        (("", "Departamento", "Habilitados", "Candidato", "Votos"), "department", ""),
        (("Quartiere", "Sezione", "Elettori", "Candidato sindaco", "Voti", "Lista"),
         "polling place", "neighborhood"),
        (("Dzielnica", "Nr komisji", "Uprawnieni", "Kandydat", "Głosy"),
         "polling place", "district"),
        (("Powiat", "Gmina", "Liczba wyborców uprawnionych do głosowania", "Kandydat",
          "Liczba głosów"), "municipality", "county"),
        (("Kraj", "Okres", "Počet oprávnených voličov", "Kandidát", "Počet hlasov"),
         "district", "region"),
        (("Distrito", "Concelho", "Inscritos", "Candidato", "Votos"), "municipality", "district"),
        (("Provincia", "Cantón", "Empadronados", "Candidato", "Votos", "Partido"),
         "canton", "province"),
        (("Област", "Община", "Избиратели", "Имена", "Гласове"), "municipality", "region"),
        (("Жупанија", "Општина", "Уписани бирачи", "Кандидат", "Гласови"), "municipality", None),
        (("İl", "İlçe", "Seçmen sayısı", "Aday", "Oy sayısı"), "district", "province"),
        (("Maakunta", "Kunta", "Äänioikeutettuja", "Ehdokas", "Ääniä"), "municipality", "region"),
        (("Județ", "Localitate", "Alegători înscriși", "Candidat", "Voturi"),
         "municipality", "county"),
        (("Bezirk", "Sprengel", "Wahlberechtigte", "Kandidat", "Stimmen"),
         "polling place", "district"),
        (("Savivaldybė", "Apylinkė", "Rinkėjų skaičius", "Kandidatas", "Balsai"),
         "polling place", "municipality"),
    ],
)  # fmt: skip
def test_tables_in_other_languages_need_no_names_of_columns(tmp_path, headings, unit, county):
    place, smaller, *rest = headings
    if county is None:  # A heading that nobody knows is left out.
        place = ""
    _, race = imported(tmp_path, in_words_of(place, smaller, *rest))
    assert race.first_round.n_units == 6
    assert race.contest.unit_kind == unit
    assert race.contest.county_kind == (county or "")
    assert len(race.county_names) == (2 if place else 1 if unit != "department" else 6)
    assert [*race.first_round.registered] == [900 + at for at in range(6)]
    assert race.first_round.counts[:, 0].tolist() == [counts(at)[0] for at in range(6)]


def test_polling_places_of_two_levels_carry_the_name_of_the_smaller(tmp_path):
    rows = [
        ("Krakowski", f"Gmina {at // 3}", at % 3, f"{given} {last}", votes)
        for at in range(6)
        for (last, given), votes in zip(NAMES, counts(at), strict=True)
    ]
    head = ("Powiat", "Gmina", "Nr obwodu", "Kandydat", "Głosy")
    _, race = imported(tmp_path, table_text(head, rows, ";"))
    assert race.first_round.unit_names[:4] == ("Gmina 0 0", "Gmina 0 1", "Gmina 0 2", "Gmina 1 0")
    assert race.county_names == ("Krakowski",)
    assert race.contest.unit_kind == "polling place"


def test_a_larger_place_by_number_is_no_candidate(tmp_path):
    head = ("Nr okręgu", "Powiat", "Gmina", "Uprawnieni", *(f"{g} {n}" for n, g in NAMES))
    rows = [(11 + at, "P", f"Gmina {at}", 900 + at, *counts(at)) for at in range(6)]
    _, race = imported(tmp_path, table_text(head, rows, ";"))
    assert len(race.first_round.candidates) == 3
