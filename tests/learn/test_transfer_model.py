"""The model over races: symmetry, gradient, and parameters found again in simulated races."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from scipy import optimize

from forecast.learn import transfer_model as model
from forecast.learn.design import TRANSFER_NAMES, Design, build_design
from forecast.learn.features import swapped
from forecast.race.units import FIRST, NEITHER, SECOND
from forecast.stats import scoring_rules as rules
from forecast.stats.distributions import expit
from tests.learn.races import features_of, random_race

TRUTH = model.Parameters(
    transfer=np.array([1.2, 0.3, 0.8, 0.4, 1.0, 0.6, 0.5]),
    level=np.array([0.1, -0.2, 0.15]),
    log_sizes=np.log([0.15, 0.1, 0.5, 0.4, 0.3]),
    log_retention=float(np.log(0.8)),
    log_df=float(np.log(6.0)),
)


def simulated_design(n_races, seed=1):
    """Races with random columns; one or more candidates eliminated in each."""
    rng = np.random.default_rng(seed)
    race = np.repeat(np.arange(n_races), rng.integers(1, 6, n_races))
    pieces = rng.gamma(1.5, size=len(race))
    finalists = rng.gamma(6.0, size=(n_races, 2))
    total = finalists.sum(axis=1) + np.bincount(race, pieces)
    two = rng.random(n_races) < 0.5
    same = rng.choice([-1.0, 0.0, 1.0], len(race))
    era, agreement = rng.uniform(-0.5, 0.5, (2, n_races))
    measured = same * two[race]
    columns = [
        measured,
        same - measured,
        rng.uniform(-1, 1, len(race)),
        rng.normal(0, 1, len(race)),
        measured * era[race],
        measured * agreement[race],
        measured * (era * agreement)[race],
    ]
    odds = np.log(finalists[:, 0] / finalists[:, 1])
    out = np.bincount(race, pieces) / total
    level = np.stack([odds, odds * (out - 0.3), odds * (rng.random(n_races) < 0.3)], axis=1)
    top_two = rng.random(n_races) < 0.2
    design = Design(
        finalists / total[:, None],
        race,
        pieces / total[race],
        np.where(same > 0, FIRST, np.where(same < 0, SECOND, NEITHER)),
        np.stack(columns, axis=1),
        level,
        np.column_stack([~top_two, top_two, np.zeros((n_races, 3))]),
    )
    return model.with_transfer_noise(design, TRUTH)


def simulate(design, seed=2):
    rng = np.random.default_rng(seed)
    known = model.Fit(TRUTH, np.zeros((17, 17))).predict(design)
    return known.location + known.scale * rng.standard_t(known.df, design.n_races)


def mirrored(design):
    return Design(
        design.loyal_shares[:, ::-1],
        design.race_index,
        design.eliminated_shares,
        np.choose(design.side + 1, [NEITHER, SECOND, FIRST]),
        -design.transfer,
        -design.level,
        design.variance,
    )


def test_the_gradient_is_the_slope():
    design = simulated_design(40)
    function = model.minus_log_posterior(design, simulate(design), model.default_priors())
    at = TRUTH.vector() + 0.1
    expected = optimize.approx_fprime(at, lambda x: function(x)[0], 1e-6)
    np.testing.assert_allclose(function(at)[1], expected, rtol=1e-4, atol=1e-3)


def test_the_parameters_are_found_again():
    design = simulated_design(1500)
    log_odds = simulate(design)
    found = model.fit(design, log_odds, model.default_priors())
    away = (found.mode.vector() - TRUTH.vector()) / found.sd.vector()
    assert np.abs(away).max() < 3.5
    assert np.sqrt((away**2).mean()) < 1.6
    assert found.sd.transfer.max() < 0.8  # the prior says 1
    predicted = found.predict(design)
    pit = rules.pit_student(predicted.location, predicted.scale, predicted.df, expit(log_odds))
    np.testing.assert_allclose(rules.coverage(pit), [0.5, 0.8, 0.95], atol=0.04)


def test_swapping_the_finalists_of_any_race_changes_nothing_but_the_sign():
    design = simulated_design(120)
    log_odds = simulate(design)
    one = model.fit(design, log_odds, model.default_priors())
    other = model.fit(mirrored(design), -log_odds, model.default_priors())
    np.testing.assert_allclose(one.mode.vector(), other.mode.vector(), atol=1e-6)
    a, b = one.predict(design), one.predict(mirrored(design))
    np.testing.assert_allclose(a.location, -b.location, rtol=0, atol=1e-14)
    np.testing.assert_array_equal(a.scale, b.scale)


def test_swapping_the_finalists_of_real_units():
    races = [random_race(seed) for seed in range(3)]
    races.append(random_race(7, parties=("REP", "REP", "DEM", "")))
    fitted = model.Fit(TRUTH, np.zeros((17, 17)))
    one, other = (
        fitted.predict(build_design([features_of(race) for race in races]))
        for races in (races, [swapped(race) for race in races])
    )
    np.testing.assert_array_equal(one.location, -other.location)
    np.testing.assert_array_equal(one.scale, other.scale)


def test_columns_of_a_race():
    race = random_race()
    months = replace(race.contest, first_round=date(2016, 6, 7), runoff=date(2016, 11, 8))
    found = features_of(replace(race, contest=months))
    design = build_design([found])
    assert design.transfer.shape == (2, len(TRANSFER_NAMES))
    centred = found.agreement - 0.3
    expected = [1, 0, found.era, centred, found.era * centred]
    np.testing.assert_allclose(design.transfer[0, [0, 1, 4, 5, 6]], expected)
    np.testing.assert_allclose(design.transfer[1, [0, 1, 4, 5, 6]], 0)
    np.testing.assert_array_equal(design.side, [FIRST, NEITHER])
    np.testing.assert_array_equal(design.variance[0], [0, 1, 0, 0, 0])


def test_the_variance_of_the_transfers_is_that_of_noisy_transfers():
    design = simulated_design(6)
    sizes = np.exp(TRUTH.log_sizes)
    small = 1e-3
    rng = np.random.default_rng(9)
    n_draws = 4000
    base = model.predicted_log_odds(TRUTH, design)
    moved = []
    for _ in range(n_draws):
        noise = sizes[2] * rng.standard_normal(len(design.side))
        for side in (FIRST, SECOND):
            noise[design.side == side] += (
                sizes[3] * rng.standard_normal(design.n_races)[design.race_index]
            )[design.side == side]
        shared = sizes[4] * rng.standard_normal(design.n_races)[design.race_index]
        noise += np.where(design.side == NEITHER, shared, 0)
        # One more column of the transfers, of which a little is added.
        noisy = replace(design, transfer=np.column_stack([design.transfer, small * noise]))
        with_noise = replace(TRUTH, transfer=np.append(TRUTH.transfer, 1.0))
        moved.append((model.predicted_log_odds(with_noise, noisy) - base) / small)
    expected = np.sqrt(design.variance[:, 2:] @ sizes[2:] ** 2)
    error = 5 / np.sqrt(2 * n_draws)
    np.testing.assert_allclose(np.std(moved, axis=0), expected, rtol=error)


def test_transfers_are_learned_with_their_noise():
    design = simulated_design(1500)
    log_odds = simulate(design)
    found = model.fit_transfers(design, log_odds, model.default_priors())
    away = (found.mode.vector() - TRUTH.vector()) / found.sd.vector()
    assert np.abs(away).max() < 3.5


def test_taking_races_is_building_them_alone():
    found = [features_of(random_race(seed)) for seed in range(4)]
    taken = build_design(found).take(np.array([False, True, False, True]))
    alone = build_design([found[1], found[3]])
    for name in (
        "loyal_shares",
        "race_index",
        "eliminated_shares",
        "side",
        "transfer",
        "variance",
    ):
        np.testing.assert_array_equal(getattr(taken, name), getattr(alone, name))


def test_without_races_the_posterior_is_the_prior():
    priors = model.default_priors()
    found = model.fit(simulated_design(5).take(np.zeros(5, bool)), np.zeros(0), priors)
    np.testing.assert_allclose(found.mode.vector(), priors.mean.vector(), atol=1e-8)
    np.testing.assert_allclose(found.sd.vector(), priors.sd.vector(), rtol=1e-6)


def test_draws_are_as_wide_as_the_prediction_and_wider_with_unknown_parameters():
    design = simulated_design(3)
    rng = np.random.default_rng(4)
    known = model.Fit(TRUTH, np.zeros((17, 17)))
    predicted = known.predict(design)
    draws = known.draws(design, rng, 4000)
    assert draws.shape == (4000, 3)
    chance = rules.win_probability_student(predicted.location, predicted.scale, predicted.df)
    np.testing.assert_allclose(rules.win_probability_draws(draws), chance, atol=0.03)
    unsure = model.Fit(TRUTH, np.diag(np.full(17, 0.3**2))).draws(design, rng, 4000)
    assert (unsure.std(axis=0) > draws.std(axis=0)).all()


def test_a_runoff_without_an_opponent_is_cut_off():
    found = model.runoff_log_odds(np.array([0.5, 1.0]))
    assert found[0] == 0
    assert found[1] == pytest.approx(np.log(0.998 / 0.002))
