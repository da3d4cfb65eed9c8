"""The order of the finalists: which one a race is read from.

In finished races the first finalist published is nearly always the one who won, so nothing may be
learned from that order.
"""

from dataclasses import replace

from forecast.race.contest import Race


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
