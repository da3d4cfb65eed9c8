"""A normal regression with effects of groups, and two unknown scales: of units and of groups.

    y_i = Σ_j X_ij b_j + group_g(i) + unit_i + sampling noise_i

with b_j ~ N(0, 1), group ~ N(0, group scale²), unit ~ N(0, unit scale²) and a sampling noise of
known variance. Given the two scales everything else is normal and is integrated out, which
leaves the likelihood of two numbers; their posterior mode is found by Nelder and Mead's search.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import linalg, optimize

from forecast.stats.arrays import FloatArray, IntArray

# Prior of both scales, normal in their logs: 0.2 in log-odds, by a factor of e either way.
LOG_SCALE_MEAN, LOG_SCALE_SD = float(np.log(0.2)), 1.0
# A step that is small beside the standard error of a log scale, and large beside the rounding
# of a second difference.
_CURVATURE_STEP = 0.05


@dataclass(frozen=True, eq=False)
class NormalEquations:
    """What given scales make of the effects, each in units of its own prior deviation.

    Attributes
    ----------
    precision
        Posterior precision matrix of the effects, shape (n_effects, n_effects): the prior's
        identity and the sums of squares and products.
    right
        Right-hand side: the precision matrix times the posterior mean, shape (n_effects,).
    weights
        Precision of each unit's y given the effects, shape (n_units,).
    """

    precision: FloatArray
    right: FloatArray
    weights: FloatArray


# From the logs of the unit's and the group's scale, shape (2,); of the unit's alone, shape (1,),
# where there are no groups.
EquationsOf = Callable[[FloatArray], NormalEquations]


@dataclass(frozen=True, eq=False)
class TwoLevelFit:
    """The marginal posterior of the log scales, with the effects integrated out.

    Attributes
    ----------
    y
        What is explained, shape (n_units,).
    equations
        `grouped_equations` or `dense_equations` of the same y.
    """

    y: FloatArray
    equations: EquationsOf

    def minus_log_posterior(self, log_scales: FloatArray) -> float:
        """Minus the log posterior density of the log scales, up to a constant.

        Square and determinant are those of y's covariance matrix by the identities of Woodbury
        and Sylvester, so that only a matrix of effects by effects is factored.
        """
        given = self.equations(log_scales)
        factor = linalg.cholesky(given.precision, lower=True)
        explained = linalg.solve_triangular(factor, given.right, lower=True)
        square = given.weights @ self.y**2 - explained @ explained
        log_determinant = 2.0 * np.log(np.diag(factor)).sum() - np.log(given.weights).sum()
        prior = (((log_scales - LOG_SCALE_MEAN) / LOG_SCALE_SD) ** 2).sum()
        return float(0.5 * (square + log_determinant + prior))

    def mode(self, n_scales: int, tolerance: float) -> FloatArray:
        """Posterior mode of the log scales, shape (n_scales,).

        Parameters
        ----------
        n_scales
            2, or 1 where the equations have no groups.
        tolerance
            Of the log scales and of the log density, where the search stops.
        """
        found = optimize.minimize(
            self.minus_log_posterior,
            np.full(n_scales, LOG_SCALE_MEAN),
            method="Nelder-Mead",
            options={"xatol": tolerance, "fatol": tolerance},
        )
        return np.asarray(found.x)

    def standard_errors(self, mode: FloatArray) -> list[float]:
        """Standard errors of the log scales, by the curvature at the mode along each."""
        at_mode = self.minus_log_posterior(mode)
        errors = []
        for step in _CURVATURE_STEP * np.eye(len(mode)):
            above, below = (self.minus_log_posterior(mode + way) for way in (step, -step))
            curvature = (above + below - 2.0 * at_mode) / _CURVATURE_STEP**2
            # The data can't know less of a scale than its prior does.
            errors.append(float(1.0 / np.sqrt(max(curvature, 1.0 / LOG_SCALE_SD**2))))
        return errors

    def draw_effects(
        self, log_scales: FloatArray, n_draws: int, rng: np.random.Generator
    ) -> FloatArray:
        """Draws of the effects given the scales, shape (n_draws, n_effects)."""
        given = self.equations(log_scales)
        factor = linalg.cholesky(given.precision, lower=True)
        mean = linalg.cho_solve((factor, True), given.right)
        scores = rng.standard_normal((len(mean), n_draws))
        # (n_effects,) + (n_draws, n_effects)
        return np.asarray(mean + linalg.solve_triangular(factor.T, scores, lower=False).T)


def dense_equations(
    y: FloatArray, noise: FloatArray, covariates: FloatArray, members: FloatArray
) -> EquationsOf:
    """Equations by products of whole matrices: for few groups.

    Parameters
    ----------
    y, noise
        What is explained, and the variance of its sampling noise, shape (n_units,).
    covariates
        Columns times the prior deviation of their effect, shape (n_units, n_covariates).
    members
        1 where a unit is in a group, shape (n_units, n_groups); no columns for no groups.
    """

    def equations(log_scales: FloatArray) -> NormalEquations:
        weights = 1.0 / (np.exp(2.0 * log_scales[0]) + noise)
        scale = np.exp(log_scales[1]) if members.shape[1] else 0.0
        design = np.concatenate([covariates, scale * members], axis=1)
        weighted = design * weights[:, None]  # (n_units, n_effects) * (n_units, 1)
        precision = np.eye(design.shape[1]) + design.T @ weighted
        return NormalEquations(precision, weighted.T @ y, weights)

    return equations


def grouped_equations(
    y: FloatArray,
    noise: FloatArray,
    covariates: FloatArray,
    group_index: IntArray,
    n_groups: int,
) -> EquationsOf:
    """Equations by sums within groups, without a matrix of units by groups: for many groups.

    Parameters
    ----------
    y, noise, covariates
        As for `dense_equations`.
    group_index
        Group of each unit, shape (n_units,).
    n_groups
        Number of groups, some perhaps without a unit.
    """

    def sums(values: FloatArray) -> FloatArray:
        return np.bincount(group_index, values, minlength=n_groups)

    def equations(log_scales: FloatArray) -> NormalEquations:
        weights = 1.0 / (np.exp(2.0 * log_scales[0]) + noise)
        scale = np.exp(log_scales[1])
        weighted = covariates * weights[:, None]  # (n_units, n_covariates) * (n_units, 1)
        cross = scale * np.stack([sums(column) for column in weighted.T])  # (covariate, group)
        own = np.diag(scale**2 * sums(weights))
        inner = np.block([[covariates.T @ weighted, cross], [cross.T, own]])
        right = np.concatenate([weighted.T @ y, scale * sums(weights * y)])
        return NormalEquations(inner + np.eye(len(inner)), right, weights)

    return equations
