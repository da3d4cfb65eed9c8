"""The first round of a race fitted in a blink, for forecasts of a thousand races at a time.

The regressions of `forecast.first_round.model` on empirical log-odds, taken as normal:

    logit(k_i / n_i) = level + slopes · x_i + county_c(i) + unit_i + sampling noise_i

with county ~ N(0, county²) and unit ~ N(0, unit²), fitted by `forecast.stats.two_level`. The two
scales are put at their posterior mode, the unit's with its standard error; given them the rest
is normal in closed form. The runoff depends on little of it: the votes of round one are known.
"""

from dataclasses import dataclass

import numpy as np

from forecast.first_round.posterior import FirstRoundPosterior
from forecast.race.units import UnitData
from forecast.stats.arrays import FloatArray, IntArray
from forecast.stats.beta import concentration_of_variance
from forecast.stats.distributions import expit
from forecast.stats.two_level import LOG_SCALE_SD, TwoLevelFit, grouped_equations

N_SAMPLES = 500
# Prior standard deviations of the level and of the slopes, in log-odds.
LEVEL_SD, SLOPE_SD = 3.0, 1.0
# Of the log scales: a fiftieth of a scale is far within its standard error.
SEARCH_TOLERANCE = 0.02
# Beyond this a unit's log-odds says that a list was missing, not how people vote.
MAX_LOG_ODDS = 6.0
# Units that spread more than evenly over all shares: a beta with less has two peaks.
MIN_CONCENTRATION = 1.0


@dataclass(frozen=True, eq=False)
class _Part:
    """Draws of one regression, as in `FirstRoundPosterior`."""

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
        Seed of the draws.

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
    y = np.clip(y, -MAX_LOG_ODDS, MAX_LOG_ODDS)
    noise = 1.0 / (votes + 0.5) + 1.0 / (rest + 0.5)
    n_counties, n_slopes = len(units.county_names), covariates.shape[1]
    scaled = np.column_stack([LEVEL_SD * np.ones(len(y)), SLOPE_SD * covariates])
    fit = TwoLevelFit(y, grouped_equations(y, noise, scaled, units.county_index, n_counties))
    log_unit, log_county = mode = fit.mode(n_scales=2, tolerance=SEARCH_TOLERANCE)
    effects = fit.draw_effects(mode, N_SAMPLES, rng)  # (sample, [level, slopes, counties])
    level = LEVEL_SD * effects[:, :1] + np.exp(log_county) * effects[:, 1 + n_slopes :]
    slopes = SLOPE_SD * effects[:, 1 : 1 + n_slopes]
    # What n normal residuals tell of the log of their deviation, and what the prior does.
    unit_error = 1.0 / np.sqrt(2.0 * len(y) + 1.0 / LOG_SCALE_SD**2)
    unit = np.exp(log_unit + unit_error * rng.standard_normal(N_SAMPLES))
    share = expit(y)
    # By the delta method the variance of a share m is (m (1 - m) unit)², over m (1 - m) here;
    # units count by their votes.
    slope = float(np.average(share * (1.0 - share), weights=np.asarray(total) + 1.0))
    concentration = np.maximum(concentration_of_variance(slope * unit**2), MIN_CONCENTRATION)
    return _Part(level, slopes, concentration)
