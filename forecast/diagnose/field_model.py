"""How the blocs of a race split among their candidates, in PyMC: the model of the fields."""

from dataclasses import dataclass

import numpy as np
import pymc as pm

from forecast.diagnose.nested_split import nested_split
from forecast.first_round.model import Tensor, unit_spread
from forecast.priors.prior_set import FirstRoundPriors
from forecast.race.units import FIRST, NEITHER, SECOND, UnitData
from forecast.stats.arrays import FloatArray, IndexArray, IntArray
from forecast.stats.beta import concentration_of_spread
from forecast.stats.distributions import POINTS_PER_LOGIT

# A candidate below this share of the bloc can't be measured by unit: pooled in the field.
MINOR_CANDIDATE = 0.02


# A bloc below this share of the vote has no field worth a model.
MINOR_FIELD = 0.02


# Log-odds between candidates of a bloc: leaves room for shares from 1 to 99 in 100.
FIELD_LEVEL_SD = 2.5


# So many units of a large race show how its blocs split; all of them would take hours.
FIELD_UNITS = 2_000


FIELD_UNITS_SEED = 1


@dataclass(frozen=True, eq=False)
class Field:
    """The candidates of a bloc as the field model sees them.

    Attributes
    ----------
    name
        "field_first", "field_second" or "field_rest".
    members
        Indices of the candidates in each category, those with the most votes first, so that
        no order of the returns or of the finalists matters; the last may pool minor ones.
    votes
        Votes of each category, shape (n_units, n_categories).
    """

    name: str
    members: tuple[tuple[int, ...], ...]
    votes: IntArray


def fields_of(units: UnitData) -> tuple[Field, ...]:
    """The blocs with at least two categories of candidates to tell apart."""
    made = []
    for name, side in (("first", FIRST), ("second", SECOND), ("rest", NEITHER)):
        inside = np.flatnonzero(units.sides == side)
        totals = units.candidate_votes[:, inside].sum(axis=0)
        large = totals >= MINOR_CANDIDATE * max(int(totals.sum()), 1)
        by_votes = np.argsort(-totals, kind="stable")
        members: list[tuple[int, ...]] = [(int(inside[i]),) for i in by_votes if large[i]]
        if not large.all():
            members.append(tuple(int(index) for index in inside[~large]))
        votes = [units.candidate_votes[:, list(member)].sum(axis=1) for member in members]
        large_enough = totals.sum() >= MINOR_FIELD * units.votes_cast.sum()
        if len(members) >= 2 and large_enough and all(count.sum() > 0 for count in votes):
            made.append(Field(f"field_{name}", tuple(members), np.stack(votes, axis=1)))
    return tuple(made)


def field_units(units: UnitData, approximate_above: int) -> IndexArray:
    """The units that the field model sees: all, or a random sample of a large race.

    Parameters
    ----------
    units
        The race as arrays.
    approximate_above
        Races of more units are large.
    """
    if units.n_units <= max(approximate_above, FIELD_UNITS):
        return np.arange(units.n_units)
    rng = np.random.default_rng(FIELD_UNITS_SEED)
    return np.sort(rng.choice(units.n_units, FIELD_UNITS, replace=False))


def build_field_model(
    units: UnitData,
    priors: FirstRoundPriors,
    candidates: tuple[str, ...],
    unit_index: IndexArray | None = None,
) -> pm.Model:
    """Build the model of the fields, which `fields_of` must have found some of.

    Parameters
    ----------
    units, priors
        As for `build_first_round_model`.
    candidates
        Names of the first-round candidates, for the labels.
    unit_index
        The units that it sees; None for all.

    Returns
    -------
    pm.Model
        With one observed ``<field>_votes`` a bloc.
    """
    fields = fields_of(units)
    rows = np.arange(units.n_units) if unit_index is None else unit_index
    coords = {
        "county": list(units.county_names),
        "lean_covariate": list(units.lean_names),
    }
    for field in fields:
        labels = [_label(member, candidates) for member in field.members]
        coords |= {f"{field.name}_candidate": labels, f"{field.name}_smaller": labels[1:]}
    with pm.Model(coords=coords) as model:
        for field in fields:
            _field_part(field, units, priors, rows)
    return model


def _field_part(
    field: Field, units: UnitData, priors: FirstRoundPriors, unit_index: IndexArray
) -> None:
    """Split of a bloc among its candidates, all but the largest with a spread of its own."""
    name, smaller = field.name, f"{field.name}_smaller"
    counted = unit_index[field.votes[unit_index].sum(axis=1) > 0]
    votes = field.votes[counted]
    # Fixed scales: one bloc has too few candidates and counties to learn a spread from, and
    # trying makes a funnel.
    level = pm.Normal(f"{name}_level_contrast", 0, FIELD_LEVEL_SD, dims=smaller)
    log_odds = _of_candidates(f"{name}_level", level, field)[None, :]
    if units.lean_covariates.shape[1]:
        slopes = pm.Normal(
            f"{name}_slopes_contrast",
            0,
            priors.field_slope.sd / POINTS_PER_LOGIT,
            dims=("lean_covariate", smaller),
        )
        slopes = _of_candidates(f"{name}_slopes", slopes, field, "lean_covariate")
        log_odds = log_odds + pm.math.dot(units.lean_covariates[counted], slopes)
    seen = seen_counties(units.county_index[counted])
    if len(seen) > 1:
        seen_names = [units.county_names[index] for index in seen]
        pm.modelcontext(None).add_coord(f"{name}_seen", seen_names)
        county = pm.ZeroSumNormal(
            f"{name}_county_contrast",
            sigma=priors.field_county.sd / POINTS_PER_LOGIT,
            dims=(smaller, f"{name}_seen"),
        )
        county = _of_candidates(f"{name}_county", county.T, field, f"{name}_seen")
        # Index among the seen counties, which stand in an order of their own.
        index = np.argsort(seen)[np.searchsorted(np.sort(seen), units.county_index[counted])]
        log_odds = log_odds + county[index]
    log_odds = log_odds + np.zeros((len(counted), 1))
    spread = unit_spread(name, priors.field_unit_spread, dims=smaller)
    shares = pm.math.softmax(log_odds, axis=1)
    nested_split(f"{name}_votes", votes.sum(axis=1), shares, concentration_of_spread(spread), votes)


def seen_counties(county_index: IndexArray) -> IndexArray:
    """Counties that occur, the one with the most units last.

    What sums to zero is sampled as all but the last of it: where the last is hardly known, all
    the others hang together, and the sampler crawls.
    """
    seen, n_units = np.unique(county_index, return_counts=True)
    return np.asarray(seen[np.argsort(n_units == n_units.max(), kind="stable")])


def _of_candidates(name: str, contrasts: Tensor, field: Field, *dims: str) -> Tensor:
    """Effects on the candidates of a bloc, which sum to zero, from their contrasts.

    Each contrast sets a candidate against those before, as the likelihood does. Independent
    normal contrasts are the usual zero-sum normal in a basis that the data keep apart: on
    Georgia 6 the effective sample size is then half as large again.
    """
    effects = pm.math.dot(contrasts, helmert(len(field.members)))
    return pm.Deterministic(name, effects, dims=(*dims, f"{field.name}_candidate"))


def helmert(n: int) -> FloatArray:
    """Orthonormal contrasts of each of n things but the first against all before it.

    Returns
    -------
    FloatArray
        Shape (n - 1, n); rows of length 1 that sum to zero.
    """
    rows = np.tri(n - 1, n) / -np.arange(1, n)[:, None]
    rows[np.arange(n - 1), np.arange(1, n)] = 1
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def _label(members: tuple[int, ...], candidates: tuple[str, ...]) -> str:
    return candidates[members[0]] if len(members) == 1 else f"{len(members)} minor candidates"
