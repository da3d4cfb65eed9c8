"""The streams are asked of the context: what they say moves it, and intervals then hold."""

import numpy as np
import pytest

from forecast.transfers.cell_fit import fit_cells
from forecast.transfers.context_fit import fit_with_context
from forecast.transfers.estimate import estimate_transfers
from forecast.transfers.transfer_priors import shipped_priors
from forecast.transfers.unit_rates import CellProblem, ContextEffects, softmax
from tests.transfers.calibration import calibrate, streams_like
from tests.transfers.simulated_tables import columns_of, simulate_rows

PRIORS = shipped_priors("runoff")
PULL = 0.9


@pytest.fixture(scope="module")
def pulled():
    """A large table whose voters lean to what their unit chooses far more than is usual."""
    rng = np.random.default_rng(3)
    mean, precision = streams_like(rng)
    rows = simulate_rows(rng, 600, 5)
    effects = ContextEffects.of_pull(PULL, *mean.shape)
    made = columns_of(rng, rows, mean, effects, 0.1, PRIORS.spread.shared)
    return CellProblem(rows, made.columns, np.zeros_like(made.columns), mean, precision), made


def test_loyalty_that_cannot_be_says_that_the_neighbours_pull(pulled):
    problem, made = pulled
    left = fit_cells(problem, PRIORS.context.mean(5, 3), PRIORS.spread)
    asked = fit_with_context(problem, PRIORS)
    # Its own prior holds it back: 0.7 away and 0.25 wide.
    assert np.abs(asked.fit.effects.pull - PULL).max() < 0.4
    true = softmax(made.log_rates)
    error = [np.abs(softmax(fit.log_rates) - true).mean() for fit in (left, asked.fit)]
    assert error[1] < error[0] / 2
    assert asked.fit.at_rest


def test_what_is_learned_narrows_the_effects(pulled):
    problem, _ = pulled
    narrowing = fit_with_context(problem, PRIORS).narrowing
    prior = PRIORS.context.covariance(5, 3)
    now = narrowing @ prior @ narrowing.T
    assert (np.diag(now) < np.diag(prior)).all()
    assert now[0, 0] < 0.7 * prior[0, 0]
    assert np.linalg.eigvalsh(now).min() > 0


def test_the_step_at_rest_is_where_both_priors_balance(pulled):
    """Moved by hand, the effects fit worse: half the squared distance to both priors is least."""
    problem, _ = pulled
    found = fit_with_context(problem, PRIORS)
    covariance = PRIORS.context.covariance(5, 3)

    def distance(effects):
        fit = fit_cells(problem, effects, PRIORS.spread, start=found.fit, most=40)
        rates = (fit.log_rates - problem.prior_mean).ravel()
        departed = effects.less(PRIORS.context.mean(5, 3))
        return rates @ problem.prior_precision @ rates + departed @ np.linalg.solve(
            covariance, departed
        )

    least = distance(found.fit.effects)
    for by in (0.25, -0.25):
        assert distance(found.fit.effects.moved(np.r_[np.full(3, by), np.zeros(15)])) > least


def test_where_counts_say_nothing_nothing_is_learned():
    mean, precision = streams_like(np.random.default_rng(0))
    rows = np.full((1, 5), 2.0)
    columns = np.array([[4.0, 3.0, 3.0]])
    found = fit_with_context(CellProblem(rows, columns, 0 * columns, mean, precision), PRIORS)
    assert np.allclose(found.fit.effects.pull, PRIORS.context.pull, atol=0.02)
    assert np.allclose(found.narrowing, np.eye(18), atol=0.02)


def test_tables_keep_the_prior_of_the_context():
    rng = np.random.default_rng(1)
    rows = simulate_rows(rng, 40, 3)
    columns = rows @ np.array([[0.9, 0.1], [0.2, 0.8], [0.5, 0.5]])
    found = estimate_transfers(rows, columns, kind="table", draws=400)
    pull = found.tree["posterior"]["pull"].values
    context = shipped_priors("table").context
    assert abs(pull.mean() - context.pull) < 0.02
    # Student t with five degrees of freedom.
    usual = np.hypot(context.pull_spread, context.column_spread) * np.sqrt(5 / 3)
    assert abs(pull.std() / usual - 1) < 0.25


def test_intervals_hold_what_they_say_with_the_streams_as_prior():
    """Simulation-based calibration in short: twelve tables, cells of the table and of units."""
    found = calibrate(12, 100, asked=True)
    errors = np.sqrt([0.25, 0.16, 0.09])
    # Cells of a table are not independent: five errors of some sixty.
    assert (np.abs(found.cells.mean(axis=0) - [0.5, 0.8, 0.9]) < 5 * errors / np.sqrt(60)).all()
    assert (np.abs(found.units.mean(axis=0) - [0.5, 0.8, 0.9]) < 0.08).all()


@pytest.mark.slow
@pytest.mark.parametrize(("n_tables", "n_units"), [(80, 60), (40, 600)])
def test_intervals_hold_what_they_say_in_small_and_large_tables(n_tables, n_units):
    asked, left = (calibrate(n_tables, n_units, asked=asked) for asked in (True, False))
    away = asked.cells.mean(axis=0) - [0.5, 0.8, 0.9]
    assert (np.abs(away) < 3.5 * asked.cells.std(axis=0) / np.sqrt(n_tables) + 0.01).all()
    assert (np.abs(asked.units.mean(axis=0) - [0.5, 0.8, 0.9]) < 0.04).all()
    assert asked.errors.mean() < left.errors.mean()
    assert asked.widths.mean() < left.widths.mean()
