"""Errors of units beside that of their race, against elections drawn with both."""

from dataclasses import replace

import numpy as np
import pytest

from forecast.learn.learned_priors import learned_distributions
from forecast.learn.posterior_file import read_posterior, shipped_for
from forecast.learn.unit_errors import MOST_BY_UNITS, ErrorSizes, UnitErrors, unit_errors
from forecast.race.prepared import prepare
from forecast.race.units import UnitData, unit_data
from forecast.stats.distributions import Fixed, expit, logit
from tests.small_forecasts import small_race

VOTING = 0.4
SIZES = ErrorSizes(unit_lean=0.1, unit_turnout=0.2, county_turnout=0.3)
SHARE = np.array([0.7, 0.6, 0.35, 0.3])


@pytest.fixture
def units() -> UnitData:
    return unit_data(small_race(), 0.5)


def of_race(units: UnitData, found: UnitErrors, race_variance: float) -> float:
    """Variance of the race's log-odds by errors of units, drawn, as a part of its own."""
    rng = np.random.default_rng(4)
    n_draws, counties = 40_000, units.county_index
    lean = found.of_units * SIZES.unit_lean * rng.standard_normal((n_draws, 4))
    turnout = found.of_units * SIZES.unit_turnout * rng.standard_normal((n_draws, 4))
    county = found.of_counties * SIZES.county_turnout * rng.standard_normal((n_draws, 2))
    voting = expit(logit(np.full(4, VOTING)) + turnout + county[:, counties])
    votes = units.votes_cast * voting / VOTING
    shares = expit(logit(SHARE) + lean)
    together = logit((votes * shares).sum(axis=1) / votes.sum(axis=1))
    weight = units.votes_cast / units.votes_cast.sum()
    race = weight @ SHARE
    even = (weight * SHARE * (1 - SHARE)).sum() / (race * (1 - race))
    return float(together.var() / even**2 / race_variance)


@pytest.mark.parametrize("race_sd", [0.3, 0.12, 0.02])
def test_what_units_do_to_a_race_is_what_is_taken_from_its_error(
    units: UnitData, race_sd: float
) -> None:
    found = unit_errors(units, SHARE, VOTING, SIZES, race_sd**2)
    assert of_race(units, found, race_sd**2) == pytest.approx(found.of_race, rel=0.06)
    assert found.of_race <= MOST_BY_UNITS + 1e-12


def test_units_have_their_whole_error_where_the_race_has_room(units: UnitData) -> None:
    weight = units.votes_cast / units.votes_cast.sum()
    found = unit_errors(units, SHARE, VOTING, SIZES, 1.0)
    assert found.of_counties == 1.0
    assert found.of_units == pytest.approx(np.sqrt(1.0 - (weight**2).sum()))
    tight = unit_errors(units, SHARE, VOTING, SIZES, 0.02**2)
    assert tight.of_counties < 0.5
    assert tight.of_race == pytest.approx(MOST_BY_UNITS)


def test_a_race_of_one_unit_has_the_learned_error_and_no_other() -> None:
    """Neither its unit's error of lean nor that of turnout comes on top of the race's."""
    race = small_race()
    rows = race.first_round
    whole = replace(
        rows,
        unit_ids=("all",),
        counties=("all",),
        unit_names=("all",),
        registered=np.array([2.0 * rows.votes.sum()]),
        ballots=np.array([np.nan]),
        votes=rows.votes.sum(axis=0, keepdims=True),
    )
    prepared = prepare(replace(race, first_round=whole, baselines=()), 0.5)
    file = shipped_for(race.contest.runoff)
    assert file is not None
    found, _ = learned_distributions(prepared, read_posterior(file))
    assert found["runoff.error.unit_lean"] == found["runoff.error.unit_turnout"] == Fixed(0.0)
    assert unit_errors(prepared.units, np.array([0.4]), VOTING, SIZES, 0.01).of_race == 0.0


def test_sizes_that_hardly_any_race_told_are_those_that_ship() -> None:
    """A small record has few counties; a range up to 200 points would be no prior."""
    file = shipped_for(small_race().contest.runoff)
    assert file is not None
    posterior = read_posterior(file)
    few = {
        place: replace(one, n_races=2, spread=1.6) if place[1] == "county" else one
        for place, one in posterior.scales.items()
    }
    found, _ = learned_distributions(prepare(small_race(), 0.5), replace(posterior, scales=few))
    assert "runoff.error.unit_lean" in found
    assert not {"runoff.error.county_lean", "runoff.error.county_turnout"} & set(found)
