"""The options of the commands as the records that the library takes."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from forecast.cli.printing import notifier, shows_progress, timed_notifier
from forecast.defaults import FitOptions, PriorChoice, SimulationOptions, silent
from forecast.errors import InputError
from forecast.lazy_imports import lazy_imports

with lazy_imports():
    from forecast import workflow
    from forecast.output.page import page_inputs


def prior_choice(
    file: Path | None, settings: list[str] | None, learned: str | None = None
) -> PriorChoice:
    """What --priors, --set and --learned lay over the priors that ship."""
    return PriorChoice(file, tuple(settings or ()), learned)


def fit_options(quiet: bool, *, refit: bool = False, verbose: bool = False) -> FitOptions:
    """How to fit: remarks and progress go to standard error, unless --quiet.

    Raises
    ------
    InputError
        When all is asked to be told, and nothing.
    """
    if quiet and verbose:
        raise InputError("give --quiet or --verbose, not both")
    notify = timed_notifier() if verbose else notifier(quiet)
    detail = notify if verbose else silent
    return FitOptions(refit=refit, notify=notify, progress=shows_progress(quiet), detail=detail)


def forecast_for_page(
    race: str,
    choice: PriorChoice,
    options: SimulationOptions,
    scenarios_file: Path | None,
    quiet: bool,
    as_of: date | None = None,
    verbose: bool = False,
    history: Sequence[Path] = (),
) -> "page_inputs.PageInputs":
    """Forecast a race, and gather what the figures of its page need."""
    fitting = fit_options(quiet, verbose=verbose)
    simulation = workflow.simulate_race(race, choice, fitting, options, as_of=as_of)
    return page_inputs.PageInputs.of(simulation, race, scenarios_file, fitting.notify, history)
