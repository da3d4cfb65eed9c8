"""The hierarchical model in PyMC: coefficients, streams, and the likelihood of the runoffs."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt
import pymc as pm
import pytensor.tensor as pt

from forecast.learn.design import BLOC_DAYS, Design
from forecast.learn.effects import APART, NUMBER_LABELS, SIZES, EffectLayout
from forecast.learn.hierarchical_priors import Prior
from forecast.stats.arrays import FloatArray

Graph = Any  # a node of the graph; PyTensor has no types that a checker could use
Values = Mapping[str, Graph]
LEAST_VARIANCE = 1e-6
MAPPINGS = ("index", "pairs", "free")  # of effects, in a design


@dataclass(frozen=True, eq=False)
class Predicted:
    """What the model says of every race, shape (R,) each: location, variance of the scale, tail.

    The runoff's log-odds and the log turnout ratio are Student t; a variance is the square of
    the scale.
    """

    location: Graph
    variance: Graph
    tail: Graph
    turnout: Graph
    turnout_variance: Graph
    turnout_tail: Graph


def build_model(
    design: Design,
    log_odds: FloatArray,
    log_turnout: FloatArray,
    layout: EffectLayout,
    priors: Mapping[str, Prior],
) -> tuple[pm.Model, Predicted]:
    """The model of finished races.

    The races are data of the model: `races_as_data` makes the arrays of other ones with the same
    layout, such as those that are left when some are held out.

    Parameters
    ----------
    design
        Finished races.
    log_odds, log_turnout
        Of their runoffs, shape (R,).
    layout
        The effects.
    priors
        As `load_hierarchy_priors` reads them.

    Returns
    -------
    tuple
        The model, and what it says of each race as graphs of its variables and data.
    """
    with pm.Model() as model:
        arrays = races_as_data(design, log_odds, log_turnout)
        data = {name: pm.Data(name, values) for name, values in arrays.items()}
        values = coefficients(layout, priors)
        said = predict(values, _symbolic(data))
        odds = _student(data["race.log_odds"], said.location, said.variance, said.tail)
        turnout = _student(
            data["race.log_turnout"], said.turnout, said.turnout_variance, said.turnout_tail
        )
        pm.Potential("runoffs", odds.sum())
        pm.Potential("turnouts", turnout.sum())
    return model, said


def races_as_data(
    design: Design, log_odds: FloatArray, log_turnout: FloatArray
) -> dict[str, npt.NDArray[np.generic]]:
    """The arrays of races by the names that the model has for them."""
    arrays = {f"race.{name}": v for name, v in vars(design).items() if name not in MAPPINGS}
    for part in MAPPINGS:
        arrays |= {f"{part}.{effect}": v for effect, v in getattr(design, part).items()}
    return {**arrays, "race.log_odds": log_odds, "race.log_turnout": log_turnout}


def _symbolic(data: Mapping[str, Graph]) -> Design:
    """A design whose arrays are nodes of the graph."""
    mappings: dict[str, Any] = {part: {} for part in MAPPINGS}
    for name, value in data.items():
        part, _, effect = name.partition(".")
        if part in MAPPINGS:
            mappings[part][effect] = value
    names = [field.name for field in fields(Design) if field.name not in MAPPINGS]
    arrays: dict[str, Any] = {name: data[f"race.{name}"] for name in names}
    return Design(**mappings, **arrays)


def coefficients(layout: EffectLayout, priors: Mapping[str, Prior]) -> dict[str, Graph]:
    """Standard normal variables, and the coefficients that they stand for.

    Effects of groups get a 0 at their end, for races that have no such effect.
    """
    values: dict[str, Graph] = {}
    for name, prior in priors.items():
        labels = NUMBER_LABELS.get(name, ("",))
        z = pm.Normal(name, 0.0, 1.0, shape=len(labels))
        linear = prior.centre + prior.width * z
        value = pt.exp(linear) if prior.positive else linear
        values[name] = value if name in NUMBER_LABELS else value[0]
    for effect, size in SIZES.items():
        n_labels = len(layout.labels[effect])
        z = pm.Normal(effect, 0.0, 1.0, shape=n_labels)
        values[effect] = pt.concatenate([values[f"size.{size}"] * z, np.zeros(1)])
    return values


def predict(values: Values, design: Design) -> Predicted:
    """What the coefficients say of races."""
    v, d, at = values, design, design.index
    race = d.race
    bind = (
        v["transfer.bind"]
        + v["bind_country"][at["bind_country"]]
        + v["bind_place"][at["bind_place"]]
        + v["bind_era"][at["bind_era"]]
        + v["bind_level"][at["bind_level"]]
        + v["bind_kind"][at["bind_kind"]]
        + pt.dot(d.steps, v["bind_walk"][:-1])
        + v["transfer.agreement"] * d.agreement
        + v["transfer.later_agreement"] * d.later_agreement
    )
    target = pt.cast(1 - d.blocs, "int64")
    affinity = v["transfer.affinity"][target] + v["affinity_place"][at["affinity_place"]]
    lean = v["transfer.lean"][target] + v["lean_place"][at["lean_place"]]
    distance = v["transfer.distance"] + v["distance_country"][at["distance_country"]]
    transfer = (
        d.side * (bind[race] + v["transfer.own"] * d.others)
        + affinity[race] * d.affinity
        + lean[race] * d.lean
        + distance[race] * d.nearness
        + d.direction * (v["triple"][d.triple] + v["triple_day"][d.triple_day])
    )
    log_return = (
        v["return.base"]
        + v["return_kind"][at["return_kind"]]
        + v["return_country"][at["return_country"]]
    )
    returning = d.share * pt.exp(log_return[race] + v["return.without_bloc"] * d.alone)
    first = pt.sigmoid(transfer)
    gained = [_per_race(returning * part, d) for part in (first, 1 - first)]
    votes = [d.loyal[:, side] + gained[side] for side in (0, 1)]
    streams = pt.log(votes[0]) - pt.log(votes[1])

    reversion = (
        v["reversion.base"][d.parties]
        + v["reversion_kind"][at["reversion_kind"]]
        + v["reversion_place"][at["reversion_place"]]
        + v["reversion.eliminated"][d.parties] * d.eliminated
    )
    weights = d.has_past * (v["location.weight"][None, :] + v["weight_country"][d.past_index])
    slope = 1 + reversion - weights.sum(axis=1)
    moved = sum(v[effect][index] for effect, index in d.pairs.items())
    location = (
        slope * streams
        + (weights * d.past).sum(axis=1)
        + (moved[:, 0] - moved[:, 1])
        + v["location.consolidation"] * d.consolidation
    )
    by_transfer = (
        slope[race] * returning * first * (1 - first) * (1 / votes[0] + 1 / votes[1])[race]
    )
    return Predicted(
        location,
        _variance(v, d, streams, by_transfer),
        2 + pt.exp(v["scale.log_tail"])[target],
        _turnout(v, d, votes[0] + votes[1]),
        _turnout_variance(v, d),
        2 + pt.exp(v["turnout.log_tail"]),
    )


def _variance(v: Values, d: Design, streams: Graph, by_transfer: Graph) -> Graph:
    """Square of the scale of the log-odds: the race's error, transfers, days without effect."""
    at = d.index
    log_scale = (
        v["scale.base"]
        + v["scale.parties"][d.parties]
        + v["scale_kind"][at["scale_kind"]]
        + v["scale_level"][at["scale_level"]]
        + v["scale_place"][at["scale_place"]]
        + v["scale.consolidation"] * abs(d.consolidation)
        + v["scale.electorate"] * d.electorate
        + v["scale.eliminated"] * d.eliminated
        + v["scale.lead"] * (pt.sqrt(streams**2 + 0.01) - 0.5)
    )
    has_side = abs(d.side)
    shared = (
        v["noise.side"] ** 2 * has_side
        + v["noise.other"] ** 2 * (1 - has_side)
        + v["size.triple"] ** 2 * d.triple_free
        + v["size.triple_day"] ** 2 * d.triple_day_free
    )
    noise = by_transfer**2 * (v["noise.candidate"] ** 2 * d.concentration + shared)
    days = sum(v[f"size.{name}"] ** 2 * d.free[name] for name in BLOC_DAYS)
    return pt.exp(2 * log_scale) + _per_race(noise, d) + days + LEAST_VARIANCE


def _turnout(v: Values, d: Design, retained: Graph) -> Graph:
    at = d.index
    return (
        v["turnout.base"]
        + v["turnout_kind"][at["turnout_kind"]]
        + v["turnout_pairing"][at["turnout_pairing"]]
        + v["turnout_level"][at["turnout_level"]]
        + v["turnout_place"][at["turnout_place"]]
        + sum(v[effect][at[effect]] for effect in (f"turnout_day_{apart}" for apart in APART))
        + v["turnout.electorate"] * d.electorate
        + pt.log(retained)
    )


def _turnout_variance(v: Values, d: Design) -> Graph:
    at = d.index
    log_scale = (
        v["turnout.scale"]
        + v["turnout_scale_kind"][at["turnout_scale_kind"]]
        + v["turnout_scale_level"][at["turnout_scale_level"]]
        + v["turnout_scale_place"][at["turnout_scale_place"]]
        + v["turnout.scale_electorate"] * d.electorate
    )
    names = [f"turnout_day_{apart}" for apart in APART]
    days = sum(v[f"size.{name}"] ** 2 * d.free[name] for name in names)
    return pt.exp(2 * log_scale) + days + LEAST_VARIANCE


def _per_race(values: Graph, design: Design) -> Graph:
    """Sums over the groups of each race, shape (R,)."""
    return pt.inc_subtensor(pt.zeros_like(design.eliminated)[design.race], values)


def _student(y: Graph, location: Graph, variance: Graph, tail: Graph) -> Graph:
    """Log density of a Student t."""
    z2 = (y - location) ** 2 / variance
    constant = pt.gammaln((tail + 1) / 2) - pt.gammaln(tail / 2) - 0.5 * pt.log(np.pi * tail)
    return constant - 0.5 * pt.log(variance) - (tail + 1) / 2 * pt.log1p(z2 / tail)
