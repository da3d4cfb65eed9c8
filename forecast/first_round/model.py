"""The first-round model: turnout, lean and field of every unit, in PyMC.

Turnout and lean are what a forecast needs. The fields, how a bloc splits among its candidates,
share no parameter with them and are a model of their own, fitted where somebody looks at them.

Units are over-dispersed around a regression on the baselines. Their effects are integrated
out (beta-binomials, nested ones for the fields), which leaves some dozens of parameters to
sample whatever the number of units; a unit's own effect given the rest is a beta
distribution, known in closed form, which the core uses (`forecast.runoff.streams`).
"""

from typing import Any

import numpy as np
import pymc as pm

from forecast.priors.prior_set import FirstRoundPriors
from forecast.race.units import UnitData
from forecast.stats.arrays import FloatArray, IntArray
from forecast.stats.beta import concentration_of_spread
from forecast.stats.distributions import POINTS_PER_LOGIT, Points, PointsSize, ShareRange

Tensor = Any  # PyTensor's own annotations are not complete enough for a strict check

# Fewer counties can't tell their own spread, and trying makes a funnel.
COUNTIES_TO_LEARN = 8


def build_first_round_model(
    units: UnitData, priors: FirstRoundPriors, *, centred: bool = False
) -> pm.Model:
    """Build the model of turnout and lean.

    Parameters
    ----------
    units
        The race as arrays.
    priors
        Priors of the first-round model.
    centred
        Centre the county effects, whose posterior much data make normal, as the approximation
        of large races needs them.

    Returns
    -------
    pm.Model
        With the free parameters in the units of their priors' log-odds, and the observed
        ``turnout_votes`` (where the registered voters are known) and ``lean_votes``.
    """
    coords = {
        "county": list(units.county_names),
        "lean_covariate": list(units.lean_names),
        "turnout_covariate": list(units.turnout_names),
    }
    with pm.Model(coords=coords) as model:
        if units.eligible_known:
            _binomial_part(
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
                centred=centred,
            )
        sides = units.side_votes
        _binomial_part(
            "lean",
            sides[:, 0],
            sides.sum(axis=1),
            units.lean_covariates,
            units,
            (
                priors.lean_level,
                priors.lean_slope,
                priors.lean_county_spread,
                priors.lean_unit_spread,
            ),
            centred=centred,
        )
    return model


def _binomial_part(
    name: str,
    successes: IntArray,
    trials: IntArray,
    covariates: FloatArray,
    units: UnitData,
    priors: tuple[ShareRange, Points, PointsSize, PointsSize],
    *,
    centred: bool,
) -> None:
    """Beta-binomial regression of a two-way count with county effects."""
    level_prior, slope_prior, county_prior, unit_prior = priors
    level = pm.Normal(f"{name}_level", level_prior.mean_logit, level_prior.sd_logit)
    log_odds = level + np.zeros(units.n_units)
    if covariates.shape[1]:
        slopes = pm.Normal(
            f"{name}_slopes",
            slope_prior.mean / POINTS_PER_LOGIT,
            slope_prior.sd / POINTS_PER_LOGIT,
            dims=f"{name}_covariate",
        )
        log_odds = log_odds + pm.math.dot(covariates, slopes)
    if len(units.county_names) > 1:
        county = _county_effects(name, county_prior, units, centred=centred)
        log_odds = log_odds + county[units.county_index]
    spread = unit_spread(name, unit_prior)
    share = pm.math.invlogit(log_odds)
    weight = concentration_of_spread(spread)
    counted = trials > 0
    pm.BetaBinomial(
        f"{name}_votes",
        n=trials[counted],
        alpha=share[counted] * weight,
        beta=(1 - share[counted]) * weight,
        observed=successes[counted],
    )


def _county_effects(name: str, prior: PointsSize, units: UnitData, *, centred: bool) -> Tensor:
    """Effects of the counties around their mean; their spread is learned where it can be."""
    scale = prior.scale / POINTS_PER_LOGIT
    if len(units.county_names) < COUNTIES_TO_LEARN:
        return pm.ZeroSumNormal(f"{name}_county", sigma=scale, dims="county")
    spread = pm.HalfNormal(f"{name}_county_spread", scale)
    if centred:
        return pm.ZeroSumNormal(f"{name}_county", sigma=spread, dims="county")
    # Not centred: counties may differ by anything down to nothing.
    score = pm.ZeroSumNormal(f"{name}_county_score", dims="county")
    return pm.Deterministic(f"{name}_county", spread * score, dims="county")


def unit_spread(name: str, prior: PointsSize, dims: str | None = None) -> Tensor:
    """Spread between units in points, kept below the 50 of a coin that is all or nothing."""
    return pm.Truncated(
        f"{name}_unit_spread", pm.HalfNormal.dist(prior.scale), lower=0.05, upper=45, dims=dims
    )
