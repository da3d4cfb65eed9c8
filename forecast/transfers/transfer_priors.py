"""What is assumed of flows before both margins are seen: models/transfers.yaml."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from forecast.files import shipped_folder
from forecast.priors.documents import read_document
from forecast.stats.arrays import FloatArray
from forecast.transfers.unit_rates import ContextEffects

DOCUMENT = "transfers.yaml"
# Votes added to every column, so that one nobody chose has a logarithm.
ADDED_VOTES = 0.5
CONTEXT_NAMES = ("pull", "pull_spread", "column_spread", "make_up_spread")


@dataclass(frozen=True)
class ContextPrior:
    """How rates of a unit follow what the unit is like; all on the log scale.

    Attributes
    ----------
    pull
        Mean of the pull of the neighbours.
    pull_spread, column_spread
        Standard deviations: of the pull of a whole table, of a column's around it.
    make_up_spread
        Standard deviation of the effect of each row's share in the unit.
    """

    pull: float
    pull_spread: float
    column_spread: float
    make_up_spread: float

    def mean(self, n_rows: int, n_columns: int) -> ContextEffects:
        """Of the effects of a table with so many rows and columns."""
        return ContextEffects.of_pull(self.pull, n_rows, n_columns)

    def covariance(self, n_rows: int, n_columns: int) -> FloatArray:
        """Of pulls and effects of the make-up, shape (n_columns + n_rows * n_columns,) twice."""
        covariance = self.make_up_spread**2 * np.eye(n_columns * (1 + n_rows))
        covariance[:n_columns, :n_columns] = self.pull_spread**2
        covariance[:n_columns, :n_columns] += self.column_spread**2 * np.eye(n_columns)
        return covariance


@dataclass(frozen=True)
class Dispersion:
    """How far draws of a table's rates lie from their mode, beside what the curvature there says.

    Attributes
    ----------
    width
        Standard deviations of the mean log rates, for 1 of the curvature's.
    tail
        Degrees of freedom: tables differ in how far the model is from them, and a draw takes one
        such factor for the mean log rates and the context together (Student t).
    """

    width: float
    tail: float


@dataclass(frozen=True)
class SpreadPrior:
    """Of units' own log rates around what is expected of them.

    Attributes
    ----------
    median
        Of the standard deviation.
    freedom
        Degrees of freedom that the prior is worth.
    unit_tail
        Degrees of freedom of a unit's column sums around what is expected of them (Student t).
    shared
        Standard deviation of what all rows of a unit share, for 1 of what each has of its own.
    drawn
        Part of the estimated spread that draws of units take. The residuals that it is estimated
        from hold some of the context too, which is drawn beside it.
    """

    median: float
    freedom: float
    unit_tail: float
    shared: float
    drawn: float


@dataclass(frozen=True)
class RatePrior:
    """Of the mean log rates of a table around the shares of its columns.

    Attributes
    ----------
    rate_spread
        Standard deviation of each row's own.
    common_spread
        Standard deviation of what all rows share.
    lift
        What is added to the log rate of a column that has the name of the row.
    nobody_spread
        As `rate_spread`, for the columns where no row stays, as ballots that are exhausted.
    """

    rate_spread: float
    common_spread: float
    lift: float
    nobody_spread: float

    def normal(
        self,
        columns: FloatArray,
        n_rows: int,
        same: Sequence[tuple[int, int]] = (),
        nobody: Sequence[int] = (),
    ) -> tuple[FloatArray, FloatArray]:
        """Mean and precision of the mean log rates.

        Parameters
        ----------
        columns
            Votes of the columns, shape (n_columns,).
        n_rows
            How many rows.
        same
            Rows and columns of one name.
        nobody
            Columns where no row stays.

        Returns
        -------
        tuple
            Shapes (n_rows, n_columns) and (n_rows * n_columns,) twice.
        """
        shares = (columns + ADDED_VOTES) / (columns + ADDED_VOTES).sum()
        mean = np.tile(np.log(shares), (n_rows, 1))
        for row, column in same:
            mean[row, column] += self.lift
        spreads = np.full(len(columns), self.rate_spread)
        spreads[list(nobody)] = self.nobody_spread
        own = np.kron(np.eye(n_rows), np.diag(spreads**2))
        common = self.common_spread**2 * np.kron(np.ones((n_rows, n_rows)), np.eye(len(columns)))
        precision = np.linalg.inv(own + common)
        return np.asarray(mean), np.asarray(precision, dtype=np.float64)


@dataclass(frozen=True)
class TransferPriors:
    """All of it, for one kind of table."""

    rates: RatePrior
    context: ContextPrior
    spread: SpreadPrior
    dispersion: Dispersion


@cache
def _document() -> dict[str, Any]:
    return dict(read_document(shipped_folder("models") / DOCUMENT)["transfers"])


def shipped_priors(kind: str) -> TransferPriors:
    """The priors that ship, for a kind of table: "table", "ranked" or "runoff"."""
    document = _document()
    own = document[kind]
    return TransferPriors(
        RatePrior(
            own["rate_spread"],
            own["common_spread"],
            own["lift"],
            own.get("nobody_spread", own["rate_spread"]),
        ),
        ContextPrior(**{name: own[name] for name in CONTEXT_NAMES}),
        SpreadPrior(**document["unit_spread"], shared=own["shared"], drawn=own["drawn"]),
        Dispersion(own["width"], own["tail"]),
    )
