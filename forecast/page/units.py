"""The forecast of every unit, for the map and its table."""

from dataclasses import dataclass

import numpy as np

from forecast.core.simulate import Keep, simulate_runoffs
from forecast.race.contest import FloatArray
from forecast.workflow import Simulation

# Kept votes, draws times units times finalists, in single precision: 160 MB at most.
MOST_VALUES = 40_000_000
MOST_DRAWS = 4_000


@dataclass(frozen=True, eq=False)
class UnitForecasts:
    """What the draws say of each unit; every array has shape (n_units,).

    Shares are of the two-candidate vote and the first finalist's, in [0, 1].

    Attributes
    ----------
    n_draws
        How many runoffs stand behind the numbers.
    low, share, high
        5%, 50% and 95% quantiles of the share in the runoff.
    wins
        Part of the draws in which the first finalist is ahead in the unit; a tie counts half.
    first_round
        Share of the first finalist's bloc of both blocs' votes in round one, NaN without any.
    votes, turnout
        Median of the votes for both finalists, and the same over the eligible voters.
    """

    n_draws: int
    low: FloatArray
    share: FloatArray
    high: FloatArray
    wins: FloatArray
    first_round: FloatArray
    votes: FloatArray
    turnout: FloatArray

    @property
    def margin(self) -> FloatArray:
        """Median margin, first minus second, in [-1, 1]."""
        return 2 * self.share - 1

    @property
    def change(self) -> FloatArray:
        """Change of the share from round one to the runoff."""
        return self.share - self.first_round

    @property
    def width(self) -> FloatArray:
        """Width of the central 90% interval of the share."""
        return self.high - self.low


def unit_forecasts(simulation: Simulation) -> UnitForecasts:
    """Simulate the first draws of a forecast again and keep the votes of every unit.

    The draws are those of the forecast, because what is kept changes no number. Where polls
    weigh in, they weigh here as they do there.
    """
    units = simulation.units
    limit = MOST_VALUES // (2 * max(units.n_units, 1))
    n_draws = int(np.clip(simulation.forecast.n_draws, 1, max(min(MOST_DRAWS, limit), 1)))
    runoffs = simulate_runoffs(
        units,
        simulation.fit.posterior,
        simulation.priors.runoff,
        n_draws=n_draws,
        seed=simulation.forecast.seed,
        keep=Keep(unit_draws=n_draws),
    )
    votes = runoffs.unit_votes
    if simulation.polls is not None:
        from forecast.polls.weights import weigh

        total = runoffs.votes
        weights = weigh(total[:, 0] / np.maximum(total.sum(axis=1), 1), simulation.polls.reading)
        votes = votes[weights.resample(n_draws, simulation.forecast.seed)]
    first, both = votes[..., 0], votes.sum(axis=2)
    shares = np.where(both > 0, first / np.maximum(both, 1), 0.5)
    low, share, high = np.quantile(shares, (0.05, 0.5, 0.95), axis=0)
    side = units.side_votes
    middle = np.median(both, axis=0).astype(np.float64)
    return UnitForecasts(
        n_draws=n_draws,
        low=low,
        share=share,
        high=high,
        wins=np.asarray((shares > 0.5).mean(axis=0) + 0.5 * (shares == 0.5).mean(axis=0)),
        first_round=np.where(
            side.sum(axis=1) > 0, side[:, 0] / np.maximum(side.sum(axis=1), 1), np.nan
        ),
        votes=middle,
        turnout=middle / np.maximum(units.eligible, 1),
    )
