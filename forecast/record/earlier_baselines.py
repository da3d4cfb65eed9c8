"""Baselines from the record itself: earlier elections in the same units, finished before.

An election teaches as a baseline only if it was counted before the day of the first round; one on
the same ballot is another thing, which no forecast of the next race will have.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from forecast.race.bloc_votes import bloc_votes
from forecast.race.contest import Baseline, Race, Returns
from forecast.race.folder import align
from forecast.race.situation import situation_of
from forecast.record.finished_races import RecordRace

# A baseline covers at least this part of the first-round vote, is at most this old, and gave at
# least two of the race's named blocs this part of its vote each.
MIN_COVER = 0.6
MAX_AGE = timedelta(days=9 * 365)
MIN_BLOC = 0.1
# Only races of many units can be the baseline of others: enough to look among.
MIN_UNITS = 100
MAX_BASELINES = 2


@dataclass(frozen=True, eq=False)
class _Counted:
    """One round of a race, counted."""

    race_id: str
    title: str
    day: date
    returns: Returns


ByUnit = dict[tuple[str, str], list[_Counted]]


def with_earlier_baselines(
    races: Sequence[RecordRace], others: Sequence[RecordRace] = ()
) -> tuple[RecordRace, ...]:
    """Drop baselines that are not earlier, and give races without one those of the record.

    A baseline was counted before the day of the race's own first round, in a race with another
    id, in units of the same names in the same place; so nothing of the race's runoff is in it.

    Parameters
    ----------
    races
        Finished races. They keep their order.
    others
        More races to take baselines from; one with the id of a race given is passed over.
    """
    known = {finished.id for finished in races}
    kept = [replace(one, race=_strictly_earlier(one.race)) for one in races]
    sources = [*kept, *(other for other in others if other.id not in known)]
    by_unit: ByUnit = defaultdict(list)
    for place, counted in sorted(_sources(sources), key=lambda pair: pair[1].day, reverse=True):
        for unit in counted.returns.unit_ids:
            by_unit[place, unit].append(counted)
    return tuple(
        one if one.race.baselines else replace(one, race=_with_baselines(one.race, by_unit))
        for one in kept
    )


def _strictly_earlier(race: Race) -> Race:
    """The race with the baselines that were counted before the day of its first round."""
    day = race.contest.first_round
    earlier = tuple(b for b in race.baselines if b.held is not None and b.held < day)
    return replace(race, baselines=earlier)


def _sources(races: Sequence[RecordRace]) -> Iterator[tuple[str, _Counted]]:
    """Place and count of both rounds of the races that can be a baseline."""
    for one in races:
        contest, first_round = one.race.contest, one.race.first_round
        if first_round.n_units < MIN_UNITS:
            continue
        place = situation_of(one.race).place
        rounds = ((contest.first_round, first_round), (contest.runoff, one.result.returns))
        for day, returns in rounds:
            blocs = {contest.bloc_of(party) for party in returns.parties if party}
            if len(blocs & contest.blocs.keys()) >= 2:
                yield place, _Counted(contest.id, contest.title, day, returns)


def _with_baselines(race: Race, by_unit: ByUnit) -> Race:
    """The race with the newest rounds that qualify; as it was without one."""
    contest, cast = race.contest, race.first_round.votes_cast
    # The unit with most votes is in every baseline that covers the race, or nearly.
    largest = race.first_round.unit_ids[int(np.argmax(cast))]
    found: list[Baseline] = []
    for counted in by_unit.get((situation_of(race).place, largest), ()):
        if counted.race_id == contest.id or counted.day >= contest.first_round:
            continue
        if contest.first_round - counted.day > MAX_AGE or len(found) == MAX_BASELINES:
            break
        if any(baseline.held == counted.day for baseline in found):
            continue
        returns, present = align(counted.returns, race.first_round)
        votes = bloc_votes(contest, returns, tuple(contest.blocs)).sum(axis=0)
        large = votes >= MIN_BLOC * max(int(votes.sum()), 1)
        if cast[present].sum() >= MIN_COVER * cast.sum() and large.sum() >= 2:
            election = f"{counted.day.year} {counted.title}"
            found.append(Baseline(election, counted.day, returns, present))
    return replace(race, baselines=tuple(found))
