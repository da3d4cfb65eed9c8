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

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from forecast.errors import ForecastError, InputError, UnhealthyFitError
    from forecast.output.document import document
    from forecast.output.output_files import write_outputs
    from forecast.priors.layers import load_priors
    from forecast.priors.prior_set import PriorSet
    from forecast.race.contest import Race
    from forecast.runoff.summary import Forecast, Summary
    from forecast.workflow import Simulation, fit, load_race, simulate, unit_forecasts

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

_HOMES = {
    "Forecast": "forecast.runoff.summary",
    "ForecastError": "forecast.errors",
    "InputError": "forecast.errors",
    "PriorSet": "forecast.priors.prior_set",
    "Race": "forecast.race.contest",
    "Simulation": "forecast.workflow",
    "Summary": "forecast.runoff.summary",
    "UnhealthyFitError": "forecast.errors",
    "document": "forecast.output.document",
    "fit": "forecast.workflow",
    "load_priors": "forecast.priors.layers",
    "load_race": "forecast.workflow",
    "simulate": "forecast.workflow",
    "unit_forecasts": "forecast.workflow",
    "write_outputs": "forecast.output.output_files",
}


def __getattr__(name: str) -> Any:
    """Load a public name from its module when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """The public names, for completion in a notebook."""
    return __all__
