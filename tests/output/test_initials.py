"""What the initials behind candidates' names stand for."""

from dataclasses import replace

import pytest

from forecast.output.race_words import initials_in_full
from forecast.race.contest import Race
from forecast.workflow import Simulation


def of_parties(race: Race, *parties: str) -> Race:
    first_round = replace(race.first_round, parties=parties)
    return replace(race, contest=replace(race.contest, blocs={}), first_round=first_round)


@pytest.fixture
def race(simulation: Simulation) -> Race:
    n_candidates = len(simulation.race.first_round.candidates)
    parties = ("Frente Amplio", "Partido Nacional", *["NOPTY"] * (n_candidates - 2))
    return of_parties(simulation.race, *parties)


def test_names_behind_initials_are_said_once_and_codes_are_none(race: Race) -> None:
    assert initials_in_full(race) == "FA = Frente Amplio; PN = Partido Nacional"


def test_of_some_candidates_only_theirs_are_said(race: Race) -> None:
    assert initials_in_full(race, [1]) == "PN = Partido Nacional"
