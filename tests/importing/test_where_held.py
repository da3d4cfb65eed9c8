"""Where an election was held, its kind and its blocs: told by the file, or said to be assumed."""

from dataclasses import replace

import pytest

from forecast.importing.assumptions import assumptions
from forecast.importing.check import check_race
from forecast.importing.standing import FieldOptions
from forecast.race.country_names import COUNTRY_NAMES
from forecast.race.labels import without_accents
from forecast.race.place_words import country_told, is_some_country
from forecast.race.situation import situation_of

from .small_imports import imported, table_text

PEOPLE = (("Anna Berg", "LR"), ("Carl Dahl", "PS"), ("Eva Falk", "RN"), ("Gus Holm", ""))


def long(head, unit, people=PEOPLE):
    """A table whose first columns are of the unit: `unit` gives them by its place."""
    rows = [
        (*unit(place), name, party, 420 - 60 * choice + (17 * place * (choice + 2)) % 43)
        for place in range(6)
        for choice, (name, party) in enumerate(people)
    ]
    return table_text((*head, "Candidate", "Party", "Votes"), rows, ";")


def in_county(place):
    return f"C{place // 3}", f"P{place}"


AMERICANS = (("Anna Berg", "REP"), ("Carl Dahl", "DEM"), ("Eva Falk", "LIB"))
HERE = ("County", "Precinct")


@pytest.mark.parametrize(
    ("content", "name", "country", "state", "source"),
    [
        (long(("Code du département", "Commune"), in_county), "a.csv", "France", "",
         "the column 'Code du département'"),
        (long(("NM_MUNICIPIO", "NR_SECAO"), in_county), "a.csv", "Brazil", "",
         "the column 'NM_MUNICIPIO'"),
        (long((*HERE, "State"), lambda n: (*in_county(n), "Georgia")), "a.csv", "US", "GA",
         "the column of states"),
        (long(HERE, in_county, AMERICANS), "a.csv", "US", "", "the parties REP and DEM"),
        (long(HERE, in_county), "20180605__ca__primary.csv", "US", "CA", "the name of 2018"),
    ],
)  # fmt: skip
def test_a_file_that_tells_is_believed_and_quoted(tmp_path, content, name, country, state, source):
    said, race = imported(tmp_path, content, name=name)
    where = situation_of(race)
    assert (where.country, where.state) == (country, state)
    (note,) = [note for note in said.notes if note.startswith("country ")]
    assert source in note
    assert not any(line.startswith("country") for line in said.assumed)


def test_an_option_goes_before_the_file(tmp_path):
    content = long(("Code du département", "Commune"), in_county)
    said, race = imported(tmp_path, content, country="Gabon", level="local", kind="mayor")
    where = situation_of(race)
    assert (where.country, where.level, where.kind) == ("Gabon", "local", "mayor")
    assert not any(line.startswith(("country", "level", "kind")) for line in said.assumed)


def test_what_nobody_says_is_assumed_aloud_at_import_and_by_the_check(tmp_path):
    said, race = imported(tmp_path, long(HERE, in_county))
    told = "\n".join(said.assumed)
    assert "country not known: the title 'Town' names none" in told
    assert "--country says it (a name in English or its own language" in told
    assert "level local, guessed from the office and the title; --level says otherwise" in told
    assert "kind local_executive, guessed from" in told
    checked = "\n".join(check_race(tmp_path / "town").assumed)
    assert "country: in race.yaml says it (a name in English" in checked
    assert checked == "\n".join(assumptions(race))


def test_positions_of_an_unknown_country_are_said_to_count_for_half(tmp_path):
    _, race = imported(tmp_path, long(HERE, in_county), country="Gabon")
    assert not any("half of the draws" in line for line in assumptions(race))
    positions = {"LR": 1.0, "PS": -1.0, "ECO": -2.0}
    placed = replace(race, contest=replace(race.contest, positions=positions))
    said = "\n".join(assumptions(placed))
    assert "no finished race of Gabon" in said
    assert "half of the draws take them" in said
    assert "no position in race.yaml for RN: near to neither finalist" in said
    assert "positions of race.yaml that no candidate has: ECO" in said
    lost = replace(race, contest=replace(race.contest, positions={"LR": 1.0}))
    said = "\n".join(assumptions(lost))
    assert "positions of race.yaml are not used: PS, of a finalist, has none" in said
    assert "half of the draws" not in said
    one = replace(race.contest, blocs={"right": ("LR", "PS")}, positions={"right": 1.0})
    assert not any("half of the draws" in line for line in assumptions(replace(race, contest=one)))


def test_a_state_that_is_not_known_is_said(tmp_path):
    said, _ = imported(tmp_path, long(HERE, in_county, AMERICANS))
    assert any(line.startswith("state not known") for line in said.assumed)
    (tmp_path / "two").mkdir()
    said, _ = imported(tmp_path / "two", long(HERE, in_county, AMERICANS), place="Georgia 6")
    assert any(line.startswith("state GA, guessed from the word Georgia") for line in said.assumed)


def test_parties_in_no_bloc_and_people_without_a_party_are_said(tmp_path):
    said, _ = imported(tmp_path, long(HERE, in_county))
    told = next(line for line in said.assumed if "RN" in line)
    assert told.startswith("in no bloc with a finalist: RN (")
    assert any(line.startswith("no party is known of Gus Holm (") for line in said.assumed)
    (tmp_path / "two").mkdir()
    said, _ = imported(
        tmp_path / "two", long(HERE, in_county), blocs={"right": ("LR", "RN"), "left": ("PS",)}
    )
    assert not any("in no bloc" in line for line in said.assumed)


@pytest.mark.parametrize(
    ("office", "level", "kind"),
    [
        ("Mayor", "local", "local_executive"),
        ("Maire de la ville", "local", "local_executive"),
        ("Député, 3e circonscription", "national legislature", "legislature_constituency"),
        ("Président de la République", "national", "top_two"),
    ],
)
def test_offices_outside_the_united_states(tmp_path, office, level, kind):
    content = long(("Code du département", "Commune"), in_county)
    _, race = imported(tmp_path, content, office=office)
    where = situation_of(race)
    assert (where.level, where.kind) == (level, kind)


def test_another_country_has_no_state_of_the_same_letters(tmp_path):
    _, race = imported(tmp_path, long(HERE, in_county), country="Canada", id="ca_2025")
    assert situation_of(race).place == "Canada"


def test_a_partys_label_of_votes_for_nobody_is_no_party(tmp_path):
    people = (*PEOPLE[:2], ("VOTO NULO", "#NULO#"))
    said, _ = imported(tmp_path, long(HERE, in_county, people))
    assert not any("NULO" in line for line in said.assumed)


def test_blocs_without_a_place_on_their_countrys_line_are_said(tmp_path):
    people = (("Anna Berg", "LISTA"), ("Carl Dahl", "LISTB"), ("Eva Falk", "LISTC"))
    content = long(("Code du département", "Commune"), in_county, people)
    said, _ = imported(tmp_path, content)
    (line,) = [line for line in said.assumed if "from left to right" in line]
    assert "LISTA and LISTB" in line
    assert "far_left, left, centre, right, far_right" in line
    (tmp_path / "two").mkdir()
    said, _ = imported(tmp_path / "two", content, blocs={"right": ("LISTA",), "left": ("LISTB",)})
    assert not any("from left to right" in line for line in said.assumed)


def test_labels_of_french_parties_are_put_into_the_blocs_of_the_record(tmp_path):
    people = (("Anna Berg", "UMP"), ("Carl Dahl", "SOC"), ("Eva Falk", "RN"), ("Gus Holm", "REM"),
              ("Ida Juul", "DIV"), ("Kai Lund", "FI"), ("Mia Noor", "BC-DVD"))  # fmt: skip
    content = long(("Code du département", "Commune"), in_county, people)
    said, race = imported(tmp_path, content)
    assert race.contest.blocs == {
        "left": ("SOC", "FI"),
        "centre": ("REM",),
        "right": ("UMP", "BC-DVD"),
        "far_right": ("RN",),
    }
    told = "blocs of the parties as finished races of France have them (left SOC, FI; centre REM"
    assert any(line.startswith(told) for line in said.assumed)
    assert any(line.startswith(told) for line in check_race(tmp_path / "town").assumed)
    (tmp_path / "two").mkdir()
    said, race = imported(tmp_path / "two", content, blocs={"mine": ("UMP", "RN")})
    assert race.contest.blocs == {"mine": ("UMP", "RN")}
    assert not any(line.startswith("blocs of") for line in said.assumed)


@pytest.mark.parametrize("country", ["FR", "france", "France"])
def test_a_country_may_be_given_by_its_code(tmp_path, country):
    _, race = imported(tmp_path, long(HERE, in_county), country=country)
    assert situation_of(race).country == "France"
    assert race.contest.blocs == {"left": ("PS",), "right": ("LR",), "far_right": ("RN",)}


def test_a_primary_that_is_named_is_a_primary(tmp_path):
    """The option that chooses a party's candidates says of which kind the election is."""
    head = ("precinct", "candidate", "party", "votes")
    people = (("Anna Berg", "REP"), ("Carl Dahl", "REP"), ("Eva Falk", "REP"), ("Ole Lie", "DEM"))
    rows = [
        (f"P{i}", name, of, 90 - 20 * place)
        for i in range(4)
        for place, (name, of) in enumerate(people)
    ]
    of_republicans = FieldOptions({}, {}, primary="REP")
    _, race = imported(tmp_path, table_text(head, rows), standing=of_republicans, state="GA")
    assert race.contest.kind == "primary_runoff"


@pytest.mark.parametrize(
    ("said", "country"),
    [
        *(("PL", "Poland"), ("Polska", "Poland"), ("poland", "Poland"), ("España", "Spain")),
        *(("de", "Germany"), ("Ελλάδα", "Greece"), ("Türkiye", "Turkey"), ("usa", "US")),
        ("Costa Rica", "Costa Rica"),
    ],
)
def test_a_country_is_understood_by_code_and_in_its_own_language(tmp_path, said, country):
    told, race = imported(tmp_path, long(HERE, in_county), country=said)
    assert situation_of(race).country == country
    assert not any("country" in line for line in told.assumed)


def test_a_country_that_there_is_not_is_told_with_the_nearest(tmp_path):
    told, race = imported(tmp_path, long(HERE, in_county), country="Chlie")
    assert situation_of(race).country == "Chlie"
    assert told.assumed[0].startswith("no country is called 'Chlie' (near: Chile): it is taken")


def test_a_title_that_names_the_country_of_a_president_is_no_unknown_country(tmp_path):
    told, race = imported(tmp_path, long(HERE, in_county), office="President", title="Chile")
    assert situation_of(race).country == "Chile"
    assert any(line.startswith("country Chile, guessed from the") for line in told.assumed)
    assert not any("not known" in line for line in told.assumed)


def test_every_country_has_one_meaning():
    names = [without_accents(name) for names in COUNTRY_NAMES.values() for name in {*names}]
    assert len(names) == len(set(names))
    for code, (english, *_) in COUNTRY_NAMES.items():
        assert country_told(code) == country_told(english) == country_told(english.upper())
        assert is_some_country(country_told(code))
