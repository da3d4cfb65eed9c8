"""NUTS over the hierarchical model, started in the scale of the normal around its mode."""

from collections.abc import Mapping
from dataclasses import dataclass

import arviz as az
import numpy as np
import pymc as pm

from forecast.learn.mode import Compiled, LaplaceFit
from forecast.stats.arrays import FloatArray

_METRIC_DRAWS = 4000  # of the normal, for the scale of the sampler
_JITTER = 1e-3


@dataclass(frozen=True, eq=False)
class Sampled:
    """Draws of the posterior.

    Attributes
    ----------
    vectors
        Draws of all variables, chains one after the other, shape (n_draws, n_variables).
    diagnostics
        Divergences, largest R-hat, smallest bulk and tail effective sample sizes, mean
        acceptance and largest tree depth.
    idata
        The same as arviz has it.
    """

    vectors: FloatArray
    diagnostics: Mapping[str, float]
    idata: object


def sample(
    compiled: Compiled,
    near: LaplaceFit,
    seed: int,
    draws: int = 600,
    tune: int = 400,
    chains: int = 2,
    cores: int = 2,
) -> Sampled:
    """Sample the posterior of the races that the model holds.

    Parameters
    ----------
    compiled
        The model, its races set.
    near
        A fit to the same races: gives the scale of the sampler, and where chains start.
    seed
        Of all that is random.
    draws, tune, chains, cores
        As for PyMC.
    """
    rng = np.random.default_rng(seed)
    cloud = near.draws(rng, _METRIC_DRAWS)
    covariance = np.cov(cloud.T) + _JITTER * np.eye(cloud.shape[1])
    starts = [compiled.as_point(near.mode + 0.5 * (one - near.mode)) for one in cloud[:chains]]
    with compiled.model:
        step = pm.NUTS(
            scaling=covariance,
            is_cov=True,
            target_accept=0.85,
            logp_dlogp_func=compiled.compiled_density,
        )
        idata = pm.sample(
            draws,
            tune=tune,
            chains=chains,
            cores=cores,
            step=step,
            initvals=starts,
            random_seed=seed,
            progressbar=False,
            compute_convergence_checks=False,
        )
    return Sampled(_vectors(idata, compiled), _diagnostics(idata), idata)


def _vectors(idata: object, compiled: Compiled) -> FloatArray:
    posterior = idata.posterior  # type: ignore[attr-defined]
    names = dict.fromkeys(compiled.names)
    parts = [np.asarray(posterior[name]) for name in names]
    flat = [part.reshape(part.shape[0] * part.shape[1], -1) for part in parts]
    return np.concatenate(flat, axis=1)


def _diagnostics(idata: object) -> dict[str, float]:
    posterior, stats = idata.posterior, idata.sample_stats  # type: ignore[attr-defined]
    return {
        "rhat_max": max(float(v.max()) for v in az.rhat(posterior).values() if v.size),
        "ess_bulk_min": min(float(v.min()) for v in az.ess(posterior).values() if v.size),
        "ess_tail_min": min(
            float(v.min()) for v in az.ess(posterior, method="tail").values() if v.size
        ),
        "divergences": float(np.asarray(stats["diverging"]).sum()),
        "acceptance": float(np.asarray(stats["acceptance_rate"]).mean()),
        "tree_depth_max": float(np.asarray(stats["tree_depth"]).max()),
    }
