"""Priors that are resolved: every entry with who set it, and the distributions the models take."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from math import inf
from pathlib import Path
from typing import Any

from forecast.priors.runoff_priors import RunoffPriors
from forecast.race.calendar import is_top_two_primary
from forecast.race.contest import Race
from forecast.race.situation import NONPARTISAN, SPECIAL_PRIMARY, situation_of
from forecast.stats.distributions import (
    Distribution,
    Fixed,
    Points,
    PointsSize,
    ShareRange,
    SizeRange,
)
from forecast.stats.joint_draws import JointDraws


@dataclass(frozen=True)
class DistributionKind:
    """A distribution as the documents write it."""

    make: type[ShareRange | Points | SizeRange | PointsSize | Fixed]
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


# By the names that the documents use.
KINDS: dict[str, DistributionKind] = {
    "share": DistributionKind(ShareRange, ("low", "high")),
    "points": DistributionKind(Points, ("mean", "sd")),
    "size_range": DistributionKind(SizeRange, ("low", "high")),
    "points_size": DistributionKind(PointsSize, ("scale",)),
    "fixed": DistributionKind(Fixed, ("value",)),
}
_NAME_OF: dict[type, str] = {kind.make: name for name, kind in KINDS.items()}


@dataclass(frozen=True)
class Support:
    """The values that a prior may take where it is taken as known.

    Attributes
    ----------
    low, high
        The ends, which are not of them.
    rule
        The rule in words, for an error.
    with_low
        Whether the low end is one of them after all.
    """

    low: float
    high: float
    rule: str
    with_low: bool = False

    def __contains__(self, value: float) -> bool:
        """Whether a value is one of them."""
        return self.low < value < self.high or (self.with_low and value == self.low)


# By the names that the documents use.
SUPPORTS: dict[str, Support] = {
    "share": Support(0, 1, "a share lies between 0 and 1"),
    "non_negative": Support(0, inf, "must be 0 or more", with_low=True),
    "signed": Support(-inf, inf, "any number"),
    "correlation": Support(-1, 1, "a correlation lies between -1 and 1"),
    "degrees_of_freedom": Support(0, inf, "degrees of freedom are above 0"),
}
# Distributions that a prior of the runoff may have, by its unit.
KINDS_OF_UNIT: dict[str, tuple[str, ...]] = {
    "share": ("share", "fixed"),
    "ratio": ("share", "fixed"),
    "points": ("points_size", "size_range", "points", "fixed"),
    "number": ("fixed",),
}
FIRST_ROUND, RUNOFF = "first_round", "runoff"
# Whatever the first round says, an election follows for which more people come.
_PRIMARIES = (NONPARTISAN, SPECIAL_PRIMARY)
USUAL, PRIMARY = ASSUMED_TURNOUT = ("turnout_if_unknown", "turnout_if_unknown_primary")


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
class Bound:
    """The values that a person may set, in sizes, and why no others.

    Attributes
    ----------
    least, most
        Smallest and largest size; a size of 0 is always possible where it is not a share.
    why
        The reason, from the document.
    """

    least: float = 0.0
    most: float = inf
    why: str = ""

    def fault(self, value: float) -> str:
        """What is wrong with a value; "" where nothing is."""
        if self.least <= abs(value) <= self.most:
            return ""
        low = f"from {self.least:g} to " if self.least else "at most "
        return f"{low}{self.most:g}, not {value:g} ({self.why})"


@dataclass(frozen=True)
class PriorEntry:
    """One prior with everything that its document says.

    Attributes
    ----------
    path
        Dotted name, "runoff.loyalty".
    name
        A few words for figures; the path where its document has none.
    meaning, why, source
        Sentences from the document.
    unit
        What its values are counted in: share, points or number.
    support
        The values that are possible where it is taken as known, a name of `SUPPORTS`.
    distribution
        The distribution that the core draws from and PyMC builds, in its unit.
    origin
        The last layer that set it: default, learned, race, file or command line.
    before_race
        What it was before the race folder set it, None where that did not or where a later
        layer has set it again.
    bound
        The values that a person may set.
    without_positions
        What was learned without the positions that the race itself brings, None where those say
        nothing of it or where a later layer has set it.
    """

    path: str
    name: str
    meaning: str
    why: str
    source: str
    unit: str
    support: str
    distribution: Distribution
    origin: str
    before_race: "PriorEntry | None" = None
    bound: Bound = Bound()
    without_positions: "PriorEntry | None" = None

    @property
    def model(self) -> str:
        """The model that it is a prior of: the first name of its path."""
        return self.path.partition(".")[0]

    @property
    def parameter(self) -> str:
        """The name that it has in that model, with underscores for the dots of the path."""
        return self.path.partition(".")[2].replace(".", "_")

    @property
    def kind(self) -> str:
        """Name of the distribution in the documents."""
        return _NAME_OF[type(self.described)]

    @property
    def values(self) -> dict[str, float]:
        """Parameters of the distribution by name, in the unit of the prior."""
        return {name: getattr(self.described, name) for name in KINDS[self.kind].names}

    @property
    def described(self) -> Distribution:
        """The distribution as a document can write it; of jointly learned draws the nearest."""
        drawn = self.distribution
        return drawn.described if isinstance(drawn, JointDraws) else drawn

    @property
    def is_joint(self) -> bool:
        """Whether it was learned jointly with others and is drawn with them."""
        return isinstance(self.distribution, JointDraws)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Distributions that it may have; the first-round model builds one only."""
        return (self.kind,) if self.model == FIRST_ROUND else KINDS_OF_UNIT[self.unit]

    def faults(self) -> list[str]:
        """What is impossible about its values, each with its path; draws are what was learned."""
        if self.is_joint:
            return []
        faults = [f"{self.path}.{fault}" for fault in KINDS[self.kind].faults(self.values)]
        # Once: what is no share at all is not also too large a one.
        faults = faults or [
            f"{self.path}.{name}: {fault}"
            for name, value in self.values.items()
            if (fault := self.bound.fault(value))
        ]
        if isinstance(self.distribution, Fixed):
            value, support = self.distribution.value, SUPPORTS[self.support]
            if value not in support:
                faults.append(f"{self.path}.value: {support.rule}, not {value:g}")
        return faults


def assumed_turnout(race: Race) -> str:
    """Which setting says the turnout assumed where the registered voters are unknown."""
    is_primary = is_top_two_primary(race.contest) or situation_of(race).kind in _PRIMARIES
    return PRIMARY if is_primary else USUAL


@dataclass(frozen=True)
class PriorSet:
    """Everything a user can tune, resolved.

    Attributes
    ----------
    entries
        Every prior in the order of the documents.
    sampler
        Settings of the fit.
    assumed_turnout
        First-round turnout assumed where the registered voters are unknown, by the name of its
        setting, one of `ASSUMED_TURNOUT`.
    files
        Every file that a value was read or learned from, the defaults first.
    learned_to
        Day of the last finished runoff that any of them was learned from, None where nothing was
        learned.
    """

    entries: tuple[PriorEntry, ...]
    sampler: SamplerSettings
    assumed_turnout: Mapping[str, float]
    files: tuple[Path, ...] = field(default=(), compare=False)
    learned_to: date | None = field(default=None, compare=False)

    def turnout_if_unknown(self, race: Race) -> float:
        """The first-round turnout assumed where the registered voters are unknown, a share."""
        return self.assumed_turnout[assumed_turnout(race)]

    @property
    def first_round(self) -> FirstRoundPriors:
        """The priors of the first-round model."""
        return FirstRoundPriors(**self._distributions(FIRST_ROUND))

    @property
    def runoff(self) -> RunoffPriors:
        """The priors of the runoff model."""
        return RunoffPriors(**self._distributions(RUNOFF))

    @property
    def of_race(self) -> tuple[PriorEntry, ...]:
        """The runoff priors that the race folder set."""
        return tuple(entry for entry in self.of_model(RUNOFF) if entry.before_race is not None)

    @property
    def without_race(self) -> "PriorSet":
        """The same without what the race folder set."""
        return replace(self, entries=tuple(e.before_race or e for e in self.entries))

    @property
    def rests_on_positions(self) -> bool:
        """Whether positions that the race itself brings are in any of them."""
        return any(entry.without_positions is not None for entry in self.entries)

    @property
    def without_positions(self) -> "PriorSet":
        """The same without the positions that the race itself brings."""
        return replace(self, entries=tuple(e.without_positions or e for e in self.entries))

    def document(self) -> dict[str, dict[str, Any]]:
        """The resolved priors by path, ready for JSON."""
        return {
            entry.path: {
                "distribution": entry.kind,
                **entry.values,
                "unit": entry.unit,
                "meaning": entry.meaning,
                "origin": entry.origin,
                "joint": entry.is_joint,
            }
            for entry in self.entries
        }

    def of_model(self, model: str) -> tuple[PriorEntry, ...]:
        """The priors of one of the two models, in the order of the documents."""
        return tuple(entry for entry in self.entries if entry.model == model)

    def _distributions(self, model: str) -> dict[str, Any]:
        return {entry.parameter: entry.distribution for entry in self.of_model(model)}
