"""`forecast polls`: learn the errors of polls, and score the polls of finished races."""

import sys
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from forecast.cli.lazy_group import new_program
from forecast.errors import UnhealthyFitError
from forecast.lazy_imports import lazy_imports

with lazy_imports():
    from forecast import files
    from forecast.evidence import poll_error_model, poll_errors, poll_record
    from forecast.output import poll_score_text
    from forecast.score import poll_scores

polls_app = new_program(
    help="Learn how wrong polls are, and score them.\n\nExample: forecast polls score --races"
)

RecordOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="Record of polls (.csv or .csv.gz); default: the shipped one."
    ),
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
    """Learn from the elections before each day given, or from all; keeps the file's other days.

    Example: forecast polls learn --before 2017-06-20
    """
    polls = _read_record(record)
    days: list[date | None] = [day.date() for day in before or []] or [None]
    known = poll_errors.read_poll_errors(out) if out.exists() else ()
    learned = {entry.before: entry for entry in known}
    for day in days:
        learned[day] = poll_error_model.learn_poll_errors(polls, day)
        typer.echo(
            f"{day or 'all'}: {learned[day].n_polls:,} polls of {learned[day].n_races:,} races"
        )
    poll_errors.write_poll_errors(out, learned.values())
    typer.echo(f"{out} written")


@polls_app.command()
def score(
    record: RecordOption = None,
    first_year: Annotated[int, typer.Option(metavar="YEAR", help="First year scored.")] = 2002,
    every: Annotated[
        int, typer.Option(min=1, metavar="YEARS", help="Relearn the errors every this many years.")
    ] = 4,
    races: Annotated[bool, typer.Option("--races", help="Print every runoff as well.")] = False,
) -> None:
    """Score the polls alone on runoffs and specials, with errors learned from the past only.

    Example: forecast polls score --races
    """
    scores = poll_scores.score_past_only(
        _read_record(record),
        lambda kind: kind.stage != "general",
        first_year,
        _learn_quickly,
        every=every,
    )
    sys.stdout.write(poll_score_text.scores_text(scores))
    if races:
        sys.stdout.write(poll_score_text.races_text(scores))


def _read_record(record: Path | None) -> tuple["poll_record.RecordPoll", ...]:
    """Polls of finished elections, from a file or those that ship."""
    return poll_record.load_record(record or files.shipped_folder("data") / poll_record.RECORD_FILE)


def _learn_quickly(
    record: Sequence["poll_record.RecordPoll"], day: date
) -> "poll_errors.PollErrors":
    """Learn with short chains, and once more with longer ones where these fail."""
    try:
        errors = poll_error_model.learn_poll_errors(record, day, poll_error_model.QUICK)
    except UnhealthyFitError:
        # Now and then a short chain gets stuck; a longer one from another start does not.
        errors = poll_error_model.learn_poll_errors(record, day, poll_error_model.LONGER)
    typer.echo(f"learned before {day}: {errors.n_races} races", err=True)
    return errors
