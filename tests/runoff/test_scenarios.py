"""Scenarios: read, refused, and forecast from one posterior."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forecast import fitted_race
from forecast.cli import main as cli
from forecast.defaults import Notify, silent
from forecast.errors import InputError
from forecast.first_round.diagnosis import Diagnosis
from forecast.first_round.fitting import FirstRoundFit
from forecast.first_round.gaussian_approximation import quick_posterior
from forecast.first_round.posterior import FirstRoundPosterior
from forecast.priors.layers import load_priors
from forecast.priors.prior_set import PriorSet
from forecast.race.prepared import PreparedRace, prepare
from forecast.record.find import find_race
from forecast.runoff.scenarios import (
    AS_IT_IS,
    Scenario,
    ScenarioDraws,
    ScenarioForecast,
    read_scenarios,
    run_scenarios,
)
from forecast.runoff.simulation import simulate_runoffs
from forecast.runoff.summary import win_probability

DRAWS, SEED = 1_000, 5
FOLDER = find_race("ga06-2017")

Ready = tuple[PreparedRace, FirstRoundPosterior, PriorSet]


@pytest.fixture(scope="module")
def ready() -> Ready:
    race = fitted_race.load_race("ga06-2017")
    priors = load_priors(FOLDER)
    prepared = prepare(race, priors.turnout_if_unknown(race))
    return prepared, quick_posterior(prepared.units, 1), priors


def forecast_all(
    ready: Ready, scenarios: tuple[Scenario, ...], notify: Notify = silent
) -> tuple[ScenarioForecast, ...]:
    """Every scenario without evidence."""
    prepared, posterior, priors = ready

    def simulate(used: PriorSet) -> ScenarioDraws:
        runoffs = simulate_runoffs(prepared.units, posterior, used.runoff, n_draws=DRAWS, seed=SEED)
        return ScenarioDraws(runoffs, None)

    return run_scenarios(prepared, priors, scenarios, simulate, notify=notify)


def written(folder: Path, text: str) -> Path:
    path = folder / "scenarios.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_those_that_ship_move_the_forecast_as_they_say(ready: Ready) -> None:
    found = forecast_all(ready, read_scenarios())
    by_name = {entry.scenario.name: entry.forecast for entry in found}
    assert found[0].scenario.name == AS_IT_IS
    base = by_name[AS_IT_IS]
    odds = {name: f.finalists[0].win_probability for name, f in by_name.items()}
    # Handel's bloc has far more eliminated voters than Ossoff's.
    assert odds["blocs_stay_home"] < odds[AS_IT_IS]
    assert odds["blocs_do_not_bind"] < odds["blocs_unite"]
    assert by_name["turnout_falls_back"].turnout.q50 < 0.7 * base.turnout.q50
    assert by_name["absent_arrive"].turnout.q50 > base.turnout.q50
    assert all(entry.scenario.title and entry.scenario.why for entry in found)


def test_a_lower_turnout_that_is_none_is_left_out(ready: Ready, tmp_path: Path) -> None:
    lower = "turnout: lower, priors: {runoff: {arrivals: {rate: {low: 0.5, high: 0.6}}}}"
    path = written(tmp_path, f"scenarios: {{falls: {{{lower}}}}}")
    found = forecast_all(ready, read_scenarios(path))
    assert [entry.scenario.name for entry in found] == [AS_IT_IS]


def test_a_scenario_is_the_forecast_with_its_priors(ready: Ready, tmp_path: Path) -> None:
    prepared, posterior, _ = ready
    units = prepared.units
    path = written(tmp_path, "scenarios: {tight: {priors: {runoff: {loyalty: {low: 0.9}}}}}")
    found = forecast_all(ready, read_scenarios(path))
    assert [entry.scenario.title for entry in found] == ["Forecast as published", "tight"]
    for entry, settings in zip(found, ((), ("runoff.loyalty.low=0.9",)), strict=True):
        by_hand = load_priors(FOLDER, settings=settings).runoff
        draws = simulate_runoffs(units, posterior, by_hand, n_draws=DRAWS, seed=SEED)
        expected = win_probability(draws.votes)[0]
        assert entry.forecast.finalists[0].win_probability == expected
        assert np.isclose(entry.forecast.turnout.mean, draws.votes.sum(axis=1).mean())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: 1", "key scenarios"),
        ("scenarios: {}", "key scenarios"),
        ("scenarios: {a: 3}", "scenarios.a: a mapping"),
        ("scenarios: {a: {priors: {first_round: {}}}}", "key runoff alone"),
        ("scenarios: {a: {title: x}}", "key runoff alone"),
        ("scenarios: {a: {needs: [x], priors: {runoff: {}}}}", "scenarios.a.needs: a list of"),
        ("scenarios: {a: {titel: x, priors: {runoff: {}}}}", "scenarios.a.titel: unknown name"),
        ("scenarios: {a: {title: [1], priors: {runoff: {}}}}", "scenarios.a.title: words"),
        ("scenarios: {a: {turnout: low, priors: {runoff: {}}}}", "scenarios.a.turnout: lower"),
        ("scenarios: [", "not valid YAML"),
    ],
)
def test_faults_of_the_file_are_named(text: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=says):
        read_scenarios(written(tmp_path, text))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such prior file"):
        read_scenarios(tmp_path / "none.yaml")


def test_what_a_race_has_not_got_leaves_a_scenario_out(ready: Ready) -> None:
    prepared, posterior, priors = ready
    first_round = prepared.race.first_round
    nameless = replace(first_round, parties=("",) * len(first_round.candidates))
    bare = replace(prepared.race, baselines=(), first_round=nameless)
    without = (replace(prepared, race=bare), posterior, priors)
    shipped = read_scenarios()
    names = {entry.scenario.name for entry in forecast_all(without, shipped)}
    left_out = {scenario.name for scenario in shipped} - names
    assert left_out == {"blocs_do_not_bind", "blocs_unite", "absent_arrive"}
    assert all(scenario.lacks(bare) for scenario in shipped if scenario.name in left_out)
    assert not any(scenario.lacks(prepared.race) for scenario in shipped)


def test_unknown_priors_are_found_before_anything_is_simulated(
    ready: Ready, tmp_path: Path
) -> None:
    path = written(tmp_path, "scenarios: {a: {priors: {runoff: {loyality: {low: 0.9}}}}}")
    said: list[str] = []
    with pytest.raises(InputError, match=r"scenario a: 1 fault.*\n.*did you mean loyalty"):
        forecast_all(ready, read_scenarios(path), said.append)
    assert said == []


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, ready: Ready) -> None:
    diagnosis = Diagnosis(0, 1.001, 2000.0, 2000.0, ("a", "b", "c"), "tests", 1.0)
    fit = FirstRoundFit(ready[1], diagnosis, "0" * 16, FOLDER, True, {})
    monkeypatch.setattr(fitted_race, "get_fit", lambda *_: fit)


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["forecast", "scenarios", *arguments])
    return cli.run(cli.app)


@pytest.mark.usefixtures("quick")
def test_the_command_sets_them_side_by_side(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "--draws", "2000") == 0
    lines = capsys.readouterr().out.splitlines()
    assert "as of June 19, 2017" in lines[1]
    heading = next(line for line in lines if line.strip().startswith("scenario"))
    assert heading.split() == ["scenario", "Handel", "margin", "90%", "turnout"]
    # Those of the page too: the forecast as published, and without the race's own priors.
    assert any(line.strip() == "Without the race-specific priors" for line in lines)
    n_scenarios = 2 + len(read_scenarios())
    for basis in ("without polls", "with polls"):
        assert (
            sum(line.strip().startswith(basis) and "%  " in line for line in lines) == n_scenarios
        )
    assert max(map(len, lines)) <= 80


@pytest.mark.usefixtures("quick")
def test_the_command_gives_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "--draws", "500", "--json") == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert document["draws"] == 500
    for entry in document["scenarios"]:
        assert sum(f["win_probability"] for f in entry["finalists"]) == pytest.approx(1)


@pytest.mark.usefixtures("quick")
def test_a_wrong_file_ends_with_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = written(tmp_path, "scenarios: {a: {priors: {runoff: {loyalty: {low: 2}}}}}")
    assert run(monkeypatch, "--file", str(path)) == 2
    assert "runoff.loyalty.low: a share lies strictly between 0 and 1" in capsys.readouterr().err
