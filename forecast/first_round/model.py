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

from forecast.first_round.parts import (
    LEAST_UNIT_SPREAD,
    MOST_UNIT_SPREAD,
    TwoWayPart,
    two_way_parts,
)
from forecast.priors.prior_set import FirstRoundPriors
from forecast.race.units import UnitData
from forecast.stats.beta import concentration_of_spread
from forecast.stats.distributions import PointsSize

Tensor = Any  # PyTensor's own annotations are not complete enough for a strict check


def build_first_round_model(units: UnitData, priors: FirstRoundPriors) -> pm.Model:
    """Build the model of turnout and lean.

    Parameters
    ----------
    units
        The race as arrays.
    priors
        Priors of the first-round model.

    Returns
    -------
    pm.Model
        With the free parameters in the units of their priors' log-odds, and the observed
        ``turnout_votes`` (where the registered voters are known) and ``lean_votes``.
    """
    with pm.Model(coords=coordinates(units)) as model:
        for part in two_way_parts(units, priors):
            _binomial_part(part)
    return model


def coordinates(units: UnitData) -> dict[str, list[str]]:
    """Labels of the counties and covariates."""
    return {
        "county": list(units.county_names),
        "lean_covariate": list(units.lean_names),
        "turnout_covariate": list(units.turnout_names),
    }


def _binomial_part(part: TwoWayPart) -> None:
    """Beta-binomial regression of a two-way count with county effects."""
    name = part.name
    level = pm.Normal(f"{name}_level", part.level.mean_logit, part.level.sd_logit)
    log_odds = level + np.zeros(len(part.trials))
    if part.covariates.shape[1]:
        slopes = pm.Normal(
            f"{name}_slopes", part.slope_mean, part.slope_sd, dims=f"{name}_covariate"
        )
        log_odds = log_odds + pm.math.dot(part.covariates, slopes)
    if part.has_counties:
        log_odds = log_odds + _county_effects(part)[part.county_index]
    spread = unit_spread(name, part.unit_spread)
    share = pm.math.invlogit(log_odds)
    weight = concentration_of_spread(spread)
    pm.BetaBinomial(
        f"{name}_votes",
        n=part.trials,
        alpha=share * weight,
        beta=(1 - share) * weight,
        observed=part.successes,
    )


def _county_effects(part: TwoWayPart) -> Tensor:
    """Effects of the counties around their mean; their spread is learned where it can be."""
    name, scale = part.name, part.county_scale
    if not part.learns_county_spread:
        return pm.ZeroSumNormal(f"{name}_county", sigma=scale, dims="county")
    spread = pm.HalfNormal(f"{name}_county_spread", scale)
    # Not centred: counties may differ by anything down to nothing.
    score = pm.ZeroSumNormal(f"{name}_county_score", dims="county")
    return pm.Deterministic(f"{name}_county", spread * score, dims="county")


def unit_spread(name: str, prior: PointsSize, dims: str | None = None) -> Tensor:
    """Spread between units in points."""
    return pm.Truncated(
        f"{name}_unit_spread",
        pm.HalfNormal.dist(prior.scale),
        lower=LEAST_UNIT_SPREAD,
        upper=MOST_UNIT_SPREAD,
        dims=dims,
    )
