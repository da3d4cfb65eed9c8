"""A night: the forecast of a race, and what a count makes of it."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from forecast.night.count import (
    COMPLETE,
    LATE_MODES,
    PARTIAL,
    PRECINCT_MODES,
    Count,
    StatusArray,
)
from forecast.night.early_votes import EARLY_PART_SD, part_with_early
from forecast.night.hierarchy import Level, Observed, Posterior
from forecast.night.learned import NightScales
from forecast.night.level_conditioning import condition_level
from forecast.night.outstanding import BEND, Given, Out, Scores, votes_to_come
from forecast.night.prior_levels import UnitDraws, prior_levels
from forecast.night.vote_modes import ModePriors, levels_by_mode
from forecast.stats.arrays import BoolArray, FloatArray, IndexArray
from forecast.stats.blas_threads import one_blas_thread
from forecast.stats.distributions import expit, logit

# Log-odds by which the votes out of a unit in part differ from those in, beside what all such units
# share: as much as in counties of finished races, whatever part is counted.
PART_SD = 0.3
# Logs by which a source's own expectation of the votes is wrong, and by which the precincts that
# are out are larger or smaller than those in: for each unit, and for all alike.
EXPECTED_SD, SHARED_EXPECTED_SD = 0.06, 0.03
REPORTED_SD, SHARED_REPORTED_SD = 0.5, 1.2
# Part of a unit that may be out though all of its precincts have reported something.
_LEAST_OUT = 0.005
# Votes' worth of the forecast in the variance of a unit's share.
_STEADY = 5.0


@dataclass(frozen=True, eq=False)
class NightRace:
    """What a night is conditioned on, worked out once.

    Attributes
    ----------
    share, votes
        The levels, a cell a unit (or a county).
    eligible
        Voters who can vote, shape (n_units,).
    county
        County of the race of each unit, shape (n_units,).
    n_counties
        Counties of the race.
    scales
        What finished races say of nights.
    modes
        What round one says of the ways of voting.
    """

    share: Level
    votes: Level
    eligible: FloatArray
    county: IndexArray
    n_counties: int
    scales: NightScales
    modes: ModePriors

    @classmethod
    def of(
        cls,
        draws: UnitDraws,
        county: IndexArray,
        n_counties: int,
        scales: NightScales,
        modes: ModePriors,
    ) -> "NightRace":
        """Read the draws of a race.

        Parameters
        ----------
        draws
            Draws of its units, enough for their moments.
        county, n_counties, scales, modes
            See the attributes.
        """
        share, votes = prior_levels(draws, scales)
        return cls(share, votes, draws.eligible, county, n_counties, scales, modes)

    @property
    def n_units(self) -> int:
        """How many units there are."""
        return len(self.eligible)

    @cached_property
    def _by_mode(self) -> dict[tuple[str, ...], tuple[Level, Level]]:
        return {("",): (self.share, self.votes)}

    def levels(self, modes: tuple[str, ...]) -> tuple[Level, Level]:
        """The levels with a cell for every unit and mode, units first."""
        if modes not in self._by_mode:
            by_unit = self.share, self.votes
            self._by_mode[modes] = levels_by_mode(by_unit, modes, self.modes, self.scales)
        return self._by_mode[modes]


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


@dataclass(frozen=True, eq=False)
class Cells:
    """A count as a row a cell, units first; shapes (n_cells, ...).

    Attributes
    ----------
    votes, status, expected
        As in `Count`.
    reported
        Share of its precincts that have reported, less late mail, NaN where unknown, and of a way
        of voting whose votes do not come with the precincts.
    unit
        The unit of each cell.
    most
        The most votes that there can be.
    part_in
        What part of its votes is in by `reported`, NaN where that is.
    early
        Whether its votes were cast before the day, and those of the day are out.
    part_sd
        Standard deviation, in log-odds, of what all parts of cells share.
    together
        Whether a cell has all ways of voting. What is out of one that is then differs from what is
        in, and makes up for it; what is out of one way of voting leans as what is in does.
    """

    votes: FloatArray
    status: StatusArray
    expected: FloatArray
    reported: FloatArray
    unit: IndexArray
    most: FloatArray
    part_in: FloatArray
    early: BoolArray
    part_sd: float
    together: bool

    @classmethod
    def of(cls, race: NightRace, count: Count) -> "Cells":
        """Read a count in the units of a race."""
        n_modes = len(count.modes)
        unit = np.repeat(np.arange(count.n_units), n_modes)
        votes = np.moveaxis(count.votes, 2, 1).reshape(-1, 2).astype(np.float64)
        known = np.where(np.isfinite(count.registered), count.registered, race.eligible)
        eligible = np.maximum(np.maximum(race.eligible, known), count.unit_votes.sum(axis=1))
        elsewhere = count.unit_votes.sum(axis=1)[unit] - votes.sum(axis=1)
        with_precincts = np.array([mode in PRECINCT_MODES for mode in count.modes])
        reported = np.where(with_precincts, count.reported[:, None], np.nan).reshape(-1)
        together = count.modes == ("",)
        part_in = np.clip(reported, 0, 1)
        if together:
            reported = (1 - count.late_mail) * reported
            part_in = part_with_early(count, np.exp(race.votes.mean))
        return cls(
            votes,
            count.status.reshape(-1),
            count.expected.reshape(-1),
            reported,
            unit,
            np.maximum(eligible[unit] - elsewhere, 0),
            part_in,
            count.before_the_day[unit],
            race.scales.part_lean_sd if together else 0.0,
            together,
        )

    def observed_share(self, level: Level) -> Observed:
        """What the counted votes say of the share: complete cells, and partial ones less surely.

        Votes cast before the day say nothing of those of the day, which all lean alike from them.
        """
        total = self.votes.sum(axis=1)
        cell = np.flatnonzero((total > 0) & ~(self.early & (self.status != COMPLETE)))
        n, first = total[cell], self.votes[cell, 0]
        value = np.log((first + 0.5) / (n - first + 0.5))
        p = (first + _STEADY * expit(level.mean[cell])) / (n + _STEADY)
        variance = 1 / (n * p * (1 - p))
        partial = self.status[cell] != COMPLETE
        out = 1 - np.clip(n / np.maximum(self._guess()[cell], 1), 0, 1)
        # A part differs from the whole as the votes out do from those in, times their part.
        apart = np.where(partial, out, 0)
        return Observed(cell, value, variance + (PART_SD * apart) ** 2, self.part_sd * apart)

    def _guess(self) -> FloatArray:
        """Votes that a cell will have, roughly: what its source says, or twice what is there."""
        total = self.votes.sum(axis=1)
        part_in = np.where(np.isfinite(self.part_in), self.part_in, 0.5)
        by_reports = total / np.clip(part_in, 0.02, 1)
        return np.where(np.isfinite(self.expected), self.expected, by_reports)

    def observed_votes(self, level: Level) -> Observed:
        """What the counted votes say of the number of votes."""
        total = self.votes.sum(axis=1)
        complete = self.status == COMPLETE
        partial = (self.status == PARTIAL) & ~complete
        by_source = np.isfinite(self.expected) & ~complete & (self.expected > 0)
        share = np.clip(self.reported, 0, 1)
        by_reports = partial & ~by_source & (share > 0.02) & (total > 0)
        value = np.log(np.maximum(total, 0.5))
        variance = level.load / np.maximum(total, 0.5)
        value = np.where(by_source, np.log(np.maximum(self.expected, total.clip(0.5))), value)
        variance = np.where(by_source, EXPECTED_SD**2, variance)
        safe, part_in = (np.where(by_reports, one, 1.0) for one in (share, self.part_in))
        value = np.where(by_reports, value - np.log(part_in), value)
        variance = np.where(by_reports, variance + (REPORTED_SD * (1 - safe)) ** 2, variance)
        early = EARLY_PART_SD * (1 - safe) / part_in if self.together else 0.0
        by_size = SHARED_REPORTED_SD * (1 - part_in)
        shared = np.where(by_source, SHARED_EXPECTED_SD, np.hypot(early, by_size))
        cell = np.flatnonzero(complete | by_source | by_reports)
        return Observed(cell, value[cell], variance[cell], shared[cell])

    def out(self, race: NightRace) -> Out:
        """Cells with votes to come, by county."""
        cell = np.flatnonzero(self.status != COMPLETE)
        county = race.county[self.unit[cell]]
        order = np.argsort(county, kind="stable")
        cell = cell[order]
        # A source that knows what to expect, or how far the count is, is wrong by less than the
        # forecast.
        reported = self.reported[cell]
        by_reports = REPORTED_SD * np.clip(1 - reported, _LEAST_OUT, 1)
        bend = np.where(np.isfinite(reported), np.minimum(by_reports, BEND), BEND)
        bend = np.where(np.isfinite(self.expected[cell]), EXPECTED_SD, bend)
        return Out(
            cell,
            county[order],
            self.votes[cell].sum(axis=1),
            self.most[cell],
            bend,
            self.votes[cell, 0],
            self.together,
        )
