"""What units and the level above them are called, and where there is no such level."""

from datetime import date

import numpy as np
import pytest

from forecast.race.contest import Contest, Race, Returns
from forecast.race.level_words import (
    counties_noun,
    county_noun,
    has_counties,
    is_own_county,
    kind_in_names,
    plural,
    unit_noun,
    units_noun,
)


def race(counties, place="Ohio", unit_kind="precinct", country="", county_kind=""):
    contest = Contest(
        id="x",
        title="Mayor",
        office="Mayor",
        place=place,
        unit_kind=unit_kind,
        first_round=date(2025, 5, 20),
        runoff=date(2025, 6, 17),
        finalists=("Ann", "Bob"),
        blocs={},
        country=country,
        county_kind=county_kind,
    )
    n = len(counties)
    names = tuple(f"u{k}" for k in range(n))
    ones = np.ones(n)
    votes = np.ones((n, 2, 1), dtype=np.int64)
    returns = Returns(
        names, tuple(counties), names, ones, ones, ("Ann", "Bob"), ("", ""), ("",), votes
    )
    return Race(contest, returns, ())


@pytest.mark.parametrize(
    ("counties", "level", "own"),
    [
        (("A", "A", "B"), True, False),
        (("A", "B", "C"), False, True),
        (("A", "A", "A"), False, False),
        (("", "", ""), False, False),
        (("A",), False, False),
    ],
)
def test_a_level_above_the_units_needs_several_groups_and_a_group_of_several(counties, level, own):
    found = race(counties)
    assert (has_counties(found), is_own_county(found)) == (level, own)


GROUPS = ("A", "A", "B")


@pytest.mark.parametrize(
    ("found", "noun", "plural"),
    [
        (race(GROUPS), "county", "counties"),
        (race(GROUPS, "Louisiana"), "parish", "parishes"),
        (race(GROUPS, "France", country="France"), "commune", "communes"),
        (race(GROUPS, "France", "commune", country="France"), "département", "départements"),
        (race(GROUPS, "Ecuador"), "area", "areas"),
        (race(GROUPS, "Ecuador", county_kind="canton"), "canton", "cantons"),
        # Units that are their own groups.
        (race(("A", "B"), "Ecuador", "province"), "province", "provinces"),
        (race(("A", "B"), "Ecuador", "province (all)", county_kind="county"), "province",
         "provinces"),
        # Parts of a parish are no parishes, and say themselves what they are.
        (race(("Ward 1", "Ward 1", "Ward 2"), "St. Landry Parish, Louisiana"), "ward", "wards"),
        (race(GROUPS, "St. Landry Parish, Louisiana"), "area", "areas"),
        (race(("Trnavský kraj", "Trnavský kraj", "Nitriansky kraj"), "Slovakia"), "region",
         "regions"),
    ],
)  # fmt: skip
def test_a_group_is_called_as_the_race_the_names_or_the_place_say(found, noun, plural):
    assert (county_noun(found), counties_noun(found)) == (noun, plural)


def test_names_say_a_kind_where_all_of_them_do():
    assert kind_in_names(("Ward 01", "WARD 02")) == "ward"
    assert kind_in_names(("Bullock County", "Cobb County")) == "county"
    for names in (("Ward 01", "Uptown"), ("Ward 01",), ("Ward", "Ward 2"), ("", "Ward 2"), ()):
        assert kind_in_names(names) == ""


def test_a_unit_is_called_without_the_remark_behind_it():
    contest = race(GROUPS, unit_kind="precinct (all modes)").contest
    assert (unit_noun(contest), units_noun(contest)) == ("precinct", "precincts")


@pytest.mark.parametrize(
    ("kind", "many"),
    [
        ("bureau de vote", "bureaux de vote"),
        ("Bureau de vote (as published)", "Bureaux de vote"),
        ("bureau", "bureaux"),
        ("mesa de votación", "mesas de votación"),
        ("junta receptora de votos", "juntas receptoras de votos"),
        ("local de votación", "locales de votación"),
        ("local de votação", "locais de votação"),
        ("seção eleitoral", "seções eleitorais"),
        ("zona eleitoral", "zonas eleitorais"),
        ("mesa de voto", "mesas de voto"),
        ("sezione elettorale", "sezioni elettorali"),
        ("sezione", "sezioni"),
        ("secție de votare", "secții de votare"),
        ("electoral district", "electoral districts"),
        ("polling place", "polling places"),
        ("parish", "parishes"),
        ("", ""),
        (" ", ""),
        (" (as published)", ""),
    ],
)
def test_kinds_of_units_have_the_plural_of_their_language(kind: str, many: str) -> None:
    assert units_noun(race(["A", "B"], unit_kind=kind).contest) == many
    assert plural(1203, kind) == f"1,203 {many}"
