"""Tables whose flows are known, because they are made up by the model."""

from dataclasses import dataclass

import numpy as np

from forecast.stats.arrays import FloatArray
from forecast.transfers.transfer_priors import TransferPriors
from forecast.transfers.unit_rates import (
    CellProblem,
    ContextEffects,
    TableTotals,
    softmax,
    unit_context,
)


@dataclass(frozen=True, eq=False)
class SimulatedTable:
    """Both margins and what lies behind them."""

    rows: FloatArray
    columns: FloatArray
    votes: FloatArray  # (unit, row, column)
    log_rates: FloatArray

    @property
    def table(self) -> FloatArray:
        """Votes of the cells over all units."""
        return np.asarray(self.votes.sum(axis=0))


def simulate_table(
    rng: np.random.Generator,
    priors: TransferPriors,
    *,
    n_units: int = 60,
    n_rows: int = 4,
    n_columns: int = 3,
    voters: float = 400,
) -> SimulatedTable:
    """Draw the rates from the prior, and the votes of every unit from the rates."""
    rows = simulate_rows(rng, n_units, n_rows, voters)
    columns = 1000 * rng.dirichlet(np.full(n_columns, 4.0))
    return simulate_columns(rng, priors, rows, *priors.rates.normal(columns, n_rows))


def simulate_rows(
    rng: np.random.Generator, n_units: int, n_rows: int, voters: float = 400
) -> FloatArray:
    """Voters of every row of every unit."""
    shares = rng.dirichlet(np.full(n_rows, 3.0))
    local = np.stack([rng.dirichlet(12 * shares + 0.3) for _ in range(n_units)])
    sizes = np.ceil(voters * rng.gamma(3, 1 / 3, n_units)) + 20
    return np.stack([rng.multinomial(int(n), p) for n, p in zip(sizes, local, strict=True)]) * 1.0


def simulate_columns(
    rng: np.random.Generator,
    priors: TransferPriors,
    rows: FloatArray,
    mean: FloatArray,
    precision: FloatArray,
) -> SimulatedTable:
    """Draw rates with this prior, effects of the context with theirs, and votes from both."""
    n_columns = mean.shape[1]
    root = np.linalg.cholesky(np.linalg.inv(precision))
    log_rates = mean + (root @ rng.standard_normal(mean.size)).reshape(mean.shape)
    context = priors.context
    heavy = np.sqrt(priors.dispersion.tail / rng.chisquare(priors.dispersion.tail))
    pull = context.pull + heavy * (
        context.pull_spread * rng.standard_normal()
        + context.column_spread * rng.standard_normal(n_columns)
    )
    make_up = heavy * context.make_up_spread * rng.standard_normal(mean.shape)
    spread = priors.spread.median * np.exp(
        rng.standard_normal() / np.sqrt(2 * priors.spread.freedom)
    )
    effects = ContextEffects(pull, make_up)
    return columns_of(rng, rows, log_rates, effects, spread, priors.spread.shared)


def columns_of(
    rng: np.random.Generator,
    rows: FloatArray,
    log_rates: FloatArray,
    effects: ContextEffects,
    spread: float,
    shared: float,
) -> SimulatedTable:
    """Draw the votes of every unit from the mean rates and what units are like."""
    (n_units, n_rows), n_columns = rows.shape, log_rates.shape[1]
    problem = CellProblem(
        rows, np.zeros((n_units, n_columns)), 0 * rows[:, :1], log_rates, np.eye(1)
    )
    found = unit_context(problem, TableTotals.of(problem), softmax(log_rates))
    shift = effects.pull * found.pull + found.make_up @ effects.make_up
    own = spread * rng.standard_normal((n_units, n_rows, n_columns))
    own += spread * shared * rng.standard_normal((n_units, 1, n_columns))
    rates = softmax(log_rates + shift[:, None, :] + own)
    votes = np.array(
        [
            [rng.multinomial(int(rows[u, r]), rates[u, r]) for r in range(n_rows)]
            for u in range(n_units)
        ],
        dtype=np.float64,
    )
    return SimulatedTable(rows, votes.sum(axis=1), votes, log_rates)
