"""NUTS over the hierarchical model, in coordinates in which its posterior is nearly round.

Two things stand in the way of a sampler. An effect that the races tell well makes a ridge with its
size: whatever the size, the product stays. So effects are centred as far as they are told (partial
centring: Papaspiliopoulos, Roberts and Sköld 2007). And the numbers trade off against each other:
the curvature at the mode is taken out, which is nearly the same everywhere after that. The density
is that of the PyMC model with the Jacobian of the first; nutpie samples it.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import nutpie
import xarray as xr
from nutpie.compiled_pyfunc import from_pyfunc

from forecast.defaults import LEARN_DRAWS, LEARN_TARGET_ACCEPT
from forecast.first_round.diagnosis import Diagnosis, diagnose
from forecast.learn.effects import EffectLayout
from forecast.learn.mode import Compiled, LaplaceFit, Races
from forecast.stats.arrays import FloatArray

TUNE, CHAINS = 500, 2
_DIFFERENCE = 1e-4  # step of the differences of the gradient
_LEAST_PRECISION = 0.2  # of any direction, where the prior's is about 1
_VECTOR = "vector"
Density = Callable[[FloatArray], tuple[float, FloatArray]]


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
        The same as ArviZ has it, a DataTree with the groups posterior and sample_stats.
    """

    vectors: FloatArray
    diagnosis: Diagnosis
    trace: Any


@dataclass(frozen=True, eq=False)
class RoundCoordinates:
    """Where the sampler moves.

    A point w has y = mode + root w. A variable z of an effect of a size with the variable s is
    z = y exp(-c k (s - s0)), where k (s - s0) is how far the log of the size is from that of the
    fit and c, in [0, 1], is the part that is centred. All other variables are y.

    Attributes
    ----------
    near
        A normal fit.
    centred
        The part of each variable that is centred, shape (n,).
    root
        Of the covariance of y, shape (n, n).
    """

    near: LaplaceFit
    centred: FloatArray
    root: FloatArray

    @classmethod
    def of(cls, near: LaplaceFit, of_variables: Density) -> "RoundCoordinates":
        """Centre effects as far as the races tell them, and take the curvature at the mode.

        How far an effect is told is taken while all else stays: groups that are told well against
        each other make a ridge with their size even where their common level is not told.
        """
        told = np.zeros(len(near.mode))
        precision = np.maximum(np.diag(near.curvature), 0.0)
        told[near.free] = precision / (1.0 + precision)
        centred = np.asarray(np.where(near.size_of >= 0, told, 0.0))
        flat = cls(near, centred, np.eye(len(near.mode)))
        curvature = np.empty((len(near.mode), len(near.mode)))
        for at, step in enumerate(_DIFFERENCE * flat.root):
            ahead, behind = (flat.density(s * step, of_variables)[1] for s in (1.0, -1.0))
            curvature[at] = (behind - ahead) / (2.0 * _DIFFERENCE)
        values, vectors = np.linalg.eigh((curvature + curvature.T) / 2.0)
        return cls(near, centred, vectors / np.sqrt(np.maximum(values, _LEAST_PRECISION)))

    def variables(self, point: FloatArray) -> FloatArray:
        """The model's variables at a point, shape (n,)."""
        y = self.near.mode + self.root @ point
        return np.asarray(y * np.exp(-self.centred * self._log_ratio(y)))

    def density(self, point: FloatArray, of_variables: Density) -> tuple[float, FloatArray]:
        """Log density and gradient at a point, from those of the model's variables."""
        near = self.near
        z = self.variables(point)
        value, slope = of_variables(z)
        log_ratio = self._log_ratio(z)  # sizes are the same in z and y
        by_y = slope * np.exp(-self.centred * log_ratio)
        has = near.size_of >= 0
        at = near.size_of[has]
        through_size = -self.centred[has] * near.log_scale[at] * (slope[has] * z[has] + 1.0)
        np.add.at(by_y, at, through_size)
        return value - float(self.centred @ log_ratio), np.asarray(self.root.T @ by_y)

    def _log_ratio(self, variables: FloatArray) -> FloatArray:
        """Log of each effect's size over that of the fit, 0 for others, shape (n,)."""
        near = self.near
        at = np.maximum(near.size_of, 0)
        moved = near.log_scale[at] * (variables[at] - near.mode[at])
        return np.asarray(np.where(near.size_of >= 0, moved, 0.0))


def sample(
    compiled: Compiled,
    races: Races,
    near: LaplaceFit,
    seed: int,
    draws: int = LEARN_DRAWS,
    tune: int = TUNE,
    chains: int = CHAINS,
    target_accept: float = LEARN_TARGET_ACCEPT,
    progress: bool = False,
) -> Sampled:
    """Sample the posterior given some races.

    Parameters
    ----------
    compiled
        The model.
    races
        Those that teach.
    near
        A fit to the same races.
    seed
        Of all that is random.
    draws, tune, chains, target_accept
        As for nutpie; chains run one after the other, for they share the model's data.
    progress
        Show a bar with the time left.

    Raises
    ------
    KeyboardInterrupt
        When the user stopped it.
    """
    started = time.perf_counter()
    n_variables = len(near.mode)

    def of_variables(vector: FloatArray) -> tuple[float, FloatArray]:
        return compiled.density(vector, races)

    where = RoundCoordinates.of(near, of_variables)

    def start(chain_seed: int) -> FloatArray:
        return 0.5 * np.random.default_rng([seed, chain_seed]).standard_normal(n_variables)

    model = from_pyfunc(
        ndim=n_variables,
        make_logp_fn=lambda: lambda point: where.density(point, of_variables),
        make_expand_fn=lambda *_: lambda point: {_VECTOR: where.variables(point)},
        expanded_dtypes=[np.dtype(np.float64)],
        expanded_shapes=[(n_variables,)],
        expanded_names=[_VECTOR],
        make_initial_point_fn=start,
    )
    found = nutpie.sample(
        model,
        draws=draws,
        tune=tune,
        chains=chains,
        cores=1,
        seed=seed,
        target_accept=target_accept,
        save_warmup=False,
        progress_bar=progress,
    )
    if found.posterior.sizes["draw"] < draws:
        # nutpie answers Ctrl-C with the draws it has; a part of a posterior is none.
        raise KeyboardInterrupt
    vectors = np.asarray(found.posterior[_VECTOR].values)
    trace = _by_name(vectors, compiled, found.sample_stats.to_dataset())
    seconds = time.perf_counter() - started
    return Sampled(vectors.reshape(-1, n_variables), diagnose(trace, "NUTS", seconds), trace)


def _by_name(vectors: FloatArray, compiled: Compiled, stats: Any) -> Any:
    """Draws of shape (n_chains, n_draws, n_variables) as a DataTree by the blocks' names."""
    blocks: dict[str, list[int]] = {}
    for column, name in enumerate(compiled.names):
        blocks.setdefault(name, []).append(column)
    posterior = {
        name: (("chain", "draw", f"{name}_label"), vectors[..., columns])
        for name, columns in blocks.items()
    }
    # Texts of divergences have no place in a NetCDF file.
    texts = [name for name, values in stats.items() if values.dtype == object]
    return xr.DataTree.from_dict(
        {"posterior": xr.Dataset(posterior), "sample_stats": stats.drop_vars(texts)}
    )


def with_labels(trace: Any, layout: EffectLayout) -> Any:
    """The draws with the labels of the effects in place of numbers, for people and files."""
    posterior = trace.posterior.to_dataset()
    labels = {posterior[effect].dims[2]: list(names) for effect, names in layout.labels.items()}
    return xr.DataTree.from_dict(
        {
            "posterior": posterior.assign_coords(labels),
            "sample_stats": trace.sample_stats.to_dataset(),
        }
    )
