"""Counts in the cells of a file: numbers, blanks, marks that hide a number, and nothing else.

Faults of one kind are one line, however many cells have them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from forecast.race.cells import has_dots, whole_number
from forecast.race.faults import Fault, Severity

# What publishers write for a number that they keep back or do not have.
HIDDEN = ("*", "**", "***", "****", "x", "-", "--", "–", "—", "n/a", "na", ".", "s", "#", "null")
MAX_NAMED = 5
_NEGATIVE = re.compile(r"[-\u2212][0-9., ]+|\([0-9., ]+\)")


@dataclass
class Counter:
    """Reads the counts of one file and keeps what was wrong with them.

    Attributes
    ----------
    file
        Name for messages.
    thousands
        What separates thousands beside spaces: "," or ".".
    cells
        Text of a cell to the number it stands for, as a person gives it.
    blank
        Lines of cells without a number, taken for 0.
    two_dots
        A cell that shows that dots are between thousands, "1.617.138"; "" where none does.
    """

    file: str
    thousands: str = ","
    cells: Mapping[str, int] = field(default_factory=dict)
    blank: list[int] = field(default_factory=list)
    two_dots: str = ""
    _seen: dict[str, int] = field(default_factory=dict)
    _hidden: dict[str, list[int]] = field(default_factory=dict)
    _dotted: dict[str, list[int]] = field(default_factory=dict)
    _wrong: list[Fault] = field(default_factory=list)

    def count(self, text: str, column: str, line: int) -> int:
        """Number of a cell; 0 where it has none, which is noted or is an error of its kind."""
        known = self._seen.get(text)
        if known is not None:
            return known
        if not text:
            self.blank.append(line)
            return 0
        value = self.cells.get(text.casefold())
        if value is None:
            value = whole_number(text, self.thousands)
        if value is not None:
            self._seen[text] = value
            return value
        if text.casefold() in HIDDEN or not any(map(str.isdigit, text)) or text.startswith("<"):
            self._hidden.setdefault(text, []).append(line)
        elif self.thousands == "," and has_dots(text):
            self._dotted.setdefault(column, []).append(line)
            self.see(text)
            # What else is wrong is looked for with the remedy that is asked for.
            return whole_number(text, ".") or 0
        else:
            message = f"{column} must be a whole number, 0 or more, not {text!r}"
            if _NEGATIVE.fullmatch(text):
                message += "; take a correction off the unit it belongs to, in the file"
            self._wrong.append(Fault(self.file, message, line))
        return 0

    def see(self, text: str) -> None:
        """Look at a cell that is no number so far: no decimal number has two dots."""
        if self.thousands == "," and not self.two_dots and text.count(".") > 1 and has_dots(text):
            self.two_dots = text

    @property
    def is_readable(self) -> bool:
        """Whether every cell has a number, those with dots by the remedy that is asked for."""
        return not (self._wrong or self._hidden)

    def faults(self) -> list[Fault]:
        """Everything that was wrong, one line a kind, and blanks as a note."""
        faults = list(self._wrong)
        for text, lines in self._hidden.items():
            message = (
                f"votes must be a whole number, 0 or more, not {text!r} (in {_cells(lines)}): a "
                f'number that is kept back; say what it stands for, as with --cell "{text}=0"'
            )
            faults.append(Fault(self.file, message, lines[0]))
        if self._dotted:
            faults.append(self._dots())
        if self.blank:
            message = f"no number in {_cells(self.blank)}: taken for 0 votes"
            faults.append(Fault(self.file, message, self.blank[0], Severity.NOTE))
        return faults

    def _dots(self) -> Fault:
        """All cells that may have dots between thousands, of every column, as one fault."""
        lines = sorted(line for found in self._dotted.values() for line in found)
        columns = [*self._dotted]
        named = ", ".join(columns[:MAX_NAMED]) + (", ..." if len(columns) > MAX_NAMED else "")
        many = f"{len(columns):,} columns ({named})" if len(columns) > 1 else named
        return Fault(
            self.file,
            f"{many} {'have' if len(columns) > 1 else 'has'} numbers like 1.108 in "
            f"{_cells(lines)}, which are 1,108 in some countries and 1 and a bit in others; say "
            '--thousands "." for the first',
            lines[0],
        )


def _cells(lines: list[int]) -> str:
    on = [*dict.fromkeys(lines)]
    named = ", ".join(map(str, on[:MAX_NAMED])) + (", ..." if len(on) > MAX_NAMED else "")
    return f"{len(lines):,} cell{'s' * (len(lines) > 1)}, line{'s' * (len(on) > 1)} {named}"
