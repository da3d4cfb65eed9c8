"""What of a snapshot is kept out: each fault, the last good state in its place, and one line why.

A unit's fault keeps out the unit; a file's fault keeps out the file. An operator can overrule:
a unit that is accepted is taken as the file has it, one that is held stays as it was.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from forecast.night.another_kind import another_kind, totals_of_modes
from forecast.night.complete_units import complete_cells, differs
from forecast.night.count import NOTHING, Count
from forecast.night.exchange_evidence import EXCHANGED_EVIDENCE
from forecast.night.exchanges import (
    exchanged_file,
    exchanged_units,
    turned_round,
    unit_exchanges,
)
from forecast.night.expected_votes import with_likely_expected
from forecast.night.held_out import MAX_SHARE, Unlike
from forecast.night.night_posterior import NightPosterior
from forecast.night.returns_file import NightReturns
from forecast.night.unit_guards import (
    UNSETTLED,
    Known,
    UnitFault,
    described,
    taken_words,
    twice_remedy,
    unit_faults,
)
from forecast.night.unit_words import (
    against_words,
    expected_words,
    renamed_words,
    times_words,
    votes_words,
    with_numbers,
)
from forecast.night.unknown_units import too_many_words, unknown_words
from forecast.stats.arrays import BoolArray

# A file that lacks so large a share of the units that had votes before is half a file; one that
# lists so many twice is two copies; so large a part of a first one's votes is in no unit it has.
HALF = 0.1
# Units from which a second copy shows.
MIN_TWICE = 5
# Units with fewer votes than before from which a file can be an older one.
MIN_FEWER = 5
# How often units are looked at again without those that can't be right.
MAX_LOOKS = 4

UNREADABLE = "unreadable"
# Rules of whole files that lack units that are known: a crosswalk can say more of them.
LACKS_UNITS = ("half", "unknown")


@dataclass(frozen=True)
class Guard:
    """Something that was kept out.

    Attributes
    ----------
    rule
        "twice", "falls", "registered", "changed", "reopened", "jumps", "stalls", "exchanged",
        "zero", "unlike", "unknown", "missing", "held"; of whole files "unreadable", "older",
        "fewer", "half", "unknown", "twice", "exchanged", "modes".
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
class Screened:
    """A snapshot after the guards.

    Attributes
    ----------
    count
        What is taken; None where the whole file was kept out.
    guards
        What was kept out.
    posterior
        The race given that count, where it was worked out.
    taken
        What was taken though a rule says otherwise of counts that are not certified, a line each.
    """

    count: Count | None
    guards: tuple[Guard, ...]
    posterior: NightPosterior | None = None
    taken: tuple[str, ...] = ()


def screen(read: NightReturns, known: Known) -> Screened:
    """Hold a snapshot against the last good state and against what can be."""
    last, accepts_all = known.last, known.accepts_all
    taken: tuple[str, ...] = ()
    if message := another_kind(read, known, _files(read)):
        return Screened(None, (Guard("modes", (), message),))
    if read.stamp and known.stamp and read.stamp < known.stamp and not accepts_all:
        made, before = times_words(read.stamp, known.stamp)
        message = (
            f"{_files(read)} was made at {made}, before the last good one ({before}); --accept all "
            "takes it"
        )
        return Screened(None, (Guard("older", (), message),))
    if last is not None and totals_of_modes(read.count, last):
        last = last.without_modes()
    modes = tuple(sorted({*read.count.modes, *(last.modes if last else ())}))
    # A file that is taken as it is owes nothing to what was there before.
    if last is None or not last.any_votes or accepts_all:
        modes = read.count.modes
        last = Count.nothing(read.count.n_units, modes, by_county=read.count.by_county)
    new, old = read.count.with_modes(modes), last.with_modes(modes)
    if turned_round(read, new, old) and known.likelier_exchanged(last) > EXCHANGED_EVIDENCE:
        # What was taken had its finalists exchanged, and the file puts it right.
        taken = (
            f"taken: {_files(read)} in place of the last count, in which the finalists were "
            f"exchanged ({against_words(new.totals, old.totals, known.finalists)})",
        )
        old = Count.nothing(read.count.n_units, modes, by_county=read.count.by_county)
    if not accepts_all and (whole := _whole_file(read, new, old, known)):
        return Screened(None, (whole,))
    guards: list[Guard] = []
    if read.unknown:
        said = unknown_words(read.unknown, read.nearest, read.count)
        guards.append(Guard("unknown", (*read.unknown,), said))
    had = old.unit_votes.sum(axis=1) > 0
    kept = np.zeros(new.n_units, dtype=bool)
    accepted = np.array(
        [accepts_all or known.overruled.get(unit) == "accept" for unit in known.ids]
    )
    new, not_used = with_likely_expected(new, old, accepted, known.labels)
    taken += not_used
    exchanges = unit_exchanges(read, new, old, known)
    unsettled = np.zeros(new.n_units, dtype=bool)
    changed = (new.votes != old.votes).any(axis=(1, 2)) | (new.status != old.status).any(axis=1)
    for fault in (*unit_faults(read, new, old, known, exchanges), _held(new, changed, known)):
        where = fault.broken & ~accepted & ~kept
        if where.any():
            guards.append(_guard(fault, where, known, had))
            kept |= where
            if fault.rule in UNSETTLED:
                unsettled |= where
    asked = changed & read.present & ~accepted
    counties = _exchanged_counties(new, old, kept, asked, known)
    if counties.broken.any():
        guards.append(_guard(counties, counties.broken, known, had))
        kept |= counties.broken
    was = old
    old = old.with_doubt(unsettled[:, None] & complete_cells(old) & differs(new, old))
    found = _unlike(new, old, kept, asked, known)
    turned = (exchanges.wrong & ~accepted) | found.exchanged | counties.broken
    if why := exchanged_units(read, new, was, known, turned):
        return Screened(None, (Guard("exchanged", (), f"{_files(read)}: {why}"),))
    kept = found.kept
    taken += taken_words(read, new, was, known, exchanges, changed & read.present & ~kept)
    taken += tuple(found.taken)
    count = _merged(new, old, kept)
    return Screened(count, (*guards, *found.guards), found.posterior, taken)


def _held(new: Count, changed: BoolArray, known: Known) -> UnitFault:
    """Units that the operator holds, of those that changed."""
    held = np.array([known.overruled.get(unit) == "hold" for unit in known.ids])
    return UnitFault(
        "held",
        held & changed,
        "held as you asked",
        lambda unit: votes_words(new.unit_votes[unit], known.finalists),
    )


def _exchanged_counties(
    new: Count, old: Count, kept: BoolArray, asked: BoolArray, known: Known
) -> UnitFault:
    """Counties that have their finalists exchanged, among units most of whose votes are new."""
    fresh = 2 * old.unit_votes.sum(axis=1) < new.unit_votes.sum(axis=1)
    fresh &= asked & ~kept & ~new.certified_units
    counted = _merged(new, old, kept)
    broken = known.exchanged_counties(counted, old, fresh) if fresh.any() else fresh
    return UnitFault(
        "exchanged",
        broken,
        "in their county fit round one, its earlier count and the rest of the count only with the "
        "finalists' votes exchanged",
        lambda unit: votes_words(new.unit_votes[unit], known.finalists),
        "--accept UNIT, or the county, takes it",
    )


class _FoundUnlike(NamedTuple):
    """Units that can't be right: what is kept out, which, and what is taken all the same."""

    guards: list[Guard]
    kept: BoolArray
    exchanged: BoolArray
    posterior: NightPosterior | None
    taken: list[str]


def _unlike(
    new: Count, old: Count, kept: BoolArray, asked: BoolArray, known: Known
) -> _FoundUnlike:
    """Keep out units that can't be right, again without those until none is found.

    A certified count is what it is: it is taken, with a line.
    """
    had = old.unit_votes.sum(axis=1) > 0
    guards: list[Guard] = []
    taken: list[str] = []
    posterior = None
    exchanged = np.zeros_like(kept)
    for _ in range(MAX_LOOKS):
        looked_at = asked & ~kept
        if not looked_at.any():
            break
        found = known.unlike(_merged(new, old, kept), looked_at, ~had)
        posterior = found.posterior
        if not found.units.any():
            break
        for fault in _unlike_faults(found, new.modes, known.finalists):
            certified = fault.broken & new.certified_units
            if certified.any():
                where = with_numbers(certified, known.labels, fault.detail)
                taken.append(f"taken: {where}: certified, though it {fault.why}")
            wrong = fault.broken & ~certified
            if wrong.any():
                guards.append(_guard(fault, wrong, known, had))
        asked = asked & ~(found.units & new.certified_units)
        kept = kept | (found.units & ~new.certified_units)
        exchanged |= found.exchanged & ~new.certified_units
    return _FoundUnlike(guards, kept, exchanged, posterior, taken)


def _unlike_faults(
    found: Unlike, modes: tuple[str, ...], finalists: tuple[str, str]
) -> list[UnitFault]:
    def against_expected(unit: int) -> str:
        said = expected_words(found.had[unit], found.expected[unit], finalists)
        wrong = zip(modes, found.cells[unit], strict=True)
        ways = [mode.replace("_", " ") for mode, is_wrong in wrong if is_wrong and mode]
        return f"{' and '.join(ways)}: {said}" if ways else said

    return [
        UnitFault(
            "exchanged",
            found.exchanged,
            "fits round one and the rest of the count only with the finalists' votes exchanged",
            against_expected,
            "--accept UNIT takes it",
        ),
        UnitFault(
            "unlike",
            found.units & ~found.exchanged,
            f"has a share or number of votes {MAX_SHARE:g} standard deviations or more from what "
            "round one and the rest of the count suggest",
            against_expected,
            "--accept UNIT takes it",
        ),
    ]


def _guard(fault: UnitFault, where: BoolArray, known: Known, had: BoolArray) -> Guard:
    units = tuple(known.ids[index] for index in np.flatnonzero(where).tolist())
    return Guard(fault.rule, units, described(fault, where, known.labels, had))


def _whole_file(read: NightReturns, new: Count, old: Count, known: Known) -> Guard | None:
    """A fault of the whole file."""
    if wrong := _wrong_units(read, old, known):
        return wrong
    had = old.unit_votes.sum(axis=1) > 0
    absent = had & ~read.present
    n_had, n_absent = int(had.sum()), int(absent.sum())
    other = ""
    if read.unknown:
        other = renamed_words([*read.unknown], read.nearest, by_county=new.by_county)
    if n_absent and n_absent == n_had and n_had > 1:
        message = (
            f"{_files(read)} has no unit in common with the last good one{other}. Files of several "
            "counties are one snapshot: give --returns once for each, or put them into a folder "
            "within the folder"
        )
        return Guard("half", (), message)
    if n_absent > HALF * max(n_had, 1):
        message = (
            f"{_files(read)} lacks {n_absent:,} of {n_had:,} units that had votes"
            f"{other or ': half a file'}. If another file has the rest, give --returns once for "
            "each; --accept all takes what it has and forgets the rest"
        )
        return Guard("half", (), message)
    if why := exchanged_file(read, new, old, known):
        return Guard("exchanged", (), f"{_files(read)}: {why}")
    fewer = (new.unit_votes < old.unit_votes).any(axis=1) & read.present & ~new.certified_units
    n_fewer, less = int(fewer.sum()), bool(new.totals.sum() < old.totals.sum())
    if less and n_fewer >= MIN_FEWER and n_fewer > HALF * n_had:
        counted = against_words(new.totals, old.totals, known.finalists)
        message = (
            f"{_files(read)} has fewer votes than the last good one, in {n_fewer:,} of {n_had:,} "
            f"units and in all ({counted}): an older count, whatever time it says; wait for the "
            "next. If the last good one was wrong, --back-to the one before it, and then this "
            "file; --accept all takes this one as it is"
        )
        return Guard("fewer", (), message)
    return None


def _wrong_units(read: NightReturns, old: Count, known: Known) -> Guard | None:
    """A file that lists many units twice, or a first one with many votes of unknown units."""
    there, n_twice = int(read.present.sum()), len(read.twice)
    if n_twice >= MIN_TWICE and n_twice > HALF * there:
        place = min(read.twice, key=lambda place: read.twice[place])
        lines = "lines {:,} and {:,}".format(*read.twice[place])
        message = (
            f"{_files(read)} lists {n_twice:,} of {there:,} units twice, the first "
            f"{known.labels[place]} ({lines}): two copies of a table, or a row a way of voting "
            'whose column has another name (--column "mode=NAME"); give one row a unit, finalist '
            f"and way of voting (--accept all {twice_remedy(read)})"
        )
        return Guard("twice", (), message)
    if not old.any_votes and (why := too_many_words(read.unknown, read.nearest, read.count, HALF)):
        return Guard("unknown", (), f"{_files(read)}: {why}")
    return None


def _merged(new: Count, old: Count, kept: BoolArray) -> Count:
    """The new count with the old one where units are kept out, or stand in no row."""
    keep = kept[:, None]
    merged = replace(
        new,
        votes=np.where(keep[:, None], old.votes, new.votes),
        status=np.where(keep, old.status, new.status).astype(np.int8),
        expected=np.where(keep, old.expected, new.expected),
        reported=np.where(kept, old.reported, new.reported),
        registered=np.where(np.isfinite(new.registered), new.registered, old.registered),
        final=np.where(kept, old.certified_units, new.certified_units),
        doubted=np.where(keep, old.doubted_cells, new.doubted_cells),
    )
    return merged.since(old)


def _files(read: NightReturns) -> str:
    return ", ".join(read.files) or "the file"


def status_counts(count: Count) -> tuple[int, int, int]:
    """Units of which nothing, a part, and everything is counted."""
    complete = count.reported_in_full
    nothing = (count.status == NOTHING).all(axis=1) & (count.unit_votes.sum(axis=1) == 0)
    nothing &= ~complete
    return int(nothing.sum()), int((~nothing & ~complete).sum()), int(complete.sum())
