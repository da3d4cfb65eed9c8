"""Draws of quantities that belong together: one model's posterior as another's prior.

A quantity that was learned jointly with others is not drawn from a distribution of its own: a
draw of the runoff takes one row of the posterior, and reads every learned quantity from that
row, so that what is correlated stays so.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from forecast.stats.arrays import FloatArray, IndexArray
from forecast.stats.distributions import (
    POINTS_PER_LOGIT,
    Fixed,
    Points,
    ShareRange,
    SizeRange,
    expit,
    logit,
)

# Ends of a described share: a range is of shares strictly between 0 and 1.
MIN_SHARE = 1e-4
# Of a shift that is 0 in every row.
MIN_SD = 1e-3
# A ratio may be above 1; the range that a user can put in its place may not.
MAX_RATIO = 0.999


@dataclass(frozen=True, eq=False)
class JointDraws:
    """One learned quantity over the rows of a joint posterior.

    Attributes
    ----------
    normal
        On the scale on which the quantity is about normal: log-odds of a share, points of a
        shift, the log of a scale, a ratio or another positive number; shape (n_rows,) or
        (n_rows, n_candidates).
    unit
        share, points, scale, ratio, positive or number: how to come back from there.
    """

    normal: FloatArray
    unit: str

    @property
    def n_rows(self) -> int:
        """How many rows the posterior has."""
        return len(self.normal)

    @cached_property
    def values(self) -> FloatArray:
        """In the unit of the prior, of the shape of `normal`."""
        match self.unit:
            case "share":
                return expit(self.normal)
            case "scale" | "ratio" | "positive":
                return np.asarray(np.exp(self.normal))
            case _:
                return self.normal

    def take(self, rows: IndexArray) -> FloatArray:
        """Values of chosen rows, shape (n_draws,) or (n_draws, n_candidates)."""
        return np.asarray(self.values[rows])

    def sample(self, rng: np.random.Generator, size: int | tuple[int, ...]) -> FloatArray:
        """Values of rows drawn at random; alone, without what belongs to them."""
        return self.take(rng.integers(self.n_rows, size=size))

    def range_90(self) -> tuple[float, float]:
        """The 5% and the 95% quantile over rows (and candidates), in the unit of the prior."""
        low, high = np.quantile(self.values, (0.05, 0.95)).tolist()
        return low, high

    @property
    def described(self) -> "ShareRange | Points | SizeRange | Fixed":
        """The plain distribution nearest to it: what a table shows, and a user's value changes."""
        low, high = self.range_90()
        if not low < high:  # nobody to speak of, and every row the same
            return Fixed(float(np.median(self.values)))
        match self.unit:
            case "share":
                return ShareRange(max(low, MIN_SHARE), min(high, 1 - MIN_SHARE))
            case "ratio":
                return ShareRange(max(low, MIN_SHARE), min(high, MAX_RATIO))
            case "scale":
                return SizeRange(low, high)
            case "points":
                return Points(float(self.normal.mean()), max(float(self.normal.std()), MIN_SD))
            case _:
                return Fixed(float(np.median(self.values)))

    def moved(self, steps: float = 0.0, width: float = 1.0) -> "JointDraws":
        """The same rows farther on, or farther apart, on the scale where they are about normal.

        Parameters
        ----------
        steps
            Standard deviations to move every row by.
        width
            Factor of the distances from the mean.
        """
        mean, sd = self.normal.mean(axis=0), self.normal.std(axis=0)
        return replace(self, normal=mean + steps * sd + width * (self.normal - mean))


def of_shares(values: FloatArray) -> JointDraws:
    """Joint draws of shares strictly between 0 and 1."""
    return JointDraws(logit(values), "share")


def of_log_odds(log_odds: FloatArray) -> JointDraws:
    """Joint draws of shares, by their log-odds."""
    return JointDraws(np.asarray(log_odds, dtype=np.float64), "share")


def of_shifts(log_odds: FloatArray) -> JointDraws:
    """Joint draws of shifts in points, by the log-odds they move."""
    return JointDraws(POINTS_PER_LOGIT * np.asarray(log_odds, dtype=np.float64), "points")


def of_scales(log_odds: FloatArray) -> JointDraws:
    """Joint draws of scales in points, by their standard deviations in log-odds."""
    return JointDraws(np.log(POINTS_PER_LOGIT * np.asarray(log_odds, dtype=np.float64)), "scale")


def of_ratios(values: FloatArray) -> JointDraws:
    """Joint draws of positive ratios."""
    return JointDraws(np.log(values), "ratio")


def of_positive(values: FloatArray) -> JointDraws:
    """Joint draws of plain numbers that stay above 0 wherever they are moved."""
    return JointDraws(np.log(values), "positive")


def of_numbers(values: FloatArray) -> JointDraws:
    """Joint draws of plain numbers."""
    return JointDraws(np.asarray(values, dtype=np.float64), "number")
