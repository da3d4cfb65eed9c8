"""The sampled model is the one of the fast estimate."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import multivariate_t

from forecast.priors.layers import load_priors
from forecast.transfers import cell_model
from forecast.transfers.estimate import estimate_margins
from forecast.transfers.transfer_priors import shipped_priors
from forecast.transfers.two_margins import CountedElection, match_counts
from forecast.transfers.unit_rates import (
    CellProblem,
    ContextEffects,
    TableTotals,
    column_covariance,
    softmax,
    unit_context,
    unit_rates,
)
from tests.transfers.simulated_tables import simulate_table

PRIORS = shipped_priors("runoff")


def counted(name, votes):
    n_units, n_choices = votes.shape
    return CountedElection(
        name,
        tuple(f"u{i}" for i in range(n_units)),
        ("all",) * n_units,
        tuple(f"{name} {i}" for i in range(n_choices)),
        votes,
        np.full(n_units, np.nan),
    )


def test_the_density_is_that_of_student_column_sums():
    made = simulate_table(np.random.default_rng(4), PRIORS, n_units=6, n_rows=3)
    mean, precision = PRIORS.rates.normal(made.columns.sum(axis=0), 3)
    problem = CellProblem(made.rows, made.columns, np.zeros((6, 3)), mean, precision)
    make_up = np.linspace(-0.4, 0.5, 9).reshape(3, 3)
    effects = ContextEffects(np.array([0.1, 0.2, 0.4]), make_up)
    model = cell_model.build_cell_model(problem, effects, PRIORS.spread)
    density = model.compile_fn(model["column_sums"], inputs=model.free_RVs, point_fn=False)
    scores = np.linspace(-1, 1, 9)
    root = np.linalg.cholesky(np.linalg.inv(precision))
    log_rates = mean + (root @ scores).reshape(3, 3)
    totals = TableTotals.of(problem)
    context = unit_context(problem, totals, softmax(log_rates))
    rates = unit_rates(log_rates, context, effects)
    covariance = column_covariance(made.rows, rates, 0.4, PRIORS.spread.shared)[:, :2, :2]
    covariance = covariance + 0.5 * np.eye(2)
    away = (made.columns - np.einsum("ur,urc->uc", made.rows, rates))[:, :2]
    tail = PRIORS.spread.unit_tail
    expected = sum(
        multivariate_t(shape=scale, df=tail).logpdf(unit)
        for unit, scale in zip(away, covariance, strict=True)
    )
    # The model leaves out what does not depend on the parameters.
    constant = multivariate_t(shape=np.eye(2), df=tail).logpdf([0, 0])
    assert float(density(scores, 0.4)) == pytest.approx(expected - len(away) * constant)


@pytest.mark.slow
def test_nuts_and_the_fast_estimate_agree():
    made = simulate_table(np.random.default_rng(7), shipped_priors("table"), n_units=50)
    margins = match_counts(counted("a", made.rows), counted("b", made.columns))
    settings = replace(load_priors().sampler, chains=2)
    fast = estimate_margins(margins)
    sampled = estimate_margins(margins, method="nuts", settings=settings)
    assert sampled.diagnosis is not None
    assert sampled.diagnosis.max_r_hat < 1.02
    difference = np.abs(fast.votes.mean(axis=0) - sampled.votes.mean(axis=0))
    assert (difference < 0.5 * sampled.votes.std(axis=0) + 5).all()
    widths, others = (
        np.subtract(*np.quantile(found.votes, (0.95, 0.05), axis=0)) for found in (fast, sampled)
    )
    rows = made.rows.sum(axis=0)[:, None]
    large = sampled.votes.mean(axis=0) > 0.05 * rows
    assert (np.abs(np.log(widths / others)) < np.log(1.25))[large].all()
    # Rates near 0 are skewed even on the log scale, where the fast estimate is normal.
    assert (np.abs(widths - others) < 0.03 * rows)[~large].all()
