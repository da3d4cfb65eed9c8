"""`forecast data list`: the races to forecast, and the finished ones by what they are."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from forecast.cli import completion
from forecast.errors import InputError
from forecast.lazy_imports import lazy_imports
from forecast.output.terminal import screen_width

with lazy_imports():
    from forecast import files
    from forecast.importing import describe
    from forecast.learn import record_facts
    from forecast.race import folder as race_folder
    from forecast.record import listing, record_filter


class Parties(StrEnum):
    """How the parties of two finalists go together."""

    TWO = "two"
    SAME = "same"
    NONE = "none"


def list_races(
    folder: Annotated[
        Path | None, typer.Argument(help="A folder of race folders; default: the shipped races.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="List every race in the record, not groups.")
    ] = False,
    country: Annotated[str, typer.Option(help="Finished races in a country: US, France.")] = "",
    state: Annotated[str, typer.Option(help="Finished races in a state, by postal code: GA.")] = "",
    level: Annotated[
        str,
        typer.Option(
            help="Finished races at a level of office: federal, local.",
            autocompletion=completion.levels,
        ),
    ] = "",
    kind: Annotated[
        str,
        typer.Option(
            help="Finished races of a kind of election: primary_runoff.",
            autocompletion=completion.kinds,
        ),
    ] = "",
    parties: Annotated[
        Parties | None,
        typer.Option(
            help="Finalists from two parties or blocs, from the same one, or one with none."
        ),
    ] = None,
    bloc: Annotated[
        list[str] | None,
        typer.Option(
            help="With a finalist from this bloc or party: D, R, left; repeat it for both."
        ),
    ] = None,
    min_votes: Annotated[
        int, typer.Option(min=0, metavar="N", help="With at least N votes in the first round.")
    ] = 0,
    min_registered: Annotated[
        int,
        typer.Option(
            min=0,
            metavar="N",
            help="With at least N registered voters, where published for every unit.",
        ),
    ] = 0,
    baseline: Annotated[
        bool, typer.Option("--baseline", help="With an earlier election in the same units.")
    ] = False,
) -> None:
    """List races: those to forecast, and the record of finished ones.

    Example: forecast data list --state GA --kind primary_runoff --all

    Example: forecast data list --bloc D --bloc R --baseline --min-votes 50000
    """
    chosen = record_filter.RecordFilter(
        country=country,
        state=state,
        level=level,
        kind=kind,
        parties=parties or "",
        blocs=tuple(bloc or ()),
        min_votes=min_votes,
        min_registered=min_registered,
        baseline=baseline,
    )
    if folder is not None and (everything or not chosen.is_empty):
        raise InputError(
            f"the options choose among the finished races that ship; leave them out with {folder}"
        )
    width = screen_width()
    finished = ""
    if folder is None:
        facts = record_facts.shipped_facts()
        finished = "\n\n" + listing.describe_record(everything, facts, chosen, width)
    races = race_folder.races_in(files.shipped_folder("data") if folder is None else folder)
    typer.echo(describe.describe_list(races, width) + finished)
