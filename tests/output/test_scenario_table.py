"""Scenarios side by side: on both bases, each named."""

import json
from dataclasses import replace

import pytest

from forecast.output.scenario_table import scenario_document, scenario_lines
from forecast.runoff.scenarios import Scenario, ScenarioForecast
from forecast.runoff.summary import Forecast
from forecast.workflow import Simulation


def with_chance(forecast: Forecast, chance: float) -> Forecast:
    first, second = forecast.finalists
    finalists = replace(first, win_probability=chance), replace(second, win_probability=1 - chance)
    return replace(forecast, finalists=finalists)


@pytest.fixture
def found(simulation: Simulation) -> list[ScenarioForecast]:
    plain = Scenario("as_it_is", "As it is", "the priors", {})
    other = Scenario("half", "Half stay home", "why", {"runoff": {}})
    third = Scenario("wild", "Nobody returns", "why", {"runoff": {}})
    of = simulation.forecast
    return [
        ScenarioForecast(plain, with_chance(of, 0.61), with_chance(of, 0.35), True),
        ScenarioForecast(other, with_chance(of, 0.62), with_chance(of, 0.12), True),
        ScenarioForecast(third, with_chance(of, 0.04), with_chance(of, 0.04), False),
    ]


def test_what_a_title_promises_stands_beside_what_the_polls_leave_of_it(
    found: list[ScenarioForecast], simulation: Simulation
) -> None:
    lines = scenario_lines(found, simulation.fitted)
    start = next(i for i, line in enumerate(lines) if line.startswith("  Half stay home"))
    assert lines[start + 1].split()[:3] == ["with", "polls", "62%"]
    assert lines[start + 2].split()[:3] == ["without", "polls", "12%"]
    # Of one that the polls contradict nothing is known with them.
    wild = next(i for i, line in enumerate(lines) if line.startswith("  Nobody returns"))
    assert lines[wild + 1].split() == ["with", "polls", "-", "-", "-", "-"]
    assert lines[wild + 2].split()[2] == "4%"
    assert max(map(len, lines)) <= 80


def test_without_polls_there_is_one_row_a_scenario(
    found: list[ScenarioForecast], simulation: Simulation
) -> None:
    alone = [replace(one, has_evidence=False) for one in found]
    text = "\n".join(scenario_lines(alone, simulation.fitted))
    assert "with polls" not in text
    assert "without polls" not in text


def test_the_json_has_both_bases_whole(
    found: list[ScenarioForecast], simulation: Simulation
) -> None:
    content = json.loads(json.dumps(scenario_document(found, simulation.fitted)))
    half, wild = content["scenarios"][1:]
    assert half["without_polls"]["win_probability"] == pytest.approx([0.12, 0.88])
    assert half["with_polls"]["win_probability"] == pytest.approx([0.62, 0.38])
    assert {"margin", "turnout"} < set(half["without_polls"])
    assert wild["with_polls"] is None
