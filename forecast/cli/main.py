"""The program `forecast`: reads its options, calls the library, prints what comes back.

Every command imports what it needs when it runs, so that help and completion are instant.
"""

import errno
import gc
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Literal

import typer

from forecast.cli.data_commands import data_app
from forecast.cli.learn_commands import learn
from forecast.cli.options import (
    JsonOption,
    LearnedOption,
    PollsOption,
    PriorsOption,
    QuietOption,
    RaceArgument,
    SeedOption,
    SetOption,
    UnhealthyOption,
    notifier,
    say,
    shows_progress,
)
from forecast.cli.page_commands import plot, report, scenarios
from forecast.cli.polls_commands import polls_app
from forecast.cli.priors_commands import priors_app
from forecast.cli.score_commands import backtest, score
from forecast.defaults import DEFAULT_DRAWS, DEFAULT_ERROR, DEFAULT_RACE, DEFAULT_SEED
from forecast.errors import ForecastError

INTERRUPTED = 130

app = typer.Typer(
    name="forecast",
    help="Forecast the second round of an election from its first.\n\n"
    "Example: forecast simulate ga06-2017",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # importing rich costs more than the whole help
)
app.add_typer(priors_app, name="priors")
app.add_typer(data_app, name="data")
app.add_typer(polls_app, name="polls")
app.command()(learn)
app.command()(score)
app.command()(backtest)
app.command()(report)
app.command()(plot)
app.command()(scenarios)

RefitOption = Annotated[
    bool, typer.Option("--refit", help="Sample again even if the fit is in the cache.")
]


@app.command()
def simulate(
    race: RaceArgument = DEFAULT_RACE,
    draws: Annotated[
        str,
        typer.Option(metavar="N|auto", help="Runoffs to simulate; auto: as many as --error takes."),
    ] = str(DEFAULT_DRAWS),
    error: Annotated[
        float | None,
        typer.Option(
            metavar="POINTS",
            help="With --draws auto: largest Monte Carlo error of the win probability"
            f" ({DEFAULT_ERROR:g} by default).",
        ),
    ] = None,
    seed: SeedOption = DEFAULT_SEED,
    priors: PriorsOption = None,
    settings: SetOption = None,
    learned: LearnedOption = None,
    polls: PollsOption = True,
    as_json: JsonOption = False,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Write draws, units, summary and posterior into a folder."
        ),
    ] = None,
    quiet: QuietOption = False,
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
    from forecast import workflow

    notify = notifier(quiet)
    n_draws = _draws(draws)
    if error is not None and n_draws != "auto":
        raise typer.BadParameter("goes with --draws auto", param_hint="--error")
    simulation = workflow.simulate(
        race,
        draws=n_draws,
        error=DEFAULT_ERROR if error is None else error,
        seed=seed,
        priors=priors,
        settings=settings or (),
        learned=learned,
        polls=polls,
        refit=refit,
        allow_unhealthy=allow_unhealthy,
        workers=workers,
        notify=notify,
        progress=shows_progress(quiet),
    )
    if not simulation.fit.diagnosis.healthy:
        from forecast.output.forecast_text import health

        _complain(f"warning: {health(simulation.fit.diagnosis)}, used as you asked")
    if out is not None:
        from forecast.output.output_files import write_outputs

        for path in write_outputs(simulation, out):
            notify(f"wrote {path}")
    if as_json:
        from forecast.output.document import document_text

        sys.stdout.write(document_text(simulation))
    else:
        from forecast.output.forecast_text import render
        from forecast.output.terminal import wants_colour

        text = render(simulation, colour=wants_colour(sys.stdout), tall=sys.stdout.isatty())
        sys.stdout.write(text)


@app.command()
def fit(
    race: RaceArgument = DEFAULT_RACE,
    priors: PriorsOption = None,
    settings: SetOption = None,
    quiet: QuietOption = False,
    refit: RefitOption = False,
) -> None:
    """Fit the first round and show whether the fit is healthy.

    A fit that is in the cache is taken from there.

    Example: forecast fit ga06-2017 --refit
    """
    from forecast import workflow
    from forecast.output.health_table import health_table

    fitted = workflow.fit(
        race,
        priors=priors,
        settings=settings or (),
        refit=refit,
        notify=notifier(quiet),
        progress=shows_progress(quiet),
    )
    sys.stdout.write(health_table(fitted))
    workflow.require_healthy(fitted)


@app.command()
def diagnose(
    race: RaceArgument = DEFAULT_RACE,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of the gallery; ./diagnosis-RACE by default."),
    ] = None,
    seed: Annotated[
        int, typer.Option(min=0, metavar="N", help="Of the runoffs that show what a prior does.")
    ] = DEFAULT_SEED,
    priors: PriorsOption = None,
    settings: SetOption = None,
    quiet: QuietOption = False,
    refit: RefitOption = False,
) -> None:
    """Whether the fit can be trusted, which priors decide, and a gallery of figures.

    Exits with 1 when the fit is not healthy.

    Example: forecast diagnose ga06-2017 --out diagnosis
    """
    from forecast import workflow
    from forecast.diagnose.field_fit import fit_fields
    from forecast.output.gallery.build import gallery_text, write_gallery
    from forecast.output.words import short_names

    notify = notifier(quiet)
    fitted = workflow.fit(
        race,
        priors=priors,
        settings=settings or (),
        refit=refit,
        notify=notify,
        progress=shows_progress(quiet),
    )
    contest = fitted.race.contest
    folder = out or Path(f"diagnosis-{contest.id}")
    fields = fit_fields(fitted, refit=refit, notify=notify, progress=shows_progress(quiet))
    gallery = write_gallery(fitted, fields, folder, seed=seed, notify=notify)
    sys.stdout.write(gallery_text(gallery, short_names(contest.finalists)[0]))
    if not gallery.healthy:
        raise typer.Exit(1)


def main() -> None:
    """Run the program and end with its exit code: 0 done, 1 no forecast, 2 wrong input."""
    # A terminal that cannot show a bar or a sign shows a question mark instead.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    code = run(app)
    # The system takes all memory back at once. Python would first look for cycles in it, at
    # every end of a forecast for 15 ms.
    gc.freeze()
    sys.exit(code)


def run(program: Callable[[], object]) -> int:
    """Run a program, turn what it raises into one message, and return the exit code."""
    code = 0
    try:
        program()
        sys.stdout.flush()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except (ForecastError, MemoryError, OSError) as error:
        code = _explain(error)
    if code == INTERRUPTED:
        say("interrupted; nothing was left half written")
    return code


def _explain(error: ForecastError | MemoryError | OSError) -> int:
    """Say what went wrong in one message, and return the exit code."""
    if isinstance(error, ForecastError):
        _complain(f"error: {error}")
        return error.exit_code
    if isinstance(error, MemoryError):
        _complain("error: not enough memory; ask for fewer draws with --draws")
        return 1
    _drop_output()
    # A reader that has left (`forecast ... | head`) has seen enough: nothing to say.
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        where = f" for {error.filename}" if error.filename else ""
        _complain(f"error: the disk is full{where}; free some space and run it again")
    elif error.errno != errno.EPIPE:
        _complain(f"error: {error.strerror or error}: {error.filename or 'standard output'}")
    return 1


def _drop_output() -> None:
    """Keep Python from failing again on output that cannot be written when it ends."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())


def _draws(text: str) -> 'int | Literal["auto"]':
    """How many draws a text asks for."""
    if text == "auto":
        return "auto"
    if not text.isdecimal() or int(text) < 1:
        raise typer.BadParameter(
            f"{text!r} is neither a whole number from 1 on nor auto", param_hint="--draws"
        )
    return int(text)


def _complain(message: str) -> None:
    """Write a message to standard error, in red on a terminal."""
    from forecast.output.terminal import Paint, wants_colour

    say(Paint(wants_colour(sys.stderr)).red(message))


if __name__ == "__main__":
    main()
