"""`forecast backtest`: forecasts of finished races, and how good they were."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from forecast.cli.options import (
    DesignOption,
    PastOption,
    QuietOption,
    ScoreDrawsOption,
    SeedOption,
    chosen_design,
)
from forecast.cli.printing import json_text, progress_line
from forecast.defaults import DEFAULT_SCORE_DRAWS, DEFAULT_SEED
from forecast.errors import ForecastError, InputError
from forecast.lazy_imports import lazy_imports

with lazy_imports():
    from forecast import files
    from forecast.output import record_figures, score_text
    from forecast.score import (
        backtest as scoring,
    )
    from forecast.score import (
        cluster,
        forecaster,
        learned_forecaster,
        record_backtest,
        record_document,
    )


def backtest(
    races: Annotated[
        list[Path] | None,
        typer.Option("--races", metavar="DIR", help="Folder of race folders; repeatable."),
    ] = None,
    contests: Annotated[
        list[Path] | None,
        typer.Option("--contests", metavar="DIR", help="A contests folder; repeatable."),
    ] = None,
    design: DesignOption = None,
    past: PastOption = False,
    workers: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Processes; one per core by default.")
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="A running dask scheduler instead, tls://HOST:PORT."),
    ] = None,
    tls_ca: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="CA certificate for the scheduler's TLS (PEM)."),
    ] = None,
    tls_cert: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Client certificate for the scheduler's TLS (PEM)."),
    ] = None,
    tls_key: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Private key for the scheduler's TLS (PEM)."),
    ] = None,
    sample: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Forecast N races chosen at random; all by default."),
    ] = None,
    json_file: Annotated[
        Path | None,
        typer.Option("--json", metavar="FILE", help="Write rows and totals; - writes to stdout."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write backtest.json, summary.json and figures."),
    ] = None,
    draws: ScoreDrawsOption = DEFAULT_SCORE_DRAWS,
    seed: SeedOption = DEFAULT_SEED,
    quiet: QuietOption = False,
) -> None:
    """Forecast finished races from data that excludes them, and score the forecasts.

    Without --races and --contests: the shipped record. Priors and the simple forecasts are
    learned from the record minus what the design holds out: a twentieth of the days (days),
    everything from the race's two-year cycle on (past), or its state or country (places).
    A killed run resumes where it stopped.

    Example: forecast backtest --races ./my-races --json scores.json
    """
    given = [path for path in (tls_ca, tls_cert, tls_key) if path is not None]
    if len(given) not in {0, 3}:
        raise InputError("--tls-ca, --tls-cert and --tls-key go together")
    settings = scoring.Settings(chosen_design(design, past), forecaster.Draws(draws, seed))
    if out is not None:
        files.require_writable(out / "backtest.json")
    if json_file is not None and str(json_file) != "-":
        files.require_writable(json_file)
    tls = cluster.TlsFiles(*given) if given else None
    where = record_backtest.Where(
        tuple(races or ()), tuple(contests or ()), workers, scheduler, sample, tls
    )
    found, document = record_backtest.record_backtest(
        learned_forecaster.LearnedPriors(), settings, where, progress_line(quiet)
    )
    if out is not None:
        write_outputs(document, out)
    if json_file is not None and str(json_file) != "-":
        files.write_atomically(json_file, json_text(document))
    if json_file is not None and str(json_file) == "-":
        sys.stdout.write(json_text(document))
    elif document["totals"]:
        sys.stdout.write(
            f"{document['held_out']}\n\n{score_text.render_totals(document['totals'])}"
        )
    if found.too_early and not quiet:
        sys.stderr.write(f"{len(found.too_early):,} races have too few before them to learn from\n")
    if found.failed:
        listed = "\n".join(f"  {race}: {why}" for race, why in list(found.failed.items())[:20])
        raise ForecastError(f"{len(found.failed):,} races could not be forecast:\n{listed}")


def write_outputs(document: dict[str, Any], folder: Path) -> None:
    """Write the document, its summary and its figures into a folder."""
    files.write_atomically(folder / "backtest.json", json_text(document))
    summary = record_document.summary_document(document)
    files.write_atomically(folder / "summary.json", json_text(summary))
    record_figures.write_figures(document, folder)
