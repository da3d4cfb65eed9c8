"""How large the errors of units and counties are from race to race, learned over races.

The log of a scale is normal around a line in the log of the share of the eliminated candidates:
a meta-regression of the scales of finished races, each with its standard error.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecast.stats.arrays import FloatArray

# Priors: no slope is the likeliest one; scales differ by a fifth to a factor of e or so.
_COEFFICIENT_SD = np.array([2.0, 0.5])
_MIN_LOG_SPREAD, _MAX_LOG_SPREAD = -2.0, 0.5
# A scale that fewer races told is as wide as its prior, and nothing to forecast with.
FEWEST_RACES = 10


@dataclass(frozen=True)
class ScaleRegression:
    """Scale of an error in log-odds, as a distribution over races.

    Attributes
    ----------
    log_size
        Mean of the log of the scale in a race with the typical share of eliminated votes.
    slope
        Its change by `eliminated_column`.
    spread
        Standard deviation of the log of the scale over races.
    n_races
        Number of races that it was learned from.
    """

    log_size: float
    slope: float
    spread: float
    n_races: int

    @property
    def is_told(self) -> bool:
        """Whether races enough told it; the defaults that ship stand where they did not."""
        return self.n_races >= FEWEST_RACES

    def median(self, eliminated: float) -> float:
        """The median scale in a race, in log-odds."""
        return float(np.exp(self.log_size + self.slope * eliminated_column(eliminated)))

    def mean(self, eliminated: float) -> float:
        """The mean scale in a race, in log-odds."""
        return self.median(eliminated) * float(np.exp(self.spread**2 / 2.0))


def eliminated_column(eliminated: float) -> float:
    """Log of the share of eliminated votes against a typical one, finite at none."""
    return float(np.log((eliminated + 0.1) / 0.4))


def learn_scale_regression(
    log_sizes: Sequence[float], errors: Sequence[float], eliminated: Sequence[float]
) -> ScaleRegression:
    """Fit the line, with the spread over races that maximises the marginal likelihood.

    Parameters
    ----------
    log_sizes, errors
        Log of the scale in each race, and its standard error.
    eliminated
        Share of the first-round vote for eliminated candidates.
    """
    # Not at the start of a program that only reads what was learned.
    from scipy import optimize  # noqa: PLC0415

    y, error = np.array(log_sizes), np.array(errors)
    design = np.column_stack([np.ones(len(y)), [eliminated_column(e) for e in eliminated]])

    def solve(log_spread: float) -> tuple[float, FloatArray]:
        variance = error**2 + np.exp(2.0 * log_spread)
        precision = design.T @ (design / variance[:, None]) + np.diag(_COEFFICIENT_SD**-2)
        # Both priors are around 0; that of the constant is far wider than what races tell of it.
        coefficients = np.linalg.solve(precision, design.T @ (y / variance))
        residual = y - design @ coefficients
        square = residual**2 @ (1.0 / variance) + ((coefficients / _COEFFICIENT_SD) ** 2).sum()
        determinant = np.log(variance).sum() + np.linalg.slogdet(precision)[1]
        return 0.5 * float(square + determinant), coefficients

    found = optimize.minimize_scalar(
        lambda log_spread: solve(log_spread)[0],
        bounds=(_MIN_LOG_SPREAD, _MAX_LOG_SPREAD),
        method="bounded",
    )
    coefficients = solve(found.x)[1]
    return ScaleRegression(
        float(coefficients[0]), float(coefficients[1]), float(np.exp(found.x)), len(y)
    )
