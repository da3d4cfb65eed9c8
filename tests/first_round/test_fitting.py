"""One fit on an election whose truth is known, the cache, and elections with little in them."""

import json
from dataclasses import replace
from pathlib import Path

import arviz as az
import numpy as np
import pytest

from forecast.defaults import FitOptions
from forecast.diagnose.field_fit import get_field_fit
from forecast.diagnose.field_model import (
    FIELD_UNITS,
    build_field_model,
    field_units,
    fields_of,
    helmert,
)
from forecast.errors import ForecastError
from forecast.first_round.diagnosis import Diagnosis
from forecast.first_round.fit_cache import FitCache, FitTask
from forecast.first_round.fitting import MODEL_VERSION, FirstRoundFit, get_fit
from forecast.first_round.model import build_first_round_model
from forecast.priors.layers import load_priors
from forecast.race.contest import Race, Returns
from forecast.race.prepared import PreparedRace, prepare
from forecast.race.units import unit_data
from tests.first_round.races import simulated_race

QUICK = load_priors(settings=["settings.sampler.draws=400", "settings.sampler.tune=300"])
Fitted = tuple[PreparedRace, FirstRoundFit, Path]
TRUE_SLOPE, TRUE_SPREAD = 0.5, 0.06


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Fitted:
    race = prepare(simulated_race(lean_slope=TRUE_SLOPE, unit_spread=TRUE_SPREAD), 0.5)
    root = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FORECAST_CACHE", str(root))
        return race, get_fit(race, Path("simulated"), QUICK, FitOptions(seed=1)), root


def test_recovers_what_the_election_was_made_of(
    fitted: Fitted,
) -> None:
    _, fit, _ = fitted
    slope = fit.posterior.lean_slopes[:, 0]
    assert abs(slope.mean() - TRUE_SLOPE) < 4 * slope.std()
    assert slope.std() < 0.1
    concentration = 1 / (4 * TRUE_SPREAD**2) - 1
    log = np.log(fit.posterior.lean_concentration)
    assert abs(log.mean() - np.log(concentration)) < 4 * log.std()
    turnout = 1 / (1 + np.exp(-fit.posterior.turnout_level.mean(axis=1)))
    assert abs(turnout.mean() - 0.4) < 0.03


def test_a_clean_fit_has_no_divergence_and_agreeing_chains(
    fitted: Fitted,
) -> None:
    _, fit, _ = fitted
    assert fit.diagnosis.divergences == 0
    assert fit.diagnosis.max_r_hat < 1.03  # 1,600 short draws
    assert fit.diagnosis.min_ess_bulk > 400


def test_second_time_comes_from_the_cache(fitted: Fitted, monkeypatch: pytest.MonkeyPatch) -> None:
    race, fit, root = fitted
    monkeypatch.setenv("FORECAST_CACHE", str(root))
    again = get_fit(race, Path("simulated"), QUICK, FitOptions(seed=1))
    assert again.from_cache
    assert again.diagnosis == fit.diagnosis
    for name, values in vars(fit.posterior).items():
        np.testing.assert_array_equal(values, getattr(again.posterior, name))


@pytest.mark.parametrize("file", ["arrays.npz", "manifest.json", "posterior.nc"])
def test_damaged_entry_counts_as_absent(fitted: Fitted, tmp_path: Path, file: str) -> None:
    _, fit, _ = fitted
    root = tmp_path / "fits"
    entry = root / fit.key
    entry.mkdir(parents=True)
    for path in fit.folder.iterdir():
        data = path.read_bytes()
        (entry / path.name).write_bytes(data[: len(data) // 2] if path.name == file else data)
    said: list[str] = []
    assert FitCache(root).load(fit.key, said.append) is None
    assert "damaged" in said[0]
    assert "fitting again" in said[0]


def test_unwritable_cache_is_a_clear_error(fitted: Fitted, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with pytest.raises(ForecastError, match="can't be stored"):
        FitCache(blocked / "fits").store(
            "key", arrays={}, diagnosis={}, trace=None, race="r", source="s"
        )


def test_failed_store_leaves_nothing_behind(tmp_path: Path) -> None:
    class NoSpace:
        def to_netcdf(self, path: Path) -> None:
            raise OSError(28, "No space left on device")

    with pytest.raises(ForecastError, match="No space left"):
        FitCache(tmp_path).store(
            "key", arrays={}, diagnosis={}, trace=NoSpace(), race="r", source="s"
        )
    assert list(tmp_path.iterdir()) == []


def test_key_changes_with_data_and_priors_of_the_fit_only(
    fitted: Fitted,
) -> None:
    race, fit, _ = fitted
    task = FitTask("first round", MODEL_VERSION, race, QUICK, seed=1)

    def key(*settings: str) -> str:
        quick = ["settings.sampler.draws=400", "settings.sampler.tune=300"]
        return replace(task, priors=load_priors(settings=[*quick, *settings])).key

    assert key() == fit.key
    assert key("runoff.loyalty.low=0.9") == fit.key
    assert key("first_round.lean.slope.sd=5") != fit.key
    assert key("settings.sampler.draws=401") != fit.key
    assert replace(task, seed=2).key != fit.key
    assert replace(task, version=MODEL_VERSION + 1).key != fit.key
    assert replace(task, model="fields").key != fit.key
    votes = race.units.candidate_votes.copy()
    votes[0, 0] += 1
    moved = replace(race, units=replace(race.units, candidate_votes=votes))
    assert replace(task, prepared=moved).key != fit.key


def test_key_does_not_change_with_what_was_computed_of_the_race_meanwhile() -> None:
    task = FitTask("first round", MODEL_VERSION, prepare(SMALL, 0.5), QUICK, seed=1)
    before = task.key
    assert task.prepared.units.side_votes.any()  # kept in the record from now on
    assert task.key == before


def with_returns(race: Race, **changes: object) -> Race:
    return replace(race, first_round=replace(race.first_round, **changes))


def only_units(race: Race, n_units: int) -> Race:
    def cut(returns: Returns) -> Returns:
        return replace(
            returns,
            **{
                name: getattr(returns, name)[:n_units]
                for name in ("unit_ids", "counties", "unit_names", "registered", "ballots")
            },
            votes=returns.votes[:n_units],
        )

    baselines = tuple(
        replace(b, returns=cut(b.returns), present=b.present[:n_units]) for b in race.baselines
    )
    return replace(race, first_round=cut(race.first_round), baselines=baselines)


def empty_unit(race: Race) -> Race:
    votes = race.first_round.votes.copy()
    votes[0] = 0
    return with_returns(race, votes=votes)


SMALL = simulated_race(n_units=8, n_counties=2)
DEGENERATE = {
    "one unit": only_units(SMALL, 1),
    "an empty unit": empty_unit(SMALL),
    "no baseline": replace(SMALL, baselines=()),
    "no registered": with_returns(SMALL, registered=np.full(8, np.nan)),
    "one bloc": replace(SMALL, contest=replace(SMALL.contest, finalists=("ANN", "AL"))),
    "no parties": with_returns(SMALL, parties=("",) * 6),
    "two candidates": with_returns(
        SMALL,
        candidates=("ANN", "BEA"),
        parties=("REP", "DEM"),
        votes=SMALL.first_round.votes[:, [0, 3]],
    ),
}


@pytest.mark.parametrize("name", DEGENERATE)
def test_degenerate_elections_have_a_finite_density(name: str) -> None:
    race = DEGENERATE[name]
    units = unit_data(race, 0.5)
    model = build_first_round_model(units, QUICK.first_round)
    assert np.isfinite(model.compile_logp()(model.initial_point()))
    assert ("turnout_level" in model.named_vars) == (name != "no registered")
    if fields_of(units):
        fields = build_field_model(units, QUICK.first_round, race.first_round.candidates)
        assert np.isfinite(fields.compile_logp()(fields.initial_point()))


def test_the_fields_are_fitted_apart_and_kept(fitted: Fitted, own_cache: Path) -> None:
    race, fit, _ = fitted
    said: list[str] = []
    options = FitOptions(seed=1, notify=said.append)
    fields = get_field_fit(race, Path("simulated"), QUICK, options)
    assert fields is not None
    assert fields.diagnosis.divergences == 0
    with az.from_netcdf(fields.folder / "posterior.nc") as trace:
        names = set(trace.posterior.data_vars)
        level = trace.posterior["field_first_level"].mean(("chain", "draw")).to_numpy()
    with az.from_netcdf(fit.folder / "posterior.nc") as trace:
        assert not names & set(trace.posterior.data_vars)
    first = next(f for f in fields_of(race.units) if f.name == "field_first")
    # The order of the candidates within the bloc is that of their votes.
    np.testing.assert_array_equal(np.argsort(level), np.argsort(first.votes.sum(axis=0)))
    assert len(said) == 1
    again = get_field_fit(race, Path("simulated"), QUICK, options)
    assert again is not None
    assert again.diagnosis == fields.diagnosis
    assert len(said) == 1  # nothing was fitted


def test_a_race_without_fields_has_no_fit_of_them(own_cache: Path) -> None:
    race = prepare(DEGENERATE["two candidates"], 0.5)
    assert get_field_fit(race, Path("small"), QUICK, FitOptions(seed=1)) is None
    assert not own_cache.exists()


def test_the_fields_of_a_large_race_are_those_of_a_sample() -> None:
    units = unit_data(SMALL, 0.5)
    large = replace(units, eligible=np.ones(12_000))
    seen = field_units(large, 10_000)
    assert len(np.unique(seen)) == FIELD_UNITS
    np.testing.assert_array_equal(seen, field_units(large, 10_000))
    np.testing.assert_array_equal(field_units(large, 12_000), np.arange(12_000))
    model = build_field_model(
        units, QUICK.first_round, SMALL.first_round.candidates, np.array([1, 5])
    )
    field = fields_of(units)[0]
    counted = model.rvs_to_values[model[f"{field.name}_votes"]].eval()
    np.testing.assert_array_equal(counted, field.votes[[1, 5]])


def test_field_candidates_stand_by_their_votes_whatever_the_order_of_the_returns() -> None:
    order = [5, 1, 3, 0, 2, 4]
    names = SMALL.first_round.candidates
    shuffled = with_returns(
        SMALL,
        candidates=tuple(names[i] for i in order),
        parties=tuple(SMALL.first_round.parties[i] for i in order),
        votes=SMALL.first_round.votes[:, order],
    )
    swapped = replace(SMALL, contest=replace(SMALL.contest, finalists=("BEA", "ANN")))
    for other in (shuffled, swapped):
        ours, theirs = (
            {
                tuple(race.first_round.candidates[i] for i in member)
                for field in fields_of(unit_data(race, 0.5))
                for member in field.members
            }
            for race in (SMALL, other)
        )
        assert ours == theirs
        for field in fields_of(unit_data(other, 0.5)):
            assert (np.diff(field.votes.sum(axis=0)) <= 0).all()


def test_small_candidates_are_pooled_in_the_field() -> None:
    votes = SMALL.first_round.votes.copy()
    votes[:, 4:6] = 1  # two candidates of the second side with a vote a unit
    units = unit_data(with_returns(SMALL, votes=votes), 0.5)
    second = next(field for field in fields_of(units) if field.name == "field_second")
    assert second.members == ((3,), (4, 5))
    np.testing.assert_array_equal(second.votes[:, 1], np.full(8, 2))


@pytest.mark.parametrize("n", [2, 3, 7])
def test_contrasts_are_a_zero_sum_normal_in_another_basis(n: int) -> None:
    rows = helmert(n)
    # Of independent contrasts of size 1: the covariance of a zero-sum normal of size 1.
    np.testing.assert_allclose(rows.T @ rows, np.eye(n) - 1 / n, atol=1e-12)
    np.testing.assert_allclose(rows @ rows.T, np.eye(n - 1), atol=1e-12)
    # The last is that of the last candidate against all before it, which weigh the same.
    np.testing.assert_allclose(rows[-1] / rows[-1, 0], [*np.ones(n - 1), 1 - n])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"divergences": 3}, "3 divergences.*target_accept"),
        ({"max_r_hat": 1.02}, "R-hat 1.020 of lean_level.*tune"),
        ({"max_r_hat": float("nan")}, "R-hat nan"),
        ({"min_ess_bulk": 900.0}, "bulk ESS 900"),
        ({"min_ess_tail": 1000.0}, "tail ESS 1,000"),
    ],
)
def test_faults_of_a_fit_say_what_to_do(change: dict[str, float], message: str) -> None:
    import re

    good = Diagnosis(0, 1.002, 3000.0, 2500.0, ("lean_level",) * 3, "NUTS", 1.0)
    assert good.healthy
    bad = replace(good, **change)
    assert not bad.healthy
    assert re.search(message, bad.faults[0])


def test_manifest_says_what_the_entry_is(fitted: Fitted) -> None:
    _, fit, _ = fitted
    manifest = json.loads((fit.folder / "manifest.json").read_text())
    assert manifest["race"] == "simulated"
    assert set(manifest["files"]) == {"arrays.npz", "posterior.nc"}
    assert manifest["versions"]["pymc"]


def test_an_interrupted_fit_is_not_stored(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sampler answers Ctrl-C with the draws it has: they must not pass for a posterior."""
    import nutpie

    sample = nutpie.sample

    def interrupted(compiled: object, **settings: object) -> object:
        trace = sample(compiled, **settings)
        trace["posterior"] = trace.posterior.dataset.isel(draw=slice(0, 7))
        return trace

    monkeypatch.setattr(nutpie, "sample", interrupted)
    with pytest.raises(KeyboardInterrupt):
        get_fit(prepare(SMALL, 0.5), Path("small"), QUICK, FitOptions(seed=3))
    # The lock that another process would wait at may stay; a fit may not.
    left = [] if not own_cache.exists() else list((own_cache / "fits").iterdir())
    assert [path for path in left if path.suffix != ".lock"] == []
