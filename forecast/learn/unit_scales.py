"""How far the units of a finished runoff stood from its streams: sizes of the errors by level.

With the shares of both rounds known, the log-odds of unit i are taken as

    y_i = m_i + a + Σ_c J_ic b_c + county_k(i) + unit_i + count noise_i

where m_i is what the streams add up to at typical transfers, a the race's own shift, b_c the
departure of candidate c's transfer with derivative J_ic, county ~ N(0, county²) and
unit ~ N(0, unit²). Everything but the two sizes is integrated out, which leaves a normal
likelihood of two numbers. Turnout is the same without transfers, on the change of the log-odds
of voting.
"""

from dataclasses import dataclass

import numpy as np
from scipy import linalg, optimize

from forecast.race.units import FIRST, SECOND, UnitData
from forecast.stats.arrays import BoolArray, FloatArray, IntArray
from forecast.stats.distributions import expit, logit

FEWEST_VOTES = 20
FEWEST_UNITS = 8
# Log-odds of the transfer of a bloc's candidate at which the streams are taken, the retention of
# eliminated candidates' voters, and the finalists' loyalty: typical of finished runoffs, and the
# sizes hardly depend on them.
TYPICAL_TRANSFER, TYPICAL_RETENTION, TYPICAL_LOYALTY = 1.0, 0.9, 0.98
# How far a candidate's transfer may depart from that, in log-odds. The further, the more of what
# units do is put down to candidates, and the smaller their own errors come out: 1 held 46 in 100
# of the results of units in the 50% intervals of 120 races of the record, 0.3 held 49.
TRANSFER_SPREAD = 0.3
# One wrong row must not set the size of all: residuals beyond this many robust standard
# deviations count as that far.
LARGEST_RESIDUAL = 8.0
# The prior of a size, on the log scale: 0.2 in log-odds, by a factor of e either way.
PRIOR_MEAN, PRIOR_SD = float(np.log(0.2)), 1.0
_FLAT = 10.0
_STEP = 0.05


@dataclass(frozen=True)
class LevelSizes:
    """Sizes of the errors of units and of counties, logs of standard deviations in log-odds.

    Attributes
    ----------
    log_unit, log_county
        Posterior modes; `log_county` is None where a race has fewer than three counties, or
        only one unit in each.
    unit_error, county_error
        Their standard errors.
    """

    log_unit: float
    unit_error: float
    log_county: float | None
    county_error: float | None


def lean_sizes(units: UnitData, runoff: IntArray) -> LevelSizes | None:
    """Sizes of the errors of the lean.

    Parameters
    ----------
    units
        The race.
    runoff
        Votes of both finalists in its units, shape (n_units, 2); zeros where unknown.

    Returns
    -------
    LevelSizes
        None where too few units tell.
    """
    first, second, derivative = _streams(units)
    usable: BoolArray = (
        (runoff.sum(axis=1) >= FEWEST_VOTES)
        & (units.votes_cast >= FEWEST_VOTES)
        & (first > 0)
        & (second > 0)
    )
    won = runoff[usable] + 0.5
    y = np.asarray(np.log(won[:, 0] / won[:, 1]) - np.log(first[usable] / second[usable]))
    noise = np.asarray((1.0 / won).sum(axis=1))
    return _sizes(y, noise, units.county_index[usable], TRANSFER_SPREAD * derivative[usable])


def turnout_sizes(units: UnitData, runoff: IntArray) -> LevelSizes | None:
    """Sizes of the errors of the turnout; parameters as for `lean_sizes`."""
    voted = runoff.sum(axis=1)
    usable = (voted >= FEWEST_VOTES) & (units.votes_cast >= FEWEST_VOTES)
    eligible = units.eligible[usable] + 1.0
    before, after = (
        np.clip((votes[usable] + 0.5) / eligible, 0.005, 0.995)
        for votes in (units.votes_cast, voted)
    )
    noise = 1.0 / (eligible * after * (1.0 - after))
    y = logit(after) - logit(before)
    return _sizes(y, noise, units.county_index[usable], np.zeros((len(y), 0)))


def _streams(units: UnitData) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Votes of both finalists at typical transfers, and the derivatives of their log-odds.

    Returns
    -------
    tuple
        Shapes (n_units,), (n_units,) and (n_units, n_eliminated with votes).
    """
    votes = units.candidate_votes.astype(np.float64)
    out = votes.sum(axis=0) > 0
    out[list(units.finalists)] = False
    own = votes[:, list(units.finalists)]
    log_odds = TYPICAL_TRANSFER * np.select(
        [units.sides[out] == FIRST, units.sides[out] == SECOND], [1.0, -1.0], 0.0
    )
    transfer = expit(log_odds)
    coming = TYPICAL_RETENTION * votes[:, out]
    first = TYPICAL_LOYALTY * own[:, 0] + (1 - TYPICAL_LOYALTY) * own[:, 1] + coming @ transfer
    second = own.sum(axis=1) + coming.sum(axis=1) - first
    both = 1.0 / np.maximum(first, 0.5) + 1.0 / np.maximum(second, 0.5)
    return first, second, coming * (transfer * (1.0 - transfer)) * both[:, None]


def _sizes(
    y: FloatArray, noise: FloatArray, county: IntArray, columns: FloatArray
) -> LevelSizes | None:
    """The mode of the two log sizes and the curvature there."""
    if len(y) < FEWEST_UNITS:
        return None
    counties, position = np.unique(county, return_inverse=True)
    # Where every county is one unit the two levels can't be told apart.
    several = 3 <= len(counties) < len(y)
    y = _winsorised(y)
    effects = np.concatenate([np.full((len(y), 1), _FLAT), columns], axis=1)
    members = np.eye(len(counties))[position] if several else np.zeros((len(y), 0))

    def minus_log_posterior(log_sizes: FloatArray) -> float:
        weight = 1.0 / (np.exp(2.0 * log_sizes[0]) + noise)
        county_size = np.exp(log_sizes[1]) if several else 0.0
        design = np.concatenate([effects, county_size * members], axis=1)
        # The inverse and the determinant of diag(1 / weight) + design design' (Woodbury).
        weighted = design * weight[:, None]
        inner = np.eye(design.shape[1]) + design.T @ weighted
        factor = linalg.cholesky(inner, lower=True)
        explained = linalg.solve_triangular(factor, weighted.T @ y, lower=True)
        square = weight @ y**2 - explained @ explained
        log_determinant = 2.0 * np.log(np.diag(factor)).sum() - np.log(weight).sum()
        prior = (((log_sizes - PRIOR_MEAN) / PRIOR_SD) ** 2).sum()
        return float(0.5 * (square + log_determinant + prior))

    start = np.full(2 if several else 1, PRIOR_MEAN)
    mode = optimize.minimize(
        minus_log_posterior,
        start,
        method="Nelder-Mead",
        options={"xatol": 0.01, "fatol": 0.01},
    ).x
    errors = []
    for index in range(len(mode)):
        step = _STEP * np.eye(len(mode))[index]
        curvature = (
            minus_log_posterior(mode + step)
            + minus_log_posterior(mode - step)
            - 2.0 * minus_log_posterior(mode)
        ) / _STEP**2
        errors.append(float(1.0 / np.sqrt(max(curvature, 1.0 / PRIOR_SD**2))))
    if not several:
        return LevelSizes(float(mode[0]), errors[0], None, None)
    return LevelSizes(float(mode[0]), errors[0], float(mode[1]), errors[1])


def _winsorised(y: FloatArray) -> FloatArray:
    """Values drawn in to `LARGEST_RESIDUAL` robust standard deviations from the median."""
    middle = np.median(y)
    spread = 1.4826 * np.median(np.abs(y - middle))
    reach = LARGEST_RESIDUAL * max(spread, 1e-3)
    return np.asarray(np.clip(y, middle - reach, middle + reach) - middle)
