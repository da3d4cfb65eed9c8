"""`forecast polls`: learn the errors of polls, and score the polls of finished races."""

import sys
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from forecast.evidence.poll_errors import PollErrors
    from forecast.evidence.poll_record import RecordPoll

polls_app = typer.Typer(
    help="Learn how wrong polls are, and score them.\n\nExample: forecast polls score --races",
    no_args_is_help=True,
    rich_markup_mode=None,  # importing rich costs more than the whole help
)

RecordOption = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Record of polls (.csv or .csv.gz); the shipped one."),
]


@polls_app.command()
def learn(
    record: RecordOption = None,
    before: Annotated[
        list[datetime] | None,
        typer.Option(
            formats=["%Y-%m-%d"], metavar="DATE", help="Only elections before this day; repeatable."
        ),
    ] = None,
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where to write.")] = Path(
        "models/polls.yaml"
    ),
) -> None:
    """Learn from the elections before each day given, or from all; other days in the file stay.

    Example: forecast polls learn --before 2017-06-20
    """
    from forecast.evidence.poll_error_model import learn_poll_errors
    from forecast.evidence.poll_errors import read_poll_errors, write_poll_errors

    polls = _read_record(record)
    days: list[date | None] = [day.date() for day in before or []] or [None]
    learned = {entry.before: entry for entry in read_poll_errors(out)} if out.exists() else {}
    for day in days:
        learned[day] = learn_poll_errors(polls, day)
        typer.echo(
            f"{day or 'all'}: {learned[day].n_polls:,} polls of {learned[day].n_races:,} races"
        )
    write_poll_errors(out, learned.values())
    typer.echo(f"{out} written")


@polls_app.command()
def score(
    record: RecordOption = None,
    first_year: Annotated[
        int, typer.Option(metavar="YEAR", help="No election before it is scored.")
    ] = 2002,
    every: Annotated[
        int, typer.Option(min=1, metavar="YEARS", help="Learn the errors again after so many.")
    ] = 4,
    races: Annotated[bool, typer.Option("--races", help="Print every runoff as well.")] = False,
) -> None:
    """Score the polls alone on runoffs and specials, with errors learned from the past only.

    Example: forecast polls score --races
    """
    from forecast.output.poll_score_text import races_text, scores_text
    from forecast.score.poll_scores import score_past_only

    scores = score_past_only(
        _read_record(record),
        lambda kind: kind.stage != "general",
        first_year,
        _learn_quickly,
        every=every,
    )
    sys.stdout.write(scores_text(scores))
    if races:
        sys.stdout.write(races_text(scores))


def _read_record(record: Path | None) -> "tuple[RecordPoll, ...]":
    """Polls of finished elections, from a file or those that ship."""
    from forecast.evidence.poll_record import RECORD_FILE, load_record
    from forecast.files import shipped_folder

    return load_record(record or shipped_folder("data") / RECORD_FILE)


def _learn_quickly(record: "Sequence[RecordPoll]", day: date) -> "PollErrors":
    """Learn with short chains, and once more with longer ones where these fail."""
    from forecast.errors import UnhealthyFitError
    from forecast.evidence.poll_error_model import LONGER, QUICK, learn_poll_errors

    try:
        errors = learn_poll_errors(record, day, QUICK)
    except UnhealthyFitError:
        # Now and then a short chain gets stuck; a longer one from another start does not.
        errors = learn_poll_errors(record, day, LONGER)
    typer.echo(f"learned before {day}: {errors.n_races} races", err=True)
    return errors
