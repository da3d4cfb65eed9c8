"""A normal approximation at the mode, corrected by importance sampling, for large races.

With ten thousand units and more a gradient is expensive and the posterior is close to normal. Its
curvature at the mode (Hessian by central differences of the gradient) gives a proposal;
Pareto-smoothed importance sampling (Vehtari et al. 2024) corrects it, and its k-hat says
whether that worked: the correction can't be trusted at 0.7 or above.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import arviz as az
import numpy as np
import pymc as pm
from arviz_stats.base.array import array_stats
from pymc.blocking import DictToArrayBijection
from scipy import linalg, optimize

from forecast.errors import ForecastError
from forecast.stats.arrays import FloatArray
from forecast.stats.importance import effective_sample_size, systematic_sample

# On the unconstrained scale, where parameters are of the order of one: the error of a central
# difference is then near the square root of the machine's precision.
STEP = 1e-4
MAX_ITERATIONS = 3000
NEWTON_STEPS = 20
# Twice the distance to the mode in log density, in units where one is a standard deviation.
AT_THE_MODE = 1e-6
# The weight of a proposal without density: as good as none, and finite.
MIN_LOG_WEIGHT = -700.0

WEIGHTS = "proposal_weight"

Density = Callable[[FloatArray], tuple[float, FloatArray]]


@dataclass(frozen=True, eq=False)
class Approximation:
    """Draws of an approximated posterior.

    Attributes
    ----------
    trace
        DataTree with the groups posterior and sample_stats, one chain. The latter holds as
        `WEIGHTS` the weights of the proposals, adding up to 1; their order is not that of the
        draws.
    k_hat
        Shape of the tail of the importance weights; the draws are sound below 0.7.
    effective
        Effective sample size, 1 / sum of the squared weights.
    """

    trace: Any
    k_hat: float
    effective: float


def approximate(model: pm.Model, n_draws: int, seed: int) -> Approximation:
    """Draw from the posterior of a model by the corrected normal approximation.

    Parameters
    ----------
    model
        Continuous parameters; spreads that are learned must be of centred effects, and their
        names end in ``_county_spread``.
    n_draws
        How many proposals, and how many draws are resampled from them.
    seed
        The same seed gives the same draws.

    Raises
    ------
    ForecastError
        When no mode with a positive definite curvature is found.
    """
    statistics: Any = array_stats  # not annotated
    compiled = model.logp_dlogp_function(ravel_inputs=True)
    compiled.set_extra_values({})

    def density(point: FloatArray) -> tuple[float, FloatArray]:
        value, gradient = compiled(point)
        return float(value), np.asarray(gradient)

    start = DictToArrayBijection.map(model.initial_point())
    fixed = np.concatenate(
        [np.full(size, "_county_spread" in name) for name, _, size, _ in start.point_map_info]
    )
    mode, factor = _mode(density, start.data, fixed)
    rng = np.random.default_rng(seed)
    scores = rng.standard_normal((n_draws, len(mode)))
    points = mode + linalg.solve_triangular(factor, scores.T, lower=True, trans="T").T
    with np.errstate(all="ignore"):  # an absurd proposal has no density, and no weight
        target = np.array([density(point)[0] for point in points])
    log_ratio = np.where(np.isfinite(target), target, -np.inf) + (scores**2).sum(axis=1) / 2
    log_ratio = np.maximum(log_ratio - log_ratio.max(), MIN_LOG_WEIGHT)
    # ArviZ takes log likelihoods to leave out, whose ratios are their inverses.
    smoothed, k_hat = statistics.psislw(-log_ratio)
    weights = np.exp(smoothed - smoothed.max())
    weights /= weights.sum()
    chosen = systematic_sample(np.cumsum(weights), n_draws, rng, side="left")
    raveled = [start._replace(data=point) for point in points]
    named = [DictToArrayBijection.rmap(raveled[index]) for index in chosen]
    trace = _trace(model, named, weights)
    return Approximation(trace, float(k_hat), effective_sample_size(weights))


def _mode(density: Density, start: FloatArray, fixed: Any) -> tuple[FloatArray, FloatArray]:
    """The mode and the Cholesky factor of the curvature there.

    The density of centred effects has no bound where they and their spread vanish together:
    the effects are brought near the data first, with their spreads fixed.
    """

    def negative(point: FloatArray) -> tuple[float, FloatArray]:
        value, gradient = density(point)
        return -value, -gradient

    def with_fixed(point: FloatArray) -> tuple[float, FloatArray]:
        value, gradient = negative(np.where(fixed, start, point))
        return value, np.where(fixed, 0, gradient)

    options = {"maxiter": MAX_ITERATIONS, "maxfun": 2 * MAX_ITERATIONS}
    near = optimize.minimize(with_fixed, start, jac=True, method="L-BFGS-B", options=options).x
    mode = optimize.minimize(negative, near, jac=True, method="L-BFGS-B", options=options).x
    try:
        factor = linalg.cholesky(_curvature(negative, mode), lower=True)
        for _ in range(NEWTON_STEPS):
            gradient = negative(mode)[1]
            step = linalg.cho_solve((factor, True), gradient)
            mode = mode - step
            if gradient @ step < AT_THE_MODE:
                return mode, factor
    except (linalg.LinAlgError, ValueError) as error:
        raise _no_mode() from error
    raise _no_mode()


def _no_mode() -> ForecastError:
    return ForecastError(
        "the approximation for large races found no mode of the posterior: raise "
        "settings.sampler.approximate_above beyond the number of units to sample with NUTS"
    )


def _curvature(negative: Density, mode: FloatArray) -> FloatArray:
    """Hessian by central differences of the gradient, made symmetric."""
    rows = []
    for unit in STEP * np.eye(len(mode)):
        rows.append((negative(mode + unit)[1] - negative(mode - unit)[1]) / (2 * STEP))
    hessian = np.array(rows)
    return np.asarray((hessian + hessian.T) / 2)


def _trace(model: pm.Model, points: list[dict[str, Any]], weights: FloatArray) -> Any:
    """Every variable of the model at these points, with its coordinates, and the weights."""
    wanted = [
        variable
        for variable in model.unobserved_value_vars
        if variable.name not in {value.name for value in model.value_vars}
        or variable.name in model.named_vars
    ]
    evaluate = model.compile_fn(wanted, on_unused_input="ignore")
    columns = zip(*(evaluate(point) for point in points), strict=True)
    posterior = {
        variable.name: np.stack(column)[None]
        for variable, column in zip(wanted, columns, strict=True)
    }
    # The readers of a trace count divergences; there are no trajectories here to diverge.
    stats = {"diverging": np.zeros((1, len(points)), dtype=bool), WEIGHTS: weights[None]}
    dims = {
        name: list(model.named_vars_to_dims[name])
        for name in posterior
        if name in model.named_vars_to_dims
    }
    used = {name for names in dims.values() for name in names}
    return az.from_dict(
        {"posterior": posterior, "sample_stats": stats},
        coords={name: list(values) for name, values in model.coords.items() if name in used},
        dims=dims,
    )
