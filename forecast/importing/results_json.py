"""Results as JSON: Clarity's votes by area, and a state's export by office.

The export of Georgia and of other states that use the same service has `results` and
`localResults`, with options by precinct. A list of objects is a table like any other.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from forecast.errors import InputError
from forecast.importing.arithmetic import settled
from forecast.importing.clarity_json import JsonContest, clarity_contests, is_areas, json_document
from forecast.importing.findings import Findings
from forecast.importing.reading import Offered, Published, ReadOptions, bare, choose_contest
from forecast.importing.sources import Source
from forecast.importing.tally import TallyBuilder
from forecast.race.cells import MAX_DIGITS
from forecast.race.faults import raise_errors


def is_results(document: object) -> bool:
    """Whether a document holds results in a form that is known."""
    return isinstance(document, dict) and (
        is_areas(document) or isinstance(document.get("localResults"), list)
    )


def read_results_json(source: Source, options: ReadOptions) -> Published:
    """Read one contest of a file of results.

    Raises
    ------
    InputError
        With all faults of the file at once.
    """
    document = json_document(source)
    if not is_results(document):
        keys = ", ".join(map(str, list(document)[:10])) if isinstance(document, dict) else "a list"
        raise InputError(
            f"{source.name} holds no results in a form that is known (Contests, or results and "
            f"localResults); it has {keys}"
        )
    try:
        contests = clarity_contests(source, document) if is_areas(document) else None
        found = list(_by_office(document) if contests is None else contests)
    except (KeyError, TypeError, IndexError, ValueError, AttributeError) as error:
        raise InputError(f"{source.name} is not as such files are: {error!r}") from None
    chosen = choose_contest(source.name, [contest.offered for contest in found], options)
    contest = next(entry for entry in found if entry.offered is chosen)
    findings, builder = Findings(source.name), TallyBuilder()
    if contest.reported and contest.reported[0] < contest.reported[1]:
        done, of = contest.reported
        findings.note(f"the count is not complete: {done} of {of} precincts had reported")
    for row, (county, unit, name, party, mode, votes) in enumerate(contest.cells, 1):
        if type(votes) is not int or not 0 <= votes < 10**MAX_DIGITS:
            findings.error(f"votes of {name} in {unit} must be a whole number, not {votes!r}")
            continue
        builder.add(builder.unit(county, unit), builder.choice(name, party), mode, votes, row)
    raise_errors(source.name, findings.faults)
    tally = builder.build()
    if not len(tally.votes):
        raise InputError(f"{source.name} has no votes by unit for {chosen}, only for the whole")
    tally = settled(tally, findings, options)
    raise_errors(source.name, findings.faults)
    kind = "county" if all(unit.name == unit.county for unit in tally.units) else "precinct"
    notes = tuple(findings.faults)
    return Published(source.name, str(chosen), tally, notes, day=_day(document), unit_kind=kind)


def _by_office(document: Mapping[str, Any]) -> Iterator[JsonContest]:
    found: dict[str, JsonContest] = {}
    for local in document["localResults"]:
        county = str(local["name"]).removesuffix(" County")
        for item in local["ballotItems"]:
            names = tuple(bare(option["name"]) for option in item["ballotOptions"])
            key = str(item.get("id", item["name"]))
            offered = Offered(str(item["name"]).strip(), "", key, names)
            contest = found.setdefault(key, JsonContest(offered))
            _reported(contest, item)
            for option in item["ballotOptions"]:
                _add_option(contest, county, option)
    yield from found.values()


def _reported(contest: JsonContest, item: Mapping[str, Any]) -> None:
    done, of = item.get("precinctsReporting"), item.get("precinctsParticipating")
    if isinstance(done, int) and isinstance(of, int):
        before = contest.reported or (0, 0)
        contest.reported = (before[0] + done, before[1] + of)


def _add_option(contest: JsonContest, county: str, option: Mapping[str, Any]) -> None:
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
