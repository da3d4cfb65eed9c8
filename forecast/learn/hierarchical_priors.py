"""The priors of the hierarchical model, read from YAML with their meaning and reasons."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from forecast.errors import InputError
from forecast.files import shipped_folder
from forecast.yaml_text import load_yaml

FILE = "hierarchy.yaml"
NORMAL, POSITIVE = "normal", "positive"
_FIELDS = {NORMAL: ("mean", "sd"), POSITIVE: ("median", "spread")}
_WORDS = ("meaning", "why", "source")


@dataclass(frozen=True)
class Prior:
    """A prior of a number: a normal, or a log-normal.

    Attributes
    ----------
    positive
        Whether it is log-normal.
    centre, width
        Mean and standard deviation of the number, or of its log where it is positive.
    meaning, why, source
        For people.
    """

    positive: bool
    centre: float
    width: float
    meaning: str
    why: str
    source: str


def load_hierarchy_priors(path: Path | None = None) -> dict[str, Prior]:
    """Read the priors, "transfer.bind" and so on.

    Raises
    ------
    InputError
        With every faulty entry.
    """
    path = path or shipped_folder("models") / FILE
    document = load_yaml(path.read_text(encoding="utf-8"))
    found: dict[str, Prior] = {}
    faults: list[str] = []
    for part, entries in document.items():
        for name, entry in entries.items():
            try:
                found[f"{part}.{name}"] = _prior(entry)
            except (KeyError, TypeError, ValueError) as error:
                faults.append(f"{part}.{name}: {error}")
    if faults:
        raise InputError(f"priors {path}", faults)
    return found


def _prior(entry: Mapping[str, object]) -> Prior:
    distribution = str(entry["distribution"])
    if distribution not in _FIELDS:
        raise ValueError(f"distribution {distribution!r}; it is one of {', '.join(_FIELDS)}")
    wanted = {"distribution", *_FIELDS[distribution], *_WORDS}
    if entry.keys() != wanted:
        raise ValueError(f"has {', '.join(sorted(entry))}; it needs {', '.join(sorted(wanted))}")
    centre, width = (float(str(entry[field])) for field in _FIELDS[distribution])
    positive = distribution == POSITIVE
    if not width > 0 or (positive and not centre > 0):
        raise ValueError("sd, median and spread are positive")
    words = {word: str(entry[word]) for word in _WORDS}
    return Prior(positive, float(np.log(centre)) if positive else centre, width, **words)
