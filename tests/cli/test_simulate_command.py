"""`forecast simulate` and `fit` around a forecast that is made already."""

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from forecast import fitted_race, workflow
from forecast.cli import main as cli
from forecast.defaults import FitOptions, PriorChoice, SimulationOptions
from forecast.errors import UnhealthyFitError
from forecast.fitted_race import FittedRace, require_healthy
from forecast.output.document import document
from forecast.output.forecast_text import render
from forecast.workflow import Simulation


def run_with(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["forecast", *arguments])
    return cli.run(cli.app)


def fitted(simulation: Simulation) -> FittedRace:
    return simulation.fitted


@pytest.fixture
def asked(simulation: Simulation, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the command line asked the library for."""
    asked: dict[str, Any] = {}

    def simulate(
        race: str,
        choice: PriorChoice,
        fitting: FitOptions,
        options: SimulationOptions,
        as_of: date | None,
    ) -> Simulation:
        fitting.notify("fitting")
        asked.update(race=race, choice=choice, fitting=fitting, options=options, as_of=as_of)
        return simulation

    monkeypatch.setattr(workflow, "simulate_race", simulate)
    return asked


def test_text_goes_to_stdout_and_remarks_to_stderr(
    asked: dict[str, Any],
    simulation: Simulation,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run_with(monkeypatch, "simulate") == 0
    captured = capsys.readouterr()
    assert captured.out == render(simulation)
    assert captured.err == "fitting\n"
    assert (asked["race"], asked["fitting"].progress) == ("ga06-2017", False)
    assert (asked["choice"], asked["options"]) == (PriorChoice(), SimulationOptions())


def test_json_is_all_that_is_printed(
    asked: dict[str, Any],
    simulation: Simulation,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    out = tmp_path / "out"
    assert run_with(monkeypatch, "simulate", "--json", "--quiet", "--out", str(out)) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out) == document(simulation)
    assert captured.err == ""
    assert (out / "summary.json").read_text(encoding="utf-8") == captured.out


def test_options_reach_the_library(asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    values = [
        "--draws",
        "50",
        "--seed",
        "3",
        "--priors",
        "p.yaml",
        "--set",
        "a.b=1",
        "--set",
        "c=2",
        "--learned",
        "mine.yaml",
        "--as-of",
        "2017-05-30",
    ]
    flags = ["--refit", "--no-polls", "--allow-unhealthy", "--workers", "2"]
    assert run_with(monkeypatch, "simulate", "here", *values, *flags) == 0
    assert asked["race"] == "here"
    assert asked["choice"] == PriorChoice(Path("p.yaml"), ("a.b=1", "c=2"), "mine.yaml")
    assert asked["fitting"].refit
    assert asked["as_of"] == date(2017, 5, 30)
    assert asked["options"] == SimulationOptions(
        draws=50, error=0.2, seed=3, polls=False, allow_unhealthy=True, workers=2
    )


@pytest.mark.parametrize(("values", "error"), [([], 0.2), (["--error", "0.05"], 0.05)])
def test_draws_until_an_error_are_asked_for(
    values: list[str], error: float, asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_with(monkeypatch, "simulate", "--draws", "auto", *values) == 0
    assert (asked["options"].draws, asked["options"].error) == ("auto", error)


def test_an_allowed_unhealthy_fit_is_said_on_stderr(
    unhealthy: Simulation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(workflow, "simulate_race", lambda *_, **__: unhealthy)
    assert run_with(monkeypatch, "simulate", "--allow-unhealthy") == 0
    assert "DIAGNOSTICS FAILED (technical: 3 divergences" in capsys.readouterr().err


def test_an_unhealthy_fit_may_not_be_used(simulation: Simulation, unhealthy: Simulation) -> None:
    require_healthy(fitted(simulation))
    with pytest.raises(UnhealthyFitError, match=r"small failed(.|\n)*3 divergences(.|\n)*--allow"):
        require_healthy(fitted(unhealthy))


def test_fit_shows_every_check(
    simulation: Simulation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fitted_race, "fit_race", lambda *_, **__: fitted(simulation))
    assert run_with(monkeypatch, "fit") == 0
    text = capsys.readouterr().out
    assert text.startswith("Small Town, first round: diagnostics passed\n")
    assert text.count(" ok\n") == 4
    assert max(len(line) for line in text.splitlines()) <= 80


def test_fit_of_an_unhealthy_race_shows_the_table_and_ends_with_1(
    unhealthy: Simulation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fitted_race, "fit_race", lambda *_, **__: fitted(unhealthy))
    assert run_with(monkeypatch, "fit") == 1
    captured = capsys.readouterr()
    assert captured.out.count(" FAILED\n") == 1
    assert "3 divergences" in captured.err


def test_simulate_joins_fit_draws_and_summary(
    simulation: Simulation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workflow, "fit_race", lambda *_, **__: fitted(simulation))
    monkeypatch.setattr(workflow, "simulate_runoffs", lambda *_, **__: simulation.draws)
    monkeypatch.setattr(workflow.race_folder, "input_hashes", lambda _: {"race.yaml": "0" * 64})
    made = workflow.simulate("small")
    assert made.forecast == simulation.forecast
    assert made.versions == {"pymc": "6.0.0", "runoff-forecast": "0.1.0"}


def test_settings_do_not_go_with_loaded_priors(
    simulation: Simulation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitted_race, "find_race", lambda _: Path())
    monkeypatch.setattr(fitted_race.race_folder, "load_race", lambda _: simulation.race)
    with pytest.raises(TypeError, match="settings go with a prior file"):
        fitted_race.fit("small", priors=simulation.priors, settings=["a=1"])


def test_an_unhealthy_fit_stops_simulate(
    unhealthy: Simulation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workflow, "fit_race", lambda *_, **__: fitted(unhealthy))
    with pytest.raises(UnhealthyFitError):
        workflow.simulate("small")
