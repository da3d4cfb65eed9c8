"""The record in plain text: groups of races, or every one."""

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from forecast.race.contest import Contest
from forecast.race.folder import load_contest
from forecast.race.race_yaml import RACE_FILE
from forecast.race.situation import situation_of_contest
from forecast.record.contests import read_index
from forecast.record.shipped_races import contests_folders, record_folder

WIDTH = 80
# Longer ids push what stands behind them to the right.
MOST_ID = 27


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


def describe_record(
    everything: bool, chosen: RecordFilter = RecordFilter(), width: int = WIDTH
) -> str:
    """The finished races that ship, by group, or one a line.

    Parameters
    ----------
    everything
        One a line.
    chosen
        Which of them.
    width
        Columns to write in.
    """
    paths = sorted(record_folder().glob(f"races/*/{RACE_FILE}"))
    folders = chosen.keep(load_contest(path.parent) for path in paths)
    contests = [
        (path.name, group)
        for path in contests_folders()
        if (group := chosen.keep(read_index(path).values()))
    ]
    total = len(folders) + sum(len(group) for _, group in contests)
    lines = textwrap.wrap(
        f"the record: {total:,} finished races, both rounds counted; use any by its id", width
    )
    if everything and total:
        named = [*folders, *(contest for _, group in contests for contest in group)]
        lines += _every(named, width)
    else:
        lines += _groups(folders, contests, width)
        lines += textwrap.wrap(
            "every one: forecast data list --all; scores: forecast backtest", width
        )
    return "\n".join(lines)


def _groups(
    folders: Sequence[Contest], contests: Sequence[tuple[str, Sequence[Contest]]], width: int
) -> Iterator[str]:
    """A line a group: races with a folder by the place in their ids, then the contests."""
    groups: dict[str, list[Contest]] = {}
    for contest in folders:
        groups.setdefault(place_code(contest.id), []).append(contest)
    rows = [(f"{place}_...", group) for place, group in groups.items()]
    rows += [(name, list(group)) for name, group in contests]
    names = max((len(name) for name, _ in rows), default=0)
    for name, group in rows:
        years = sorted(contest.runoff.year for contest in group)
        when = f"{years[0]} to {years[-1]}" if years[0] < years[-1] else f"{years[0]}"
        yield from _line(
            f"{name:{names}}  {len(group):>5,}  {when:12}", f"e.g. {group[0].id}", width
        )


def _every(contests: Sequence[Contest], width: int) -> Iterator[str]:
    ids = min(MOST_ID, max(len(contest.id) for contest in contests))
    for contest in contests:
        yield from _line(f"{contest.id:{ids}}  {contest.runoff}", contest.title, width)


def _line(head: str, rest: str, width: int) -> list[str]:
    """A line; what has no room behind its head goes below. Nothing is cut."""
    if 4 + len(head) + len(rest) <= width:
        return [f"  {head}  {rest}"]
    # Columns that are too wide for the terminal lose their alignment.
    head = head if len(head) + 2 <= width else " ".join(head.split())
    below = textwrap.wrap(
        rest, width, initial_indent="      ", subsequent_indent="      ", break_on_hyphens=False
    )
    return [f"  {head}".rstrip(), *below]


def place_code(race_id: str) -> str:
    """The letters that an id begins with: "la" of la_gov_2015 and of la19820911_0019."""
    found = re.match(r"[A-Za-z]+", race_id)
    return found.group().lower() if found else race_id
