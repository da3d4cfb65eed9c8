"""`forecast learn`: from finished runoffs to the assumptions of the next forecasts."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from forecast.errors import InputError
from forecast.lazy_imports import lazy_imports

with lazy_imports():
    from forecast import files
    from forecast.learn import learned as learning
    from forecast.learn import learned_file, training_race, training_table
    from forecast.record import finished_races


def learn(
    races: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[RACES]...",
            help="Folders of finished race folders; by default the record that ships.",
        ),
    ] = None,
    contests: Annotated[
        list[Path] | None,
        typer.Option(metavar="DIR", help="A contests folder to learn from as well; repeatable."),
    ] = None,
    before: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], metavar="DATE", help="Only runoffs held before this day."
        ),
    ] = None,
    leave_out: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID",
            help="Leave out a race, and with it all others of its day; repeatable.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the file here, not on standard output."),
    ] = None,
    save_races: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Also write the numbers of every finished race (.jsonl.gz)."
        ),
    ] = None,
) -> None:
    """Learn from finished runoffs where votes go and how wrong a forecast can be.

    Use what it writes with --learned of `forecast simulate`.

    Example: forecast learn --before 2017-06-20 --out learned.yaml
    """
    measure = bool(races or contests or save_races)
    finished = (
        tuple(
            training_race.finished_race(race)
            for race in finished_races.read_record(races or (), contests or ())
        )
        if measure
        else training_table.shipped_finished()
    )
    days = {race.id: race.runoff for race in finished}
    unknown = [name for name in leave_out or () if name not in days]
    if unknown:
        raise InputError(
            f"--leave-out {unknown[0]}: not among the {len(days):,} finished races given; "
            "`forecast data list --all` names those that ship"
        )
    learned = learning.learn(
        finished,
        before=before.date() if before else None,
        leave_out_days={days[name] for name in leave_out or ()},
    )
    if save_races is not None:
        training_table.write_finished_table(save_races, finished)
    text = learned_file.learned_text(learned)
    if out is None:
        typer.echo(text, nl=False)
    else:
        files.write_atomically(out, text)
        typer.echo(f"learned from {learned.teachers.describe()}: {out}", err=True)
