"""Votes of earlier elections by bloc, and which of a race's baselines are the newest that tell."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from forecast.race.contest import Contest, Race, Returns
from forecast.stats.arrays import IntArray


@dataclass(frozen=True, eq=False)
class FinalistBaseline:
    """What a baseline says of the two finalists' blocs.

    Attributes
    ----------
    election, held
        As in the baseline.
    votes
        Votes of the blocs, the first finalist's first, shape (n_units, 2); zeros in units that
        the baseline lacks.
    """

    election: str
    held: date | None
    votes: IntArray


def bloc_votes(contest: Contest, returns: Returns, blocs: Sequence[str]) -> IntArray:
    """Votes of each bloc in every unit, shape (n_units, n_blocs).

    Parameters
    ----------
    contest
        Says which bloc a party label belongs to.
    returns
        Of this or of an earlier election.
    blocs
        Names of blocs; one that nobody stood for has no votes.
    """
    own = np.array([contest.bloc_of(party) for party in returns.parties])
    votes = np.zeros((returns.n_units, len(blocs)), dtype=np.int64)
    for column, bloc in enumerate(blocs):
        votes[:, column] = returns.counts[:, own == bloc].sum(axis=1)
    return votes


def finalist_baselines(race: Race) -> tuple[FinalistBaseline, ...]:
    """Baselines in which both finalists' blocs have votes, in the order of the race: newest first.

    Empty where the finalists are not of two blocs.
    """
    if not race.has_two_blocs:
        return ()
    blocs = [race.candidate_blocs[index] for index in race.finalist_index]
    told = (
        FinalistBaseline(b.election, b.held, bloc_votes(race.contest, b.returns, blocs))
        for b in race.baselines
    )
    return tuple(baseline for baseline in told if baseline.votes.any(axis=0).all())


def held_with_the_first(baselines: Sequence[FinalistBaseline]) -> tuple[FinalistBaseline, ...]:
    """The first baseline and all that were held on its day; those without a day are of one day."""
    return tuple(baseline for baseline in baselines if baseline.held == baselines[0].held)


def newest_bloc_votes(race: Race) -> IntArray | None:
    """Votes of the finalists' blocs in the newest baselines that have both.

    Those of one day are added up, since nothing says which of them the runoff will follow;
    of those without a day only the first counts.

    Returns
    -------
    array
        Shape (n_units, 2), the first finalist's bloc first; zeros in units that the baseline
        lacks. None where the finalists are not of two blocs, or no baseline has both.
    """
    baselines = finalist_baselines(race)
    if not baselines:
        return None
    newest = baselines[:1] if baselines[0].held is None else held_with_the_first(baselines)
    return np.sum([baseline.votes for baseline in newest], axis=0)


def largest_bloc_votes(race: Race) -> IntArray | None:
    """Votes of the two largest blocs of the newest baseline that has two, shape (n_units, 2)."""
    for baseline in race.baselines:
        parties = baseline.returns.parties
        blocs = sorted({race.contest.bloc_of(party) for party in parties} - {""})
        votes = bloc_votes(race.contest, baseline.returns, blocs)
        # Stable: of two blocs of one size the first by name goes first.
        largest = np.argsort(-votes.sum(axis=0), kind="stable")[:2]
        if len(largest) == 2 and votes[:, largest].any(axis=0).all():
            return votes[:, largest]
    return None
