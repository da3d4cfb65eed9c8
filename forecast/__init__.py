"""A Bayesian forecaster of two-round elections.

>>> import forecast
>>> simulation = forecast.simulate("ga06-2017")  # doctest: +SKIP
>>> forecast.write_outputs(simulation, "out")  # doctest: +SKIP

The names of `__all__` are loaded when first used, so that importing the package is quick:

- `simulate`, `fit`: a forecast, or the fit of a first round, of a shipped race or a folder;
- `unit_forecasts`: the same forecast in every unit;
- `load_race`, `load_priors`: the race and the priors alone;
- `document`, `write_outputs`: the forecast as a dictionary, or as files;
- `Simulation`, `Forecast`, `Summary`, `Race`, `PriorSet`: what these return;
- `ForecastError`, `InputError`, `UnhealthyFitError`: what they raise.
"""

from typing import TYPE_CHECKING

from forecast.lazy_imports import lazy_names

__version__ = "0.1.0"

if TYPE_CHECKING:
    from forecast.errors import ForecastError, InputError, UnhealthyFitError
    from forecast.fitted_race import fit, load_race
    from forecast.output.document import document
    from forecast.output.output_files import write_outputs
    from forecast.priors.layers import load_priors
    from forecast.priors.prior_set import PriorSet
    from forecast.race.contest import Race
    from forecast.runoff.summary import Forecast, Summary
    from forecast.variations import unit_forecasts
    from forecast.workflow import Simulation, simulate

__all__ = [
    "Forecast",
    "ForecastError",
    "InputError",
    "PriorSet",
    "Race",
    "Simulation",
    "Summary",
    "UnhealthyFitError",
    "__version__",
    "document",
    "fit",
    "load_priors",
    "load_race",
    "simulate",
    "unit_forecasts",
    "write_outputs",
]

__getattr__ = lazy_names(
    __name__,
    {
        "Forecast": "runoff.summary",
        "ForecastError": "errors",
        "InputError": "errors",
        "PriorSet": "priors.prior_set",
        "Race": "race.contest",
        "Simulation": "workflow",
        "Summary": "runoff.summary",
        "UnhealthyFitError": "errors",
        "document": "output.document",
        "fit": "fitted_race",
        "load_priors": "priors.layers",
        "load_race": "fitted_race",
        "simulate": "output.notebook",  # which also tells a notebook how to show it
        "unit_forecasts": "variations",
        "write_outputs": "output.output_files",
    },
)


def __dir__() -> list[str]:
    """The public names, for completion in a notebook."""
    return __all__
