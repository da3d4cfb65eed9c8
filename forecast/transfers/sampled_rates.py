"""Mean rates and spread between units sampled with NUTS, and what their prior says of them."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from forecast.defaults import FitOptions
from forecast.first_round import fitting
from forecast.first_round.diagnosis import Diagnosis
from forecast.priors.layers import load_priors
from forecast.priors.prior_set import SamplerSettings
from forecast.stats.arrays import FloatArray
from forecast.transfers.cell_model import build_cell_model, spread_scale
from forecast.transfers.parameter_draws import RatesAndSpread
from forecast.transfers.transfer_priors import TransferPriors
from forecast.transfers.unit_rates import CellProblem, ContextEffects, softmax

PRIOR_DRAWS = 4000


@dataclass(frozen=True, eq=False)
class SampledRates:
    """The chains of the sampled model, and draws of its prior.

    Attributes
    ----------
    log_rates, spread
        Shapes (n_chains, n_draws, n_rows, n_columns), rows and columns of the open cells, and
        (n_chains, n_draws).
    prior_rates, prior_spread
        Draws of the prior: mean rates, shape (PRIOR_DRAWS, n_rows, n_columns), and (PRIOR_DRAWS,).
    sample_stats
        What the sampler says of its draws.
    diagnosis
        Health of the fit.
    """

    log_rates: FloatArray
    spread: FloatArray
    prior_rates: FloatArray
    prior_spread: FloatArray
    sample_stats: Any
    diagnosis: Diagnosis

    def thinned(self, n_draws: int) -> RatesAndSpread:
        """So many draws, evenly spaced over all chains."""
        spread = self.spread.ravel()
        log_rates = self.log_rates.reshape(-1, *self.log_rates.shape[2:])
        chosen = np.linspace(0, len(spread) - 1, n_draws).round().astype(np.intp)
        return RatesAndSpread(log_rates[chosen], spread[chosen])


def sample_rates(
    problem: CellProblem,
    effects: ContextEffects,
    priors: TransferPriors,
    settings: SamplerSettings | None,
    seed: int,
) -> SampledRates:
    """Sample the model of `forecast.transfers.cell_model`.

    Parameters
    ----------
    problem, priors
        As the fast estimate takes them.
    effects
        Effects of the context, which are held.
    settings
        Of the sampler; those that ship where None.
    seed
        The same seed gives the same draws.
    """
    model = build_cell_model(problem, effects, priors.spread)
    options = FitOptions(seed=seed)
    sampled = fitting.sample_model(model, settings or load_priors().sampler, options)
    posterior = sampled.trace["posterior"]
    rng = np.random.default_rng([seed, 2])
    root = np.linalg.cholesky(np.linalg.inv(problem.prior_precision))
    scores = rng.standard_normal((PRIOR_DRAWS, len(root)))
    log_rates = problem.prior_mean + (scores @ root.T).reshape(-1, *problem.prior_mean.shape)
    log_spread = spread_scale(priors.spread) * rng.standard_normal(PRIOR_DRAWS)
    return SampledRates(
        posterior["log_rates"].values,
        posterior["spread"].values,
        softmax(log_rates),
        priors.spread.median * np.exp(log_spread),
        sampled.trace["sample_stats"].to_dataset(),
        sampled.diagnosis,
    )
