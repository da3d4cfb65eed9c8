"""What was learned, as the runoff priors of one race: entries in place of the defaults.

`transfer_model` speaks of the log-odds of the race's share. In the simulation its drift and its
error move the log-odds of every unit; where the units are far from an even split that moves the
race less, and both are made so much larger.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from forecast.learn.design import (
    LEVEL_NAMES,
    LOYALTY,
    SIZE_NAMES,
    TRANSFER_NAMES,
    bloc_columns,
    level_columns,
)
from forecast.learn.election_kind import election_kind
from forecast.learn.features import RaceFeatures, race_features
from forecast.learn.learned import Learned
from forecast.learn.scale_regression import SizeLaw
from forecast.learn.transfer_model import Fit
from forecast.learn.turnout_ratio import Growth
from forecast.priors.prior_set import PriorEntry
from forecast.race.prepared import PreparedRace
from forecast.race.units import FIRST, SECOND, UnitData
from forecast.stats.arrays import FloatArray
from forecast.stats.distributions import (
    POINTS_PER_LOGIT,
    Z_95,
    Distribution,
    Fixed,
    Points,
    ShareRange,
    SizeRange,
    expit,
    logit,
)

# Half the 90% range of the loyalty, on the log-odds scale: 96 to 99 in 100.
LOYALTY_REACH = 0.6
# Of those who could come back one in ten is replaced by somebody else, by judgement: finished
# runoffs show only how many there are in the end.
RETURNING = 0.9
# Tried on the 168 two-party runoffs of every second race of the record with a baseline, each
# forecast without its day: the more of the baseline is mixed into the arrivals the worse. CRPS
# 3.37 points of share at a weight of 0.15 to 0.85, 3.10 at 0.05 to 0.4, 3.02 at 0.005 to 0.02.
BASELINE_WEIGHT = ShareRange(low=0.005, high=0.1)
_SMALLEST_SHARE, _LARGEST_SHARE = 0.003, 0.997
_LARGEST_RATIO = 0.99
# Of the centre of the arrivals' log-odds, and of the standard deviation of both.
_ARRIVAL_RANGE, _REACH_RANGE = (-6.0, 4.0), (0.1, 2.5)
TURNOUT_STEPS = 40
# Nodes from the middle on, and weights, of Gauss-Hermite quadrature over a standard normal: they
# are `numpy.polynomial.hermite_e.hermegauss(9)`, which takes longer to import than all else here.
_HALF = (
    (0.0, 1.0185664100087874),
    (1.0232556637891326, 0.6118617025232779),
    (2.07684797867783, 0.12512187656567714),
    (3.20542900285647, 0.0069913404977412184),
    (4.512745863399783, 5.601272441031135e-05),
)
_NODES = np.array([*(-node for node, _ in _HALF[:0:-1]), *(node for node, _ in _HALF)])
_WEIGHTS = np.array([weight for _, weight in (*_HALF[:0:-1], *_HALF)])

# Distributions by the path of their prior, without "runoff." or the group in front.
Distributions = dict[str, Distribution]


def learned_priors(
    prepared: PreparedRace, learned: Learned, defaults: Sequence[PriorEntry]
) -> tuple[PriorEntry, ...]:
    """The runoff priors of a race from what was learned.

    Parameters
    ----------
    prepared
        The race, prepared.
    learned
        What finished runoffs taught.
    defaults
        The priors that ship, which say what each is.

    Returns
    -------
    tuple of PriorEntry
        Those of the defaults that something was learned of, with what was learned.
    """
    known = {entry.path: entry for entry in defaults}
    found = learned_distributions(prepared, learned)
    source, reasons = learned.teachers.describe(), _reasons(prepared, learned)
    return tuple(
        replace(
            known[f"runoff.{path}"],
            distribution=distribution,
            why=reasons.get(path, "learned from finished runoffs (docs/learning.md)"),
            source=source,
            origin="learned",
        )
        for path, distribution in found.items()
    )


def learned_distributions(prepared: PreparedRace, learned: Learned) -> Distributions:
    """The distributions of the runoff priors of a race, by path without "runoff."."""
    features, units = race_features(prepared), prepared.units
    fit = learned.transfers
    reach = 1.0 / _evenness(units, fit)
    kind = election_kind(prepared.race.contest)
    retention, arrivals = _turnout(learned.growth[kind], features, units, fit)
    relative = _relative_retention(fit)
    return {
        "retention.finalist": retention,
        "retention.bloc": relative,
        "retention.other": relative,
        "loyalty": _share(logit(LOYALTY), LOYALTY_REACH / Z_95),
        **_transfer(features, fit),
        "arrivals.rate": arrivals,
        "arrivals.baseline_weight": BASELINE_WEIGHT,
        "arrivals.shift": Fixed(0.0),
        "drift": _drift(features, fit, reach),
        **_errors(features, units, learned, reach),
    }


def _reasons(prepared: PreparedRace, learned: Learned) -> Mapping[str, str]:
    """Why some of the priors are what they are, by path without "runoff."."""
    kind = election_kind(prepared.race.contest)
    return {
        "retention.finalist": f"{learned.growth[kind].n_races} finished runoffs of this kind "
        f"({kind}) say how many come in all; nine in ten of those who could return do",
        "loyalty": "taken as known while the rest is learned",
        "arrivals.baseline_weight": "mixing more of the baseline into the arrivals made forecasts "
        "of finished runoffs worse",
        "arrivals.shift": "its spread is in the learned error of the race",
    }


def _transfer(features: RaceFeatures, fit: Fit) -> Distributions:
    """Where voters of eliminated candidates go."""
    sizes = dict(zip(SIZE_NAMES, np.exp(fit.mode.log_sizes), strict=True))
    n_transfer = len(TRANSFER_NAMES)
    covariance = fit.covariance[:n_transfer, :n_transfer]
    columns = bloc_columns(features)
    spread = np.sqrt(columns @ covariance @ columns + sizes["bloc"] ** 2)

    def per_unit(name: str) -> Points:
        index = TRANSFER_NAMES.index(name)
        return _points(fit.mode.transfer[index], np.sqrt(covariance[index, index]))

    return {
        "transfer.bloc": _share(columns @ fit.mode.transfer, spread),
        "transfer.other": _share(0.0, sizes["other candidates"]),
        "transfer.affinity": per_unit("affinity"),
        "transfer.lean": per_unit("lean"),
        "transfer.spread": Fixed(float(sizes["candidate"] * POINTS_PER_LOGIT)),
    }


def _drift(features: RaceFeatures, fit: Fit, reach: float) -> Points:
    """How far the log-odds of the race move from what the streams add up to."""
    columns = level_columns(features)
    start = len(TRANSFER_NAMES)
    inside = slice(start, start + len(LEVEL_NAMES))
    variance = columns @ fit.covariance[inside, inside] @ columns
    return _points(reach * (columns @ fit.mode.level), reach * np.sqrt(variance))


def _errors(
    features: RaceFeatures, units: UnitData, learned: Learned, reach: float
) -> Distributions:
    """The errors of the race, of counties and of units.

    In a race of one county its error is the race's. The learned error of a race also holds the
    mean of its counties' and units', which is not taken out again: that made the intervals of
    races of few units too narrow.
    """
    fit = learned.transfers
    name = "race, top-two primary" if features.top_two_primary else "race"
    size = float(np.exp(fit.mode.log_sizes[SIZE_NAMES.index(name)]))
    several = len(units.county_names) > 1
    laws = {
        f"error.{level}_{part}": learned.sizes[f"{part}_{level}"]
        for part in ("lean", "turnout")
        for level in ("county", "unit")
        if level == "unit" or several
    }
    none: Distributions = {
        "error.county_lean": Fixed(0.0),
        "error.county_turnout": Fixed(0.0),
    }
    return {
        "error.race_lean": Fixed(float(reach * size * POINTS_PER_LOGIT)),
        "error.race_tail": Fixed(float(fit.mode.df)),
        # How many come in all is learned as a whole, and lies in retention and arrivals.
        "error.race_turnout": Fixed(0.0),
        **{error: _size(law, features.eliminated) for error, law in laws.items()},
        **({} if several else none),
    }


def _relative_retention(fit: Fit) -> ShareRange:
    """Retention of eliminated candidates' voters for one of a finalist's."""
    log_ratio, sd = fit.mode.log_retention, fit.sd.log_retention
    ends = np.clip(
        np.exp(log_ratio + sd * Z_95 * np.array([-1.0, 1.0])), 0.05, _LARGEST_SHARE - 0.007
    )
    return ShareRange(float(ends[0]), float(ends[1]))


def _turnout(
    growth: Growth, features: RaceFeatures, units: UnitData, fit: Fit
) -> tuple[ShareRange, ShareRange]:
    """Retention of finalists' voters and the arrivals' rate that give the growth.

    Both are normal on the log-odds scale with the same standard deviation; the arrivals' centre
    and that standard deviation are set so that the log of the runoff's votes over the first
    round's has the mean and the spread of the growth.
    """
    votes = float(units.votes_cast.sum())
    absent = max(float(units.eligible.sum()) - votes, 1.0)
    ratio = min(float(np.exp(fit.mode.log_retention)), 1.0)
    returning = votes * (1.0 - features.eliminated * (1.0 - ratio))
    centre = float(logit(RETURNING * min(1.0, float(np.exp(growth.mean)))))
    weights = np.outer(_WEIGHTS, _WEIGHTS) / _WEIGHTS.sum() ** 2

    def log_growth(arrival: float, reach: float) -> tuple[float, float]:
        coming = returning * expit(centre + reach * _NODES)[:, None]
        arriving = absent * expit(arrival + reach * _NODES)[None, :]
        value = np.log((coming + arriving) / votes)
        mean = float((weights * value).sum())
        return mean, float(np.sqrt((weights * (value - mean) ** 2).sum()))

    missing = np.exp(growth.mean) * votes - returning * expit(centre)
    arrival = float(logit(np.clip(missing / absent, 0.02, 0.9)))
    reach = 0.7
    for _ in range(TURNOUT_STEPS):
        mean, sd = log_growth(arrival, reach)
        slope = (log_growth(arrival + 0.01, reach)[0] - mean) / 0.01
        step = np.clip((growth.mean - mean) / max(slope, 0.02), -1.0, 1.0)
        arrival = float(np.clip(arrival + step, *_ARRIVAL_RANGE))
        reach = float(np.clip(reach * growth.sd / sd, *_REACH_RANGE))
    return _share(centre, reach), _share(arrival, reach)


def _evenness(units: UnitData, fit: Fit) -> float:
    """How far the log-odds of the race move when those of all units move by one, at most 1.

    It is the mean of p (1 − p) over units, against that of the race, with p the share that the
    streams add up to with the voters of a bloc at the mean transfer.
    """
    transfer = expit(fit.mode.transfer[0])
    own = np.select([units.sides == FIRST, units.sides == SECOND], [transfer, 1 - transfer], 0.5)
    own[list(units.finalists)] = (LOYALTY, 1.0 - LOYALTY)
    first = units.candidate_votes @ own
    cast = units.votes_cast
    share = first / np.maximum(cast, 1)
    race = first.sum() / cast.sum()
    return float((cast * share * (1.0 - share)).sum() / (cast.sum() * race * (1.0 - race)))


def _size(law: SizeLaw, eliminated: float) -> SizeRange:
    median = law.median(eliminated) * POINTS_PER_LOGIT
    factor = float(np.exp(Z_95 * law.spread))
    return SizeRange(float(median / factor), float(median * factor))


def _share(log_odds: float | FloatArray, sd: float | FloatArray) -> ShareRange:
    ends = expit(np.asarray(log_odds) + np.asarray(sd) * Z_95 * np.array([-1.0, 1.0]))
    low, high = np.clip(ends, _SMALLEST_SHARE, _LARGEST_SHARE)
    return ShareRange(float(low), float(high))


def _points(log_odds: float | FloatArray, sd: float | FloatArray) -> Points:
    return Points(float(log_odds) * POINTS_PER_LOGIT, max(float(sd) * POINTS_PER_LOGIT, 1e-3))
