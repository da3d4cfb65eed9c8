"""The options that commands share: one declaration each."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from forecast.cli import completion
from forecast.defaults import MAX_DRAWS, HoldOutDesign
from forecast.errors import InputError

RaceArgument = Annotated[
    str,
    typer.Argument(
        metavar="RACE",
        help="Id of a shipped race, or path of a race folder.",
        autocompletion=completion.races,
    ),
]
DrawsOption = Annotated[
    int, typer.Option(min=1, max=MAX_DRAWS, metavar="N", help="Runoffs to simulate.")
]
SeedOption = Annotated[
    int,
    typer.Option(min=0, max=2**63 - 1, metavar="N", help="The same seed gives the same numbers."),
]
PriorsOption = Annotated[
    Path | None, typer.Option("--priors", metavar="FILE", help="A prior file (YAML).")
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="Set one prior value, overriding prior files; repeatable.",
        autocompletion=completion.settings,
    ),
]
LearnedOption = Annotated[
    str | None,
    typer.Option(
        "--learned",
        metavar="FILE",
        help="Output of `forecast learn`, or none; default: the shipped posterior for the forecast "
        "day.",
    ),
]
AsOfOption = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        metavar="DATE",
        formats=["%Y-%m-%d"],
        help="Forecast with only what was known that day (learned priors and polls); default: "
        "today, or the day before a runoff that is over.",
    ),
]
PollsOption = Annotated[
    bool, typer.Option("--polls/--no-polls", help="Use the polls of the race folder.")
]
QuietOption = Annotated[bool, typer.Option("--quiet", help="Print only errors on standard error.")]
VerboseOption = Annotated[
    bool,
    typer.Option("--verbose", help="Report what is read, fitted and drawn, with timings."),
]
UnhealthyOption = Annotated[
    bool, typer.Option("--allow-unhealthy", help="Use a fit that failed its checks.")
]
RefitOption = Annotated[
    bool, typer.Option("--refit", help="Sample again even if the fit is in the cache.")
]
ScenariosOption = Annotated[
    Path | None,
    typer.Option(
        "--scenarios", "--file", metavar="FILE", help="Scenarios (YAML); default: the shipped ones."
    ),
]
HistoryOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--history",
        metavar="PATH",
        help="An earlier forecast of the race (output of simulate --json), or a folder of them: "
        "the page shows the forecast by day; repeatable.",
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON document and nothing else.")
]

# Of the commands that score.
DesignOption = Annotated[
    HoldOutDesign | None,
    typer.Option(
        help="What to hold out of the training data (`backtest` holds out days by default).",
        show_default=False,
    ),
]
PastOption = Annotated[
    bool,
    typer.Option("--past", "--before-only", help="Same as --design past."),
]
ScoreDrawsOption = Annotated[
    int, typer.Option(min=100, max=MAX_DRAWS, metavar="N", help="Runoffs to simulate.")
]


def day_of(as_of: datetime | None) -> date | None:
    """The day that --as-of names, None without it."""
    return None if as_of is None else as_of.date()


def chosen_design(design: HoldOutDesign | None, past: bool) -> HoldOutDesign:
    """The hold-out design that the options of a command say.

    Raises
    ------
    InputError
        When they contradict each other.
    """
    if past and design not in (None, HoldOutDesign.PAST):
        raise InputError(f"give --past or --design {design}, not both")
    return HoldOutDesign.PAST if past else design or HoldOutDesign.DAYS
