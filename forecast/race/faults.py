"""Faults found in the files of a user: collected first, shown all at once."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from forecast.errors import InputError

SHOWN_FAULTS = 50
# Faults of one cause that stand whole, and further ones whose lines are named.
OF_ONE_CAUSE = 3
LINES_NAMED = 10


class Severity(StrEnum):
    """Whether a fault stops a forecast or is only worth knowing."""

    ERROR = "error"
    NOTE = "note"


@dataclass(frozen=True)
class Fault:
    """One thing wrong in one file.

    Attributes
    ----------
    file
        Name of the file within its folder.
    message
        The rule, the value and the remedy.
    line
        Line of the file, counted from 1; None where the fault has no line of its own.
    severity
        An error stops the file from being used; a note is kept and reported.
    """

    file: str
    message: str
    line: int | None = None
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        """Return the fault as one line, in the form that editors know how to open."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.message}"


def shown(faults: Sequence[Fault], most: int = SHOWN_FAULTS) -> tuple[str, ...]:
    """One line a fault, the first `most` of them and a count of the rest.

    Of faults of one cause, which differ in names and numbers only, the first stand whole, and how
    many more there are and on which lines.
    """
    causes: dict[tuple[str, str], list[Fault]] = {}
    for fault in faults:
        causes.setdefault((fault.file, _cause(fault.message)), []).append(fault)
    lines: list[str] = []
    for alike in causes.values():
        whole = OF_ONE_CAUSE if len(alike) > OF_ONE_CAUSE + 1 else len(alike)
        lines += map(str, alike[:whole])
        if more := alike[whole:]:
            at = [str(fault.line) for fault in more if fault.line is not None]
            listed = f", line{'s' * (len(more) > 1)} {', '.join(at[:LINES_NAMED])}" if at else ""
            rest = ", ..." if len(at) > LINES_NAMED else ""
            lines.append(f"... and {len(more):,} more like the last{listed}{rest}")
    if len(lines) > most:
        return (*lines[:most], f"... and {len(lines) - most:,} more")
    return tuple(lines)


def _cause(message: str) -> str:
    """What faults of one cause have in common: the words of a message without names and numbers."""
    return " ".join(re.findall(r"(?<![\w'|.-])[a-z]{3,}(?![\w'|.-])", _QUOTED.sub("", message)))


_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")


def raise_errors(where: str, faults: Iterable[Fault]) -> None:
    """Raise an InputError that lists the errors among the faults; do nothing without any.

    Parameters
    ----------
    where
        What was read, for the first line of the message.
    faults
        Faults of every severity; notes do not stop anything.

    Raises
    ------
    InputError
        When there is at least one error.
    """
    errors = [fault for fault in faults if fault.severity is Severity.ERROR]
    if errors:
        count = f"{len(errors):,} fault" + ("s" if len(errors) > 1 else "")
        raise InputError(f"{where} has {count}:", shown(errors))
