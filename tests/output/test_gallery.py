"""The gallery of a made-up fit: every figure is there, and so are its words."""

import colorsys
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import arviz as az
import numpy as np
import pytest
import xarray as xr
from matplotlib.colors import to_rgb
from typer.testing import CliRunner

from forecast import fitted_race
from forecast.cli import main as cli
from forecast.diagnose import field_fit
from forecast.diagnose.field_fit import FieldFit
from forecast.errors import ForecastError
from forecast.first_round.diagnosis import Diagnosis
from forecast.first_round.fitting import FirstRoundFit, read_posterior
from forecast.first_round.integration import WEIGHTS
from forecast.fitted_race import FittedRace
from forecast.output.gallery import build as gallery_module
from forecast.output.gallery import gallery_inputs, sampling_figures
from forecast.output.gallery.build import INDEX, Gallery, gallery_text, write_gallery
from forecast.output.gallery.gallery_figure import CYCLE, LIMIT, OBSERVED, PREDICTED
from forecast.output.gallery.gallery_inputs import one_chain, predicted_shares
from forecast.output.gallery.predictive_figures import spread_remarks, unit_figure
from forecast.output.gallery.weight_figure import weight_figure
from forecast.priors.layers import load_priors
from forecast.race.contest import Race
from forecast.race.prepared import prepare
from forecast.race.units import UnitData, unit_data
from tests.first_round.races import simulated_race

CHAINS, DRAWS = 2, 60
DRAWN = {
    "voters", "first-round", "effects", "rank", "trace", "energy", "ess", "prior-posterior",
    "counties", "units", "spread", "loo-pit", "pareto-k", "priors-decide",
}  # fmt: skip


def made_up_trace(units: UnitData, divergences: int) -> xr.DataTree:
    """Draws around what the race was simulated from, without a sampler."""
    rng, shape = np.random.default_rng(0), (CHAINS, DRAWS)
    county = [f"county {number}" for number in range(3)]

    def near(value: float, *extra: int) -> np.ndarray:
        return value + 0.03 * rng.standard_normal((*shape, *extra))

    posterior = {"chain": np.arange(CHAINS), "draw": np.arange(DRAWS), "county": county}
    variables = {}
    for part, spread in (("turnout", 5.0), ("lean", 6.0)):
        variables[f"{part}_level"] = (("chain", "draw"), near(-0.4 if part == "turnout" else 0))
        names = list(units.turnout_names if part == "turnout" else units.lean_names)
        posterior[f"{part}_covariate"] = names
        dims = ("chain", "draw", f"{part}_covariate")
        slope = 0.0 if part == "turnout" else 0.5
        variables[f"{part}_slopes"] = (dims, near(slope, len(names)))
        variables[f"{part}_county"] = (("chain", "draw", "county"), near(0, 3))
        variables[f"{part}_unit_spread"] = (("chain", "draw"), near(spread))
    for field, levels in (("first", (0.2, 0.1, -0.3)), ("second", (1.6, -0.6, -1.0))):
        names = [f"{field} {number}" for number in range(3)]
        posterior[f"field_{field}_candidate"] = names
        dims = ("chain", "draw", f"field_{field}_candidate")
        variables[f"field_{field}_level"] = (dims, near(0, 3) + np.array(levels))
        posterior[f"field_{field}_smaller"] = names[1:]
        dims = ("chain", "draw", f"field_{field}_smaller")
        variables[f"field_{field}_unit_spread"] = (dims, near(1.0, 2))
    diverging = np.zeros(shape, bool)
    diverging.flat[:divergences] = True
    stats = {"diverging": (("chain", "draw"), diverging)}
    stats["energy"] = (("chain", "draw"), rng.standard_normal(shape))
    coords = {"chain": posterior["chain"], "draw": posterior["draw"]}
    return xr.DataTree.from_dict(
        {"posterior": xr.Dataset(variables, posterior), "sample_stats": xr.Dataset(stats, coords)}
    )


def made_up_fit(folder: Path, race: Race, divergences: int) -> tuple[FittedRace, FieldFit]:
    """A fit whose fields were no better sampled than the rest."""
    folder.mkdir()
    priors = load_priors()
    prepared = prepare(race, priors.turnout_if_unknown(race))
    units = prepared.units
    trace = made_up_trace(units, divergences)
    of_fields = [name for name in trace.posterior.data_vars if str(name).startswith("field_")]
    for part, variables in (
        ("fields", trace.posterior.dataset[of_fields]),
        ("", trace.posterior.dataset.drop_vars(of_fields)),
    ):
        (folder / part).mkdir(exist_ok=True)
        groups = {"posterior": variables, "sample_stats": trace.sample_stats.dataset}
        xr.DataTree.from_dict(groups).to_netcdf(folder / part / "posterior.nc")
    posterior = read_posterior(trace, units)
    worst = ("lean_level", "lean_level", "lean_level")
    diagnosis = Diagnosis(divergences, 1.003, 2140.0, 2300.0, worst, "NUTS", 12.0)
    fit = FirstRoundFit(posterior, diagnosis, "0123", folder, True, {})
    return FittedRace(prepared, folder, priors, fit, date(2017, 6, 19)), FieldFit(
        diagnosis, folder / "fields", np.arange(units.n_units)
    )


def made_up_approximation(folder: Path, race: Race) -> tuple[FittedRace, FieldFit]:
    """An approximated fit: one chain of half as many draws, and fields of a few units."""
    fitted, fields = made_up_fit(folder, race, divergences=0)
    n_draws = CHAINS * DRAWS // 2
    weights = np.random.default_rng(2).gamma(5.0, size=n_draws)
    stored = folder / "posterior.nc"
    with az.from_netcdf(stored) as trace:
        draws = one_chain(trace.posterior.dataset.load(), n_draws)
    stats = {WEIGHTS: (("chain", "draw"), weights[None] / weights.sum())}
    stored.unlink()
    groups = {"posterior": draws, "sample_stats": xr.Dataset(stats)}
    xr.DataTree.from_dict(groups).to_netcdf(stored)
    nan, worst = float("nan"), ("importance weights",) * 3
    diagnosis = Diagnosis(0, nan, 1850.0, 1850.0, worst, "Laplace", 44.0, k_hat=0.31)
    fit = replace(fitted.fit, diagnosis=diagnosis)
    return replace(fitted, fit=fit), replace(
        fields, unit_index=np.arange(0, race.first_round.n_units, 2)
    )


@pytest.fixture(scope="module")
def approximated(tmp_path_factory: pytest.TempPathFactory) -> tuple[Gallery, Path]:
    folder = tmp_path_factory.mktemp("approximated")
    fitted, fields = made_up_approximation(folder / "fit", simulated_race(n_units=30))
    return write_gallery(fitted, fields, folder, seed=1, notify=lambda _: None), folder


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> tuple[Gallery, Path]:
    """An unhealthy fit of a race whose title is markup."""
    folder = tmp_path_factory.mktemp("gallery")
    race = simulated_race(n_units=25)
    race = replace(race, contest=replace(race.contest, title="<script>alert(1)</script>"))
    fitted, fields = made_up_fit(folder / "fit", race, divergences=7)
    out = folder / "out" / "deep"
    return write_gallery(fitted, fields, out, seed=1, notify=lambda _: None), out


def test_every_figure_is_drawn(drawn: tuple[Gallery, Path]) -> None:
    _, out = drawn
    assert {path.stem for path in out.glob("*.png")} == DRAWN | {"pairs"}
    for path in out.glob("*.png"):
        assert path.read_bytes().startswith(b"\x89PNG")
        assert path.stat().st_size > 5_000


def test_the_page_links_what_is_there_and_escapes_names(drawn: tuple[Gallery, Path]) -> None:
    gallery, out = drawn
    page = (out / INDEX).read_text(encoding="utf-8")
    linked = set(re.findall(r'(?:src|href)="([^"#]+)"', page))
    assert linked == {path.name for path in out.glob("*.png")}
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert page.count("<b>Good:</b>") == len(gallery.figures)
    assert "power-scaling" in page


def test_unhealthy_says_what_failed_and_what_to_do(drawn: tuple[Gallery, Path]) -> None:
    gallery, _ = drawn
    text = gallery_text(gallery, "Ann")
    assert not gallery.healthy
    assert text.splitlines()[0].startswith(
        "Nowhere: the fit of the first round FAILED its diagnostics"
    )
    assert "failed      7 divergences: raise settings.sampler.target_accept" in text
    assert any(r.startswith("split of a bloc, which no forecast") for r in gallery.remarks)
    assert "which priors decide: Ann " in text
    assert max(len(line) for line in text.splitlines()) <= 80


def test_the_verdict_has_every_figure_that_misses_its_own_criterion(
    drawn: tuple[Gallery, Path], approximated: tuple[Gallery, Path]
) -> None:
    for gallery, folder in (drawn, approximated):
        judged = [figure for figure in gallery.figures if figure.met is not None]
        missed = [figure for figure in judged if not figure.met]
        page = (folder / INDEX).read_text(encoding="utf-8")
        assert f"{len(judged) - len(missed)} of {len(judged)} figures" in gallery.verdict or (
            not missed and f"All {len(judged)} figures" in gallery.verdict
        )
        assert page.count("<b>Not met.</b>") == len(missed)
        assert page.count("<b>Met.</b>") == len(judged) - len(missed)
        for figure in missed:
            assert figure.title in gallery.verdict
            assert not figure.fault or figure.fault in gallery.remarks
    # Seven divergences, and chains of 60 draws: these two can't meet what they ask.
    missed_names = {figure.name for figure in drawn[0].figures if figure.met is False}
    assert {"pairs", "ess"} <= missed_names


def test_a_share_that_lies_otherwise_than_its_replicates_is_told() -> None:
    rng = np.random.default_rng(3)
    race = simulated_race(n_units=40)
    draws = made_up_trace(unit_data(race, 0.5), 0).posterior.dataset
    (share, *_) = predicted_shares(race, unit_data(race, 0.5), draws, rng)
    replicates = rng.normal(50, 5, (200, 40))
    for shift, told in ((0.0, False), (4.0, True)):
        observed = rng.normal(50 + shift, 5, 40)
        made = replace(share, unit_observed=observed, unit_replicated=replicates)
        figure = unit_figure([made], "precincts")
        assert figure.met != told, shift
        assert bool(figure.fault) == told


def test_no_colour_of_the_gallery_is_a_partys() -> None:
    for colour in (OBSERVED, PREDICTED, LIMIT, *CYCLE):
        hue, _, saturation = colorsys.rgb_to_hls(*to_rgb(colour))
        assert saturation < 0.2 or not (hue < 0.03 or hue > 0.97 or 0.5 < hue < 0.7), colour


def test_an_approximation_has_its_weights_in_place_of_chains(
    approximated: tuple[Gallery, Path],
) -> None:
    gallery, folder = approximated
    of_chains = {"rank", "trace", "energy", "ess"}
    assert {path.stem for path in folder.glob("*.png")} == DRAWN - of_chains | {"weights"}
    figure = next(figure for figure in gallery.figures if figure.name == "weights")
    assert figure.note.startswith("k-hat 0.31; 60 proposals with an effective sample size of 1,850")


def test_an_approximation_is_judged_by_its_k_hat_and_says_what_it_left_out(
    approximated: tuple[Gallery, Path],
) -> None:
    gallery, folder = approximated
    text = gallery_text(gallery, "Ann")
    assert " ".join(text.split()).startswith(
        "Nowhere: the integrated fit of the first round passed its diagnostics (k-hat of its"
        " weights 0.31, ESS 1,850). "
    )
    assert "nan" not in text.lower()
    page = (folder / INDEX).read_text(encoding="utf-8")
    for said in (" ".join(text.split()), page):
        assert "the fit of 30 precincts is integrated and not sampled" in said
        assert "in 15 of the precincts, drawn at random" in said


def test_an_approximation_without_stored_weights_says_how_to_see_them() -> None:
    diagnosis = Diagnosis(0, float("nan"), 1850.0, 1850.0, ("",) * 3, "Laplace", 44.0, k_hat=0.31)
    figure = weight_figure(xr.Dataset(), diagnosis)
    assert figure.picture is None
    assert "--refit" in figure.note


def test_units_that_differ_more_than_modelled_are_remarked() -> None:
    for unit_spread, remarked in ((0.06, False), (0.2, True)):
        race = simulated_race(n_units=40, unit_spread=unit_spread)
        units = unit_data(race, 0.5)
        draws = made_up_trace(units, 0).posterior.dataset
        shares = predicted_shares(race, units, draws, np.random.default_rng(1))
        remarks = spread_remarks(shares)
        assert any(remark.startswith("Ann's side") for remark in remarks) == remarked
        assert all(len(share.counties) == 4 for share in shares)


def test_all_shares_have_as_many_replicates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gallery_inputs, "MAX_NUMBERS", 4_000)
    monkeypatch.setattr(gallery_inputs, "MIN_REPLICATES", 2)
    race = simulated_race(n_units=40)
    units = unit_data(race, 0.5)
    draws, rng = made_up_trace(units, 0).posterior.dataset, np.random.default_rng(1)
    shares = predicted_shares(race, units, draws, rng, np.arange(10))
    assert {len(share.unit_observed) for share in shares} == {10, 40}
    # The largest part has 40 units and two categories: 80 numbers, 4,000 / 80 replicates.
    assert {len(share.unit_replicated) for share in shares} == {50}


def test_without_divergences_there_are_no_pairs_and_that_is_said() -> None:
    figure = sampling_figures.pairs(made_up_trace(unit_data(simulated_race(), 0.5), 0))
    assert figure.picture is None
    assert "did not diverge" in figure.note


def test_a_folder_that_cannot_be_made_is_an_error_with_a_remedy(tmp_path: Path) -> None:
    fitted, fields = made_up_fit(tmp_path / "fit", simulated_race(n_units=10), divergences=0)
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(ForecastError, match="--out"):
        write_gallery(fitted, fields, tmp_path / "file" / "out", seed=1, notify=lambda _: None)


def test_the_command_exits_with_1_when_unhealthy(
    drawn: tuple[Gallery, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fitted, fields = made_up_fit(tmp_path / "fit", simulated_race(n_units=10), divergences=7)
    folders: list[Path] = []

    def write(_: FittedRace, __: FieldFit, folder: Path, **___: object) -> Gallery:
        folders.append(folder)
        return drawn[0]

    monkeypatch.setattr(fitted_race, "fit_race", lambda *_, **__: fitted)
    monkeypatch.setattr(field_fit, "fit_fields", lambda *_, **__: fields)
    monkeypatch.setattr(gallery_module, "write_gallery", write)
    result = CliRunner().invoke(cli.app, ["diagnose", "--quiet"])
    assert result.exit_code == 1
    assert "7 divergences" in result.stdout
    assert folders == [Path("diagnosis-simulated")]
