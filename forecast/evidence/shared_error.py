"""How far the polls of a race and its forecast without them err together.

Where polls and forecast miss on the same side, more often than not, agreement between them says
less than two independent opinions would. The correlation of their errors is learned from the
finished races that had both, which are few, with a prior.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from forecast.files import shipped_folder
from forecast.stats.arrays import FloatArray
from forecast.yaml_text import load_yaml

SHARED_ERROR_DOCUMENT = "poll_correlation.yaml"
_GRID = np.linspace(-0.95, 0.95, 381)


@dataclass(frozen=True)
class JointError:
    """The errors of a finished race that had polls and a forecast without them.

    Attributes
    ----------
    runoff
        Its day.
    polls, forecast
        Normal scores of where the result lay in each distribution of the share.
    """

    runoff: date
    polls: float
    forecast: float


def correlation_of(errors: Sequence[JointError], mean: float, sd: float) -> FloatArray:
    """Posterior mean and standard deviation of the correlation, shape (2,).

    The scores of a race are bivariate normal with unit variances.

    Parameters
    ----------
    errors
        Of finished races.
    mean, sd
        Of the normal prior of the correlation's Fisher transform.
    """
    log_density = -0.5 * ((np.arctanh(_GRID) - mean) / sd) ** 2 - np.log1p(-(_GRID**2))
    left = 1.0 - _GRID**2
    for one in errors:
        square = one.polls**2 - 2.0 * _GRID * one.polls * one.forecast + one.forecast**2
        log_density = log_density - 0.5 * square / left - 0.5 * np.log(left)
    weights = np.exp(log_density - log_density.max())
    weights /= weights.sum()
    centre = float(weights @ _GRID)
    return np.array([centre, np.sqrt(weights @ (_GRID - centre) ** 2)])


def shared_error(runoff: date, path: Path | None = None) -> float:
    """Correlation of the errors of polls and forecast, learned from runoffs before a day.

    Parameters
    ----------
    runoff
        Day of the runoff to forecast; it and later ones teach nothing.
    path
        A document; the shipped one by default.
    """
    document = read_shared_errors(path or shipped_folder("models") / SHARED_ERROR_DOCUMENT)
    earlier = [error for error in document.errors if error.runoff < runoff]
    return float(correlation_of(earlier, document.mean, document.sd)[0])


@dataclass(frozen=True)
class SharedErrors:
    """The prior of the correlation, and the races that had both."""

    mean: float
    sd: float
    errors: tuple[JointError, ...]


def read_shared_errors(path: Path) -> SharedErrors:
    """Read the document that `tools/poll_correlation.py` fills."""
    document: dict[str, Any] = load_yaml(path.read_text(encoding="utf-8"))
    races = document["races"] or {}
    return SharedErrors(
        float(document["prior"]["mean"]),
        float(document["prior"]["sd"]),
        tuple(
            JointError(date.fromisoformat(str(one["runoff"])), one["polls"], one["forecast"])
            for one in races.values()
        ),
    )
