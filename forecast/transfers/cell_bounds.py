"""What the margins alone say of every cell: the bounds of Duncan and Davis (1953)."""

import numpy as np

from forecast.stats.arrays import FloatArray


def cell_bounds(rows: FloatArray, columns: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Least and most votes that each cell of each unit can have.

    Parameters
    ----------
    rows, columns
        Both margins, shapes (n_units, n_rows) and (n_units, n_columns), with equal sums.

    Returns
    -------
    tuple
        Lower and upper bounds, shape (n_units, n_rows, n_columns); those of the table are
        their sums over units.
    """
    own, to = rows[:, :, None], columns[:, None, :]
    voters = rows.sum(axis=1)[:, None, None]
    return np.maximum(own + to - voters, 0.0), np.minimum(own, to)
