import itertools

import numpy as np
import pytest

from forecast.evidence.poll_record import close_races
from forecast.score.poll_scores import average_error, mean_difference, score_past_only
from tests.evidence.builders import make_errors, simulated_record
from tests.evidence.test_poll_error_model import TRUE


@pytest.fixture(scope="module")
def record():
    return simulated_record(np.random.default_rng(3), n_days=60, races_a_day=24, true=TRUE)


def scored(record, asked, every=1):
    def learn(polls, day):
        asked.append(day)
        return make_errors(before=day, house=TRUE["house_sd"], houses={}, sponsor=_SPONSOR)

    return score_past_only(record, lambda kind: kind.stage == "runoff", 2006, learn, every=every)


_SPONSOR = make_errors().sponsor.__class__(TRUE["sponsor"], 0.01)


@pytest.fixture(scope="module")
def asked_and_scores(record):
    asked = []
    return asked, scored(record, asked, every=3)


def test_every_wanted_race_is_scored_once_with_errors_of_its_past(record, asked_and_scores):
    asked, scores = asked_and_scores
    wanted = {
        p.race for p in close_races(record) if p.kind.stage == "runoff" and p.election.year >= 2006
    }
    assert sorted(score.race for score in scores) == sorted(wanted)
    assert all(score.learned_before <= score.election for score in scores)
    assert asked == sorted({score.learned_before for score in scores})
    assert all((later - earlier).days > 2 * 365 for earlier, later in itertools.pairwise(asked))


def test_right_errors_beat_the_plain_average(asked_and_scores):
    _, scores = asked_and_scores
    mean, error = mean_difference(scores, "log_score")
    assert mean < -2 * error


def test_the_error_of_averages_is_that_of_races_not_of_polls(record):
    errors = {}
    for poll in record:
        errors.setdefault(poll.race, []).append(poll.log_odds - poll.result)
    expected = np.sqrt(np.mean([np.mean(values) ** 2 for values in errors.values()]))
    assert average_error(record) == pytest.approx(expected)
