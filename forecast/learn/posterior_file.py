"""The learned posterior as a small file, and the shipped ones by the day they were learned to.

A file `before-DAY.npz` has the joint draws, half precision, a matrix a block of coefficients;
the header of the same name with the suffix .json says what they are and what they were learned
from. Reading takes NumPy alone.
"""

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from forecast.errors import InputError
from forecast.files import shipped_folder, write_atomically
from forecast.learn.coefficient_draws import PASSING, LearnedFrom, PosteriorDraws
from forecast.learn.effects import SIZES
from forecast.learn.hierarchical_priors import load_hierarchy_priors
from forecast.learn.scale_regression import ScaleRegression, scale_regression_of
from forecast.race.level_words import plural

SCHEMA_VERSION = 2
NAME_START = "before-"


@dataclass(frozen=True, eq=False)
class LearnedPosterior:
    """Everything that finished races taught.

    Attributes
    ----------
    draws
        Joint draws of the hierarchical model's coefficients.
    scales
        Scales of the errors of units and counties over races, by part (lean, turnout) and
        level (unit, county).
    """

    draws: PosteriorDraws
    scales: Mapping[tuple[str, str], ScaleRegression]

    def describe(self) -> str:
        """What it was learned from, in half a sentence: "4,200 runoffs counted before ..."."""
        found = self.learned_from
        text = f"{found.n_races:,} runoffs from {found.first[:4]} to {found.last[:4]}"
        places = [place for place in found.by_place if not place.startswith("US ")]
        states = len(found.by_place) - len(places)
        counted = ((states, "state"), (len(places), "country"))
        text += f", in {' and '.join(plural(n, noun) for n, noun in counted if n)}"
        if found.left_out:
            text += f", without {', '.join(found.left_out)}"
        if found.faults:
            text += "; the sampler FAILED its diagnostics"
        return text

    @property
    def learned_from(self) -> LearnedFrom:
        """The races behind it."""
        return self.draws.learned_from


def save_posterior(posterior: LearnedPosterior, path: Path) -> None:
    """Write the draws, and the header beside them with the suffix .json.

    Parameters
    ----------
    posterior
        What was learned.
    path
        Of the draws, ending in .npz.
    """
    draws = posterior.draws
    arrays = {name: values.astype(np.float16) for name, values in draws.values.items()}
    raw = io.BytesIO()
    np.savez_compressed(raw, **arrays)  # type: ignore[arg-type]
    write_atomically(path, raw.getvalue())
    header = {
        "schema_version": SCHEMA_VERSION,
        # A program that is ended between the two files leaves draws with another's header.
        "draws_sha256": hashlib.sha256(raw.getvalue()).hexdigest(),
        "n_draws": draws.n_draws,
        "learned_from": asdict(draws.learned_from),
        "scales": {
            f"{part}_{level}": asdict(regression)
            for (part, level), regression in posterior.scales.items()
        },
        "labels": {name: list(labels) for name, labels in draws.labels.items()},
    }
    text = json.dumps(header, indent=1, ensure_ascii=False)
    write_atomically(path.with_suffix(".json"), text + "\n")


def read_posterior(path: Path) -> LearnedPosterior:
    """Read a file that `save_posterior` wrote.

    Raises
    ------
    InputError
        When the file or its header is missing, or not of that form.
    """
    try:
        header = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        raw = path.read_bytes()
        # The headers of files that earlier programs wrote have no hash.
        if header.get("draws_sha256", digest := hashlib.sha256(raw).hexdigest()) != digest:
            raise ValueError("the header is not that of these draws")
        with np.load(io.BytesIO(raw), allow_pickle=False) as stored:
            values = {name: stored[name].astype(np.float64) for name in stored.files}
        return _posterior(header, values)
    except (OSError, BadZipFile, ValueError, KeyError, TypeError, AttributeError) as error:
        what = str(error) if isinstance(error, ValueError | OSError) else repr(error)
        raise InputError(
            f"{path} is not a file of `forecast learn`, with its header "
            f"{path.with_suffix('.json').name} beside it: {what}; learn it again with `forecast "
            "learn --out`, or choose another with --learned"
        ) from None


def _posterior(header: Mapping[str, Any], values: Mapping[str, Any]) -> LearnedPosterior:
    if header["schema_version"] != SCHEMA_VERSION:
        raise ValueError(f"schema version {header['schema_version']}, not {SCHEMA_VERSION}")
    labels = {name: tuple(words) for name, words in header["labels"].items()}
    shapes = {name: (header["n_draws"], len(words)) for name, words in labels.items()}
    wrong = [name for name in shapes if values[name].shape != shapes[name]]
    if wrong:
        raise ValueError(f"{', '.join(wrong)}: not as many draws or labels as the header says")
    expected = {*load_hierarchy_priors(), *SIZES} - set(PASSING)
    if lacking := sorted(expected - values.keys()):
        raise ValueError(
            f"it was learned by another version of the model and lacks {', '.join(lacking)}"
        )
    if unlabelled := sorted(values.keys() ^ labels.keys()):
        raise ValueError(f"{', '.join(unlabelled)}: draws without labels, or labels without draws")
    draws = PosteriorDraws(values, labels, LearnedFrom(**header["learned_from"]))
    scales = {}
    for name, regression in header["scales"].items():
        part, _, level = name.partition("_")
        scales[part, level] = scale_regression_of(regression)
    return LearnedPosterior(draws, scales)


def shipped_for(runoff: date) -> Path | None:
    """The newest shipped file that knows no runoff of a day or later; None before any.

    Parameters
    ----------
    runoff
        Day of the runoff to forecast, or the day to forecast as of.
    """
    shipped = shipped_posteriors()
    usable = [day for day in shipped if day <= runoff]
    return shipped[max(usable)] if usable else None


def shipped_posteriors() -> dict[date, Path]:
    """The day before which each shipped posterior was learned, and its file."""
    folder = shipped_folder("models") / "learned"
    found = {before_day(path): path for path in sorted(folder.glob(f"{NAME_START}*.npz"))}
    return {day: path for day, path in found.items() if day is not None}


def before_day(path: Path) -> date | None:
    """The day of a shipped file's name, "before-2017-06-20.npz"; None for another name."""
    try:
        return date.fromisoformat(path.stem.removeprefix(NAME_START))
    except ValueError:
        return None
