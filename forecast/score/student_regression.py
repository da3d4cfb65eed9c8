"""A regression with Student t errors, of a spread for each of two sorts of races.

    y_i = offset_i + columns_i · b + error_i       error_i ~ Student t(0, sigma[sort_i], df)

The coefficients are N(0, 1), log sigma is N(log 0.35, 1) and log(df - 1) is N(log 5, 0.5), all
wide beside what a few dozen races tell; the mode is taken.
"""

from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from forecast.stats.arrays import FloatArray, IntArray
from forecast.stats.scoring_rules import student_log_density

_LOG_SCALE, _LOG_SCALE_SD = float(np.log(0.35)), 1.0
_LOG_DF, _LOG_DF_SD = float(np.log(5.0)), 0.5
N_SORTS = 2


@dataclass(frozen=True, eq=False)
class StudentRegression:
    """A fitted regression.

    Attributes
    ----------
    coefficients
        Of the columns, shape (n_columns,).
    scales
        Of the errors of each sort, shape (2,).
    df
        Degrees of freedom, above one.
    """

    coefficients: FloatArray
    scales: FloatArray
    df: float


def fit_student(
    y: FloatArray, offset: FloatArray, columns: FloatArray, sort: IntArray
) -> StudentRegression:
    """Find the mode.

    Parameters
    ----------
    y, offset
        Shape (n,).
    columns
        Shape (n, n_columns); there may be none.
    sort
        0 or 1, shape (n,).

    Raises
    ------
    RuntimeError
        When the search for the mode does not end.
    """
    n_columns = columns.shape[1]
    centre = np.array([*np.zeros(n_columns), *[_LOG_SCALE] * N_SORTS, _LOG_DF])
    width = np.array([*np.ones(n_columns), *[_LOG_SCALE_SD] * N_SORTS, _LOG_DF_SD])

    def loss(vector: FloatArray) -> tuple[float, FloatArray]:
        b, log_scale, log_df = np.split(vector, [n_columns, n_columns + N_SORTS])
        df, scale = float(np.exp(log_df[0])) + 1.0, np.exp(log_scale)[sort]
        z = (y - offset - columns @ b) / scale
        value = (student_log_density(z, df) - np.log(scale)).sum()
        weight = (df + 1.0) / (df + z**2)
        by_scale = np.bincount(sort, weight * z**2 - 1.0, minlength=N_SORTS)
        gradient = [*(columns.T @ (weight * z / scale)), *by_scale, _by_log_df(z, df)]
        residual = (vector - centre) / width
        return float(0.5 * residual @ residual - value), residual / width - np.array(gradient)

    found = optimize.minimize(loss, centre, jac=True, method="L-BFGS-B")
    if not found.success:
        raise RuntimeError(f"the mode was not found: {found.message}")
    b, log_scale, log_df = np.split(found.x, [n_columns, n_columns + N_SORTS])
    return StudentRegression(b, np.exp(log_scale), float(np.exp(log_df[0])) + 1.0)


def _by_log_df(z: FloatArray, df: float) -> float:
    """Derivative of the log density of standard errors by log(df - 1)."""
    constant = special.digamma((df + 1.0) / 2.0) - special.digamma(df / 2.0) - 1.0 / df
    each = constant - np.log1p(z**2 / df) + (df + 1.0) * z**2 / (df * (df + z**2))
    return float(0.5 * each.sum() * (df - 1.0))
