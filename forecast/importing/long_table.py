"""Tables with a row a unit and candidate, whatever their columns are called.

OpenElections, MEDSL and ministries publish such tables; so may a person who types one. Votes
stand in one column, or in a column a way of voting, or in a row a way of voting. A column of
contests, if there is one, says which rows are read.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from forecast.errors import InputError
from forecast.importing.arithmetic import settled
from forecast.importing.choice_columns import is_share
from forecast.importing.columns import Layout, layout_of
from forecast.importing.counts import HIDDEN, Counter
from forecast.importing.findings import Findings
from forecast.importing.grids import Grid, open_grid
from forecast.importing.grouping import county_kind, group_note, unit_kind
from forecast.importing.reading import (
    Offered,
    Published,
    ReadOptions,
    choose_contest,
    contest_key,
    read_with_dots,
)
from forecast.importing.row_scope import RowScope
from forecast.importing.row_sources import Cells, Numbered
from forecast.importing.sources import Source
from forecast.importing.table_words import is_nobody
from forecast.importing.tally import Tally, TallyBuilder
from forecast.importing.where_held import where_by_columns
from forecast.importing.wide_table import long_form, long_header
from forecast.race.cells import whole_number
from forecast.race.faults import Fault, raise_errors
from forecast.race.labels import normalised
from forecast.race.person_names import person_key

REGISTERED = ("registered voters", "voters registered", "registered", "registered voters total")
BALLOTS = ("ballots cast", "voters ballots cast", "ballots cast total", "total ballots cast")


def is_long(layout: Layout) -> bool:
    """Whether a header is of a table with a row a unit and candidate."""
    counted = "votes" in layout.places or bool(layout.modes)
    return counted and layout.has("candidate") and bool({"county", "unit_name"} & {*layout.places})


def knows_long(options: ReadOptions) -> Callable[[Cells], bool]:
    """Test of a row of cells for being such a header."""

    def is_header(cells: Cells) -> bool:
        try:
            numbered = is_long(layout_of(long_header(cells)))
            return numbered or is_long(layout_of(cells, options.columns))
        except InputError:
            return False

    return is_header


def read_long_table(source: Source, options: ReadOptions) -> Published:
    """Read one contest of a table with a row a unit and candidate.

    Raises
    ------
    InputError
        With all faults of the file at once.
    """
    contest: Offered | None = None
    opened = _opened(source, options)
    if opened.layout.has("office"):
        if not (offered := _offered(opened)):
            raise InputError(f"{source.name} has a header and no rows")
        contest = choose_contest(source.name, offered, options, "office")
        opened = _opened(source, options)
    if note := group_note(opened.grid.header, opened.layout):
        opened.grid.note(note, opened.grid.header_line)
    reader = _TableReader(opened, options, contest)
    unread = [
        opened.grid.header[place] for place in opened.layout.rest if place not in reader.for_nobody
    ]
    if unread:
        opened.grid.note(f"columns that are not read: {', '.join(unread)}", 1)
    tally = reader.read()
    if two_dots := reader.counter.two_dots:
        return read_with_dots(read_long_table, source, options, two_dots)
    findings = Findings(source.name, [*opened.grid.notes, *opened.grid.errors])
    findings.faults += reader.faults()
    raise_errors(source.name, findings.faults)
    if not len(tally.votes):
        raise InputError(f"{source.name} has no row of votes")
    tally = settled(tally, findings, options)
    if opened.grid.headers_again:
        _header_again(opened.grid, findings)
    raise_errors(source.name, findings.faults)
    header, layout = opened.grid.header, opened.layout
    by_county = all(unit.name == unit.county for unit in tally.units)
    return Published(
        source.name,
        str(contest) if contest else "",
        tally,
        tuple(findings.faults),
        unit_kind=unit_kind(header, layout, by_county=by_county),
        county_kind="" if by_county else county_kind(header, layout),
        where=where_by_columns(opened.grid.header, reader.scope.states),
    )


@dataclass
class _Opened:
    grid: Grid
    layout: Layout


def _opened(source: Source, options: ReadOptions) -> _Opened:
    grid = open_long(source, options)
    return _Opened(grid, layout_of(grid.header, options.columns))


def open_long(source: Source, options: ReadOptions) -> Grid:
    """Open a table with a row a unit and candidate; numbered columns of candidates go to rows."""
    return long_form(
        open_grid(source, knows_long(options), options.grid, ragged=True, columns=options.columns)
    )


def _header_again(grid: Grid, findings: Findings) -> None:
    lines = ", ".join(map(str, grid.headers_again[:5]))
    twice = [fault for fault in findings.faults if "second row of" in fault.message]
    if not twice:
        findings.note(f"the header stands again on line {lines}, and was skipped")
        return
    # One reason for all of the rows that stand twice.
    findings.faults = [fault for fault in findings.faults if fault not in twice]
    findings.error(
        f"the header stands again on line {lines}, and rows after it repeat rows before it: two "
        "copies of the table, as a conflict of versions leaves them; keep one",
        grid.headers_again[0],
    )


def _offered(opened: _Opened) -> list[Offered]:
    """The contests of the file, after one look at all of its rows."""
    places = opened.layout.places
    office, candidate = places["office"], places["candidate"]
    district = places.get("district")
    found: dict[tuple[str, str], dict[str, None]] = {}
    for _, cells in opened.grid.body:
        key = (cells[office], cells[district] if district is not None else "")
        found.setdefault(key, {})[cells[candidate]] = None
    spelled: dict[tuple[str, str], Offered] = {}
    for (name, where), candidates in found.items():
        if count_of(name, "") or not name:
            continue
        key = (contest_key(name), normalised(where))
        before = spelled.get(key)
        names = (*before.candidates, *candidates) if before else tuple(candidates)
        spelled[key] = Offered(before.name if before else name, where, "", names)
    return list(spelled.values())


def count_of(office: str, candidate: str) -> str:
    """Which count of a unit a row holds that is no contest's: "registered", "ballots" or ""."""
    names = {normalised(office), normalised(f"{office} {candidate}")}
    if names & {*REGISTERED}:
        return "registered"
    return "ballots" if names & {*BALLOTS} else ""


class _TableReader:
    """Rows of a table into a tally; each word of the file is looked at once."""

    def __init__(self, opened: _Opened, options: ReadOptions, contest: Offered | None) -> None:
        self.grid, self.layout, self.options = opened.grid, opened.layout, options
        self.contest = contest
        self.builder = TallyBuilder()
        self.counter = Counter(self.grid.file, options.thousands, options.cells)
        names = ("county", "unit_name", "unit_part", "unit_id")
        self._unit_places = [self.layout.places.get(name) for name in names]
        self.rounds: dict[str, None] = {}
        self.wrong: list[Fault] = []
        self.scope = RowScope(self.grid.file, self.grid.header, self.layout, options.leave_out)
        self.for_nobody = {
            place: self.grid.header[place]
            for place in self.layout.rest
            if is_nobody(self.grid.header[place])
            and not is_share(self.grid.header[place])
            and normalised(self.grid.header[place]) not in map(normalised, options.leave_out)
        }
        self._nobody: dict[tuple[int, str, int], tuple[int, int]] = {}
        self._takes: dict[tuple[str, str], bool] = {}
        self._counts: dict[tuple[str, str], str] = {}

    def read(self) -> Tally:
        """Tally of all rows of the contest."""
        place = self.layout.places
        votes_at, mode_at = place.get("votes"), place.get("mode")
        candidate_at, party_at = place["candidate"], place.get("party")
        given_at = place.get("given_name")
        modes = [(at, name) for at, name in self.layout.modes.items() if votes_at != at]
        names = self.grid.header
        choice_of, add, count = self.builder.choice, self.builder.add, self.counter.count
        for line, cells in self._chosen():
            name = cells[candidate_at]
            if given_at is not None:
                name = f"{cells[given_at]} {name}".strip()
            unit = self.unit(cells, line)
            if not name or unit is None:
                self._nameless(cells, line, unit)
                continue
            choice = choice_of(name, cells[party_at] if party_at is not None else "")
            # A cell left empty beside modes says nothing that the modes do not.
            if votes_at is not None and (cells[votes_at] or not modes):
                mode = cells[mode_at] if mode_at is not None else ""
                add(unit, choice, mode, count(cells[votes_at], names[votes_at], line), line)
            for at, mode in modes:
                # Many files leave a way of voting that nobody used empty.
                add(unit, choice, mode, count(cells[at] or "0", names[at], line), line)
            for field in ("registered", "ballots"):
                if field in place and (text := cells[place[field]]):
                    self.told(field, unit, text, line)
            if self.for_nobody:
                self._count_nobody(cells, unit, cells[mode_at] if mode_at is not None else "", line)
        self._add_nobody()
        return self.builder.build()

    def _count_nobody(self, cells: Cells, unit: int, mode: str, line: int) -> None:
        """Keep the votes for nobody of a unit, which stand on the row of each candidate."""
        for place, name in self.for_nobody.items():
            votes = self.counter.count(cells[place], name, line)
            before, first = self._nobody.setdefault((unit, mode, place), (votes, line))
            if votes != before:
                message = (
                    f"{name} of {self.builder.units[unit].name} is {votes:,} here and {before:,} "
                    f"on line {first}; it must be the same on all its rows, or be left out with "
                    f"--leave-out {name!r}"
                )
                self.wrong.append(Fault(self.grid.file, message, line))

    def _add_nobody(self) -> None:
        """Add the columns of votes for nobody as choices, but for those that have rows too."""
        have = {choice.key for choice in self.builder.choices}
        twice = [name for name in self.for_nobody.values() if person_key(name) in have]
        if twice:
            self.grid.note(f"not read, for there are rows of the same: {', '.join(twice)}")
        for (unit, mode, place), (votes, line) in self._nobody.items():
            if (name := self.for_nobody[place]) not in twice:
                self.builder.add(unit, self.builder.choice(name, ""), mode, votes, line)

    def faults(self) -> list[Fault]:
        """Everything that was wrong with the rows, and which of several rounds was read."""
        faults = self.wrong + self.scope.faults() + self.counter.faults()
        if len(self.rounds) > 1 and not self.options.round:
            listed = ", ".join(self.rounds)
            message = f"holds several rounds ({listed}); choose one with --round"
            faults.append(Fault(self.grid.file, message))
        return faults

    def unit(self, cells: Cells, line: int) -> int | None:
        """Unit of a row; None where a table without contests leaves it nameless."""
        county_at, unit_at, part_at, id_at = self._unit_places
        county = cells[county_at] if county_at is not None else ""
        name = cells[unit_at] if unit_at is not None else county
        if part_at is not None:
            name = f"{name} {cells[part_at]}".strip()
        given = cells[id_at] if id_at is not None else ""
        if not name and not given and self.contest is None:
            return None
        self.scope.row(cells, county if county_at is not None else name, name, line)
        return self.builder.unit(county, name, given)

    def told(self, field: str, unit: int, text: str, line: int) -> None:
        """Keep a count of a unit that stands on each of its rows."""
        key = self.builder.units[unit].unit_id
        known: dict[str, int] = getattr(self.builder, field)
        value = whole_number(text, self.options.thousands)
        if value is None:
            self.counter.see(text)
        if value is None and text.casefold() not in HIDDEN:
            message = f"{field} must be a whole number, 0 or more, not {text!r}"
            self.wrong.append(Fault(self.grid.file, message, line))
        elif value is not None and known.setdefault(key, value) != value:
            message = (
                f"{field} of {self.builder.units[unit].name} is {value:,} here and "
                f"{known[key]:,} on a line before; it must be the same on all its rows"
            )
            self.wrong.append(Fault(self.grid.file, message, line))

    def _chosen(self) -> Iterator[Numbered]:
        """Rows of the contest and the round; those that count a unit's voters are kept aside."""
        place = self.layout.places
        office, district = place.get("office"), place.get("district")
        candidate, votes = place["candidate"], place.get("votes")
        round_at = place.get("round")
        for line, cells in self.grid.body:
            if round_at is not None and not self._in_round(cells[round_at]):
                continue
            if office is None or self._takes_office(
                cells[office], cells[district] if district is not None else ""
            ):
                yield line, cells
            elif votes is not None:
                self._count(cells, (cells[office], cells[candidate]), votes, line)

    def _in_round(self, text: str) -> bool:
        self.rounds.setdefault(text, None)
        wanted = self.options.round
        return not wanted or not text or wanted in text

    def _takes_office(self, office: str, district: str) -> bool:
        key = (office, district)
        known = self._takes.get(key)
        if known is None:
            wanted = self.contest
            known = self._takes[key] = wanted is not None and (
                contest_key(office) == contest_key(wanted.name)
                and normalised(district) == normalised(wanted.district)
            )
        return known

    def _count(self, cells: Cells, pair: tuple[str, str], votes: int, line: int) -> None:
        field = self._counts.get(pair)
        if field is None:
            field = self._counts[pair] = count_of(*pair)
        if field and cells[votes]:
            unit = self.unit(cells, line)
            assert unit is not None, "a table with contests has a unit of every row"
            self.told(field, unit, cells[votes], line)

    def _nameless(self, cells: Cells, line: int, unit: int | None) -> None:
        votes_at = self.layout.places.get("votes")
        if unit is None:
            self.scope.nameless(line)
        elif votes_at is None or cells[votes_at] not in {"", "0"}:
            self.wrong.append(Fault(self.grid.file, "candidate is empty", line))
