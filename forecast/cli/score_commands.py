"""`forecast score` and `forecast backtest`: forecasts beside what happened."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from forecast.cli.options import JsonOption, QuietOption, RaceArgument, SeedOption
from forecast.defaults import DEFAULT_RACE, DEFAULT_SEED
from forecast.errors import ForecastError
from forecast.files import write_atomically

PastOption = Annotated[
    bool,
    typer.Option(
        "--past",
        "--before-only",
        help="Learn only from runoffs before that day, not from all but that day's.",
    ),
]
DrawsOption = Annotated[int, typer.Option(min=100, metavar="N", help="Runoffs to simulate.")]
# A score needs no more.
FEWER_DRAWS = 4000


def score(
    race: RaceArgument = DEFAULT_RACE,
    past: PastOption = False,
    draws: DrawsOption = FEWER_DRAWS,
    seed: SeedOption = DEFAULT_SEED,
    as_json: JsonOption = False,
) -> None:
    """Set a forecast of a finished race beside its result.

    The forecast has not seen it: it learns from the runoffs of other days that ship with the
    program. Race, counties, units, and flows where the counts bound them.

    Example: forecast score la_gov_2015 --past
    """
    from forecast.output.score_text import render_race
    from forecast.record.finished_races import find_finished, read_record
    from forecast.score.backtest import Settings
    from forecast.score.forecaster import Draws
    from forecast.score.learned_forecaster import LearnedPriors
    from forecast.score.one_race import score_one
    from forecast.score.record_document import held_out_words

    settings = Settings(past, Draws(draws, seed))
    record = read_record()
    finished = find_finished(race, record)
    found = score_one(finished, record, LearnedPriors(), settings)
    if as_json:
        document = {**found.document(), "held_out": held_out_words(settings)}
        sys.stdout.write(json_text(document))
    else:
        contest = finished.race.contest
        sys.stdout.write(render_race(found, contest, held_out_words(settings)))


def backtest(
    races: Annotated[
        list[Path] | None,
        typer.Option("--races", metavar="DIR", help="Folder of race folders; repeatable."),
    ] = None,
    contests: Annotated[
        list[Path] | None,
        typer.Option("--contests", metavar="DIR", help="A contests folder; repeatable."),
    ] = None,
    past: PastOption = False,
    workers: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Processes; one a core by default.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="A running dask scheduler instead.")
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write rows and totals; - prints.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write backtest.json, summary.json and figures."),
    ] = None,
    draws: DrawsOption = FEWER_DRAWS,
    seed: SeedOption = DEFAULT_SEED,
    quiet: QuietOption = False,
) -> None:
    """Forecast finished races by what did not see them, and score all of it.

    Without --races and --contests: the record that ships. Priors and the four simple forecasts
    are learned from the record without the runoffs of the race's day. A run that was killed
    goes on where it was.

    Example: forecast backtest --races ./my-races --json scores.json
    """
    from forecast.output.score_text import render_totals
    from forecast.score.backtest import Settings
    from forecast.score.forecaster import Draws
    from forecast.score.learned_forecaster import LearnedPriors
    from forecast.score.record_backtest import Where, record_backtest

    settings = Settings(past, Draws(draws, seed))
    where = Where(tuple(races or ()), tuple(contests or ()), workers, scheduler)
    found, document = record_backtest(LearnedPriors(), settings, where, progress_line(quiet))
    if out is not None:
        write_outputs(document, out)
    if json_file is not None and str(json_file) != "-":
        write_atomically(json_file, json_text(document))
    if json_file is not None and str(json_file) == "-":
        sys.stdout.write(json_text(document))
    elif document["totals"]:
        sys.stdout.write(f"{document['held_out']}\n\n{render_totals(document['totals'])}")
    if found.too_early and not quiet:
        sys.stderr.write(f"{len(found.too_early):,} races have too few before them to learn from\n")
    if found.failed:
        listed = "\n".join(f"  {race}: {why}" for race, why in list(found.failed.items())[:20])
        raise ForecastError(f"{len(found.failed):,} races could not be forecast:\n{listed}")


def write_outputs(document: dict[str, Any], folder: Path) -> None:
    """Write the document, its summary and its figures into a folder."""
    from forecast.output.record_figures import write_figures
    from forecast.score.record_document import summary_document

    write_atomically(folder / "backtest.json", json_text(document))
    write_atomically(folder / "summary.json", json_text(summary_document(document)))
    write_figures(document, folder)


def json_text(document: dict[str, Any]) -> str:
    """Indented JSON, ended by a line break."""
    return json.dumps(document, indent=1, allow_nan=False, ensure_ascii=False) + "\n"


def progress_line(quiet: bool) -> Callable[[int, int, str], None]:
    """Progress on standard error: one line that moves on a terminal, else a line in twenty."""
    started = time.monotonic()
    said = [-1]
    moving = sys.stderr.isatty()

    def show(done: int, total: int, what: str) -> None:
        part = done * 20 // max(total, 1)
        if quiet or (not moving and part == said[0] and not what.startswith("reading")):
            return
        said[0] = part
        spent = time.monotonic() - started
        line = f"{done:,} of {total:,} races, {spent / 60:.1f} min  {what[:40]:40}"
        sys.stderr.write(f"\r{line}" if moving else f"{line.rstrip()}\n")
        if moving and done == total:
            sys.stderr.write("\n")
        sys.stderr.flush()

    return show
