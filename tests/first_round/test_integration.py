"""The integrated first round against the PyMC model and NUTS, and what is said of it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from forecast.defaults import FitOptions
from forecast.errors import ForecastError
from forecast.first_round import fitting, sampling
from forecast.first_round.conditional import ConditionalPart, Spreads
from forecast.first_round.diagnosis import Diagnosis
from forecast.first_round.fitting import FirstRoundFit, get_fit, read_posterior
from forecast.first_round.integration import WEIGHTS, integrate
from forecast.first_round.model import build_first_round_model
from forecast.first_round.parts import two_way_parts
from forecast.first_round.spread_grid import SpreadGrid
from forecast.priors.layers import load_priors
from forecast.race.prepared import prepare
from forecast.race.units import UnitData, unit_data
from tests.first_round.races import simulated_race

SHORT = ["settings.sampler.draws=500", "settings.sampler.tune=400"]
INTEGRATED = load_priors(settings=["settings.sampler.approximate_above=100"])
SAMPLED = load_priors(settings=SHORT)
PRIORS = SAMPLED.first_round
Fits = tuple[FirstRoundFit, FirstRoundFit]
# Below the ESS of either: some 1,400 of the weights, 1,000 and more of the chains.
ESS = 800


def race_units(**changes: float) -> UnitData:
    return unit_data(simulated_race(**changes), 0.5)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def fits(tmp_path_factory: pytest.TempPathFactory) -> Fits:
    race = prepare(simulated_race(n_units=300, n_counties=10, county_spread=0.4), 0.5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FORECAST_CACHE", str(tmp_path_factory.mktemp("cache")))
        folder = Path("simulated")
        return (
            get_fit(race, folder, INTEGRATED, FitOptions(seed=1)),
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


def test_diagnosis_is_of_the_weights_and_survives_the_cache(fits: Fits) -> None:
    ours, nuts = fits
    assert nuts.diagnosis.k_hat is None
    assert "integration" in ours.diagnosis.method
    assert ours.diagnosis.k_hat is not None
    assert ours.diagnosis.k_hat < 0.7
    assert np.isnan(ours.diagnosis.max_r_hat)
    assert ours.diagnosis.healthy


def test_without_counties_the_density_is_that_of_the_pymc_model() -> None:
    """Level, slope and unit spread of one county: nothing is integrated, densities must agree."""
    units = race_units(n_units=20, n_counties=1)
    model = build_first_round_model(units, PRIORS)
    density = model.compile_logp(jacobian=False)
    part = ConditionalPart(two_way_parts(units, PRIORS)[1])
    near = part.mode(Spreads(0.0, 6.0))
    fixed = model.initial_point()
    rng = np.random.default_rng(4)
    differences = []
    for _ in range(5):
        level, slope, spread = rng.normal(0, 0.3), rng.normal(0.5, 0.2), rng.uniform(3, 12)
        found = part.integral(Spreads(0.0, spread), np.array([level, slope]), near)
        scaled = np.log(spread - 0.05) - np.log(45 - spread)  # PyMC's interval transform
        point = fixed | {
            "lean_level": np.array(level),
            "lean_slopes": np.array([slope]),
            "lean_unit_spread_interval__": np.array(scaled),
        }
        # Ours is by the log of the spread.
        differences.append(found.log_density - np.log(spread) - float(density(point)))
    np.testing.assert_allclose(differences, differences[0], atol=1e-6)


@pytest.mark.parametrize(
    ("per_county", "unit_spread", "county_spread"), [(2, 0.15, 0.5), (2, 0.06, 0.0), (20, 0.1, 0.4)]
)
def test_the_quadrature_is_exact_enough(
    per_county: int, unit_spread: float, county_spread: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over the proposals of a race its error hardly varies: a constant would cancel."""
    units = race_units(
        n_units=40 * per_county,
        n_counties=40,
        unit_spread=unit_spread,
        county_spread=county_spread,
    )
    lean = two_way_parts(units, PRIORS)[1]
    part = ConditionalPart(lean)
    grid = SpreadGrid.of(part)
    proposals = grid.propose(20, np.random.default_rng(1))
    monkeypatch.setattr("forecast.first_round.conditional.NODES", ((1, 31),))
    exact = ConditionalPart(lean)
    errors = [
        np.subtract(
            *(p.integral(Spreads(c, np.exp(u)), b, near).log_density for p in (part, exact))
        )
        for (c, u), b, near in zip(
            proposals.spreads,
            proposals.common,
            [grid.modes[node] for node in proposals.node],
            strict=True,
        )
    ]
    assert np.std(errors) < 0.05


def test_the_density_of_the_proposals_adds_up_to_one() -> None:
    """Their importance weights for a known normal average to 1."""
    grid = SpreadGrid.of(ConditionalPart(two_way_parts(race_units(n_counties=10), PRIORS)[1]))
    proposals = grid.propose(20_000, np.random.default_rng(2))
    mode = grid.modes[int(np.argmax(grid.weights))]
    covariance = np.linalg.inv(mode.factor @ mode.factor.T)
    low, high = (getattr(grid.places, side)(axis=0) for side in ("min", "max"))
    inside = ((proposals.spreads > low) & (proposals.spreads < high)).all(axis=1)
    target = stats.multivariate_normal(mode.common, covariance).pdf(proposals.common)
    weights = inside * target / np.prod(high - low) / np.exp(proposals.log_density)
    # Uniform over the grid is far from the proposals: heavy weights, so the error is the run's.
    error = weights.std() / np.sqrt(len(weights))
    assert error < 0.2
    assert abs(weights.mean() - 1) < 5 * error


def test_counties_that_do_not_differ_are_no_obstacle() -> None:
    """The density of centred effects and their spread has no bound there."""
    units = race_units(n_units=400, n_counties=20, seed=3)
    found = integrate(units, PRIORS, 1500, seed=1)
    assert found.k_hat < 0.7
    assert found.effective > 1000
    spread = found.trace.posterior["lean_county_spread"].values
    assert np.quantile(spread, 0.05) < 0.03
    assert spread.min() >= 0


def test_more_counties_than_units_of_any_are_integrated() -> None:
    units = race_units(n_units=1500, n_counties=750, county_spread=0.3)
    found = integrate(units, PRIORS, 600, seed=1)
    assert found.k_hat < 0.7
    assert found.effective > 300
    spread = found.trace.posterior["lean_county_spread"].values
    assert abs(spread.mean() - 0.3) < 5 * spread.std()


def test_no_county_has_an_effect_where_each_is_one_unit() -> None:
    units = race_units(n_units=30, n_counties=30)
    model = build_first_round_model(units, PRIORS)
    assert "lean_county" not in model.named_vars
    posterior = read_posterior(integrate(units, PRIORS, 200, seed=1).trace, units)
    assert posterior.lean_level.shape == (200, 30)
    assert (posterior.lean_level == posterior.lean_level[:, :1]).all()


def test_a_county_without_counted_unit_has_its_prior() -> None:
    units = race_units(n_units=60, n_counties=12, county_spread=0.3)
    votes = np.where((units.county_index == 4)[:, None], 0, units.candidate_votes)
    found = integrate(replace(units, candidate_votes=votes), PRIORS, 1500, seed=1)
    county = found.trace.posterior["lean_county"].values[0]
    spread = found.trace.posterior["lean_county_spread"].values[0]
    np.testing.assert_allclose(county.sum(axis=1), 0, atol=1e-5)
    assert (county[:, 4] / spread).std() == pytest.approx(1.0, abs=0.15)


def test_draws_are_of_the_seed_alone() -> None:
    units = race_units(n_counties=10)
    first, again, other = (integrate(units, PRIORS, 200, seed=s).trace for s in (1, 1, 2))
    for name, values in first.posterior.data_vars.items():
        np.testing.assert_array_equal(values, again.posterior[name])
        assert not np.array_equal(values, other.posterior[name])
    assert float(first.sample_stats[WEIGHTS].sum()) == pytest.approx(1.0)


def test_where_nuts_fails_its_checks_the_race_is_integrated(
    own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = Diagnosis(31, 1.002, 3000.0, 2500.0, ("lean_level",) * 3, "NUTS", 1.0)
    monkeypatch.setattr(fitting, "sample_model", lambda *_: fitting.SampledModel(None, bad))
    race, folder = prepare(simulated_race(), 0.5), Path("simulated")
    said: list[str] = []
    fit = get_fit(race, folder, load_priors(), FitOptions(seed=1, notify=said.append))
    assert fit.diagnosis.healthy
    assert fit.diagnosis.method.endswith("as NUTS failed its checks: 31 divergences")
    # On a slow machine lines of progress follow it.
    assert "fitting by integration, as NUTS failed its checks: 31 divergences" in said


def test_where_the_sampler_gives_up_the_race_is_integrated(
    own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gives_up(*_: object, **__: object) -> None:
        raise ForecastError("the sampler gave up: no gradient")

    monkeypatch.setattr(sampling, "sample", gives_up)
    race, folder = prepare(simulated_race(), 0.5), Path("simulated")
    fit = get_fit(race, folder, load_priors(), FitOptions(seed=1))
    assert fit.diagnosis.healthy
    assert "the sampler gave up" in fit.diagnosis.method
    # With too few draws for its checks an integration is no way out.
    few = load_priors(settings=["settings.sampler.draws=100"])
    with pytest.raises(ForecastError, match="gave up"):
        get_fit(race, folder, few, FitOptions(seed=1))


@pytest.mark.parametrize(
    ("change", "message"),
    [({"k_hat": 0.7}, "approximate_above"), ({"min_ess_bulk": 900.0}, "900, not above 1,000")],
)
def test_an_integration_that_failed_is_not_healthy(change: dict[str, float], message: str) -> None:
    good = Diagnosis(0, float("nan"), 2000.0, 2000.0, ("",) * 3, "integration", 1.0, k_hat=0.3)
    assert good.healthy
    bad = replace(good, **change)  # type: ignore[arg-type]
    assert not bad.healthy
    assert message in bad.faults[0]


def test_progress_counts_every_draw_once() -> None:
    seen: list[tuple[int, int]] = []
    units = race_units(n_units=40, n_counties=8)
    integrate(units, PRIORS, 200, 1, lambda done, total: seen.append((done, total)))
    total = seen[0][1]
    assert total % 200 == 0
    assert seen == [(done, total) for done in range(total)]
