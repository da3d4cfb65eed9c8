"""`forecast flows`: where the votes went, once both rounds are counted."""

import shlex
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from forecast.cli.options import JsonOption, LearnedOption, PriorsOption, QuietOption, SetOption
from forecast.cli.printing import json_text, notifier
from forecast.cli.records import prior_choice
from forecast.defaults import DEFAULT_SEED
from forecast.errors import InputError, UnhealthyFitError
from forecast.lazy_imports import lazy_imports

if TYPE_CHECKING:
    from forecast.transfers.estimate import RatePriorGiven
    from forecast.transfers.two_margins import TwoMargins

with lazy_imports():
    from forecast.output import race_words, transfer_text
    from forecast.output.gallery import transfer_gallery
    from forecast.output.page import transfer_figure, transfer_page
    from forecast.race import folder as race_folder
    from forecast.race import level_words
    from forecast.record import find
    from forecast.transfers import estimate, margins_of_files, margins_of_race, two_margins

SECONDS_UNTIL_PROGRESS = 2.0


class TransferPrior(StrEnum):
    """Where the prior of the rates comes from."""

    STREAMS = "streams"
    SHIPPED = "shipped"
    NONE = "none"


class TransferMethod(StrEnum):
    """How the rates are found."""

    FAST = "fast"
    NUTS = "nuts"


def flows(
    race: Annotated[
        str | None,
        typer.Argument(metavar="[RACE]", help="A race with its result: an id or a folder."),
    ] = None,
    first: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", help="The first of any two elections (a table)."),
    ] = None,
    second: Annotated[
        Path | None,
        typer.Option("--to", metavar="FILE", help="The second, in the same units."),
    ] = None,
    units: Annotated[
        str | None,
        typer.Option(metavar="COLUMNS", help="Columns that name the unit, separated by commas."),
    ] = None,
    common: Annotated[
        bool, typer.Option("--common", help="Leave out units that are in one table only.")
    ] = False,
    stays: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CHOICE",
            help="All voters of this choice stay with it (ranked ballots); repeatable.",
        ),
    ] = None,
    prior: Annotated[
        TransferPrior | None,
        typer.Option(
            help="streams (of the forecast, the default for a race), shipped or none (flat).",
            show_default=False,
        ),
    ] = None,
    method: Annotated[
        TransferMethod, typer.Option(help="fast, or nuts to sample the rates.")
    ] = TransferMethod.FAST,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write table, counties, units as CSV, Parquet, JSON."),
    ] = None,
    figure: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw it: PNG, SVG or Vega-Lite JSON.")
    ] = None,
    page: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write it as one HTML page.")
    ] = None,
    gallery: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Draw the chains of --method nuts: PNG and a page."),
    ] = None,
    draws: Annotated[
        int | None, typer.Option(min=20, metavar="N", help="Draws of the votes.")
    ] = None,
    seed: Annotated[
        int, typer.Option(min=0, metavar="N", help="The same seed gives the same numbers.")
    ] = DEFAULT_SEED,
    priors: PriorsOption = None,
    settings: SetOption = None,
    learned: LearnedOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Estimate where the votes went, once both rounds are counted.

    For a race with its result, or for any two elections in the same units.

    Example: forecast flows ga06-2017 --figure flows.png

    Example: forecast flows --from party_votes.csv --to candidate_votes.csv --out flows
    """
    if gallery is not None and method is not TransferMethod.NUTS:
        raise InputError("--gallery draws the chains of a sampled fit: give --method nuts too")
    choice = prior_choice(priors, settings, learned)
    told = _inputs(race, first, second, units, common, prior, choice)
    margins = estimate.with_stays(told.margins, stays or ())
    found = estimate.estimate_margins(
        margins,
        given=told.given,
        flat=prior is TransferPrior.NONE,
        method=method.value,
        draws=draws,
        seed=seed,
        notify=notifier(quiet),
        progress=_progress(quiet),
    )
    if json:
        sys.stdout.write(json_text(transfer_text.transfer_document(found)))
    else:
        sys.stdout.write(transfer_text.transfer_text(found, told.names, told.nouns[1]))
    say = notifier(quiet)
    if out is not None:
        paths = transfer_text.write_transfers(found, out)
        say(f"wrote {len(paths)} files to {out}")
    if figure is not None:
        say(f"wrote {transfer_figure.transfer_figure(found, told.title, told.names).save(figure)}")
    if page is not None:
        command = shlex.join(["forecast", *sys.argv[1:]])
        transfer_page.write_transfer_page(
            found, page, told.title, command, told.sources, told.names, told.nouns
        )
        say(f"wrote {page} ({page.stat().st_size / 1e6:.1f} MB)")
    if gallery is not None:
        transfer_gallery.write_transfer_gallery(found, gallery, told.title, say)
    if found.diagnosis is not None and not found.diagnosis.healthy:
        raise UnhealthyFitError("; ".join(found.diagnosis.faults))


@dataclass(frozen=True, eq=False)
class _Told:
    """What an estimate is made of, and the words for it.

    Attributes
    ----------
    margins, given
        Both counts, and the prior that comes with a race.
    title, sources
        What the two elections are, and where the counts come from.
    names
        Short names of choices, where they have any.
    nouns
        What a group of units and a unit are called.
    """

    margins: "TwoMargins"
    given: "RatePriorGiven | None"
    title: str
    sources: tuple[str, ...]
    names: Mapping[str, str]
    nouns: tuple[str, str]


def _inputs(
    race: str | None,
    first: Path | None,
    second: Path | None,
    units: str | None,
    common: bool,
    prior: TransferPrior | None,
    choice: object,
) -> _Told:
    if (race is None) == (first is None and second is None):
        raise InputError("give a race, or two tables with --from and --to")
    if race is not None:
        folder = find.find_race(race)
        loaded = race_folder.load_race(folder)
        margins = margins_of_race.margins_of_race(loaded, folder)
        given = None
        if prior in (None, TransferPrior.STREAMS):
            given = margins_of_race.stream_prior(loaded, folder, margins, choice)  # type: ignore[arg-type]
        people = loaded.first_round.candidates
        names = dict(zip(people, race_words.choice_labels(loaded), strict=True))
        nouns = level_words.county_noun(loaded), level_words.unit_noun(loaded.contest)
        title = race_words.race_title(loaded)
        return _Told(margins, given, title, loaded.contest.sources, names, nouns)
    if first is None or second is None:
        raise InputError(
            f"{'--from' if first is None else '--to'} is missing: two tables are needed"
        )
    if prior is TransferPrior.STREAMS:
        raise InputError(
            "--prior streams needs a race: two tables do not say who the finalists are"
        )
    columns = tuple(part.strip() for part in units.split(",")) if units else ()
    counts = [margins_of_files.read_count(path, columns) for path in (first, second)]
    margins = two_margins.match_counts(*counts, common=common)
    title, nouns = f"{first.stem} to {second.stem}", transfer_text.COUNTY_AND_UNIT
    return _Told(margins, None, title, (), {}, nouns)


def _progress(quiet: bool) -> Callable[[float], None]:
    """Time left on standard error, once it takes long enough for anybody to wonder."""
    started = time.monotonic()
    said = [started]
    moving = sys.stderr.isatty()

    def show(part: float) -> None:
        now = time.monotonic()
        if quiet or now - started < SECONDS_UNTIL_PROGRESS or part <= 0:
            return
        if now - said[0] < (0.2 if moving else 10.0) and part < 1:
            return
        said[0] = now
        left = (now - started) * (1 - part) / part
        line = f"estimating {100 * part:3.0f}%, about {left:.0f} s left"
        sys.stderr.write(f"\r{line}   " if moving else f"{line}\n")
        if moving and part >= 1:
            sys.stderr.write("\n")
        sys.stderr.flush()

    return show
