"""Day, result, record and others' forecasts: what every output says beside the numbers."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from forecast import fitted_race
from forecast.defaults import PriorChoice
from forecast.errors import InputError
from forecast.evidence.race_evidence import race_evidence
from forecast.learn.race_priors import resolve_race
from forecast.output.known_result import KnownResult, is_retrospective, known_result
from forecast.output.other_forecasts import read_other_forecasts
from forecast.output.race_words import (
    ballot_tag,
    bloc_words,
    choice_labels,
    finalist_labels,
    initials_in_full,
    learned_words,
    made_line,
    others_of,
    race_title,
    result_words,
    unit_name,
)
from forecast.output.record_bins import bins_of, calibration_bins
from forecast.output.record_places import places_of, races_of
from forecast.output.record_words import group_words, track_record_words
from forecast.output.track_record import (
    MIN_QUOTED,
    NEW_COUNTRIES,
    NEW_STATES,
    is_among,
    outcomes_of,
    read_record_summary,
    track_record,
)
from forecast.race.contest import Race
from forecast.race.level_words import county_noun
from forecast.record.find import find_race
from forecast.workflow import Simulation
from tests.small_forecasts import small_race

GA06 = find_race("ga06-2017")


def test_the_result_of_a_race_folder_is_the_official_one() -> None:
    found = known_result(fitted_race.load_race("ga06-2017"), GA06)
    assert found == KnownResult((134_799, 125_517))
    assert result_words(found, ("Handel", "Ossoff")) == "Handel 51.8, Ossoff 48.2"


def test_the_result_of_a_contest_of_the_record_is_found() -> None:
    folder = find_race("la20151024_0016")
    found = known_result(fitted_race.load_race(folder), folder)
    assert found is not None
    assert min(found.votes) > 0


def test_no_result_is_known_of_a_race_to_come(copied_race: Path) -> None:
    (copied_race / "runoff.csv").unlink()
    assert known_result(fitted_race.load_race(copied_race), copied_race) is None


def test_a_runoff_table_with_faults_is_not_shown(copied_race: Path) -> None:
    (copied_race / "runoff.csv").write_text("nothing\n", encoding="utf-8")
    assert known_result(fitted_race.load_race(copied_race), copied_race) is None


def test_a_forecast_is_retrospective_by_its_result_or_by_the_day(simulation: Simulation) -> None:
    assert is_retrospective(simulation, KnownResult((1, 2)), date(2017, 6, 1))
    assert is_retrospective(simulation, None, date(2017, 6, 21))
    assert not is_retrospective(simulation, None, date(2017, 6, 20))
    assert made_line(date(2017, 6, 19), True) == "Retrospective forecast as of June 19, 2017"


def test_no_forecast_of_a_day_knows_what_came_later() -> None:
    race = fitted_race.load_race("ga06-2017")
    resolved = resolve_race(race, GA06, PriorChoice(), date(2017, 6, 5))
    assert resolved.priors.learned_to is not None
    assert resolved.priors.learned_to <= resolved.as_of
    said: list[str] = []
    (polls,) = race_evidence(race, GA06, said.append, date(2017, 6, 5))
    assert polls.known_to <= date(2017, 6, 5)
    assert said == ["note: left out 9 of 13 polls, which ended after 2017-06-05"]


def test_polls_of_a_day_before_their_errors_were_learned_are_left_out_and_said() -> None:
    said: list[str] = []
    race = fitted_race.load_race("ga06-2017")
    assert race_evidence(race, GA06, said.append, date(2017, 5, 10)) == ()
    assert said[-1].startswith("note: the polls are left out: ")


@pytest.mark.parametrize(
    ("race", "title", "noun"),
    [
        ("ga06-2017", "Georgia's 6th congressional district, special election", "county"),
        ("la_gov_2015", "Governor, Louisiana", "parish"),
        ("fr_pres_2017", "President, France", "département"),
        ("la20151024_0016", "BESE, District 4, Louisiana", "parish"),
    ],
)
def test_office_and_places_have_their_names(race: str, title: str, noun: str) -> None:
    loaded = fitted_race.load_race(race)
    assert (race_title(loaded), county_noun(loaded)) == (title, noun)


@pytest.mark.parametrize(
    ("title", "place", "said"),
    [
        (
            "Sheriff, St. Landry Parish",
            "St. Landry Parish, Louisiana",
            "Sheriff, St. Landry Parish, Louisiana",
        ),
        (
            "Fond du Lac County Circuit Court Judge",
            "Fond du Lac County, Wisconsin",
            "Fond du Lac County Circuit Court Judge, Wisconsin",
        ),
        ("Sheriff of Landry", "Landry Parish, Texas", "Sheriff of Landry, Landry Parish, Texas"),
        ("Presidente do Brasil", "Brazil", "Presidente do Brasil"),
        ("President", "France", "President, France"),
        ("Alcalde de Quito", "Quito, Ecuador", "Alcalde de Quito, Ecuador"),
    ],
)
def test_a_place_that_the_title_names_is_not_said_again(title: str, place: str, said: str) -> None:
    race = small_race()
    contest = replace(race.contest, title=title, place=place)
    assert race_title(replace(race, contest=contest)) == said


def test_a_short_name_of_the_race_stays_and_others_make_room() -> None:
    race = small_race(("Ana Paz Vera", "Rosa Paz Luna", "Eva Mora Gil", "Jo Fox", "Al Sol Rey"))
    told = replace(race.contest, place="Ecuador", short_names={"Eva Mora Gil": "Paz"})
    names = choice_labels(replace(race, contest=told))
    assert names == ("Ana Paz Vera", "Rosa Paz Luna", "Paz", "Fox", "Sol")
    assert finalist_labels(replace(told, short_names={"Ana Paz Vera": "Ana"})) == ("Ana", "Paz")


def test_initials_of_schools_stay_in_the_names_of_units() -> None:
    race = small_race()
    assert unit_name(race, "IE 18002 MARIA AUXILIADORA") == "IE 18002 Maria Auxiliadora"
    assert unit_name(race, "IESTP. TSAMAJAIN") == "IESTP. Tsamajain"
    assert unit_name(race, "DIEPPE") == "Dieppe"
    assert unit_name(race, "Ie Sagrado") == "Ie Sagrado"


def test_a_set_of_races_without_kind_or_place_says_that_it_is_of_all() -> None:
    said = "races of all kinds, each forecast without any race of its own country"
    assert group_words(NEW_COUNTRIES) == said
    assert group_words(f"{NEW_STATES}, kind council").startswith("council elections, each ")


def test_pooled_candidates_are_told_by_party() -> None:
    race = small_race()
    assert others_of(race, 7, "R") == "7 other Republicans"
    assert others_of(race, 3, "UMP") == "3 others (UMP)"
    assert others_of(race, 2, "") == "2 others"


def test_codes_of_no_party_are_written_as_words() -> None:
    race = small_race()
    returns = replace(race.first_round, parties=("NOPTY", "REP", "OTHER", "N", "O"))
    first_round = replace(race, first_round=returns, contest=replace(race.contest, blocs={}))

    def tags(**where: str) -> list[str]:
        told = replace(first_round, contest=replace(first_round.contest, **where))
        assert bloc_words(told, 1) == bloc_words(told, 3) == ""
        assert initials_in_full(told) == ""
        return [ballot_tag(told, index) for index in range(5)]

    words = ["(no party)", "(R)", "(other party)"]
    assert tags(country="US", state="LA") == [*words, "(no party)", "(other party)"]
    assert tags(country="US", state="GA") == [*words, "(N)", "(O)"]
    # A party abroad may have any initials.
    abroad = replace(first_round, contest=replace(first_round.contest, country="Chile", state=""))
    assert ballot_tag(abroad, 2) == "(O)"
    louisiana = replace(first_round.contest, country="US", state="LA")
    pooled = replace(first_round, contest=louisiana)
    assert others_of(pooled, 3, "no party") == "3 others (no party)"
    assert others_of(pooled, 2, "O") == "2 others (other party)"


def test_candidates_carry_their_ballot_party_and_not_the_name_of_a_bloc() -> None:
    race = small_race()
    assert [ballot_tag(race, index) for index in range(5)] == ["(R)", "(D)", "(R)", "(R)", "(ind.)"]
    assert [bloc_words(race, index) for index in range(5)] == [""] * 5
    blocs = {"left": ("FA",), "libertarian": ("LIB", "IS"), "R": ("REP",)}
    returns = replace(race.first_round, parties=("FA", "REP", "LIB", "IS", ""))
    named = replace(race, contest=replace(race.contest, blocs=blocs), first_round=returns)
    tags = [ballot_tag(named, index) for index in range(5)]
    assert tags == ["(FA)", "(R)", "(LIB)", "(IS)", ""]
    assert [bloc_words(named, index) for index in range(5)] == [
        "left",
        "",
        "libertarian",
        "libertarian",
        "",
    ]
    # "(L)" would be read as a party.
    assert others_of(named, 2, "libertarian") == "2 others (libertarian)"


def summary(*groups: tuple[str, int], **also: object) -> dict[str, object]:
    coverage = {"50": 0.5, "80": 0.75, "95": 0.9}
    totals = [
        {"group": name, "n": n, "days": 16, "crps": 0.03, "coverage": coverage}
        for name, n in groups
    ]
    return {"totals": totals, **also}


def test_the_closest_group_with_enough_races_is_quoted() -> None:
    race = fitted_race.load_race("ga06-2017")
    known = summary(("all", 900), ("kind special_all_party", 60), ("place US GA", 10))
    found = track_record(race, known)
    assert found is not None
    assert (found.group, found.races) == ("kind special_all_party", 60)
    said = track_record_words(found, uses_polls=True)
    assert "60 finished runoffs on 16 days (all-party special elections)" in said
    # sqrt(0.8 * 0.2 / 16) is 0.1: that of intervals that hold what they promise.
    assert "80% intervals covered 75% and 95% intervals covered 90% of the results" in said
    assert "typically cover 70 to 90% and 90 to 100% (one standard error either way)" in said
    one_day = track_record_words(replace(found, days=1, errors={}), uses_polls=True)
    assert "results from 1 day cannot show whether the intervals are calibrated" in one_day
    assert "typically" not in one_day
    assert "±" not in said
    assert "they used no polls" in said


def test_a_place_never_seen_is_told_how_such_places_were_forecast() -> None:
    unseen = (("states never seen", 300), ("countries never seen", 200))
    known = summary(("all", 900), ("kind special_all_party", 60), *unseen)
    for race, group, place in (
        ("ga06-2017", "states never seen", "state"),
        ("fr_pres_2017", "countries never seen", "country"),
    ):
        found = track_record(fitted_race.load_race(race), known)
        assert found is not None
        assert found.group == group
        said = track_record_words(found, uses_polls=False)
        assert f"each forecast without any of its own {place}" in said
    seen = summary(("place US GA", 12), ("kind special_all_party", 60), *unseen)
    quoted = track_record(fitted_race.load_race("ga06-2017"), seen)
    assert quoted is not None
    assert quoted.group == "kind special_all_party"


def elsewhere(**where: str) -> Race:
    """A race between two candidates without parties, held where and as it is said."""
    race = fitted_race.load_race("ga06-2017")
    returns = replace(race.first_round, parties=("",) * len(race.first_round.parties))
    said = {"state": "", **where}
    return replace(race, first_round=returns, contest=replace(race.contest, blocs={}, **said))


@pytest.mark.parametrize(
    ("where", "group"),
    [
        # 24 such races, all of them in Wisconsin; of other kinds the country has 2,378.
        (
            {"country": "US", "state": "WI", "kind": "nonpartisan_top_two"},
            "place US WI, kind nonpartisan_top_two",
        ),
        (
            {"country": "US", "state": "MN", "kind": "nonpartisan_top_two"},
            "kind nonpartisan_top_two, no label",
        ),
        # Constituencies and mayors of three countries are no presidents.
        ({"country": "Ecuador", "kind": "top_two"}, "kind top_two"),
        (
            {"country": "Ecuador", "kind": "legislature_constituency"},
            f"{NEW_COUNTRIES}, kind legislature_constituency",
        ),
        (
            {"country": "US", "state": "AL", "kind": "primary_runoff"},
            f"{NEW_STATES}, kind primary_runoff",
        ),
        ({"country": "US", "state": "AR", "kind": "general_runoff"}, NEW_STATES),
    ],
)
def test_the_same_kind_elsewhere_is_quoted_before_other_kinds(
    where: dict[str, str], group: str
) -> None:
    found = track_record(elsewhere(**where))
    assert found is not None
    assert found.group == group


def test_few_races_are_quoted_with_their_error() -> None:
    found = track_record(elsewhere(country="Ecuador", kind="top_two"))
    assert found is not None
    said = track_record_words(found, uses_polls=False)
    assert said.startswith(
        f"{found.races} finished runoffs on {found.days} days (top-two runoffs: 4 in "
        "Chile, 3 in France, 2 in Bulgaria, 2 in Czechia, 2 in Poland, none in Ecuador, 4 "
        "elsewhere)"
    )
    assert sum(found.by_place.values()) == found.races
    # One of the 4 elsewhere is the race's own.
    own = track_record(elsewhere(country="Peru", kind="top_two"))
    assert own is not None
    assert "1 in Peru, 3 elsewhere)" in track_record_words(own, uses_polls=False)
    assert MIN_QUOTED <= found.races < 30
    assert found.coverage_error("80") > 0.09
    # Where all results were held and too few days tell, the error is not nothing.
    all_held = replace(found, coverage={"80": 1.0}, errors={"80": None}, days=4)
    assert all_held.coverage_error("80") == pytest.approx(0.2)


def test_calibration_is_drawn_of_the_races_that_are_quoted() -> None:
    race = elsewhere(country="Ecuador", kind="top_two")
    group, bins = calibration_bins(race)
    found = track_record(race)
    assert found is not None
    assert group == found.group == "kind top_two"
    assert sum(entry["n"] for entry in bins) == found.races
    # Where the record has no bins of a group they are made from the forecasts of its races,
    mayor = elsewhere(country="US", state="GA", kind="mayor")
    group, bins = calibration_bins(mayor)
    quoted = track_record(mayor)
    assert quoted is not None
    assert group == quoted.group == "place US GA"
    assert sum(entry["n"] for entry in bins) == quoted.races
    # which are those of the record where it has them,
    outcomes = outcomes_of(races_of("kind general_runoff"), read_record_summary())
    known = read_record_summary()["calibration"]["kind general_runoff"]
    for made, entry in zip(bins_of(outcomes), known, strict=True):
        for key, value in made.items():
            assert value == pytest.approx(entry[key] * (1 if key == "n" else 100), abs=0.01)
    # and where it does not have those, none are drawn.
    summary = {**read_record_summary()}
    del summary["races"]
    assert calibration_bins(mayor, summary) == ("", [])
    group = "kind primary_runoff"
    assert is_among(replace(found, group="place US GA, kind primary_runoff"), group)
    assert not is_among(found, group)
    assert is_among(found, "all")
    # Fifteen are too few, whatever they are of.
    columns = read_record_summary()["races"]
    for count, drawn in ((MIN_QUOTED - 1, ""), (MIN_QUOTED, "all")):
        few = {"races": {key: values[:count] for key, values in columns.items()}}
        assert calibration_bins(race, few)[0] == drawn


def test_places_of_a_group_are_counted() -> None:
    assert places_of("kind nonpartisan_top_two, no label") == {"US WI": 24}
    assert next(iter(places_of("all"))) == "France"
    assert places_of("place US GA, kind primary_runoff") == {}
    assert places_of("countries never seen") == {}


def test_a_kind_of_places_never_seen_is_told_with_its_places() -> None:
    found = track_record(elsewhere(country="US", state="AL", kind="primary_runoff"))
    assert found is not None
    assert "(primary runoffs in Texas, Georgia), each forecast without any of its own state" in (
        track_record_words(found, uses_polls=False)
    )


def test_groups_of_the_record_are_named_in_words() -> None:
    assert track_record(fitted_race.load_race("ga06-2017"), {}) is None
    assert group_words("all, two parties") == "all kinds and places, two parties"
    assert group_words("place US GA, kind special_all_party") == (
        "all-party special elections in Georgia"
    )
    assert group_words("country US") == "races in the United States"


def test_what_others_forecast_is_read() -> None:
    found = read_other_forecasts(GA06)
    assert len(found) == 5
    assert (
        found[0].words(("Handel", "Ossoff")) == "pluralvote.com (June 19) Handel 53%, Handel +0.4"
    )


def test_a_faulty_line_of_others_forecasts_is_named(copied_race: Path) -> None:
    path = copied_race / "peer_forecasts.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("0.532", "53.2"), encoding="utf-8")
    with pytest.raises(InputError, match="line 2: p_first is a probability"):
        read_other_forecasts(copied_race)


def test_priors_learned_after_the_day_are_said_to_be(simulation: Simulation) -> None:
    assert "after the day" in learned_words(date(2020, 1, 1), simulation.as_of)
    assert "after the day" not in learned_words(date(2017, 6, 18), simulation.as_of)
