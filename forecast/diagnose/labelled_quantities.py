"""The posterior and the priors in units and names that a reader of the forecast understands.

Shares in hundredths, effects in points, candidates and counties by name: "turnout in Cobb",
not turnout_level + turnout_county[0].
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from forecast.priors.prior_set import FirstRoundPriors, PriorSet
from forecast.race.units import UnitData
from forecast.runoff.parameters import draw_parameters
from forecast.stats.arrays import FloatArray
from forecast.stats.distributions import POINTS_PER_LOGIT, expit

# Counties and covariates shown beyond these would make a wall of panels.
MAX_COUNTIES = 6
N_PRIOR_DRAWS = 4_000


@dataclass(frozen=True)
class PartPriors:
    """The priors of a part of the first-round model.

    Attributes
    ----------
    section
        Name of the part in the prior document.
    parameters
        The prior of each variable: the variable without the name of its part, and the name of
        the prior in the section.
    is_field
        Whether it splits a bloc among its candidates, whose effects cancel.
    """

    section: str
    parameters: Mapping[str, str]
    is_field: bool = False

    def path(self, variable: str) -> str:
        """Dotted name of the prior of a variable."""
        return f"first_round.{self.section}.{self.parameters[variable]}"

    def prior(self, priors: FirstRoundPriors, variable: str) -> Any:
        """The prior of a variable as a distribution."""
        return getattr(priors, f"{self.section}_{self.parameters[variable]}")


# The effects of counties whose spread is not learned have that spread's prior as their scale.
_TWO_WAY = {
    "level": "level",
    "slopes": "slope",
    "county": "county_spread",
    "county_spread": "county_spread",
    "unit_spread": "unit_spread",
}
# The fields of all blocs share their priors.
_FIELD = PartPriors(
    "field", {"slopes": "slope", "county": "county", "unit_spread": "unit_spread"}, is_field=True
)
PARTS: Mapping[str, PartPriors] = {
    "turnout": PartPriors("turnout", _TWO_WAY),
    "lean": PartPriors("lean", _TWO_WAY),
    "field_first": _FIELD,
    "field_second": _FIELD,
    "field_rest": _FIELD,
}


@dataclass(frozen=True, eq=False)
class Quantity:
    """One number of the first-round model under a name that people use.

    Attributes
    ----------
    label
        What it is, with its unit at the end.
    path
        Dotted name of the prior that it has, "first_round.lean.level".
    posterior
        Shape (n_chains, n_draws).
    prior
        Draws of its prior, shape (N_PRIOR_DRAWS,).
    log_prior
        Log prior density of its draws up to a constant, shape (n_chains, n_draws); of a vector,
        the whole one's.
    """

    label: str
    path: str
    posterior: FloatArray
    prior: FloatArray
    log_prior: FloatArray


def first_round_quantities(
    draws: Any,
    priors: FirstRoundPriors,
    names: Mapping[str, Sequence[str]],
    rng: np.random.Generator,
) -> tuple[Quantity, ...]:
    """Every tuned number of the first-round model; effects in a field for its largest candidate.

    Parameters
    ----------
    draws
        The posterior, a Dataset with chain and draw.
    priors
        The priors of the first-round model.
    names
        Names of the parts and their categories, for the labels: {"turnout": ["turnout"], "lean":
        ["Handel's side"], "field_first": ["share of Handel", "share of Gray"]}.
    rng
        Source of the prior draws.
    """
    found: list[Quantity] = []
    for part, (name, *smaller) in names.items():
        if f"{part}_level" not in draws:
            continue
        if not PARTS[part].is_field:
            found.append(_level(part, name, draws, priors, rng))
        found += _effects(part, name, "slopes", draws, priors, rng)
        found += _effects(part, name, "county", draws, priors, rng)
        # The largest candidate of a field has what the others leave, and no spread of its own.
        found += _spreads(part, OF_UNITS, smaller or [name], draws, priors, rng)
        if f"{part}_county_spread" in draws:
            found += _spreads(part, OF_COUNTIES, [name], draws, priors, rng)
    return tuple(found)


def county_levels(
    draws: Any, part: str, units: UnitData, largest: int = 2 * MAX_COUNTIES
) -> dict[str, FloatArray]:
    """Share in a mean unit of each of the largest counties, in hundredths, (chain, draw)."""
    level = draws[f"{part}_level"].values[..., None]
    if f"{part}_county" in draws:
        level = level + draws[f"{part}_county"].values
    votes = np.bincount(units.county_index, units.votes_cast, len(units.county_names))
    order = np.argsort(-votes)[: min(largest, level.shape[-1])]
    return {units.county_names[index]: 100 * expit(level[..., index]) for index in order}


def runoff_shares(
    priors: PriorSet,
    units: UnitData,
    candidates: Mapping[int, str],
    finalists: tuple[str, str],
    rng: np.random.Generator,
) -> dict[str, FloatArray]:
    """What the runoff priors say of voters, as shares in hundredths, shape (N_PRIOR_DRAWS,).

    Parameters
    ----------
    priors, units
        The priors and the race.
    candidates
        Index to short name of those that are shown, in this order.
    finalists
        Short names of the finalists.
    rng
        Source of randomness.
    """
    drawn = draw_parameters(priors.runoff, units, rng, N_PRIOR_DRAWS)
    shares: dict[str, FloatArray] = {}
    for index, name in candidates.items():
        kept, first = drawn.retention[:, index], drawn.transfer[:, index]
        shares[f"{name}'s voters who vote again"] = kept
        for finalist, part in zip(finalists, (first, 1 - first), strict=True):
            if index in units.finalists and name != finalist:
                continue
            verb = "stay with" if name == finalist else "go to"
            who = "the candidate" if name == finalist else finalist
            shares[f"{name}'s voters who {verb} {who}"] = kept * part
    shares["absent in round one who come now"] = drawn.arrivals_rate
    return {label: 100 * values for label, values in shares.items()}


def _level(
    part: str, name: str, draws: Any, priors: FirstRoundPriors, rng: np.random.Generator
) -> Quantity:
    prior = PARTS[part].prior(priors, "level")
    values = draws[f"{part}_level"].values
    return Quantity(
        f"{name} in a mean unit, %",
        PARTS[part].path("level"),
        100 * expit(values),
        100 * prior.sample(rng, N_PRIOR_DRAWS),
        _log_normal(values, prior.mean_logit, prior.sd_logit),
    )


@dataclass(frozen=True)
class _Spread:
    """A spread of the model: its variable, of what it is, and one point in its unit."""

    variable: str
    of: str
    point: float


OF_UNITS = _Spread("unit_spread", "units", 1.0)
OF_COUNTIES = _Spread("county_spread", "counties", 1 / POINTS_PER_LOGIT)


def _spreads(
    part: str,
    spread: _Spread,
    names: Sequence[str],
    draws: Any,
    priors: FirstRoundPriors,
    rng: np.random.Generator,
) -> list[Quantity]:
    """Spreads, one or one a candidate, in points."""
    prior = PARTS[part].prior(priors, spread.variable)
    values = draws[f"{part}_{spread.variable}"].values / spread.point  # (chain, draw[, candidate])
    values = values.reshape((*values.shape[:2], len(names)))
    return [
        Quantity(
            f"{name}: spread of {spread.of}, points",
            PARTS[part].path(spread.variable),
            values[..., index],
            prior.sample(rng, N_PRIOR_DRAWS),
            _log_normal(values, 0, prior.scale).sum(axis=2),
        )
        for index, name in enumerate(names)
    ]


def _effects(
    part: str,
    name: str,
    kind: str,
    draws: Any,
    priors: FirstRoundPriors,
    rng: np.random.Generator,
) -> list[Quantity]:
    """Slopes or county effects, in points at an even split; none where they are learned."""
    variable = f"{part}_{kind}"
    if variable not in draws or (kind == "county" and f"{part}_county_spread" in draws):
        return []
    array = draws[variable]
    values = POINTS_PER_LOGIT * array.values  # (chain, draw, covariate or county[, candidate])
    is_field, prior = PARTS[part].is_field, PARTS[part].prior(priors, kind)
    sd = getattr(prior, "sd", None) or prior.scale
    mean = getattr(prior, "mean", 0.0)
    prior_draws = rng.normal(mean, sd, (N_PRIOR_DRAWS, *values.shape[2:]))
    log_prior = _log_normal(values, mean, sd).sum(axis=tuple(range(2, values.ndim)))
    if is_field:  # effects on the candidates of a bloc cancel
        prior_draws = prior_draws - prior_draws.mean(axis=-1, keepdims=True)
        values, prior_draws = values[..., 0], prior_draws[..., 0]
    if kind == "county":  # and so do those of the counties
        prior_draws = prior_draws - prior_draws.mean(axis=-1, keepdims=True)
    shown = 1 if is_field else MAX_COUNTIES
    levels = _without_remarks([str(level) for level in array[array.dims[2]].values[:shown]])
    link = "follows" if kind == "slopes" else "in"
    path = PARTS[part].path(kind)
    return [
        Quantity(
            f"{name} {link} {level}, points",
            path,
            values[..., index],
            prior_draws[..., index],
            log_prior,
        )
        for index, level in enumerate(levels)
    ]


def _without_remarks(names: list[str]) -> list[str]:
    """Names without what stands behind them in brackets, where they still differ."""
    short = [name.partition(" (")[0] for name in names]
    return short if len(set(short)) == len(names) else names


def _log_normal(values: FloatArray, mean: float, sd: float) -> FloatArray:
    """Log-density of a normal, or of its folded half, up to a constant."""
    return np.asarray(-0.5 * ((values - mean) / sd) ** 2)
