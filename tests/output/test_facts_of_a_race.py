"""Facts of a race that stand in every output: round one, what is missing, how the fit was made."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from forecast.output.data_words import data_words, missing_parts
from forecast.output.forecast_text import health, render
from forecast.output.page.report import sources_words
from forecast.output.race_words import first_round_words
from forecast.output.without_words import without_parts
from forecast.race.contest import Baseline, Race
from forecast.race.prepared import prepare
from forecast.workflow import Simulation


def of_race(simulation: Simulation, race: Race) -> Simulation:
    """The same forecast of a changed race."""
    return replace(simulation, prepared=replace(simulation.prepared, race=race))


def test_the_first_round_has_finalists_two_others_and_the_rest(simulation: Simulation) -> None:
    race = simulation.race
    said = first_round_words(race)
    votes = race.valid_votes.sum(axis=0)
    assert said in render(simulation).splitlines()
    assert said.count("%") == min(4, int((votes > 0).sum()))
    for index in race.finalist_index:
        assert f"{100 * votes[index] / votes.sum():.1f}%" in said
    assert said.endswith(" and 1 other") == (int((votes > 0).sum()) == 5)


def test_finalists_of_one_party_are_called_so(simulation: Simulation) -> None:
    race = simulation.race
    democrats = replace(race.first_round, parties=("DEM",) * len(race.first_round.parties))
    one = replace(race, first_round=democrats, contest=replace(race.contest, blocs={"D": ("DEM",)}))
    assert missing_parts(of_race(simulation, one))["parties"] == (
        "both finalists are Democrats: only geography indicates where the eliminated candidates' "
        "voters go"
    )


@pytest.mark.parametrize(
    ("turnout", "said"),
    [
        (0.5, "as many non-voters as voters are assumed (turnout of 50%)"),
        (0.25, "3 non-voters for each voter are assumed (turnout of 25%)"),
    ],
)
def test_voters_that_are_not_in_the_data_are_not_called_unpublished(
    simulation: Simulation, turnout: float, said: str
) -> None:
    race = simulation.race
    n_units = race.first_round.n_units
    unknown = replace(race.first_round, registered=np.full(n_units, np.nan))
    prepared = prepare(replace(race, first_round=unknown), turnout)
    priors = simulation.priors
    assumed = dict.fromkeys(priors.assumed_turnout, turnout)
    changed = replace(
        simulation, prepared=prepared, priors=replace(priors, assumed_turnout=assumed)
    )
    part = missing_parts(changed)["registered"]
    assert part.startswith(f"registered voters are not in the data: {said}")
    assert part.endswith("cannot be shown as a share of registered voters")
    assert "published" not in part


@pytest.mark.parametrize(
    ("election", "said"),
    [
        (
            "President 2012-11-06 (LA SoS, same precinct label)",
            "1 precinct has no 2012 presidential returns (LA SoS, same precinct label)",
        ),
        ("2016 president", "1 precinct has no 2016 presidential returns"),
        ("2016 US House, district 6", "1 precinct has no returns of 2016 US House, district 6"),
    ],
)
def test_units_without_a_baseline_are_told_in_a_sentence(
    simulation: Simulation, election: str, said: str
) -> None:
    race = simulation.race
    present = np.ones(race.first_round.n_units, dtype=bool)
    present[0] = False
    past = Baseline(election, date(2012, 11, 6), race.first_round, present)
    assert said in data_words(of_race(simulation, replace(race, baselines=(past,))))


def test_a_fit_that_was_made_again_does_not_pass_and_fail_in_one_sentence(
    simulation: Simulation,
) -> None:
    missed = "bulk ESS 823 of lean_level is not above 1,000"
    diagnosis = replace(
        simulation.fit.diagnosis,
        method=f"integration over counties, as NUTS failed its checks: {missed}",
    )
    said = health(diagnosis)
    assert "failed its checks" not in said
    assert said.endswith(
        f"integration over counties). The standard sampler (NUTS) missed a check ({missed}), so "
        "the fit was redone by importance sampling, which passed"
    )


def test_a_turnout_that_falls_without_the_own_assumptions_is_a_clause(
    simulation: Simulation,
) -> None:
    forecast = simulation.forecast
    low = replace(forecast.turnout, q50=forecast.turnout.interval(50)[0] - 500)
    plain = replace(forecast, turnout=low)
    last = without_parts(replace(simulation, without_judgement=plain))[-1]
    assert "made for this race it changes by less than a point, but turnout falls from " in last


def test_a_race_of_a_collection_says_where_it_comes_from(simulation: Simulation) -> None:
    contest = simulation.race.contest

    def said(source: str, race_id: str) -> str:
        return " ".join(sources_words(replace(contest, id=race_id, sources=(source,))))

    louisiana = said("louisiana_contests", "la20151024_0196")
    assert "openelections/openelections-sources-la, revision fbda9d0" in louisiana
    assert "AGPL-3.0" in louisiana
    assert "louisiana_contests" not in louisiana
    southern = said("southern", "ga20000307_sd30_special")
    assert "first round: openelections/openelections-data-ga:2000/20000215__ga" in southern
    assert southern.count("no license stated") == 2
    assert said("the clerk", "x").startswith("the clerk")
