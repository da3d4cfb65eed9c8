"""The first-round model integrated in place of sampled, for large races and hard ones.

Turnout and lean share no parameter, so each is done alone. The effects of counties are integrated
out (`forecast.first_round.conditional`), which leaves two spreads, a level and a few slopes,
whatever the number of counties. For these, proposals from a grid (`spread_grid`) are corrected by
Pareto-smoothed importance sampling (Vehtari et al. 2024), whose k-hat says whether that worked. An
effect, given all that, is drawn from the normal with the mean and the variance of its quadrature.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import arviz as az
import numpy as np
from arviz_stats.base.array import array_stats
from scipy.linalg import LinAlgError

from forecast.errors import ForecastError
from forecast.first_round.conditional import ConditionalPart, Spreads
from forecast.first_round.parts import (
    LEAST_UNIT_SPREAD,
    MOST_UNIT_SPREAD,
    TwoWayPart,
    two_way_parts,
)
from forecast.first_round.spread_grid import SpreadGrid
from forecast.priors.prior_set import FirstRoundPriors
from forecast.race.units import UnitData
from forecast.stats.arrays import FloatArray
from forecast.stats.importance import effective_sample_size, systematic_sample

# The weight of a proposal without density: as good as none, and finite.
MIN_LOG_WEIGHT = -700.0
WEIGHTS = "proposal_weight"


@dataclass(frozen=True, eq=False)
class Integration:
    """Draws of an integrated posterior.

    Attributes
    ----------
    trace
        DataTree with the groups posterior and sample_stats, one chain. The latter holds as
        `WEIGHTS` the weights of the proposals of the part with the smallest effective sample
        size, adding up to 1; their order is not that of the draws.
    k_hat
        Largest shape of the tail of a part's importance weights; draws are sound below 0.7.
    effective
        Smallest effective sample size of a part, 1 / sum of the squared weights.
    worst
        The parts of these two.
    """

    trace: Any
    k_hat: float
    effective: float
    worst: tuple[str, str]


@dataclass(frozen=True, eq=False)
class _PartDraws:
    """Draws of a part by the names of PyMC's variables, and the weights of the proposals."""

    posterior: dict[str, Any]
    weights: FloatArray
    k_hat: float


def _untold(_done: int, _total: int) -> None:
    """Progress that nobody asked for."""


def _tell_of_part(
    progress: Callable[[int, int], None], part: int, n_parts: int, n_draws: int, done: int
) -> None:
    """Tell how many of all draws of all parts are done."""
    progress(part * n_draws + done, n_parts * n_draws)


def integrate(
    units: UnitData,
    priors: FirstRoundPriors,
    n_draws: int,
    seed: int,
    progress: Callable[[int, int], None] = _untold,
) -> Integration:
    """Draw from the posterior of the first-round model.

    Parameters
    ----------
    units
        The race as arrays.
    priors
        Priors of the first-round model.
    n_draws
        How many proposals, and how many draws are resampled from them.
    seed
        The same seed gives the same draws.
    progress
        Called with how many draws are done, and of how many.

    Raises
    ------
    ForecastError
        When the density is not finite anywhere near a mode.
    """
    parts = two_way_parts(units, priors)
    try:
        drawn = {}
        for number, part in enumerate(parts):
            rng = np.random.default_rng([seed, number])
            told = partial(_tell_of_part, progress, number, len(parts), n_draws)
            drawn[part.name] = _draw_part(part, n_draws, rng, told)
    except (LinAlgError, ValueError) as error:
        raise ForecastError(
            f"the integration of the first round found no mode of the posterior ({error}): look "
            "for a prior that contradicts the returns (`forecast priors show`)"
        ) from error
    effective = {name: effective_sample_size(part.weights) for name, part in drawn.items()}
    k_hat = {name: part.k_hat for name, part in drawn.items()}
    least, largest = min(effective, key=effective.__getitem__), max(k_hat, key=k_hat.__getitem__)
    posterior = {
        name: draws[None] for part in drawn.values() for name, draws in part.posterior.items()
    }
    coords = {
        "county": list(units.county_names),
        "lean_covariate": list(units.lean_names),
        "turnout_covariate": list(units.turnout_names),
    }
    dims = {
        name: [name.replace("_slopes", "_covariate")] for name in posterior if "_slopes" in name
    }
    dims |= {name: ["county"] for name in posterior if name.endswith("_county")}
    used = {name for names in dims.values() for name in names}
    # The readers of a trace count divergences; there are no trajectories here to diverge.
    stats = {
        "diverging": np.zeros((1, n_draws), dtype=bool),
        WEIGHTS: drawn[least].weights[None],
    }
    trace = az.from_dict(
        {"posterior": posterior, "sample_stats": stats},
        coords={name: values for name, values in coords.items() if name in used},
        dims=dims,
    )
    return Integration(trace, k_hat[largest], effective[least], (largest, least))


def _draw_part(
    part: TwoWayPart, n_draws: int, rng: np.random.Generator, progress: Callable[[int], None]
) -> _PartDraws:
    """Draws of one part."""
    statistics: Any = array_stats  # not annotated
    conditional = ConditionalPart(part)
    grid = SpreadGrid.of(conditional)
    proposals = grid.propose(n_draws, rng)
    n_present = len(conditional.present)
    log_ratio = np.full(n_draws, -np.inf)
    effects = np.zeros((n_draws, n_present), dtype=np.float32)
    for draw, (county, log_unit) in enumerate(proposals.spreads):
        progress(draw)
        unit = float(np.exp(log_unit))
        inside = 0 <= county <= conditional.most_county_spread or not part.has_counties
        if not (inside and LEAST_UNIT_SPREAD <= unit <= MOST_UNIT_SPREAD):
            continue
        near = grid.modes[proposals.node[draw]]
        found = conditional.integral(Spreads(county, unit), proposals.common[draw], near)
        log_ratio[draw] = found.log_density - proposals.log_density[draw]
        effects[draw] = found.mean + found.sd * rng.standard_normal(n_present)
    known = np.isfinite(log_ratio)
    if not known.any():
        raise ValueError("no spread between counties is left, or none between units")
    log_ratio = np.where(known, log_ratio, -np.inf)
    log_ratio = np.maximum(log_ratio - log_ratio.max(), MIN_LOG_WEIGHT)
    # ArviZ takes log likelihoods to leave out, whose ratios are their inverses.
    smoothed, k_hat = statistics.psislw(-log_ratio)
    weights = np.exp(smoothed - smoothed.max())
    weights /= weights.sum()
    chosen = systematic_sample(np.cumsum(weights), n_draws, rng, side="left")
    common, spreads = proposals.common[chosen], proposals.spreads[chosen]
    name, level = part.name, common[:, 0]
    posterior: dict[str, Any] = {}
    if part.has_counties:
        # A county without a counted unit has what the prior says of it.
        every = rng.standard_normal((n_draws, part.n_counties), dtype=np.float32)
        every[:, conditional.present] = effects[chosen]
        every *= spreads[:, :1].astype(np.float32)
        mean = every.mean(axis=1, dtype=np.float64)
        level = level + mean
        posterior[f"{name}_county"] = every - mean[:, None]
        if part.learns_county_spread:
            posterior[f"{name}_county_spread"] = spreads[:, 0]
    if part.covariates.shape[1]:
        posterior[f"{name}_slopes"] = common[:, 1:]
    posterior[f"{name}_level"] = level
    posterior[f"{name}_unit_spread"] = np.exp(spreads[:, 1])
    return _PartDraws(posterior, weights, float(k_hat))
