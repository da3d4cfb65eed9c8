"""The scores of one forecast against the counted runoff, a row of the record."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

import numpy as np

from forecast.learn.features import leader_first
from forecast.race.contest import Contest, Race
from forecast.race.units import UnitData
from forecast.record.finished_races import RecordRace
from forecast.record.listing import place_code
from forecast.runoff.simulation import RunoffDraws
from forecast.stats import scoring_rules as rules
from forecast.stats.arrays import FloatArray

LEVELS = (0.5, 0.8, 0.95)
QUANTILES = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
TWO_PARTY, SAME_PARTY, NO_LABEL = "two parties", "same party", "no label"


@dataclass(frozen=True)
class ShareForecast:
    """Mean, standard deviation and quantiles of a share in [0, 1]."""

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
    def of(cls, draws: FloatArray) -> "ShareForecast":
        """Summarize draws, shape (n_draws,)."""
        quantiles = np.quantile(draws, QUANTILES).tolist()
        return cls(float(draws.mean()), float(draws.std()), *quantiles)


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
    """Scores of a simple forecast of the race; `coverage` says which intervals held the share."""

    crps: float
    log_score: float
    brier: float
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
    units
        Scores by unit.
    seconds
        What the forecast took: fit, simulation and scores.
    baselines
        Name to scores of the simple forecasts.
    """

    race: str
    finalists: tuple[str, str]
    actual_share: float
    share: ShareForecast
    win_probability: float
    crps: float
    log_score: float
    brier: float
    pit: float
    units: UnitScores
    seconds: float
    baselines: Mapping[str, BaselineScore]

    def document(self) -> dict[str, object]:
        """The row as JSON has it."""
        return asdict(self)


@dataclass(frozen=True)
class Kind:
    """What a race is grouped by.

    Attributes
    ----------
    race, day, place
        Id; day of the runoff; the letters that the id begins with.
    collection
        Whether it has a folder or is one of many contests.
    parties
        `TWO_PARTY`, `SAME_PARTY` or `NO_LABEL`: the finalists' blocs.
    """

    race: str
    day: str
    place: str
    collection: str
    parties: str


def kind_of(finished: RecordRace) -> Kind:
    """The groups that a race belongs to."""
    race = finished.race
    blocs = [race.candidate_blocs[index] for index in race.finalist_index]
    parties = NO_LABEL if not all(blocs) else TWO_PARTY if race.has_two_blocs else SAME_PARTY
    contest: Contest = race.contest
    return Kind(
        contest.id,
        contest.runoff.isoformat(),
        place_code(contest.id),
        finished.collection,
        parties,
    )


def oriented(finished: RecordRace) -> RecordRace:
    """The same race with the leader of the first round first: no forecast knows who won."""
    return replace(finished, race=leader_first(finished.race))


def share_draws(finished: RecordRace, units: UnitData, draws: RunoffDraws) -> FloatArray:
    """Draws of the share that was counted, shape (n_draws,).

    Counties without any runoff vote (those abroad, not published) are left out.
    """
    runoff, _ = finished.unit_votes()
    counted = np.unique(units.county_index[runoff.sum(axis=1) > 0])
    votes = draws.county_votes[:, counted].sum(axis=1)
    return np.asarray(votes[:, 0] / np.maximum(votes.sum(axis=1), 1e-9))


def unit_scores(finished: RecordRace, draws: RunoffDraws) -> tuple[UnitScores, FloatArray]:
    """Scores by unit, and the PIT of each unit with votes, shape (n,)."""
    votes, _ = finished.unit_votes()
    counted = np.flatnonzero(votes.sum(axis=1))
    actual = votes[counted, 0] / votes[counted].sum(axis=1)
    drawn = draws.unit_votes[:, counted].astype(np.float64)
    total = drawn.sum(axis=2)
    # Nobody came in that draw: an even split is as good as any.
    share = np.divide(drawn[:, :, 0], total, out=np.full(total.shape, 0.5), where=total > 0)
    pit = rules.pit_draws(share, actual)
    half, most, nearly_all = rules.coverage(pit, LEVELS).tolist()
    crps = float(rules.crps_draws(share, actual).mean())
    return UnitScores(len(counted), half, most, nearly_all, crps), pit


def held(pit: float) -> dict[str, bool]:
    """Which of the central intervals hold an outcome, by its PIT."""
    return {f"{100 * level:.0f}": abs(pit - 0.5) <= level / 2 for level in LEVELS}


def make_row(
    finished: RecordRace,
    units: UnitData,
    draws: RunoffDraws,
    baselines: Mapping[str, BaselineScore],
    seconds: float,
) -> Row:
    """Score a forecast of an oriented race."""
    race: Race = finished.race
    actual = finished.share()
    shares = share_draws(finished, units, draws)
    probability = float(rules.win_probability_draws(shares))
    return Row(
        race=finished.id,
        finalists=race.contest.finalists,
        actual_share=actual,
        share=ShareForecast.of(shares),
        win_probability=probability,
        crps=float(rules.crps_draws(shares, actual)),
        log_score=float(rules.log_score_draws(shares, _inside(actual))),
        brier=float(rules.brier(probability, actual > 0.5)),
        pit=float(rules.pit_draws(shares, actual)),
        units=unit_scores(finished, draws)[0],
        seconds=seconds,
        baselines=dict(baselines),
    )


def student_score(location: float, scale: float, df: float, actual: float) -> BaselineScore:
    """Scores of a Student t on the log-odds of the share."""
    at = (location, scale, df, _inside(actual))
    probability = float(rules.win_probability_student(location, scale, df))
    return BaselineScore(
        crps=float(rules.crps_student(*at)),
        log_score=float(rules.log_score_student(*at)),
        brier=float(rules.brier(probability, actual > 0.5)),
        coverage=held(float(rules.pit_student(*at))),
    )


def _inside(share: float) -> float:
    """A share kept off 0 and 1, which no log-odds can say."""
    return float(np.clip(share, 1e-4, 1 - 1e-4))
