"""The program as the scores see it: draws, and the evidence of a race."""

import numpy as np

from forecast.priors.layers import load_priors
from forecast.race.prepared import prepare
from forecast.score.forecaster import CHEAP_UNITS, Draws, simulate_with
from forecast.stats.distributions import logit
from tests.evidence.test_conditioning import Weighing
from tests.learn.races import random_race


def test_races_of_few_units_get_more_draws() -> None:
    draws = Draws(n_draws=4000)
    assert draws.number_for(CHEAP_UNITS) == 10_000
    assert draws.number_for(CHEAP_UNITS + 1) == 4000


def test_evidence_moves_the_race_and_its_units_alike() -> None:
    priors, draws = load_priors(), Draws(n_draws=1200)
    race = random_race(n_units=20)
    prepared = prepare(race, priors.turnout_if_unknown(race))

    def shares(evidence: tuple[Weighing, ...]) -> tuple[float, float]:
        _, runoffs = simulate_with(prepared, priors, draws, evidence)
        race, units = runoffs.votes.sum(axis=0), runoffs.unit_votes.sum(axis=(0, 1))
        assert len(runoffs.unit_votes) > 100
        return float(race[0] / race.sum()), float(units[0] / units.sum())

    race, units = shares(())
    moved_race, moved_units = shares((Weighing(float(logit(race)) + 0.15, 0.15),))
    assert moved_race > race + 0.005
    np.testing.assert_allclose(moved_units - units, moved_race - race, atol=0.004)
