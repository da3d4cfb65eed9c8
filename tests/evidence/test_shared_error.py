"""The correlation of the errors of polls and forecast: learned, and used."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from forecast.evidence.poll_errors import shipped_poll_errors
from forecast.evidence.poll_kinds import RaceKind
from forecast.evidence.poll_likelihood import PollOfRace, likelihood_of_polls
from forecast.evidence.polls import Polls
from forecast.evidence.shared_error import JointError, correlation_of, shared_error
from forecast.evidence.weighted_draws import WeightedDraws
from forecast.stats.distributions import expit
from tests.evidence.builders import draws_of

DAY = date(2017, 6, 20)


def pairs(correlation: float, n: int) -> list[JointError]:
    rng = np.random.default_rng(1)
    covariance = [[1.0, correlation], [correlation, 1.0]]
    return [JointError(DAY, *row) for row in rng.multivariate_normal([0, 0], covariance, n)]


@pytest.mark.parametrize("truth", [-0.4, 0.0, 0.7])
def test_a_correlation_is_found_again_where_many_races_tell(truth: float) -> None:
    mean, sd = correlation_of(pairs(truth, 2000), mean=0.2, sd=0.25)
    assert abs(mean - truth) < 5 * sd < 0.15


def test_without_races_the_prior_is_left() -> None:
    mean, sd = correlation_of((), mean=0.2, sd=0.25)
    draws = np.tanh(0.2 + 0.25 * np.random.default_rng(2).standard_normal(200_000))
    assert abs(mean - draws.mean()) < 0.003
    assert abs(sd - draws.std()) < 0.003


def test_the_race_itself_and_later_ones_teach_nothing(tmp_path: Path) -> None:
    path = tmp_path / "correlation.yaml"
    head = "prior: {mean: 0.0, sd: 0.5}\nraces:\n"
    early = "  a: {runoff: 2010-01-01, polls: 1.0, forecast: 1.0}\n"
    late = "  b: {runoff: 2017-06-20, polls: 3.0, forecast: -3.0}\n"
    path.write_text(head + early)
    alone = shared_error(DAY, path)
    path.write_text(head + early + late)
    assert shared_error(DAY, path) == alone
    assert shared_error(date(2017, 6, 21), path) < alone


def test_the_share_given_the_polls_is_that_of_the_joint_normal() -> None:
    """Truth, forecast and polls of one joint normal: the posterior is known in closed form."""
    correlation, centre, spread = 0.6, 0.1, 0.2
    errors = shipped_poll_errors(DAY)
    kind = RaceKind.of_race("U.S. House", "special")
    poll = PollOfRace("nobody", (0.5, 0.4), 0.1, 800.0, 5.0)
    likelihood = likelihood_of_polls([poll], errors, kind, ("", ""))
    assert likelihood is not None
    likelihood = replace(likelihood, df=1e7, scale=0.15)
    polls = Polls(likelihood, DAY, DAY, {}, correlation)
    truth = centre + spread * np.random.default_rng(3).standard_normal(400_000)
    found = polls.condition(WeightedDraws(draws_of(expit(truth))))
    # Errors e_f = centre - truth and e_p = polls - truth with covariance rho s_f s_p.
    shared = correlation * spread * likelihood.scale
    s_f, s_p = spread**2, likelihood.scale**2
    weight = (s_f - shared) / (s_f + s_p - 2 * shared)
    expected = centre + weight * (likelihood.location - centre)
    sd = np.sqrt((s_f * s_p - shared**2) / (s_f + s_p - 2 * shared))
    mean = float(np.average(truth, weights=found.weights))
    width = float(np.sqrt(np.average((truth - mean) ** 2, weights=found.weights)))
    error = 5 * sd / np.sqrt(found.effective)
    assert abs(mean - expected) < error
    assert abs(width - sd) < error
