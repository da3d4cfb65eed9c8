"""`forecast fit`: the first round, and whether its fit can be used."""

import sys

from forecast.cli.options import (
    AsOfOption,
    PriorsOption,
    QuietOption,
    RaceArgument,
    RefitOption,
    SetOption,
    VerboseOption,
    day_of,
)
from forecast.cli.records import fit_options, prior_choice
from forecast.defaults import DEFAULT_RACE
from forecast.lazy_imports import lazy_imports

with lazy_imports():
    from forecast import fitted_race
    from forecast.output import health_table


def fit(
    race: RaceArgument = DEFAULT_RACE,
    priors: PriorsOption = None,
    settings: SetOption = None,
    as_of: AsOfOption = None,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    refit: RefitOption = False,
) -> None:
    """Fit the first round and show whether the fit is healthy.

    A cached fit is reused.

    Example: forecast fit ga06-2017 --refit
    """
    fitted = fitted_race.fit_race(
        race,
        prior_choice(priors, settings),
        fit_options(quiet, refit=refit, verbose=verbose),
        day_of(as_of),
    )
    sys.stdout.write(health_table.health_table(fitted))
    fitted_race.require_healthy(fitted)
