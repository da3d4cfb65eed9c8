"""Errors of polls of party primaries, which the record of polls has none of."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from forecast.errors import InputError
from forecast.evidence.poll_errors import PollErrors, RaceErrorScale
from forecast.evidence.poll_kinds import RaceKind
from forecast.files import shipped_folder
from forecast.yaml_text import load_yaml

PRIMARIES_DOCUMENT = "poll_primaries.yaml"


def errors_in_primaries(errors: PollErrors, kind: RaceKind, path: Path | None = None) -> PollErrors:
    """The errors with that of one kind of race widened for the runoff of a party primary.

    Parameters
    ----------
    errors
        Learned from general elections, runoffs and specials.
    kind
        Office and stage of the race.
    path
        A document with the factor; the shipped one by default.

    Raises
    ------
    InputError
        When the document has no factor with a positive median and a log_sd of 0 or more.
    """
    path = path or shipped_folder("models") / PRIMARIES_DOCUMENT
    try:
        factor = load_yaml(path.read_text(encoding="utf-8"))["factor"]
        median, log_sd = float(factor["median"]), float(factor["log_sd"])
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path}: factor needs a median and a log_sd ({error!r})") from error
    if not (0 < median < np.inf and 0 <= log_sd < np.inf):
        raise InputError(f"{path}: the factor's median must be above 0, its log_sd 0 or more")
    known = errors.race_error[kind]
    wide = RaceErrorScale(known.median * median, float(np.hypot(known.log_sd, log_sd)), races=0)
    return replace(errors, race_error={**errors.race_error, kind: wide})
