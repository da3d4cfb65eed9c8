"""Polls laid over simulated runoffs: importance weights, resampling, and what they moved.

A draw of the forecast is weighted by the likelihood of its share under the polls. The
likelihood is bounded, so the weights have a finite variance; what can go wrong is that the
polls lie where few draws are, and the effective sample size and k-hat say so.
"""

from dataclasses import dataclass

import numpy as np

from forecast.errors import ForecastError
from forecast.evidence.poll_likelihood import PollReading
from forecast.stats.arrays import FloatArray, IndexArray
from forecast.stats.distributions import logit

FEWEST_EFFECTIVE = 400
LARGEST_K_HAT = 0.7
_SMALLEST_SHARE = 1e-9
_FEWEST_TAIL = 5


@dataclass(frozen=True, eq=False)
class PollWeights:
    """Importance weights of the draws of a forecast.

    Attributes
    ----------
    weights
        One a draw, they add up to 1, shape (n_draws,).
    effective
        How many equally weighted draws they are worth, 1 / Σ w².
    k_hat
        Shape of the generalised Pareto fitted to the largest weights; above
        `LARGEST_K_HAT` they say too little about the posterior. −inf where the tail is flat.
    order
        The draws from the smallest share to the largest, shape (n_draws,).
    """

    weights: FloatArray
    effective: float
    k_hat: float
    order: IndexArray

    def require(self, fewest: float = FEWEST_EFFECTIVE) -> None:
        """Refuse weights that too few draws carry.

        Raises
        ------
        ForecastError
            With fewer effective draws than `fewest`, or a k-hat above `LARGEST_K_HAT`.
        """
        if self.effective < fewest or self.k_hat > LARGEST_K_HAT:
            raise ForecastError(
                f"the polls lie where the forecast has few draws: {len(self.weights):,} draws "
                f"are worth {self.effective:,.0f} (at least {fewest:,.0f} needed), k-hat "
                f"{self.k_hat:.2f} (at most {LARGEST_K_HAT}). Simulate more draws, look whether "
                "polls and finalists are in the same order, or leave the polls out"
            )

    def resample(self, n_draws: int, seed: int) -> IndexArray:
        """Choose draws by systematic resampling, in the order of their shares.

        Going by the shares leaves almost no error of the resampling in theirs: it is far
        below that of the draws.

        Parameters
        ----------
        n_draws
            How many to choose.
        seed
            The same seed chooses the same draws.

        Returns
        -------
        array
            Indices of the chosen draws, shape (n_draws,), in random order: a draw occurs
            n_draws times its weight, rounded down or up.
        """
        rng = np.random.default_rng(seed)
        steps = (np.arange(n_draws) + rng.random()) / n_draws
        cumulative = np.cumsum(self.weights[self.order])
        chosen = np.searchsorted(cumulative / cumulative[-1], steps, side="right")
        return rng.permutation(self.order[np.minimum(chosen, len(self.order) - 1)])


@dataclass(frozen=True)
class ShareSummary:
    """Mean, standard deviation and win probability of the first finalist's share."""

    mean: float
    sd: float
    win_probability: float


@dataclass(frozen=True)
class PollEffect:
    """What the polls moved: the share without and with them."""

    without: ShareSummary
    with_polls: ShareSummary


def shares_of(votes: FloatArray) -> FloatArray:
    """First finalist's share in each draw, shape (n_draws,); votes of shape (n_draws, 2)."""
    return np.asarray(votes[:, 0] / np.maximum(votes.sum(axis=1), 1))


def weigh(shares: FloatArray, reading: PollReading) -> PollWeights:
    """Weigh the draws of a forecast by the polls.

    Parameters
    ----------
    shares
        First finalist's two-candidate share of the race in each draw, shape (n_draws,).
    reading
        What the polls say of it.
    """
    log_odds = logit(np.clip(shares, _SMALLEST_SHARE, 1 - _SMALLEST_SHARE))
    log_likelihood = reading.log_likelihood(log_odds)
    weights = np.exp(log_likelihood - log_likelihood.max())
    weights /= weights.sum()
    effective = float(1 / np.sum(weights**2))
    order = np.argsort(shares, kind="stable")
    return PollWeights(weights, effective, pareto_shape(weights), order)


def poll_effect(shares: FloatArray, weights: PollWeights) -> PollEffect:
    """Compare the share without and with the polls, from all weighted draws."""
    equal = np.full(len(shares), 1 / len(shares))
    return PollEffect(_summary(shares, equal), _summary(shares, weights.weights))


def pareto_shape(weights: FloatArray) -> float:
    """Shape of the generalised Pareto distribution of the largest weights.

    The empirical Bayes estimate of Zhang and Stephens (2009) on the largest min(n/5, 3√n)
    weights, drawn towards 1/2 as for Pareto-smoothed importance sampling (Vehtari, Simpson,
    Gelman, Yao, Gabry 2024).

    Parameters
    ----------
    weights
        At or above 0, shape (n_draws,).
    """
    n_tail = int(min(0.2 * len(weights), 3 * np.sqrt(len(weights))))
    ordered = np.sort(weights)
    if n_tail < _FEWEST_TAIL or len(weights) <= n_tail:
        return float("inf")
    excess = ordered[-n_tail:] - ordered[-n_tail - 1]
    excess = excess[excess > 0]
    if len(excess) < _FEWEST_TAIL or excess[-1] < 1e-9 * ordered[-1]:
        return float("-inf")
    n = len(excess)
    n_grid = 30 + int(np.sqrt(n))
    quartile = excess[int(n / 4 + 0.5) - 1]
    grid = 1 - np.sqrt(n_grid / (np.arange(1, n_grid + 1) - 0.5))
    b = grid / (3 * quartile) + 1 / excess[-1]
    k = np.log1p(-b[:, None] * excess).mean(axis=1)
    log_likelihood = n * (np.log(-b / k) - k - 1)
    posterior = np.exp(log_likelihood - log_likelihood.max())
    b_mean = float(b @ posterior / posterior.sum())
    shape = float(np.log1p(-b_mean * excess).mean())
    return (n * shape + 10 * 0.5) / (n + 10)


def _summary(shares: FloatArray, weights: FloatArray) -> ShareSummary:
    # Not by products of BLAS, whose threads take longer to wake than this takes.
    mean, won = np.average(shares, weights=weights), (shares > 0.5) + 0.5 * (shares == 0.5)
    variance = np.average((shares - mean) ** 2, weights=weights)
    wins = np.average(won, weights=weights)
    return ShareSummary(float(mean), float(np.sqrt(variance)), float(wins))
