"""The options of the commands as the records that the library takes."""

from datetime import date
from pathlib import Path

from forecast.cli.printing import notifier, shows_progress
from forecast.defaults import FitOptions, PriorChoice, SimulationOptions
from forecast.lazy_imports import lazy_imports

with lazy_imports():
    from forecast import workflow
    from forecast.output.page import page_inputs


def prior_choice(
    file: Path | None, settings: list[str] | None, learned: str | None = None
) -> PriorChoice:
    """What --priors, --set and --learned lay over the priors that ship."""
    return PriorChoice(file, tuple(settings or ()), learned)


def fit_options(quiet: bool, *, refit: bool = False) -> FitOptions:
    """How to fit: remarks and progress go to standard error, unless --quiet."""
    return FitOptions(refit=refit, notify=notifier(quiet), progress=shows_progress(quiet))


def forecast_for_page(
    race: str,
    choice: PriorChoice,
    options: SimulationOptions,
    scenarios_file: Path | None,
    quiet: bool,
    as_of: date | None = None,
) -> "page_inputs.PageInputs":
    """Forecast a race, and gather what the figures of its page need."""
    fitting = fit_options(quiet)
    simulation = workflow.simulate_race(race, choice, fitting, options, as_of=as_of)
    return page_inputs.PageInputs.of(simulation, race, scenarios_file, fitting.notify)
