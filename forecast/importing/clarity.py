"""Clarity `detail.xml`: results by contest, candidate, vote type and precinct or county.

Clarity is the election-night software of many American states. The parser is defusedxml:
files come from the web, and an XML file can be written to fill the memory of its reader.
"""

import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import parse

from forecast.errors import InputError
from forecast.importing.rows import ReturnRow, merged
from forecast.race.labels import candidate_and_party, mode_name, unit_id

# Results come by precinct in a county's file, by county in a state's.
UNIT_TAGS = ("Precinct", "County")


def read_clarity(path: Path, contest: str) -> list[ReturnRow]:
    """Read one contest of a Clarity file.

    Parameters
    ----------
    path
        A `detail.xml`.
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
    root = _root(path)
    region = (root.findtext("Region") or "").strip()
    turnout = _turnout(root)
    found = _contest(path, root, contest)
    rows: list[ReturnRow] = []
    spelled: dict[str, str] = {}
    for choice in found.findall("Choice"):
        name, party = candidate_and_party(choice.get("text", ""), choice.get("party", ""))
        for vote_type in choice.findall("VoteType"):
            mode = mode_name(vote_type.get("name", ""))
            for unit in _unique(path, vote_type):
                unit_name = unit.get("name", "").strip()
                county = unit_name if unit.tag == "County" else region
                key = unit_id(county, unit_name)
                if spelled.setdefault(key, unit_name) != unit_name:
                    raise InputError(
                        f"{path.name}: {spelled[key]!r} and {unit_name!r} would be the same unit"
                    )
                votes = _count(path, unit, "votes")
                known = turnout.get(unit_name, (None, None))
                rows.append(ReturnRow(key, county, unit_name, name, party, mode, votes, *known))
    return merged(rows)


def _root(path: Path) -> Element:
    try:
        root: Any = parse(path).getroot()
    except OSError as error:
        raise InputError(f"{path.name} cannot be read: {error.strerror}") from None
    except DefusedXmlException:
        raise InputError(
            f"{path.name} defines XML entities, which no Clarity file does; it was not read"
        ) from None
    except ParseError as error:
        raise InputError(f"{path.name} is not whole XML: {error}") from None
    if root.tag != "ElectionResult":
        raise InputError(f"{path.name} is no Clarity detail.xml: it begins with <{root.tag}>")
    element: Element = root
    return element


def _units(parent: Element) -> Iterator[Element]:
    return (element for element in parent if element.tag in UNIT_TAGS)


def _unique(path: Path, vote_type: Element) -> list[Element]:
    units = {unit.get("name", "").strip(): unit for unit in _units(vote_type)}
    if len(units) < sum(1 for _ in _units(vote_type)):
        raise InputError(f"{path.name}: a unit stands twice in one {vote_type.get('name')!r} list")
    return list(units.values())


def _turnout(root: Element) -> dict[str, tuple[int | None, int | None]]:
    counts: dict[str, tuple[int | None, int | None]] = {}
    for group in ("VoterTurnout/Precincts", "VoterTurnout/Counties"):
        for parent in root.findall(group):
            for unit in _units(parent):
                known = _known(unit.get("totalVoters")), _known(unit.get("ballotsCast"))
                counts[unit.get("name", "").strip()] = known
    return counts


def _known(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdecimal() else None


def _contest(path: Path, root: Element, contest: str) -> Element:
    contests = {element.get("text", "").strip(): element for element in root.findall("Contest")}
    for name, element in contests.items():
        if name.casefold() == contest.strip().casefold():
            return element
    near = difflib.get_close_matches(contest, contests, n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    listed = ", ".join(contests) or "none"
    raise InputError(f"{path.name} has no contest {contest!r}; {hint}its contests are: {listed}")


def _count(path: Path, unit: Element, attribute: str) -> int:
    text = unit.get(attribute, "")
    if not text.isdecimal():
        raise InputError(
            f"{path.name}: {attribute} of {unit.get('name')!r} must be a whole number, not {text!r}"
        )
    return int(text)
