"""How large the errors of units and counties are from race to race, learned over races.

The log of a scale is normal around a line in the log of the share of the eliminated candidates
and in the log of the votes of a unit, with effects of the kind of election and of the place: a
mixed meta-regression of the scales of finished races, each with its standard error.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from forecast.learn.race_row import RaceRow
from forecast.stats.arrays import BoolArray, FloatArray

# Priors: no slope is the likeliest one; a unit of 2.7 times the votes differs by a fifth or so.
_COEFFICIENT_SD = np.array([2.0, 0.5, 0.2])
# Scales differ by a fifth to a factor of e or so from race to race; by kind and by place, says a
# half-normal prior, by half or less.
_MIN_LOG_SPREAD, _MAX_LOG_SPREAD = -2.0, 0.5
_MIN_LOG_EFFECTS, _MAX_LOG_EFFECTS = -4.0, 0.5
_EFFECTS_SD = 0.4
# A scale that fewer races told is as wide as its prior, and nothing to forecast with.
FEWEST_RACES = 10


@dataclass(frozen=True)
class ScaleCauses:
    """What the scale of a race is learned and forecast from.

    Attributes
    ----------
    eliminated
        Share of the first-round vote for eliminated candidates.
    unit_votes
        First-round votes of a unit, their mean.
    kind, place
        Kind of election, and state or country.
    """

    eliminated: float
    unit_votes: float
    kind: str
    place: str

    @classmethod
    def of(cls, row: RaceRow) -> Self:
        """Those of a race."""
        votes = row.electorate / max(row.n_units, 1)
        return cls(row.eliminated, votes, row.situation.kind, row.situation.place)

    @property
    def columns(self) -> FloatArray:
        """Constant, eliminated share and votes of a unit, against typical ones; shape (3,)."""
        eliminated = np.log((self.eliminated + 0.1) / 0.4)
        return np.array([1.0, eliminated, np.log(max(self.unit_votes, 1.0) / 1000.0)])


@dataclass(frozen=True)
class ScaleEffects:
    """Effects of kinds or of places on the log of a scale.

    Attributes
    ----------
    size
        Their standard deviation, which one that was never seen has.
    known
        By name: mean, and standard deviation while all else of the regression stays.
    """

    size: float
    known: Mapping[str, tuple[float, float]]

    def of(self, name: str) -> tuple[float, float]:
        """Mean and standard deviation of one of them."""
        return self.known.get(name, (0.0, self.size))


@dataclass(frozen=True)
class ScaleRegression:
    """Scale of an error in log-odds, as a distribution over races.

    Attributes
    ----------
    coefficients
        Of `ScaleCauses.columns`: the log of the scale in a typical race, and two slopes.
    spread
        Standard deviation of the log of the scale over races of one kind and place.
    kinds, places
        Their effects.
    n_races
        Number of races that it was learned from.
    """

    coefficients: tuple[float, float, float]
    spread: float
    kinds: ScaleEffects
    places: ScaleEffects
    n_races: int

    @property
    def is_told(self) -> bool:
        """Whether races enough told it; the defaults that ship stand where they did not."""
        return self.n_races >= FEWEST_RACES

    def median(self, causes: ScaleCauses) -> float:
        """The median scale in a race, in log-odds."""
        effects = self.kinds.of(causes.kind)[0] + self.places.of(causes.place)[0]
        return float(np.exp(causes.columns @ np.array(self.coefficients) + effects))

    def log_sd(self, causes: ScaleCauses) -> float:
        """Standard deviation of the log of the scale in a race."""
        kind, place = self.kinds.of(causes.kind)[1], self.places.of(causes.place)[1]
        return float(np.sqrt(self.spread**2 + kind**2 + place**2))

    def mean(self, causes: ScaleCauses) -> float:
        """The mean scale in a race, in log-odds."""
        return self.median(causes) * float(np.exp(self.log_sd(causes) ** 2 / 2.0))


def scale_regression_of(document: Mapping[str, Any]) -> ScaleRegression:
    """A regression from what `dataclasses.asdict` made of it.

    Raises
    ------
    KeyError, TypeError, ValueError
        When it is not of that form.
    """
    effects = {
        name: ScaleEffects(
            float(document[name]["size"]),
            {label: (float(mean), float(sd)) for label, (mean, sd) in known.items()},
        )
        for name in ("kinds", "places")
        if isinstance(known := document[name]["known"], dict)
    }
    constant, eliminated, unit_votes = map(float, document["coefficients"])
    return ScaleRegression(
        (constant, eliminated, unit_votes),
        float(document["spread"]),
        effects["kinds"],
        effects["places"],
        int(document["n_races"]),
    )


def learn_scale_regression(
    log_sizes: Sequence[float], errors: Sequence[float], causes: Sequence[ScaleCauses]
) -> ScaleRegression:
    """Fit the line and the effects, with the three spreads that maximise the marginal likelihood.

    Parameters
    ----------
    log_sizes, errors
        Log of the scale in each race, and its standard error.
    causes
        Of each race.
    """
    # Not at the start of a program that only reads what was learned.
    from scipy import optimize  # noqa: PLC0415

    kinds = sorted({cause.kind for cause in causes})
    places = sorted({cause.place for cause in causes})
    lines = np.array([cause.columns for cause in causes]).reshape(-1, len(_COEFFICIENT_SD))
    of_kind = _members([cause.kind for cause in causes], kinds)
    of_place = _members([cause.place for cause in causes], places)
    model = _Mixed(
        np.array(log_sizes),
        np.array(errors),
        np.concatenate([lines, of_kind, of_place], axis=1),
        (len(kinds), len(places)),
    )
    bounds = [(_MIN_LOG_SPREAD, _MAX_LOG_SPREAD), *[(_MIN_LOG_EFFECTS, _MAX_LOG_EFFECTS)] * 2]
    found = optimize.minimize(
        model.negative_log_density, np.array([-0.7, -1.5, -1.5]), method="L-BFGS-B", bounds=bounds
    )
    spread, kind_size, place_size = np.exp(found.x).tolist()
    mean, sd = model.coefficients(found.x)
    pairs = list(zip(mean.tolist(), sd.tolist(), strict=True))
    first = len(_COEFFICIENT_SD)
    constant, eliminated, unit_votes = mean[:first].tolist()
    return ScaleRegression(
        (constant, eliminated, unit_votes),
        spread,
        ScaleEffects(kind_size, dict(zip(kinds, pairs[first:], strict=False))),
        ScaleEffects(place_size, dict(zip(places, pairs[first + len(kinds) :], strict=True))),
        len(log_sizes),
    )


@dataclass(frozen=True, eq=False)
class _Mixed:
    """A normal regression whose last columns are two groups of effects of unknown sizes.

    Attributes
    ----------
    y, error
        Logs of scales and their standard errors, shape (n,).
    design
        Shape (n, n_coefficients): the line, then an indicator a kind, then one a place.
    groups
        How many kinds and places there are.
    """

    y: FloatArray
    error: FloatArray
    design: FloatArray
    groups: tuple[int, int]

    def negative_log_density(self, log_sizes: FloatArray) -> float:
        """Of the three spreads, the coefficients integrated out; up to a constant."""
        variance, prior, precision = self._precision(log_sizes)
        coefficients = np.linalg.solve(precision, self.design.T @ (self.y / variance))
        residual = self.y - self.design @ coefficients
        square = residual**2 @ (1.0 / variance) + (coefficients / prior) @ (coefficients / prior)
        determinant = np.log(variance).sum() + np.linalg.slogdet(precision)[1]
        of_sizes = ((np.exp(log_sizes[1:]) / _EFFECTS_SD) ** 2).sum() - 2.0 * log_sizes[1:].sum()
        return 0.5 * float(square + determinant + 2.0 * np.log(prior).sum() + of_sizes)

    def coefficients(self, log_sizes: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Means, and deviations of each while the others stay, shape (n_coefficients,) each.

        What many races tell of the constant and an effect together, they tell of neither alone.
        """
        variance, _, precision = self._precision(log_sizes)
        mean = np.linalg.solve(precision, self.design.T @ (self.y / variance))
        return mean, np.diag(precision) ** -0.5

    def _precision(self, log_sizes: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Variances of the scales, prior deviations of the coefficients, their precision."""
        spread, *sizes = np.exp(log_sizes)
        variance = self.error**2 + spread**2
        prior = np.concatenate([_COEFFICIENT_SD, np.repeat(sizes, self.groups)])
        precision = self.design.T @ (self.design / variance[:, None]) + np.diag(prior**-2.0)
        return variance, prior, precision


def _members(names: Sequence[str], labels: Sequence[str]) -> BoolArray:
    """Which label each has, shape (n_names, n_labels)."""
    return np.asarray(np.array(names)[:, None] == np.array(labels)[None, :])
