"""The forecast behind `forecast report` and `forecast plot`."""

from pathlib import Path

from forecast.cli.printing import notifier, shows_progress
from forecast.lazy_imports import lazy_imports

with lazy_imports():
    from forecast import workflow
    from forecast.output.page import page_inputs


def gather_inputs(
    race: str,
    draws: int,
    seed: int,
    priors: Path | None,
    settings: list[str] | None,
    learned: str | None,
    polls: bool,
    scenarios_file: Path | None,
    quiet: bool,
    allow_unhealthy: bool,
) -> "page_inputs.PageInputs":
    """Forecast, and gather what the figures need."""
    notify = notifier(quiet)
    simulation = workflow.simulate(
        race,
        draws=draws,
        seed=seed,
        priors=priors,
        settings=settings or (),
        learned=learned,
        polls=polls,
        allow_unhealthy=allow_unhealthy,
        notify=notify,
        progress=shows_progress(quiet),
    )
    return page_inputs.PageInputs.of(simulation, race, scenarios_file, notify)
