"""What the columns of a table may hold whose headings nobody knows, by their cells.

A guess is never read by: it stands in an error, as the options that would say all of it at once.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from forecast.errors import InputError
from forecast.importing.columns import column_key, is_mode, layout_of
from forecast.importing.grids import Grid
from forecast.importing.reading import ReadOptions, bare
from forecast.importing.row_sources import Cells, Numbered
from forecast.importing.table_words import counts_voters, is_total_mode
from forecast.race.cells import has_dots, per_cent, whole_number
from forecast.race.person_names import person_key
from forecast.race.vocabulary import STATUS, TIME, names_of

_CLOCK = re.compile(r"\d{1,2}[:h]\d{2}")
_PERSON = re.compile(r"[^\W\d_][^\d_]*[ ,][^\d_]*[^\W\d_.]{2}\.?")
# More ways of voting than these no table has.
_MOST_WAYS = 8
# Part of the ways of voting that units have rows of; the last unit may be cut off.
_NEARLY_ALL = 0.8
_NIGHT = frozenset((*names_of(TIME), *names_of(STATUS)))
_ORDER = ("candidate", "party", "votes", "county", "unit_name", "mode")


@dataclass(frozen=True)
class _Table:
    """Header and rows of a table, and the places of columns that nobody has named."""

    header: Cells
    body: Sequence[Cells]
    words: tuple[int, ...]
    numbers: tuple[int, ...]
    given: Mapping[str, int]

    def column(self, place: int) -> list[str]:
        return [cells[place].strip() for cells in self.body]

    def distinct(self, *places: int) -> int:
        return len({tuple(cells[place].strip() for place in places) for cells in self.body})

    def said_by(self, place: int) -> list[int]:
        """Columns of words that a column decides, as candidates decide their parties."""
        pairs = ((other, self.distinct(place, other)) for other in self.words if other != place)
        return [
            other for other, n in pairs if n == self.distinct(place) and self.distinct(other) > 1
        ]

    def are_unique(self, *places: int) -> bool:
        return self.distinct(*places) == len(self.body)


def guessed_columns(
    rows: Sequence[Cells], given: Mapping[str, str], finalists: Sequence[str] = ()
) -> dict[str, str]:
    """Role to the heading that may be its column's, with those that are given and there.

    Parameters
    ----------
    rows
        The first rows of the table, with titles above its header, if any.
    given
        Role to the heading that a person gives.
    finalists
        Both, where they are known: a column that has them is that of the candidates.

    Returns
    -------
    dict
        Empty where nothing can be made of the table.
    """
    table = _table(rows, given)
    if table is None:
        return {}
    found = dict(table.given)
    people = {person_key(bare(name)) for name in finalists}
    candidate = found.get("candidate", _candidates(table, people))
    if candidate is not None:
        found["candidate"] = candidate
        votes = [place for place in table.numbers if not counts_voters(table.header[place])]
        if "votes" not in found and votes:
            found["votes"] = max(votes, key=table.distinct)
        parties = table.said_by(candidate)
        if "party" not in found and len(parties) == 1:
            found["party"] = parties[0]
        table = _of_one_candidate(table, candidate, {candidate, found.get("votes", -1), *parties})
    elif len(table.numbers) < 2:
        return {}
    found |= {role: place for role, place in _places(table).items() if role not in found}
    keep = {role: table.header[found[role]] for role in _ORDER if role in found}
    return {**keep, **{role: name for role, name in given.items() if role in table.given}}


def as_options(columns: Mapping[str, str]) -> str:
    """The options that name columns: --column "votes=Kreuze" ..."""
    return " ".join(f'--column "{role}={name}"' for role, name in columns.items())


def require_choice_columns(
    grid: Grid, n_columns: int, preview: Sequence[Numbered], options: ReadOptions
) -> None:
    """Raise where a table has no column a candidate.

    Parameters
    ----------
    grid, preview
        The table, and its first rows.
    n_columns
        Columns that hold votes.
    options
        Columns that are given, and the finalists where they are known.

    Raises
    ------
    InputError
        Where there are fewer than two, or both finalists stand in the rows of another column; with
        the options that may name all columns.
    """
    enough = n_columns > 1
    if enough and not options.finalists:
        return
    rows = [cells for _, cells in preview]
    maybe = guessed_columns([grid.header, *rows], options.columns, options.finalists)
    is_long = "candidate" in maybe and "votes" in maybe
    what = "no row a candidate and fewer than two columns of votes"
    if enough:
        place = grid.header.index(maybe["candidate"]) if is_long else -1
        people = {person_key(bare(name)) for name in options.finalists}
        if not is_long or not people <= {person_key(bare(cells[place])) for cells in rows}:
            return
        what = f"both finalists in its column {maybe['candidate']!r}"
    example = as_options(maybe) if is_long else '--column "candidate=NAME" --column "votes=NAME"'
    raise InputError(
        f"{grid.file} has {what}; its columns are {', '.join(grid.header)}; name them with "
        f"--column, {'maybe' if is_long else 'as'} {example}"
    )


def _table(rows: Sequence[Cells], given: Mapping[str, str]) -> _Table | None:
    """The table below its titles; None where there are no rows, or columns that are alike."""
    widths = [sum(1 for cell in cells if cell.strip()) for cells in rows]
    # A title has a cell or two, and a row may lack one.
    first = next((at for at, width in enumerate(widths) if 2 * width > max(widths)), len(rows))
    header = [cell.strip() for cell in rows[first]] if first < len(rows) else []
    body = [cells for cells in rows[first + 1 :] if len(cells) == len(header) and any(cells)]
    keys = [column_key(name) for name in header]
    if not body or len({*keys}) < len(keys):
        return None
    there = {role: name for role, name in given.items() if column_key(name) in keys}
    try:
        layout = layout_of(header, {r: n for r, n in there.items() if r != "modes"})
    except InputError:
        return None
    words, numbers = [], []
    for place in layout.rest:
        told = [text for cells in body if (text := cells[place].strip())]
        if all(whole_number(text) is not None or has_dots(text) for text in told):
            numbers += [place] * bool(told)
        elif not (
            all(per_cent(text) is not None for text in told)
            or any(map(_CLOCK.search, told))
            or keys[place] in _NIGHT
        ):
            words.append(place)
    return _Table(header, body, tuple(words), tuple(numbers), layout.places)


def _candidates(table: _Table, people: set[str]) -> int | None:
    """Column of the candidates: that of the finalists, else of people who stand in many units."""
    if people and people <= {person_key(bare(name)) for name in table.header}:
        return None
    told = [table.given[role] for role in ("county", "unit_name", "unit_id") if role in table.given]
    may_be_votes = [name for p in table.numbers if not counts_voters(name := table.header[p])]
    is_wide = len(may_be_votes) > 2 or sum(map(_is_person, may_be_votes)) > 1
    likely = []
    for place in table.words:
        names = {*filter(None, table.column(place))}
        others = {*told, *table.words} - {place, *table.said_by(place)}
        units = table.distinct(*sorted(others)) if others else len(table.body)
        if not 1 < len(names) < len(table.body) or units == len(table.body):
            continue
        if people and people <= {person_key(bare(name)) for name in names}:
            return place
        like_people = sum(map(_is_person, names)) / len(names)
        each = len(names) < units and len(table.body) >= _NEARLY_ALL * len(names) * units
        is_each = (
            each and not any(map(is_mode, names)) and not any(map(str.isdigit, "".join(names)))
        )
        # With one column of numbers there is no column a candidate, whatever they are called.
        if like_people >= 0.5 or is_each or len(table.numbers) == 1:
            likely.append((like_people, is_each, -len(names), place))
    return max(likely)[-1] if likely and not is_wide else None


def _is_person(name: str) -> bool:
    return _PERSON.fullmatch(name) is not None


def _of_one_candidate(table: _Table, candidate: int, known: Collection[int]) -> _Table:
    """The rows of the candidate who has the most of them, without known columns: a row a unit."""
    names = table.column(candidate)
    most = max(names, key=names.count)
    body = [cells for name, cells in zip(names, table.body, strict=True) if name == most]
    words = tuple(place for place in table.words if place not in known)
    numbers = tuple(place for place in table.numbers if place not in known)
    return _Table(table.header, body, words, numbers, table.given)


def _places(table: _Table) -> dict[str, int]:
    """Columns of the unit, of its county and of the way of voting, of a table with a row each."""
    found = {r: p for r, p in table.given.items() if r in ("county", "unit_name", "mode")}
    left = [place for place in table.words if place not in found.values()]
    if "unit_name" not in found and "unit_id" not in table.given:
        ways = [place for place in left if _are_ways(table, place)]
        units = [place for place in left if place not in ways] or [*left, *table.numbers[:1]]
        if not units:
            return found
        found["unit_name"] = max(units, key=table.distinct)
        left = [place for place in left if place != found["unit_name"]]
    for place in left if "county" not in found and "unit_name" in found else ():
        unit = found["unit_name"]
        if _are_ways(table, place):
            continue
        if table.distinct(unit, place) == table.distinct(unit):
            found["county"] = place  # the last such one is the nearest to the unit
        elif "unit_name" not in table.given and table.distinct(unit, place) > table.distinct(unit):
            # Names that stand again need another: tables have the larger place first.
            found |= {"county": min(unit, place), "unit_name": max(unit, place)}
            break
    left = [place for place in left if place not in found.values()]
    told = [place for role, place in found.items() if role != "mode"]
    if "mode" not in found and not table.are_unique(*told):
        fitting = (p for p in left if _are_ways(table, p) and table.are_unique(*told, p))
        if (way := next(fitting, None)) is not None:
            found["mode"] = way
    return found


def _are_ways(table: _Table, place: int) -> bool:
    """Whether a column may hold ways of voting: a few words, the same for unit after unit."""
    names = {*filter(None, table.column(place))}
    if not 1 < len(names) <= _MOST_WAYS:
        return False
    known = sum(1 for name in names if is_mode(name) or is_total_mode(name))
    each = any(
        table.are_unique(other, place)
        and len(names) < units
        and len(table.body) >= _NEARLY_ALL * len(names) * units
        for other in table.words
        if other != place and (units := table.distinct(other))
    )
    return 2 * known >= len(names) or (each and not any(map(str.isdigit, "".join(names))))
