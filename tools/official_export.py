"""The totals that Georgia's Secretary of State exports as JSON, to check returns against."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from forecast.errors import InputError
from forecast.importing.rows import ReturnRow
from forecast.race.labels import candidate_and_party, mode_name

# (county, candidate, mode); county "" is the whole contest, mode "" all modes together.
TotalKey = tuple[str, str, str]


def read_official_totals(path: Path, contest: str) -> dict[TotalKey, int]:
    """Totals of one contest, of the state and of each county, in all and by vote mode.

    Raises
    ------
    InputError
        When the export has no such contest.
    """
    document = json.loads(path.read_text(encoding="utf-8"))
    totals: dict[TotalKey, int] = defaultdict(int)
    _add(totals, "", document["results"], contest)
    for county in document["localResults"]:
        _add(totals, county["name"].removesuffix(" County"), county, contest)
    if not totals:
        raise InputError(f"{path.name} has no contest {contest!r}")
    return dict(totals)


def _add(
    totals: dict[TotalKey, int], county: str, results: Mapping[str, Any], contest: str
) -> None:
    for item in results["ballotItems"]:
        if item["name"] != contest:
            continue
        for option in item["ballotOptions"]:
            name, _ = candidate_and_party(option["name"])
            totals[county, name, ""] += option["voteCount"]
            for group in option["groupResults"]:
                totals[county, name, mode_name(group["groupName"])] += group["voteCount"]


def total_faults(
    what: str, rows: Iterable[ReturnRow], official: Mapping[TotalKey, int], *, by_mode: bool
) -> list[str]:
    """Every total of the export that the rows do not add up to, one line each.

    Parameters
    ----------
    what
        Name of the table, for the lines.
    rows
        The rows as imported.
    official
        As returned by `read_official_totals`.
    by_mode
        Whether the rows tell modes apart, so that modes are compared too.
    """
    summed: dict[TotalKey, int] = defaultdict(int)
    for row in rows:
        for county in ("", row.county):
            summed[county, row.candidate, ""] += row.votes
            if row.mode:
                summed[county, row.candidate, row.mode] += row.votes
    compared = {key: votes for key, votes in official.items() if by_mode or not key[2]}
    surplus = [key for key, votes in summed.items() if key not in official and votes]
    return [
        f"{what}: {', '.join(filter(None, key))}: {summed.get(key, 0):,} votes, "
        f"the official export has {official.get(key, 0):,}"
        for key in [*compared, *surplus]
        if summed.get(key, 0) != official.get(key, 0)
    ]
