"""`forecast simulate`: who wins how often, and by how much."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from forecast.cli.options import (
    AsOfOption,
    JsonOption,
    LearnedOption,
    PollsOption,
    PriorsOption,
    QuietOption,
    RaceArgument,
    RefitOption,
    SeedOption,
    SetOption,
    UnhealthyOption,
    VerboseOption,
    day_of,
)
from forecast.cli.printing import complain
from forecast.cli.records import fit_options, prior_choice
from forecast.defaults import (
    DEFAULT_DRAWS,
    DEFAULT_ERROR,
    DEFAULT_RACE,
    DEFAULT_SEED,
    MAX_DRAWS,
    MIN_ERROR,
    SimulationOptions,
)
from forecast.lazy_imports import lazy_imports
from forecast.output.terminal import wants_colour
from forecast.race.cells import is_count

with lazy_imports():
    from forecast import files, workflow
    from forecast.output import document, forecast_text, output_files


def simulate(
    race: RaceArgument = DEFAULT_RACE,
    draws: Annotated[
        str,
        typer.Option(metavar="N|auto", help="Runoffs to simulate; auto: as many as --error needs."),
    ] = str(DEFAULT_DRAWS),
    error: Annotated[
        float | None,
        typer.Option(
            min=MIN_ERROR,
            metavar="POINTS",
            help="With --draws auto: largest Monte Carlo error of the win probability"
            f" ({DEFAULT_ERROR:g} by default).",
        ),
    ] = None,
    seed: SeedOption = DEFAULT_SEED,
    priors: PriorsOption = None,
    settings: SetOption = None,
    learned: LearnedOption = None,
    as_of: AsOfOption = None,
    polls: PollsOption = True,
    as_json: JsonOption = False,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Write draws, units, summary and posterior into a folder."
        ),
    ] = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    refit: RefitOption = False,
    allow_unhealthy: UnhealthyOption = False,
    workers: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Threads; all cores by default.")
    ] = None,
) -> None:
    """Forecast a runoff: who wins how often, and by how much.

    Also turnout, counties, and where the eliminated candidates' votes go.

    Example: forecast simulate ga06-2017 --set runoff.loyalty.low=0.9
    """
    n_draws = _draws(draws)
    if error is not None and n_draws != "auto":
        raise typer.BadParameter("goes with --draws auto", param_hint="--error")
    points = DEFAULT_ERROR if error is None else error
    options = SimulationOptions(n_draws, points, seed, polls, allow_unhealthy, workers)
    fitting = fit_options(quiet, refit=refit, verbose=verbose)
    if out is not None:
        files.require_writable(out / "summary.json")
    simulation = workflow.simulate_race(
        race, prior_choice(priors, settings, learned), fitting, options, as_of=day_of(as_of)
    )
    if not simulation.fit.diagnosis.healthy:
        complain(f"warning: {forecast_text.health(simulation.fit.diagnosis)}, used as you asked")
    if out is not None:
        for path in output_files.write_outputs(simulation, out):
            fitting.notify(f"wrote {path}")
    if as_json:
        sys.stdout.write(document.document_text(simulation))
    else:
        colour, tall = wants_colour(sys.stdout), sys.stdout.isatty()
        sys.stdout.write(forecast_text.render(simulation, colour=colour, tall=tall))


def _draws(text: str) -> int | Literal["auto"]:
    """How many draws a text asks for."""
    if text == "auto":
        return "auto"
    if not is_count(text) or not 1 <= int(text) <= MAX_DRAWS:
        raise typer.BadParameter(
            f"{text[:20]!r} is neither a whole number from 1 to {MAX_DRAWS:,} nor auto",
            param_hint="--draws",
        )
    return int(text)
