"""What a count makes of the forecast of a race."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from forecast.night.count import COMPLETE, LATE_MODES, Count
from forecast.night.hierarchy import Posterior
from forecast.night.learned import NightScales
from forecast.night.level_conditioning import condition_level
from forecast.night.night_cells import Cells
from forecast.night.night_race import NightRace
from forecast.night.outstanding import Given, Scores, votes_to_come
from forecast.stats.arrays import FloatArray
from forecast.stats.blas_threads import one_blas_thread
from forecast.stats.distributions import expit, logit


@dataclass(frozen=True, eq=False)
class NightPosterior:
    """What a count says of a race.

    Attributes
    ----------
    race, count
        The race and its count.
    share, votes
        The posteriors of the cells. What was counted of a cell says nothing yet of its own
        departure; see `seen_votes`.
    """

    race: NightRace
    count: Count
    share: Posterior
    votes: Posterior

    @classmethod
    def of(cls, race: NightRace, count: Count) -> "NightPosterior":
        """Condition a race on a count in its units."""
        return cls(race, count, *observed_levels(race, count))

    def final_votes(self, totals: FloatArray, seed: int) -> FloatArray:
        """Final votes of both finalists in every draw of a forecast, moved to where the count says.

        Parameters
        ----------
        totals
            Votes of both finalists in the draws before the count, shape (n_draws, 2).
        seed
            The same seed gives the same votes.

        Returns
        -------
        FloatArray
            Shape (n_draws, n_counties, 2), whole numbers.
        """
        race, count, share, votes = self.race, self.count, self.share, self.seen_votes
        of_share, of_votes = (level.columns.shape[1] for level in race.levels(count.modes))
        n_groups = share.level.n_counties
        scores = Scores.of(totals, (of_share, of_votes), race.n_counties, n_groups, seed)
        counted = np.stack(
            [np.bincount(race.county, side, race.n_counties) for side in count.unit_votes.T], axis=1
        )
        out = Cells.of(race, count).out(race)
        final = np.broadcast_to(counted, (scores.n_draws, *counted.shape)).astype(np.float64)
        if len(out.cell):
            given_share = Given.of(share, scores.share)
            given_votes = Given.of(votes, scores.votes)
            with one_blas_thread():
                come = votes_to_come(out, given_share, given_votes, scores, race.n_counties)
            final = final + come
        settled = self.settled
        late = with_late_votes(final - settled, race.scales, scores.late, self.open_to_late)
        final = settled + late
        return np.rint(final)

    @cached_property
    def seen_votes(self) -> Posterior:
        """The votes of the cells, those that were observed drawn to what was observed of them.

        A number of votes is of a whole cell; the share of a part says less of the rest.
        """
        number = Cells.of(self.race, self.count).observed_votes(self.votes.level)
        return replace(self.votes, level=self.votes.level.seen(number))

    @cached_property
    def settled(self) -> FloatArray:
        """Votes of both finalists in certified units, by county, shape (n_counties, 2)."""
        race, count = self.race, self.count
        done = np.where(count.certified_units[:, None], count.unit_votes, 0).T
        return np.stack([np.bincount(race.county, side, race.n_counties) for side in done], axis=1)

    @cached_property
    def open_to_late(self) -> FloatArray:
        """Part of each county's votes that late ones and corrections come to, shape (n_counties,).

        Of the votes that are not settled; none where the count is certified. Where late ways of
        voting are told apart they are cells of their own, and more comes to the units only where
        these are complete too.
        """
        race, count = self.race, self.count
        if count.certified:
            return np.zeros(race.n_counties)
        apart = [mode in LATE_MODES for mode in count.modes]
        done = (count.status[:, apart] == COMPLETE).all(axis=1)
        votes = np.where(count.certified_units, 0.0, count.unit_votes.sum(axis=1) + 1.0)
        return np.asarray(
            np.bincount(race.county, votes * done, race.n_counties)
            / np.maximum(np.bincount(race.county, votes, race.n_counties), 1)
        )

    @property
    def late_part(self) -> FloatArray:
        """Expected part of the votes not settled that is late, by county, shape (n_counties,)."""
        scales = self.race.scales
        more = np.exp(scales.late_log_share + scales.late_log_sd**2 / 2) * self.open_to_late
        return np.asarray(more / (1 + more))

    @cached_property
    def expected(self) -> FloatArray:
        """Expected final votes of every unit and mode, shape (n_units, 2, n_modes)."""
        cells, count = Cells.of(self.race, self.count), self.count
        log_odds, variance = self.share.cell_moments()
        log_votes, vote_variance = self.seen_votes.cell_moments()
        total = np.minimum(np.exp(log_votes + np.minimum(vote_variance, 4) / 2), cells.most)
        come = np.maximum(total - cells.votes.sum(axis=1), 0)
        come = np.where(cells.status == COMPLETE, 0, come)
        counted, lean = cells.votes, expit(log_odds / np.sqrt(1 + np.pi * variance / 8))
        first = come * lean
        if cells.together:
            # The share is that of all votes: what is out makes up for what is in.
            first = np.clip(first + counted.sum(axis=1) * lean - counted[:, 0], 0, come)
        by_mode = np.stack([first, come - first], axis=1)
        by_mode = by_mode.reshape(count.n_units, len(count.modes), 2)
        return np.asarray(count.votes + np.moveaxis(by_mode, 1, 2))


def observed_levels(race: NightRace, count: Count) -> tuple[Posterior, Posterior]:
    """The levels of the share and of the votes given a count."""
    share, votes = race.levels(count.modes)
    cells = Cells.of(race, count)
    with one_blas_thread():
        return (
            condition_level(share, cells.observed_share(share)),
            condition_level(votes, cells.observed_votes(votes)),
        )


def with_late_votes(
    final: FloatArray, scales: NightScales, scores: FloatArray, part: FloatArray
) -> FloatArray:
    """Add votes that come when every unit is complete: late mail, provisional, corrections.

    Their number is log-normal as a share of the rest, their lean normal around that of the rest
    of the county on the log-odds scale.

    Parameters
    ----------
    final
        Votes of both finalists by county, shape (n_draws, n_counties, 2).
    scales
        What finished races say of late votes.
    scores
        Standard normal, shape (n_draws, 2).
    part
        Part of each county that they come to, shape (n_counties,).
    """
    number = np.exp(scales.late_log_share + scales.late_log_sd * scores[:, 0])
    both = final.sum(axis=2)
    share = (final[:, :, 0] + 0.5) / (both + 1)
    lean = scales.late_lean_sd * scores[:, 1]
    late_share = expit(logit(share) + lean[:, None])
    late = both * part * np.minimum(number, 0.5)[:, None]
    return np.asarray(final + np.stack([late * late_share, late * (1 - late_share)], axis=2))
