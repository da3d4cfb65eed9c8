"""polls.csv of a race folder: public polls of the runoff, every fault with its line."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from forecast.race.cells import per_cent, whole_number
from forecast.race.coded_columns import read_columns
from forecast.race.contest import Contest
from forecast.race.faults import Fault, Severity, raise_errors

POLLS_FILE = "polls.csv"
COLUMNS = (
    "pollster",
    "sponsor",
    "start",
    "end",
    "sample",
    "finalist_1",
    "finalist_2",
    "undecided",
    "source",
)


# Shares that add up to no more were written as fractions, 0.48 for 48 per cent.
MAX_FRACTION = 1.02


@dataclass(frozen=True)
class Poll:
    """One poll of the runoff.

    Attributes
    ----------
    pollster, sponsor
        Who asked and who paid; the sponsor is "" where nobody is named.
    start, end
        First and last day of the interviews.
    sample
        Respondents, None where unpublished.
    shares
        Shares of all respondents for the first and the second finalist, in [0, 1].
    undecided
        Share of all respondents, None where unpublished.
    source
        Where the figures were read.
    """

    pollster: str
    sponsor: str
    start: date
    end: date
    sample: int | None
    shares: tuple[float, float]
    undecided: float | None
    source: str


def load_polls(folder: Path, contest: Contest) -> tuple[Poll, ...]:
    """Read the polls of a race folder, in the order of the file; none where it has no file.

    Parameters
    ----------
    folder
        A race folder.
    contest
        Its election, whose days the polls must fit.

    Raises
    ------
    InputError
        With all faults of the file, each with its line.
    """
    polls, faults = read_polls(folder, contest)
    raise_errors(f"race folder {folder}", faults)
    return polls


def read_polls(folder: Path, contest: Contest | None) -> tuple[tuple[Poll, ...], list[Fault]]:
    """Read the polls without raising.

    The file gives per cent of all respondents, as pollsters publish them.

    Parameters
    ----------
    folder
        A race folder.
    contest
        Its election; None leaves open whether the polls fit its days.

    Returns
    -------
    tuple
        The polls that have no fault in their days and shares, and every fault.
    """
    path = folder / POLLS_FILE
    if not path.is_file():
        return (), []
    columns, lines, faults = read_columns(path)
    if columns is None:
        return (), faults
    missing = [name for name in COLUMNS if name not in columns]
    if missing:
        listed = ", ".join(COLUMNS)
        message = f"no column {', '.join(missing)}; the columns are {listed}"
        if len(columns) == 1 and (mark := _separator(next(iter(columns)))):
            message = f"the columns are separated by {mark!r}; separate them by commas, with a "
            message += "point in 48.5"
        elif "candidate_name" in columns or "answer" in columns:
            message += (
                "; a table of FiveThirtyEight's layout is imported: "
                "`forecast data import FILE --as polls --into FOLDER`"
            )
        # Every row would be a fault of its own otherwise.
        return (), [Fault(path.name, message, 1)]
    rows = (dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True))
    polls = [
        _PollRow(line, row, contest, faults).poll() for line, row in zip(lines, rows, strict=True)
    ]
    return tuple(poll for poll in polls if poll is not None), faults


def _separator(header: str) -> str:
    return next((mark for mark in ";\t|" if mark in header), "")


@dataclass
class _PollRow:
    line: int
    row: Mapping[str, str]
    contest: Contest | None
    faults: list[Fault]

    def fault(self, message: str, severity: Severity = Severity.ERROR) -> None:
        self.faults.append(Fault(POLLS_FILE, message, self.line, severity))

    def poll(self) -> Poll | None:
        start, end = self.day("start"), self.day("end")
        shares = self.share("finalist_1"), self.share("finalist_2")
        undecided = self.share("undecided") if self.row["undecided"] else None
        sample = self.sample()
        if start and end and end < start:
            self.fault(f"ends on {end}, before its start on {start}")
        if end and self.contest:
            self.in_its_time(end, self.contest)
        known = [share for share in (*shares, undecided) if share is not None]
        if len(known) > 1 and sum(known) <= MAX_FRACTION / 100:
            listed = " and ".join(self.row[name] for name in ("finalist_1", "finalist_2"))
            self.fault(f"{listed} are fractions; write per cent, 48 for 0.48")
        # Published figures are rounded, each by up to half a per cent.
        if sum(known) > 1.015:
            self.fault(f"the shares add up to {100 * sum(known):.1f} per cent")
        if start is None or end is None or shares[0] is None or shares[1] is None:
            return None
        words = {name: self.row[name] for name in ("pollster", "sponsor", "source")}
        return Poll(
            start=start,
            end=end,
            sample=sample,
            shares=(shares[0], shares[1]),
            undecided=undecided,
            **words,
        )

    def in_its_time(self, end: date, contest: Contest) -> None:
        """Name a poll that no forecast could have known, or that asked before round one."""
        if end >= contest.runoff:
            self.fault(
                f"ends on {end}, and the runoff is on {contest.runoff}: a forecast uses polls that "
                "ended before that day; correct the day or remove the row"
            )
        elif end < contest.first_round:
            self.fault(
                f"ended on {end}, before round one on {contest.first_round}: its question was "
                "about a pair that nobody knew yet; it counts, and the less the older it is",
                Severity.NOTE,
            )

    def day(self, column: str) -> date | None:
        try:
            return date.fromisoformat(self.row[column])
        except ValueError:
            american = re.fullmatch(r"\d{1,2}/\d{1,2}/\d{2,4}", self.row[column])
            hint = "; a day as month/day/year must be written year-month-day" if american else ""
            self.fault(f"{column} must be a day like 2017-06-08, not {self.row[column]!r}{hint}")
            return None

    def share(self, column: str) -> float | None:
        value = per_cent(self.row[column])
        if value is not None and 0 <= value <= 100:
            return value / 100
        self.fault(f"{column} must be per cent from 0 to 100, not {self.row[column]!r}")
        return None

    def sample(self) -> int | None:
        text = self.row["sample"]
        # Pollsters add whom they asked: likely voters, registered voters, adults.
        bare = re.sub(r"\s*(?:LV|RV|A|V)\.?$", "", text, flags=re.IGNORECASE)
        sample = whole_number(bare)
        if not text or sample:
            return sample
        self.fault(f"sample must be a whole number above 0, or empty, not {text!r}")
        return None
