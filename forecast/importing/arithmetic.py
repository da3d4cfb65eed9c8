"""What the arithmetic of a file says of its rows: which are votes, and which only look like them.

A row of totals is found by its sum, not only by its name: what equals the sum of its siblings
in unit after unit is no candidate, and what equals the sum of its county is no precinct. A known
name that adds up is left out with a note; what adds up without such a name, or has the name and
does not add up, is an error that says how to go on.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from forecast.importing.tally import Tally
from forecast.race.faults import Fault, Severity
from forecast.race.labels import mode_name, normalised
from forecast.stats.arrays import IndexArray, Int32Array, IntArray

TOTAL_UNITS = (
    *("", "total", "totals", "county total", "county totals", "grand total", "all precincts"),
    *("total county", "countywide", "statewide", "state total", "subtotal", "sum"),
)
# Rows that repeat the votes of all candidates, some with the ballots that choose none of them.
TOTAL_CHOICES = (
    *("total", "totals", "contest total", "contest totals", "total votes", "grand total", "sum"),
    *("election total", "race total", "precinct total", "candidate total", "total valid votes"),
    *("total votes cast", "cast votes", "votes cast", "total cast", "total ballots cast"),
    *("total ballots", "ballots cast", "times counted", "total valid", "votos validos"),
)
# Ballots without a countable vote, and figures about the count: nobody's votes.
NO_CHOICES = (
    *("over votes", "overvotes", "over vote", "overvote", "times over voted", "over voted"),
    *("under votes", "undervotes", "under vote", "undervote", "times under voted", "under voted"),
    *("over under votes", "under over votes", "blank", "blanks", "blank votes", "blank ballots"),
    *("times blank voted", "void", "voids", "voids blanks", "void blank", "blank void"),
    *("blanks voids", "spoiled", "spoiled ballots", "scattering", "scatterings", "scattered"),
    *("number of precincts", "number of precincts for race", "number of precincts reporting"),
    *("precincts reporting", "precincts counted", "precincts reported", "registered voters"),
    *("registration", "voters", "turnout", "voter turnout", "not assigned", "unassigned write ins"),
    *("unresolved write in", "unresolved write ins", "rejected write ins", "exhausted"),
    *("rejected", "no vote", "unqualified write ins"),
)
TOTAL_MODES = ("total", "totals", "total votes", "all", "sum", "votes", "")
# As exact as a sum can be meant: what is this near to it in every unit is it, with a slip.
NEAR = 0.02
MIN_UNITS = 3
MAX_NAMED = 5


@dataclass
class Findings:
    """Faults of one file, in the order in which they were found."""

    file: str
    faults: list[Fault] = field(default_factory=list)

    def error(self, message: str, line: int | None = None) -> None:
        """Add what keeps the file from being used."""
        self.faults.append(Fault(self.file, message, line))

    def note(self, message: str, line: int | None = None) -> None:
        """Add what is worth knowing."""
        self.faults.append(Fault(self.file, message, line, Severity.NOTE))


def settled(tally: Tally, findings: Findings, leave_out: Sequence[str], *, add_up: bool) -> Tally:
    """Only the rows that are votes, after every sum of the file has been compared.

    Parameters
    ----------
    tally
        All rows of a contest in one file.
    findings
        Where faults go.
    leave_out
        Choices and units that a person has said are none.
    add_up
        Whether rows of one candidate in one unit belong together (fusion lines, split units).
    """
    tally = _without_named(tally, findings, leave_out)
    tally, totals = _without_total_choices(tally)
    tally = _one_mode_where_totals_differ(tally, findings)
    tally = _without_total_units(tally, findings)
    if not add_up:
        _repeated_rows(tally, findings)
    _compare_totals(tally, totals, findings)
    if not any(fault.severity is Severity.ERROR for fault in findings.faults):
        _hidden_total_choice(tally, findings)
        _hidden_total_unit(tally, findings)
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
    known = [place for place, choice in enumerate(tally.choices) if choice.key in NO_CHOICES]
    votes = tally.totals()
    for place in [*gone, *known]:
        name = tally.choices[place].name
        findings.note(f"left out: {name!r} ({votes[place]:,}), which is no candidate")
    units = [place for place, unit in enumerate(tally.units) if normalised(unit.name) in names]
    for place in units:
        findings.note(f"left out: {tally.units[place].name!r}, which you say is no unit")
    tally = tally.keep(~np.isin(tally.unit_index, units))
    return tally.without_choices([*gone, *known])


def _without_total_choices(
    tally: Tally,
) -> tuple[Tally, dict[int, tuple[str, IntArray]]]:
    """The tally without choices called a total, and what those say by unit, for comparison."""
    named = [place for place, choice in enumerate(tally.choices) if choice.key in TOTAL_CHOICES]
    if len(named) == len(tally.choices):
        return tally, {}
    matrix = tally.matrix
    told = {place: (tally.choices[place].name, matrix[:, place]) for place in named}
    return tally.without_choices(named), told


def _compare_totals(
    tally: Tally, totals: dict[int, tuple[str, IntArray]], findings: Findings
) -> None:
    summed = np.bincount(tally.unit_index, weights=tally.votes, minlength=len(tally.units))
    inside = np.zeros(len(tally.units), dtype=np.bool_)
    inside[tally.unit_index] = True
    for name, told in totals.values():
        # A total may count the ballots that choose nobody, so that more is no contradiction.
        short = np.flatnonzero(inside & (told > 0) & (told < summed))
        for unit in short[:MAX_NAMED]:
            findings.error(
                f"{name!r} is {told[unit]:,} in {tally.units[unit].name} of "
                f"{tally.units[unit].county}, and its candidates have {int(summed[unit]):,} votes "
                f"together; correct the file, or leave the row out with --leave-out {name!r}",
                _line_of(tally, unit),
            )
        if not len(short):
            more = int((told - summed)[inside & (told > 0)].sum())
            beyond = f" and count {more:,} ballots for nobody" if more else ""
            findings.note(f"left out: {name!r}, rows of totals, which add up{beyond}")


def _line_of(tally: Tally, unit: int) -> int | None:
    rows = np.flatnonzero(tally.unit_index == unit)
    return int(tally.lines[rows[0]]) if len(rows) else None


def _one_mode_where_totals_differ(tally: Tally, findings: Findings) -> Tally:
    """Modes without the one that repeats their sum; no modes where they do not add up to it."""
    total = [place for place, mode in enumerate(tally.modes) if normalised(mode) in TOTAL_MODES]
    if not total or len(total) == len(tally.modes):
        return tally
    is_total = np.isin(tally.mode_index, total)
    cell = tally.unit_index.astype(np.int64) * len(tally.choices) + tally.choice_index
    size = len(tally.units) * len(tally.choices)
    told = np.bincount(cell[is_total], weights=tally.votes[is_total], minlength=size)
    summed = np.bincount(cell[~is_total], weights=tally.votes[~is_total], minlength=size)
    has_total = np.bincount(cell[is_total], minlength=size) > 0
    has_modes = np.bincount(cell[~is_total], minlength=size) > 0
    wrong = int((has_total & has_modes & (told != summed)).sum())
    if not wrong:
        return tally.keep(~is_total | ~has_modes[cell])
    findings.note(
        f"the modes do not add up to the total in {wrong:,} rows: the totals are kept, without "
        "modes"
    )
    kept = tally.keep(is_total | ~has_total[cell])
    return replace(kept, modes=("",), mode_index=np.zeros(len(kept.votes), dtype=np.int32))


def _without_total_units(tally: Tally, findings: Findings) -> Tally:
    """The tally without units called a total, after they are compared with their county."""
    named = np.array([normalised(unit.name) in TOTAL_UNITS for unit in tally.units])
    if not named.any():
        return tally
    if named.all():
        # A file by county that has the column of a precinct and leaves it empty.
        units = tuple(replace(unit, name=unit.county or unit.name) for unit in tally.units)
        findings.note("no unit has a name of its own: the county is the unit")
        return replace(tally, units=units)
    matrix = tally.matrix
    counties = _county_keys(tally)
    for total in np.flatnonzero(named):
        county = tally.units[total].county
        whole = counties[total] in {*TOTAL_UNITS, "all counties"}
        inside = ~named & np.array([whole or own == counties[total] for own in counties])
        found = matrix[inside].sum(axis=0)
        stands = np.zeros(len(tally.choices), dtype=np.bool_)
        stands[tally.choice_index[tally.unit_index == total]] = True
        for choice in np.flatnonzero(stands & (found != matrix[total])):
            rows = (tally.unit_index == total) & (tally.choice_index == choice)
            findings.error(
                f"{tally.choices[choice].name} has {matrix[total, choice]:,} votes in "
                f"{county or 'all counties'}, and {found[choice]:,} in its precincts together; "
                "correct the file, or leave the row of totals out with --leave-out "
                f"{tally.units[total].name!r}",
                int(tally.lines[np.flatnonzero(rows)[0]]),
            )
    kept = tally.keep(~named[tally.unit_index])
    findings.note(f"left out: totals of {int(named.sum()):,} counties, which were compared")
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
    for row, other in zip(same[:MAX_NAMED].tolist(), earlier[:MAX_NAMED].tolist(), strict=True):
        unit, name = tally.units[tally.unit_index[row]], tally.choices[tally.choice_index[row]].name
        findings.error(
            f"second row of {name} in {unit.name}; the first is line {tally.lines[other]}",
            int(tally.lines[row]),
        )
    if len(same):
        people = {tally.choices[tally.choice_index[row]].name for row in same.tolist()}
        listed = ", ".join(sorted(people)[:MAX_NAMED])
        findings.error(
            f"{len(same):,} rows stand a second time ({listed}). Two copies of the table: keep "
            "one. Two people of one name: give each a name of their own in the file. Parts of a "
            "unit, or lines of one candidate: add them up with --add-up"
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


def _hidden_total_choice(tally: Tally, findings: Findings) -> None:
    """A choice that equals the sum of the others in unit after unit, whatever it is called."""
    matrix = tally.matrix
    counted = matrix[matrix.any(axis=1)]
    if len(tally.choices) < 3 or not len(counted):
        return
    others = counted.sum(axis=1, keepdims=True) - counted
    apart = np.abs(counted - others)
    exact, near = (apart == 0).mean(axis=0), (apart <= NEAR * others).mean(axis=0)
    enough = len(counted) >= MIN_UNITS
    for place in np.flatnonzero((exact > 0.5) | (near == 1) if enough else exact == 1):
        # In a field of three with one name beside two others, only a sum does this.
        if (counted > 0).sum(axis=0)[place] == 0 or (np.delete(counted, place, 1) > 0).sum() < 2:
            continue
        name = tally.choices[place].name
        units = int((apart[:, place] == 0).sum())
        findings.error(
            f"{name!r} equals the sum of all others in {units:,} of {len(counted):,} units, as a "
            f"total does: leave it out with --leave-out {name!r}",
            int(tally.lines[np.flatnonzero(tally.choice_index == place)[0]]),
        )


def _hidden_total_unit(tally: Tally, findings: Findings) -> None:
    """A unit that equals the sum of its county, or a county the sum of all others."""
    matrix = tally.matrix
    if len(tally.choices) < 2:
        return
    counties = _county_keys(tally)
    places: dict[str, list[int]] = {}
    for place, county in enumerate(counties):
        places.setdefault(county, []).append(place)
    for rows in places.values():
        for place in _sums(matrix[rows]):
            unit = tally.units[rows[place]]
            findings.error(
                f"{unit.name!r} of {unit.county or 'the file'} has the votes of all other units "
                f"there together, as a total does: leave it out with --leave-out {unit.name!r}",
                _line_of(tally, rows[place]),
            )
    if len(places) > MIN_UNITS:
        by_county = np.stack([matrix[rows].sum(axis=0) for rows in places.values()])
        lists = list(places.values())
        for place in _sums(by_county):
            unit = tally.units[lists[place][0]]
            findings.error(
                f"county {unit.county!r} has the votes of all other counties together, as a total "
                f"does: leave its units out of the file, or with --leave-out {unit.name!r}",
                _line_of(tally, lists[place][0]),
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


def _county_keys(tally: Tally) -> list[str]:
    """Key of the county of every unit, each name of a county looked at once."""
    keys = {name: normalised(name) for name in {unit.county for unit in tally.units}}
    return [keys[unit.county] for unit in tally.units]


def mode_names(tally: Tally) -> tuple[str, ...]:
    """Modes of a tally in the words of a race folder, "" left out."""
    return tuple(dict.fromkeys(filter(None, map(mode_name, tally.modes))))
