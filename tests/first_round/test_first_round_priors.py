"""Every prior of the first round is connected: moved, it moves the fit, and that the forecast.

On a race with a few votes a unit, where a prior can still be heard. The fits are integrated.
"""

import numpy as np
import pymc as pm
import pytest

from forecast.diagnose.field_model import build_field_model
from forecast.errors import ForecastError
from forecast.first_round.diagnosis import MAX_K_HAT
from forecast.first_round.fitting import read_posterior
from forecast.first_round.integration import integrate
from forecast.priors.layers import load_priors
from forecast.race.units import unit_data
from forecast.runoff.keep import Keep
from forecast.runoff.simulation import simulate_runoffs
from forecast.runoff.unit_forecasts import UnitForecasts
from tests.proof.elections import small_race

RACE = small_race(n_units=12, n_counties=3, typical_votes=6)
UNITS = unit_data(RACE, 0.5)
# Many arrive, and lean as round one says of their unit: what the fit says is heard.
ARRIVALS = (
    "runoff.arrivals.rate.low=0.6",
    "runoff.arrivals.rate.high=0.7",
    "runoff.arrivals.habit.low=0.8",
    "runoff.arrivals.habit.high=0.9",
    "runoff.arrivals.baseline_weight.low=0.01",
    "runoff.arrivals.baseline_weight.high=0.02",
)

# 0 where either way is right: the turnout of round one says who is missing, unit by unit.
DIRECTIONS = [
    ("lean.level", "low=0.8 high=0.95", "share", 1),
    ("lean.slope", "mean=40", "follows the baseline", 1),
    ("lean.county_spread", "scale=40", "between counties", 1),
    ("lean.unit_spread", "scale=60", "between units", 1),
    ("turnout.level", "low=0.5 high=0.6", "votes by unit", 0),
    ("turnout.slope", "mean=60", "votes by unit", 0),
    ("turnout.county_spread", "scale=40", "votes by unit", 0),
    ("turnout.unit_spread", "scale=0.3", "votes by unit", 0),
]
FIELD_VARIABLES = {
    "field.slope": ("sd=60", "_slopes"),
    "field.county": ("sd=60", "_county"),
    "field.unit_spread": ("scale=60", "_unit_spread"),
}


def outcome(settings: list[str]) -> dict[str, np.ndarray]:
    """What is forecast of the race's units under some priors."""
    priors = load_priors(settings=[*ARRIVALS, *settings])
    found = integrate(UNITS, priors.first_round, 1500, seed=1)
    assert found.k_hat < MAX_K_HAT
    posterior = read_posterior(found.trace, UNITS)
    draws = simulate_runoffs(
        UNITS, posterior, priors.runoff, n_draws=4096, seed=5, keep=Keep(units=True)
    )
    assert draws.units is not None
    units = UnitForecasts.of(UNITS, draws.units)
    share = units.share[UNITS.votes_cast > 0]
    lean = UNITS.lean_covariates[UNITS.votes_cast > 0, 0]
    county = [share[UNITS.county_index[UNITS.votes_cast > 0] == c].mean() for c in range(3)]
    return {
        "share": (draws.votes[:, 0] / draws.votes.sum(axis=1)).mean(),
        "follows the baseline": np.polyfit(lean, share, 1)[0],
        "between counties": np.std(county),
        "between units": share.std(),
        "votes by unit": units.votes,
    }


@pytest.fixture(scope="module")
def before() -> dict[str, np.ndarray]:
    return outcome([])


def test_every_prior_of_the_first_round_has_a_direction() -> None:
    tested = {f"first_round.{path}" for path, *_ in DIRECTIONS}
    tested |= {f"first_round.{path}" for path in FIELD_VARIABLES}
    known = {e.path for e in load_priors().entries if e.path.startswith("first_round.")}
    assert tested == known


@pytest.mark.parametrize(("path", "values", "measure", "direction"), DIRECTIONS)
def test_every_prior_of_turnout_and_lean_moves_the_forecast(
    before: dict[str, np.ndarray], path: str, values: str, measure: str, direction: int
) -> None:
    after = outcome([f"first_round.{path}.{value}" for value in values.split()])
    moved = after[measure] - before[measure]
    # Same seeds on both sides: the change is the prior's, not the draws'.
    if direction:
        assert moved * direction > 0.01 * abs(before[measure])
    else:
        assert np.abs(moved).max() > 1e-3 * before[measure].mean()


@pytest.mark.parametrize("path", FIELD_VARIABLES)
def test_every_prior_of_the_fields_moves_their_model(path: str) -> None:
    """No forecast uses the fields: a wider prior must make their own parameters wider."""
    value, ending = FIELD_VARIABLES[path]
    sizes = []
    for settings in ([], [f"first_round.{path}.{value}"]):
        priors = load_priors(settings=settings).first_round
        model = build_field_model(UNITS, priors, RACE.first_round.candidates)
        name = f"field_first{ending}"
        sizes.append(float(np.abs(pm.draw(model[name], 200, random_seed=1)).mean()))
    assert sizes[1] > 1.5 * sizes[0]


def test_counties_that_may_differ_more_than_the_level_are_an_error() -> None:
    # Their mean would vary by more than the prior of the level allows.
    priors = load_priors(settings=["first_round.lean.county_spread.scale=60"])
    with pytest.raises(ForecastError, match="no spread between counties is left"):
        integrate(UNITS, priors.first_round, 200, seed=1)
