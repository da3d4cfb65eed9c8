"""Priors that are resolved: every entry with who set it, and the distributions the models take."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from forecast.priors.runoff_priors import RunoffPriors
from forecast.stats.distributions import (
    Distribution,
    Fixed,
    Points,
    PointsSize,
    ShareRange,
    SizeRange,
)


@dataclass(frozen=True)
class Kind:
    """A distribution as the documents write it."""

    make: Callable[[Mapping[str, float]], Distribution]
    names: tuple[str, ...]

    def faults(self, values: Mapping[str, float]) -> Iterator[str]:
        """What is impossible about the values, in the order of the document."""
        if self is KINDS["share"]:
            for name, value in values.items():
                if not 0 < value < 1:
                    yield f"{name}: a share lies strictly between 0 and 1, not {value:g}"
        if self is KINDS["size_range"] and values["low"] <= 0:
            yield f"low: a size is above 0, not {values['low']:g}"
        if "low" in values and values["low"] >= values["high"]:
            yield f"low ({values['low']:g}) must be below high ({values['high']:g})"
        for name in ("sd", "scale"):
            if name in values and values[name] <= 0:
                yield f"{name}: a size is above 0, not {values[name]:g}"


KINDS: dict[str, Kind] = {
    "share": Kind(lambda v: ShareRange(v["low"], v["high"]), ("low", "high")),
    "points": Kind(lambda v: Points(v["mean"], v["sd"]), ("mean", "sd")),
    "size_range": Kind(lambda v: SizeRange(v["low"], v["high"]), ("low", "high")),
    "points_size": Kind(lambda v: PointsSize(v["scale"]), ("scale",)),
    "fixed": Kind(lambda v: Fixed(v["value"]), ("value",)),
}


@dataclass(frozen=True)
class FirstRoundPriors:
    """The priors of the first-round model; dots of the YAML names are underscores here."""

    turnout_level: ShareRange
    turnout_slope: Points
    turnout_county_spread: PointsSize
    turnout_unit_spread: PointsSize
    lean_level: ShareRange
    lean_slope: Points
    lean_county_spread: PointsSize
    lean_unit_spread: PointsSize
    field_slope: Points
    field_county: Points
    field_unit_spread: PointsSize


@dataclass(frozen=True)
class SamplerSettings:
    """How the first-round model is sampled."""

    chains: int
    tune: int
    draws: int
    target_accept: float
    approximate_above: int


@dataclass(frozen=True)
class PriorEntry:
    """One prior with everything that its document says.

    Attributes
    ----------
    path
        Dotted name, "runoff.loyalty".
    meaning, why, source
        Sentences from the document.
    kind
        Name of the distribution in the document.
    values
        Its parameters by name, in the unit of the prior.
    origin
        The last layer that set it: default, learned, race, file or command line.
    before_race
        What it was before the race folder set it, None where that did not or where a later
        layer has set it again.
    """

    path: str
    meaning: str
    why: str
    source: str
    kind: str
    values: Mapping[str, float]
    origin: str
    before_race: "PriorEntry | None" = None

    @property
    def unit(self) -> str:
        """What the values are counted in: share, points or number."""
        if self.path.endswith(("tail", "correlation")):
            return "number"
        _, group, *_ = self.path.split(".")
        shares = ("retention", "loyalty", "transfer", "arrivals")
        in_points = self.path.endswith(("spread", "shift", "affinity", "lean"))
        is_share = self.path.endswith("level") or (group in shares and not in_points)
        return "share" if is_share else "points"

    @property
    def distribution(self) -> Distribution:
        """The distribution that the core draws from and PyMC builds."""
        return KINDS[self.kind].make(self.values)


@dataclass(frozen=True)
class PriorSet:
    """Everything a user can tune, resolved.

    Attributes
    ----------
    entries
        Every prior in the order of the documents.
    sampler
        Settings of the fit.
    turnout_if_unknown
        First-round turnout assumed where the registered voters are unknown.
    """

    entries: tuple[PriorEntry, ...]
    sampler: SamplerSettings
    turnout_if_unknown: float

    @property
    def first_round(self) -> FirstRoundPriors:
        """The priors of the first-round model."""
        return FirstRoundPriors(**self._distributions("first_round"))

    @property
    def runoff(self) -> RunoffPriors:
        """The priors of the runoff model."""
        return RunoffPriors(**self._distributions("runoff"))

    @property
    def of_race(self) -> tuple[PriorEntry, ...]:
        """The runoff priors that the race folder set."""
        return tuple(
            entry
            for entry in self.entries
            if entry.before_race is not None and entry.path.startswith("runoff.")
        )

    @property
    def without_race(self) -> "PriorSet":
        """The same without what the race folder set."""
        return replace(self, entries=tuple(e.before_race or e for e in self.entries))

    def document(self) -> dict[str, dict[str, Any]]:
        """The resolved priors by path, ready for JSON."""
        return {
            entry.path: {
                "distribution": entry.kind,
                **entry.values,
                "unit": entry.unit,
                "meaning": entry.meaning,
                "origin": entry.origin,
            }
            for entry in self.entries
        }

    def _distributions(self, model: str) -> dict[str, Any]:
        start = f"{model}."
        return {
            entry.path.removeprefix(start).replace(".", "_"): entry.distribution
            for entry in self.entries
            if entry.path.startswith(start)
        }
