"""Totals among the votes, found by arithmetic, whatever they are called.

What equals the sum of its siblings is a total: a choice in unit after unit (of all others, or of a
run of them, as valid votes are), a way of voting, a unit of its county or of the whole file, or of
the rows right above or below it. One that is also called a total is left out with a note; any other
is an error that says how to leave it out.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from forecast.importing.findings import Findings
from forecast.importing.table_words import is_total_mode, says_total
from forecast.importing.tally import Tally
from forecast.race.labels import normalised
from forecast.stats.arrays import BoolArray, FloatArray, IntArray

# As exact as a sum can be meant: what is this near to it in every unit is it, with a slip.
NEAR = 0.02
MIN_UNITS = 3
# A sum of neighbours is no accident if that was a thousand times less likely than not.
_SURE = 3.0
# Runs of more choices than these are not looked through: their number grows with the square.
_MOST_IN_RUNS = 200
_PASSES = 4


def hidden_total_choice(tally: Tally, findings: Findings) -> None:
    """A choice that equals the sum of the others in unit after unit, whatever it is called."""
    names = [choice.name for choice in tally.choices]
    for place, reason in total_choices(tally.matrix, names):
        findings.error(
            f"{names[place]!r} {reason}, as a total does: leave it out with --leave-out "
            f"{names[place]!r}",
            int(tally.lines[np.flatnonzero(tally.choice_index == place)[0]]),
        )


def total_choices(counts: IntArray, names: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Choices that equal the sum of the others, or of a run of them, and what each equals.

    Parameters
    ----------
    counts
        Votes, shape (n_units, n_choices).
    names
        One a choice.
    """
    counted = counts[counts.any(axis=1)]
    if len(names) < 3 or not len(counted):
        return
    others = counted.sum(axis=1, keepdims=True) - counted
    apart = np.abs(counted - others)
    exact, near = (apart == 0).mean(axis=0), (apart <= NEAR * others).mean(axis=0)
    enough = len(counted) >= MIN_UNITS
    for place in np.flatnonzero((exact > 0.5) | (near == 1) if enough else exact == 1):
        # In a field of three with one name beside two others, only a sum does this.
        if (counted > 0).sum(axis=0)[place] == 0 or (np.delete(counted, place, 1) > 0).sum() < 2:
            continue
        units = int((apart[:, place] == 0).sum())
        yield int(place), f"equals the sum of all others in {units:,} of {len(counted):,} units"
        return
    for total, run in _sums_of_runs(counted):
        summed = names[run]
        yield (
            total,
            f"equals the sum of {len(summed)} choices from {summed[0]!r} to {summed[-1]!r} in all "
            f"{len(counted):,} units",
        )


def _sums_of_runs(counted: IntArray) -> Iterator[tuple[int, slice]]:
    """Choices that are the exact sum of two or more others that stand together, with these.

    Only where there are so many votes that this is no accident (see `_sums_of_neighbours`).
    """
    n_units, n_choices = counted.shape
    if n_units < MIN_UNITS or n_choices > _MOST_IN_RUNS:
        return
    # A number for each column of counts, as for rows below.
    own = np.random.default_rng(0).integers(1, 1 << 40, n_units) @ counted
    before = np.concatenate([[0], np.cumsum(own)])
    runs = before[None, :] - before[:, None]  # (start, end)
    chance = np.log10(np.maximum(2.5 * np.sqrt(counted), 1)).sum(axis=0)
    for place in np.flatnonzero(chance >= _SURE + 3 * np.log10(n_choices)).tolist():
        for start, end in np.argwhere(runs == own[place]).tolist():
            run = counted[:, start:end]
            several = np.count_nonzero(run.any(axis=0)) > 1
            if (
                several
                and not start <= place < end
                and (run.sum(axis=1) == counted[:, place]).all()
            ):
                yield place, slice(start, end)
                break


def without_total_mode(tally: Tally, findings: Findings) -> Tally:
    """The tally without a way of voting that is the sum of the others in every cell.

    One that is not called a total is an error, where at least two others stand beside it: of two
    alone each would be the sum of the other. Where all of them add up to what is called a total,
    none is one.
    """
    size = len(tally.units) * len(tally.choices)
    cell = tally.unit_index.astype(np.int64) * len(tally.choices) + tally.choice_index

    def votes_of(rows: BoolArray) -> FloatArray:
        return np.bincount(cell[rows], weights=tally.votes[rows], minlength=size)

    named = [place for place, mode in enumerate(tally.modes) if is_total_mode(mode)]
    others = [place for place in range(len(tally.modes)) if place not in named]
    is_named = np.isin(tally.mode_index, named)
    whole = votes_of(~is_named)
    if len(others) < 2 or (named and (votes_of(is_named) == whole).all()):
        return tally
    found = []
    for place in others:
        told = votes_of(tally.mode_index == place)
        called = says_total(tally.modes[place]) and len(others) > 2
        if (2 * told == whole).all() and (told > 0).sum() >= MIN_UNITS:
            found += [place] * (called or _is_no_accident(told, len(others)))
    if called_so := [place for place in found if says_total(tally.modes[place])]:
        name = tally.modes[called_so[0]]
        findings.note(f"left out: {name!r}, the sum of the other ways of voting")
        return tally.keep(tally.mode_index != called_so[0])
    if found and len(others) > 2:
        names = [tally.modes[place] for place in found]
        line = int(tally.lines[np.flatnonzero(np.isin(tally.mode_index, found))[0]])
        findings.error(_sum_of_ways(names), line)
    return tally


def _is_no_accident(told: FloatArray, n_ways: int) -> bool:
    """Whether so many votes are the sum of others by no chance (see `_sums_of_neighbours`)."""
    return bool(
        np.log10(np.maximum(2.5 * np.sqrt(told), 1)).sum() >= _SURE + np.log10(max(n_ways, 1))
    )


def _sum_of_ways(names: Sequence[str]) -> str:
    """What is said of a way of voting that is a sum; of two where no other has any votes."""
    if len(names) == 1:
        return (
            f"the way of voting {names[0]!r} is the sum of the others wherever it stands, as a "
            f"total is: leave it out with --leave-out {names[0]!r}"
        )
    either = " or ".join(f"--leave-out {name!r}" for name in names)
    return (
        f"the ways of voting {' and '.join(map(repr, names))} have the same votes wherever they "
        f"stand, and no other has any: leave out the one that is a total, with {either}"
    )


def without_hidden_total_units(
    tally: Tally, findings: Findings, units: frozenset[str] = frozenset()
) -> Tally:
    """The tally without units that are called a total and are one; any other such is an error.

    But for units whose names are known: early in a night one may have the votes of all others.
    """
    if len(tally.choices) < 2:
        return tally
    for _ in range(_PASSES):
        found = _total_units(tally, findings, units)
        called = np.array([says_total(unit.name) for unit in tally.units], dtype=np.bool_) & found
        for place in np.flatnonzero(called).tolist():
            findings.note(
                f"left out: {tally.units[place].name!r}, a row of totals, which adds up",
                line_of(tally, place),
            )
        tally = tally.keep(~called[tally.unit_index])
        if findings.wrong or not called.any():
            break
    stand = np.bincount(tally.unit_index, minlength=len(tally.units)) > 0
    named = np.array([says_total(unit.name) for unit in tally.units], dtype=np.bool_)
    for place in np.flatnonzero(stand & named).tolist():
        unit = tally.units[place]
        findings.error(
            f"{unit.name!r} is called a total, and no other rows add up to it: leave it out with "
            f"--leave-out {unit.name!r}, or give the unit another name",
            line_of(tally, place),
        )
    return tally


def _total_units(tally: Tally, findings: Findings, units: frozenset[str]) -> BoolArray:
    """Whether each unit is a sum of others, shape (n_units,); an error where none says so."""
    matrix = tally.matrix
    found = np.zeros(len(matrix), dtype=np.bool_)
    places: dict[str, list[int]] = {}
    for place, county in enumerate(county_keys(tally)):
        places.setdefault(county, []).append(place)
    known = np.array([normalised(unit.name) in units for unit in tally.units], dtype=np.bool_)
    for rows in places.values():
        for place in _sums(matrix[rows]):
            if not known[rows[place]]:
                found[rows[place]] = True
                _say(tally, rows[place], "the votes of all other units there together", findings)
    for place in np.flatnonzero(_sums_of_neighbours(matrix, tally) & ~found & ~known).tolist():
        found[place] = True
        _say(tally, place, "the votes of the units right before or after it", findings)
    if len(places) > MIN_UNITS and not found.any():
        _total_county(tally, matrix, list(places.values()), findings)
    return found


def _say(tally: Tally, place: int, what: str, findings: Findings) -> None:
    unit = tally.units[place]
    if not says_total(unit.name):
        findings.error(
            f"{unit.name!r} of {unit.county or 'the file'} has {what}, as a total does: leave it "
            f"out with --leave-out {unit.name!r}",
            line_of(tally, place),
        )


def _total_county(
    tally: Tally, matrix: IntArray, lists: list[list[int]], findings: Findings
) -> None:
    by_county = np.stack([matrix[rows].sum(axis=0) for rows in lists])
    for place in _sums(by_county):
        unit = tally.units[lists[place][0]]
        findings.error(
            f"county {unit.county!r} has the votes of all other counties together, as a total "
            f"does: leave its units out of the file, or with --leave-out {unit.name!r}",
            line_of(tally, lists[place][0]),
        )


def _sums(votes: IntArray) -> Iterator[int]:
    """Places of the rows that equal the sum of the other rows, but for a slip."""
    counted = votes.sum(axis=1) > 0
    if counted.sum() < MIN_UNITS:
        return
    total = votes.sum(axis=0)
    for place in np.flatnonzero(counted & (2 * votes.sum(axis=1) >= (1 - NEAR) * total.sum())):
        others = total - votes[place]
        if np.abs(votes[place] - others).max() <= NEAR * others.sum() and (others > 0).sum() > 1:
            yield int(place)


def _sums_of_neighbours(votes: IntArray, tally: Tally) -> BoolArray:
    """Whether each unit is the exact sum of the rows right above or below it, two or more.

    Without a word for a total, only where the numbers are so large that this is no accident:
    two counts near n agree by chance about once in 2.5 times the root of n.
    """
    n_units = len(votes)
    stand = votes.any(axis=1)
    order = np.flatnonzero(stand)
    counted = votes[order]
    # A number for each row of counts: equal sums have equal numbers, and others hardly ever.
    weights = np.random.default_rng(0).integers(1, 1 << 40, votes.shape[1])
    before = np.concatenate([[0], np.cumsum(counted @ weights)])
    own = counted @ weights
    first = {int(code): place for place, code in reversed([*enumerate(before)])}
    last = {int(code): place for place, code in enumerate(before)}
    chance = np.log10(np.maximum(2.5 * np.sqrt(counted), 1)).sum(axis=1)
    sure = chance >= _SURE + np.log10(max(n_units, 1))
    found = np.zeros(n_units, dtype=np.bool_)
    for place, (code, row) in enumerate(zip(own.tolist(), order.tolist(), strict=True)):
        start = first.get(int(before[place]) - code, place)
        end = last.get(int(before[place + 1]) + code, place)
        above = place - start >= 2 and _adds_up(counted, place, slice(start, place))
        below = end - place >= 3 and _adds_up(counted, place, slice(place + 1, end))
        if above or below:
            found[row] = sure[place] or says_total(tally.units[row].name)
    return found


def _adds_up(votes: IntArray, place: int, rows: slice) -> bool:
    return bool((votes[rows].sum(axis=0) == votes[place]).all())


def county_keys(tally: Tally) -> list[str]:
    """Key of the county of every unit, each name of a county looked at once."""
    keys = {name: normalised(name) for name in {unit.county for unit in tally.units}}
    return [keys[unit.county] for unit in tally.units]


def line_of(tally: Tally, unit: int) -> int | None:
    """Line of the first row of a unit."""
    rows = np.flatnonzero(tally.unit_index == unit)
    return int(tally.lines[rows[0]]) if len(rows) else None
