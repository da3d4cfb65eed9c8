"""What is assumed of flows before both margins are seen: models/transfers.yaml."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from forecast.files import shipped_folder
from forecast.priors.documents import read_document
from forecast.stats.arrays import FloatArray

DOCUMENT = "transfers.yaml"
# Votes added to every column, so that one nobody chose has a logarithm.
ADDED_VOTES = 0.5
CONTEXT_NAMES = ("pull", "pull_spread", "column_spread", "make_up_spread", "tail")


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
    tail
        Degrees of freedom of both around their means: a table may have much more of it.
    """

    pull: float
    pull_spread: float
    column_spread: float
    make_up_spread: float
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
    shared
        Standard deviation of what all rows of a unit share, for 1 of what each has of its own.
    drawn
        Part of the estimated spread that draws of units take. The residuals that it is estimated
        from hold some of the context too, which is drawn beside it.
    """

    median: float
    freedom: float
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
    """

    rate_spread: float
    common_spread: float
    lift: float

    def normal(
        self, columns: FloatArray, n_rows: int, same: Sequence[tuple[int, int]] = ()
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

        Returns
        -------
        tuple
            Shapes (n_rows, n_columns) and (n_rows * n_columns,) twice.
        """
        shares = (columns + ADDED_VOTES) / (columns + ADDED_VOTES).sum()
        mean = np.tile(np.log(shares), (n_rows, 1))
        for row, column in same:
            mean[row, column] += self.lift
        between = self.rate_spread**2 * np.eye(n_rows) + self.common_spread**2
        precision = np.kron(np.linalg.inv(between), np.eye(len(columns)))
        return np.asarray(mean), np.asarray(precision, dtype=np.float64)


@dataclass(frozen=True)
class TransferPriors:
    """All of it, for one kind of table."""

    rates: RatePrior
    context: ContextPrior
    spread: SpreadPrior


@cache
def _document() -> dict[str, Any]:
    return dict(read_document(shipped_folder("models") / DOCUMENT)["transfers"])


def shipped_priors(kind: str) -> TransferPriors:
    """The priors that ship, for a kind of table: "table", "ranked" or "runoff"."""
    document = _document()
    own = document[kind]
    return TransferPriors(
        RatePrior(own["rate_spread"], own["common_spread"], own["lift"]),
        ContextPrior(**{name: own[name] for name in CONTEXT_NAMES}),
        SpreadPrior(**document["unit_spread"], shared=own["shared"], drawn=own["drawn"]),
    )
