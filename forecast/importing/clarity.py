"""Clarity `detail.xml`: results by contest, candidate, vote type and precinct or county.

Clarity is the election-night software of many American states. The parser is defusedxml:
files come from the web, and an XML file can be written to fill the memory of its reader. What
has been read of the file is let go at once, so that a state's file needs no state's memory.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from forecast.errors import InputError
from forecast.importing.arithmetic import settled
from forecast.importing.findings import Findings
from forecast.importing.reading import Offered, Published, ReadOptions, bare, choose_contest
from forecast.importing.rows import ReturnRow
from forecast.importing.sources import Source, open_source
from forecast.importing.tally import TallyBuilder
from forecast.importing.where_held import WhereHeld
from forecast.race.cells import is_count
from forecast.race.faults import raise_errors
from forecast.race.place_words import US

# Results come by precinct in a county's file, by county in a state's.
UNIT_TAGS = ("Precinct", "County")
_TURNOUT_TAGS = ("VoterTurnout", "ElectionVoterTurnout")
_MARK = b"<ElectionResult"


def is_clarity(head: bytes) -> bool:
    """Whether a file begins as Clarity's results do."""
    return _MARK in head.replace(b"\x00", b"")


def read_clarity(path: Path, contest: str) -> list[ReturnRow]:
    """Read one contest of a Clarity file.

    Parameters
    ----------
    path
        A `detail.xml`, or the zip that it comes in.
    contest
        Name of the contest as in the file, case aside.

    Returns
    -------
    list of ReturnRow
        Vote types of the same mode ("Advance in Person 1" and "2") added up; registered and
        ballots from the file's VoterTurnout, None where it has none. Those are counts of the
        unit, also where a unit takes part in several contests.

    Raises
    ------
    InputError
        When the file is no Clarity file, defines entities, or has no such contest.
    """
    return read_clarity_source(open_source(path), ReadOptions(contests=(contest,))).rows()


def read_clarity_source(source: Source, options: ReadOptions) -> Published:
    """Read one contest of a Clarity file, with what the file says of itself.

    Raises
    ------
    InputError
        As `read_clarity`.
    """
    survey = _survey(source)
    chosen = choose_contest(source.name, survey.contests, options)
    findings = Findings(source.name)
    reader = _Reader(source.name, survey, TallyBuilder(), findings)
    for element in _elements(source, "Contest"):
        if element.get("key", "") == chosen.key and _name(element) == chosen.name:
            reader.contest(element)
    raise_errors(source.name, findings.faults)
    tally = reader.builder.build()
    if not len(tally.votes):
        raise InputError(f"{source.name}: contest {chosen.name!r} has no votes by unit")
    tally = settled(tally, findings, options)
    raise_errors(source.name, findings.faults)
    return Published(
        source.name,
        chosen.name,
        tally,
        tuple(findings.faults),
        day=survey.day,
        place=survey.region,
        unit_kind="county" if reader.by_county else "precinct",
        where=WhereHeld(US, "", "the format, which American counties publish"),
    )


@dataclass(frozen=True)
class Progress:
    """How far a count is, as a Clarity file says it.

    Attributes
    ----------
    stamp
        When the file was made, in the county's own time, None where it does not say.
    units
        Name of a precinct or county to the code of how far it has reported: 0 is nothing, and 4,
        or 100, all of it.
    complete
        Whether every precinct of a contest has reported, for the contests that say so by name.
    """

    stamp: datetime | None
    units: Mapping[str, int]
    complete: Mapping[str, bool]


def read_progress(path: Path) -> Progress:
    """Read how far the count of a Clarity file is.

    Raises
    ------
    InputError
        When the file is no whole Clarity file.
    """
    stamp, units, complete = None, {}, {}
    source = open_source(path)
    for element in _elements(source, "Timestamp", "Contest", *_TURNOUT_TAGS):
        if element.tag == "Timestamp":
            stamp = _stamp((element.text or "").strip())
        elif element.tag == "Contest":
            of = element.get("precinctsReporting") or element.get("precinctsParticipating") or ""
            done = element.get("precinctsReported", "")
            if is_count(of) and is_count(done):
                complete[_name(element)] = int(done) >= int(of) > 0
        else:
            for unit in (unit for group in element for unit in _units(group)):
                code = unit.get("percentReporting", "")
                if is_count(code):
                    units[unit.get("name", "").strip()] = int(code)
    return Progress(stamp, units, complete)


@dataclass
class _Survey:
    """What a file says outside its contests, and which contests it has."""

    region: str = ""
    day: date | None = None
    turnout: dict[str, tuple[int | None, int | None]] = field(default_factory=dict)
    contests: list[Offered] = field(default_factory=list)


def _survey(source: Source) -> _Survey:
    survey = _Survey()
    for element in _elements(source, "Contest", "Region", "ElectionDate", *_TURNOUT_TAGS):
        text = (element.text or "").strip()
        if element.tag == "Region":
            survey.region = text
        elif element.tag == "ElectionDate":
            survey.day = _day(text)
        elif element.tag == "Contest":
            names = tuple(bare(choice.get("text", "")) for choice in element.iterfind("Choice"))
            survey.contests.append(Offered(_name(element), "", element.get("key", ""), names))
        else:
            for unit in (unit for group in element for unit in _units(group)):
                known = _known(unit.get("totalVoters")), _known(unit.get("ballotsCast"))
                survey.turnout[unit.get("name", "").strip()] = known
    return survey


def _elements(source: Source, *tags: str) -> Iterator[Element]:
    """Elements below the root, each let go after it was looked at."""
    root: Any = None
    try:
        with source.reading() as stream:
            depth = 0
            for event, element in iterparse(stream, events=("start", "end")):
                depth += 1 if event == "start" else -1
                if root is None:
                    root = element
                    if root.tag != "ElectionResult":
                        raise InputError(
                            f"{source.name} is no Clarity detail.xml: it begins with <{root.tag}>"
                        )
                if event == "end" and depth == 1:
                    if element.tag in tags:
                        yield element
                    root.clear()
    except DefusedXmlException:
        raise InputError(
            f"{source.name} defines XML entities, which no Clarity file does; it was not read"
        ) from None
    except ParseError as error:
        raise InputError(f"{source.name} is not whole XML: {error}") from None


@dataclass
class _Reader:
    file: str
    survey: _Survey
    builder: TallyBuilder
    findings: Findings
    by_county: bool = False

    def contest(self, element: Element) -> None:
        """Add the votes of a contest, and say how much of it has been reported."""
        self._reported(element)
        spelled: dict[str, str] = {}
        for row, choice in enumerate(element.iterfind("Choice"), 1):
            code = self.builder.choice(choice.get("text", ""), choice.get("party", ""))
            for vote_type in choice.iterfind("VoteType"):
                mode = vote_type.get("name", "")
                for unit in self._unique(vote_type):
                    index = self._unit(unit, spelled)
                    self.builder.add(index, code, mode, self._count(unit, "votes"), row)

    def _reported(self, element: Element) -> None:
        of = element.get("precinctsReporting") or element.get("precinctsParticipating")
        done = element.get("precinctsReported")
        if of and done and is_count(of) and is_count(done) and int(done) < int(of):
            self.findings.note(
                f"the count is not complete: {done} of {of} precincts had reported when the file "
                "was made"
            )

    def _unit(self, unit: Element, spelled: dict[str, str]) -> int:
        name = unit.get("name", "").strip()
        self.by_county |= unit.tag == "County"
        index = self.builder.unit(name if unit.tag == "County" else self.survey.region, name)
        key = self.builder.units[index].unit_id
        if spelled.setdefault(key, name) != name:
            raise InputError(f"{self.file}: {spelled[key]!r} and {name!r} would be the same unit")
        registered, ballots = self.survey.turnout.get(name, (None, None))
        if registered is not None:
            self.builder.registered[key] = registered
        if ballots is not None:
            self.builder.ballots[key] = ballots
        return index

    def _unique(self, vote_type: Element) -> list[Element]:
        units = {unit.get("name", "").strip(): unit for unit in _units(vote_type)}
        if len(units) < sum(1 for _ in _units(vote_type)):
            name = vote_type.get("name")
            raise InputError(f"{self.file}: a unit stands twice in one {name!r} list")
        return list(units.values())

    def _count(self, unit: Element, attribute: str) -> int:
        text = unit.get(attribute, "")
        if not is_count(text):
            raise InputError(
                f"{self.file}: {attribute} of {unit.get('name')!r} must be a whole number, not "
                f"{text[:40]!r}"
            )
        return int(text)


def _name(contest: Element) -> str:
    return contest.get("text", "").strip()


def _units(parent: Element) -> Iterator[Element]:
    return (element for element in parent if element.tag in UNIT_TAGS)


def _known(text: str | None) -> int | None:
    return int(text) if text is not None and is_count(text) else None


def _stamp(text: str) -> datetime | None:
    """A time such as "6/20/2017 11:28:53 PM EDT", without its zone."""
    try:
        return datetime.strptime(" ".join(text.split()[:3]), "%m/%d/%Y %I:%M:%S %p")
    except ValueError:
        return None


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text.split(maxsplit=1)[0], "%m/%d/%Y").date() if text else None
    except ValueError:
        return None
