"""Votes of a baseline by bloc: counted by hand, and which baselines count as the newest."""

from datetime import date

import numpy as np
import pytest

from forecast.race.bloc_votes import (
    bloc_votes,
    finalist_baselines,
    largest_bloc_votes,
    newest_bloc_votes,
)
from forecast.race.contest import Baseline, Contest, Race, Returns

DAY, EARLIER = date(2016, 11, 8), date(2014, 11, 4)
PARTIES = ("D", "G", "R", "")
# Two units; the Greens stand in the bloc of the left, the fourth candidate in none.
VOTES = ((10, 5, 20, 3), (30, 0, 8, 4))


def returns(votes: tuple[tuple[int, ...], ...], parties: tuple[str, ...] = PARTIES) -> Returns:
    unknown = np.full(2, np.nan)
    names = tuple(f"candidate {index}" for index in range(len(parties)))
    counts = np.array(votes)[:, :, None]
    units = ("a", "b")
    return Returns(units, ("N", "S"), units, unknown, unknown, names, parties, ("",), counts)


def race(*baselines: tuple[date | None, Returns], parties: tuple[str, ...] = PARTIES) -> Race:
    blocs = {"left": ("D", "G"), "right": ("R",)}
    finalists = ("candidate 0", "candidate 2")
    days = (date(2017, 4, 18), date(2017, 6, 20))
    contest = Contest("r", "title", "office", "place", "precinct", *days, finalists, blocs)
    present = np.ones(2, dtype=bool)
    earlier = tuple(Baseline(f"{held}", held, told, present) for held, told in baselines)
    return Race(contest, returns(VOTES, parties), earlier)


def test_votes_of_the_parties_of_a_bloc_are_added_up() -> None:
    contest, told = race().contest, returns(VOTES)
    # Left: 10 + 5 and 30 + 0; right: 20 and 8; nobody stood for the third.
    votes = bloc_votes(contest, told, ("left", "right", "centre"))
    assert votes.tolist() == [[15, 20, 0], [30, 8, 0]]
    assert bloc_votes(contest, told, ()).shape == (2, 0)


def test_a_baseline_without_one_of_the_blocs_tells_nothing() -> None:
    lone = returns(((10, 5, 0, 3), (30, 0, 0, 4)))
    assert [b.held for b in finalist_baselines(race((DAY, lone), (EARLIER, returns(VOTES))))] == [
        EARLIER
    ]
    one_bloc = race((DAY, returns(VOTES)), parties=("D", "R", "G", ""))
    assert finalist_baselines(one_bloc) == ()
    assert newest_bloc_votes(one_bloc) is None


@pytest.mark.parametrize(
    ("days", "times"),
    [((DAY, EARLIER), 1), ((DAY, DAY), 2), ((DAY, EARLIER, DAY), 2), ((None, None), 1)],
)
def test_the_newest_are_those_of_one_known_day(days: tuple[date | None, ...], times: int) -> None:
    newest = newest_bloc_votes(race(*((day, returns(VOTES)) for day in days)))
    assert newest is not None
    assert newest.tolist() == (times * np.array([[15, 20], [30, 8]])).tolist()


def test_the_largest_blocs_need_no_finalist() -> None:
    # The right has 28 votes, the left 45; nobody's parties are those of the finalists.
    largest = largest_bloc_votes(race((DAY, returns(VOTES)), parties=("", "", "", "")))
    assert largest is not None
    assert largest.tolist() == [[15, 20], [30, 8]]
    alone = returns(((1, 2, 0, 9), (1, 2, 0, 9)))
    assert largest_bloc_votes(race((DAY, alone))) is None
