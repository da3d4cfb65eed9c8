"""The record in 80 columns of plain text: groups of races, or every one."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from forecast.race.contest import Contest
from forecast.race.folder import load_contest
from forecast.race.race_yaml import RACE_FILE
from forecast.race.situation import situation_of_contest
from forecast.record.contests import read_index
from forecast.record.shipped_races import contests_folders, record_folder

WIDTH = 80


@dataclass(frozen=True)
class RecordFilter:
    """Which finished races to list: those that have every word that is given."""

    country: str = ""
    state: str = ""
    level: str = ""
    kind: str = ""

    def keep(self, contests: Iterable[Contest]) -> list[Contest]:
        """The contests that have the words, in their order."""
        wanted = {key: word for key, word in vars(self).items() if word}
        return [
            contest
            for contest in contests
            if not wanted or wanted.items() <= vars(situation_of_contest(contest)).items()
        ]


def describe_record(everything: bool, chosen: RecordFilter = RecordFilter()) -> str:
    """The finished races that ship, by group, or one a line.

    Parameters
    ----------
    everything
        One a line.
    chosen
        Which of them.
    """
    paths = sorted(record_folder().glob(f"races/*/{RACE_FILE}"))
    folders = chosen.keep(load_contest(path.parent) for path in paths)
    contests = [
        (path.name, group)
        for path in contests_folders()
        if (group := chosen.keep(read_index(path).values()))
    ]
    total = len(folders) + sum(len(group) for _, group in contests)
    lines = [f"the record: {total:,} finished races, both rounds counted; use any by its id"]
    if everything and total:
        named = [*folders, *(contest for _, group in contests for contest in group)]
        lines += _every(named)
    else:
        lines += _groups(folders, contests)
        lines.append("every one: forecast data list --all; scores: forecast backtest")
    return "\n".join(lines)


def _groups(
    folders: Sequence[Contest], contests: Sequence[tuple[str, Sequence[Contest]]]
) -> Iterator[str]:
    """A line a group: races with a folder by the place in their ids, then the contests."""
    groups: dict[str, list[Contest]] = {}
    for contest in folders:
        groups.setdefault(place_code(contest.id), []).append(contest)
    rows = [(f"{place}_...", group) for place, group in groups.items()]
    rows += [(name, list(group)) for name, group in contests]
    for name, group in rows:
        years = sorted(contest.runoff.year for contest in group)
        when = f"{years[0]} to {years[-1]}" if years[0] < years[-1] else f"{years[0]}"
        yield f"  {name:20}{len(group):>6,} finished  {when:13} such as {group[0].id}"[:WIDTH]


def _every(contests: Sequence[Contest]) -> Iterator[str]:
    ids = max(len(contest.id) for contest in contests)
    for contest in contests:
        line = f"  {contest.id:{ids}}  {contest.runoff}  {contest.title}"
        yield line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…"


def place_code(race_id: str) -> str:
    """The letters that an id begins with: "la" of la_gov_2015 and of la19820911_0019."""
    found = re.match(r"[A-Za-z]+", race_id)
    return found.group().lower() if found else race_id
