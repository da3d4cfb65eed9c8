"""Each runoff prior moved alone: what moves, by how much, and that chance does not."""

from dataclasses import replace

import numpy as np
import pytest

from forecast.first_round.posterior import FirstRoundPosterior
from forecast.priors.layers import load_priors
from forecast.priors.prior_set import KINDS, PriorEntry, PriorSet
from forecast.race.units import UnitData, unit_data
from forecast.runoff.sensitivity import (
    DOWN,
    NARROWER,
    UP,
    WIDER,
    Sensitivity,
    draws_for,
    moved_priors,
    sensitivity,
)
from forecast.stats.distributions import Fixed, Points, PointsSize, ShareRange, SizeRange
from tests.first_round.races import simulated_race

SEED, N_DRAWS = 11, 2_000


@pytest.fixture(scope="module")
def priors() -> PriorSet:
    return load_priors()


@pytest.fixture(scope="module")
def units() -> UnitData:
    return unit_data(simulated_race(), 0.5)


@pytest.fixture(scope="module")
def posterior(units: UnitData) -> FirstRoundPosterior:
    flat = np.zeros((20, len(units.county_names)), np.float32)
    lean = np.full((20, units.lean_covariates.shape[1]), 0.5, np.float32)
    turnout = np.zeros((20, units.turnout_covariates.shape[1]), np.float32)
    weight = np.full(20, 70, np.float32)
    return FirstRoundPosterior(flat, lean, weight, flat, turnout, weight)


@pytest.fixture(scope="module")
def found(units: UnitData, posterior: FirstRoundPosterior, priors: PriorSet) -> Sensitivity:
    return sensitivity(units, posterior, priors.entries, priors.runoff, seed=SEED, n_draws=N_DRAWS)


def entry(priors: PriorSet, path: str) -> PriorEntry:
    return next(entry for entry in priors.entries if entry.path == path)


def test_moves_of_a_share_keep_its_scale(priors: PriorSet) -> None:
    loyalty = entry(priors, "runoff.loyalty")
    before = loyalty.distribution
    assert isinstance(before, ShareRange)
    moved = dict(moved_priors(loyalty))
    assert list(moved) == [UP, DOWN, WIDER, NARROWER]
    up, wide = moved[UP], moved[WIDER]
    assert isinstance(up, ShareRange)
    assert isinstance(wide, ShareRange)
    assert up.sd_logit == pytest.approx(before.sd_logit)
    assert before.mean_logit < up.mean_logit < np.log(before.high / (1 - before.high))
    assert wide.mean_logit == pytest.approx(before.mean_logit)
    assert wide.sd_logit == pytest.approx(2 * before.sd_logit)


@pytest.mark.parametrize(
    ("kind", "values", "kinds"),
    [
        ("points", {"mean": 1.0, "sd": 2.0}, [UP, DOWN, WIDER, NARROWER]),
        ("points_size", {"scale": 4.0}, [WIDER, NARROWER]),
        ("size_range", {"low": 4.0, "high": 9.0}, [WIDER, NARROWER]),
        ("fixed", {"value": 3.0}, [WIDER, NARROWER]),
        ("fixed", {"value": 0.0}, []),
    ],
)
def test_each_kind_of_prior_has_the_moves_that_make_sense(
    priors: PriorSet, kind: str, values: dict[str, float], kinds: list[str]
) -> None:
    distribution = KINDS[kind].make(**values)
    changed = replace(entry(priors, "runoff.error.race_lean"), distribution=distribution)
    moved = dict(moved_priors(changed))
    assert list(moved) == kinds
    if kind == "points":
        assert moved[WIDER] == Points(1.0, 4.0)
    if kind == "points_size":
        assert moved[NARROWER] == PointsSize(2.0)
    if kind == "size_range":
        assert moved[WIDER] == SizeRange(8.0, 18.0)
    if kinds and kind == "fixed":
        assert moved[WIDER] == Fixed(6.0)


def test_a_correlation_stays_possible(priors: PriorSet) -> None:
    correlation = entry(priors, "runoff.error.race_correlation")
    changed = replace(correlation, distribution=Fixed(0.9))
    assert dict(moved_priors(changed)) == {UP: Fixed(0.95), DOWN: Fixed(pytest.approx(0.7))}


def test_every_runoff_prior_is_moved_and_no_other(found: Sensitivity, priors: PriorSet) -> None:
    runoff = {entry.path for entry in priors.entries if entry.path.startswith("runoff.")}
    assert set(found.paths) == runoff


def test_more_arrivals_for_the_first_finalist_raise_her_chances(found: Sensitivity) -> None:
    moves = {m.kind: m for m in found.moves if m.path == "runoff.arrivals.shift"}
    assert moves[UP].change.win_probability > 0 > moves[DOWN].change.win_probability
    assert moves[UP].change.mean_share > 0 > moves[DOWN].change.mean_share


def test_a_larger_error_widens_the_interval(found: Sensitivity) -> None:
    moves = {m.kind: m for m in found.moves if m.path == "runoff.error.race_lean"}
    assert moves[WIDER].change.width > 0 > moves[NARROWER].change.width


def test_the_most_decisive_prior_comes_first(found: Sensitivity) -> None:
    largest = [
        max(abs(m.change.win_probability) for m in found.moves if m.path == path)
        for path in found.paths
    ]
    assert largest == sorted(largest, reverse=True)


def test_a_prior_that_nobody_is_under_moves_nothing(found: Sensitivity) -> None:
    # All six candidates belong to the two blocs: nobody is "other". The same seed gives the
    # same draws, so that the change is exactly nothing.
    for move in found.moves:
        if move.path in {"runoff.retention.other", "runoff.transfer.other"}:
            assert move.change.win_probability == 0
            assert move.change.mean_share == 0
            assert move.monte_carlo_error == 0


def test_large_races_get_fewer_draws() -> None:
    assert draws_for(1) == 20_000
    assert draws_for(40_000) == 1_000
    assert draws_for(100) >= draws_for(300) > 1_000
