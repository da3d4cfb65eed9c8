"""What was learned, as a YAML file that a person can read and the program reads back."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from forecast.errors import InputError
from forecast.files import write_atomically
from forecast.learn.design import LEVEL_NAMES, SIZE_NAMES, TRANSFER_NAMES
from forecast.learn.learned import Learned, Teachers
from forecast.learn.scale_regression import SizeLaw
from forecast.learn.transfer_model import Fit, Parameters
from forecast.learn.turnout_ratio import Growth
from forecast.stats.distributions import POINTS_PER_LOGIT
from forecast.yaml_text import load_yaml

HEADER = """\
# What finished runoffs taught: written by `forecast learn`, read by `forecast simulate`.
# Each coefficient moves log-odds: its mean and standard deviation over what is not known of it.
# `docs/learning.md` has the formulas. `covariance` is of all parameters in their order here.
"""
REST_NAMES = ("log relative retention", "log (degrees of freedom − 1)")


def write_learned(learned: Learned, path: Path) -> None:
    """Write a file; the same lessons give the same bytes."""
    write_atomically(path, learned_text(learned))


def learned_text(learned: Learned) -> str:
    """The text of the file."""
    fit, teachers = learned.transfers, learned.teachers
    document = {
        "learned_from": {
            "races": teachers.n_races,
            "first": teachers.first,
            "last": teachers.last,
            "before": teachers.before,
            "left_out": list(teachers.left_out),
        },
        "transfer": _coefficients(TRANSFER_NAMES, fit.mode.transfer, fit.sd.transfer),
        "level": _coefficients(LEVEL_NAMES, fit.mode.level, fit.sd.level),
        "size": {
            name: {
                "points": _rounded(float(np.exp(size)) * POINTS_PER_LOGIT),
                "log_mean": _rounded(size),
                "log_sd": _rounded(sd),
            }
            for name, size, sd in zip(SIZE_NAMES, fit.mode.log_sizes, fit.sd.log_sizes, strict=True)
        },
        "rest": _coefficients(
            REST_NAMES,
            np.array([fit.mode.log_retention, fit.mode.log_df]),
            np.array([fit.sd.log_retention, fit.sd.log_df]),
        ),
        "growth": {kind: _fields(growth) for kind, growth in learned.growth.items()},
        "unit_and_county": {name: _fields(law) for name, law in learned.sizes.items()},
        "covariance": [[_rounded(value) for value in row] for row in fit.covariance],
    }
    return HEADER + yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=1000)


def read_learned(path: Path) -> Learned:
    """Read what `write_learned` wrote.

    Raises
    ------
    InputError
        When the file can't be read, or is not of that form.
    """
    try:
        document = load_yaml(path.read_text(encoding="utf-8"))
        return _learned(document)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{path} is not a file of `forecast learn`: {error!r}; write it anew, or tune a prior "
            "with --set or --priors instead"
        ) from None


def _learned(document: Mapping[str, Any]) -> Learned:
    teachers = document["learned_from"]
    mode = Parameters(
        transfer=_means(document["transfer"], TRANSFER_NAMES),
        level=_means(document["level"], LEVEL_NAMES),
        log_sizes=np.array([document["size"][name]["log_mean"] for name in SIZE_NAMES]),
        log_retention=float(document["rest"][REST_NAMES[0]]["mean"]),
        log_df=float(document["rest"][REST_NAMES[1]]["mean"]),
    )
    covariance = np.array(document["covariance"], dtype=np.float64)
    n_parameters = len(mode.vector())
    if covariance.shape != (n_parameters, n_parameters):
        raise ValueError(f"a covariance of {n_parameters} rows and columns")
    return Learned(
        transfers=Fit(mode, covariance),
        growth={kind: Growth(**fields) for kind, fields in document["growth"].items()},
        sizes={name: SizeLaw(**fields) for name, fields in document["unit_and_county"].items()},
        teachers=Teachers(
            n_races=int(teachers["races"]),
            first=teachers["first"],
            last=teachers["last"],
            before=teachers["before"],
            left_out=tuple(teachers["left_out"]),
        ),
    )


def _coefficients(names: tuple[str, ...], mean: Any, sd: Any) -> dict[str, dict[str, float]]:
    return {
        name: {"mean": _rounded(m), "sd": _rounded(s)}
        for name, m, s in zip(names, mean, sd, strict=True)
    }


def _means(rows: Mapping[str, Mapping[str, float]], names: tuple[str, ...]) -> Any:
    return np.array([rows[name]["mean"] for name in names], dtype=np.float64)


def _fields(value: Growth | SizeLaw) -> dict[str, float]:
    return {name: _rounded(field) for name, field in vars(value).items()}


def _rounded(value: float) -> float:
    """Six digits, whole numbers as they are."""
    return value if isinstance(value, int) else float(f"{float(value):.6g}")


def before_day(path: Path) -> date | None:
    """The day of a shipped file's name, "before-2017-06-20.yaml"; None for another name."""
    try:
        return date.fromisoformat(path.stem.removeprefix("before-"))
    except ValueError:
        return None
