"""What the rows of a table are of: one election, units with a county, ways of voting all known."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from forecast.importing.choice_columns import is_share
from forecast.importing.columns import ELECTION_COLUMNS, Layout, column_key
from forecast.importing.counts import HIDDEN
from forecast.importing.table_words import is_person, is_total_mode, is_total_unit, says_total
from forecast.importing.where_held import STATE_COLUMNS
from forecast.race.cells import whole_number
from forecast.race.faults import Fault
from forecast.race.labels import normalised

MAX_NAMED = 5
# More texts than these are said as a count.
_MAX_VALUES = 1000


@dataclass
class RowScope:
    """Watches the rows of one contest as they are read.

    Attributes
    ----------
    file, header, layout
        Name of the file, names of its columns, and what is known of those.
    leave_out
        Names that a person has said are none: also of columns.
    """

    file: str
    header: Sequence[str]
    layout: Layout
    leave_out: Sequence[str] = ()
    _elections: dict[int, dict[str, None]] = field(default_factory=dict)
    _counts: dict[int, int] = field(default_factory=dict)
    _no_county: list[int] = field(default_factory=list)
    _no_unit: list[int] = field(default_factory=list)
    _has_county: bool = False

    def __post_init__(self) -> None:
        """Find the columns to watch."""
        out = {normalised(name) for name in self.leave_out}
        for place in self.layout.rest:
            name = self.header[place]
            key = column_key(name)
            if normalised(name) in out:
                continue
            if key in ELECTION_COLUMNS:
                self._elections[place] = {}
            elif is_person(name) and not (is_share(name) or is_total_mode(name)):
                self._counts[place] = 0
        if "votes" in self.layout.places or not self.layout.modes:
            self._counts = {}

    def row(self, cells: Sequence[str], county: str, unit: str, line: int) -> None:
        """Look at a row of the contest."""
        for place, values in self._elections.items():
            if cells[place] and len(values) < _MAX_VALUES:
                values[cells[place].casefold()] = None
        if county:
            self._has_county = True
        elif unit and not (is_total_unit(unit) or says_total(unit)):
            self._no_county.append(line)
        if self._counts:
            self._ways(cells)

    def nameless(self, line: int) -> None:
        """Keep the line of a row without a unit."""
        self._no_unit.append(line)

    def _ways(self, cells: Sequence[str]) -> None:
        """Forget columns that cannot be counts of a way of voting; add up those that can."""
        known = sum(whole_number(cells[place]) or 0 for place in self.layout.modes)
        for place in tuple(self._counts):
            value = whole_number(cells[place])
            if value is None and cells[place] and cells[place].casefold() not in HIDDEN:
                del self._counts[place]
            elif value and value != known:
                self._counts[place] += value

    @property
    def states(self) -> tuple[str, ...]:
        """Texts of the rows in the column of states, if there is one."""
        texts = (
            values
            for place, values in self._elections.items()
            if column_key(self.header[place]) in STATE_COLUMNS
        )
        return tuple(next(texts, ()))

    def faults(self) -> list[Fault]:
        """What the rows cannot be, with remedies."""
        found = []
        for place, values in self._elections.items():
            if len(values) > 1:
                name, listed = self.header[place], ", ".join([*values][:MAX_NAMED])
                message = (
                    f"the rows are of several of {name!r} ({listed}): one of them is read with "
                    f'--where "{name}={next(iter(values))}", all with --leave-out {name!r}'
                )
                found.append(Fault(self.file, message))
        for place, votes in self._counts.items():
            if votes:
                name = self.header[place]
                message = (
                    f"the column {name!r} holds whole numbers ({votes:,} together) beside ways of "
                    f'voting: one more of them, which --column "modes={name}" says, or no votes, '
                    f"which --leave-out {name!r} says"
                )
                found.append(Fault(self.file, message, 1))
        county, unit = self.layout.places.get("county"), self.layout.places.get("unit_name")
        if county is not None and self._has_county and self._no_county:
            found.append(self._empty(self.header[county], self._no_county))
        named = county if unit is None else unit
        if self._no_unit and named is not None:
            found.append(self._empty(self.header[named], self._no_unit))
        return found

    def _empty(self, column: str, lines: list[int]) -> Fault:
        named = ", ".join(map(str, lines[:MAX_NAMED])) + ", ..." * (len(lines) > MAX_NAMED)
        message = (
            f"{column!r} is empty on line{'s' * (len(lines) > 1)} {named} and filled on others: "
            f'--fill-down "{column}" takes it from the row above, as where cells are merged; else '
            "write it"
        )
        return Fault(self.file, message, lines[0])
