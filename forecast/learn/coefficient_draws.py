"""Joint posterior draws of the coefficients, as a small file, and what they were learned from.

The file has a matrix of draws a block of coefficients, in half precision, and beside it a JSON
header with the labels of each block. Reading it takes NumPy alone.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from forecast.first_round.diagnosis import MAX_R_HAT, MIN_ESS
from forecast.learn.design import DAY_EFFECTS
from forecast.learn.effects import NUMBER_LABELS, SIZES, EffectLayout, effect_labels
from forecast.learn.hierarchical_priors import Prior
from forecast.learn.race_row import RaceRow
from forecast.race.level_words import plural
from forecast.stats.arrays import FloatArray

# Effects of days are of days gone by; the next one is drawn anew.
PASSING = (
    "triple_day",
    *DAY_EFFECTS,
)
SCHEMA = 1


@dataclass(frozen=True)
class LearnedFrom:
    """What the draws were learned from.

    Attributes
    ----------
    before
        Only runoffs before this day taught; "" where any did.
    n_races
        How many taught.
    first, last
        Days of the first and last of their runoffs.
    by_place
        Races by place.
    left_out
        Days and places that were left out.
    method
        "nuts" or "laplace".
    diagnostics
        Of the sampler.
    versions
        Of the program and of the priors.
    """

    before: str
    n_races: int
    first: str
    last: str
    by_place: Mapping[str, int]
    left_out: Sequence[str]
    method: str
    diagnostics: Mapping[str, float]
    versions: Mapping[str, str]

    @property
    def faults(self) -> tuple[str, ...]:
        """What of the sampler's diagnostics breaches a limit, and what to do; none by Laplace."""
        found = self.diagnostics
        if not found:
            return ()
        faults = []
        if found["divergences"]:
            count = plural(int(found["divergences"]), "divergence")
            faults.append(f"{count}: try another --seed, or --target-accept 0.95")
        if not found["r_hat_max"] < MAX_R_HAT:
            faults.append(f"R-hat {found['r_hat_max']:.3f} is not below {MAX_R_HAT}: more --draws")
        for kind in ("bulk", "tail"):
            if not (ess := found[f"ess_{kind}_min"]) > MIN_ESS:
                faults.append(f"{kind} ESS {ess:,.0f} is not above {MIN_ESS:,}: more --draws")
        return tuple(faults)


@dataclass(frozen=True, eq=False)
class PosteriorDraws:
    """Joint draws of all coefficients.

    Attributes
    ----------
    values
        Number or effect to its draws, shape (n_draws, n_labels).
    labels
        Number or effect to the labels of its columns.
    learned_from
        The races behind them.
    """

    values: Mapping[str, FloatArray]
    labels: Mapping[str, tuple[str, ...]]
    learned_from: LearnedFrom

    @property
    def n_draws(self) -> int:
        """How many draws there are."""
        return len(next(iter(self.values.values())))

    def number(self, name: str, label: str = "") -> FloatArray:
        """Draws of a number, shape (n_draws,)."""
        return np.asarray(self.values[name][:, self.labels[name].index(label)])

    def effect(self, name: str, label: str) -> FloatArray | None:
        """Draws of the effect of a group, shape (n_draws,); None where it has not been seen."""
        if label not in self.labels[name]:
            return None
        return np.asarray(self.values[name][:, self.labels[name].index(label)])

    def save(self, path: Path) -> None:
        """Write the draws, and the header beside them with the suffix .json."""
        arrays = {name: values.astype(np.float16) for name, values in self.values.items()}
        np.savez_compressed(path, **arrays)  # type: ignore[arg-type]
        header = {
            "schema_version": SCHEMA,
            "n_draws": self.n_draws,
            "learned_from": asdict(self.learned_from),
            "labels": {name: list(labels) for name, labels in self.labels.items()},
        }
        text = json.dumps(header, indent=1, ensure_ascii=False)
        path.with_suffix(".json").write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> "PosteriorDraws":
        """Read a file that `save` wrote."""
        header = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        with np.load(path) as stored:
            values = {name: stored[name].astype(np.float64) for name in stored.files}
        labels = {name: tuple(words) for name, words in header["labels"].items()}
        return cls(values, labels, LearnedFrom(**header["learned_from"]))


def natural_draws(
    vectors: FloatArray,
    names: Sequence[str],
    layout: EffectLayout,
    priors: Mapping[str, Prior],
    taught: Sequence[RaceRow],
) -> tuple[dict[str, FloatArray], dict[str, tuple[str, ...]]]:
    """Coefficients from draws of the standard normal variables.

    Parameters
    ----------
    vectors
        Draws, shape (n_draws, n_variables).
    names
        Block of each variable, shape (n_variables,).
    layout, priors
        Of the model.
    taught
        Races that taught: an effect that none of them has is left out, being drawn anew.

    Returns
    -------
    tuple
        Draws by number and effect, shape (n_draws, n_labels), and the labels.
    """
    of_block = np.array(names)
    values: dict[str, FloatArray] = {}
    labels: dict[str, tuple[str, ...]] = {}
    for name, prior in priors.items():
        linear = prior.centre + prior.width * vectors[:, of_block == name]
        values[name] = np.exp(linear) if prior.positive else linear
        labels[name] = NUMBER_LABELS.get(name, ("",))
    for effect, size in SIZES.items():
        if effect in PASSING:
            continue
        known = layout.labels[effect]
        seen = set(known) if effect == "bind_walk" else _seen(effect, taught)
        keep = np.array([label in seen for label in known], dtype=np.bool_)
        scaled = values[f"size.{size}"] * vectors[:, of_block == effect]
        values[effect] = scaled[:, keep]
        labels[effect] = tuple(label for label, k in zip(known, keep.tolist(), strict=True) if k)
    return values, labels


def places_of(rows: Sequence[RaceRow]) -> dict[str, int]:
    """Races by place, the place with most first."""
    return dict(Counter(row.situation.place for row in rows).most_common())


def _seen(effect: str, rows: Sequence[RaceRow]) -> set[str]:
    return {label for row in rows for label in effect_labels(effect, row)}
