"""What the learned posterior says of one race, as joint draws of the runoff's parameters.

The posterior speaks of the race's log-odds. In the simulation mean reversion, shift and error
move the log-odds of every unit; where units are far from an even split that moves the race less,
and all three are made so much larger.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import cycle, islice

import numpy as np

from forecast.learn.coefficient_draws import PosteriorDraws
from forecast.learn.design import LOYALTY
from forecast.learn.race_draws import RaceDraws, race_draws
from forecast.learn.race_row import RaceRow
from forecast.learn.unit_errors import typical_shares
from forecast.race.place_words import US
from forecast.race.units import FIRST, NEITHER, SECOND, UnitData
from forecast.stats.arrays import FloatArray, IndexArray
from forecast.stats.distributions import expit, logit
from forecast.stats.joint_draws import (
    JointDraws,
    of_log_odds,
    of_numbers,
    of_positive,
    of_ratios,
    of_scales,
    of_shifts,
)

# The day, places never seen and the noise of transfers are drawn so often for each posterior draw.
N_REPEATS = 20
# Log of the ratio of the odds of voting in the runoff, of who voted in round one against who did
# not. Finished runoffs show only how many vote in the end; panels of voters say who: 2.8 and 2.3 in
# France's two elections of 2017 (Insee Première 1671), 4.0 in Georgia in January 2021 (752,000 of
# 5.0 million did not return, 228,000 others came; Atlanta Journal-Constitution).
LOG_ODDS_OF_HABIT = 3.0
# Valid votes of round one by the registered: mean over the days outside the United States that know
# them. The log ratios of turnouts there were learned at this turnout.
TURNOUT_ABROAD = 0.57
# No race makes its turnout certain: registered voters that equal the votes are of something else.
LEAST_ROOM = 0.2
MAX_ARRIVALS, MAX_RETENTION = 0.95, 0.995
MIN_SHARE = 1e-4
# Log-odds of returning between which the turnout is sought; 40 halvings leave nothing to see.
_WIDEST, _HALVINGS = 12.0, 40


@dataclass(frozen=True, eq=False)
class RaceParameters:
    """Joint draws for a race, a row of each array belonging to one draw.

    Attributes
    ----------
    bloc
        Log-odds that a voter of either finalist's bloc chooses that finalist, shape (n_rows, 2).
    other
        Log-odds that other voters choose the first finalist, shape (n_rows, n_candidates).
    affinity, lean, candidate
        Slopes of the transfers, and the scale of a candidate's departure, shape (n_rows,).
    returning
        Relative return of every candidate's voters, shape (n_rows, n_candidates).
    reversion, shift, scale, degrees_of_freedom
        Of the race's log-odds, shape (n_rows,).
    log_turnout
        Log of the runoff's votes over the first round's valid ones, shape (n_rows,).
    """

    bloc: FloatArray
    other: FloatArray
    affinity: FloatArray
    lean: FloatArray
    candidate: FloatArray
    returning: FloatArray
    reversion: FloatArray
    shift: FloatArray
    scale: FloatArray
    degrees_of_freedom: FloatArray
    log_turnout: FloatArray

    def take(self, rows: IndexArray) -> "RaceParameters":
        """Chosen rows, in their order."""
        return RaceParameters(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})


@dataclass(frozen=True)
class RaceParameterDraws:
    """Joint draws of a race, and which effects were drawn since nobody has seen them."""

    parameters: RaceParameters
    unseen: tuple[str, ...]


def race_parameters(
    posterior: PosteriorDraws,
    readings: Sequence[RaceRow],
    candidate_of_group: IndexArray,
    units: UnitData,
) -> RaceParameterDraws:
    """Draw what a race's runoff depends on.

    Parameters
    ----------
    posterior
        What finished races taught.
    readings
        The race with a group for every eliminated candidate; read in several ways where it may
        be either, each with as many draws.
    candidate_of_group
        Position of each group's candidate among all, shape (n_groups,).
    units
        The race as arrays.

    Returns
    -------
    RaceParameterDraws
        In the order of the share they say, so that stratified row numbers cover it evenly.
    """
    # One seed a race: the same posterior gives the same rows, whatever the seed of the runoffs.
    rng = np.random.default_rng(zlib.crc32(readings[0].id.encode()))
    parts, orders = [], []
    unseen: dict[str, None] = {}
    for row in islice(cycle(readings), N_REPEATS):
        draws = race_draws(posterior, row, rng)
        noise = _shared_noise(draws, row, rng)
        parts.append(_parameters(draws, noise, row, candidate_of_group, units, rng))
        orders.append(draws.location + (draws.sensitivity * noise).sum(axis=1))
        unseen |= dict.fromkeys(draws.unseen)
    together = RaceParameters(
        **{
            f.name: np.concatenate([getattr(part, f.name) for part in parts])
            for f in fields(RaceParameters)
        }
    )
    order = np.argsort(np.concatenate(orders), kind="stable")
    return RaceParameterDraws(together.take(order), tuple(unseen))


def _shared_noise(draws: RaceDraws, row: RaceRow, rng: np.random.Generator) -> FloatArray:
    """Departures that candidates of one bloc share, shape (n_draws, n_groups)."""
    found = np.zeros_like(draws.transfer)
    for bloc in sorted({group.bloc for group in row.groups}):
        inside = [index for index, group in enumerate(row.groups) if group.bloc == bloc]
        of_side = row.groups[inside[0]].side != 0
        scale = draws.noise_side if of_side else draws.noise_other
        found[:, inside] = (scale * rng.standard_normal(len(scale)))[:, None]
    return found


def _parameters(
    draws: RaceDraws,
    noise: FloatArray,
    row: RaceRow,
    candidate_of_group: IndexArray,
    units: UnitData,
    rng: np.random.Generator,
) -> RaceParameters:
    """The core's parameters from the posterior's; affinity and lean are added by the core."""
    n_draws, n_candidates = len(draws.shift), units.candidate_votes.shape[1]
    affinity = np.array([group.affinity for group in row.groups])
    lean = np.array([group.lean for group in row.groups])
    base = draws.transfer + noise
    base = base - np.outer(draws.affinity, affinity) - np.outer(draws.lean, lean)
    other = np.zeros((n_draws, n_candidates))
    returning = np.ones((n_draws, n_candidates))
    room = room_above(row, units)
    other[:, candidate_of_group] = base
    returning[:, candidate_of_group] = draws.returning**room
    bloc = draws.bind.copy()  # where nobody of a bloc was eliminated it is used for nobody
    for side, sign in ((FIRST, 1), (SECOND, -1)):
        members = [index for index, group in enumerate(row.groups) if group.side == sign]
        if members:
            bloc[:, side] = sign * base[:, members[0]]
    reach = 1.0 / evenness(units, expit(base.mean(axis=0)), candidate_of_group)
    turnout_error = draws.turnout_scale * rng.standard_t(draws.turnout_tail)
    return RaceParameters(
        bloc=bloc,
        other=other,
        affinity=draws.affinity,
        lean=draws.lean,
        candidate=draws.noise_candidate,
        returning=returning,
        reversion=reach * (draws.slope - 1.0),
        shift=reach * draws.shift,
        scale=reach * draws.scale,
        degrees_of_freedom=draws.tail,
        log_turnout=room * (draws.turnout + turnout_error),
    )


def room_above(row: RaceRow, units: UnitData) -> float:
    """How far a learned log ratio carries over to a race, from `LEAST_ROOM` to 1.

    Of the turnouts of both rounds, and of who returns. A change of the log-odds of voting moves the
    log of the turnout by one minus the turnout. Where more voted in round one than where the ratios
    were learned, they are so much smaller. In the United States they stay: there no finished race
    knows its registered voters.

    Parameters
    ----------
    row
        Says where the race is.
    units
        Its valid votes and its registered voters.
    """
    if row.situation.country == US or not units.eligible_known:
        return 1.0
    before = float(units.valid_votes.sum()) / float(units.eligible.sum())
    return min(1.0, max((1.0 - before) / (1.0 - TURNOUT_ABROAD), LEAST_ROOM))


def evenness(units: UnitData, transfer: FloatArray, candidate_of_group: IndexArray) -> float:
    """How far the log-odds of the race move when those of all units move by one, at most 1.

    It is the mean of p (1 - p) over units, against that of the race, with p the share that the
    streams add up to at typical transfers.

    Parameters
    ----------
    units
        The race.
    transfer
        Share of each group's voters that chooses the first finalist, shape (n_groups,).
    candidate_of_group
        As for `race_parameters`.
    """
    share = typical_shares(units, transfer, candidate_of_group, LOYALTY)
    cast = units.valid_votes.sum(axis=1)
    race = float(cast @ share) / cast.sum()
    return float((cast * share * (1.0 - share)).sum() / (cast.sum() * race * (1.0 - race)))


def turnout_parameters(
    parameters: RaceParameters, units: UnitData
) -> tuple[FloatArray, FloatArray]:
    """Retention of the finalists' voters and rate of the arrivals that give the turnout.

    Finished runoffs show how many come in all, not who returned and who arrived: a day that brings
    more of the one brings more of the other, with a ratio of odds that panels of voters had.

    Returns
    -------
    tuple
        Shares, shape (n_rows,) each.
    """
    votes = units.valid_votes.sum(axis=0)
    absent = max(float(units.eligible.sum()) - float(units.votes_cast.sum()), 1.0)
    wanted = np.exp(parameters.log_turnout) * float(votes.sum())
    able = parameters.returning @ votes  # voters who return where all of the finalists' do
    low, high = np.full(wanted.shape, -_WIDEST), np.full(wanted.shape, _WIDEST)
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        too_few = able * expit(middle) + absent * expit(middle - LOG_ODDS_OF_HABIT) < wanted
        low, high = np.where(too_few, middle, low), np.where(too_few, high, middle)
    retention = np.clip(expit(high), MIN_SHARE, MAX_RETENTION)
    # What the limit of the one leaves is made up by the other.
    arrivals = np.clip((wanted - retention * able) / absent, MIN_SHARE, MAX_ARRIVALS)
    return retention, arrivals


def joint_priors(
    parameters: RaceParameters, units: UnitData, by_units: float
) -> Mapping[str, JointDraws]:
    """The learned priors of a race by their path in the prior documents.

    Parameters
    ----------
    parameters
        Joint draws of the race.
    units
        The race.
    by_units
        The part of the variance of the race's error that its units' errors bring about; added
        again it would count twice.
    """
    scale = np.sqrt(1.0 - by_units) * parameters.scale
    retention, arrivals = turnout_parameters(parameters, units)
    return {
        "runoff.retention.finalist": of_log_odds(logit(retention)),
        "runoff.retention.bloc": of_ratios(_returning(parameters, units, of_bloc=True)),
        "runoff.retention.other": of_ratios(_returning(parameters, units, of_bloc=False)),
        "runoff.transfer.bloc": of_log_odds(parameters.bloc),
        "runoff.transfer.other": of_log_odds(parameters.other),
        "runoff.transfer.affinity": of_shifts(parameters.affinity),
        "runoff.transfer.lean": of_shifts(parameters.lean),
        "runoff.transfer.spread": of_scales(parameters.candidate),
        "runoff.arrivals.rate": of_log_odds(logit(arrivals)),
        "runoff.drift": of_shifts(parameters.shift),
        "runoff.reversion": of_numbers(parameters.reversion),
        "runoff.error.race_lean": of_scales(scale),
        "runoff.error.race_tail": of_positive(parameters.degrees_of_freedom),
    }


def _returning(parameters: RaceParameters, units: UnitData, of_bloc: bool) -> FloatArray:
    """Relative return of the eliminated with or without a finalist of their bloc, (n_rows,).

    All candidates of one kind have the same in a row. Where there are none of a kind, that of the
    others stands for it, and is used for nobody.
    """
    nobody = (*units.finalists, *units.not_candidates)
    eliminated = [index for index in range(len(units.sides)) if index not in nobody]
    members = [index for index in eliminated if (units.sides[index] != NEITHER) == of_bloc]
    chosen = [*members, *eliminated, *units.finalists][0]
    return parameters.returning[:, chosen]
