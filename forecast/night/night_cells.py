"""A count as a row a cell, a unit or one way of voting in it, and what its cells say."""

from dataclasses import dataclass

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
from forecast.night.hierarchy import Level, Observed
from forecast.night.night_race import NightRace
from forecast.night.outstanding import BEND, Out
from forecast.stats.arrays import BoolArray, FloatArray, IndexArray
from forecast.stats.distributions import expit

# Log-odds by which the votes out of a unit in part differ from those in, beside what all such units
# share: as much as in counties of finished races, whatever part is counted.
PART_SD = 0.3
# Logs by which a source's own expectation of the votes is wrong, and by which the precincts that
# are out are larger or smaller than those in: for each unit, and for all alike.
EXPECTED_SD, SHARED_EXPECTED_SD = 0.06, 0.03
REPORTED_SD, SHARED_REPORTED_SD = 0.5, 1.2
# By how much of itself the late mail is more or less than was said: judgment.
LATE_MAIL_SD = 0.3
# Part of a unit that may be out though all of its precincts have reported something.
_LEAST_OUT = 0.005
# Votes' worth of the forecast in the variance of a unit's share.
_STEADY = 5.0


@dataclass(frozen=True, eq=False)
class Cells:
    """A count as a row a cell, units first; shapes (n_cells, ...).

    Attributes
    ----------
    votes, status, expected
        As in `Count`; of an expectation of nothing nothing is known.
    reported
        Share of its precincts that have reported, NaN where unknown, and of a way of voting whose
        votes do not come with the precincts.
    unit
        The unit of each cell.
    most
        The most votes that there can be.
    part_in
        What part of its votes but late mail is in by `reported`, NaN where that is.
    mail_out
        What part of its votes is late mail that is out.
    late
        Whether it has the ballots of a late way of voting.
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
    mail_out: FloatArray
    late: BoolArray
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
            part_in = part_with_early(count, np.exp(race.votes.mean))
        return cls(
            votes,
            count.status.reshape(-1),
            np.where(count.expected > 0, count.expected, np.nan).reshape(-1),
            reported,
            unit,
            np.maximum(eligible[unit] - elsewhere, 0),
            part_in,
            np.where(
                np.tile(np.isin(count.modes, ""), count.n_units), count.late_mail_out[unit], 0
            ),
            np.tile(np.isin(count.modes, LATE_MODES), count.n_units),
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
        part_in = np.where(np.isfinite(self.part_in), self.part_in * (1 - self.mail_out), 0.5)
        by_reports = total / np.clip(part_in, 0.02, 1)
        return np.where(np.isfinite(self.expected), self.expected, by_reports)

    def observed_votes(self, level: Level) -> Observed:
        """What the counted votes say of the number of votes.

        Late ballots are few, and a unit that has none is seldom said to be complete: what those
        with some say of all is what their county says of its own.
        """
        total = self.votes.sum(axis=1)
        complete = self.status == COMPLETE
        partial = (self.status == PARTIAL) & ~complete
        by_source = np.isfinite(self.expected) & ~complete
        share = np.clip(self.reported, 0, 1)
        by_reports = partial & ~by_source & (share > 0.02) & (total > 0)
        value = np.log(np.maximum(total, 0.5))
        variance = level.load / np.maximum(total, 0.5)
        value = np.where(by_source, np.log(np.maximum(self.expected, total.clip(0.5))), value)
        variance = np.where(by_source, EXPECTED_SD**2, variance)
        safe, part_in = (np.where(by_reports, one, 1.0) for one in (share, self.part_in))
        mail = np.where(by_reports, self.mail_out, 0.0)
        value = np.where(by_reports, value - np.log(part_in * (1 - mail)), value)
        own = REPORTED_SD * np.hypot(1 - safe, mail)
        variance = np.where(by_reports, variance + own**2, variance)
        early = EARLY_PART_SD * (1 - safe) / part_in if self.together else 0.0
        by_size = SHARED_REPORTED_SD * (1 - part_in)
        by_part = np.sqrt(early**2 + by_size**2 + (LATE_MAIL_SD * mail) ** 2)
        shared = np.where(by_source, SHARED_EXPECTED_SD, by_part)
        value, variance, by_county = self._late_votes(level, value, variance)
        told = np.where(self.late, by_county, complete | by_source | by_reports)
        cell = np.flatnonzero(told)
        return Observed(cell, value[cell], variance[cell], np.where(self.late, 0, shared)[cell])

    def _late_votes(
        self, level: Level, value: FloatArray, variance: FloatArray
    ) -> tuple[FloatArray, FloatArray, BoolArray]:
        """The numbers of votes with those of late cells as their county has them.

        Last, the late cells of counties of which one at least is complete.
        """
        late, of = self.late, level.county
        n, expected, cells, complete = (
            np.bincount(of, np.where(late, one, 0))[of]
            for one in (self.votes.sum(axis=1), np.exp(level.mean), 1, self.status == COMPLETE)
        )
        told = late & (complete > 0)
        times = np.log((n + 0.5) / (expected + 0.5))
        return (
            np.where(told, level.mean + times, value),
            np.where(told, level.load * cells / (n + 0.5), variance),
            told,
        )

    def out(self, race: NightRace) -> Out:
        """Cells with votes to come, by county."""
        cell = np.flatnonzero(self.status != COMPLETE)
        county = race.county[self.unit[cell]]
        order = np.argsort(county, kind="stable")
        cell = cell[order]
        # A source that knows what to expect, or how far the count is, is wrong by less than the
        # forecast.
        reported = self.reported[cell]
        by_reports = REPORTED_SD * np.clip(1 - reported + self.mail_out[cell], _LEAST_OUT, 1)
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
