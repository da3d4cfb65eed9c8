"""Rates of every unit: which share of a row's voters makes each choice of the second election.

With the mean log rates ``a`` of the table (row r, column c), the rates of unit u are

    p[u, r] = softmax_c(a[r, c] + s[u, c]),
    s[u, c] = g[c] * log(m[u, c] / m[c]) + sum_k (x[u, k] - x[k]) * b[k, c],

where ``m[u, c]`` is the share of the unit that the mean rates send to column c, and ``x[u, k]``
the share of row k in the unit. The pull of the neighbours ``g`` says that voters of any row lean
to what their unit chooses; ``b`` is how they depend on its make-up in any other way. Neither can
be told from the two margins: a rate that rises with the row's share looks the same as a
higher rate (Robinson 1950; Wakefield 2004).
"""

from dataclasses import dataclass

import numpy as np

from forecast.stats.arrays import FloatArray

# Added to the shares of columns, so that a column nobody chose has a logarithm.
LEAST_SHARE = 1e-3


@dataclass(frozen=True, eq=False)
class CellProblem:
    """Both margins of every unit as the estimate sees them; sums of the rows and columns agree.

    Attributes
    ----------
    rows, columns
        Votes by choice in the first and in the second election, shapes (n_units, n_rows) and
        (n_units, n_columns).
    settled
        Votes of each column that are known to come from rows that are not in `rows`; they
        count for what the unit chooses. Shape (n_units, n_columns).
    prior_mean, prior_precision
        Of the mean log rates: shapes (n_rows, n_columns) and (n_rows * n_columns,) twice.
    """

    rows: FloatArray
    columns: FloatArray
    settled: FloatArray
    prior_mean: FloatArray
    prior_precision: FloatArray

    @property
    def n_rows(self) -> int:
        """How many choices of the first election there are."""
        return int(self.rows.shape[1])

    @property
    def n_columns(self) -> int:
        """How many choices of the second election there are."""
        return int(self.columns.shape[1])

    def part(self, start: int, stop: int) -> "CellProblem":
        """The units from `start` up to `stop`."""
        return self._of(slice(start, stop))

    def every(self, step: int) -> "CellProblem":
        """Each unit whose position is a multiple of `step`."""
        return self._of(slice(None, None, step))

    def _of(self, units: slice) -> "CellProblem":
        return CellProblem(
            self.rows[units],
            self.columns[units],
            self.settled[units],
            self.prior_mean,
            self.prior_precision,
        )


@dataclass(frozen=True, eq=False)
class UnitContext:
    """What the mean rates make of the units, and how that changes with them.

    Attributes
    ----------
    pull
        ``log(m[u, c] / m[c])``, shape (n_units, n_columns).
    make_up
        ``x[u, k] - x[k]``, shape (n_units, n_rows).
    """

    pull: FloatArray
    make_up: FloatArray


@dataclass(frozen=True, eq=False)
class ContextEffects:
    """How rates follow the context: what the margins of the units can't tell.

    Attributes
    ----------
    pull
        Pull of the neighbours for each column, shape (n_columns,).
    make_up
        Effects of the share of each row in the unit, shape (n_rows, n_columns).
    """

    pull: FloatArray
    make_up: FloatArray

    @classmethod
    def of_pull(cls, pull: float, n_rows: int, n_columns: int) -> "ContextEffects":
        """One pull for all columns, and no effect of the make-up."""
        return cls(np.full(n_columns, pull), np.zeros((n_rows, n_columns)))

    def moved(self, by: FloatArray) -> "ContextEffects":
        """Effects that differ from these by so much, shape (n_columns + n_rows * n_columns,)."""
        n_columns = len(self.pull)
        return ContextEffects(
            self.pull + by[:n_columns],
            self.make_up + by[n_columns:].reshape(self.make_up.shape),
        )

    def less(self, other: "ContextEffects") -> FloatArray:
        """By how much these differ from others, as `moved` takes it."""
        return np.concatenate([self.pull - other.pull, (self.make_up - other.make_up).ravel()])

    def times_pull(self, factor: float) -> "ContextEffects":
        """The same with another pull."""
        return ContextEffects(factor * self.pull, self.make_up)


@dataclass(frozen=True, eq=False)
class TableTotals:
    """Sums over all units that the context of each unit is measured against.

    Attributes
    ----------
    rows, settled
        Votes by row, and settled votes by column, shapes (n_rows,) and (n_columns,).
    votes
        All of them.
    """

    rows: FloatArray
    settled: FloatArray
    votes: float

    @classmethod
    def of(cls, problem: CellProblem) -> "TableTotals":
        """Sums over the units of a problem."""
        rows, settled = problem.rows.sum(axis=0), problem.settled.sum(axis=0)
        return cls(rows, settled, float(rows.sum() + settled.sum()))


def softmax(log_rates: FloatArray) -> FloatArray:
    """Rates that add up to 1 on the last axis, from their logs up to a constant."""
    powers = np.exp(log_rates - log_rates.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def slopes_of(rates: FloatArray) -> FloatArray:
    """Derivatives of rates by their logs, ``diag(p) - p p'`` on the last axis, which is doubled."""
    index = np.arange(rates.shape[-1])
    slopes = -rates[..., :, None] * rates[..., None, :]
    slopes[..., index, index] += rates
    return slopes


def unit_context(problem: CellProblem, totals: TableTotals, mean_rates: FloatArray) -> UnitContext:
    """Measure the context of units.

    Parameters
    ----------
    problem
        The units.
    totals
        Of all units, these and any others.
    mean_rates
        softmax of the mean log rates, shape (n_rows, n_columns).
    """
    votes = (problem.rows.sum(axis=1) + problem.settled.sum(axis=1))[:, None]
    chosen = (problem.rows @ mean_rates + problem.settled) / votes + LEAST_SHARE
    overall = (totals.rows @ mean_rates + totals.settled) / totals.votes + LEAST_SHARE
    return UnitContext(np.log(chosen / overall), problem.rows / votes - totals.rows / totals.votes)


def pull_slopes(problem: CellProblem, totals: TableTotals, mean_rates: FloatArray) -> FloatArray:
    """Derivatives of `UnitContext.pull` by the mean log rates.

    Returns
    -------
    FloatArray
        Shape (n_units, n_rows, n_columns, n_columns); the last axis is that of the pull.
    """
    votes = (problem.rows.sum(axis=1) + problem.settled.sum(axis=1))[:, None]
    chosen = (problem.rows @ mean_rates + problem.settled) / votes + LEAST_SHARE
    overall = (totals.rows @ mean_rates + totals.settled) / totals.votes + LEAST_SHARE
    slopes = slopes_of(mean_rates)  # (row, log rate, column)
    own = (problem.rows / votes)[:, :, None, None] * slopes / chosen[:, None, None, :]
    mean = (totals.rows / totals.votes)[:, None, None] * slopes / overall
    return np.asarray(own - mean)


def unit_rates(log_rates: FloatArray, context: UnitContext, effects: ContextEffects) -> FloatArray:
    """Rates of the units at their expectation.

    Parameters
    ----------
    log_rates
        Mean log rates, shape (n_rows, n_columns).
    context
        Of the units, at these log rates.
    effects
        Of the context.

    Returns
    -------
    FloatArray
        Shape (n_units, n_rows, n_columns).
    """
    shift = effects.pull * context.pull + context.make_up @ effects.make_up
    return softmax(log_rates + shift[:, None, :])


def column_covariance(
    rows: FloatArray, rates: FloatArray, spread: float | FloatArray, shared: float
) -> FloatArray:
    """Covariance of a unit's column sums around what its expected rates give.

    The multinomial noise of every row's voters, and the unit's own departures from the expected
    log rates, to first order: independent ones of every row with standard deviation `spread` (one,
    or one a unit), and `shared` times as large those that all rows have in common.

    Returns
    -------
    FloatArray
        Shape (n_units, n_columns, n_columns), singular: the columns add up to the voters.
    """
    index = np.arange(rates.shape[2])
    votes = rows[:, :, None] * rates
    noise = -np.matmul(votes.transpose(0, 2, 1), rates)
    noise[:, index, index] += votes.sum(axis=1)
    # (diag(p) - p p')^2, weighted by the square of the row's votes.
    length = (rates**2).sum(axis=2)[:, :, None]
    crossed = np.matmul(votes.transpose(0, 2, 1), votes * rates)
    own = np.matmul((votes * length).transpose(0, 2, 1), votes)
    own -= crossed + crossed.transpose(0, 2, 1)
    own[:, index, index] += (votes**2).sum(axis=1)
    own += shared**2 * (noise @ noise)
    return np.asarray(noise + np.asarray(spread)[..., None, None] ** 2 * own)


def precision_of(covariance: FloatArray, voters: FloatArray) -> FloatArray:
    """Inverse of the covariance of column sums, made regular.

    The sum of the columns is known, so that any variance may be given to it; half a vote's
    variance keeps columns that nobody chooses from being told with certainty.
    """
    n_columns = covariance.shape[1]
    regular = covariance + (voters / n_columns**2 + 1e-6)[:, None, None]
    index = np.arange(n_columns)
    regular[:, index, index] += 0.5
    return np.asarray(np.linalg.inv(regular))
