"""Every benchmark runs, and what it measures gives the right results. No test looks at a clock."""

import numpy as np
import pytest

from benchmarks import __main__ as everything
from benchmarks import core, growth, inputs, instead, night, variance
from forecast.runoff.simulation import simulate_runoffs


def test_the_core_simulates_the_race_and_compares_it_with_the_generator() -> None:
    found = core.run("ga06-2017", core.TOY_DRAWS, 1)
    assert (found["units"], found["draws"]) == (208, core.TOY_DRAWS)
    given = inputs.race_inputs("ga06-2017")
    votes = simulate_runoffs(*given, n_draws=core.TOY_DRAWS, seed=1).votes
    assert found["first_finalist_wins"] == (votes[:, 0] > votes[:, 1]).mean()
    assert found["core_over_limit"] == found["seconds"]["core"] / found["seconds"]["limit"]


def test_repeated_units_are_the_same_race_larger() -> None:
    given = inputs.race_inputs("ga06-2017", 416)
    once = inputs.race_inputs("ga06-2017").units
    assert given.units.n_units == 416
    np.testing.assert_array_equal(
        given.units.candidate_votes.sum(axis=0), 2 * once.candidate_votes.sum(axis=0)
    )
    assert given.units.county_names == once.county_names
    votes = simulate_runoffs(*given, n_draws=600, seed=1).votes
    assert 2 * 130_000 < np.median(votes.sum(axis=1)) < 2 * 350_000


@pytest.mark.parametrize("size", growth.TOY_SIZES)
def test_a_size_says_what_it_took(size: tuple[str, int, int, bool, int, int]) -> None:
    found = growth.measure(*size)
    assert found["units"] == (size[1] or 208)
    assert found["peak_megabytes"] >= found["megabytes_before"]
    assert found["draws_per_second"] == pytest.approx(found["draws"] / found["seconds"])


def test_an_update_of_a_night_knows_what_was_counted() -> None:
    found = night.run(True)["ga06-2017"]
    assert (found["units"], found["draws"]) == (208, night.TOY_DRAWS)
    assert 0.2 < found["mean_share"] < 0.8


def test_the_plain_loops_reallocate_the_same_votes() -> None:
    found = instead.run(True)
    # Draws of the same parameters: two of each, with or without errors of units.
    for name in ("multinomial", "numpy"):
        np.testing.assert_allclose(
            found[name]["mean_votes"], found["python"]["mean_votes"], rtol=0.1
        )


def test_both_kinds_of_draws_estimate_the_same_odds() -> None:
    found = variance.run(True)["without polls"]
    error = np.hypot(*(found[kind]["error_points"] for kind in ("independent", "stratified")))
    difference = found["stratified"]["win_probability"] - found["independent"]["win_probability"]
    assert abs(100 * difference) < 5 * max(error, 1.4)  # a binomial error of 600 draws


def test_all_of_them_in_processes_of_their_own() -> None:
    found = everything.run(["core", "command"], toy=True)
    assert found["core"]["draws"] == core.TOY_DRAWS
    assert set(found["command"]["seconds"]) == {"cold", "numpy", "python", "help", "warm"}
    assert found["machine"]["cores"]
