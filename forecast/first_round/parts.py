"""The two counts of two ways that the first-round model explains: turnout and lean.

What a part is made of is said here once, for PyMC and for the integration.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from forecast.priors.prior_set import FirstRoundPriors
from forecast.race.units import UnitData
from forecast.stats.arrays import FloatArray, IndexArray, IntArray
from forecast.stats.distributions import POINTS_PER_LOGIT, Points, PointsSize, ShareRange

# Fewer counties can't tell their own spread, and trying makes a funnel.
COUNTIES_TO_LEARN = 8
# A spread between units in points is above nothing, and below the 50 of a coin that is all or
# nothing.
LEAST_UNIT_SPREAD, MOST_UNIT_SPREAD = 0.05, 45.0


@dataclass(frozen=True, eq=False)
class TwoWayPart:
    """A beta-binomial regression of a count of two ways, over the units where any was counted.

    Attributes
    ----------
    name
        "turnout" or "lean".
    successes, trials
        Shape (n_counted,).
    covariates
        Shape (n_counted, n_covariates).
    county_index
        County of each counted unit, shape (n_counted,).
    n_counties
        Of the race.
    level, slope, county_spread, unit_spread
        Priors.
    """

    name: str
    successes: IntArray
    trials: IntArray
    covariates: FloatArray
    county_index: IndexArray
    n_counties: int
    level: ShareRange
    slope: Points
    county_spread: PointsSize
    unit_spread: PointsSize

    @cached_property
    def has_counties(self) -> bool:
        """Whether counties have effects of their own.

        They have none where fewer than two counties have two counted units: nothing could tell
        what is the county's from what is its only unit's.
        """
        units = np.bincount(self.county_index, minlength=self.n_counties)
        return bool(np.count_nonzero(units > 1) > 1)

    @property
    def learns_county_spread(self) -> bool:
        """Whether the spread of the effects of counties is learned, or its prior's scale."""
        return self.has_counties and self.n_counties >= COUNTIES_TO_LEARN

    @property
    def county_scale(self) -> float:
        """Scale of the prior of the spread between counties, in log-odds."""
        return self.county_spread.scale / POINTS_PER_LOGIT

    @property
    def slope_mean(self) -> float:
        """Prior mean of each slope, in log-odds."""
        return self.slope.mean / POINTS_PER_LOGIT

    @property
    def slope_sd(self) -> float:
        """Prior standard deviation of each slope, in log-odds."""
        return self.slope.sd / POINTS_PER_LOGIT


def two_way_parts(units: UnitData, priors: FirstRoundPriors) -> tuple[TwoWayPart, ...]:
    """Turnout, where the registered voters are known, and lean."""
    sides = units.side_votes
    lean = _part(
        "lean",
        sides[:, 0],
        sides.sum(axis=1),
        units.lean_covariates,
        units,
        (priors.lean_level, priors.lean_slope, priors.lean_county_spread, priors.lean_unit_spread),
    )
    if not units.eligible_known:
        return (lean,)
    turnout = _part(
        "turnout",
        units.votes_cast,
        np.rint(units.eligible).astype(np.int64),
        units.turnout_covariates,
        units,
        (
            priors.turnout_level,
            priors.turnout_slope,
            priors.turnout_county_spread,
            priors.turnout_unit_spread,
        ),
    )
    return turnout, lean


def _part(
    name: str,
    successes: IntArray,
    trials: IntArray,
    covariates: FloatArray,
    units: UnitData,
    priors: tuple[ShareRange, Points, PointsSize, PointsSize],
) -> TwoWayPart:
    counted = trials > 0
    return TwoWayPart(
        name,
        successes[counted],
        trials[counted],
        covariates[counted],
        units.county_index[counted],
        len(units.county_names),
        *priors,
    )
