"""Draws until the error is small enough: as many as it takes, and the same draws."""

from functools import partial

import numpy as np
import pytest

from forecast.errors import InputError
from forecast.runoff.enough_draws import FIRST_DRAWS, simulate_until
from forecast.runoff.keep import Keep
from forecast.runoff.seeds import BLOCK_DRAWS
from forecast.runoff.simulation import simulate_runoffs
from forecast.runoff.summary import win_probability
from tests.runoff.builders import make_posterior, mixed_race, typical_priors

UNITS = mixed_race(n_units=6)
simulate_some = partial(
    simulate_runoffs,
    UNITS,
    make_posterior(UNITS),
    typical_priors(),
    seed=3,
    keep=Keep(flows=True),
)


@pytest.mark.parametrize("error", [0.02, 0.0008])
def test_the_error_is_reached_and_the_draws_are_those_of_one_run(error):
    draws = simulate_until(simulate_some, error)
    assert win_probability(draws.votes, draws.effective)[1] <= error
    assert draws.n_draws % BLOCK_DRAWS == 0
    assert (draws.n_draws > FIRST_DRAWS) == (error < 0.001)
    at_once = simulate_some(n_draws=draws.n_draws)
    np.testing.assert_array_equal(draws.county_votes, at_once.county_votes)
    np.testing.assert_array_equal(draws.flows.to_finalists, at_once.flows.to_finalists)
    assert draws.effective == at_once.effective


def test_a_larger_error_of_weighted_draws_takes_more_of_them():
    def error_of(draws):
        return 2 * win_probability(draws.votes, draws.effective)[1]

    plain = simulate_until(simulate_some, 0.001)
    weighted = simulate_until(simulate_some, 0.001, error_of)
    assert error_of(weighted) <= 0.001
    assert weighted.n_draws > 2 * plain.n_draws


@pytest.mark.parametrize(("error", "said"), [(0, "endless"), (1e-6, "more than")])
def test_an_error_that_takes_too_many_draws_is_refused(error, said):
    with pytest.raises(InputError, match=said):
        simulate_until(simulate_some, error)
