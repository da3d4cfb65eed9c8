"""What of a snapshot is kept out: each fault, the last good state in its place, and one line why.

A unit's fault keeps out the unit; a file's fault keeps out the file. An operator can overrule:
a unit that is accepted is taken as the file has it, one that is held stays as it was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from forecast.night.count import COMPLETE, NOTHING, Count
from forecast.night.returns_file import NightReturns
from forecast.stats.arrays import BoolArray, FloatArray
from forecast.stats.distributions import expit

# A file that lacks so large a share of the units that had votes before is half a file.
HALF = 0.1
# Units from which an exchange of the finalists shows.
MIN_EXCHANGED = 5
# Standard deviations by which a unit may differ from what is expected of it.
MAX_SCORE = 8.0
# A finalist without a vote where so many are expected even so far below the mean lacks a row.
ZERO_SCORE, ZERO_VOTES = 4.0, 10.0
# Share of the registered voters by which votes may exceed them: late registrations.
REGISTERED_SLACK = 0.02
# Most units that a line names.
NAMED = 3


UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Guard:
    """Something that was kept out.

    Attributes
    ----------
    rule
        "falls", "registered", "changed", "reopened", "exchanged", "zero", "unlike", "unknown",
        "missing", "held"; of whole files "unreadable", "older", "half", "exchanged", "modes".
    units
        Ids of the units, none where the whole file was kept out.
    message
        Which and why, in one line.
    """

    rule: str
    units: tuple[str, ...]
    message: str

    @property
    def whole(self) -> bool:
        """Whether the whole file was kept out."""
        return not self.units


@dataclass(frozen=True, eq=False)
class UnitExpectation:
    """What is expected of the share of units, to see what can't be.

    Attributes
    ----------
    log_odds, sd
        Mean and standard deviation of the log-odds, shape (n_units,).
    """

    log_odds: FloatArray
    sd: FloatArray


@dataclass(frozen=True, eq=False)
class Screened:
    """A snapshot after the guards.

    Attributes
    ----------
    count
        What is taken; None where the whole file was kept out.
    guards
        What was kept out.
    """

    count: Count | None
    guards: tuple[Guard, ...]


def screen(
    read: NightReturns,
    last: Count | None,
    last_stamp: datetime | None,
    ids: Sequence[str],
    expected: UnitExpectation,
    registered: FloatArray,
    overruled: Mapping[str, str],
) -> Screened:
    """Hold a snapshot against the last good state and against what can be.

    Parameters
    ----------
    read
        The snapshot.
    last, last_stamp
        The last good state and its time, None before the first.
    ids
        Ids of the units, or names of the counties, in the order of the count.
    expected
        What is expected of each unit before the snapshot.
    registered
        Registered voters of each unit where the race knows them, NaN elsewhere.
    overruled
        Unit to "accept" or "hold"; "all" to "accept" takes the whole file as it is.
    """
    accepts_all = overruled.get("all") == "accept"
    if last is not None and last.by_county != read.count.by_county and last.any_votes:
        kinds = ("units", "counties")
        message = (
            f"{_files(read)} has {kinds[read.count.by_county]} where the last good one had "
            f"{kinds[last.by_county]}: kept out"
        )
        return Screened(None, (Guard("modes", (), message),))
    if read.stamp and last_stamp and read.stamp < last_stamp and not accepts_all:
        message = (
            f"{_files(read)} was made at {read.stamp:%H:%M:%S}, before the last good one "
            f"({last_stamp:%H:%M:%S}): kept out; --accept all takes it"
        )
        return Screened(None, (Guard("older", (), message),))
    modes = tuple(sorted({*read.count.modes, *(last.modes if last else ())}))
    if "" in modes and len(modes) > 1 and last is not None and last.any_votes:
        message = (
            f"{_files(read)} {'tells' if last.modes == ('',) else 'no longer tells'} ways of "
            "voting apart, the last good one was the other way: kept out"
        )
        return Screened(None, (Guard("modes", (), message),))
    if last is None or not last.any_votes:
        modes = read.count.modes
        last = Count.nothing(read.count.n_units, modes, by_county=read.count.by_county)
    new, old = read.count.with_modes(modes), last.with_modes(modes)
    guards: list[Guard] = []
    if read.unknown:
        what = f"{_named(read.unknown)} not in the race"
        guards.append(Guard("unknown", read.unknown, f"{what}: left out"))
    had = old.unit_votes.sum(axis=1) > 0
    absent = had & ~read.present
    if int(absent.sum()) > HALF * max(int(had.sum()), 1) and not accepts_all:
        message = (
            f"{_files(read)} lacks {int(absent.sum()):,} of {int(had.sum()):,} units that had "
            "votes: half a file, kept out; --accept all takes what it has"
        )
        return Screened(None, (Guard("half", (), message),))
    if not accepts_all and (exchanged := _exchanged(read, new, old, expected)):
        return Screened(None, (exchanged,))
    kept = np.zeros(new.n_units, dtype=bool)
    accepted = np.array([accepts_all or overruled.get(unit) == "accept" for unit in ids])
    held = np.array([overruled.get(unit) == "hold" for unit in ids])
    for rule, broken, why in _unit_faults(new, old, read.present, expected, registered):
        where = broken & ~accepted & ~kept
        if where.any():
            units = tuple(ids[index] for index in np.flatnonzero(where).tolist())
            guards.append(Guard(rule, units, f"{_named(units)}: {why}"))
            kept |= where
    changed = (new.votes != old.votes).any(axis=(1, 2)) | (new.status != old.status).any(axis=1)
    held &= changed & ~kept
    if held.any():
        units = tuple(ids[index] for index in np.flatnonzero(held).tolist())
        guards.append(Guard("held", units, f"{_named(units)}: held as you asked"))
        kept |= held
    return Screened(_merged(new, old, kept, read.count.certified), tuple(guards))


def _unit_faults(
    new: Count, old: Count, present: BoolArray, expected: UnitExpectation, registered: FloatArray
) -> list[tuple[str, BoolArray, str]]:
    """Every rule for units: its name, where it is broken, and what is said of it."""
    had = old.unit_votes.sum(axis=1) > 0
    votes = new.unit_votes
    total = votes.sum(axis=1)
    falls = (new.votes < old.votes).any(axis=(1, 2)) & present
    crossed = (votes[:, ::-1] >= old.unit_votes).all(axis=1) & falls & had
    was_complete = old.status == COMPLETE
    differs = (new.votes != old.votes).any(axis=1)
    changed = (was_complete & differs).any(axis=1) & present
    reopened = (was_complete & (new.status != COMPLETE)).any(axis=1) & present
    roll = np.where(np.isfinite(new.registered), new.registered, registered)
    more = np.isfinite(roll) & (total > (1 + REGISTERED_SLACK) * roll + 1)
    value = np.log((votes[:, 0] + 0.5) / (votes[:, 1] + 0.5))
    chance = 1 / (votes[:, 0] + 0.5) + 1 / (votes[:, 1] + 0.5)
    score = np.abs(value - expected.log_odds) / np.sqrt(expected.sd**2 + chance)
    of_finalist = np.stack([expected.log_odds, -expected.log_odds], axis=1)
    least = total[:, None] * expit(of_finalist - ZERO_SCORE * expected.sd[:, None])
    zero = ((votes == 0) & (old.unit_votes == 0) & (least > ZERO_VOTES)).any(axis=1)
    unlike = (score > MAX_SCORE) & ~had & (total > 0)
    last = "the last good count stays"
    return [
        ("missing", had & ~present, f"had votes and is not in the file; {last}"),
        ("exchanged", crossed, f"the finalists' votes are exchanged; {last}"),
        ("falls", falls, f"fewer votes than before; {last}"),
        ("changed", changed, f"was complete and has changed; {last}, --accept takes the new one"),
        ("reopened", reopened, f"was complete and is no longer; {last}"),
        ("registered", more, f"more votes than registered voters; {last}"),
        (
            "zero",
            zero,
            "a finalist has no vote, or no row, where many were expected; not counted, --accept "
            "takes it",
        ),
        (
            "unlike",
            unlike,
            f"{MAX_SCORE:g} standard deviations or more from what was expected; not counted, "
            "--accept takes it",
        ),
    ]


def _exchanged(
    read: NightReturns, new: Count, old: Count, expected: UnitExpectation
) -> Guard | None:
    """Whether the finalists of a whole file have changed places."""
    before, now = old.unit_votes, new.unit_votes
    had = (before.sum(axis=1) > 0) & read.present
    plain = (now >= before).all(axis=1)
    crossed = (now[:, ::-1] >= before).all(axis=1)
    message = ""
    if int((had & crossed & ~plain).sum()) > max(int((had & plain).sum()), MIN_EXCHANGED - 1):
        first, second = before.sum(axis=0)
        leads = "the leader is exchanged" if first != second else "the columns are exchanged"
        message = f"{leads} against the last good one"
    # Units that are new: by what is expected of them.
    fresh = (before.sum(axis=1) == 0) & (now.sum(axis=1) > 0)
    if not message and fresh.sum() >= MIN_EXCHANGED:
        value = np.log((now[fresh, 0] + 0.5) / (now[fresh, 1] + 0.5))
        mean = expected.log_odds[fresh]
        weight = 1 / (expected.sd[fresh] ** 2 + 1 / np.maximum(now[fresh].min(axis=1), 0.5))
        if _slope(value, mean, weight) < -0.5 and _spread(mean, weight) > 0.3:
            message = "where one finalist was expected to lead, the other does"
    if not message:
        return None
    return Guard(
        "exchanged", (), f"{_files(read)}: {message}; kept out, --accept all takes the file"
    )


def _slope(value: FloatArray, mean: FloatArray, weight: FloatArray) -> float:
    """Of a regression of what came on what was expected."""
    centred = mean - np.average(mean, weights=weight)
    square = float((weight * centred**2).sum())
    return float((weight * centred * value).sum() / square) if square > 0 else 1.0


def _spread(mean: FloatArray, weight: FloatArray) -> float:
    centred = mean - np.average(mean, weights=weight)
    return float(np.sqrt(np.average(centred**2, weights=weight)))


def _merged(new: Count, old: Count, kept: BoolArray, certified: bool) -> Count:
    """The new count with the old one where units are kept out, or stand in no row."""
    keep = kept[:, None]
    return replace(
        new,
        votes=np.where(keep[:, None], old.votes, new.votes),
        status=np.where(keep, old.status, new.status).astype(np.int8),
        expected=np.where(keep, old.expected, new.expected),
        reported=np.where(kept, old.reported, new.reported),
        registered=np.where(np.isfinite(new.registered), new.registered, old.registered),
        certified=certified and not kept.any(),
    )


def _files(read: NightReturns) -> str:
    return ", ".join(read.files) or "the file"


def _named(units: Sequence[str]) -> str:
    more = f" and {len(units) - NAMED:,} more" if len(units) > NAMED else ""
    return ", ".join(units[:NAMED]) + more


def status_counts(count: Count) -> tuple[int, int, int]:
    """Units of which nothing, a part, and everything is counted."""
    complete = count.reported_in_full
    nothing = (count.status == NOTHING).all(axis=1) & (count.unit_votes.sum(axis=1) == 0)
    nothing &= ~complete
    return int(nothing.sum()), int((~nothing & ~complete).sum()), int(complete.sum())
