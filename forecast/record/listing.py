"""The record in plain text: groups of races, or every one."""

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence

from forecast.race.contest import Contest
from forecast.race.folder import load_contest
from forecast.race.race_yaml import RACE_FILE
from forecast.record.record_filter import EVERY_RACE, Facts, RecordFilter
from forecast.record.shipped_races import contests_folders, record_folder

WIDTH = 80
# Longer ids push what stands behind them to the right.
MOST_ID = 27


def describe_record(
    everything: bool,
    facts: Mapping[str, Facts],
    chosen: RecordFilter = EVERY_RACE,
    width: int = WIDTH,
) -> str:
    """The finished races that ship, by group, or one a line.

    Parameters
    ----------
    everything
        One a line.
    facts
        Of every race that counts, by its id; one that stands twice counts by one of them.
    chosen
        Which of them.
    width
        Columns to write in.

    Raises
    ------
    InputError
        When a word of `chosen` is of no finished race.
    """
    chosen = chosen.in_words_of(facts)
    paths = [path.parent for path in sorted(record_folder().glob(f"races/*/{RACE_FILE}"))]
    folders = chosen.of_folders(((path, load_contest(path)) for path in paths), facts)
    contests = [
        (path.name, group)
        for path in contests_folders()
        if (group := chosen.of_contests(path, facts))
    ]
    named = [*folders, *(contest for _, group in contests for contest in group)]
    repeats = [contest.id for contest in named if contest.id not in facts]
    text = f"the record: {len(named) - len(repeats):,} finished races with both rounds counted"
    text += "; use any of them by id" if named else "; none matches all of this"
    if repeats:
        text += f" ({', '.join(repeats)}: also listed under another id, counted once)"
    lines = textwrap.wrap(text, width, break_on_hyphens=False)
    if everything and named:
        lines += _every(named, width)
    else:
        lines += _groups(folders, contests, width)
        lines += textwrap.wrap(
            "to list all: forecast data list --all; for scores: forecast backtest", width
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
