"""Simulated runoffs with importance weights: how good the weights are, and resampling by them."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from forecast.errors import ForecastError
from forecast.runoff.flows import Flows
from forecast.runoff.monte_carlo import independent_draws, wins_of
from forecast.runoff.simulation import RunoffDraws
from forecast.runoff.summary import monte_carlo_error
from forecast.stats.arrays import FloatArray
from forecast.stats.importance import effective_sample_size, pareto_shape, systematic_sample

# From fewer draws a win probability near a half has a Monte Carlo error above 2.5 points.
MIN_EFFECTIVE = 400
# Beyond it importance sampling is not reliable (Vehtari et al. 2024, section 3.2).
MAX_K_HAT = 0.7


@dataclass(frozen=True)
class ShareSummary:
    """Mean, standard deviation and win probability of the first finalist's share."""

    mean: float
    sd: float
    win_probability: float


@dataclass(frozen=True, eq=False)
class WeightedDraws:
    """Simulated runoffs, each with an importance weight.

    Attributes
    ----------
    draws
        The runoffs.
    log_weights
        Logarithms of their weights up to a constant, shape (n_draws,); None where all weigh
        the same.
    """

    draws: RunoffDraws
    log_weights: FloatArray | None = None

    @cached_property
    def votes(self) -> FloatArray:
        """Votes of both finalists in the whole race, shape (n_draws, 2)."""
        return self.draws.votes

    @cached_property
    def shares(self) -> FloatArray:
        """First finalist's share of the two-candidate vote, shape (n_draws,)."""
        return np.asarray(self.votes[:, 0] / np.maximum(self.votes.sum(axis=1), 1))

    @cached_property
    def weights(self) -> FloatArray:
        """Weights that add up to 1, shape (n_draws,)."""
        if self.log_weights is None:
            return np.full(len(self.shares), 1 / len(self.shares))
        weights = np.exp(self.log_weights - self.log_weights.max())
        return np.asarray(weights / weights.sum())

    @cached_property
    def effective(self) -> float:
        """Effective sample size of the weights, 1 / Σ w²."""
        return effective_sample_size(self.weights)

    @cached_property
    def k_hat(self) -> float:
        """Shape of the generalised Pareto fitted to the largest weights; −inf for a flat tail."""
        return pareto_shape(self.weights)

    def reweighted(self, log_likelihood: FloatArray) -> "WeightedDraws":
        """The same draws with their weights times a likelihood.

        Parameters
        ----------
        log_likelihood
            Of each draw, up to a constant, shape (n_draws,).
        """
        before = 0.0 if self.log_weights is None else self.log_weights
        return WeightedDraws(self.draws, before + log_likelihood)

    def moved(self, county_votes: FloatArray, flows: Flows | None = None) -> "WeightedDraws":
        """The same draws and weights with other votes; what was kept of units is left out.

        Parameters
        ----------
        county_votes
            Votes of both finalists, shape (n_draws, n_counties, 2).
        flows
            Where every first-round candidate's votes went, adding up to them; None if unknown.
        """
        draws = replace(
            self.draws,
            county_votes=county_votes,
            unit_votes=self.draws.unit_votes[:0],
            flows=flows,
            units=None,
            effective=independent_draws(county_votes.sum(axis=1)),
        )
        return WeightedDraws(draws, self.log_weights)

    def summary(self) -> ShareSummary:
        """The share of the first finalist, over all weighted draws."""
        # Not by products of BLAS, whose threads take longer to wake than this takes.
        mean = np.average(self.shares, weights=self.weights)
        variance = np.average((self.shares - mean) ** 2, weights=self.weights)
        wins = np.average(wins_of(self.votes), weights=self.weights)
        return ShareSummary(float(mean), float(np.sqrt(variance)), float(wins))

    def independent_draws(self) -> float | None:
        """How many independent draws would tell the win probability as well.

        None where the draws leave it open, see `forecast.runoff.monte_carlo`.
        """
        return independent_draws(self.votes, self.weights)

    def monte_carlo_error(self) -> float:
        """Standard error of the win probability from the number of draws alone, as a share."""
        wins, n_draws = wins_of(self.votes), self.draws.n_draws
        if self.log_weights is None:
            return monte_carlo_error(float(wins.mean()), n_draws, self.draws.effective)
        independent = self.independent_draws() or self.effective
        return monte_carlo_error(float((self.weights * wins).sum()), n_draws, independent)

    def require_reliable(self, evidence: str, min_effective: float = MIN_EFFECTIVE) -> None:
        """Refuse weights that too few draws carry.

        Parameters
        ----------
        evidence
            What gave the weights, for the message.
        min_effective
            Smallest effective sample size.

        Raises
        ------
        ForecastError
            With a smaller effective sample size, or a k-hat above `MAX_K_HAT`.
        """
        if self.effective < min_effective or self.k_hat > MAX_K_HAT:
            raise ForecastError(
                f"the {evidence} lie where the forecast has few draws: {len(self.weights):,} draws "
                f"have an effective sample size of {self.effective:,.0f} (at least "
                f"{min_effective:,.0f} needed), k-hat {self.k_hat:.2f} (at most {MAX_K_HAT}). "
                f"Simulate more draws, look whether {evidence} and finalists are in the same "
                f"order, or leave the {evidence} out"
            )

    def resampled(self, n_draws: int, seed: int) -> RunoffDraws:
        """Draws of equal weight, by systematic resampling in the order of their shares.

        Going by the shares leaves almost no error of the resampling in theirs: it is far
        below that of the draws.

        Parameters
        ----------
        n_draws
            How many to choose; a draw occurs n_draws times its weight, rounded down or up.
        seed
            The same seed chooses the same draws.
        """
        order = np.argsort(self.shares, kind="stable")
        cumulative = np.cumsum(self.weights[order])
        rng = np.random.default_rng(seed)
        chosen = order[systematic_sample(cumulative / cumulative[-1], n_draws, rng)]
        independent = self.independent_draws() or min(self.effective, n_draws)
        return self.draws.take(chosen, independent)
