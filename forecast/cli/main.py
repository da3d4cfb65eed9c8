"""The program `forecast`: its commands, and what becomes of an error.

A command has a module of its own, and a line in the table below: no module is loaded before its
command is asked for, so that help and completion come at once.
"""

import errno
import gc
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from forecast import __version__
from forecast.cli import interrupts
from forecast.cli.interrupts import INTERRUPTED
from forecast.cli.lazy_group import LazyCommand, LazyGroup, new_program
from forecast.cli.printing import complain
from forecast.errors import ForecastError

# In the order of the help.
COMMANDS = {
    "simulate": LazyCommand(
        "simulate_command:simulate", "Forecast a runoff: who wins how often, and by how much."
    ),
    "report": LazyCommand(
        "report_command:report",
        "Write the forecast as one HTML page: odds, map, flows, what would change it.",
    ),
    "night": LazyCommand("night_command:night", "Forecast a runoff while it is being counted."),
    "plot": LazyCommand("plot_command:plot", "Draw one figure of the page for an article."),
    "scenarios": LazyCommand(
        "scenarios_command:scenarios",
        'Compare "what if" scenarios side by side: named prior changes, from one fit.',
    ),
    "compare": LazyCommand(
        "compare_command:compare",
        "Set two forecasts of one race side by side: what changed, and why.",
    ),
    "flows": LazyCommand(
        "flows_command:flows",
        "Estimate where the votes went, once both rounds are counted.",
    ),
    "fit": LazyCommand(
        "fit_command:fit", "Fit the first round and show whether the fit is healthy."
    ),
    "diagnose": LazyCommand(
        "diagnose_command:diagnose",
        "Show whether the fit can be trusted and which priors decide, and draw a gallery.",
    ),
    "priors": LazyCommand("priors_commands:priors_app", "Read and tune the priors."),
    "data": LazyCommand("data_commands:data_app", "Races and their files."),
    "learn": LazyCommand(
        "learn_command:learn",
        "Learn from finished runoffs where votes go and how wrong a forecast can be.",
    ),
    "polls": LazyCommand("polls_commands:polls_app", "Learn how wrong polls are, and score them."),
    "score": LazyCommand(
        "score_command:score", "Compare a forecast of a finished race with its result."
    ),
    "backtest": LazyCommand(
        "backtest_command:backtest",
        "Forecast finished races from data that excludes them, and score the forecasts.",
    ),
    "cache": LazyCommand(
        "cache_commands:cache_app",
        "List or remove what is stored: fits, races, rows of backtests.",
    ),
    "doctor": LazyCommand(
        "doctor_command:doctor",
        "Check whether this environment is sound: versions, cores, cache, extras, data.",
    ),
}


class Program(LazyGroup):
    """The program with all its commands."""

    table = COMMANDS


app = new_program(
    cls=Program,
    name="forecast",
    help="Forecast the second round of an election from its first.\n\n"
    "Example: forecast simulate ga06-2017",
    context_settings={"help_option_names": ["-h", "--help"]},
    add_completion=True,
)


def _show_version(wanted: bool) -> None:
    """Print the version and end, where that is wanted."""
    if wanted:
        typer.echo(f"forecast {__version__}")
        raise typer.Exit


@app.callback()
def program(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Take the options that go before a command."""


def main() -> None:
    """Run the program and end with its exit code: 0 done, 1 no forecast, 2 wrong input."""
    interrupts.watch()
    # Without a standard output, as after `>&-`, there is nowhere to write and nobody to tell.
    sys.stdout = sys.stdout or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.stderr or sys.stdout
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
        code = INTERRUPTED if interrupts.interrupted() else _explain(error)
    except Exception:
        # A library that is interrupted while it loads may raise anything.
        if not interrupts.interrupted():
            raise
        code = INTERRUPTED
    if code == INTERRUPTED:
        interrupts.say_interrupted()
        code = interrupts.exit_code()
    return code


def _explain(error: ForecastError | MemoryError | OSError) -> int:
    """Say what went wrong in one message, and return the exit code."""
    if isinstance(error, ForecastError):
        complain(f"error: {error}")
        return error.exit_code
    if isinstance(error, MemoryError):
        complain("error: not enough memory; ask for fewer draws with --draws")
        return 1
    _drop_output()
    # A reader that has left (`forecast ... | head`) has seen enough: nothing to say.
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        where = f" for {error.filename}" if error.filename else ""
        complain(f"error: the disk is full{where}; free some space and run it again")
    elif error.errno != errno.EPIPE:
        complain(f"error: {error.strerror or error}: {error.filename or 'standard output'}")
    return 1


def _drop_output() -> None:
    """Keep Python from failing again on output that cannot be written when it ends."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())


if __name__ == "__main__":
    main()
