"""Both margins of every unit, made to agree: what an estimate of flows starts from."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from forecast.errors import InputError
from forecast.race.labels import folded
from forecast.stats.arrays import BoolArray, FloatArray, IndexArray

NOT_VOTING = "not voting"
NEW_ON_THE_ROLL = "new on the roll"
LEFT_THE_ROLL = "left the roll"
NEWCOMERS = "not in the first count"
LEAVERS = "not in the second count"
# Voters of the first of two elections whose rolls are not known who are missing at the second
# beyond the difference in numbers. Judgement: of those who voted at one of two general elections a
# tenth is away, ill or dead at the next, and panels find between 5% and 20%.
CHURN = 0.1
# Two counts of one day differ by less than this (mislaid papers); nobody came or left.
SAME_DAY = 0.01
# How many faults of one kind a message lists.
LISTED = 5


@dataclass(frozen=True, eq=False)
class TwoMargins:
    """Votes of both elections by unit; the sums of a unit agree.

    Attributes
    ----------
    units, groups
        Names, one a unit; `groups` names the county or district that the unit belongs to.
    from_labels, to_labels
        The choices of both elections.
    from_votes, to_votes
        Shapes (n_units, n_from) and (n_units, n_to).
    stays
        Rows all of whose votes are known to go to one column: positions of both.
    same
        Rows and columns of one name, or of one known meaning.
    notes
        What a reader of the estimate must know of how these came about, a sentence each.
    """

    units: tuple[str, ...]
    groups: tuple[str, ...]
    from_labels: tuple[str, ...]
    to_labels: tuple[str, ...]
    from_votes: FloatArray
    to_votes: FloatArray
    stays: tuple[tuple[int, int], ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def n_units(self) -> int:
        """How many units there are."""
        return len(self.units)

    @property
    def has_groups(self) -> bool:
        """Whether the groups say more than the units do: several, and one of several units."""
        return 1 < len(self.group_names) < self.n_units

    @property
    def same(self) -> tuple[tuple[int, int], ...]:
        """Rows and columns of one name, but for those who stay anyway."""
        positions = {_key(label): column for column, label in enumerate(self.to_labels)}
        kept = {row for row, _ in self.stays}
        return tuple(
            (row, positions[_key(label)])
            for row, label in enumerate(self.from_labels)
            if _key(label) in positions and row not in kept
        )

    @property
    def group_names(self) -> tuple[str, ...]:
        """The groups, in the order in which they first appear."""
        return tuple(dict.fromkeys(self.groups))

    @property
    def group_index(self) -> IndexArray:
        """The group of every unit as a position in `group_names`, shape (n_units,)."""
        position = {name: index for index, name in enumerate(self.group_names)}
        return np.array([position[name] for name in self.groups], dtype=np.intp)


def _key(label: str) -> str:
    return " ".join(folded(label).split())


@dataclass(frozen=True, eq=False)
class CountedElection:
    """One election by unit, before it is set beside the other.

    Attributes
    ----------
    name
        For messages: a file, a round.
    units, groups
        Names, one a unit.
    labels
        The choices.
    votes
        Shape (n_units, n_choices).
    registered
        Registered voters, NaN where unknown, shape (n_units,).
    """

    name: str
    units: tuple[str, ...]
    groups: tuple[str, ...]
    labels: tuple[str, ...]
    votes: FloatArray
    registered: FloatArray


def check_count(count: CountedElection) -> None:
    """Find what no estimate could use.

    Raises
    ------
    InputError
        With all faults of the count.
    """
    faults = [*_doubles("unit", count.units), *_doubles("choice", count.labels)]
    expected = (len(count.units), len(count.labels))
    if count.votes.shape != expected:
        faults.append(f"votes of shape {count.votes.shape}, with units and choices {expected}")
    elif not count.votes.size:
        faults.append("no votes: it needs a unit and a choice at least")
    else:
        bad = ~np.isfinite(count.votes) | (count.votes < 0)
        for row, column in np.argwhere(bad)[:LISTED].tolist():
            where = f"unit {count.units[row]!r}, {count.labels[column]!r}"
            faults.append(f"{where}: {count.votes[row, column]:g} votes")
        if not bad.any() and not count.votes.sum():
            faults.append("nobody voted")
    if faults:
        raise InputError(
            f"{count.name}: votes are numbers of 0 or more, units and choices are named once",
            faults,
        )


def _doubles(kind: str, names: Sequence[str]) -> list[str]:
    seen: set[str] = set()
    doubles = dict.fromkeys(name for name in names if name in seen or seen.add(name))  # type: ignore[func-returns-value]
    return [f"{kind} {name!r} stands twice" for name in list(doubles)[:LISTED]]


def match_counts(
    first: CountedElection, second: CountedElection, *, common: bool = False
) -> TwoMargins:
    """Set two counts beside each other, unit by unit, and make their sums agree.

    Where they do not agree, voters who are in one of the two only have a row or a column of
    their own: by the registered voters where both are known, else by their difference and a
    churn of `CHURN`.

    Parameters
    ----------
    first, second
        The counts.
    common
        Leave out units that are in one count only, instead of refusing.

    Raises
    ------
    InputError
        When a count is unsound, or units are in one of them only.
    """
    check_count(first)
    check_count(second)
    position = {unit: index for index, unit in enumerate(second.units)}
    own = np.array([unit in position for unit in first.units])
    notes = _left_out(first, second, own, common=common)
    rows = np.flatnonzero(own)
    others = np.array([position[first.units[row]] for row in rows.tolist()], dtype=np.intp)
    from_votes, to_votes = first.votes[rows], second.votes[others]
    registered = first.registered[rows], second.registered[others]
    balanced = _balanced(from_votes, to_votes, *registered)
    from_labels = (*first.labels, *balanced.more_from)
    to_labels = (*second.labels, *balanced.more_to)
    for count, labels in ((first, from_labels), (second, to_labels)):
        if doubles := _doubles("choice", labels):
            raise InputError(
                f"{count.name}: a choice has the name of those who can't be matched; rename it",
                doubles,
            )
    return TwoMargins(
        units=tuple(first.units[row] for row in rows.tolist()),
        groups=tuple(first.groups[row] for row in rows.tolist()),
        from_labels=from_labels,
        to_labels=to_labels,
        from_votes=balanced.from_votes,
        to_votes=balanced.to_votes,
        notes=(*notes, *balanced.notes),
    )


def _left_out(
    first: CountedElection, second: CountedElection, own: BoolArray, *, common: bool
) -> tuple[str, ...]:
    """Say which units are in one count only, or refuse."""
    known = set(first.units)
    alone = (
        (first, [index for index, there in enumerate(own) if not there]),
        (second, [index for index, unit in enumerate(second.units) if unit not in known]),
    )
    lines = []
    for count, missing in alone:
        if missing:
            names = ", ".join(repr(count.units[index]) for index in missing[:LISTED])
            more = ", ..." if len(missing) > LISTED else ""
            part = 100 * count.votes[missing].sum() / count.votes.sum()
            lines.append(
                f"{len(missing):,} of {len(count.units):,} units are in {count.name} only, "
                f"with {part:.1f}% of its votes: {names}{more}"
            )
    if not own.any():
        raise InputError(
            f"{first.name} and {second.name} share no unit; units are matched by their whole name",
            lines,
        )
    if lines and not common:
        raise InputError(
            "both counts must be of the same units; rename them, or leave out with --common what "
            "is in one only",
            lines,
        )
    return tuple(f"left out: {line}" for line in lines)


@dataclass(frozen=True, eq=False)
class _Balanced:
    """Margins with equal sums, and the names of the rows and columns that made them so."""

    from_votes: FloatArray
    to_votes: FloatArray
    more_from: tuple[str, ...]
    more_to: tuple[str, ...]
    notes: tuple[str, ...]


def _balanced(
    from_votes: FloatArray, to_votes: FloatArray, before: FloatArray, after: FloatArray
) -> _Balanced:
    cast, counted = from_votes.sum(axis=1), to_votes.sum(axis=1)
    known = np.isfinite(before) | np.isfinite(after)
    if known.all():
        return _by_the_rolls(from_votes, to_votes, before, after)
    if np.array_equal(cast, counted):
        return _Balanced(from_votes, to_votes, (), (), ())
    differences = np.abs(counted - cast).sum() / max(cast.sum(), counted.sum())
    if differences < SAME_DAY:
        leaving = np.maximum(cast - counted, 0)
        note = (
            f"the counts of a unit differ by {100 * differences:.2f}% of the votes; the difference "
            f"has a row and a column of its own ({NEWCOMERS}, {LEAVERS})"
        )
    else:
        leaving = np.maximum(cast - counted, 0) + CHURN * np.minimum(cast, counted)
        note = (
            "no registered voters are known: of the voters of the first election a share of "
            f"{CHURN:g} is taken to be missing at the second, beyond the difference in numbers; "
            "the sizes of these rows and columns are assumed, not counted"
        )
    arriving = counted - cast + leaving
    return _Balanced(
        np.column_stack([from_votes, arriving]),
        np.column_stack([to_votes, leaving]),
        (NEWCOMERS,),
        (LEAVERS,),
        (note,),
    )


def _by_the_rolls(
    from_votes: FloatArray, to_votes: FloatArray, before: FloatArray, after: FloatArray
) -> _Balanced:
    """Those who do not vote are the rest of the roll."""
    cast, counted = from_votes.sum(axis=1), to_votes.sum(axis=1)
    notes = []
    one = np.isfinite(before) != np.isfinite(after)
    if one.any():
        notes.append(
            f"in {one.sum():,} units the registered voters of one round are known, and are taken "
            "for both"
        )
    before, after = (
        np.where(np.isfinite(before), before, after),
        np.where(np.isfinite(after), after, before),
    )
    short = (cast > before) | (counted > after)
    if short.any():
        notes.append(
            f"in {short.sum():,} units more voted than were registered; their roll is taken to be "
            "the votes"
        )
    # A roll that stands for both rounds holds the voters of both.
    grown = np.where(one, np.maximum(cast, counted), 0)
    before = np.maximum.reduce([before, cast, grown])
    after = np.maximum.reduce([after, counted, grown])
    arriving, leaving = np.maximum(after - before, 0), np.maximum(before - after, 0)
    rows = [from_votes, before - cast]
    columns = [to_votes, after - counted]
    more_from, more_to = [NOT_VOTING], [NOT_VOTING]
    if arriving.any():
        rows.append(arriving)
        more_from.append(NEW_ON_THE_ROLL)
    if leaving.any():
        columns.append(leaving)
        more_to.append(LEFT_THE_ROLL)
    if arriving.any() or leaving.any():
        notes.append(
            "where the roll of a unit changed, the difference is taken to be who came or left; "
            "who came in place of others is not seen"
        )
    return _Balanced(
        np.column_stack(rows),
        np.column_stack(columns),
        tuple(more_from),
        tuple(more_to),
        tuple(notes),
    )
