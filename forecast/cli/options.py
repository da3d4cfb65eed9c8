"""What the commands of the program share: their options, defaults, and where remarks go."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

RaceArgument = Annotated[
    str, typer.Argument(metavar="RACE", help="Id of a shipped race, or path of a race folder.")
]
DrawsOption = Annotated[int, typer.Option(min=1, metavar="N", help="Runoffs to simulate.")]
SeedOption = Annotated[
    int, typer.Option(min=0, metavar="N", help="The same seed gives the same numbers.")
]
PriorsOption = Annotated[
    Path | None, typer.Option("--priors", metavar="FILE", help="A prior file (YAML).")
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="PATH=VALUE", help="One prior value, before those of files; repeatable."
    ),
]
LearnedOption = Annotated[
    str | None,
    typer.Option(
        "--learned",
        metavar="FILE",
        help="A file of `forecast learn`, or none; by default the one that ships for the day.",
    ),
]
PollsOption = Annotated[
    bool, typer.Option("--polls/--no-polls", help="Use the polls of the race folder.")
]
QuietOption = Annotated[
    bool, typer.Option("--quiet", help="Say nothing on standard error but errors.")
]
UnhealthyOption = Annotated[
    bool, typer.Option("--allow-unhealthy", help="Use a fit that failed its checks.")
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON document and nothing else.")
]


def say(message: str) -> None:
    """Write a remark to standard error."""
    sys.stderr.write(f"{message}\n")


def notifier(quiet: bool) -> Callable[[str], None]:
    """Where remarks go: to standard error, or nowhere."""

    def silent(_: str) -> None:
        """Say nothing."""

    return silent if quiet else say


def shows_progress(quiet: bool) -> bool:
    """Whether somebody would see a progress bar."""
    return not quiet and sys.stderr.isatty()
