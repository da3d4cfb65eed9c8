"""The one row that every reader returns, and the tables of a race folder written from it."""

import csv
import gzip
import io
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, cast

from forecast.errors import ForecastError, InputError
from forecast.files import FREE_SPACE, temporary_folder, write_atomically


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """Votes of one candidate in one unit, by one mode.

    Attributes
    ----------
    unit_id, county, unit_name
        Key, group and published name of the unit.
    candidate, party
        As on the ballot; the party is "" where unknown.
    mode
        Vote mode, "" where the source does not tell them apart.
    votes
        Votes, 0 or more.
    registered, ballots
        Of the whole unit, None where unknown.
    """

    unit_id: str
    county: str
    unit_name: str
    candidate: str
    party: str
    mode: str
    votes: int
    registered: int | None = None
    ballots: int | None = None


def merged(rows: Iterable[ReturnRow]) -> list[ReturnRow]:
    """Rows of the same unit, candidate and mode added up, in the order of the first of each.

    Readers use it where a source splits a mode ("Advance in Person 1" and "2").
    """
    total: dict[tuple[str, str, str], ReturnRow] = {}
    for row in rows:
        key = (row.unit_id, row.candidate, row.mode)
        before = total.get(key)
        total[key] = row if before is None else replace(before, votes=before.votes + row.votes)
    return list(total.values())


def with_parties(rows: Iterable[ReturnRow], parties: dict[str, str]) -> list[ReturnRow]:
    """Rows with the party of each named candidate set.

    Raises
    ------
    InputError
        When a name stands in no row; the message lists the candidates.
    """
    rows = list(rows)
    candidates = dict.fromkeys(row.candidate for row in rows)
    unknown = [name for name in parties if name not in candidates]
    if unknown:
        raise InputError(
            f"no candidate named {', '.join(unknown)}; the candidates are {', '.join(candidates)}"
        )
    return [replace(row, party=parties.get(row.candidate, row.party)) for row in rows]


def returns_text(rows: Sequence[ReturnRow]) -> str:
    """The table of a race folder; columns that nothing is known for are left out."""
    raw = io.BytesIO()
    _write_rows(
        raw,
        rows,
        has_mode=any(row.mode for row in rows),
        has_ballots=any(row.ballots is not None for row in rows),
    )
    return raw.getvalue().decode("utf-8")


@contextmanager
def staging() -> Iterator[Path]:
    """A temporary folder, in which files are made and read before they are put in place.

    Raises
    ------
    ForecastError
        When it can't be written.
    """
    with temporary_folder() as folder:
        try:
            yield folder
        except OSError as error:
            reason = error.strerror or str(error)
            raise ForecastError(f"could not write {folder}: {reason}; {FREE_SPACE}") from error


def stage_returns(
    path: Path, rows: Iterable[ReturnRow], *, has_mode: bool, has_ballots: bool
) -> None:
    """Write the table of a race folder row by row, compressed where the name ends in .gz.

    Parameters
    ----------
    path
        A file of a temporary folder: nobody reads it before it is whole.
    rows
        The rows; none of them is kept.
    has_mode, has_ballots
        Whether the table has these columns.
    """
    with path.open("wb") as file:
        if not path.name.endswith(".gz"):
            _write_rows(file, rows, has_mode=has_mode, has_ballots=has_ballots)
            return
        # No time in the header: the same rows give the same bytes and the same hash.
        with gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
            _write_rows(cast(BinaryIO, packed), rows, has_mode=has_mode, has_ballots=has_ballots)


def _write_rows(
    raw: BinaryIO, rows: Iterable[ReturnRow], *, has_mode: bool, has_ballots: bool
) -> None:
    header = ["unit_id", "county", "unit_name", "registered"]
    header += ["ballots"] * has_ballots + ["candidate", "party"] + ["mode"] * has_mode + ["votes"]
    out = io.TextIOWrapper(raw, encoding="utf-8", newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow(
            [row.unit_id, row.county, row.unit_name, _text(row.registered)]
            + [_text(row.ballots)] * has_ballots
            + [row.candidate, row.party]
            + [row.mode] * has_mode
            + [row.votes]
        )
    out.flush()
    out.detach()


def _text(count: int | None) -> str:
    return "" if count is None else str(count)


def write_table(path: Path, rows: Sequence[ReturnRow], *, force: bool = False) -> None:
    """Write a table of returns, compressed where the name ends in .gz.

    Raises
    ------
    InputError
        When there are no rows, or the file exists and `force` is not set.
    """
    if not rows:
        raise InputError(f"no rows for {path.name}; nothing written")
    write_file(path, returns_text(rows), force=force)


def move_file(staged: Path, path: Path, *, force: bool = False) -> None:
    """Put a staged file in its place, as atomically as `write_file` writes one.

    Raises
    ------
    InputError
        When the file exists and `force` is not set, or the folder cannot be written.
    """
    if path.exists() and not force:
        raise InputError(f"{path} exists; choose another folder, or overwrite with --force")
    try:
        write_atomically(path, lambda part: shutil.copyfile(staged, part))
    except ForecastError as error:
        raise InputError(str(error)) from error


def write_file(path: Path, text: str, *, force: bool = False) -> None:
    """Write a file atomically: a reader never sees half of it.

    Raises
    ------
    InputError
        When the file exists and `force` is not set, or the folder cannot be written.
    """
    if path.exists() and not force:
        raise InputError(f"{path} exists; choose another folder, or overwrite with --force")
    raw = text.encode("utf-8")
    # No time in the header: the same rows give the same bytes and the same hash.
    raw = gzip.compress(raw, mtime=0) if path.name.endswith(".gz") else raw
    try:
        write_atomically(path, raw)
    except ForecastError as error:
        raise InputError(str(error)) from error
