"""Features of a race: their definitions, and what naming the finalists the other way does."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from forecast.learn import features
from forecast.learn.features import leader_first, swapped
from forecast.race import candidates
from tests.learn.races import features_of, random_race
from tests.runoff.builders import make_race

RACES = [
    random_race(),
    random_race(4, parties=("REP", "REP", "DEM", "DEM")),
    random_race(5, parties=("REP", "IND", "REP", "")),
    random_race(6, baselines=0),
    random_race(7, parties=("", "", "", "")),
]


@pytest.mark.parametrize("race", RACES)
def test_swapping_the_finalists_changes_signs_and_nothing_else(race):
    one, other = features_of(race), features_of(swapped(race))
    for name in ("same_bloc", "affinity", "lean"):
        np.testing.assert_array_equal(getattr(one, name), -getattr(other, name))
    assert one.log_odds == -other.log_odds
    np.testing.assert_array_equal(one.finalist_shares, other.finalist_shares[::-1])
    np.testing.assert_array_equal(one.eliminated_shares, other.eliminated_shares)
    for name in ("eliminated", "two_blocs", "gap", "agreement", "era", "general_first_round"):
        assert getattr(one, name) == getattr(other, name)


def test_affinity_and_lean_find_the_neighbours():
    found = features_of(RACES[0])
    assert found.affinity[0] > 0.5
    assert found.affinity[1] < -0.5
    assert found.lean[0] > 0 > found.lean[1]
    np.testing.assert_array_equal(found.same_bloc, [1, 0])
    assert found.two_blocs


def test_affinity_by_loops():
    votes = RACES[0].first_round.counts
    votes = votes[votes.sum(axis=1) >= 5]
    total = votes.sum()
    mean = votes.sum(axis=0) / total
    sigma, noise = np.zeros((4, 4)), np.zeros((4, 4))
    for row in votes:
        n, s = row.sum(), row / row.sum()
        error = (n / total) * (np.diag(s) - np.outer(s, s)) / n
        noise += error
        sigma += (n / total) * np.outer(s - mean, s - mean) - error

    def spread(matrix, c, f):
        r = matrix / np.outer(mean, mean)
        return r[c, c] + r[f, f] - 2 * r[c, f]

    for position, c in enumerate((2, 3)):
        t1, t2 = spread(sigma, c, 0), spread(sigma, c, 1)
        chance = spread(noise, c, 0) + spread(noise, c, 1)
        expected = (t2 - t1) / (max(t1, 0) + max(t2, 0) + 3 * chance)
        assert features_of(RACES[0]).affinity[position] == pytest.approx(expected)


def test_affinity_of_chance_alone_is_small():
    rng = np.random.default_rng(8)
    votes = rng.multinomial(300, [0.4, 0.3, 0.2, 0.1], size=400)
    found = candidates.affinity(votes, (0, 1), np.array([2, 3]))
    assert np.abs(found).max() < 0.1


def test_gap_takes_the_noise_out_and_leaves_changed_borders_out():
    rng = np.random.default_rng(9)
    p = rng.uniform(0.2, 0.8, 2000)
    then = rng.binomial(100, p)
    now = rng.binomial(100, np.clip(p + 0.06 * rng.choice([-1, 1], 2000), 0, 1))
    votes, baseline = (np.stack([x, 100 - x], axis=1) for x in (now, then))
    assert features.baseline_gap(votes, baseline) == pytest.approx(0.06, abs=0.01)
    votes[:50] = (0, 900)
    assert features.baseline_gap(votes, baseline) == pytest.approx(0.06, abs=0.01)
    assert features.baseline_gap(votes[:4], baseline[:4]) is None


def test_without_a_baseline_there_is_no_agreement_and_no_lean():
    found = features_of(RACES[3])
    assert found.two_blocs
    assert found.gap is None
    assert found.agreement is None
    np.testing.assert_array_equal(found.lean, 0)


def test_finalists_of_one_bloc_have_no_same_bloc_but_a_lean():
    found = features_of(RACES[1])
    assert not found.two_blocs
    np.testing.assert_array_equal(found.same_bloc, 0)
    assert np.abs(found.lean).min() > 0


def test_a_bloc_that_is_not_known_is_nobodys():
    np.testing.assert_array_equal(features_of(RACES[4]).same_bloc, 0)
    np.testing.assert_array_equal(features_of(RACES[2]).same_bloc, [1, 0])


def test_candidates_without_votes_are_left_out_and_a_finalist_needs_one():
    votes = RACES[0].first_round.counts.copy()
    votes[:, 3] = 0
    assert features_of(make_race(votes)).affinity.shape == (1,)
    votes[:, 1] = 0
    with pytest.raises(ValueError, match="no first-round vote"):
        features_of(make_race(votes))


def test_the_leader_comes_first_whatever_was_published():
    for race in (RACES[0], swapped(RACES[0])):
        first, second = leader_first(race).finalist_index
        totals = race.first_round.counts.sum(axis=0)
        assert totals[first] >= totals[second]
    tie = make_race([[5, 5, 0, 0]])
    assert leader_first(tie).contest.finalists == leader_first(swapped(tie)).contest.finalists


def test_days_and_eras():
    assert features.is_federal_general(date(2016, 11, 8))
    assert not features.is_federal_general(date(2015, 11, 3))
    assert not features.is_federal_general(date(2016, 11, 1))
    assert features.era(date(2010, 5, 1)) == pytest.approx(0)
    assert -0.5 < features.era(date(1980, 1, 1)) < -0.49
    race = RACES[0]
    held = replace(race.contest, first_round=date(2016, 11, 8))
    assert features_of(replace(race, contest=held)).general_first_round
