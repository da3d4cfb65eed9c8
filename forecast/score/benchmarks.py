"""Simple forecasts of a runoff from its first round, to be beaten before anything is believed.

Each is a Student t on the log-odds of the runoff share with a spread of its own, learned from
the same training races as the forecast: a centre alone would lose to any forecast that knows how
wrong it can be. The formula of two numbers gives the odds of winning only.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from forecast.learn.effects import has_blocs
from forecast.learn.race_row import RaceRow
from forecast.learn.training_table import FinishedRow
from forecast.score.student_regression import StudentRegression, fit_student
from forecast.stats.arrays import BoolArray, FloatArray
from forecast.stats.distributions import expit

BLOCS = "sum of the blocs"
TOP_TWO = "top two"
BASELINE = "last baseline"
REGRESSION = "regression on these"
BY_KIND, BY_PLACE = "regression by kind", "regression by place"
TWO_NUMBERS, TWO_NUMBERS_HERE = "two numbers", "two numbers by collection"
# Those that forecast the share, and those that know the odds of winning alone.
SHARE_NAMES = (BLOCS, TOP_TWO, BASELINE, REGRESSION, BY_KIND, BY_PLACE)
ODDS_NAMES = (TWO_NUMBERS, TWO_NUMBERS_HERE)
NAMES = (*SHARE_NAMES, *ODDS_NAMES)
MIN_RACES = 30  # of a kind, place or collection, for a fit of its own
_RIDGE = 0.1  # on the coefficients of the odds, so that they exist
_OF_GROUP: Mapping[str, Callable[[RaceRow], str]] = {
    BY_KIND: lambda row: row.situation.kind,
    BY_PLACE: lambda row: row.situation.place,
}
_WHERE = {BY_KIND: "of its kind", BY_PLACE: "in its state or country"}


@dataclass(frozen=True)
class Centres:
    """Log-odds of the first finalist against the second, as the simple forecasts have them.

    All change their sign when the finalists are named in the other order.

    Attributes
    ----------
    top_two
        Of the finalists' own first-round votes.
    blocs
        Of the votes of their blocs; the same as `top_two` where they are not of two.
    baseline
        Of the newest baseline, over the first round's voters; `top_two` where there is none.
    two_blocs
        Whether the finalists are of two blocs.
    has_baseline
        Whether `baseline` comes from one.
    """

    top_two: float
    blocs: float
    baseline: float
    two_blocs: bool
    has_baseline: bool

    @classmethod
    def of(cls, row: RaceRow) -> "Centres":
        """Read the centres from what the model reads of a race, with the same baselines."""
        own, whole = np.log(row.shares), np.log(row.shares / row.own)
        top_two = float(own[0] - own[1])
        if not has_blocs(row):
            return cls(top_two, top_two, top_two, two_blocs=False, has_baseline=False)
        blocs = float(whole[0] - whole[1])
        newest = max((past.held for past in row.past), default=None)
        past = [past.log_odds for past in row.past if past.held == newest]
        baseline = float(np.mean(past)) if past else top_two
        return cls(top_two, blocs, baseline, two_blocs=True, has_baseline=bool(past))

    def columns(self) -> tuple[float, ...]:
        """Columns of the regression, with no constant: the order of the finalists is nothing.

        Coefficients of their own for races not of two blocs, of two blocs without a baseline
        (top two, blocs), and with one (top two, blocs, baseline).
        """
        nothing = (0.0,) * 6
        if not self.two_blocs:
            return (self.top_two, *nothing[1:])
        if not self.has_baseline:
            return (0.0, self.top_two, self.blocs, *nothing[3:])
        return (*nothing[:3], self.top_two, self.blocs, self.baseline)

    def centre(self, name: str) -> tuple[float, tuple[float, ...]]:
        """The fixed part of a simple forecast's location, and its columns."""
        fixed = {BLOCS: self.blocs, TOP_TWO: self.top_two, BASELINE: self.baseline}
        return (fixed[name], ()) if name in fixed else (0.0, self.columns())


@dataclass(frozen=True)
class StudentForecast:
    """A forecast of the log-odds of a share: Student t of a location, scale and df."""

    location: float
    scale: float
    df: float


@dataclass(frozen=True, eq=False)
class FittedBenchmarks:
    """All simple forecasts, fitted to the same training races.

    Attributes
    ----------
    common
        Name to regression, for those of `SHARE_NAMES` that are one for all races.
    by_group
        For `BY_KIND` and `BY_PLACE`, group to the regression of its own races.
    odds
        Coefficients of the two numbers, shape (3,): of all races under "", else of a collection.
    """

    common: Mapping[str, StudentRegression]
    by_group: Mapping[str, Mapping[str, StudentRegression]]
    odds: Mapping[str, FloatArray]

    @classmethod
    def of(cls, training: Sequence[FinishedRow]) -> "FittedBenchmarks":
        """Fit them to training races."""
        rows = [finished.row for finished in training]
        centres = [Centres.of(row) for row in rows]
        log_odds = np.array([finished.log_odds for finished in training])
        everything = np.ones(len(rows), dtype=np.bool_)
        common = {
            name: _fit(name, centres, log_odds, everything)
            for name in (BLOCS, TOP_TWO, BASELINE, REGRESSION)
        }
        by_group = {
            name: {
                group: _fit(REGRESSION, centres, log_odds, inside)
                for group, inside in large_groups([group_of(row) for row in rows])
            }
            for name, group_of in _OF_GROUP.items()
        }
        numbers, won = two_numbers(rows), np.heaviside(log_odds, 0.5)
        odds = {"": fit_odds(numbers, won)}
        for group, inside in large_groups([finished.collection for finished in training]):
            odds[group] = fit_odds(numbers[inside], won[inside])
        return cls(common, by_group, odds)

    def share_forecasts(self, row: RaceRow) -> dict[str, StudentForecast]:
        """Forecasts of the log-odds of a race's share by name."""
        found, centres = {}, Centres.of(row)
        for name in SHARE_NAMES:
            fitted = self.common.get(name, self.common[REGRESSION])
            if name in self.by_group:
                fitted = self.by_group[name].get(_OF_GROUP[name](row), fitted)
            fixed, columns = centres.centre(name)
            location = fixed + float(np.dot(columns, fitted.coefficients))
            scale = float(fitted.scales[int(centres.two_blocs)])
            found[name] = StudentForecast(location, scale, fitted.df)
        return found

    def left_out(self, row: RaceRow, collection: str) -> dict[str, str]:
        """Those that a race cannot have a forecast of, each with the reason.

        Their place is taken by another of the same scores, so that means over races are of the same
        races; beside one race they would say nothing.

        Parameters
        ----------
        row
            The race.
        collection
            Where its data are from.
        """
        centres, reasons = Centres.of(row), {}
        if not centres.two_blocs:
            reasons[BLOCS] = "the finalists are not of two parties or blocs"
        elif (row.own == 1.0).all():
            reasons[BLOCS] = "no other candidate is of a finalist's party or bloc"
        if not centres.two_blocs:
            reasons[BASELINE] = reasons[BLOCS]
        elif not centres.has_baseline:
            reasons[BASELINE] = "no earlier election with a known day has both parties"
        few = f"fewer than {MIN_RACES} finished runoffs"
        for name, group_of in _OF_GROUP.items():
            if group_of(row) not in self.by_group[name]:
                reasons[name] = f"{few} {_WHERE[name]}"
        if collection not in self.odds:
            reasons[TWO_NUMBERS_HERE] = f"{few} from its source of data"
        return reasons

    def win_probabilities(self, row: RaceRow, collection: str) -> dict[str, float]:
        """Probability that the first finalist, who leads, wins, by the formulas of two numbers."""
        own = self.odds.get(collection, self.odds[""])
        numbers = two_numbers([row])[0]
        pairs = ((TWO_NUMBERS, self.odds[""]), (TWO_NUMBERS_HERE, own))
        return {name: float(expit(numbers @ weights)) for name, weights in pairs}


def large_groups(labels: Sequence[str]) -> list[tuple[str, BoolArray]]:
    """Groups of at least `MIN_RACES` races, each with its members, shape (n_races,)."""
    groups = np.array(labels)
    names, counts = np.unique(groups, return_counts=True)
    return [(str(name), groups == name) for name in names[counts >= MIN_RACES]]


def two_numbers(rows: Sequence[RaceRow]) -> FloatArray:
    """A constant, the first finalist's share, and its lead, shape (n_races, 3)."""
    shares = np.stack([row.shares for row in rows])
    return np.column_stack([np.ones(len(rows)), shares[:, 0], shares[:, 0] - shares[:, 1]])


def fit_odds(numbers: FloatArray, won: FloatArray) -> FloatArray:
    """Logistic regression of winning (1, 0, or 0.5 for a tie), by Newton's method, shape (3,)."""
    weights = np.zeros(numbers.shape[1])
    for _ in range(30):
        p = expit(numbers @ weights)
        gradient = numbers.T @ (won - p) - _RIDGE * weights
        curvature = (numbers * (p * (1.0 - p))[:, None]).T @ numbers + _RIDGE * np.eye(len(weights))
        weights = weights + np.linalg.solve(curvature, gradient)
    return np.asarray(weights)


def _fit(
    name: str, centres: Sequence[Centres], log_odds: FloatArray, inside: BoolArray
) -> StudentRegression:
    chosen = [centres[index] for index in np.flatnonzero(inside).tolist()]
    fixed, columns = zip(*(one.centre(name) for one in chosen), strict=True)
    sort = np.array([int(one.two_blocs) for one in chosen])
    return fit_student(log_odds[inside], np.array(fixed), np.array(columns, dtype=np.float64), sort)
