"""Baselines for races that have none: the newest earlier race of the record in the same units."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from forecast.race.bloc_votes import bloc_votes
from forecast.race.contest import Baseline, Race, Returns
from forecast.race.folder import align
from forecast.record.finished_races import RecordRace

# A baseline covers at least this part of the first-round vote, is at most this old, and gave at
# least two of the race's named blocs this part of its vote each.
MIN_COVER = 0.6
MAX_AGE = timedelta(days=9 * 365)
MIN_BLOC = 0.1
# Only races of many units can be the baseline of others: enough to look among.
MIN_UNITS = 100


@dataclass(frozen=True, eq=False)
class _Counted:
    """One round of a race, counted."""

    race_id: str
    title: str
    held: date
    returns: Returns
    units: frozenset[str]


def with_earlier_baselines(
    races: Sequence[RecordRace], others: Sequence[RecordRace] = ()
) -> tuple[RecordRace, ...]:
    """Give every race without a baseline one from the record, where there is any.

    A baseline was counted on the day of the race's own first round at the latest, in a race
    with another id, in units of the same names; so nothing of the race's runoff is in it.

    Parameters
    ----------
    races
        Finished races. They keep their order.
    others
        More races to take baselines from; one with the id of a race given is passed over.
    """
    known = {finished.id for finished in races}
    sources = [*races, *(other for other in others if other.id not in known)]
    by_unit: dict[str, list[_Counted]] = defaultdict(list)
    for counted in sorted(_counted(sources), key=lambda c: c.held, reverse=True):
        for unit in counted.units:
            by_unit[unit].append(counted)
    return tuple(
        finished
        if finished.race.baselines
        else replace(finished, race=_with_baseline(finished.race, by_unit))
        for finished in races
    )


def _counted(races: Sequence[RecordRace]) -> Iterator[_Counted]:
    """Both rounds of the races that can be a baseline."""
    for finished in races:
        contest, first_round = finished.race.contest, finished.race.first_round
        if first_round.n_units < MIN_UNITS:
            continue
        for held, returns in (
            (contest.first_round, first_round),
            (contest.runoff, finished.result.returns),
        ):
            blocs = {contest.bloc_of(party) for party in returns.parties if party}
            if len(blocs & contest.blocs.keys()) >= 2:
                units = frozenset(returns.unit_ids)
                yield _Counted(contest.id, contest.title, held, returns, units)


def _with_baseline(race: Race, by_unit: dict[str, list[_Counted]]) -> Race:
    """The race with the newest round that qualifies; as it was without one."""
    contest = race.contest
    cast = race.first_round.votes_cast
    # The unit with most votes is in every baseline that covers the race, or nearly.
    largest = race.first_round.unit_ids[int(np.argmax(cast))]
    for counted in by_unit.get(largest, ()):
        if counted.race_id == contest.id or counted.held > contest.first_round:
            continue
        if contest.first_round - counted.held > MAX_AGE:
            break
        returns, present = align(counted.returns, race.first_round)
        votes = bloc_votes(contest, returns, tuple(contest.blocs)).sum(axis=0)
        large = votes >= MIN_BLOC * max(int(votes.sum()), 1)
        if cast[present].sum() >= MIN_COVER * cast.sum() and large.sum() >= 2:
            election = f"{counted.held.year} {counted.title}"
            return replace(race, baselines=(Baseline(election, counted.held, returns, present),))
    return race
