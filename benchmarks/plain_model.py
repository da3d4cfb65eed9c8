"""The first-round model as most people would write it first: what `benchmarks/fit.py` compares.

Same data, covariates and priors as `forecast.first_round.model`, turnout and lean. Every unit
has an effect of its own, normal on the log-odds scale, to sample; nothing is integrated out.
"""

from typing import Any

import numpy as np
import pymc as pm

from forecast.priors.prior_set import FirstRoundPriors
from forecast.race.units import UnitData
from forecast.stats.distributions import POINTS_PER_LOGIT, Points, PointsSize, ShareRange


def build_plain_model(units: UnitData, priors: FirstRoundPriors) -> pm.Model:
    """Binomial counts with a normal effect a unit and a county.

    Parameters
    ----------
    units, priors
        As for `forecast.first_round.model.build_first_round_model`.
    """
    sides = units.side_votes
    with pm.Model() as model:
        if units.eligible_known:
            eligible = np.rint(units.eligible).astype(np.int64)
            _part(
                "turnout",
                units.votes_cast,
                eligible,
                units.turnout_covariates,
                units,
                priors.turnout_level,
                priors.turnout_slope,
                priors.turnout_county_spread,
                priors.turnout_unit_spread,
            )
        _part(
            "lean",
            sides[:, 0],
            sides.sum(axis=1),
            units.lean_covariates,
            units,
            priors.lean_level,
            priors.lean_slope,
            priors.lean_county_spread,
            priors.lean_unit_spread,
        )
    return model


def _part(
    name: str,
    successes: Any,
    trials: Any,
    covariates: Any,
    units: UnitData,
    level: ShareRange,
    slope: Points,
    county: PointsSize,
    unit: PointsSize,
) -> None:
    log_odds = pm.Normal(f"{name}_level", level.mean_logit, level.sd_logit)
    slopes = pm.Normal(
        f"{name}_slopes",
        slope.mean / POINTS_PER_LOGIT,
        slope.sd / POINTS_PER_LOGIT,
        shape=covariates.shape[1],
    )
    log_odds = log_odds + pm.math.dot(covariates, slopes)
    for level_name, prior, index in (
        ("county", county, units.county_index),
        ("unit", unit, np.arange(units.n_units)),
    ):
        spread = pm.HalfNormal(f"{name}_{level_name}_spread", prior.scale / POINTS_PER_LOGIT)
        effects = pm.Normal(f"{name}_{level_name}", 0, spread, shape=int(index.max()) + 1)
        log_odds = log_odds + effects[index]
    pm.Binomial(f"{name}_votes", n=trials, p=pm.math.invlogit(log_odds), observed=successes)
