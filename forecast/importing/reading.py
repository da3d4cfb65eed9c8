"""What every reader of returns is told, and what it hands back."""

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from forecast.errors import InputError
from forecast.importing.row_sources import GridOptions
from forecast.importing.rows import ReturnRow
from forecast.importing.sources import Source
from forecast.importing.tally import Tally
from forecast.importing.where_held import NOWHERE, WhereHeld
from forecast.race.faults import Fault, Severity
from forecast.race.labels import candidate_and_party, normalised
from forecast.race.person_names import person_key

MAX_LISTED = 40


@dataclass(frozen=True)
class ReadOptions:
    """What a person says of files beyond what is in them.

    Attributes
    ----------
    contests
        Names of the one contest, which files of several counties may give in several ways.
    district
        District of an office; "" where it has one contest.
    finalists
        Both finalists, who show which contest is meant where no name does.
    grid
        Form of a table: encoding, sheet.
    thousands
        What separates thousands beside spaces.
    cells
        Text of a cell, in lower case, to the number it stands for.
    columns
        Role to the name of its column, where the program doesn't know the name.
    leave_out
        Choices and units that are none.
    add_up
        Whether rows of one candidate in one unit are added up.
    round
        Round to take of a file that holds several: "1" or "2".
    passed_over
        Name of a file with a column a candidate to lines of it that are not read.
    units
        Names of units, normalised, that are known to be some: no totals, whatever they add up to.
    keep_ways
        Whether ways of voting are kept where their totals differ by a slip, and not the totals.
    """

    contests: tuple[str, ...] = ()
    district: str = ""
    finalists: tuple[str, ...] = ()
    grid: GridOptions = field(default_factory=GridOptions)
    thousands: str = ","
    cells: Mapping[str, int] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    leave_out: tuple[str, ...] = ()
    add_up: bool = False
    round: str = ""
    passed_over: Mapping[str, frozenset[int]] = field(default_factory=dict)
    units: frozenset[str] = frozenset()
    keep_ways: bool = False


@dataclass(frozen=True)
class Published:
    """One contest as one file gives it.

    Attributes
    ----------
    file
        Name of the file.
    contest
        Contest and district as the file calls them, "" where it names none.
    tally
        Its votes.
    notes
        What was skipped or is worth knowing.
    day
        Election day, None where the file does not say.
    place
        Region that the file is of, "" where it does not say.
    unit_kind
        "precinct", "county", or what the column of units is called.
    county_kind
        What the column of counties is called where that is another word, else "".
    where
        Where the election was held, as far as the file tells.
    headers
        Key of a choice to the name of its column, in a table with a column a candidate.
    """

    file: str
    contest: str
    tally: Tally
    notes: tuple[Fault, ...] = ()
    day: date | None = None
    place: str = ""
    unit_kind: str = "precinct"
    county_kind: str = ""
    where: WhereHeld = NOWHERE
    headers: Mapping[str, str] = field(default_factory=dict)

    def rows(self) -> list[ReturnRow]:
        """Rows of a race folder."""
        return list(self.tally.rows())


def read_with_dots(
    read: Callable[[Source, ReadOptions], Published],
    source: Source,
    options: ReadOptions,
    cell: str,
) -> Published:
    """Read a table again with dots between thousands, as a cell like "1.617.138" shows."""
    published = read(source, replace(options, thousands="."))
    message = f"dots are between thousands, as {cell!r} shows, so that 1.108 is 1,108"
    note = Fault(source.name, message, severity=Severity.NOTE)
    return replace(published, notes=(note, *published.notes))


@dataclass(frozen=True)
class Offered:
    """A contest that a file holds.

    Attributes
    ----------
    name, district
        As published; files without districts leave that empty.
    key
        What tells it from another contest of the same name.
    candidates
        Names as published.
    """

    name: str
    district: str
    key: str
    candidates: tuple[str, ...]

    def __str__(self) -> str:
        """Return the name and the district, as a person would call the contest."""
        return f"{self.name} {self.district}".strip()


def choose_contest(
    file: str, offered: Sequence[Offered], options: ReadOptions, word: str = "contest"
) -> Offered:
    """Find the contest that is meant: by name, by key, as the only one, or by its finalists.

    Raises
    ------
    InputError
        When no contest is meant or several may be; the message lists them.
    """
    if options.contests:
        return _by_name(file, offered, options, word)
    if len(offered) == 1:
        return offered[0]
    wanted = {person_key(name) for name in options.finalists}
    if wanted:
        found = [
            entry
            for entry in offered
            if wanted <= {person_key(bare(name)) for name in entry.candidates}
        ]
        if len(found) == 1:
            return found[0]
    listed = ", ".join(dict.fromkeys(str(entry) for entry in offered[:MAX_LISTED]))
    more = f", and {len(offered) - MAX_LISTED:,} more" if len(offered) > MAX_LISTED else ""
    raise InputError(
        f"{file} has several {word}s; choose one with --contest, or name both finalists: "
        f"{listed}{more}"
    )


_VOTE_FOR = re.compile(r"[\s(\[-]*\bvote for (?:not more than )?(?:\d+|one|two)\b[)\]]*", re.I)


def contest_key(name: str) -> str:
    """What has to be equal for two names of contests to be one: "(Vote For 1)" is no name."""
    return normalised(_VOTE_FOR.sub("", name)) or normalised(name)


def bare(published: str) -> str:
    """Name of a candidate without the party in brackets."""
    return candidate_and_party(published)[0]


def _by_name(file: str, offered: Sequence[Offered], options: ReadOptions, word: str) -> Offered:
    wanted = {contest_key(name) for name in options.contests}
    found = [
        entry
        for entry in offered
        if {contest_key(entry.name), contest_key(str(entry))} & wanted
        and (not options.district or normalised(entry.district) == normalised(options.district))
    ] or [entry for entry in offered if entry.key and entry.key in options.contests]
    if not found:
        raise unknown_contest(file, offered, options, word)
    if len(found) == 1:
        return found[0]
    districts = sorted({entry.district for entry in found})
    if len(districts) > 1:
        raise InputError(
            f"{file} has {found[0].name!r} in several districts ({', '.join(districts)}); "
            "choose one with --district"
        )
    lines = [
        f"key {entry.key}: {entry.name}, with {', '.join(entry.candidates)}" for entry in found
    ]
    keys = " or ".join(f"--contest {entry.key}" for entry in found)
    raise InputError(
        f"{file} has {len(found)} {word}s called {found[0].name!r}; choose one by its key, {keys}:",
        lines,
    )


def unknown_contest(
    file: str, offered: Sequence[Offered], options: ReadOptions, word: str
) -> InputError:
    """The error for a contest that a file does not hold."""
    names = list(dict.fromkeys(entry.name for entry in offered))
    asked = " or ".join(repr(name) for name in options.contests)
    where = f"{asked}, district {options.district}" if options.district else asked
    near = difflib.get_close_matches(options.contests[0], names, n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    listed = ", ".join(names[:MAX_LISTED]) or "none"
    return InputError(
        f"{file} has no {word} {where}; {hint}its {word}s are: {listed} (--contest can be given "
        "several times, where counties name one contest in several ways)"
    )
