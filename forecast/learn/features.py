"""What a race shows before its runoff, as the few numbers that a model over races reads.

Everything here either changes its sign or stays as it is when the finalists are named in the
other order, to the last bit. That matters: in finished races the first finalist published is
nearly always the one who won, so nothing may be learned from the order.
"""

from dataclasses import dataclass, replace
from datetime import date
from statistics import median

import numpy as np

from forecast.learn.election_kind import is_federal_general, is_top_two_primary
from forecast.race.bloc_votes import newest_bloc_votes
from forecast.race.candidates import (
    MIN_UNITS,
    eliminated_index,
)
from forecast.race.contest import Race
from forecast.race.prepared import PreparedRace
from forecast.race.units import FIRST, SECOND
from forecast.stats.arrays import FloatArray, IntArray

MIN_GAP_VOTES = 20  # in either election, for the gap to the baseline
BORDER_CHANGE = 2.0  # a unit that grew this much more than the others changed its borders
GAP_SCALE = 0.1
ERA_MIDDLE, ERA_WIDTH = 2010.0, 4.0


@dataclass(frozen=True, eq=False)
class RaceFeatures:
    """A race in numbers. Eliminated candidates without a vote are left out.

    Attributes
    ----------
    finalist_shares
        First-round shares of the finalists, shape (2,).
    eliminated_shares
        First-round shares of the eliminated candidates, shape (n_eliminated,).
    same_bloc
        1 where an eliminated candidate is of the first finalist's bloc, −1 of the second's,
        else 0; 0 everywhere unless the finalists are of two known blocs,
        shape (n_eliminated,). Changes sign.
    affinity
        Where an eliminated candidate is strong, which finalist is, in [−1, 1], positive for
        the first, shape (n_eliminated,). Changes sign.
    lean
        How much nearer in mean baseline lean to the first finalist's voters than to the
        second's, in tens of points of share, shape (n_eliminated,). Changes sign.
    two_blocs
        Whether the finalists are of two known blocs (and some baseline, if there are any,
        tells them apart).
    gap
        Root mean square over units of the gap between the blocs' first-round share and that
        in the newest baseline, sampling noise taken out; None where there is no measure.
    era
        A logistic step from −0.5 (long before 2010) to 0.5 (long after).
    general_first_round
        Whether the first round was held with a federal general election.
    top_two_primary
        Whether the first round was a primary from which two go on whatever their shares.
    """

    finalist_shares: FloatArray
    eliminated_shares: FloatArray
    same_bloc: FloatArray
    affinity: FloatArray
    lean: FloatArray
    two_blocs: bool
    gap: float | None
    era: float
    general_first_round: bool
    top_two_primary: bool

    @property
    def log_odds(self) -> float:
        """First-round log-odds of the first finalist against the second. Changes sign."""
        return float(np.log(self.finalist_shares[0]) - np.log(self.finalist_shares[1]))

    @property
    def eliminated(self) -> float:
        """Share of the first-round vote cast for eliminated candidates."""
        return float(self.eliminated_shares.sum())

    @property
    def agreement(self) -> float | None:
        """1 where the first round repeats the baseline, falling to 0 with the gap."""
        return None if self.gap is None else float(np.exp(-self.gap / GAP_SCALE))


def race_features(prepared: PreparedRace) -> RaceFeatures:
    """Read the features of a race.

    Parameters
    ----------
    prepared
        The race, prepared; with nothing of its runoff's count.

    Raises
    ------
    ValueError
        When a finalist has no first-round vote.
    """
    race, units = prepared.race, prepared.units
    totals = units.candidate_votes.sum(axis=0)
    finalists = units.finalists
    if not totals[list(finalists)].all():
        raise ValueError(f"{race.contest.id}: a finalist has no first-round vote")
    eliminated = eliminated_index(race)
    shares = totals / totals.sum()
    baseline = newest_bloc_votes(race)
    two_blocs = race.has_two_blocs and (baseline is not None or not race.baselines)
    gap = None
    if two_blocs and baseline is not None:
        # In an order that does not depend on the finalists', so that no rounding does either.
        order = sorted((FIRST, SECOND), key=lambda side: finalists[side])
        gap = baseline_gap(units.side_votes[:, order], baseline[:, order])
    return RaceFeatures(
        finalist_shares=shares[list(finalists)],
        eliminated_shares=shares[eliminated],
        same_bloc=_same_bloc(units.sides[eliminated]),
        affinity=units.affinity[eliminated],
        lean=units.lean[eliminated],
        two_blocs=two_blocs,
        gap=gap,
        era=era(race.contest.runoff),
        general_first_round=is_federal_general(race.contest.first_round),
        top_two_primary=is_top_two_primary(race.contest),
    )


def swapped(race: Race) -> Race:
    """The same race with its finalists named in the other order."""
    first, second = race.contest.finalists
    return replace(race, contest=replace(race.contest, finalists=(second, first)))


def leader_first(race: Race) -> Race:
    """The same race with the finalist who led the first round named first.

    A fact known before the runoff, unlike the order in which results are published.
    """
    first, second = race.finalist_index
    totals = race.first_round.counts.sum(axis=0)
    # A tie goes by the alphabet.
    if totals[first] == totals[second]:
        behind = race.contest.finalists[0] > race.contest.finalists[1]
    else:
        behind = bool(totals[first] < totals[second])
    return swapped(race) if behind else race


def baseline_gap(votes: IntArray, baseline: IntArray) -> float | None:
    """Typical gap over units between the blocs' first-round share and the baseline's.

    Parameters
    ----------
    votes, baseline
        Votes of the two blocs in the first round and in the baseline, shape (n_units, 2).

    Returns
    -------
    float
        Root mean square gap weighted by first-round votes, binomial noise of both elections
        taken out. Units whose votes changed twofold against the median are left out. None
        where fewer than five units are left.
    """
    now, then = votes.sum(axis=1), baseline.sum(axis=1)
    usable = np.flatnonzero((now >= MIN_GAP_VOTES) & (then >= MIN_GAP_VOTES))
    if len(usable) < MIN_UNITS:
        return None
    growth = np.log(now[usable] / then[usable])
    usable = usable[np.abs(growth - median(growth.tolist())) < np.log(BORDER_CHANGE)]
    if len(usable) < MIN_UNITS:
        return None
    now, then = now[usable], then[usable]
    y, x = votes[usable, 0] / now, baseline[usable, 0] / then
    noise = y * (1 - y) / now + x * (1 - x) / then
    square = np.average((y - x) ** 2 - noise, weights=now)
    return float(np.sqrt(max(square, 0.0)))


def era(day: date) -> float:
    """A logistic step in the year, from −0.5 to 0.5 with its middle in 2010."""
    return float(1.0 / (1.0 + np.exp(-(day.year - ERA_MIDDLE) / ERA_WIDTH)) - 0.5)


def _same_bloc(sides: IntArray) -> FloatArray:
    """1, −1 or 0 for candidates of the first side, of the second and of neither."""
    return np.select([sides == FIRST, sides == SECOND], [1.0, -1.0], 0.0)
