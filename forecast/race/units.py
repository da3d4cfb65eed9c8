"""What a race shows before any model: sides, pools of voters, and unit covariates.

Both models and the simulation core read the race through these arrays, so that a unit
means the same thing in all of them.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from forecast.race.bloc_votes import finalist_baselines, held_with_the_first
from forecast.race.candidates import candidate_affinity, candidate_lean
from forecast.race.contest import Race, without_choices
from forecast.stats.arrays import FloatArray, IndexArray, IntArray
from forecast.stats.distributions import expit, logit

FIRST, SECOND, NEITHER = 0, 1, -1
# Share of the registered voters by which votes may exceed them, unit by unit, in a roll that is
# believed: judgement. The rolls of the races that ship exceed it nowhere.
MAX_SHORT = 0.05


@dataclass(frozen=True, eq=False)
class UnitData:
    """The arrays that the models are written on. ``n_units`` is the first axis of all.

    Attributes
    ----------
    candidate_votes
        First-round votes, shape (n_units, n_candidates).
    sides
        For each candidate the finalist of the same bloc (0 or 1), or -1, shape (n_candidates,).
        Where the finalists share a bloc, or have none, only they themselves have a side.
    finalists
        Positions of the two finalists among the candidates.
    eligible
        Voters who can vote, shape (n_units,); at least the votes cast.
    eligible_known
        Whether `eligible` is a count of registered voters or an assumption.
    lean_covariates
        Standardised baseline leans, shape (n_units, n_lean): the newest baseline first, then
        what each other one adds to it (made orthogonal).
    lean_names
        Names of these columns.
    baseline_share
        Share of the first finalist's side in the newest baseline (the mean log-odds of those
        of one day, shape (n_units,)); the first-round share of the unit where no baseline
        tells the sides apart.
    baseline_turnout
        Ballots over registered in the newest baseline that knows both, NaN where unknown,
        shape (n_units,).
    turnout_covariates
        Standardised, shape (n_units, n_turnout), with `turnout_names`.
    county_index, county_names
        The county of each unit.
    not_candidates
        Positions of the choices that are no candidates (blank ballots, none of these); nobody
        receives their votes.
    affinity, lean
        Of each candidate, 0 for the finalists, shape (n_candidates,); see
        `forecast.race.candidates`.
    """

    candidate_votes: IntArray
    sides: IndexArray
    finalists: tuple[int, int]
    eligible: FloatArray
    eligible_known: bool
    lean_covariates: FloatArray
    lean_names: tuple[str, ...]
    baseline_share: FloatArray
    baseline_turnout: FloatArray
    turnout_covariates: FloatArray
    turnout_names: tuple[str, ...]
    county_index: IndexArray
    county_names: tuple[str, ...]
    affinity: FloatArray
    lean: FloatArray
    not_candidates: tuple[int, ...] = ()

    @property
    def n_units(self) -> int:
        """How many units there are."""
        return len(self.eligible)

    @cached_property
    def votes_cast(self) -> IntArray:
        """First-round votes for all choices, blank ballots among them, shape (n_units,)."""
        return self.candidate_votes.sum(axis=1)

    @cached_property
    def valid_votes(self) -> IntArray:
        """First-round votes for candidates, 0 for other choices, shape (n_units, n_candidates)."""
        return without_choices(self.candidate_votes, self.not_candidates)

    @cached_property
    def side_votes(self) -> IntArray:
        """First-round votes of each finalist's side, shape (n_units, 2)."""
        return votes_by_side(self.candidate_votes, self.sides)


def candidate_sides(race: Race) -> IndexArray:
    """The finalist of each candidate's bloc: 0, 1, or -1 for neither, shape (n_candidates,)."""
    blocs = race.candidate_blocs
    first, second = race.finalist_index
    sides = np.full(len(blocs), NEITHER, dtype=np.intp)
    if race.has_two_blocs:
        sides[[bloc == blocs[first] for bloc in blocs]] = FIRST
        sides[[bloc == blocs[second] for bloc in blocs]] = SECOND
    sides[first], sides[second] = FIRST, SECOND
    return sides


def sums_blocs(race: Race) -> bool:
    """Whether anyone but a finalist is on a finalist's side: else a side's votes are one's own."""
    return int((candidate_sides(race) != NEITHER).sum()) > len(race.finalist_index)


def votes_by_side(votes: IntArray, sides: IndexArray) -> IntArray:
    """Votes of each finalist's side, shape (n_units, 2).

    Parameters
    ----------
    votes
        First-round votes, shape (n_units, n_candidates).
    sides
        The side of each candidate, as `candidate_sides` returns them.
    """
    return np.stack([votes[:, sides == side].sum(axis=1) for side in (FIRST, SECOND)], axis=1)


def side_votes(race: Race) -> IntArray:
    """First-round votes of each finalist's side in every unit, shape (n_units, 2)."""
    return votes_by_side(race.first_round.counts, candidate_sides(race))


def believed_registered(race: Race) -> FloatArray:
    """Registered voters of every unit, NaN where unknown, shape (n_units,).

    A roll that was counted before the last voters registered falls short of the votes here and
    there. One that falls short of them by more than a twentieth of all voters is of something
    else (active voters, heads of household), and is unknown where it cannot be true.
    """
    registered, cast = race.first_round.registered, race.first_round.votes_cast
    known = np.isfinite(registered)
    short = np.where(known & (cast > registered), cast - registered, 0.0).sum()
    if short <= MAX_SHORT * registered[known].sum():
        return registered
    return np.where(cast > registered, np.nan, registered)


def roll_is_known(race: Race) -> bool:
    """Whether the registered voters of every unit are known; else they are assumed."""
    return bool(np.isfinite(believed_registered(race)).all())


def unit_data(race: Race, turnout_if_unknown: float) -> UnitData:
    """Read a race into the arrays of the models.

    Parameters
    ----------
    race
        The race.
    turnout_if_unknown
        First-round turnout assumed where nobody published the registered voters.
    """
    votes = race.first_round.counts
    cast = votes.sum(axis=1)
    registered = believed_registered(race)
    assumed = np.rint(cast / turnout_if_unknown)
    eligible = np.maximum(np.where(np.isfinite(registered), registered, assumed), cast)

    baselines = finalist_baselines(race)
    leans = [(baseline.election, _baseline_lean(race, baseline.votes)) for baseline in baselines]
    columns, names = _orthogonal_columns(leans, weights=cast)
    sides = candidate_sides(race)
    own = votes_by_side(votes, sides) + 0.5
    first_round_share = own[:, 0] / own.sum(axis=1)
    of_one_day = held_with_the_first(baselines)
    newest = [lean for b, (_, lean) in zip(baselines, leans, strict=True) if b in of_one_day]
    baseline_share = expit(np.mean(newest, axis=0)) if newest else first_round_share

    turnout = _baseline_turnout(race)
    turnout_columns = []
    if np.isfinite(turnout).any():
        filled = np.where(np.isfinite(turnout), turnout, np.nanmean(turnout))
        turnout_columns.append(("baseline turnout", logit(np.clip(filled, 0.01, 0.99))))
    turnout_columns += leans[:1]
    turnout_design, turnout_names = _orthogonal_columns(turnout_columns, weights=cast)
    return UnitData(
        candidate_votes=votes,
        sides=sides,
        finalists=race.finalist_index,
        eligible=eligible,
        eligible_known=roll_is_known(race),
        lean_covariates=columns,
        lean_names=names,
        baseline_share=baseline_share,
        baseline_turnout=turnout,
        turnout_covariates=turnout_design,
        turnout_names=turnout_names,
        county_index=race.county_index,
        county_names=race.county_names,
        affinity=candidate_affinity(race),
        lean=candidate_lean(race),
        not_candidates=race.not_candidate_index,
    )


def _baseline_lean(race: Race, own: IntArray) -> FloatArray:
    """Log-odds of the first finalist's bloc against the second's, shape (n_units,).

    A unit without votes for either takes the mean of its county, or of the race.

    Parameters
    ----------
    race
        Says which county a unit is in.
    own
        Votes of both blocs in a baseline, shape (n_units, 2).
    """
    usable = own.sum(axis=1) > 0
    lean = np.log(own[:, 0] + 0.5) - np.log(own[:, 1] + 0.5)
    # Counted, for np.unique and np.median would load numpy.ma, all of it, into every forecast.
    for county in np.flatnonzero(np.bincount(race.county_index[~usable])):
        inside = (race.county_index == county) & usable
        pool = own[inside if inside.any() else usable].sum(axis=0)
        lean[(race.county_index == county) & ~usable] = np.log(pool[0] + 0.5) - np.log(
            pool[1] + 0.5
        )
    return lean


def _baseline_turnout(race: Race) -> FloatArray:
    """Ballots over registered in the newest baseline with both, NaN where unknown."""
    for baseline in race.baselines:
        registered = np.where(baseline.present, baseline.returns.registered, np.nan)
        ballots = np.where(
            np.isfinite(baseline.returns.ballots),
            baseline.returns.ballots,
            baseline.returns.votes_cast,
        )
        turnout = np.divide(
            ballots, registered, out=np.full(len(ballots), np.nan), where=registered > 0
        )
        if np.isfinite(turnout).any():
            return np.asarray(np.clip(turnout, 0.0, 1.0))
    return np.full(race.first_round.n_units, np.nan)


def _orthogonal_columns(
    named: list[tuple[str, FloatArray]], weights: IntArray
) -> tuple[FloatArray, tuple[str, ...]]:
    """Standardise columns, each after taking out what the ones before it explain.

    Weighted by the votes cast. A column that adds nothing (no spread left) is left out.
    """
    weight = (weights + 1.0) / (weights + 1.0).sum()
    columns: list[FloatArray] = []
    names: list[str] = []
    for name, values in named:
        column = values - weight @ values
        for earlier in columns:
            column = column - (weight * earlier) @ column * earlier
        spread = float(np.sqrt(weight @ column**2))
        if spread > 1e-6 * (1.0 + float(np.abs(values).max())):
            columns.append(column / spread)
            names.append(name)
    stacked = np.stack(columns, axis=1) if columns else np.zeros((len(weights), 0))
    return stacked, tuple(names)
