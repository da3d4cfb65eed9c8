"""Learn the errors of polls, and score what was learned: `python -m forecast.polls`."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from forecast.errors import ForecastError, UnhealthyFitError
from forecast.evidence.poll_error_model import LONGER, QUICK, learn_poll_errors
from forecast.evidence.poll_errors import (
    POLLS_DOCUMENT,
    PollErrors,
    read_poll_errors,
    write_poll_errors,
)
from forecast.evidence.poll_record import RECORD_FILE, RecordPoll, load_record
from forecast.files import shipped_folder
from forecast.score.poll_scores import RaceScore, mean_difference, score_past_only
from forecast.stats.scoring_rules import coverage

app = typer.Typer(help=__doc__, add_completion=False)

RecordOption = Annotated[
    Path | None, typer.Option(help="record of polls; the shipped one by default")
]


@app.command()
def learn(
    record: RecordOption = None,
    before: Annotated[
        list[datetime] | None,
        typer.Option(formats=["%Y-%m-%d"], help="use elections before this day; repeatable"),
    ] = None,
    out: Annotated[Path, typer.Option(help="where to write")] = Path("models") / POLLS_DOCUMENT,
) -> None:
    """Learn from the elections before each day given, or from all; other days in the file stay."""
    polls = load_record(record or shipped_folder("data") / RECORD_FILE)
    days: list[date | None] = [day.date() for day in before or []] or [None]
    learned = {entry.before: entry for entry in read_poll_errors(out)} if out.exists() else {}
    for day in days:
        learned[day] = learn_poll_errors(polls, day)
        typer.echo(
            f"{day or 'all'}: {learned[day].n_polls:,} polls of {learned[day].n_races:,} races"
        )
    write_poll_errors(out, learned.values())
    typer.echo(f"{out} written")


@app.command()
def score(
    record: RecordOption = None,
    first_year: Annotated[int, typer.Option(help="first year to score")] = 2002,
    every: Annotated[int, typer.Option(help="years after which errors are learned anew")] = 4,
    races: Annotated[bool, typer.Option(help="print every runoff")] = False,
) -> None:
    """Score the polls alone on runoffs and specials, with errors learned from the past only."""
    polls = load_record(record or shipped_folder("data") / RECORD_FILE)
    scores = score_past_only(
        polls, lambda kind: kind.stage != "general", first_year, _learn_quickly, every=every
    )
    typer.echo("scored on          races | coverage of 50/80/95%    | CRPS, points | log score")
    groups = {
        "all": scores,
        "runoffs": [s for s in scores if "runoff" in s.kind.stage],
        "specials": [s for s in scores if s.kind.stage == "special"],
        "since 2010": [s for s in scores if s.election.year >= 2010],
    }
    for name, group in groups.items():
        _echo_group(name, group)
    if races:
        for one in groups["runoffs"]:
            model = one.model
            typer.echo(
                f"{one.election} {one.race} | {one.kind} | polls {one.n_polls} | "
                f"polls say {_points(model.location):.1f} | counted {100 * one.share:.1f} | "
                f"scale {25 * model.scale:.1f} df {model.df:.1f} | pit {model.pit:.2f}"
            )


def _learn_quickly(record: Sequence[RecordPoll], day: date) -> PollErrors:
    try:
        errors = learn_poll_errors(record, day, QUICK)
    except UnhealthyFitError:
        # Now and then a short chain gets stuck; a longer one from another start does not.
        errors = learn_poll_errors(record, day, LONGER)
    typer.echo(f"learned before {day}: {errors.n_races} races", err=True)
    return errors


def _echo_group(name: str, group: Sequence[RaceScore]) -> None:
    for label in ("model", "average"):
        forecasts = [getattr(one, label) for one in group]
        covered = coverage(np.array([one.pit for one in forecasts]))
        typer.echo(
            f"{name:10} {label:8} {len(group):4} | "
            + " / ".join(f"{100 * part:.0f}" for part in covered)
            + f" | {100 * np.mean([one.crps for one in forecasts]):.3f}"
            + f" | {np.mean([one.log_score for one in forecasts]):.3f}"
            + f" | Brier {np.mean([one.brier for one in forecasts]):.3f}"
        )
    crps, crps_error = mean_difference(group, "crps")
    log, log_error = mean_difference(group, "log_score")
    typer.echo(
        f"{name:10} model − average: CRPS {100 * crps:+.3f} ± {100 * crps_error:.3f}, "
        f"log score {log:+.3f} ± {log_error:.3f}"
    )


def _points(log_odds: float) -> float:
    return float(100 / (1 + np.exp(-log_odds)))


def main() -> None:
    """Run the commands; an error of the user ends with its message and no traceback."""
    try:
        app()
    except ForecastError as error:
        typer.echo(f"error: {error}", err=True)
        raise SystemExit(error.exit_code) from None


if __name__ == "__main__":
    main()
