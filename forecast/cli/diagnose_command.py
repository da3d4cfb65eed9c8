"""`forecast diagnose`: whether to trust a fit, and what its priors do."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from forecast.cli.options import (
    AsOfOption,
    LearnedOption,
    PollsOption,
    PriorsOption,
    QuietOption,
    RaceArgument,
    RefitOption,
    SetOption,
    VerboseOption,
    day_of,
)
from forecast.cli.records import fit_options, prior_choice
from forecast.defaults import DEFAULT_RACE, DEFAULT_SEED
from forecast.errors import InputError
from forecast.lazy_imports import lazy_imports

with lazy_imports():
    from forecast import fitted_race
    from forecast.diagnose import field_fit
    from forecast.output import race_words
    from forecast.output.gallery import build, learned_gallery


LEARNED = "learned"


def diagnose(
    race: RaceArgument = DEFAULT_RACE,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of the gallery; ./diagnosis-RACE by default."),
    ] = None,
    seed: Annotated[
        int, typer.Option(min=0, metavar="N", help="Seed of the sensitivity simulations.")
    ] = DEFAULT_SEED,
    priors: PriorsOption = None,
    settings: SetOption = None,
    learned: LearnedOption = None,
    as_of: AsOfOption = None,
    polls: PollsOption = True,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    refit: RefitOption = False,
    trace: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help='With "learned" as RACE: draws written by `forecast learn --trace FILE`.',
        ),
    ] = None,
) -> None:
    """Show whether the fit can be trusted and which priors decide, and draw a gallery.

    Use "learned" as RACE for the model of finished races. Exits with code 1 if the fit is not
    healthy.

    Example: forecast diagnose ga06-2017 --out diagnosis
    """
    if race == LEARNED:
        _diagnose_learned(trace, out or Path(f"diagnosis-{LEARNED}"), quiet=quiet)
        return
    if trace is not None:
        raise InputError(f"--trace goes with RACE {LEARNED}, not with {race}")
    options = fit_options(quiet, refit=refit, verbose=verbose)
    fitted = fitted_race.fit_race(
        race, prior_choice(priors, settings, learned), options, day_of(as_of)
    )
    contest = fitted.race.contest
    folder = out or Path(f"diagnosis-{contest.id}")
    fields = field_fit.fit_fields(
        fitted, refit=refit, notify=options.notify, progress=options.progress
    )
    gallery = build.write_gallery(
        fitted, fields, folder, seed=seed, polls=polls, notify=options.notify
    )
    sys.stdout.write(build.gallery_text(gallery, race_words.finalist_labels(contest)[0]))
    if not gallery.healthy:
        raise typer.Exit(1)


def _diagnose_learned(trace: Path | None, out: Path, *, quiet: bool) -> None:
    """The gallery of the model over finished races."""
    if trace is None:
        raise InputError(
            "forecast diagnose learned needs the draws of the sampler: make them with `forecast "
            "learn --trace learned.nc` (some ten minutes), and give --trace learned.nc"
        )
    notify = fit_options(quiet, refit=False).notify
    gallery = learned_gallery.write_learned_gallery(learned_gallery.read_trace(trace), out, notify)
    sys.stdout.write(build.gallery_text(gallery))
    if not gallery.healthy:
        raise typer.Exit(1)
