"""Labels that say that a candidate has no party make nobody anybody's co-partisan."""

from dataclasses import replace

import pytest

from forecast.importing.assumptions import assumptions
from forecast.learn.race_row import NO_LABELS, race_row
from forecast.learn.training_table import shipped_table, swapped
from forecast.race.contest import Race
from forecast.race.independents import is_independent
from forecast.race.situation import situation_of
from forecast.race.units import candidate_sides
from forecast.record.contests import read_contests
from forecast.record.finished_races import read_finished, shipped_record
from tests.runoff.builders import make_race

LABELS = (
    *("NEKA", "IND", "Indep.", "INDEPENDENT", "Independent", "independent candidate", "[IND]"),
    *("INDEPENDIENTE", "sin partido", "sem partido", "sans étiquette", "parteilos", "Nonpartisan"),
    *("nezávislý", "nezavisly kandidat", "bezpartyjny", "niezależny", "neovisni/nezavisni"),
    *("független", "Independenți", "независим", "самовисування", "Išsikėlė pats", "bağımsız"),
    *("Ανεξάρτητος", "üksikkandidaat", "Lista civica", "No Party Preference"),
)
VOTES = [[50, 60, 30, 5], [80, 40, 20, 9], [10, 90, 5, 1]]


def race(*parties: str, country: str = "Slovakia", **changes: object) -> Race:
    made = make_race(VOTES, parties=parties)
    told = {"blocs": {}, "country": country, "state": "", **changes}
    return replace(made, contest=replace(made.contest, **told))


@pytest.mark.parametrize("label", LABELS)
def test_such_labels_are_known_in_every_language(label: str) -> None:
    assert is_independent(label)
    # The first finalist and the third candidate are both of it: opponents, not partners.
    made = race(label, "HLAS", label, "SaS")
    assert candidate_sides(made).tolist() == [0, 1, -1, -1]
    assert not made.has_two_blocs
    assert race_row(made, situation_of(made)).parties == NO_LABELS


@pytest.mark.parametrize(
    "label", ["", "DVC", "Independent Party", "American Independent", "HLAS - SD", "D", "Indira"]
)
def test_parties_stay_parties(label: str) -> None:
    assert not is_independent(label, american=True)


def test_codes_of_american_ballots_are_parties_elsewhere() -> None:
    # Ghana has the New Patriotic Party, California no party preference.
    assert candidate_sides(race("NPP", "NDC", "NPP", "CPP", country="Ghana"))[2] == 0
    assert candidate_sides(race("NPP", "DEM", "NPP", "REP", country="US", state="CA"))[2] == -1


def test_the_forecast_is_that_of_blank_labels() -> None:
    labelled, blank = race("NEKA", "HLAS", "NEKA", "SaS"), race("", "HLAS", "", "SaS")
    one, other = (repr(race_row(made, situation_of(made))) for made in (labelled, blank))
    assert one == other


def test_the_check_says_who_is_independent_and_what_the_blocs_of_the_race_do() -> None:
    said = [line for line in assumptions(race("NEKA", "HLAS", "NEKA", "SaS")) if "NEKA" in line]
    names = race("NEKA", "HLAS", "NEKA", "SaS").first_round.candidates
    (line,) = said
    assert line.startswith(f"NEKA names no party: {names[0]} (140), {names[2]} (55) are of no bloc")
    together = race("NEKA", "HLAS", "NEKA", "SaS", blocs={"free": ("NEKA",)})
    assert candidate_sides(together)[2] == 0
    told = "\n".join(assumptions(together))
    assert "NEKA names no party, and race.yaml puts it into the bloc free" in told
    assert f"of a finalist's bloc: {names[2]} (55) with {names[0]} (free); nobody with" in told


def test_a_lone_independent_is_not_said_to_be_of_a_bloc() -> None:
    told = "\n".join(assumptions(race("SaS", "HLAS", "HLAS", "NEKA")))
    assert "nobody with" in told
    assert "NEKA" not in told


def test_races_that_taught_are_read_as_they_were() -> None:
    learned = {one.row.id: one for one in shipped_table()}
    folders, collections = shipped_record()
    races = [read_finished(folders[0] / name).race for name in ("ga_sen_2008_county",
             "wa_gov_2020_county", "la_mayor_shreveport_2018")]  # fmt: skip
    (abroad,) = (folder for folder in collections if folder.name == "international")
    collection = read_contests(abroad)
    races += [collection.race(name) for name in learned if name.startswith("lt_seimas_2004_")]
    assert len(races) > 50
    for made in races:
        row, known = race_row(made, situation_of(made)), learned[made.contest.id]
        if row.blocs != known.row.blocs:
            known = swapped(known)
        assert row.blocs == known.row.blocs
        assert [g.bloc for g in row.groups] == [g.bloc for g in known.row.groups], row.id
        assert [g.side for g in row.groups] == [g.side for g in known.row.groups], row.id
