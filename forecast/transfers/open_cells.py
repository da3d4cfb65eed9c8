"""What of two margins must be estimated: units with voters, rows that may go anywhere."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from forecast.errors import InputError
from forecast.stats.arrays import FloatArray, IndexArray
from forecast.transfers.two_margins import TwoMargins

# What is put back: tables in double, draws in single precision.
AnyFloats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, eq=False)
class OpenCells:
    """The units with voters whose choice is open, and the rows and columns of theirs.

    Attributes
    ----------
    rows, columns, settled
        As `forecast.transfers.unit_rates.CellProblem` has them.
    positions, kept_rows, kept_columns
        Positions in the margins of the units, rows and columns that are here.
    groups
        The group of each unit, as a position in the names of all groups.
    same
        Rows and columns of one name, as positions in `rows` and `columns`.
    nobody
        Where some rows stay, the columns where none does, as positions in `columns`.
    """

    rows: FloatArray
    columns: FloatArray
    settled: FloatArray
    positions: IndexArray
    kept_rows: IndexArray
    kept_columns: IndexArray
    groups: IndexArray
    same: tuple[tuple[int, int], ...]
    nobody: tuple[int, ...]

    @classmethod
    def of(cls, margins: TwoMargins) -> "OpenCells":
        """Leave out rows that stay or are empty, columns that are empty, units without voters.

        Raises
        ------
        InputError
            When nothing is left.
        """
        stays = dict(margins.stays)
        settled = np.zeros_like(margins.to_votes)
        for row, column in stays.items():
            settled[:, column] += margins.from_votes[:, row]
        columns = margins.to_votes - settled
        totals = margins.from_votes.sum(axis=0)
        kept_rows = np.flatnonzero((totals > 0) & ~np.isin(np.arange(len(totals)), list(stays)))
        kept_columns = np.flatnonzero(margins.to_votes.sum(axis=0) > 0)
        positions = np.flatnonzero(margins.from_votes[:, kept_rows].sum(axis=1) > 0)
        if not positions.size:
            raise InputError("nothing to estimate: every row is empty or stays where it is")
        row_of = {row: index for index, row in enumerate(kept_rows.tolist())}
        column_of = {column: index for index, column in enumerate(kept_columns.tolist())}
        return cls(
            margins.from_votes[np.ix_(positions, kept_rows)],
            columns[np.ix_(positions, kept_columns)],
            settled[np.ix_(positions, kept_columns)],
            positions,
            kept_rows,
            kept_columns,
            margins.group_index[positions],
            tuple(
                (row_of[row], column_of[column])
                for row, column in margins.same
                if row in row_of and column in column_of
            ),
            tuple(
                index
                for index, column in enumerate(kept_columns.tolist())
                if stays and column not in stays.values()
            ),
        )

    def whole(self, margins: TwoMargins, values: AnyFloats, *, by: IndexArray | None) -> AnyFloats:
        """Put values of the open cells back among all, with the rows that stay.

        Parameters
        ----------
        margins
            What this was made of.
        values
            Shape (..., n_kept_rows, n_kept_columns), with the axis of units or groups first
            where `by` is given.
        by
            For each unit of the margins its position on that first axis; None for the whole table.
        """
        n_from, n_to = len(margins.from_labels), len(margins.to_labels)
        lead = values.shape[:-2]
        found = np.zeros((*lead, n_from, n_to), dtype=values.dtype)
        found[..., self.kept_rows[:, None], self.kept_columns] = values
        for row, column in margins.stays:
            votes = margins.from_votes[:, row]
            if by is None:
                found[..., row, column] = votes.sum()
            else:
                sums = np.bincount(by, weights=votes, minlength=lead[0])
                found[..., row, column] = sums.reshape(-1, *[1] * (len(lead) - 1))
        return found
