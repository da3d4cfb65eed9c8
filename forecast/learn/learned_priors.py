"""What finished runoffs say of one race, as prior entries in place of the defaults."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from forecast.learn.design import LOYALTY
from forecast.learn.effects import UNSEEN, WORDS
from forecast.learn.posterior_file import LearnedPosterior
from forecast.learn.race_parameters import RaceParameters, joint_priors, race_parameters
from forecast.learn.race_row import Group, RaceRow, has_geography, race_row
from forecast.learn.scale_regression import ScaleCauses, ScaleRegression
from forecast.learn.unit_errors import ErrorSizes, UnitErrors, typical_shares, unit_errors
from forecast.priors.prior_set import PriorEntry
from forecast.race.candidates import eliminated_index
from forecast.race.contest import Race
from forecast.race.prepared import PreparedRace
from forecast.race.situation import NO_LABEL, brings_positions, own_positions, situation_of
from forecast.race.units import FIRST, SECOND, UnitData
from forecast.stats.arrays import IndexArray
from forecast.stats.distributions import (
    POINTS_PER_LOGIT,
    Z_95,
    Distribution,
    Fixed,
    SizeRange,
    expit,
)

# What the learned quantities already hold, set so that nothing counts twice, with the reason.
IMPLIED: Mapping[str, str] = {
    "runoff.error.race_turnout": "the learned turnout has its own error, in retention and arrivals",
    "runoff.arrivals.shift": "its spread is in the learned error of the race",
}
# What stands beside "learned" where a part of the prior is judgment.
JUDGED: Mapping[str, str] = dict.fromkeys(
    ("runoff.retention.finalist", "runoff.arrivals.rate"),
    "; finished runoffs tell how many vote: who returns and who arrives, at that turnout, is "
    "judgment after three panels of voters",
)


def learned_priors(
    prepared: PreparedRace, posterior: LearnedPosterior, defaults: Sequence[PriorEntry]
) -> tuple[PriorEntry, ...]:
    """The runoff priors of a race from what was learned.

    Parameters
    ----------
    prepared
        The race, prepared.
    posterior
        What finished runoffs taught.
    defaults
        The priors that ship, which say what each is.

    Returns
    -------
    tuple of PriorEntry
        Those of the defaults that something was learned of, with what was learned, and those
        that it implies.

    Raises
    ------
    InputError
        When a finalist has no first-round vote.
    """
    known = {entry.path: entry for entry in defaults}
    distributions, unseen = learned_distributions(prepared, posterior)
    plain: dict[str, Distribution] = {}
    if own_positions(prepared.race):
        plain, _ = learned_distributions(_without_positions(prepared), posterior)
    source = posterior.describe()
    why = "learned from finished runoffs (docs/learning.md)"
    if brings_positions(prepared.race):
        why += "; half of the draws take the race's positions from left to right, half do not"
    said = dict.fromkeys(WORDS[effect] for effect in unseen)
    never = f"{UNSEEN}{'; '.join(said)}" if said else ""

    def entry(path: str, distribution: Distribution) -> PriorEntry:
        reason = why + JUDGED.get(path, "") + never
        return replace(
            known[path], distribution=distribution, why=reason, source=source, origin="learned"
        )

    learned = [
        replace(
            entry(path, distribution),
            without_positions=entry(path, plain[path]) if path in plain else None,
        )
        for path, distribution in distributions.items()
    ]
    implied = [
        replace(known[path], distribution=Fixed(0.0), why=reason, source=source, origin="implied")
        for path, reason in IMPLIED.items()
    ]
    return (*learned, *implied)


def _without_positions(prepared: PreparedRace) -> PreparedRace:
    """The race with no positions but those of its country."""
    race = prepared.race
    return replace(prepared, race=replace(race, contest=replace(race.contest, positions={})))


def learned_distributions(
    prepared: PreparedRace, posterior: LearnedPosterior
) -> tuple[dict[str, Distribution], tuple[str, ...]]:
    """Learned distributions by path, and the effects that nobody has seen for such a race."""
    units = prepared.units
    groups, candidates = candidate_groups(prepared)
    readings = readings_of(prepared.race, groups)
    drawn = race_parameters(posterior.draws, readings, candidates, units)
    causes = ScaleCauses.of(readings[0])
    of_units = _unit_errors(drawn.parameters, posterior, causes, candidates, units)
    factors = {
        ("lean", "unit"): of_units.of_units,
        ("turnout", "unit"): of_units.of_units,
        ("turnout", "county"): of_units.of_counties,
    }
    scales = {
        f"runoff.error.{level}_{part}": _scale(regression, causes, factors.get((part, level), 1.0))
        for (part, level), regression in posterior.scales.items()
        if regression.is_told
    }
    joint = joint_priors(drawn.parameters, units, of_units.of_race)
    return {**joint, **scales}, drawn.unseen


def readings_of(race: Race, groups: tuple[Group, ...]) -> tuple[RaceRow, ...]:
    """The race as it may be read: with positions that are the race's own word, and without.

    What a step from left to right does was taught by countries whose positions the program has;
    in another country it may do nothing.

    Parameters
    ----------
    race
        The race.
    groups
        Its eliminated candidates.
    """
    where = situation_of(race)
    read = race_row(race, where, groups)
    if not brings_positions(race):
        return (read,)
    return (read, race_row(race, replace(where, positions={}), groups))


def candidate_groups(prepared: PreparedRace) -> tuple[tuple[Group, ...], IndexArray]:
    """Every eliminated candidate as a group of its own, and its position among all."""
    race, units = prepared.race, prepared.units
    totals = units.valid_votes.sum(axis=0)
    shares, sides = totals / totals.sum(), units.sides
    known = 1.0 if has_geography(race) else 0.0
    eliminated = eliminated_index(race)
    groups = []
    for index in eliminated.tolist():
        bloc = race.candidate_blocs[index] if race.has_two_blocs else ""
        side = {FIRST: 1, SECOND: -1}.get(int(sides[index]), 0)
        groups.append(
            Group(
                bloc="" if bloc in NO_LABEL else bloc,
                side=0 if bloc in NO_LABEL else side,
                share=float(shares[index]),
                concentration=1.0,
                affinity=known * float(units.affinity[index]),
                lean=known * float(units.lean[index]),
            )
        )
    return tuple(groups), eliminated


def _unit_errors(
    parameters: RaceParameters,
    posterior: LearnedPosterior,
    causes: ScaleCauses,
    candidates: IndexArray,
    units: UnitData,
) -> UnitErrors:
    """How large the errors of units may be beside the race's."""
    sizes = {
        place: regression.mean(causes) if regression.is_told else 0.0
        for place, regression in posterior.scales.items()
    }
    transfer = expit(parameters.other[:, candidates].mean(axis=0))
    votes = float(np.exp(np.median(parameters.log_turnout))) * units.valid_votes.sum()
    return unit_errors(
        units,
        typical_shares(units, transfer, candidates, LOYALTY),
        min(float(votes / units.eligible.sum()), 1.0),
        ErrorSizes(sizes["lean", "unit"], sizes["turnout", "unit"], sizes["turnout", "county"]),
        float((parameters.scale**2).mean()),
    )


def _scale(regression: ScaleRegression, causes: ScaleCauses, part: float) -> SizeRange | Fixed:
    median = part * regression.median(causes) * POINTS_PER_LOGIT
    if median == 0.0:
        return Fixed(0.0)
    factor = float(np.exp(Z_95 * regression.log_sd(causes)))
    return SizeRange(median / factor, median * factor)
