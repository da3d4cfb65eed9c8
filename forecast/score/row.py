"""The scores of one forecast against the counted runoff, a row of the record."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

import numpy as np

from forecast.race.contest import Race
from forecast.race.orientation import leader_first
from forecast.race.units import UnitData
from forecast.record.finished_races import RecordRace
from forecast.runoff.simulation import RunoffDraws
from forecast.stats import scoring_rules as rules
from forecast.stats.arrays import FloatArray, IndexArray

LEVELS = (0.5, 0.8, 0.95)
QUANTILES = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
# Odds of nothing are off by infinitely much: those of draws end here.
_MIN_PROBABILITY = 1e-4


@dataclass(frozen=True)
class DrawSummary:
    """Mean, standard deviation and quantiles of draws of a share in [0, 1], or of a log ratio."""

    mean: float
    sd: float
    q025: float
    q10: float
    q25: float
    q50: float
    q75: float
    q90: float
    q975: float

    @classmethod
    def of(cls, draws: FloatArray) -> "DrawSummary":
        """Summarize draws, shape (n_draws,)."""
        quantiles = np.quantile(draws, QUANTILES).tolist()
        return cls(float(draws.mean()), float(draws.std()), *quantiles)


@dataclass(frozen=True)
class TurnoutScores:
    """Scores of the turnout: log of both finalists' runoff votes over the first round's valid ones.

    Attributes
    ----------
    actual, forecast
        The log ratio as counted, and draws of it.
    crps, pit
        Of that log ratio.
    """

    actual: float
    forecast: DrawSummary
    crps: float
    pit: float


@dataclass(frozen=True)
class UnitScores:
    """Scores of the share in the units with runoff votes, each unit counting once.

    Attributes
    ----------
    n
        How many such units there are.
    coverage50, coverage80, coverage95
        Part of them whose share fell into the central interval.
    crps
        Mean over them.
    """

    n: int
    coverage50: float
    coverage80: float
    coverage95: float
    crps: float


@dataclass(frozen=True)
class BaselineScore:
    """Scores of a simple forecast of the race.

    Attributes
    ----------
    brier, odds_log_score
        Of the win probability.
    crps, log_score
        Of the share; None where the forecast knows the odds alone.
    coverage
        Which intervals held the share; empty likewise.
    """

    brier: float
    odds_log_score: float
    crps: float | None
    log_score: float | None
    coverage: Mapping[str, bool]


@dataclass(frozen=True)
class Row:
    """A race as forecast, and as it came out.

    Attributes
    ----------
    race
        Its id.
    finalists
        The leader of the first round first: all shares and probabilities are of that one.
    actual_share
        Of all the finalists' runoff votes, units without a first-round row among them.
    share, win_probability
        The forecast.
    crps, log_score, brier, pit
        Of the share (CRPS in shares, log score in nats of the density of the share), and of
        the win probability.
    odds_log_score
        Minus the log of the probability that was given to the winner.
    turnout
        Scores of the turnout.
    units
        Scores by unit.
    fold, n_training
        What was left out, and how many training races there were.
    seconds
        What the forecast took: fit of the first round and simulation.
    baselines
        Name to scores of the simple forecasts.
    """

    race: str
    finalists: tuple[str, str]
    actual_share: float
    share: DrawSummary
    win_probability: float
    crps: float
    log_score: float
    brier: float
    odds_log_score: float
    pit: float
    turnout: TurnoutScores
    units: UnitScores
    fold: str
    n_training: int
    seconds: float
    baselines: Mapping[str, BaselineScore]

    def document(self) -> dict[str, object]:
        """The row as JSON has it."""
        return asdict(self)


@dataclass(frozen=True)
class RowSource:
    """How a row came about, as its fields of these names say."""

    fold: str
    n_training: int
    seconds: float
    baselines: Mapping[str, BaselineScore]


def oriented(finished: RecordRace) -> RecordRace:
    """The same race with the leader of the first round first: no forecast knows who won."""
    return replace(finished, race=leader_first(finished.race))


def counted_counties(finished: RecordRace, units: UnitData) -> IndexArray:
    """Positions of the counties with runoff votes: others (abroad) may publish none."""
    runoff, _ = finished.unit_votes()
    return np.unique(units.county_index[runoff.sum(axis=1) > 0])


def turnout_scores(
    finished: RecordRace, units: UnitData, votes: FloatArray, counties: IndexArray
) -> TurnoutScores:
    """Scores of the turnout.

    Parameters
    ----------
    finished, units
        The race, and its arrays.
    votes
        Draws of both finalists' votes in the counties that count, shape (n_draws, 2).
    counties
        Positions of those counties.
    """
    inside = np.isin(units.county_index, counties)
    before = float(np.log(units.valid_votes[inside].sum()))
    actual = float(np.log(finished.votes().sum())) - before
    drawn = np.log(np.maximum(votes.sum(axis=1), 1.0)) - before
    return TurnoutScores(
        actual,
        DrawSummary.of(drawn),
        crps=float(rules.crps_draws(drawn, actual)),
        pit=float(rules.pit_draws(drawn, actual)),
    )


def unit_scores(finished: RecordRace, draws: RunoffDraws) -> UnitScores:
    """Scores by unit."""
    votes, _ = finished.unit_votes()
    counted = np.flatnonzero(votes.sum(axis=1))
    actual = votes[counted, 0] / votes[counted].sum(axis=1)
    drawn = draws.unit_votes[:, counted].astype(np.float64)
    total = drawn.sum(axis=2)
    # Nobody came in that draw: an even split is as good as any.
    share = np.divide(drawn[:, :, 0], total, out=np.full(total.shape, 0.5), where=total > 0)
    pit = rules.pit_draws(share, actual)
    half, most, nearly_all = rules.coverage(pit, LEVELS).tolist()
    return UnitScores(
        len(counted), half, most, nearly_all, float(rules.crps_draws(share, actual).mean())
    )


def make_row(finished: RecordRace, units: UnitData, draws: RunoffDraws, source: RowSource) -> Row:
    """Score a forecast of an oriented race."""
    race: Race = finished.race
    actual = finished.share()
    counties = counted_counties(finished, units)
    votes = draws.county_votes[:, counties].sum(axis=1)
    shares = np.asarray(votes[:, 0] / np.maximum(votes.sum(axis=1), 1e-9))
    probability = float(rules.win_probability_draws(shares))
    return Row(
        race=finished.id,
        finalists=race.contest.finalists,
        actual_share=actual,
        share=DrawSummary.of(shares),
        win_probability=probability,
        crps=float(rules.crps_draws(shares, actual)),
        log_score=float(rules.log_score_draws(shares, _inside(actual))),
        brier=brier_score(probability, actual),
        odds_log_score=odds_log_score(probability, actual),
        pit=float(rules.pit_draws(shares, actual)),
        turnout=turnout_scores(finished, units, votes, counties),
        units=unit_scores(finished, draws),
        **vars(source),
    )


def student_score(location: float, scale: float, df: float, actual: float) -> BaselineScore:
    """Scores of a Student t on the log-odds of the share."""
    at = (location, scale, df, _inside(actual))
    probability = float(rules.win_probability_student(location, scale, df))
    pit = float(rules.pit_student(*at))
    return BaselineScore(
        brier=brier_score(probability, actual),
        odds_log_score=odds_log_score(probability, actual),
        crps=float(rules.crps_student(*at)),
        log_score=float(rules.log_score_student(*at)),
        coverage={f"{100 * level:.0f}": abs(pit - 0.5) <= level / 2 for level in LEVELS},
    )


def odds_score(probability: float, actual: float) -> BaselineScore:
    """Scores of a win probability alone."""
    return BaselineScore(
        brier_score(probability, actual), odds_log_score(probability, actual), None, None, {}
    )


def brier_score(probability: float, actual: float) -> float:
    """Squared distance of a win probability from what happened, a tie being half a win."""
    return (probability - float(np.heaviside(actual - 0.5, 0.5))) ** 2


def odds_log_score(probability: float, actual: float) -> float:
    """Minus the log of the probability of what happened, a tie being half a win."""
    p = float(np.clip(probability, _MIN_PROBABILITY, 1.0 - _MIN_PROBABILITY))
    won = float(np.heaviside(actual - 0.5, 0.5))
    return float(-won * np.log(p) - (1.0 - won) * np.log(1.0 - p))


def _inside(share: float) -> float:
    """A share kept off 0 and 1, which no log-odds can say."""
    return float(np.clip(share, 1e-4, 1 - 1e-4))
