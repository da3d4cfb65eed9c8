"""From simulated runoffs to the forecast: win probabilities, intervals, counties, flows.

Votes are summed first and divided last, within each draw.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecast.race.contest import Race
from forecast.race.units import UnitData
from forecast.runoff.monte_carlo import wins_of
from forecast.runoff.simulation import RunoffDraws
from forecast.stats.arrays import FloatArray

DID_NOT_VOTE = "did not vote"
NOT_VOTING = "not voting"
# Who chose nobody in round one, by a blank or null ballot, votes: for no finalist.
NO_FINALIST = "no finalist"

LEVELS = (0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975)
# Widths that a person can count in: a quarter of a point up to five points.
BIN_WIDTHS = (0.0025, 0.005, 0.01, 0.02, 0.05)
MAX_BINS = 44


@dataclass(frozen=True)
class Summary:
    """Mean and quantiles of one quantity over the draws, in the unit of the quantity."""

    mean: float
    q025: float
    q05: float
    q10: float
    q25: float
    q50: float
    q75: float
    q90: float
    q95: float
    q975: float

    @classmethod
    def of(cls, values: FloatArray) -> "Summary":
        """Summarize one value a draw, shape (n_draws,)."""
        return cls(float(values.mean()), *quantiles(values, LEVELS))

    def interval(self, percent: int) -> tuple[float, float]:
        """The central interval that holds 50, 80, 90 or 95% of the draws."""
        ends = {
            50: (self.q25, self.q75),
            80: (self.q10, self.q90),
            90: (self.q05, self.q95),
            95: (self.q025, self.q975),
        }
        return ends[percent]


@dataclass(frozen=True)
class FinalistForecast:
    """What is expected of one finalist.

    Attributes
    ----------
    win_probability
        Part of the draws in which the finalist has strictly more votes; a tie counts half.
    monte_carlo_error
        Standard error of that probability from the number of draws alone, never 0.
    share
        Share of the two-candidate vote, in [0, 1].
    votes
        Number of votes.
    """

    name: str
    party: str
    win_probability: float
    monte_carlo_error: float
    share: Summary
    votes: Summary


@dataclass(frozen=True)
class CountyForecast:
    """The forecast of one county.

    Attributes
    ----------
    n_units
        How many units of the race are in it.
    shares, votes
        For each finalist, as in `FinalistForecast`.
    margin, turnout
        The county's, as in `Forecast`.
    """

    name: str
    n_units: int
    shares: tuple[Summary, Summary]
    votes: tuple[Summary, Summary]
    margin: Summary
    turnout: Summary


@dataclass(frozen=True)
class FlowForecast:
    """Voters who go from one choice of round one to one of the runoff.

    Attributes
    ----------
    source
        A first-round candidate, or `DID_NOT_VOTE`.
    source_votes
        How many voters made that choice in round one.
    to
        A finalist, or `NOT_VOTING`; `NO_FINALIST` of who chose no candidate in round one.
    mean, q05, q95
        Voters who go there.
    mean_share
        `mean` as a share of `source_votes`, 0 where there are none.
    """

    source: str
    source_votes: float
    to: str
    mean: float
    q05: float
    q95: float
    mean_share: float


@dataclass(frozen=True)
class Histogram:
    """Share of the draws in bins of equal width.

    Attributes
    ----------
    edges
        Ends of the bins, one more than there are bins; multiples of the width, so that an
        even race is an edge.
    shares
        Share of the draws in each bin. The most extreme draws, 1 in 200 on either side, may
        lie outside all of them.
    """

    edges: tuple[float, ...]
    shares: tuple[float, ...]


@dataclass(frozen=True)
class Forecast:
    """What the simulated runoffs say.

    Attributes
    ----------
    race_id, n_draws, seed
        What was simulated, how often, and the seed that gives it again.
    finalists
        First and second; margins are first minus second.
    margin
        Difference of the votes over their sum, in [-1, 1]; 0 in a draw without votes.
    turnout
        Votes for both finalists together.
    turnout_share
        The same as a share of the registered voters, None where those are unknown.
    counties
        In the order of the race.
    flows
        Three a source: to either finalist, and to `NOT_VOTING` or `NO_FINALIST`. Empty unless
        the draws kept them. `DID_NOT_VOTE` comes last.
    margin_histogram
        Distribution of the margin over the draws.
    """

    race_id: str
    n_draws: int
    seed: int
    finalists: tuple[FinalistForecast, FinalistForecast]
    margin: Summary
    turnout: Summary
    turnout_share: Summary | None
    counties: tuple[CountyForecast, ...]
    flows: tuple[FlowForecast, ...]
    margin_histogram: Histogram


def summarize(draws: RunoffDraws, race: Race, units: UnitData) -> Forecast:
    """Summarize simulated runoffs.

    Parameters
    ----------
    draws
        The simulated runoffs of this race.
    race
        The race, for its names.
    units
        The race as arrays, for the registered voters and the sources of the flows.
    """
    votes = draws.votes
    total = votes.sum(axis=1)
    margins = margin_of(votes)
    return Forecast(
        race_id=race.contest.id,
        n_draws=draws.n_draws,
        seed=draws.seed,
        finalists=_finalists(votes, race, draws.effective),
        margin=Summary.of(margins),
        turnout=Summary.of(total),
        turnout_share=(Summary.of(total / units.eligible.sum()) if units.eligible_known else None),
        counties=_counties(draws.county_votes, units),
        flows=_flows(draws, race, units),
        margin_histogram=histogram(margins),
    )


def margin_of(votes: FloatArray) -> FloatArray:
    """First minus second over their sum; votes of shape (..., 2). Without votes, 0."""
    total = votes.sum(axis=-1)
    return np.asarray((votes[..., 0] - votes[..., 1]) / np.where(total > 0, total, 1))


def win_probability(votes: FloatArray, effective: float | None = None) -> tuple[float, float]:
    """Probability that the first finalist wins, and its Monte Carlo error.

    Parameters
    ----------
    votes
        Votes of both finalists, shape (n_draws, 2).
    effective
        Effective sample size, as for `monte_carlo_error`.
    """
    probability = float(wins_of(votes).mean())
    return probability, monte_carlo_error(probability, len(votes), effective)


def monte_carlo_error(probability: float, n_draws: int, effective: float | None = None) -> float:
    """Standard error of a win probability from the number of draws alone.

    That of a binomial proportion, sqrt(p (1 - p) / n), of as many draws as their
    effective sample size (`effective`, all by default). Where all draws agree p is taken as one
    draw away from certainty, because n draws cannot show less.
    """
    nearest = min(1 / n_draws, 0.5)
    clipped = min(max(probability, nearest), 1 - nearest)
    return float(np.sqrt(clipped * (1 - clipped) / (effective or n_draws)))


def quantiles(values: FloatArray, levels: Sequence[float]) -> list[float]:
    """Quantiles of one value a draw, those of `np.quantile`, in a sixth of its time.

    Parameters
    ----------
    values
        Shape (n_draws,).
    levels
        In [0, 1].
    """
    # Linear between order statistics, as NumPy's default; all levels from one sort.
    ranks = np.multiply(levels, len(values) - 1)
    found: list[float] = np.interp(ranks, np.arange(len(values)), np.sort(values)).tolist()
    return found


def histogram(margins: FloatArray) -> Histogram:
    """Bin margins in the finest width of `BIN_WIDTHS` that needs at most `MAX_BINS` bins."""
    # A few stray draws must not make every bin wide.
    low, high = quantiles(margins, (0.005, 0.995))
    for width in BIN_WIDTHS:
        first, last = np.floor(low / width), np.floor(high / width) + 1
        if last - first <= MAX_BINS:
            break
    edges = np.arange(first, last + 1) * width
    counts, _ = np.histogram(margins, edges)
    return Histogram(
        tuple(float(edge) for edge in edges),
        tuple(float(share) for share in counts / len(margins)),
    )


def _finalists(
    votes: FloatArray, race: Race, effective: float | None
) -> tuple[FinalistForecast, FinalistForecast]:
    """Both finalists; votes of shape (n_draws, 2)."""
    margins = margin_of(votes)
    first_wins, error = win_probability(votes, effective)
    shares = _shares(margins)
    parties = race.first_round.parties

    def finalist(side: int, probability: float) -> FinalistForecast:
        return FinalistForecast(
            name=race.contest.finalists[side],
            party=parties[race.finalist_index[side]],
            win_probability=probability,
            monte_carlo_error=error,
            share=shares[side],
            votes=Summary.of(votes[:, side]),
        )

    return finalist(0, first_wins), finalist(1, 1 - first_wins)


def _shares(margins: FloatArray) -> tuple[Summary, Summary]:
    """Shares of both finalists from the margin; even where nobody voted."""
    return Summary.of((1 + margins) / 2), Summary.of((1 - margins) / 2)


def _counties(county_votes: FloatArray, units: UnitData) -> tuple[CountyForecast, ...]:
    """Every county; votes of shape (n_draws, n_counties, 2)."""
    n_units = np.bincount(units.county_index, minlength=len(units.county_names))
    counties = []
    for index, name in enumerate(units.county_names):
        votes = county_votes[:, index]
        margins = margin_of(votes)
        counties.append(
            CountyForecast(
                name=name,
                n_units=int(n_units[index]),
                shares=_shares(margins),
                votes=(Summary.of(votes[:, 0]), Summary.of(votes[:, 1])),
                margin=Summary.of(margins),
                turnout=Summary.of(votes.sum(axis=1)),
            )
        )
    return tuple(counties)


def _flows(draws: RunoffDraws, race: Race, units: UnitData) -> tuple[FlowForecast, ...]:
    """Flows from every candidate and the absent; who goes to no finalist stays at home."""
    if draws.flows is None:
        return ()
    totals = units.candidate_votes.sum(axis=0)
    absent = float((units.eligible - units.votes_cast).sum())
    names = (*race.first_round.candidates, DID_NOT_VOTE)
    source_votes = (*(float(total) for total in totals), absent)
    flows = []
    for index, (source, cast) in enumerate(zip(names, source_votes, strict=True)):
        to_finalists = draws.flows.to_finalists[:, index]  # (draw, finalist)
        # The flows are in single precision: all of a source may come out a hair above it.
        home = np.maximum(cast - to_finalists.sum(axis=1), 0)
        rest = NO_FINALIST if source in race.contest.not_candidates else NOT_VOTING
        for to, values in zip(
            (*race.contest.finalists, rest), (*to_finalists.T, home), strict=True
        ):
            mean, (q05, q95) = float(values.mean()), quantiles(values, (0.05, 0.95))
            share = mean / cast if cast > 0 else 0.0
            flows.append(FlowForecast(source, cast, to, mean, q05, q95, share))
    return tuple(flows)
