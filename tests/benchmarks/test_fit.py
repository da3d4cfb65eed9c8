"""The benchmark of the fit runs every case, and its two models say the same."""

import pytest

from benchmarks import fit
from benchmarks.plain_model import build_plain_model
from forecast.first_round.model import build_first_round_model
from forecast.priors.layers import load_priors
from forecast.race.units import unit_data
from tests.first_round.races import simulated_race


# "cold" is "warm" with empty caches.
@pytest.mark.parametrize("case", fit.CASES[1:])
def test_a_case_reports_what_a_reader_compares(case: str) -> None:
    found = fit.measure("ga06-2017", case, toy=True)
    assert found["min_ess_bulk"] > 0
    assert found["ess_per_second"] > 0
    assert set(found["seconds"]) == {"import", "build", "compile and sample"}
    # The sides of GA-06 were even in round one, to a point or so on the log-odds scale.
    assert abs(found["lean_level"]) < 0.2


def test_the_plain_model_has_the_same_levels_and_slopes_and_an_effect_a_unit() -> None:
    units = unit_data(simulated_race(), 0.5)
    priors = load_priors().first_round
    plain, ours = build_plain_model(units, priors), build_first_round_model(units, priors)
    for name in fit.SHARED:
        assert plain[name].type.ndim == ours[name].type.ndim
    assert plain["lean_unit"].eval().shape == (units.n_units,)
