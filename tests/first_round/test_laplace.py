"""The approximation of large races against NUTS, and what is said of it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pymc as pm
import pytest

from forecast.defaults import FitOptions
from forecast.errors import ForecastError
from forecast.first_round.diagnosis import Diagnosis
from forecast.first_round.fitting import FirstRoundFit, get_fit
from forecast.priors.layers import load_priors
from forecast.race.prepared import prepare
from forecast.stats.laplace import approximate
from tests.first_round.races import simulated_race

SHORT = ["settings.sampler.draws=500", "settings.sampler.tune=400"]
APPROXIMATED = load_priors(
    settings=["settings.sampler.draws=1000", "settings.sampler.approximate_above=100"]
)
SAMPLED = load_priors(settings=SHORT)
Fits = tuple[FirstRoundFit, FirstRoundFit]
# Below the ESS of either: some 1,600 of the weights, 1,000 and more of the chains.
ESS = 800


@pytest.fixture(scope="module")
def fits(tmp_path_factory: pytest.TempPathFactory) -> Fits:
    race = prepare(simulated_race(n_units=300, n_counties=10, county_spread=0.4), 0.5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FORECAST_CACHE", str(tmp_path_factory.mktemp("cache")))
        folder = Path("simulated")
        return (
            get_fit(race, folder, APPROXIMATED, FitOptions(seed=1)),
            get_fit(race, folder, SAMPLED, FitOptions(seed=1)),
        )


@pytest.mark.parametrize("name", ["lean_slopes", "lean_concentration", "turnout_concentration"])
def test_agrees_with_nuts(fits: Fits, name: str) -> None:
    ours, nuts = (np.log(np.abs(getattr(fit.posterior, name))).ravel() for fit in fits)
    error = nuts.std() * np.sqrt(2 / ESS)
    assert abs(ours.mean() - nuts.mean()) < 5 * error
    # The standard error of a standard deviation of normal draws is sd / sqrt(2 n).
    assert abs(ours.std() - nuts.std()) < 5 * error / np.sqrt(2)


@pytest.mark.parametrize("name", ["lean_level", "turnout_level"])
def test_counties_agree_with_nuts(fits: Fits, name: str) -> None:
    ours, nuts = (getattr(fit.posterior, name) for fit in fits)
    error = nuts.std(axis=0) * np.sqrt(2 / ESS)
    assert (np.abs(ours.mean(axis=0) - nuts.mean(axis=0)) < 5 * error).all()
    assert (np.abs(ours.std(axis=0) - nuts.std(axis=0)) < 5 * error / np.sqrt(2)).all()


def test_diagnosis_is_of_the_weights_and_survives_the_cache(
    fits: Fits,
) -> None:
    ours, nuts = fits
    assert nuts.diagnosis.k_hat is None
    assert "Laplace" in ours.diagnosis.method
    assert ours.diagnosis.k_hat is not None
    assert ours.diagnosis.k_hat < 0.7
    assert np.isnan(ours.diagnosis.max_r_hat)
    assert ours.diagnosis.healthy


@pytest.mark.parametrize(
    ("change", "message"),
    [({"k_hat": 0.7}, "approximate_above"), ({"min_ess_bulk": 900.0}, "900, not above 1,000")],
)
def test_an_approximation_that_failed_is_not_healthy(
    change: dict[str, float], message: str
) -> None:
    good = Diagnosis(0, float("nan"), 2000.0, 2000.0, ("",) * 3, "Laplace", 1.0, k_hat=0.3)
    assert good.healthy
    bad = replace(good, **change)
    assert not bad.healthy
    assert message in bad.faults[0]


def test_exact_for_a_normal_posterior() -> None:
    with pm.Model() as model:
        mean = pm.Normal("mean", 0, 1)
        pm.Normal("data", mean, 1, observed=np.array([1.0, 3.0]))
    found = approximate(model, 4000, seed=1)
    draws = found.trace.posterior["mean"].values.ravel()
    # Precision 1 + 2, mean 4 / 3; weights are all the same.
    assert found.effective == pytest.approx(4000)
    assert abs(draws.mean() - 4 / 3) < 5 / np.sqrt(3 * 4000)
    assert abs(draws.std() - 1 / np.sqrt(3)) < 5 / np.sqrt(6 * 4000)


def test_no_mode_is_a_clear_error() -> None:
    with pm.Model() as model:
        free = pm.Flat("free")
        pm.Potential("saddle", free**2)
    with pytest.raises(ForecastError, match=r"no mode.*approximate_above"):
        approximate(model, 100, seed=1)
