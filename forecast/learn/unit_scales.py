"""How far the units of a finished runoff stood from its streams: scales of the errors by level.

With the shares of both rounds known, the log-odds of unit i are taken as

    y_i = m_i + a + Σ_c J_ic b_c + county_k(i) + unit_i + sampling noise_i

where m_i is what the streams add up to at typical transfers, a the race's own shift, b_c the
departure of candidate c's transfer with derivative J_ic, county ~ N(0, county²) and
unit ~ N(0, unit²), fitted by `forecast.stats.two_level`. Turnout is the same without transfers,
on the change of the log-odds of voting.
"""

from dataclasses import dataclass

import numpy as np

from forecast.race.units import FIRST, SECOND, UnitData
from forecast.stats.arrays import BoolArray, FloatArray, IntArray
from forecast.stats.distributions import expit, logit
from forecast.stats.two_level import TwoLevelFit, dense_equations

# A unit of fewer votes tells next to nothing of its own error, nor do fewer units of a scale.
MIN_VOTES = 20
MIN_UNITS = 8
# Log-odds of the transfer of a bloc's candidate at which the streams are taken, the retention of
# eliminated candidates' voters, and the finalists' loyalty: typical of finished runoffs, and the
# scales hardly depend on them.
TYPICAL_TRANSFER, TYPICAL_RETENTION, TYPICAL_LOYALTY = 1.0, 0.9, 0.98
# How far a candidate's transfer may depart from that, in log-odds. The further, the more of what
# units do is put down to candidates, and the smaller their own errors come out: 1 held 46 in 100
# of the results of units in the 50% intervals of 120 races of the record, 0.3 held 49.
TRANSFER_SPREAD = 0.3
# One wrong row must not set the scale of all: residuals beyond this many robust standard
# deviations count as that far.
MAX_RESIDUAL = 8.0
# Prior standard deviation of the race's own shift, in log-odds: as good as flat.
_SHIFT_SD = 10.0
# Of the log scales, far within the standard errors of even the largest races.
_SEARCH_TOLERANCE = 0.01


@dataclass(frozen=True)
class LevelSizes:
    """Scales of the errors of units and of counties: logs of standard deviations in log-odds.

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
    """Scales of the errors of the lean.

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
        (runoff.sum(axis=1) >= MIN_VOTES)
        & (units.votes_cast >= MIN_VOTES)
        & (first > 0)
        & (second > 0)
    )
    won = runoff[usable] + 0.5
    y = np.asarray(np.log(won[:, 0] / won[:, 1]) - np.log(first[usable] / second[usable]))
    noise = np.asarray((1.0 / won).sum(axis=1))
    return _scales(y, noise, units.county_index[usable], TRANSFER_SPREAD * derivative[usable])


def turnout_sizes(units: UnitData, runoff: IntArray) -> LevelSizes | None:
    """Scales of the errors of the turnout; parameters as for `lean_sizes`."""
    voted = runoff.sum(axis=1)
    usable = (voted >= MIN_VOTES) & (units.votes_cast >= MIN_VOTES)
    eligible = units.eligible[usable] + 1.0
    before, after = (
        np.clip((votes[usable] + 0.5) / eligible, 0.005, 0.995)
        for votes in (units.votes_cast, voted)
    )
    noise = 1.0 / (eligible * after * (1.0 - after))
    y = logit(after) - logit(before)
    return _scales(y, noise, units.county_index[usable], np.zeros((len(y), 0)))


def _streams(units: UnitData) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Votes of both finalists at typical transfers, and the derivatives of their log-odds.

    Returns
    -------
    tuple
        Shapes (n_units,), (n_units,) and (n_units, n_eliminated with votes).
    """
    votes = units.valid_votes.astype(np.float64)
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


def _scales(
    y: FloatArray, noise: FloatArray, county: IntArray, transfers: FloatArray
) -> LevelSizes | None:
    """The mode of the two log scales and their standard errors.

    `transfers` are derivatives times the prior deviation, shape (n_units, n_transfers).
    """
    if len(y) < MIN_UNITS:
        return None
    counties, index = np.unique(county, return_inverse=True)
    # Where every county is one unit the two levels can't be told apart.
    several = 3 <= len(counties) < len(y)
    members = np.eye(len(counties))[index] if several else np.zeros((len(y), 0))
    y = _winsorised(y)
    covariates = np.concatenate([np.full((len(y), 1), _SHIFT_SD), transfers], axis=1)
    fit = TwoLevelFit(y, dense_equations(y, noise, covariates, members))
    mode = fit.mode(n_scales=2 if several else 1, tolerance=_SEARCH_TOLERANCE)
    errors = fit.standard_errors(mode)
    if not several:
        return LevelSizes(float(mode[0]), errors[0], None, None)
    return LevelSizes(float(mode[0]), errors[0], float(mode[1]), errors[1])


def _winsorised(y: FloatArray) -> FloatArray:
    """Values drawn in to `MAX_RESIDUAL` robust standard deviations from the median."""
    median = np.median(y)
    spread = 1.4826 * np.median(np.abs(y - median))
    bound = MAX_RESIDUAL * max(spread, 1e-3)
    return np.asarray(np.clip(y, median - bound, median + bound) - median)
