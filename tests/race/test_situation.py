"""Country, state, level and kind of a race by its words alone."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from forecast.race.contest import Contest, Race, Returns
from forecast.race.situation import guessed_from, own_positions, situation_of


def race(office, title="", place="", parties=("A", "B"), race_id="x"):
    contest = Contest(
        id=race_id,
        title=title or office,
        office=office,
        place=place or title or office,
        unit_kind="precinct",
        first_round=date(2025, 5, 20),
        runoff=date(2025, 6, 17),
        finalists=("Ann", "Bob"),
        blocs={},
    )
    one = np.ones(1)
    votes = np.ones((1, 2, 1), dtype=np.int64)
    names = ("u",), ("c",), ("n",)
    returns = Returns(*names, one, one, ("Ann", "Bob"), parties, ("",), votes)
    return Race(contest, returns, ())


LABELLED, BARE, ONE = ("REP", "DEM"), ("", ""), ("REP", "REP")


@pytest.mark.parametrize(
    ("office", "parties", "level", "kind"),
    [
        ("County council president", BARE, "local", "council"),
        ("Council President", LABELLED, "local", "general_runoff"),
        ("Vice Mayor", BARE, "local", "mayor"),
        ("Parish President", LABELLED, "local", "general_runoff"),
        ("Village President", BARE, "local", "nonpartisan_top_two"),
        ("Borough president", LABELLED, "local", "general_runoff"),
        ("President of the Cook County Board", LABELLED, "local", "general_runoff"),
        ("School Board, District 3", BARE, "local", "council"),
        ("Board of Education, District 2", BARE, "local", "council"),
        ("City Treasurer", BARE, "local", "nonpartisan_top_two"),
        ("County Auditor", LABELLED, "local", "general_runoff"),
        ("District Attorney", ONE, "local", "general_runoff"),
        ("Republican primary, Sheriff", ONE, "local", "primary_runoff"),
        ("U.S. Representative, Fulton County", LABELLED, "federal", "general_runoff"),
        ("State Senate District 5, Cobb County", LABELLED, "state legislature", "general_runoff"),
        ("State Treasurer", LABELLED, "statewide", "general_runoff"),
        ("Railroad Commissioner", LABELLED, "statewide", "general_runoff"),
        ("Municipal judge", BARE, "local", "nonpartisan_top_two"),
    ],
)
def test_american_offices(office, parties, level, kind):
    where = situation_of(race(office, place="Ohio", parties=parties))
    assert (where.country, where.state, where.level, where.kind) == ("US", "OH", level, kind)


def test_a_state_tells_the_country():
    known = race("City Council, District 3", place="Austin", parties=BARE)
    known = replace(known, contest=replace(known.contest, state="TX", title="Austin"))
    where = situation_of(known)
    assert (where.country, where.state, where.kind) == ("US", "TX", "council")
    assert guessed_from(known.contest)["country"] == "the state TX"


@pytest.mark.parametrize(
    ("office", "level", "kind"),
    [
        ("Président de la République", "national", "top_two"),
        ("Prezydent RP", "national", "top_two"),
        ("Prezident republiky", "national", "top_two"),
        ("Predsjednik Republike", "national", "top_two"),
        ("Președintele României", "national", "top_two"),
        ("Presidente da República", "national", "top_two"),
        ("Bundespräsident", "national", "top_two"),
        ("Президент", "national", "top_two"),
        ("Président du conseil départemental", "local", "top_two"),
        ("Conseillers départementaux", "local", "legislature_constituency"),
        ("Président du conseil régional", "local", "top_two"),
        ("Élections départementales, canton de Nérac", "local", "legislature_constituency"),
        ("Élections municipales", "local", "local_executive"),
        ("Maire", "local", "local_executive"),
        ("County council president", "local", "top_two"),
        ("Prezydent Miasta Krakowa", "local", "local_executive"),
        ("Burmistrz", "local", "local_executive"),
        ("Gradonačelnik", "local", "local_executive"),
        ("Primar", "local", "local_executive"),
        ("Vice-prefeito", "local", "local_executive"),
        ("Oberbürgermeisterin", "local", "local_executive"),
        ("Governador", "local", "local_executive"),
        ("Кмет на община", "local", "local_executive"),
        ("Presidente municipal", "local", "local_executive"),
        ("Député, 3e circonscription de Lot-et-Garonne", "national legislature",
         "legislature_constituency"),
        ("Élections législatives, département de la Loire", "national legislature",
         "legislature_constituency"),
        ("Senator, okręg 33", "national legislature", "legislature_constituency"),
        ("Seimo narys", "national legislature", "legislature_constituency"),
        ("Conseil national", "national legislature", "legislature_constituency"),
    ],
)  # fmt: skip
def test_offices_elsewhere(office, level, kind):
    where = situation_of(race(office, place="Elsewhere"))
    assert (where.level, where.kind) == (level, kind)


def test_a_title_does_not_move_an_office():
    where = situation_of(race("President", title="Results by municipality", place="Poland"))
    assert (where.country, where.level) == ("Poland", "national")


@pytest.mark.parametrize(
    ("place", "country", "state"),
    [
        ("Delaware County, Ohio", "US", "OH"),
        ("West Virginia", "US", "WV"),
        ("Kansas", "US", "KS"),
        ("Peru, Indiana", "US", "IN"),
        ("Polska", "Poland", ""),
        ("Lyon, France", "France", ""),
        ("FR", "France", ""),
        ("Washington Parish", "Washington Parish", ""),
    ],
)
def test_places(place, country, state):
    where = situation_of(race("Mayor", place=place))
    assert (where.country, where.state) == (country, state)


@pytest.mark.parametrize("place", ["USA", "United States", "United States of America"])
def test_the_united_states_have_one_name(place):
    assert situation_of(race("President", title="2028", place=place)).country == "US"


def test_a_country_in_the_title_is_told_by_it():
    contest = race("Președinte", title="Alegeri prezidențiale Romania").contest
    assert guessed_from(contest)["country"] == "the word Romania"


@pytest.mark.parametrize(
    ("country", "positions", "found"),
    [
        ("Nowhere", {"D": -1.0, "R": 1.0, "G": -2.0}, {"D": -1.0, "R": 1.0}),
        # One finalist stands nowhere: the line says nothing.
        ("Nowhere", {"D": -1.0}, {}),
        # As the program has them.
        ("US", {"D": -1.0, "R": 1.0}, {}),
        ("US", {"R": 2.0}, {"R": 2.0}),
        ("Nowhere", {}, {}),
    ],
)
def test_positions_of_the_race_are_those_that_say_something(country, positions, found):
    one = race("Mayor", parties=("D", "R"))
    placed = replace(one, contest=replace(one.contest, country=country, positions=positions))
    assert own_positions(placed) == found
