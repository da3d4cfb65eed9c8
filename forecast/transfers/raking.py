"""Votes moved to both margins with the odds ratios left alone (Deming and Stephan 1940).

Raking by turns takes hundreds of rounds where cells are nearly empty. Here the factors of the
columns come from Newton steps, with the rows kept exact: half a dozen rounds.
"""

import numpy as np

from forecast.stats.arrays import Float32Array

# Raking ends when every column of every table is this near, in votes and of its own.
MISSING, RELATIVE = np.float32(0.05), np.float32(3e-4)
MAX_ROUNDS = 30
# Largest change of the log of a column's factor in a round.
MAX_CHANGE = np.float32(2.0)
# Votes that a column counts as having beside its own, so that empty ones can be solved for.
HELD = np.float32(0.02)
# Tables that are there are set aside once they are so many.
STILL_OFF = 0.7
TINY = np.float32(1e-20)


def raked(votes: Float32Array, rows: Float32Array, columns: Float32Array) -> Float32Array:
    """Rake tables to their margins, in place where it can.

    Parameters
    ----------
    votes
        Shape (n_rows, n_columns, n_units, n_draws); rows add up to their margin already.
    rows, columns
        Margins of the units, shapes (n_rows, n_units) and (n_columns, n_units), with equal sums.

    Returns
    -------
    Float32Array
        Rows exact, columns within `MISSING` votes and `RELATIVE` of their own, but for tables
        whose empty cells forbid it.
    """
    shape = votes.shape
    flat = votes.reshape(shape[0], shape[1], -1)
    units = np.repeat(np.arange(shape[2]), shape[3])
    places, part = np.arange(len(units)), flat
    for number in range(MAX_ROUNDS):
        sums = part.sum(axis=0)
        aim, own = columns[:, units], rows[:, units]
        off = (np.abs(sums - aim) > MISSING + RELATIVE * aim).any(axis=0)
        left = int(off.sum())
        if not left:
            break
        if left < STILL_OFF * len(places):
            if part is not flat:
                flat[:, :, places] = part
            places, units = places[off], units[off]
            part, sums, aim, own = flat[:, :, places], sums[:, off], aim[:, off], own[:, off]
        if number:
            part *= np.exp(_change(part, own, aim - sums, sums))
        else:
            part *= aim / np.maximum(sums, TINY)
        part *= (own / np.maximum(part.sum(axis=1), TINY))[:, None]
    if part is not flat:
        flat[:, :, places] = part
    return flat.reshape(shape)


def _change(
    votes: Float32Array, rows: Float32Array, missing: Float32Array, sums: Float32Array
) -> Float32Array:
    """Newton step of the logs of the columns' factors, shape (n_columns, n_tables)."""
    n_columns = len(sums)
    rates = votes / np.maximum(rows, TINY)[:, None]
    # The sum of all columns cannot move: any curvature may be given to it.
    level = rows.sum(axis=0) / np.float32(n_columns**2)
    curvature = np.empty((n_columns, n_columns, votes.shape[2]), dtype=np.float32)
    for one in range(n_columns):
        for other in range(one + 1):
            crossed = level - (votes[:, one] * rates[:, other]).sum(axis=0)
            curvature[one, other] = curvature[other, one] = crossed
        curvature[one, one] += sums[one] + HELD
    step = missing.copy()
    # Elimination, all tables at once; the matrices are positive definite.
    for one in range(n_columns):
        curvature[one, one] = np.maximum(curvature[one, one], HELD)
        for other in range(one + 1, n_columns):
            part = curvature[other, one] / curvature[one, one]
            curvature[other, one:] -= part * curvature[one, one:]
            step[other] -= part * step[one]
    for one in reversed(range(n_columns)):
        for other in range(one + 1, n_columns):
            step[one] -= curvature[one, other] * step[other]
        step[one] /= curvature[one, one]
    return np.clip(step, -MAX_CHANGE, MAX_CHANGE)
