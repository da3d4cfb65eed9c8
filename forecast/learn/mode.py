"""The model as functions of one vector, and a normal around its mode for held-out refits.

The sizes of the effects are not part of the mode: where all variables are standard normal before
any race is seen, the joint mode takes them far too large. They are fitted by expectation and
maximisation over the normal of all else, and drawn with the width that their effects leave open.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pymc as pm
from scipy import optimize

from forecast.learn.design import Design
from forecast.learn.effects import SIZES
from forecast.learn.hierarchical_model import Predicted, races_as_data
from forecast.learn.hierarchical_priors import Prior
from forecast.stats.arrays import FloatArray

_DIFFERENCE = 1e-4  # step of the differences of the gradient
_LARGEST_SLOPE = 0.02  # of the log density at a mode, a standard deviation
_LEAST_PRECISION = 0.3  # of any direction of the likelihood with its prior of 1
_STAGE = 150  # steps of a stage of the search


@dataclass(frozen=True, eq=False)
class Races:
    """Finished races as the model takes them."""

    design: Design
    log_odds: FloatArray
    log_turnout: FloatArray

    def take(self, keep: npt.NDArray[np.bool_]) -> "Races":
        """The races of a mask of shape (R,)."""
        return Races(self.design.take(keep), self.log_odds[keep], self.log_turnout[keep])


@dataclass(eq=False)
class Compiled:
    """A model as functions of one vector of its variables, over races that can be changed.

    Attributes
    ----------
    model
        The model.
    names
        Name of each variable's block, shape (n_variables,).
    """

    model: pm.Model
    names: tuple[str, ...]
    _density: Callable[[FloatArray], tuple[float, FloatArray]]
    _predict: Callable[..., list[FloatArray]]
    _sizes: tuple[int, ...]
    _races: Races | None = None

    @classmethod
    def of(cls, model: pm.Model, said: Predicted) -> "Compiled":
        """Compile the log density with its gradient, and what is said of each race."""
        sizes = tuple(int(np.prod(v.type.shape)) for v in model.value_vars)
        names = tuple(
            v.name for v, size in zip(model.value_vars, sizes, strict=True) for _ in range(size)
        )
        density = model.logp_dlogp_function(ravel_inputs=True)
        density.set_extra_values({})
        outputs = model.replace_rvs_by_values([*vars(said).values()])
        compiled = pm.pytensorf.compile(model.value_vars, outputs)
        return cls(model, names, density, compiled, sizes)

    def density(self, vector: FloatArray, races: Races) -> tuple[float, FloatArray]:
        """Log posterior density given some races, up to a constant, and its gradient."""
        self._use(races)
        value, gradient = self._density(vector)
        return float(value), np.asarray(gradient)

    @property
    def compiled_density(self) -> Any:
        """The function behind `density`, for a sampler of the model."""
        return self._density

    def predict(self, vector: FloatArray, races: Races) -> Predicted:
        """What one draw of the variables says of some races, shape (R,) each."""
        self._use(races)
        return Predicted(*self._predict(*np.split(vector, np.cumsum(self._sizes)[:-1])))

    def as_point(self, vector: FloatArray) -> dict[str, FloatArray]:
        """A vector by the names of its blocks."""
        parts = np.split(vector, np.cumsum(self._sizes)[:-1])
        return dict(zip(dict.fromkeys(self.names), parts, strict=True))

    def _use(self, races: Races) -> None:
        if races is not self._races:
            arrays = races_as_data(races.design, races.log_odds, races.log_turnout)
            pm.set_data(arrays, self.model)
            self._races = races


@dataclass(frozen=True, eq=False)
class LaplaceFit:
    """A normal around the mode of all variables but the sizes, and the sizes beside it.

    Attributes
    ----------
    mode
        Of all variables, the sizes at their estimates, shape (n,).
    free
        Which variables are not sizes, shape (n,).
    curvature
        Minus the second derivatives of the log likelihood by the free variables.
    size_width
        Standard deviation of each size's variable, 0 for the others, shape (n,).
    size_of
        For each variable the position of its size, -1 where it has none, shape (n,).
    log_scale
        Change of the log of a size by its variable, shape (n,).
    """

    mode: FloatArray
    free: npt.NDArray[np.bool_]
    curvature: FloatArray
    size_width: FloatArray
    size_of: npt.NDArray[np.intp]
    log_scale: FloatArray

    def root(self) -> tuple[FloatArray, FloatArray]:
        """A root of the covariance of the free variables, and their variances."""
        return _root(self.curvature)

    def draws(self, rng: np.random.Generator, n_draws: int) -> FloatArray:
        """Draws of the variables, shape (n_draws, n).

        An effect that the races tell keeps its value whatever the size drawn; one that they do
        not tell goes with it.
        """
        root, variance = self.root()
        away = rng.standard_normal((n_draws, len(root))) @ root.T
        found = np.tile(self.mode, (n_draws, 1))
        found += self.size_width * rng.standard_normal((n_draws, len(self.mode)))
        has = self.size_of[self.free] >= 0
        at = self.size_of[self.free][has]
        ratio = np.exp(self.log_scale[at] * (found[:, at] - self.mode[at]))
        unknown = np.clip(variance[has], 0.0, 1.0)
        away[:, has] *= np.sqrt(1.0 - unknown + unknown * ratio**2)
        whole = self.mode[self.free] + away
        whole[:, has] /= ratio
        found[:, self.free] = whole
        return found


def fit_laplace(
    compiled: Compiled,
    races: Races,
    priors: dict[str, Prior],
    near: LaplaceFit | None = None,
    rounds: int = 12,
) -> LaplaceFit:
    """Fit a normal to the posterior given some races.

    Parameters
    ----------
    compiled
        The model.
    races
        Those that teach.
    priors
        Of the model.
    near
        A fit to other races to start from.
    rounds
        Of expectation and maximisation of the sizes.
    """
    fitted = near or _start(compiled, priors)
    for at in range(rounds):
        mode = _search(compiled, races, fitted)
        if at < 3 or at == rounds - 1:
            curvature = _curvature(compiled, races, mode, fitted.free)
        fitted = _with_mode(fitted, mode, curvature)
        if at < rounds - 1:
            fitted, curvature = _new_sizes(compiled, fitted, priors)
    return fitted


def refit_without(
    compiled: Compiled,
    teaches: Races,
    held: Races,
    whole: LaplaceFit,
    priors: dict[str, Prior],
    rounds: int = 3,
) -> LaplaceFit:
    """Refit without some races, from the fit to all and the curvature that those add to it."""
    part = _curvature(compiled, held, whole.mode, whole.free)
    fitted = _with_mode(whole, whole.mode, whole.curvature - part)
    for at in range(rounds):
        mode = _search(compiled, teaches, fitted)
        fitted = _with_mode(fitted, mode, fitted.curvature)
        if at < rounds - 1:
            fitted, _ = _new_sizes(compiled, fitted, priors)
    return fitted


def _start(compiled: Compiled, priors: dict[str, Prior]) -> LaplaceFit:
    names = compiled.names
    n = len(names)
    free = np.array([not name.startswith("size.") for name in names])
    position = {name: at for at, name in enumerate(names) if name.startswith("size.")}
    size_of = np.array([position[f"size.{SIZES[name]}"] if name in SIZES else -1 for name in names])
    log_scale = np.array([priors[n].width if n.startswith("size.") else 0.0 for n in names])
    n_free = int(free.sum())
    return LaplaceFit(
        np.zeros(n), free, np.zeros((n_free, n_free)), np.zeros(n), size_of, log_scale
    )


def _with_mode(fitted: LaplaceFit, mode: FloatArray, curvature: FloatArray) -> LaplaceFit:
    return LaplaceFit(
        mode, fitted.free, curvature, fitted.size_width, fitted.size_of, fitted.log_scale
    )


def _root(curvature: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Root of the covariance, and variances, with the standard normal prior."""
    values, vectors = np.linalg.eigh(curvature + np.eye(len(curvature)))
    root = vectors / np.sqrt(np.maximum(values, _LEAST_PRECISION))
    return root, np.asarray((root**2).sum(axis=1))


def _search(compiled: Compiled, races: Races, near: LaplaceFit) -> FloatArray:
    """The mode at the sizes of a fit, in whose scale the search goes."""
    root, _ = near.root()
    base, free = near.mode, near.free

    def place(vector: FloatArray) -> FloatArray:
        whole = base.copy()
        whole[free] += root @ vector
        return whole

    def loss(vector: FloatArray) -> tuple[float, FloatArray]:
        value, gradient = compiled.density(place(vector), races)
        return -value, -(root.T @ gradient[free])

    options = {"maxiter": _STAGE, "maxcor": 30, "ftol": 1e-10, "gtol": _LARGEST_SLOPE}
    found = optimize.minimize(
        loss, np.zeros(len(root)), jac=True, method="L-BFGS-B", options=options
    )
    if not np.isfinite(found.fun):
        raise RuntimeError(f"the mode was not found: {found.message}")
    return place(found.x)


def _curvature(
    compiled: Compiled, races: Races, mode: FloatArray, free: npt.NDArray[np.bool_]
) -> FloatArray:
    """Minus the second derivatives of the log likelihood, by differences of the gradient."""
    here = compiled.density(mode, races)[1][free]
    where = np.flatnonzero(free)
    found = np.empty((len(where), len(where)))
    for row, at in enumerate(where):
        ahead = mode.copy()
        ahead[at] += _DIFFERENCE
        found[row] = (here - compiled.density(ahead, races)[1][free]) / _DIFFERENCE
    return np.asarray((found + found.T) / 2.0 - np.eye(len(where)))


def _new_sizes(
    compiled: Compiled, fitted: LaplaceFit, priors: dict[str, Prior]
) -> tuple[LaplaceFit, FloatArray]:
    """Sizes that fit the effects as they are now known; the effects keep their values."""
    _, variance = fitted.root()
    whole_variance = np.ones(len(fitted.mode))
    whole_variance[fitted.free] = variance
    mode, width = fitted.mode.copy(), fitted.size_width.copy()
    factor = np.ones(len(mode))
    for at in np.flatnonzero(~fitted.free):
        prior = priors[compiled.names[at]]
        inside = fitted.size_of == at
        square = float((fitted.mode[inside] ** 2 + whole_variance[inside]).sum())
        known = float((1.0 - np.clip(whole_variance[inside], 0.0, 1.0)).sum())
        change = _size_change(square, int(inside.sum()), prior.width, mode[at])
        mode[at] += change / prior.width
        width[at] = 1.0 / np.sqrt(1.0 + 2.0 * known * prior.width**2)
        factor[inside] = np.exp(change)
        mode[inside] = fitted.mode[inside] / factor[inside]
    scale = factor[fitted.free]
    curvature = fitted.curvature * np.outer(scale, scale)
    moved = LaplaceFit(mode, fitted.free, curvature, width, fitted.size_of, fitted.log_scale)
    return moved, curvature


def _size_change(square: float, n_effects: int, width: float, at: float) -> float:
    """Change c of the log of a size that is best for its effects.

    Minimises n c + S exp(-2 c) / 2 + (at + c / width)^2 / 2, S the expected squares.
    """
    change = 0.0
    for _ in range(50):
        slope = n_effects - square * np.exp(-2 * change) + (at + change / width) / width
        bend = 2 * square * np.exp(-2 * change) + 1 / width**2
        step = float(np.clip(slope / bend, -0.5, 0.5))
        change -= step
        if abs(step) < 1e-9:
            break
    return change
