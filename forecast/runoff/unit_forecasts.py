"""The forecast of every unit, for maps and tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from forecast.race.units import FIRST, UnitData
from forecast.runoff.summary import CountyForecast
from forecast.runoff.unit_sketch import UnitSketch
from forecast.stats.arrays import BoolArray, FloatArray


@dataclass(frozen=True, eq=False)
class UnitForecasts:
    """What the draws say of each unit; arrays have shape (n_units,) if nothing else is said.

    Shares are of the two-candidate vote and the first finalist's, in [0, 1]. Quantiles of
    shares and of turnout come from a sketch, within a fifth of a point; shares of a unit that is a
    county of its own are exact, as the county's. Units without votes, none in round one and less
    than one expected in the runoff, have no leader: share, quantiles and wins are NaN there.

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
    finalist_votes
        Mean of the votes of either finalist, shape (n_units, 2).
    turnout_low, turnout, turnout_high
        The same three quantiles of the votes for both finalists over the eligible voters.
    """

    n_draws: int
    low: FloatArray
    share: FloatArray
    high: FloatArray
    wins: FloatArray
    first_round: FloatArray
    finalist_votes: FloatArray
    turnout_low: FloatArray
    turnout: FloatArray
    turnout_high: FloatArray

    @classmethod
    def of(
        cls, units: UnitData, sketch: UnitSketch, counties: Sequence[CountyForecast] = ()
    ) -> "UnitForecasts":
        """Read the sketch of a race.

        Parameters
        ----------
        units
            The race as arrays.
        sketch
            What was added up of its simulated runoffs.
        counties
            The forecast of each county, in their order, from the same runoffs: a unit that is the
            whole of one has its shares, which are exact. None to take all from the sketch.
        """
        n_draws, side = sketch.n_draws, units.side_votes
        both_sides = side.sum(axis=1)
        low, share, high = (sketch.share_quantile(p) for p in (0.05, 0.5, 0.95))
        for index, county in enumerate(counties):
            if county.n_units == 1:
                shares = county.shares[FIRST]
                alone = units.county_index == index
                low[alone], share[alone], high[alone] = shares.q05, shares.q50, shares.q95
        turnout_low, turnout, turnout_high = (sketch.turnout_quantile(p) for p in (0.05, 0.5, 0.95))
        wins, finalist_votes = sketch.wins / n_draws, sketch.votes / n_draws
        empty = (units.votes_cast == 0) & (finalist_votes.sum(axis=1) < 1)
        for values in (low, share, high, wins):
            values[empty] = np.nan
        return cls(
            n_draws=n_draws,
            low=low,
            share=share,
            high=high,
            wins=wins,
            first_round=np.where(both_sides > 0, side[:, 0] / np.maximum(both_sides, 1), np.nan),
            finalist_votes=finalist_votes,
            turnout_low=turnout_low,
            turnout=turnout,
            turnout_high=turnout_high,
        )

    @cached_property
    def votes(self) -> FloatArray:
        """Mean of the votes for both finalists."""
        return np.asarray(self.finalist_votes.sum(axis=1))

    @cached_property
    def has_votes(self) -> BoolArray:
        """Whether a unit has votes, and so a share and a leader."""
        return np.isfinite(self.share)

    @cached_property
    def margin(self) -> FloatArray:
        """Median margin, first minus second, in [-1, 1]."""
        return 2 * self.share - 1

    @cached_property
    def change(self) -> FloatArray:
        """Change of the share from round one to the runoff."""
        return self.share - self.first_round

    @cached_property
    def width(self) -> FloatArray:
        """Width of the central 90% interval of the share."""
        return self.high - self.low
