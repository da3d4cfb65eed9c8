"""From the learned draws of a race to the core's parameters: a small race worked by hand."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from forecast.defaults import PriorChoice
from forecast.learn.coefficient_draws import PosteriorDraws
from forecast.learn.learned_priors import candidate_groups, readings_of
from forecast.learn.race_parameters import (
    LEAST_ROOM,
    LOG_ODDS_OF_HABIT,
    MAX_ARRIVALS,
    MAX_RETENTION,
    RaceParameters,
    evenness,
    race_parameters,
    room_above,
    turnout_parameters,
)
from forecast.learn.race_priors import resolve_race
from forecast.learn.race_row import RaceRow, race_row
from forecast.race.folder import load_race
from forecast.race.prepared import prepare
from forecast.race.situation import situation_of
from forecast.race.units import UnitData, unit_data
from forecast.record.find import find_race
from forecast.stats.distributions import Fixed, logit
from tests.learn.hierarchy_helpers import prior_posterior
from tests.learn.races import random_race
from tests.small_forecasts import small_race

N_ROWS = 5


@pytest.fixture
def units() -> UnitData:
    return unit_data(small_race(), 0.5)


def parameters(log_turnout: float, returning: float = 1.0) -> RaceParameters:
    """Rows that are all alike; voters of the three eliminated candidates return less often."""
    ones = np.ones(N_ROWS)
    relative = np.tile([1.0, 1.0, returning, returning, returning], (N_ROWS, 1))
    return RaceParameters(
        bloc=np.ones((N_ROWS, 2)),
        other=np.zeros((N_ROWS, 5)),
        affinity=0 * ones,
        lean=0 * ones,
        candidate=0.1 * ones,
        returning=relative,
        reversion=0 * ones,
        shift=0 * ones,
        scale=0.2 * ones,
        degrees_of_freedom=8 * ones,
        log_turnout=log_turnout * ones,
    )


def test_positions_of_an_unknown_country_count_for_half_of_the_draws() -> None:
    race = random_race(parties=("SOC", "CON", "GRE", ""))
    positions = {"SOC": -1.0, "CON": 1.0, "GRE": -2.0}
    found = {}
    for country in ("Nowhere", "France"):
        contest = replace(race.contest, country=country, blocs={}, positions=positions)
        prepared = prepare(replace(race, contest=contest), 0.5)
        groups, candidates = candidate_groups(prepared)
        readings = readings_of(prepared.race, groups)
        drawn = race_parameters(steep_line(readings), readings, candidates, prepared.units)
        of_green = drawn.parameters.other[:, 2]
        found[country] = float((of_green > 50.0).mean())
        assert ((of_green > 50.0) | (np.abs(of_green) < 20.0)).all()
    assert found == {"Nowhere": 0.5, "France": 1.0}


def steep_line(rows: Sequence[RaceRow]) -> PosteriorDraws:
    """A step from left to right decides everything."""
    drawn = prior_posterior(rows, seed=1, n_draws=50)
    step = {"transfer.distance": np.full_like(drawn.values["transfer.distance"], 50.0)}
    return replace(drawn, values={**drawn.values, **step})


@pytest.mark.parametrize("ratio", [0.4, 0.8, 1.0, 1.5])
@pytest.mark.parametrize("returning", [0.7, 1.0])
def test_retention_and_arrivals_give_the_turnout(
    units: UnitData, ratio: float, returning: float
) -> None:
    rows = parameters(np.log(ratio), returning)
    retention, arrivals = turnout_parameters(rows, units)
    votes = units.candidate_votes.sum(axis=0)
    absent = units.eligible.sum() - votes.sum()
    total = retention * (rows.returning @ votes) + arrivals * absent
    assert total == pytest.approx(np.full(N_ROWS, ratio * votes.sum()), rel=2e-3)
    odds = logit(retention) - logit(arrivals)
    assert odds == pytest.approx(np.full(N_ROWS, LOG_ODDS_OF_HABIT), rel=1e-6)


def test_the_turnout_is_of_votes_for_candidates(units: UnitData) -> None:
    blank = replace(units, not_candidates=(4,))
    retention, arrivals = turnout_parameters(parameters(np.log(0.9)), blank)
    votes = units.candidate_votes.sum(axis=0)
    absent = units.eligible.sum() - votes.sum()  # who voted blank was there
    total = retention * votes[:4].sum() + arrivals * absent
    assert total == pytest.approx(np.full(N_ROWS, 0.9 * votes[:4].sum()), rel=2e-3)


def test_a_ratio_of_turnouts_carries_over_as_far_as_there_is_room(units: UnitData) -> None:
    race = random_race()
    abroad = race_row(race, replace(situation_of(race), country="Uruguay", state=""))
    at_home = race_row(race, replace(situation_of(race), country="US"))
    votes = units.votes_cast.sum()

    def known(turnout: float) -> UnitData:
        eligible = units.eligible * (votes / turnout) / units.eligible.sum()
        return replace(units, eligible=eligible, eligible_known=True)

    assert room_above(abroad, known(0.3)) == 1.0
    assert room_above(abroad, known(0.785)) == pytest.approx(0.5)
    assert room_above(abroad, known(1.0)) == LEAST_ROOM
    assert room_above(at_home, known(0.785)) == 1.0
    assert room_above(abroad, replace(known(0.785), eligible_known=False)) == 1.0


def test_who_returns_is_nearer_to_everybody_where_nearly_all_voted() -> None:
    race = random_race()
    prepared = prepare(replace(race, contest=replace(race.contest, country="Uruguay")), 0.5)
    groups, candidates = candidate_groups(prepared)
    readings = readings_of(prepared.race, groups)
    votes = prepared.units.votes_cast.sum()
    found = []
    for turnout in (0.5, 0.785):
        eligible = prepared.units.eligible * (votes / turnout) / prepared.units.eligible.sum()
        units = replace(prepared.units, eligible=eligible, eligible_known=True)
        learned = prior_posterior(readings, seed=1, n_draws=50)
        drawn = race_parameters(learned, readings, candidates, units)
        found.append(np.sort(np.log(drawn.parameters.returning[:, candidates]), axis=0))
    usual, high = found
    assert np.abs(usual).max() > 0.05
    assert high == pytest.approx(0.5 * usual, rel=1e-6)


def test_more_come_back_where_the_absent_do_not_suffice(units: UnitData) -> None:
    # 1.29 of the votes cast, with hardly anybody absent in round one.
    few = replace(units, eligible=units.votes_cast * 1.3)
    retention, arrivals = turnout_parameters(parameters(np.log(1.29)), few)
    assert arrivals == pytest.approx(np.full(N_ROWS, MAX_ARRIVALS))
    assert retention == pytest.approx(np.full(N_ROWS, MAX_RETENTION))


def test_a_value_of_the_users_takes_the_place_of_what_was_learned() -> None:
    folder = find_race("ga06-2017")
    settings = ("runoff.error.race_lean.value=8", "runoff.transfer.bloc.low=0.5")
    priors = resolve_race(load_race(folder), folder, PriorChoice(settings=settings)).priors
    entries = {entry.path: entry for entry in priors.entries}
    assert entries["runoff.error.race_lean"].distribution == Fixed(8.0)
    bloc = entries["runoff.transfer.bloc"]
    assert (bloc.origin, bloc.is_joint, bloc.values["low"]) == ("command line", False, 0.5)
    other = entries["runoff.transfer.other"]
    assert (other.origin, other.is_joint) == ("learned", True)
    assert entries["runoff.loyalty"].origin == "default"
    assert entries["runoff.error.race_turnout"].origin == "implied"


def test_priors_that_are_learned_in_part_say_what_is_judgement() -> None:
    folder = find_race("wa_ag_2020_county")
    priors = resolve_race(load_race(folder), folder, PriorChoice()).priors
    learned = {entry.path: entry.why for entry in priors.entries if entry.origin == "learned"}
    judged = {path for path, why in learned.items() if "judgment" in why}
    assert judged == {"runoff.retention.finalist", "runoff.arrivals.rate"}


def test_returns_of_either_kind_of_voters_are_their_own() -> None:
    folder = find_race("la_gov_2015")
    race = load_race(folder)
    entries = {
        entry.path: entry for entry in resolve_race(race, folder, PriorChoice()).priors.entries
    }
    bloc, other = (entries[f"runoff.retention.{kind}"] for kind in ("bloc", "other"))
    assert bloc.unit == other.unit == "ratio"
    # The finalists' own ratio of 1 is in neither range.
    assert other.distribution.range_90()[1] < 0.8 < bloc.distribution.range_90()[0]


def test_uneven_units_move_a_race_less(units: UnitData) -> None:
    groups = np.array([2, 3, 4])
    alike = replace(units, candidate_votes=np.tile(units.candidate_votes[:1], (4, 1)))
    assert evenness(alike, np.full(3, 0.5), groups) == pytest.approx(1.0)
    assert 0 < evenness(units, np.full(3, 0.5), groups) < 1.0
