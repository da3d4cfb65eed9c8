"""Clarity's results as JSON: votes by area in one file, the names they belong to in another.

A page of Clarity's reads `ALL.json` (or `details.json`, or a file a way of voting, as
`Election_Day_Votes.json`): a list of areas, each with keys of contests and votes by choice. The
names are in `en/summary.json`. Files of Georgia's runoffs of January 2021 are so, kept in
github.com/ericpp/georgia-runoff-data-2021; an area called -1 is the sum of all others.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from forecast.errors import InputError
from forecast.importing.reading import Offered, bare
from forecast.importing.sources import Source, open_source
from forecast.json_text import load_json
from forecast.race.labels import mode_name

SUMMARY, SETTINGS = "summary.json", "electionsettings.json"
_ALL = "-1"
_MODES = ("election_day", "mail", "early", "provisional")


@dataclass
class JsonContest:
    """One contest of a file, before anything is looked at."""

    offered: Offered
    cells: list[tuple[str, str, str, str, str, Any]] = field(default_factory=list)
    reported: tuple[int, int] | None = None

    def add(
        self, county: str, unit: str, name: str, party: object, mode: str, votes: object
    ) -> None:
        """Add a count of a choice."""
        self.cells.append((county, unit, name, str(party or ""), mode, votes))


def json_document(source: Source) -> Any:
    """Read the document of a file.

    Raises
    ------
    InputError
        When it is no JSON.
    """
    encoding, _ = source.encoding()
    try:
        with source.text(encoding) as text:
            return load_json(text)
    except ValueError as error:
        raise InputError(f"{source.name} is not whole JSON: {error}") from None


def is_areas(document: object) -> bool:
    """Whether a document holds Clarity's votes by area."""
    areas = document.get("Contests") if isinstance(document, dict) else None
    return isinstance(areas, list) and all(
        isinstance(area, dict) and {"A", "C", "V"} <= {*area} for area in areas
    )


def is_summary(document: object) -> bool:
    """Whether a document is Clarity's list of contests with names and sums."""
    return (
        isinstance(document, list)
        and bool(document)
        and all(isinstance(entry, dict) and {"K", "C", "CH"} <= {*entry} for entry in document)
    )


def clarity_contests(source: Source, document: Mapping[str, Any]) -> Iterator[JsonContest]:
    """Contests of a file of areas, named by the summary beside it.

    Raises
    ------
    InputError
        When there is no summary, or it is of another election.
    """
    named = _named(source)
    counties = _counties(source)
    stem = mode_name(Path(source.name).stem.replace("_", " "))
    mode = stem if stem in _MODES else ""
    found: dict[str, JsonContest] = {}
    for area in document["Contests"]:
        name = str(area["A"]).strip()
        unit = "Total" if name == _ALL else name
        for key, votes in zip(area["C"], area["V"], strict=True):
            entry = named.get(str(key))
            if entry is None or len(entry["CH"]) != len(votes):
                raise InputError(
                    f"{source.name} has contest {key} with {len(votes)} choices, and {SUMMARY} "
                    "beside it has no such contest; take both from the same version of the page"
                )
            names: Sequence[str] = entry["CH"]
            if str(key) not in found:
                title = " ".join(str(entry["C"]).split())
                offered = Offered(title, "", str(key), tuple(map(bare, names)))
                found[str(key)] = JsonContest(offered)
                if isinstance(entry.get("PR"), int) and isinstance(entry.get("TP"), int):
                    found[str(key)].reported = (entry["PR"], entry["TP"])
            parties = entry.get("P") or [""] * len(names)
            for choice, party, count in zip(names, parties, votes, strict=True):
                county = name if name in counties else ""
                found[str(key)].add(county, unit, choice, party, mode, count)
    yield from found.values()


def _beside(source: Source, name: str) -> Any:
    """A document that lies beside a file, as on the page or in one folder, or None."""
    folder = source.path.parent
    for path in (folder / name, folder / "en" / name, folder.parent / "en" / name):
        if path.is_file():
            return json_document(open_source(path))
    return None


def _named(source: Source) -> dict[str, Any]:
    summary = _beside(source, SUMMARY)
    if not is_summary(summary):
        raise InputError(
            f"{source.name} has Clarity's votes by area, and the names of contests and candidates "
            f"are in {SUMMARY} (on the page: json/en/{SUMMARY}); put it into the same folder. "
            "detailxml.zip of the same page has all in one file, with ways of voting"
        )
    return {str(entry["K"]): entry for entry in summary}


def _counties(source: Source) -> set[str]:
    """Counties of a state's election, which are then the areas; none for a county's own."""
    settings = _beside(source, SETTINGS)
    try:
        told = settings["settings"]["electiondetails"]["participatingcounties"]
        return {str(entry).partition("|")[0].replace("_", " ") for entry in told}
    except (KeyError, TypeError):
        return set()
