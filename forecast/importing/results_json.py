"""Results as JSON: Clarity's details, a state's export by office, and plain lists of rows.

Clarity's `details.json` has a list `Contests` with areas, choices and a matrix of votes. The
export of Georgia and of other states that use the same service has `results` and
`localResults`, with options by precinct. A list of objects is a table like any other.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from forecast.errors import InputError
from forecast.importing.arithmetic import Findings, settled
from forecast.importing.reading import Offered, Published, ReadOptions, bare, choose_contest
from forecast.importing.sources import Source
from forecast.importing.tally import TallyBuilder
from forecast.json_text import load_json
from forecast.race.faults import raise_errors


@dataclass
class _Contest:
    """One contest of a file, before anything is looked at."""

    offered: Offered
    cells: list[tuple[str, str, str, str, str, Any]] = field(default_factory=list)
    reported: tuple[int, int] | None = None

    def add(
        self, county: str, unit: str, name: str, party: object, mode: str, votes: object
    ) -> None:
        """Add a count of a choice."""
        self.cells.append((county, unit, name, str(party or ""), mode, votes))


def read_json(source: Source) -> Any:
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


def is_results(document: object) -> bool:
    """Whether a document holds results in a form that is known."""
    return isinstance(document, dict) and (
        isinstance(document.get("Contests"), list) or "localResults" in document
    )


def read_results_json(source: Source, options: ReadOptions) -> Published:
    """Read one contest of a file of results.

    Raises
    ------
    InputError
        With all faults of the file at once.
    """
    document = read_json(source)
    if not is_results(document):
        keys = ", ".join(map(str, list(document)[:10])) if isinstance(document, dict) else "a list"
        raise InputError(
            f"{source.name} holds no results in a form that is known (Contests, or results and "
            f"localResults); it has {keys}"
        )
    try:
        found = list(_clarity(document) if "Contests" in document else _by_office(document))
    except (KeyError, TypeError, IndexError, ValueError, AttributeError) as error:
        raise InputError(f"{source.name} is not as such files are: {error!r}") from None
    chosen = choose_contest(source.name, [contest.offered for contest in found], options)
    contest = next(entry for entry in found if entry.offered is chosen)
    findings, builder = Findings(source.name), TallyBuilder()
    if contest.reported and contest.reported[0] < contest.reported[1]:
        done, of = contest.reported
        findings.note(f"the count is not complete: {done} of {of} precincts had reported")
    for row, (county, unit, name, party, mode, votes) in enumerate(contest.cells, 1):
        if not isinstance(votes, int) or isinstance(votes, bool) or votes < 0:
            findings.error(f"votes of {name} in {unit} must be a whole number, not {votes!r}")
            continue
        builder.add(builder.unit(county, unit), builder.choice(name, party), mode, votes, row)
    raise_errors(source.name, findings.faults)
    tally = builder.build()
    if not len(tally.votes):
        raise InputError(f"{source.name} has no votes by unit for {chosen}, only for the whole")
    tally = settled(tally, findings, options.leave_out, add_up=options.add_up)
    raise_errors(source.name, findings.faults)
    kind = "county" if all(unit.name == unit.county for unit in tally.units) else "precinct"
    notes = tuple(findings.faults)
    return Published(source.name, str(chosen), tally, notes, day=_day(document), unit_kind=kind)


def _clarity(document: Mapping[str, Any]) -> Iterator[_Contest]:
    region = str(document.get("Region") or "")
    for entry in document["Contests"]:
        choices: Sequence[str] = entry.get("CH", [])
        parties = entry.get("P", [])
        names = tuple(bare(name) for name in choices)
        contest = _Contest(Offered(str(entry["C"]).strip(), "", str(entry.get("K", "")), names))
        if isinstance(entry.get("PR"), int) and isinstance(entry.get("TP"), int):
            contest.reported = (entry["PR"], entry["TP"])
        for area, votes in zip(entry.get("A", []), entry.get("V", []), strict=True):
            for place, (name, count) in enumerate(zip(choices, votes, strict=True)):
                party = parties[place] if place < len(parties) else ""
                contest.add(region or str(area), str(area), name, party, "", count)
        yield contest


def _by_office(document: Mapping[str, Any]) -> Iterator[_Contest]:
    found: dict[str, _Contest] = {}
    for local in document["localResults"]:
        county = str(local["name"]).removesuffix(" County")
        for item in local["ballotItems"]:
            names = tuple(bare(option["name"]) for option in item["ballotOptions"])
            key = str(item.get("id", item["name"]))
            offered = Offered(str(item["name"]).strip(), "", key, names)
            contest = found.setdefault(key, _Contest(offered))
            _reported(contest, item)
            for option in item["ballotOptions"]:
                _add_option(contest, county, option)
    yield from found.values()


def _reported(contest: _Contest, item: Mapping[str, Any]) -> None:
    done, of = item.get("precinctsReporting"), item.get("precinctsParticipating")
    if isinstance(done, int) and isinstance(of, int):
        before = contest.reported or (0, 0)
        contest.reported = (before[0] + done, before[1] + of)


def _add_option(contest: _Contest, county: str, option: Mapping[str, Any]) -> None:
    party = option.get("politicalParty") or ""
    for unit in option.get("precinctResults") or [{**option, "name": county}]:
        groups = unit.get("groupResults") or [{"groupName": "", "voteCount": unit["voteCount"]}]
        for group in groups:
            given = (option["name"], party, str(group.get("groupName", "")), group["voteCount"])
            contest.add(county, str(unit["name"]), *given)


def _day(document: Mapping[str, Any]) -> date | None:
    try:
        return date.fromisoformat(str(document.get("electionDate") or "")[:10])
    except ValueError:
        return None
