"""The first round of a race fitted in a blink, for forecasts of a thousand races at a time.

The regressions of `forecast.first_round.model` on empirical log-odds, taken as normal:

    logit(k_i / n_i) = level + slopes · x_i + county_c(i) + unit_i + count noise_i

with county ~ N(0, county²) and unit ~ N(0, unit²). The two sizes are put at their posterior
mode, the unit's with its standard error; given them the rest is normal in closed form. The
runoff depends on little of it: the votes of round one are known.
"""

from dataclasses import dataclass

import numpy as np
from scipy import linalg, optimize

from forecast.first_round.posterior import FirstRoundPosterior
from forecast.race.units import UnitData
from forecast.stats.arrays import FloatArray, IntArray
from forecast.stats.distributions import expit

N_SAMPLES = 500
# Prior standard deviations of the level and of the slopes, in log-odds.
LEVEL_SD, SLOPE_SD = 3.0, 1.0
# Prior of both sizes on the log scale: 0.2 in log-odds, by a factor of e either way.
SIZE_MEAN, SIZE_SD = float(np.log(0.2)), 1.0
# Beyond this a unit's log-odds says that a list was missing, not how people vote.
LARGEST_LOG_ODDS = 6.0
SMALLEST_CONCENTRATION = 1.0


@dataclass(frozen=True, eq=False)
class _Part:
    """Draws of one regression."""

    level: FloatArray
    slopes: FloatArray
    concentration: FloatArray


def quick_posterior(units: UnitData, seed: int) -> FirstRoundPosterior:
    """Draws of what the runoff needs of the first round.

    Parameters
    ----------
    units
        The race as arrays.
    seed
        Of the draws.

    Returns
    -------
    FirstRoundPosterior
        The turnout arrays have no samples where the registered voters are unknown.
    """
    rng = np.random.default_rng(seed)
    sides = units.side_votes
    lean = _fit(sides[:, 0], sides.sum(axis=1), units.lean_covariates, units, rng)
    if units.eligible_known:
        turnout = _fit(units.votes_cast, units.eligible, units.turnout_covariates, units, rng)
    else:
        none = np.zeros((0, 0))
        turnout = _Part(np.zeros((0, len(units.county_names))), none, np.zeros(0))
    return FirstRoundPosterior(
        **{
            f"{name}_{field}": np.ascontiguousarray(values, dtype=np.float32)
            for name, part in (("lean", lean), ("turnout", turnout))
            for field, values in vars(part).items()
        }
    )


def _fit(
    votes: IntArray,
    total: IntArray | FloatArray,
    covariates: FloatArray,
    units: UnitData,
    rng: np.random.Generator,
) -> _Part:
    """Posterior draws of one regression."""
    rest = total - votes
    y = np.log(votes + 0.5) - np.log(rest + 0.5)
    y = np.clip(y, -LARGEST_LOG_ODDS, LARGEST_LOG_ODDS)
    noise = 1.0 / (votes + 0.5) + 1.0 / (rest + 0.5)
    n_counties, n_slopes = len(units.county_names), covariates.shape[1]
    # Sums by county of any columns, without a matrix of units by counties.
    fixed = np.column_stack([LEVEL_SD * np.ones(len(y)), SLOPE_SD * covariates])
    county = units.county_index

    def by_county(columns: FloatArray) -> FloatArray:
        return np.stack([np.bincount(county, c, minlength=n_counties) for c in columns.T], axis=1)

    def system(log_sizes: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Precision matrix and right-hand side of the scaled effects, and the weights."""
        weight = 1.0 / (np.exp(2.0 * log_sizes[0]) + noise)
        size = np.exp(log_sizes[1])
        weighted = fixed * weight[:, None]
        cross = size * by_county(weighted).T  # (fixed, county)
        diagonal = size**2 * np.bincount(county, weight, minlength=n_counties)
        inner = np.block([[fixed.T @ weighted, cross], [cross.T, np.diag(diagonal)]])
        right = np.concatenate(
            [weighted.T @ y, size * np.bincount(county, weight * y, minlength=n_counties)]
        )
        return inner + np.eye(len(inner)), right, weight

    def minus_log_posterior(log_sizes: FloatArray) -> float:
        inner, right, weight = system(log_sizes)
        factor = linalg.cholesky(inner, lower=True)
        explained = linalg.solve_triangular(factor, right, lower=True)
        fit = weight @ y**2 - explained @ explained
        log_determinant = 2.0 * np.log(np.diag(factor)).sum() - np.log(weight).sum()
        prior = (((log_sizes - SIZE_MEAN) / SIZE_SD) ** 2).sum()
        return float(0.5 * (fit + log_determinant + prior))

    found = optimize.minimize(
        minus_log_posterior,
        np.full(2, SIZE_MEAN),
        method="Nelder-Mead",
        options={"xatol": 0.02, "fatol": 0.02},
    )
    inner, right, _ = system(found.x)
    factor = linalg.cholesky(inner, lower=True)
    mean = linalg.cho_solve((factor, True), right)
    fresh = rng.standard_normal((len(mean), N_SAMPLES))
    effects = mean + linalg.solve_triangular(factor.T, fresh, lower=False).T
    level = LEVEL_SD * effects[:, :1] + np.exp(found.x[1]) * effects[:, 1 + n_slopes :]
    slopes = SLOPE_SD * effects[:, 1 : 1 + n_slopes]
    size_error = 1.0 / np.sqrt(2.0 * len(y) + 1.0 / SIZE_SD**2)
    unit = np.exp(found.x[0] + size_error * rng.standard_normal(N_SAMPLES))
    share = expit(y)
    # Of a beta distribution whose log-odds have this spread at the typical share.
    spread = float(np.average(share * (1.0 - share), weights=np.asarray(total) + 1.0))
    concentration = np.maximum(1.0 / (spread * unit**2) - 1.0, SMALLEST_CONCENTRATION)
    return _Part(level, slopes, concentration)
