"""What the first round shows of each eliminated candidate: affinity and lean.

Both are positive for the first finalist and change their sign, to the last bit, when the
finalists are named in the other order.
"""

import numpy as np

from forecast.race.bloc_votes import largest_bloc_votes, newest_bloc_votes
from forecast.race.contest import Race
from forecast.stats.arrays import FloatArray, IntArray

MIN_VOTES = 5  # units with fewer votes tell nothing about shares
MIN_UNITS = 5
NOISE_MULTIPLE = 3.0  # affinities shrink as if the sampling noise were this much larger


def eliminated_index(race: Race) -> IntArray:
    """Positions of the eliminated candidates with any vote, shape (n_eliminated,)."""
    out = race.valid_votes.sum(axis=0) > 0
    out[list(race.finalist_index)] = False
    return np.flatnonzero(out)


def candidate_affinity(race: Race) -> FloatArray:
    """Affinity of every first-round candidate, 0 for the finalists, shape (n_candidates,)."""
    eliminated = eliminated_index(race)
    values = np.zeros(len(race.first_round.candidates))
    values[eliminated] = affinity(race.valid_votes, race.finalist_index, eliminated)
    return values


def candidate_lean(race: Race) -> FloatArray:
    """Lean of every first-round candidate, 0 for the finalists, shape (n_candidates,).

    From the newest baseline that tells the finalists' blocs apart, or from the two largest
    blocs of the newest that has two.
    """
    values = np.zeros(len(race.first_round.candidates))
    baseline = newest_bloc_votes(race)
    if baseline is None:
        baseline = largest_bloc_votes(race)
    if baseline is not None:
        eliminated = eliminated_index(race)
        votes = race.valid_votes
        values[eliminated] = lean_distance(votes, race.finalist_index, eliminated, baseline)
    return values


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


def _log_ratio_variance(relative: FloatArray, eliminated: IntArray, finalist: int) -> FloatArray:
    """Variance of log(share_c / share_f) from the covariance of relative shares."""
    diagonal = np.diag(relative)
    return np.asarray(
        diagonal[eliminated] + diagonal[finalist] - 2.0 * relative[eliminated, finalist]
    )
