"""Rows of a file of the night as a count in the units of the race."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from forecast.errors import InputError
from forecast.night.count import COMPLETE, MAIL_MODES, NOTHING, PARTIAL, Count, StatusArray
from forecast.night.returns_cells import missing_finalists
from forecast.night.unit_names import unit_labels
from forecast.race.contest import Race
from forecast.race.level_words import plural
from forecast.stats.arrays import BoolArray, IndexArray

# Part of what a source expects from which a unit without a status is complete.
ALL_OF = 0.98
# Columns, or units, that a line names.
_NAMED = 6
# Votes of round one from which a unit without any is worth a line.
_MIN_VOTES = 10
_NO_STATUS = "the returns have no status: a unit with votes is taken for complete"


@dataclass
class ReturnRows:
    """Rows of finalists as arrays: unit, side, mode, votes, status, expected, reported."""

    place: list[int]
    side: list[int]
    mode: list[str]
    votes: list[int]
    status: list[int]
    expected: list[float]
    reported: list[float]
    registered: list[float]

    @classmethod
    def empty(cls) -> "ReturnRows":
        """No row yet."""
        return cls([], [], [], [], [], [], [], [])

    @property
    def tells_progress(self) -> bool:
        """Whether any row says how far the count of its unit is."""
        return (
            max(self.status, default=-1) >= 0
            or bool(np.isfinite(self.reported).any())
            or bool(np.isfinite(self.expected).any())
        )

    def without(self, positions: Collection[int]) -> "ReturnRows":
        """The rows but for those at some positions."""
        out = {*positions}
        kept = [
            [value for at, value in enumerate(values) if at not in out]
            for values in vars(self).values()
        ]
        return ReturnRows(*kept)


def count_of_rows(
    rows: ReturnRows,
    n_units: int,
    race: Race,
    people: Collection[str],
    unused: Sequence[str] = (),
    *,
    by_county: bool,
    late_mail: float = 0.0,
) -> tuple[Count, BoolArray, tuple[str, ...]]:
    """The rows as a count, which units have one, and what was taken for granted.

    Parameters
    ----------
    rows
        Rows of finalists.
    n_units
        How many units, or counties, the race has.
    race, people
        The race, and everybody whom the file names.
    unused
        Headings of columns that nothing is made of.
    by_county
        Whether the rows are of counties.
    late_mail
        See `ToldOfFiles`.

    Raises
    ------
    InputError
        When a finalist has no row.
    """
    lacking = [name for side, name in enumerate(race.contest.finalists) if side not in rows.side]
    if lacking:
        raise InputError(missing_finalists(lacking, people, race.contest.finalists))
    modes = tuple(sorted(set(rows.mode)))
    place = np.array(rows.place, dtype=np.intp)
    mode = np.array([modes.index(name) for name in rows.mode], dtype=np.intp)
    sides, votes = np.array(rows.side, dtype=np.intp), np.array(rows.votes, dtype=np.int64)
    count = Count.nothing(n_units, modes, by_county=by_county)
    np.add.at(count.votes, (place, sides, mode), votes)
    present = np.zeros(n_units, dtype=bool)
    present[place] = True
    status, notes = _status(rows, count, place, mode, unused, mail_is_late=late_mail > 0)
    expected, reported, registered = count.expected, count.reported, count.registered
    # Given on each row of a unit, and the same on all.
    for values, into, at in (
        (rows.expected, expected, (place, mode)),
        (rows.reported, reported, place),
        (rows.registered, registered, place),
    ):
        known = np.isfinite(values)
        where = tuple(index[known] for index in at) if isinstance(at, tuple) else at[known]
        into[where] = np.array(values)[known]
    count = replace(count, status=status, late_mail=late_mail / 100)
    return (
        count,
        present,
        (*notes, *_early_note(count), *_empty_note(count, race)),
    )


def mail_left_open(rows: ReturnRows) -> dict[int, float]:
    """Take back that mail of complete units is in; the share of their precincts that have reported.

    What a Clarity file says of a unit is said of its precincts.
    """
    found = dict[int, float]()
    for at, (place, mode) in enumerate(zip(rows.place, rows.mode, strict=True)):
        if mode in MAIL_MODES and rows.status[at] == COMPLETE:
            rows.status[at], found[place] = -1, 1.0
    return found


def more_to_come(rows: ReturnRows, expected: Mapping[int, float]) -> None:
    """Take ways of voting without a status for in part where more is expected of their unit."""
    votes = dict[int, int]()
    for place, n in zip(rows.place, rows.votes, strict=True):
        votes[place] = votes.get(place, 0) + n
    for at, place in enumerate(rows.place):
        if rows.status[at] < 0 and votes[place] < ALL_OF * expected.get(place, np.nan):
            rows.status[at] = PARTIAL


def _early_note(count: Count) -> tuple[str, ...]:
    """That votes of units of which no precinct has reported say little of what is out."""
    early = count.before_the_day & ~count.complete
    if not early.any():
        return ()
    return (
        f"{plural(int(early.sum()), 'unit')} with votes and no precinct reported: the votes are "
        "taken for early or mail votes, count as the fewest there can be, and say nothing of "
        "those out; rows by way of voting (mode) would",
    )


def _empty_note(count: Count, race: Race) -> tuple[str, ...]:
    """That units whose precincts have all reported have no vote, where round one had some."""
    labels = race.county_names if count.by_county else unit_labels(race)
    of = race.county_index if count.by_county else np.arange(count.n_units)
    before = np.bincount(of, race.first_round.votes.sum(axis=(1, 2)), count.n_units)
    empty = (count.reported >= 1) & (count.unit_votes.sum(axis=1) == 0) & (before >= _MIN_VOTES)
    empty &= (count.status == NOTHING).all(axis=1)
    if not empty.any():
        return ()
    places = np.flatnonzero(empty).tolist()
    named = ", ".join(labels[p] for p in places[:_NAMED]) + ", ..." * (len(places) > _NAMED)
    has = "unit has" if len(places) == 1 else "units have"
    return (
        f"{len(places):,} {has} reported in full without a vote ({named}): taken for not counted "
        "yet",
    )


def _status(
    rows: ReturnRows,
    count: Count,
    place: IndexArray,
    mode: IndexArray,
    unused: Sequence[str],
    *,
    mail_is_late: bool,
) -> tuple[StatusArray, tuple[str, ...]]:
    told = np.array(rows.status)
    status = np.zeros_like(count.status)
    known = told >= 0
    status[place[known], mode[known]] = told[known]
    unsaid = np.flatnonzero(~known)
    notes: tuple[str, ...] = ()
    if len(unsaid):
        reported = np.array(rows.reported)[unsaid]
        cells = place[unsaid], mode[unsaid]
        counted = count.votes[cells[0], :, cells[1]].sum(axis=1) > 0
        guess = np.where(counted, COMPLETE, NOTHING)
        open_still = reported < 1
        if mail_is_late:
            open_still |= np.isin(count.modes, MAIL_MODES)[cells[1]]
        guess = np.where(np.isfinite(reported) & open_still & counted, PARTIAL, guess)
        expected = np.array(rows.expected)[unsaid]
        short = count.votes[cells[0], :, cells[1]].sum(axis=1) < ALL_OF * expected
        status[cells] = np.where(np.isfinite(expected) & short & counted, PARTIAL, guess)
        granted = counted & ~np.isfinite(reported) & ~np.isfinite(expected)
        n_granted, n_counted = (
            len({*cells[0][granted]}),
            int((count.unit_votes.sum(axis=1) > 0).sum()),
        )
        if n_granted == n_counted:
            notes = (f"{_NO_STATUS}{_not_used(unused)}",)
        elif n_granted:
            have = "unit with votes has" if n_granted == 1 else "units with votes have"
            notes = (
                f"{n_granted:,} {have} no status and nothing that says how far the count is, and "
                f"{'is' if n_granted == 1 else 'are'} taken for complete",
            )
    return status, notes


def _not_used(unused: Sequence[str]) -> str:
    """What to do where a column of the file says how far the count is."""
    if not unused:
        return ""
    more = f" and {len(unused) - _NAMED:,} more" if len(unused) > _NAMED else ""
    return (
        f". Columns of the file that are not used: {', '.join(unused[:_NAMED])}{more}; if they say "
        'how far the count is, name them: --column "precincts=NAME" and --column "reported=NAME", '
        'or --column "status=NAME" or "expected=NAME"'
    )
