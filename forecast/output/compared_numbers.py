"""The numbers of two forecasts that are compared, each with its Monte Carlo standard error.

A document has the error of the chance. That of a quantile is the asymptotic one of n independent
draws, sqrt(p (1 - p) / n) / f, with the density f from the quantiles beside it (Serfling 1980,
section 2.3.3). n is the number of draws, or, where polls weigh them unevenly, how many independent
ones the error of the chance says they are worth. Draws are stratified, so that most true errors are
smaller.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from forecast.output import words
from forecast.output.earlier_forecasts import EarlierForecast

# A difference of fewer of its standard errors may be chance.
CLEAR = 2.0
_LEVELS = {
    "q025": 0.025,
    "q05": 0.05,
    "q10": 0.1,
    "q25": 0.25,
    "q50": 0.5,
    "q75": 0.75,
    "q90": 0.9,
    "q95": 0.95,
    "q975": 0.975,
}
# What is compared of margin and turnout.
_QUANTILES = {"q50": "median", "q10": "80% from", "q90": "80% to"}


@dataclass(frozen=True)
class Compared:
    """A number of both forecasts.

    Attributes
    ----------
    key
        Its name for a program: "win_probability", "without_polls", "margin", "turnout_q10".
    label
        What it is called.
    values, errors
        Of the first and the second forecast, with its Monte Carlo standard error.
    say, say_change, say_error
        A value, a difference and an error as a reader sees them.
    """

    key: str
    label: str
    values: tuple[float, float]
    errors: tuple[float, float]
    say: Callable[[float], str]
    say_change: Callable[[float], str]
    say_error: Callable[[float], str]

    @property
    def change(self) -> float:
        """The second less the first."""
        return self.values[1] - self.values[0]

    @property
    def error(self) -> float:
        """Standard error of the change, as if the draws of both had nothing in common."""
        return float(np.hypot(*self.errors))

    @property
    def is_clear(self) -> bool:
        """Whether the change is more than simulation error."""
        return self.change != 0 and abs(self.change) >= CLEAR * self.error


def compared_numbers(first: EarlierForecast, second: EarlierForecast) -> Iterator[Compared]:
    """Chance, chance without polls where both have it, then median and ends of 80% intervals.

    Parameters
    ----------
    first, second
        Forecasts of one race.
    """
    initials = words.initials(first.labels)
    both = (first, second)
    chance = (_percent, _points, words.simulation_error)
    yield Compared(
        "win_probability",
        f"{first.labels[0]}'s chance",
        (first.chance, second.chance),
        (first.error, second.error),
        *chance,
    )
    before, after = first.without_polls, second.without_polls
    if before is not None and after is not None:
        yield Compared(
            "without_polls",
            "  without polls",
            (before, after),
            (_error_without_polls(first, before), _error_without_polls(second, after)),
            *chance,
        )

    def lead(value: float) -> str:
        return words.lead(value, initials)

    def lead_change(value: float) -> str:
        return words.lead(value, initials).replace("even", "0.0")

    for what, say, say_change, say_error in (
        ("margin", lead, lead_change, words.simulation_error),
        ("turnout", words.rounded_votes, _signed_votes, _error_of_votes),
    ):
        for name, label in _QUANTILES.items():
            is_median = name == "q50"
            yield Compared(
                what if is_median else f"{what}_{name}",
                f"{what}, {label}" if is_median else f"  {label}",
                (first.quantile(what, name), second.quantile(what, name)),
                (quantile_error(both[0], what, name), quantile_error(both[1], what, name)),
                say,
                say_change,
                say_error,
            )


def quantile_error(one: EarlierForecast, what: str, name: str) -> float:
    """Monte Carlo standard error of a quantile, in the unit of the quantile.

    Parameters
    ----------
    one
        The forecast.
    what
        "margin" or "turnout".
    name
        The quantile, "q50".
    """
    known = [level for level in _LEVELS if level in one.content[what]]
    level = np.array([_LEVELS[one_level] for one_level in known])
    value = np.array([one.quantile(what, one_level) for one_level in known])
    slope = np.gradient(value, level)[known.index(name)]  # one over the density
    p = _LEVELS[name]
    return float(slope * np.sqrt(p * (1 - p) / _independent_draws(one)))


def _independent_draws(one: EarlierForecast) -> float:
    """How many independent draws a forecast is worth, never more than it has."""
    draws = float(one.content["draws"])
    if one.error > 0 and 0 < one.chance < 1:
        return min(draws, one.chance * (1 - one.chance) / one.error**2)
    return draws


def _error_without_polls(one: EarlierForecast, chance: float) -> float:
    """Of the chance without polls, which all draws tell that were simulated."""
    return float(
        np.sqrt(chance * (1 - chance) / one.content.get("simulated", one.content["draws"]))
    )


def _percent(chance: float) -> str:
    return f"{100 * chance:.1f}%"


def _points(change: float) -> str:
    return words.signed(100 * change)


def _signed_votes(change: float) -> str:
    return f"{change:+,.0f}"


def _error_of_votes(error: float) -> str:
    return f"±{error:,.0f}"
