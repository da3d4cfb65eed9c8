"""NUTS over the hierarchical model, started in the scale of the normal around its mode."""

import logging
import sys
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import pymc as pm

from forecast.defaults import LEARN_DRAWS
from forecast.first_round.diagnosis import Diagnosis, diagnose
from forecast.learn.mode import Compiled, LaplaceFit
from forecast.stats.arrays import FloatArray

TUNE, CHAINS = 400, 2
_METRIC_DRAWS = 4000  # of the normal, for the scale of the sampler
_JITTER = 1e-3


@dataclass(frozen=True, eq=False)
class Sampled:
    """Draws of the posterior.

    Attributes
    ----------
    vectors
        Draws of all variables, chains one after the other, shape (n_draws, n_variables).
    diagnosis
        Their health.
    trace
        The same as ArviZ has it, a DataTree.
    """

    vectors: FloatArray
    diagnosis: Diagnosis
    trace: Any


def sample(
    compiled: Compiled,
    near: LaplaceFit,
    seed: int,
    draws: int = LEARN_DRAWS,
    tune: int = TUNE,
    chains: int = CHAINS,
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
    draws, tune, chains
        As for PyMC; each chain has a process.
    """
    started = time.perf_counter()
    rng = np.random.default_rng(seed)
    cloud = near.draws(rng, _METRIC_DRAWS)
    covariance = np.cov(cloud.T) + _JITTER * np.eye(cloud.shape[1])
    starts = [compiled.as_point(near.mode + 0.5 * (one - near.mode)) for one in cloud[:chains]]
    logging.getLogger("pymc").setLevel(logging.ERROR)  # it lists every variable
    with compiled.model:
        step = pm.NUTS(
            scaling=covariance,
            is_cov=True,
            target_accept=0.85,
            logp_dlogp_func=compiled.compiled_density,
        )
        trace = pm.sample(
            draws,
            tune=tune,
            chains=chains,
            cores=chains,
            step=step,
            initvals=starts,
            random_seed=seed,
            progressbar=sys.stderr.isatty(),
            compute_convergence_checks=False,
        )
    seconds = time.perf_counter() - started
    return Sampled(_vectors(trace, compiled), diagnose(trace, "NUTS", seconds), trace)


def _vectors(trace: Any, compiled: Compiled) -> FloatArray:
    names = dict.fromkeys(compiled.names)
    parts = [np.asarray(trace.posterior[name]) for name in names]
    flat = [part.reshape(part.shape[0] * part.shape[1], -1) for part in parts]
    return np.concatenate(flat, axis=1)
