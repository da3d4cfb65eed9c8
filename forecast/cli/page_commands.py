"""`forecast report`, `forecast plot` and `forecast scenarios`: what people look at."""

import json
import shlex
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from forecast.cli.options import (
    DrawsOption,
    LearnedOption,
    PollsOption,
    PriorsOption,
    QuietOption,
    RaceArgument,
    SeedOption,
    SetOption,
    UnhealthyOption,
    notifier,
    shows_progress,
)
from forecast.defaults import DEFAULT_DRAWS, DEFAULT_RACE, DEFAULT_SEED
from forecast.errors import ForecastError

if TYPE_CHECKING:
    from forecast.output.page.page_inputs import PageInputs


class Kind(StrEnum):
    """The figures; a test ties them to those of forecast.page."""

    HUNDRED = "hundred"
    MARGIN = "margin"
    MAP = "map"
    COUNTIES = "counties"
    FLOWS = "flows"
    TURNOUT = "turnout"
    SCENARIOS = "scenarios"
    TORNADO = "tornado"
    RECORD = "record"
    MAP_LEAN = "map-lean"
    MAP_MARGIN = "map-margin"
    MAP_WINS = "map-wins"
    MAP_CHANGE = "map-change"
    MAP_WIDTH = "map-width"
    MAP_TURNOUT = "map-turnout"


ScenariosOption = Annotated[
    Path | None,
    typer.Option(
        "--scenarios", "--file", metavar="FILE", help="Scenarios (YAML); else those that ship."
    ),
]


def report(
    race: RaceArgument = DEFAULT_RACE,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The HTML file; ./RACE.html by default."),
    ] = None,
    show: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    draws: DrawsOption = DEFAULT_DRAWS,
    seed: SeedOption = DEFAULT_SEED,
    priors: PriorsOption = None,
    settings: SetOption = None,
    learned: LearnedOption = None,
    polls: PollsOption = True,
    scenarios_file: ScenariosOption = None,
    quiet: QuietOption = False,
    allow_unhealthy: UnhealthyOption = False,
) -> None:
    """Write the forecast as one HTML page: odds, map, flows, what would change it.

    The page fetches nothing: send it, or put it on any server.

    Example: forecast report ga06-2017 --open
    """
    inputs = _inputs(
        race, draws, seed, priors, settings, learned, polls, scenarios_file, quiet, allow_unhealthy
    )
    from forecast.output.page.report import write_page

    path = out or Path(f"{inputs.simulation.race.contest.id}.html")
    options: list[tuple[str, Sequence[object]]] = [
        ("--draws", [draws]),
        ("--seed", [seed]),
        ("--priors", [priors] if priors else []),
        ("--set", settings or []),
        ("--learned", [learned] if learned else []),
        ("--scenarios", [scenarios_file] if scenarios_file else []),
    ]
    words = ["forecast", "report", race]
    words += [] if polls else ["--no-polls"]
    words += [str(word) for name, values in options for value in values for word in (name, value)]
    write_page(inputs, path, shlex.join(words))
    inputs.notify(f"wrote {path} ({path.stat().st_size / 1e6:.1f} MB)")
    if show:
        import webbrowser

        if not webbrowser.open(path.resolve().as_uri()):
            raise ForecastError(f"no browser could be started; open {path} by hand")


def plot(
    kind: Annotated[Kind, typer.Argument(metavar="KIND", help=f"One of {', '.join(Kind)}.")],
    race: RaceArgument = DEFAULT_RACE,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="PNG, SVG or Vega-Lite JSON; ./KIND.png by default."),
    ] = None,
    draws: DrawsOption = DEFAULT_DRAWS,
    seed: SeedOption = DEFAULT_SEED,
    priors: PriorsOption = None,
    settings: SetOption = None,
    learned: LearnedOption = None,
    polls: PollsOption = True,
    scenarios_file: ScenariosOption = None,
    quiet: QuietOption = False,
    allow_unhealthy: UnhealthyOption = False,
) -> None:
    """Draw one figure of the page for an article.

    Example: forecast plot margin ga06-2017 --out margin.svg
    """
    inputs = _inputs(
        race, draws, seed, priors, settings, learned, polls, scenarios_file, quiet, allow_unhealthy
    )
    from forecast.output.page.page_figures import figure

    path = figure(kind.value, inputs).save(out or Path(f"{kind.value}.png"))
    inputs.notify(f"wrote {path}")


def scenarios(
    race: RaceArgument = DEFAULT_RACE,
    scenarios_file: ScenariosOption = None,
    draws: DrawsOption = DEFAULT_DRAWS,
    seed: SeedOption = DEFAULT_SEED,
    priors: PriorsOption = None,
    settings: SetOption = None,
    learned: LearnedOption = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document and nothing else.")
    ] = False,
    quiet: QuietOption = False,
) -> None:
    """What if? Named changes of the priors side by side, from one fit.

    Example: forecast scenarios ga06-2017 --file my_scenarios.yaml
    """
    from forecast import workflow
    from forecast.output.scenario_table import scenario_document, scenario_lines
    from forecast.race.units import unit_data
    from forecast.runoff.scenarios import read_scenarios, run_scenarios

    wanted = read_scenarios(scenarios_file)
    fitted = workflow.fit(
        race,
        priors=priors,
        settings=settings or (),
        learned=learned,
        notify=notifier(quiet),
        progress=shows_progress(quiet),
    )
    workflow.require_healthy(fitted)
    found = run_scenarios(
        fitted.race,
        unit_data(fitted.race, fitted.priors.turnout_if_unknown),
        fitted.fit.posterior,
        fitted.priors,
        wanted,
        draws=draws,
        seed=seed,
    )
    if as_json:
        sys.stdout.write(json.dumps(scenario_document(found), indent=2, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("\n".join(scenario_lines(found, fitted.race.contest)) + "\n")


def _inputs(
    race: str,
    draws: int,
    seed: int,
    priors: Path | None,
    settings: list[str] | None,
    learned: str | None,
    polls: bool,
    scenarios_file: Path | None,
    quiet: bool,
    allow_unhealthy: bool,
) -> "PageInputs":
    """Forecast, and gather what the figures need."""
    from forecast import workflow
    from forecast.output.page.page_inputs import PageInputs

    notify = notifier(quiet)
    simulation = workflow.simulate(
        race,
        draws=draws,
        seed=seed,
        priors=priors,
        settings=settings or (),
        learned=learned,
        polls=polls,
        allow_unhealthy=allow_unhealthy,
        notify=notify,
        progress=shows_progress(quiet),
    )
    return PageInputs.of(simulation, race, scenarios_file, notify)
