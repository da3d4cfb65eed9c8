"""Prior distributions in units that a person reads: shares in [0, 1] and points.

A point is a hundredth of the two-way share *at an even split*, so that a normal on the
log-odds scale with standard deviation ``sd`` has ``25 * sd`` points: the slope of the
logistic function at one half is one quarter.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from forecast.stats.arrays import FloatArray

POINTS_PER_LOGIT = 25.0
Z_95 = 1.6448536269514722  # 95% quantile of the standard normal: ends of a 90% range


def logit(share: FloatArray | float) -> FloatArray:
    """Log-odds of shares strictly between 0 and 1."""
    share = np.asarray(share, dtype=np.float64)
    return np.asarray(np.log(share) - np.log1p(-share))


def expit(log_odds: FloatArray | float) -> FloatArray:
    """Shares of log-odds, without overflow at either end."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * np.asarray(log_odds, dtype=np.float64))))


class Distribution(Protocol):
    """What every prior can do: be drawn from, and tell its central 90% in people's units."""

    def sample(self, rng: np.random.Generator, size: int | tuple[int, ...]) -> FloatArray:
        """Independent draws, in the unit of the prior (shares in [0, 1], or points)."""
        ...

    def range_90(self) -> tuple[float, float]:
        """The 5% and the 95% quantile, in the unit of the prior."""
        ...


@dataclass(frozen=True)
class ShareRange:
    """A share whose log-odds are normal, given by its 5% and its 95% quantile."""

    low: float
    high: float

    @cached_property
    def mean_logit(self) -> float:
        """Mean of the log-odds, which is also their median."""
        return float(logit(self.low) + logit(self.high)) / 2

    @cached_property
    def sd_logit(self) -> float:
        """Standard deviation of the log-odds."""
        return float(logit(self.high) - logit(self.low)) / (2 * Z_95)

    def sample(self, rng: np.random.Generator, size: int | tuple[int, ...]) -> FloatArray:
        """Independent shares."""
        return expit(self.mean_logit + self.sd_logit * rng.standard_normal(size))

    def range_90(self) -> tuple[float, float]:
        """The two ends it was given by."""
        return self.low, self.high


@dataclass(frozen=True)
class Points:
    """A shift in points: normal with a mean and a standard deviation."""

    mean: float
    sd: float

    def sample(self, rng: np.random.Generator, size: int | tuple[int, ...]) -> FloatArray:
        """Independent shifts, in points."""
        return self.mean + self.sd * rng.standard_normal(size)

    def range_90(self) -> tuple[float, float]:
        """The 5% and the 95% quantile, in points."""
        return self.mean - Z_95 * self.sd, self.mean + Z_95 * self.sd


@dataclass(frozen=True)
class PointsSize:
    """The spread of an effect in points, 0 or more: half-normal with a scale."""

    scale: float

    def sample(self, rng: np.random.Generator, size: int | tuple[int, ...]) -> FloatArray:
        """Independent spreads, in points."""
        return np.abs(self.scale * rng.standard_normal(size))

    def range_90(self) -> tuple[float, float]:
        """The 5% and the 95% quantile, in points."""
        # Quantiles of the half-normal: those of the normal at 52.5% and 97.5%.
        return 0.06270677794321385 * self.scale, 1.959963984540054 * self.scale


@dataclass(frozen=True)
class SizeRange:
    """The spread of an effect in points whose log is normal, by its 5% and 95% quantile."""

    low: float
    high: float

    @property
    def mean_log(self) -> float:
        """Mean of the logarithm, which is also its median."""
        return float(np.log(self.low) + np.log(self.high)) / 2

    @property
    def sd_log(self) -> float:
        """Standard deviation of the logarithm."""
        return float(np.log(self.high) - np.log(self.low)) / (2 * Z_95)

    def sample(self, rng: np.random.Generator, size: int | tuple[int, ...]) -> FloatArray:
        """Independent spreads, in points."""
        return np.exp(self.mean_log + self.sd_log * rng.standard_normal(size))

    def range_90(self) -> tuple[float, float]:
        """The two ends it was given by."""
        return self.low, self.high


@dataclass(frozen=True)
class Fixed:
    """A value that is taken as known."""

    value: float

    def sample(self, rng: np.random.Generator, size: int | tuple[int, ...]) -> FloatArray:  # noqa: ARG002 -- one signature for all
        """The value, repeated; the generator is not touched."""
        return np.full(size, self.value)

    def range_90(self) -> tuple[float, float]:
        """The value twice."""
        return self.value, self.value
