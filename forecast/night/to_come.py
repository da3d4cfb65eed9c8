"""The votes to come as expected values that add up: over counties, units, ways of voting."""

from dataclasses import dataclass

import numpy as np

from forecast.night.night_posterior import NightPosterior
from forecast.stats.arrays import FloatArray, IndexArray


@dataclass(frozen=True, eq=False)
class VotesToCome:
    """Means over the draws; medians of counties would not add up to that of the race.

    Attributes
    ----------
    counties
        Votes of both finalists, late ones among them, shape (n_counties, 2).
    cells
        Without the late ones, shape (n_units, 2, n_modes).
    late
        Those that come when every unit is complete, shape (n_counties, 2).
    """

    counties: FloatArray
    cells: FloatArray
    late: FloatArray

    @classmethod
    def of(cls, posterior: NightPosterior, county_votes: FloatArray) -> "VotesToCome":
        """Of the draws, shared out to the cells as the cells' own expectations are.

        Parameters
        ----------
        posterior
            What the count says of every unit.
        county_votes
            Final votes in every draw, shape (n_draws, n_counties, 2).
        """
        race, count = posterior.race, posterior.count
        counted = by_county(count.unit_votes.astype(np.float64), race.county, race.n_counties)
        final = county_votes.mean(axis=0)
        counties = np.maximum(final - counted, 0)
        open_votes = final - posterior.settled
        late = np.minimum(open_votes * posterior.late_part[:, None], counties)
        cells = np.maximum(posterior.expected - count.votes, 0)
        there = by_county(cells.sum(axis=2), race.county, race.n_counties)
        late = np.where(there > 0, late, counties)
        share = np.divide(counties - late, there, out=np.zeros_like(there), where=there > 0)
        return cls(counties, cells * share[race.county][:, :, None], late)

    @property
    def total(self) -> FloatArray:
        """Votes of both finalists, shape (2,)."""
        return np.asarray(self.counties.sum(axis=0))


def by_county(votes: FloatArray, county: IndexArray, n_counties: int) -> FloatArray:
    """Sums of the votes of units, (n_units, 2), by county, shape (n_counties, 2)."""
    return np.stack([np.bincount(county, side, n_counties) for side in votes.T], axis=1)
