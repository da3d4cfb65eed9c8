"""What round one shows of candidates: affinity and lean, and the order of the finalists."""

from datetime import date

import numpy as np
import pytest

from forecast.learn.agreement import baseline_gap
from forecast.race import candidates
from forecast.race.calendar import era, is_federal_general
from forecast.race.candidates import candidate_affinity, candidate_lean
from forecast.race.orientation import leader_first, swapped
from tests.learn.races import random_race
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
    for measure in (candidate_affinity, candidate_lean):
        np.testing.assert_array_equal(measure(race), -measure(swapped(race)))


def test_affinity_and_lean_find_the_neighbours():
    affinity, lean = candidate_affinity(RACES[0]), candidate_lean(RACES[0])
    assert affinity[2] > 0.5
    assert affinity[3] < -0.5
    assert lean[2] > 0 > lean[3]


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

    for c in (2, 3):
        t1, t2 = spread(sigma, c, 0), spread(sigma, c, 1)
        chance = spread(noise, c, 0) + spread(noise, c, 1)
        expected = (t2 - t1) / (max(t1, 0) + max(t2, 0) + 3 * chance)
        assert candidate_affinity(RACES[0])[c] == pytest.approx(expected)


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
    assert baseline_gap(votes, baseline) == pytest.approx(0.06, abs=0.01)
    votes[:50] = (0, 900)
    assert baseline_gap(votes, baseline) == pytest.approx(0.06, abs=0.01)
    assert baseline_gap(votes[:4], baseline[:4]) is None


def test_without_a_baseline_there_is_no_lean():
    np.testing.assert_array_equal(candidate_lean(RACES[3]), 0)


def test_finalists_of_one_bloc_have_a_lean_apart():
    assert np.abs(candidate_lean(RACES[1])[2:]).min() > 0


def test_the_leader_comes_first_whatever_was_published():
    for race in (RACES[0], swapped(RACES[0])):
        first, second = leader_first(race).finalist_index
        totals = race.first_round.counts.sum(axis=0)
        assert totals[first] >= totals[second]
    tie = make_race([[5, 5, 0, 0]])
    assert leader_first(tie).contest.finalists == leader_first(swapped(tie)).contest.finalists


def test_days_and_eras():
    assert is_federal_general(date(2016, 11, 8))
    assert not is_federal_general(date(2015, 11, 3))
    assert not is_federal_general(date(2016, 11, 1))
    assert era(date(2010, 5, 1)) == pytest.approx(0)
    assert -0.5 < era(date(1980, 1, 1)) < -0.49
