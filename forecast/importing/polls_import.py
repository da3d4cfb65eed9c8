"""Polls into polls.csv: FiveThirtyEight's layout, a row a poll, and this program's own columns."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from forecast.errors import InputError
from forecast.files import temporary_folder
from forecast.importing.columns import column_key
from forecast.importing.formats import is_poll_header
from forecast.importing.grids import Grid, open_grid
from forecast.importing.import_options import ImportOptions
from forecast.importing.imported import Imported
from forecast.importing.rows import write_file
from forecast.importing.sources import open_source
from forecast.importing.wide_polls import is_wide_poll_header, wide_polls
from forecast.race.cells import per_cent
from forecast.race.contest import Contest
from forecast.race.faults import raise_errors
from forecast.race.folder import load_contest
from forecast.race.labels import normalised
from forecast.race.poll_table import COLUMNS, POLLS_FILE, read_polls
from forecast.race.short_names import is_called

# Of several answers to one poll, the people nearest to those who will vote.
POPULATIONS = ("lv", "rv", "v", "a")
_REMEDY = (
    "It takes who asked, when, how many, and a column a finalist: name their columns with "
    '--column, as --column "pollster=NAME" --column "days=NAME" (or "start=NAME" '
    'and "end=NAME") --column "sample=NAME"; a finalist\'s column has its name or its short name'
)


def import_polls(options: ImportOptions) -> Imported:
    """Write polls.csv from a table of polls.

    Raises
    ------
    InputError
        When the table has faults, names neither finalist, or polls.csv exists.
    """
    contest = load_contest(options.folder)
    path = options.folder / POLLS_FILE
    if path.exists() and not options.force:
        raise InputError(f"{path} exists; choose another folder, or overwrite with --force")
    source = open_source(options.files[0])
    given = options.reading.columns
    grid = open_grid(
        source,
        lambda cells: is_poll_header(cells) or is_wide_poll_header(cells, given),
        options.reading.grid,
        columns=given,
        remedy=_REMEDY,
    )
    keys = [column_key(name) for name in grid.header]
    if {"finalist 1", "answer", "candidate name"} & {*keys}:
        rows = [(line, dict(zip(keys, cells, strict=True))) for line, cells in grid.body]
        own = "finalist 1" in keys
        lines = [_own(row) for _, row in rows] if own else [*_questions(grid, rows, contest)]
    else:
        lines = _nearest_to_voters(
            (p.cells, p.population) for p in wide_polls(grid, contest, given)
        )
    raise_errors(grid.file, grid.errors)
    text = _text(lines)
    with temporary_folder() as stage:
        write_file(stage / POLLS_FILE, text)
        polls, faults = read_polls(stage, contest)
    raise_errors("nothing was written: the imported polls", faults)
    if not polls:
        raise InputError(f"{grid.file} has no poll of {' and '.join(contest.finalists)} alone")
    if not options.dry_run:
        write_file(path, text, force=options.force)
    notes = (f"{len(polls):,} polls", *map(str, grid.notes))
    return Imported(path, 0, 0, notes=notes, written=not options.dry_run)


def _own(row: Mapping[str, str]) -> dict[str, str]:
    """A row of this program's columns, with shares as a table with ";" writes them."""
    made = {name: row.get(column_key(name), "") for name in COLUMNS}
    for name in ("finalist_1", "finalist_2", "undecided"):
        value = per_cent(made[name])
        made[name] = made[name] if value is None else f"{value:g}"
    return made


@dataclass(frozen=True)
class _Answer:
    line: int
    row: Mapping[str, str]

    @property
    def name(self) -> str:
        return self.row.get("candidate name") or self.row.get("answer", "")


def _questions(
    grid: Grid, rows: list[tuple[int, dict[str, str]]], contest: Contest
) -> Iterator[dict[str, str]]:
    """One line a poll whose question names both finalists and nobody else."""
    questions: dict[tuple[str, ...], list[_Answer]] = {}
    for line, row in rows:
        parts = ("poll id", "question id", "pollster", "end date", "population")
        key = tuple(row.get(part, "") for part in parts)
        questions.setdefault(key, []).append(_Answer(line, row))
    made: list[tuple[dict[str, str], str]] = []
    polls: list[str] = []
    for answers in questions.values():
        first = answers[0]
        places = [_finalist(answer, contest) for answer in answers]
        people = [
            place for place, answer in zip(places, answers, strict=True) if not _other(answer)
        ]
        if sorted(place for place in people if place is not None) != [0, 1] or None in people:
            names = ", ".join(answer.name for answer in answers)
            grid.note(f"not a question of both finalists alone: {names[:80]}", first.line)
            continue
        made.append((_line_of(answers, places, first), first.row.get("population", "")))
        polls.append(first.row.get("poll id", ""))
    yield from _nearest_to_voters(made, polls)


def _nearest_to_voters(
    made: Iterable[tuple[dict[str, str], str]], polls: Sequence[str] = ()
) -> list[dict[str, str]]:
    """Of several answers to one poll, those of the people nearest to those who will vote.

    Parameters
    ----------
    made
        Lines of polls.csv, each with the population that was asked.
    polls
        Which poll each of them is of, beside its pollster and last day.
    """
    best: dict[tuple[str, str, str], tuple[int, dict[str, str]]] = {}
    for place, (cells, asked) in enumerate(made):
        population = asked.casefold()
        rank = POPULATIONS.index(population) if population in POPULATIONS else len(POPULATIONS)
        key = (polls[place] if polls else "", cells["pollster"], cells["end"])
        if key not in best or rank < best[key][0]:
            best[key] = (rank, cells)
    return [cells for _, cells in best.values()]


def _other(answer: _Answer) -> bool:
    words = normalised(answer.name)
    return any(word in words for word in ("undecided", "unsure", "someone else", "dont know"))


def _finalist(answer: _Answer, contest: Contest) -> int | None:
    """Which finalist an answer names, by the whole name or by a short one."""
    for told in (answer.row.get("candidate name", ""), answer.row.get("answer", "")):
        if not told:
            continue
        found = [
            place for place, name in enumerate(contest.finalists) if is_called(contest, name, told)
        ]
        if len(found) == 1:
            return found[0]
    return None


def _line_of(answers: list[_Answer], places: list[int | None], first: _Answer) -> dict[str, str]:
    row = first.row
    shares = {
        f"finalist_{place + 1}": answer.row.get("pct", "")
        for place, answer in zip(places, answers, strict=True)
        if place is not None
    }
    undecided = [
        answer.row.get("pct", "") for answer in answers if "undecided" in normalised(answer.name)
    ]
    return {
        "pollster": row.get("pollster", ""),
        "sponsor": row.get("sponsors", row.get("sponsor", "")),
        "start": _day(row.get("start date", "")),
        "end": _day(row.get("end date", "")),
        "sample": re.sub(r"\.0$", "", row.get("sample size", "")),
        **shares,
        "undecided": undecided[0] if undecided else "",
        "source": row.get("url", ""),
    }


def _day(text: str) -> str:
    """Day as FiveThirtyEight writes it, month first, in the form of the race folder."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    for form in ("%m/%d/%y", "%m/%d/%Y"):
        try:
            return datetime.strptime(text, form).date().isoformat()
        except ValueError:
            continue
    return text


def _text(lines: list[dict[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return out.getvalue()
