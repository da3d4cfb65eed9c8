"""Tables with a row a poll and a column a candidate, as encyclopedias and newspapers have them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from forecast.importing.columns import column_key
from forecast.importing.grids import Grid
from forecast.importing.poll_headings import NOBODY_WORDS, POLL_ROLES, month_number
from forecast.importing.row_sources import Cells
from forecast.race.cells import has_dots, per_cent, whole_number
from forecast.race.contest import Contest
from forecast.race.labels import candidate_and_party
from forecast.race.short_names import is_called

# Columns beside the candidates' whose numbers are nobody's share.
_NO_SHARE = (
    *("margin of error", "moe", "error", "lead", "margin", "spread", "net", "other", "others"),
    *("none", "blank", "would not vote", "ref", "refs", "notes", "polling rating", "turnout"),
)
_FOOTNOTE = re.compile(r"\s*\[[^\[\]]{1,10}\]")
_ISO = re.compile(r"\s*(\d{4})-(\d{1,2})-(\d{1,2})\s*")
_DASH = re.compile(r"\s*[\u2012-\u2015]\s*|\s+-\s+")
_TIGHT_DASH = re.compile(r"(?<=\d)-(?=\d)")
_POPULATION = re.compile(r"\(?\b(LV|RV|V|A)\b\)?")


@dataclass(frozen=True)
class WidePoll:
    """A row of such a table.

    Attributes
    ----------
    line
        Line of the file.
    population
        "lv", "rv", "v", "a", or "" where nothing is said.
    cells
        Columns of polls.csv to their texts.
    """

    line: int
    population: str
    cells: dict[str, str]


def is_wide_poll_header(cells: Cells, columns: Mapping[str, str] | None = None) -> bool:
    """Whether a header is of a table with a row a poll: who asked, when, and how many.

    Parameters
    ----------
    cells
        The header.
    columns
        Role to the name of its column, as a person gives it.
    """
    roles = set(_roles(cells, columns).values())
    return "pollster" in roles and ("days" in roles or "end" in roles) and "sample" in roles


def wide_polls(
    grid: Grid, contest: Contest, columns: Mapping[str, str] | None = None
) -> Iterator[WidePoll]:
    """The polls of both finalists alone; what else is in the table is noted.

    Parameters
    ----------
    grid
        The table.
    contest
        Names the finalists, whose columns have their whole names or their last ones.
    columns
        Role to the name of its column, as a person gives it.
    """
    roles = _roles(grid.header, columns)
    sides = {at: side for at, name in enumerate(grid.header) for side in _side(name, contest)}
    unknown = [
        at
        for at, name in enumerate(grid.header)
        if at not in roles and at not in sides and not _is_no_share(_key(name))
    ]
    places = {role: at for at, role in roles.items()}
    for line, row in grid.body:
        cells = [_FOOTNOTE.sub("", cell).strip() for cell in row]
        told = {side: _share(cells[at]) for at, side in sides.items()}
        pollster = cells[places["pollster"]]
        if set(told) != {0, 1} or not all(told.values()):
            grid.note(f"not a poll of both finalists: {pollster[:60]}", line)
            continue
        if others := [grid.header[at] for at in unknown if _share(cells[at])]:
            grid.note(f"not of both finalists alone, but of {', '.join(others)[:60]} too", line)
            continue
        if re.search(r"\b(average|aggregate)\b", pollster, re.IGNORECASE):
            grid.note(f"an average of polls and none itself: {pollster[:60]}", line)
            continue
        yield _poll(line, cells, places, told)


def _roles(header: Sequence[str], columns: Mapping[str, str] | None = None) -> dict[int, str]:
    """Place of each column that is known, to what it holds."""
    told = {_key(name): role for role, name in (columns or {}).items() if role in POLL_ROLES}
    role_of = {_key(name): role for role, names in POLL_ROLES.items() for name in names}
    known = {name: role for name, role in role_of.items() if role not in told.values()} | told
    return {at: known[key] for at, name in enumerate(header) if (key := _key(name)) in known}


def _is_no_share(key: str) -> bool:
    """Whether a heading is of nobody's share: a margin, others, blank votes and no answer."""
    return key in _NO_SHARE or (bool(key) and set(key.split()) <= NOBODY_WORDS)


def _key(name: str) -> str:
    return column_key(_FOOTNOTE.sub("", name))


def _side(header: str, contest: Contest) -> list[int]:
    """Which finalist's column this is, if any."""
    name = candidate_and_party(" ".join(_FOOTNOTE.sub("", header).split()))[0]
    found = [
        side
        for side, finalist in enumerate(contest.finalists)
        if is_called(contest, finalist, name)
    ]
    return found if len(found) == 1 else []


def _share(text: str) -> str:
    value = per_cent(text)
    return "" if value is None else f"{value:g}"


def _poll(
    line: int, cells: Sequence[str], places: Mapping[str, int], told: Mapping[int, str]
) -> WidePoll:
    def cell(role: str) -> str:
        return cells[places[role]] if role in places else ""

    start, end = days_of(cell("days")) if "days" in places else (cell("start"), cell("end"))
    population = _POPULATION.search(cell("sample"))
    asked = _POPULATION.sub("", cell("sample")).strip(" ~\u2248")
    # Nobody asks a person and a bit: dots are between thousands.
    size = whole_number(asked, "." if has_dots(asked) else ",")
    made = {
        "pollster": cell("pollster"),
        "sponsor": cell("sponsor"),
        "start": start,
        "end": end,
        "sample": "" if size is None else str(size),
        "finalist_1": told[0],
        "finalist_2": told[1],
        "undecided": _share(cell("undecided")),
        "source": cell("source"),
    }
    return WidePoll(line, population[1].lower() if population else "", made)


def days_of(text: str) -> tuple[str, str]:
    """First and last day of a span in words, as ISO days; the text itself where it is none.

    "November 10-12, 2025", "29 Nov - 1 Dec 2025", "Dec 30, 2025 - Jan 2, 2026", "2025-11-10".
    """
    first, *rest = _DASH.split(text)
    if not rest and not _ISO.fullmatch(text):
        first, *rest = _TIGHT_DASH.split(text)
    year, month, day = _parts(rest[-1] if rest else first)
    # "November 10-12, 2025" names its month once.
    month = month or _parts(first)[1]
    if year is None or month is None or day is None:
        return text, text
    from_year, from_month, from_day = _parts(first)
    from_month = from_month or month
    # Of two months without years of their own, a later one before an earlier is last year's.
    from_year = from_year or year - (from_month > month)
    try:
        start = date(from_year, from_month, from_day or day)
        return start.isoformat(), date(year, month, day).isoformat()
    except ValueError:
        return text, text


def _parts(text: str) -> tuple[int | None, int | None, int | None]:
    """Year, month and day of a text, None for each that it does not say."""
    if match := _ISO.fullmatch(text):
        return int(match[1]), int(match[2]), int(match[3])
    if match := re.fullmatch(r"\s*(\d{1,2})/(\d{1,2})/(\d{4})\s*", text):
        return int(match[3]), int(match[1]), int(match[2])
    year = re.search(r"\b(\d{4})\b", text)
    day = re.search(r"\b(\d{1,2})(?:er|º)?\b", text)
    words = re.findall(r"[^\W\d_]{3,}", text)
    month = next(filter(None, map(month_number, words)), None)
    return (int(year[1]) if year else None), month, (int(day[1]) if day else None)
