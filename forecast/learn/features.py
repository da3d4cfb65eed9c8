"""What a race shows before its runoff, as the few numbers that a model over races reads.

Everything here either changes its sign or stays as it is when the finalists are named in the
other order, to the last bit. That matters: in finished races the first finalist published is
nearly always the one who won, so nothing may be learned from the order.
"""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from forecast.core.covariates import FIRST, SECOND, candidate_sides, has_two_blocs
from forecast.core.distributions import FloatArray
from forecast.race.contest import IntArray, Race

MIN_VOTES = 5  # units with fewer votes tell nothing about shares
MIN_GAP_VOTES = 20  # in either election, for the gap to the baseline
MIN_UNITS = 5
NOISE_MULTIPLE = 3.0  # affinities shrink as if the sampling noise were this much larger
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
        1 where an eliminated candidate is of the first finalist's bloc only, −1 of the
        second's only, else 0, shape (n_eliminated,). Changes sign.
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


def race_features(race: Race, *, top_two_primary: bool = False) -> RaceFeatures:
    """Read the features of a race.

    Parameters
    ----------
    race
        The race, with nothing of its runoff's count.
    top_two_primary
        Whether its first round is a top-two primary, which a race folder does not say.

    Raises
    ------
    ValueError
        When a finalist has no first-round vote.
    """
    votes = race.first_round.counts
    totals = votes.sum(axis=0)
    finalists = race.finalist_index
    if not totals[list(finalists)].all():
        raise ValueError(f"{race.contest.id}: a finalist has no first-round vote")
    eliminated = eliminated_index(race)
    shares = totals / totals.sum()
    baseline = newest_bloc_votes(race)
    two_blocs = has_two_blocs(race) and (baseline is not None or not race.baselines)
    gap = None
    if two_blocs and baseline is not None:
        # In an order that does not depend on the finalists', so that no rounding does either.
        order = sorted((FIRST, SECOND), key=lambda side: finalists[side])
        gap = baseline_gap(side_votes(race)[:, order], baseline[:, order])
    if baseline is None:
        baseline = _largest_bloc_votes(race)
    lean = np.zeros(len(eliminated))
    if baseline is not None:
        lean = lean_distance(votes, finalists, eliminated, baseline)
    return RaceFeatures(
        finalist_shares=shares[list(finalists)],
        eliminated_shares=shares[eliminated],
        same_bloc=_same_bloc(race, eliminated),
        affinity=affinity(votes, finalists, eliminated),
        lean=lean,
        two_blocs=two_blocs,
        gap=gap,
        era=era(race.contest.runoff),
        general_first_round=is_federal_general(race.contest.first_round),
        top_two_primary=top_two_primary,
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


def eliminated_index(race: Race) -> IntArray:
    """Positions of the eliminated candidates with any vote, shape (n_eliminated,)."""
    out = race.first_round.counts.sum(axis=0) > 0
    out[list(race.finalist_index)] = False
    return np.flatnonzero(out)


def side_votes(race: Race) -> IntArray:
    """First-round votes of each finalist's bloc, shape (n_units, 2)."""
    sides = candidate_sides(race)
    votes = race.first_round.counts
    return np.stack([votes[:, sides == side].sum(axis=1) for side in (FIRST, SECOND)], axis=1)


def newest_bloc_votes(race: Race) -> IntArray | None:
    """Votes of the finalists' blocs in the newest baseline that has both.

    Returns
    -------
    array
        Shape (n_units, 2), the first finalist's bloc first; zeros in units that the baseline
        lacks. None where the finalists are not of two blocs, or no baseline has both.
    """
    if not has_two_blocs(race):
        return None
    first, second = (race.candidate_blocs[index] for index in race.finalist_index)
    for baseline in race.baselines:
        blocs = np.array([race.contest.bloc_of(party) for party in baseline.returns.parties])
        counts = baseline.returns.counts
        votes = np.stack([counts[:, blocs == b].sum(axis=1) for b in (first, second)], axis=1)
        if votes.any(axis=0).all():
            return np.asarray(votes)
    return None


def affinity(votes: IntArray, finalists: tuple[int, int], eliminated: IntArray) -> FloatArray:
    """Which finalist is strong where an eliminated candidate is.

    Let T_cf be the variance over units of log(share_c / share_f), by the delta method from
    the weighted covariance of shares less its multinomial noise. The affinity is
    (T_c2 − T_c1) / (T_c1⁺ + T_c2⁺ + 3 × the noise of both), cut off at −1 and 1.

    Parameters
    ----------
    votes
        First-round votes, shape (n_units, n_candidates).
    finalists
        Positions of the finalists.
    eliminated
        Positions of the eliminated candidates, shape (n_eliminated,).

    Returns
    -------
    array
        Shape (n_eliminated,), positive for the first finalist; 0 where nothing is known.
    """
    votes = votes[votes.sum(axis=1) >= MIN_VOTES]
    if not len(votes):
        return np.zeros(len(eliminated))
    cast = votes.sum(axis=1)
    share = votes / cast[:, None]
    weight = cast / cast.sum()
    mean = weight @ share
    away = share - mean
    # A unit's weight over its votes is one over all votes, so this is a plain sum over units.
    noise = (np.diag(share.sum(axis=0)) - share.T @ share) / cast.sum()
    covariance = (weight[:, None] * away).T @ away - noise

    with np.errstate(divide="ignore", invalid="ignore"):
        signal, chance = (matrix / np.outer(mean, mean) for matrix in (covariance, noise))
        first, second = (_log_ratio_variance(signal, eliminated, f) for f in finalists)
        noise_of_both = sum(_log_ratio_variance(chance, eliminated, f) for f in finalists)
        total = np.maximum(first, 0) + np.maximum(second, 0) + NOISE_MULTIPLE * noise_of_both
        ratio = (second - first) / total
    return np.asarray(np.clip(np.where(np.isfinite(ratio), ratio, 0.0), -1.0, 1.0))


def lean_distance(
    votes: IntArray, finalists: tuple[int, int], eliminated: IntArray, baseline: IntArray
) -> FloatArray:
    """How much nearer in baseline lean an eliminated candidate is to the first finalist.

    A candidate's lean is the mean over units, weighted by the candidate's votes, of a
    baseline's two-bloc share.

    Parameters
    ----------
    votes
        First-round votes, shape (n_units, n_candidates).
    finalists
        Positions of the finalists.
    eliminated
        Positions of the eliminated candidates, shape (n_eliminated,).
    baseline
        Votes of two blocs in a baseline, in either order, shape (n_units, 2).

    Returns
    -------
    array
        (|lean − second's| − |lean − first's|) × 10, shape (n_eliminated,); 0 where fewer than
        five units tell.
    """
    cast = baseline.sum(axis=1)
    usable = (cast >= 2 * MIN_VOTES) & (votes.sum(axis=1) >= MIN_VOTES)
    if usable.sum() < MIN_UNITS:
        return np.zeros(len(eliminated))
    # The order of the two blocs does not matter but for rounding: the larger one it is.
    bloc = int(baseline[:, 1].sum() > baseline[:, 0].sum())
    share = baseline[usable, bloc] / cast[usable]
    inside = votes[usable]
    lean = (inside * share[:, None]).sum(axis=0) / np.maximum(inside.sum(axis=0), 1)
    to_first, to_second = (np.abs(lean[eliminated] - lean[f]) for f in finalists)
    return np.where(inside.sum(axis=0)[eliminated] > 0, 10.0 * (to_second - to_first), 0.0)


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
    usable = usable[np.abs(growth - np.median(growth)) < np.log(BORDER_CHANGE)]
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


def is_federal_general(day: date) -> bool:
    """Whether a day is that of a federal general election of the United States."""
    tuesday = day.month == 11 and day.weekday() == 1 and 2 <= day.day <= 8
    return day.year % 2 == 0 and tuesday


def _log_ratio_variance(relative: FloatArray, eliminated: IntArray, finalist: int) -> FloatArray:
    """Variance of log(share_c / share_f) from the covariance of relative shares."""
    diagonal = np.diag(relative)
    return np.asarray(
        diagonal[eliminated] + diagonal[finalist] - 2.0 * relative[eliminated, finalist]
    )


def _same_bloc(race: Race, eliminated: IntArray) -> FloatArray:
    """1, −1 or 0: of the first finalist's known bloc only, of the second's only, else."""
    blocs = np.array(race.candidate_blocs)
    first, second = (
        (blocs[eliminated] == blocs[f]) & (blocs[f] != "") for f in race.finalist_index
    )
    return np.asarray(first.astype(np.float64) - second.astype(np.float64))


def _largest_bloc_votes(race: Race) -> IntArray | None:
    """Votes of the two largest blocs of the newest baseline that has two, (n_units, 2)."""
    for baseline in race.baselines:
        blocs = np.array([race.contest.bloc_of(party) for party in baseline.returns.parties])
        counts = baseline.returns.counts
        columns = [counts[:, blocs == bloc].sum(axis=1) for bloc in sorted(set(blocs) - {""})]
        largest = sorted((c for c in columns if c.any()), key=lambda c: -int(c.sum()))[:2]
        if len(largest) == 2:
            return np.stack(largest, axis=1)
    return None
