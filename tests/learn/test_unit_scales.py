"""Sizes of the errors of units and counties, found again in simulated runoffs."""

from dataclasses import replace

import numpy as np
import pytest

from forecast.learn.scale_regression import learn_scale_regression
from forecast.learn.unit_scales import lean_sizes, turnout_sizes
from forecast.race.units import FIRST, NEITHER, SECOND
from tests.runoff.builders import make_units

UNIT, COUNTY = 0.25, 0.2


def simulated_runoff(seed, n_units=600, n_counties=30):
    """A race whose runoff follows the streams but for errors of known size."""
    rng = np.random.default_rng(seed)
    votes = rng.poisson(rng.gamma(3, [[120, 100, 60, 40]], (n_units, 4)))
    counties = [f"county {i % n_counties}" for i in range(n_units)]
    units = make_units(
        votes, votes.sum(axis=1) * 2 + 50, counties=counties, sides=[FIRST, SECOND, FIRST, NEITHER]
    )
    transfer = np.array([0.98, 0.02, 0.8, 0.45])
    retention = np.array([1.0, 1.0, 0.85, 0.85])
    first = votes @ (retention * transfer)
    second = votes @ (retention * (1 - transfer))

    def error():
        county = COUNTY * rng.standard_normal(n_counties)[units.county_index]
        return county + UNIT * rng.standard_normal(n_units)

    share = 1 / (1 + (second + 0.5) / (first + 0.5) * np.exp(-error() - 0.3))
    odds = units.votes_cast / (units.eligible - units.votes_cast)
    turnout = 1 / (1 + np.exp(-error() + 0.2) / odds)
    voters = rng.binomial(units.eligible.astype(int), turnout)
    won = rng.binomial(voters, share)
    return units, np.stack([won, voters - won], axis=1)


@pytest.mark.parametrize("measure", [lean_sizes, turnout_sizes])
def test_the_sizes_are_found_again(measure):
    units, runoff = simulated_runoff(1)
    found = measure(units, runoff)
    assert abs(found.log_unit - np.log(UNIT)) < 4 * found.unit_error
    assert abs(found.log_county - np.log(COUNTY)) < 4 * found.county_error
    assert found.unit_error < 0.1


def test_one_wrong_row_hardly_matters():
    units, runoff = simulated_runoff(2)
    before = lean_sizes(units, runoff).log_unit
    runoff[7] = runoff[7][::-1] * [1, 200]
    assert lean_sizes(units, runoff).log_unit == pytest.approx(before, abs=0.1)


def test_swapping_the_finalists_changes_nothing():
    units, runoff = simulated_runoff(3)
    sides = np.array([SECOND, FIRST, SECOND, NEITHER])
    swapped = replace(units, finalists=(1, 0), sides=sides)
    one, other = lean_sizes(units, runoff), lean_sizes(swapped, runoff[:, ::-1])
    assert one.log_unit == pytest.approx(other.log_unit, abs=0.01)


def test_few_units_or_one_county_are_not_guessed():
    units, runoff = simulated_runoff(4, n_units=5)
    assert lean_sizes(units, runoff) is None
    units, runoff = simulated_runoff(5, n_units=40, n_counties=1)
    assert lean_sizes(units, runoff).log_county is None


def test_a_law_of_sizes_is_found_again():
    rng = np.random.default_rng(6)
    eliminated = rng.uniform(0.05, 0.6, 400)
    log_size = -1.5 + 0.4 * np.log((eliminated + 0.1) / 0.4) + 0.3 * rng.standard_normal(400)
    error = rng.uniform(0.05, 0.3, 400)
    law = learn_scale_regression(log_size + error * rng.standard_normal(400), error, eliminated)
    assert law.log_size == pytest.approx(-1.5, abs=0.08)
    assert law.slope == pytest.approx(0.4, abs=0.12)
    assert law.spread == pytest.approx(0.3, abs=0.06)
