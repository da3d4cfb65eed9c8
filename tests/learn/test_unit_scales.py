"""Sizes of the errors of units and counties, found again in simulated runoffs."""

import json
from dataclasses import asdict, replace

import numpy as np
import pytest

from forecast.learn.scale_regression import (
    ScaleCauses,
    learn_scale_regression,
    scale_regression_of,
)
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


def simulated_scales(
    rng: np.random.Generator, n: int = 800
) -> tuple[np.ndarray, np.ndarray, list[ScaleCauses]]:
    """Logs of scales, their errors and causes: kinds that differ, places that do not."""
    shifts = {"primary_runoff": 0.5, "top_two_primary": -0.4, "council": 0.0}
    causes = [
        ScaleCauses(
            rng.uniform(0.05, 0.6),
            np.exp(rng.normal(7.0, 1.0)),
            str(rng.choice(list(shifts))),
            f"US {rng.integers(6)}",
        )
        for _ in range(n)
    ]
    log_size = np.array([c.columns @ [-1.5, 0.4, -0.2] + shifts[c.kind] for c in causes])
    error = rng.uniform(0.05, 0.3, n)
    noise = np.hypot(error, 0.3) * rng.standard_normal(n)
    return log_size + noise, error, causes


def test_a_law_of_sizes_is_found_again():
    law = learn_scale_regression(*simulated_scales(np.random.default_rng(6)))
    assert law.coefficients[1:] == pytest.approx((0.4, -0.2), abs=0.1)
    assert law.spread == pytest.approx(0.3, abs=0.05)
    kinds = {name: mean for name, (mean, _) in law.kinds.known.items()}
    assert kinds["primary_runoff"] - kinds["top_two_primary"] == pytest.approx(0.9, abs=0.1)
    assert law.places.size < 0.15


def test_a_kind_or_place_that_was_never_seen_is_less_certain_than_one_that_was():
    rng = np.random.default_rng(7)
    law = learn_scale_regression(*simulated_scales(rng))
    seen = ScaleCauses(0.3, 1000.0, "council", "US 1")
    new_kind, new_place = replace(seen, kind="mayor"), replace(seen, place="Peru")
    assert law.log_sd(seen) < law.log_sd(new_place) < law.log_sd(new_kind)
    assert law.mean(seen) > law.median(seen)


def test_few_races_of_a_place_are_drawn_to_the_others():
    logs, error, causes = simulated_scales(np.random.default_rng(8))
    one = [*causes, ScaleCauses(0.3, 1000.0, "council", "Peru")]
    law = learn_scale_regression([*logs, -0.3], [*error, 0.3], one)
    ordinary = law.median(ScaleCauses(0.3, 1000.0, "council", "US 1"))
    # Its own scale is 3.3 times as large.
    assert 1.0 < law.median(one[-1]) / ordinary < 2.0
    assert law.median(replace(one[-1], place="Chile")) == pytest.approx(ordinary, rel=0.15)


def test_a_regression_is_read_as_it_was_written():
    law = learn_scale_regression(*simulated_scales(np.random.default_rng(9), 100))
    assert scale_regression_of(json.loads(json.dumps(asdict(law)))) == law
