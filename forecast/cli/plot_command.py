"""`forecast plot`: one figure of the page."""

from pathlib import Path
from typing import Annotated

import typer

from forecast.cli.options import (
    AsOfOption,
    DrawsOption,
    HistoryOption,
    LearnedOption,
    PollsOption,
    PriorsOption,
    QuietOption,
    RaceArgument,
    ScenariosOption,
    SeedOption,
    SetOption,
    UnhealthyOption,
    VerboseOption,
    day_of,
)
from forecast.cli.records import forecast_for_page, prior_choice
from forecast.defaults import DEFAULT_DRAWS, DEFAULT_RACE, DEFAULT_SEED, SimulationOptions
from forecast.errors import InputError
from forecast.lazy_imports import lazy_imports
from forecast.output.page.figure_kinds import SUFFIXES, FigureKind

with lazy_imports():
    from forecast import files
    from forecast.output.page import page_figures


def plot(
    kind: Annotated[
        FigureKind, typer.Argument(metavar="KIND", help=f"One of {', '.join(FigureKind)}.")
    ],
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
    as_of: AsOfOption = None,
    polls: PollsOption = True,
    scenarios_file: ScenariosOption = None,
    history: HistoryOption = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    allow_unhealthy: UnhealthyOption = False,
) -> None:
    """Draw one figure of the page for an article.

    Example: forecast plot margin ga06-2017 --out margin.svg
    """
    choice = prior_choice(priors, settings, learned)
    options = SimulationOptions(draws, seed=seed, polls=polls, allow_unhealthy=allow_unhealthy)
    files.require_writable(out or Path(f"{kind}.png"))
    if out is not None and out.suffix.lower() not in SUFFIXES:
        raise InputError(f"{out}: a figure ends in {', '.join(SUFFIXES)}")
    inputs = forecast_for_page(
        race, choice, options, scenarios_file, quiet, day_of(as_of), verbose, history or ()
    )
    path = page_figures.figure(kind, inputs).save(out or Path(f"{kind}.png"))
    inputs.notify(f"wrote {path}")
