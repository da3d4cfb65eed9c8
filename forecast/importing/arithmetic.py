"""What the arithmetic of a file says of its rows: which are votes, and which only look like them.

A row of totals is found by its sum, not only by its name: what equals the sum of its siblings
in unit after unit is no candidate, and what equals the sum of its county is no precinct. A known
name that adds up is left out with a note; what adds up without such a name, or has the name and
does not add up, is an error that says how to go on.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from forecast.importing.findings import MAX_NAMED, Findings
from forecast.importing.hidden_totals import (
    NEAR,
    county_keys,
    hidden_total_choice,
    without_hidden_total_units,
    without_total_mode,
)
from forecast.importing.matching import Unit
from forecast.importing.reading import ReadOptions
from forecast.importing.table_words import (
    is_no_choice,
    is_nobody,
    is_total_choice,
    is_total_mode,
    is_total_of_candidates,
    is_total_unit,
    says_total,
)
from forecast.importing.tally import Tally
from forecast.race.labels import mode_name, normalised
from forecast.race.level_words import plural
from forecast.stats.arrays import BoolArray, FloatArray, IndexArray, Int32Array, IntArray

# Ballots beyond the candidates' votes that a file may leave unsaid, write-ins in a few units: so
# many, or such a part of a unit's. Where a tenth of the units have any, the total counts them all.
FEW_BALLOTS, SMALL_PART, RARE = 5, 0.02, 0.1


# How notes on the ways of voting beside their totals begin.
OF_WAYS = "the ways of voting"


class _Total(NamedTuple):
    """A choice called a total: its name, votes and lines of the file, each shape (n_units,)."""

    name: str
    told: IntArray
    lines: Int32Array


def settled(tally: Tally, findings: Findings, options: ReadOptions) -> Tally:
    """Only the rows that are votes, after every sum of the file has been compared.

    Parameters
    ----------
    tally
        All rows of a contest in one file.
    findings
        Where faults go.
    options
        What a person says of the file: what is left out, which names are units, whether rows of one
        candidate in one unit belong together, and whether ways of voting stay that miss a total.
    """
    tally = _without_named(tally, findings, options.leave_out)
    tally, totals = _without_total_choices(tally)
    tally = without_total_mode(tally, findings)
    tally = _one_mode_where_totals_differ(tally, findings, keep_ways=options.keep_ways)
    tally = _without_total_units(tally, findings)
    if not options.add_up:
        _repeated_rows(tally, findings)
    _compare_totals(tally, totals, findings)
    if not findings.wrong:
        hidden_total_choice(tally, findings)
        tally = without_hidden_total_units(tally, findings, options.units)
    return compacted(tally)


def compacted(tally: Tally) -> Tally:
    """The tally without the units, choices and modes that no row is left of."""
    units, unit_index = _used(tally.unit_index, len(tally.units))
    choices, choice_index = _used(tally.choice_index, len(tally.choices))
    modes, mode_index = _used(tally.mode_index, len(tally.modes))
    return replace(
        tally,
        units=tuple(tally.units[unit] for unit in units),
        choices=tuple(tally.choices[choice] for choice in choices),
        modes=tuple(tally.modes[mode] for mode in modes),
        unit_index=unit_index,
        choice_index=choice_index,
        mode_index=mode_index,
    )


def _used(index: Int32Array, size: int) -> tuple[list[int], Int32Array]:
    """The places that an index names, and the index into those alone."""
    used = np.bincount(index, minlength=size) > 0
    if used.all():
        return list(range(size)), index
    place = (np.cumsum(used) - 1).astype(np.int32)
    return np.flatnonzero(used).tolist(), place[index]


def _without_named(tally: Tally, findings: Findings, leave_out: Sequence[str]) -> Tally:
    names = {normalised(name) for name in leave_out}
    gone = [place for place, choice in enumerate(tally.choices) if choice.key in names]
    known = [place for place, choice in enumerate(tally.choices) if is_no_choice(choice.name)]
    votes = _without_totals(tally).totals()
    for place in [*gone, *known]:
        name = tally.choices[place].name
        findings.note(f"left out: {name!r} ({votes[place]:,}), which is no candidate")
    units = [place for place, unit in enumerate(tally.units) if normalised(_called(unit)) in names]
    for place in units:
        findings.note(f"left out: {_called(tally.units[place])!r}, which you say is no unit")
    modes = [place for place, mode in enumerate(tally.modes) if mode and normalised(mode) in names]
    for place in modes:
        findings.note(f"left out: {tally.modes[place]!r}, which you say is no way of voting")
    gone_rows = np.isin(tally.unit_index, units) | np.isin(tally.mode_index, modes)
    tally = tally.keep(~gone_rows)
    return tally.without_choices([*gone, *known])


def _without_totals(tally: Tally) -> Tally:
    """The tally without rows of units and ways of voting that are called totals of the others."""
    units = np.array([is_total_unit(unit.name) for unit in tally.units], dtype=bool)
    modes = np.array([is_total_mode(mode) for mode in tally.modes], dtype=bool)
    of_units = units[tally.unit_index] & (not units.all())
    return tally.keep(~(of_units | (modes[tally.mode_index] & (not modes.all()))))


def _full_name(unit: Unit) -> str:
    """Name of a unit, with its county where it has one."""
    return f"{_called(unit)} of {unit.county}" if unit.name and unit.county else _called(unit)


def _much_more_in_few(told: IntArray, summed: FloatArray, counted: BoolArray) -> IndexArray:
    """Units whose total is far above its candidates' sum, where the two are equal in the others."""
    beyond = counted & (told > summed)
    much = beyond & (told - summed > np.maximum(FEW_BALLOTS, SMALL_PART * told))
    is_rare = beyond.sum() <= RARE * counted.sum()
    return np.flatnonzero(much) if is_rare else np.zeros(0, dtype=np.intp)


def _called(unit: Unit) -> str:
    """Name of a unit; of its county where it has none."""
    return unit.name or unit.county


def _without_total_choices(
    tally: Tally,
) -> tuple[Tally, dict[int, _Total]]:
    """The tally without choices called a total, and what those say by unit, for comparison."""
    named = [place for place, choice in enumerate(tally.choices) if is_total_choice(choice.name)]
    if len(named) == len(tally.choices):
        return tally, {}
    matrix = tally.matrix
    told = {
        place: _Total(tally.choices[place].name, matrix[:, place], _lines_of(tally, place))
        for place in named
    }
    return tally.without_choices(named), told


def _lines_of(tally: Tally, choice: int) -> Int32Array:
    """Line of the first row of a choice in each unit, 0 where it has none, shape (n_units,)."""
    lines = np.zeros(len(tally.units), dtype=np.int32)
    rows = np.flatnonzero(tally.choice_index == choice)[::-1]
    lines[tally.unit_index[rows]] = tally.lines[rows]
    return lines


def _compare_totals(tally: Tally, totals: dict[int, _Total], findings: Findings) -> None:
    everybody = np.bincount(tally.unit_index, weights=tally.votes, minlength=len(tally.units))
    inside = np.zeros(len(tally.units), dtype=np.bool_)
    inside[tally.unit_index] = True
    matrix = tally.matrix
    nobody = [place for place, choice in enumerate(tally.choices) if is_nobody(choice.name)]
    for name, told, lines in totals.values():
        of_candidates = is_total_of_candidates(name)
        summed = everybody - matrix[:, nobody].sum(axis=1) if of_candidates else everybody
        if (place := _above_total(matrix, told)) is not None:
            larger = tally.choices[place].name
            findings.error(
                f"{larger!r} alone has more than {name!r} in unit after unit, as registered voters "
                f'have: --column "registered={larger}" says so, or leave it out with --leave-out '
                f"{larger!r}"
            )
            continue
        # A total may count the ballots that choose nobody, so that more is no contradiction, but
        # where it is much more in a few units and the same in the others.
        counted = inside & (told > 0)
        short = np.flatnonzero(counted & (told < summed))
        wrong = short if len(short) else _much_more_in_few(told, summed, counted)
        for unit in wrong[:MAX_NAMED]:
            same = "" if len(short) else "; in nearly all other units the two are equal"
            where = _full_name(tally.units[unit])
            findings.error(
                f"{name!r} is {told[unit]:,} in {where}, and its candidates have "
                f"{int(summed[unit]):,} votes together{same}; correct the file, or leave the total "
                f"out with --leave-out {name!r}",
                int(lines[unit]),
            )
        if not len(wrong):
            more = int((told - summed)[inside & (told > 0)].sum())
            beyond = f" and count {more:,} ballots for nobody" if more else ""
            findings.note(f"left out: {name!r}, rows of totals, which add up{beyond}")


def _above_total(matrix: IntArray, told: IntArray) -> int | None:
    """Position of a choice that alone exceeds a total wherever both count, three times or more."""
    both = (matrix > 0) & (told > 0)[:, None]
    above = both & (matrix > told[:, None])
    found = np.flatnonzero((above.sum(axis=0) >= 3) & (above == both).all(axis=0))
    return int(found[0]) if len(found) else None


def _one_mode_where_totals_differ(tally: Tally, findings: Findings, *, keep_ways: bool) -> Tally:
    """Modes without the one that repeats their sum; no modes where they do not add up to it.

    But for ways of voting that are to be kept: a slip in a total does not take them away.
    """
    total = [place for place, mode in enumerate(tally.modes) if is_total_mode(mode)]
    if not total or len(total) == len(tally.modes):
        return tally
    is_total = np.isin(tally.mode_index, total)
    cell = tally.unit_index.astype(np.int64) * len(tally.choices) + tally.choice_index
    size = len(tally.units) * len(tally.choices)
    told = np.bincount(cell[is_total], weights=tally.votes[is_total], minlength=size)
    summed = np.bincount(cell[~is_total], weights=tally.votes[~is_total], minlength=size)
    has_total = np.bincount(cell[is_total], minlength=size) > 0
    has_modes = np.bincount(cell[~is_total], minlength=size) > 0
    wrong = has_total & has_modes & (told != summed)
    names = ", ".join(tally.modes[place] or "(empty)" for place in total)
    if not wrong.any():
        if keep_ways:
            findings.note(f"{OF_WAYS} add up to the rows of mode {names}, which are left out")
        return tally.keep(~is_total | ~has_modes[cell])
    rows = np.flatnonzero(is_total & wrong[cell])
    shown = ", ".join(_sums_of_ways(tally, row, summed, told) for row in rows[:MAX_NAMED].tolist())
    shown += ", ..." * (len(rows) > MAX_NAMED)
    n_wrong = int(wrong.sum())
    differ = f"{OF_WAYS} do not add up to the total in {plural(n_wrong, 'row')} ({shown})"
    line = int(tally.lines[rows[0]])
    if keep_ways and np.abs(told - summed)[wrong].sum() <= NEAR * told[has_modes].sum():
        findings.note(f"{differ}: they are used, and the rows of mode {names} are left out", line)
        return tally.keep(~is_total | ~has_modes[cell])
    findings.note(
        f"{differ}: the totals are kept, and no way of voting is told apart; correct those rows in "
        "the file to keep them",
        line,
    )
    kept = tally.keep(is_total | ~has_total[cell])
    return replace(kept, modes=("",), mode_index=np.zeros(len(kept.votes), dtype=np.int32))


def _sums_of_ways(tally: Tally, row: int, summed: FloatArray, told: FloatArray) -> str:
    """A candidate and unit with the sum of the ways of voting, and the total on its line."""
    choice, unit = int(tally.choice_index[row]), tally.units[tally.unit_index[row]]
    cell = int(tally.unit_index[row]) * len(tally.choices) + choice
    return (
        f"{tally.choices[choice].name} in {_full_name(unit)}: {int(summed[cell]):,} and "
        f"{int(told[cell]):,} on line {tally.lines[row]}"
    )


def _without_total_units(tally: Tally, findings: Findings) -> Tally:
    """The tally without units called a total, after they are compared with their county."""
    named = np.array([is_total_unit(unit.name) for unit in tally.units])
    if not named.any():
        return tally
    if named.all():
        # A file by county that has the column of a precinct and leaves it empty.
        units = tuple(replace(unit, name=unit.county or unit.name) for unit in tally.units)
        findings.note("no unit has a name of its own: the county is the unit")
        return replace(tally, units=units)
    matrix = tally.matrix
    counties = np.array(county_keys(tally))
    precinct = ~named & ~np.array([says_total(unit.name) for unit in tally.units])
    for total in np.flatnonzero(named):
        county = tally.units[total].county
        inside = precinct & (counties == counties[total])
        # A label that stands where counties do, on a row without a unit: of the whole file.
        if is_total_unit(county) or county.casefold() == "all counties" or not inside.any():
            inside = precinct
        found = matrix[inside].sum(axis=0)
        stands = np.zeros(len(tally.choices), dtype=np.bool_)
        stands[tally.choice_index[tally.unit_index == total]] = True
        for choice in np.flatnonzero(stands & (found != matrix[total])):
            rows = (tally.unit_index == total) & (tally.choice_index == choice)
            findings.error(
                f"{tally.choices[choice].name} has {matrix[total, choice]:,} votes in "
                f"{county or 'all counties'}, and {found[choice]:,} in its precincts together; "
                "correct the file, or leave the row of totals out with --leave-out "
                f"{_called(tally.units[total])!r}",
                int(tally.lines[np.flatnonzero(rows)[0]]),
            )
    kept = tally.keep(~named[tally.unit_index])
    n_totals = int(named.sum())
    rows = (
        "a row of totals, which adds up"
        if n_totals == 1
        else f"{n_totals:,} rows of totals, which add up"
    )
    findings.note(f"left out: {rows}")
    return kept


def _repeated_rows(tally: Tally, findings: Findings) -> None:
    """Rows of one candidate, unit and mode after the first: fusion lines, people or copies."""
    keys: dict[str, int] = {}
    of = np.array([keys.setdefault(c.key, len(keys)) for c in tally.choices], dtype=np.int64)
    cells = tally.unit_index.astype(np.int64) * len(keys)
    cells += of[tally.choice_index]
    cells *= len(tally.modes)
    cells += tally.mode_index
    order = np.argsort(cells, kind="stable")
    ordered = cells[order]
    # Of equal cells the first row comes first, and those after it are the same cell again.
    is_again = np.concatenate([[False], ordered[1:] == ordered[:-1]])
    if not is_again.any():
        return
    start = np.maximum.accumulate(np.where(is_again, 0, np.arange(len(order))))
    again, before = order[is_again], order[start[is_again]]
    by_row = np.argsort(again)
    again, before = again[by_row], before[by_row]
    fused = tally.choice_index[again] != tally.choice_index[before]
    if fused.any():
        _fusion(tally, again[fused], findings)
    same, earlier = again[~fused], before[~fused]
    if len(same):
        findings.error(_again(tally, same, earlier), int(tally.lines[same[0]]))


def _again(tally: Tally, rows: IndexArray, earlier: IndexArray) -> str:
    """Rows that stand a second time, the first few of them named, and what to do about them."""
    # A line has a row for each way of voting.
    found: dict[tuple[int, str, str], int] = {}
    for row, other in zip(rows.tolist(), earlier.tolist(), strict=True):
        unit, choice = tally.units[tally.unit_index[row]], tally.choices[tally.choice_index[row]]
        at = (int(tally.lines[row]), choice.name, unit.name)
        found.setdefault(at, int(tally.lines[other]))
    named = [
        f"{f'line {line}: ' if len(found) > 1 else ''}second row of {name} in {unit}; the first is "
        f"line {first}"
        for (line, name, unit), first in [*found.items()][:MAX_NAMED]
    ]
    listed = ", ".join(named)
    if len(found) > 1:
        more = f", and {len(found) - MAX_NAMED:,} more" if len(found) > MAX_NAMED else ""
        listed = f"{len(found):,} rows stand a second time ({listed}{more})"
    return (
        f"{listed}. Two copies of the table: keep one. Two people of one name: give each a name of "
        "their own in the file. Smaller units that no column is known of: name it with --column "
        '"unit_name=NAME". Parts of a unit, or lines of one candidate: add them up with --add-up'
    )


def _fusion(tally: Tally, rows: IndexArray, findings: Findings) -> None:
    fused = tally.choice_index[rows].tolist()
    for name in dict.fromkeys(tally.choices[choice].name for choice in fused):
        parties = [choice.party or "none" for choice in tally.choices if choice.name == name]
        findings.error(
            f"{name!r} stands in the same units for {' and '.join(parties)}: fusion lines of one "
            "candidate, which --add-up adds up under the party of the larger line, or two people "
            "of one name, who need names of their own in the file",
            int(tally.lines[rows[0]]),
        )


def mode_names(tally: Tally) -> tuple[str, ...]:
    """Modes of a tally in the words of a race folder, "" left out."""
    return tuple(dict.fromkeys(filter(None, map(mode_name, tally.modes))))
