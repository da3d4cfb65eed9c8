"""Files of a snapshot, read so that what is digested, understood and kept is one content.

A feed may write its file while it is read: what is read of two states is neither.
"""

import csv
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from forecast.errors import InputError
from forecast.night.guards import UNREADABLE, Guard
from forecast.night.returns_file import NightReturns, read_night_returns
from forecast.night.told import ToldOfFiles
from forecast.night.unit_names import UnitNames
from forecast.race.contest import Race

# How often files that change while they are read are read again.
MAX_READS = 5
# Faults of a file that a line names.
MAX_FAULTS = 5
_SEPARATORS = ",;\t|"


@dataclass(frozen=True, eq=False)
class Snapshot:
    """One snapshot as its files were.

    Attributes
    ----------
    contents
        Content of each file, none where one could not be read.
    digest
        SHA-256 of all of it.
    returns
        What it says, None where it could not be used.
    fault
        Why not.
    """

    contents: tuple[bytes, ...]
    digest: str
    returns: NightReturns | None
    fault: Guard | None = None


def content_digest(paths: Sequence[Path]) -> str:
    """SHA-256 of the content of some files together.

    Raises
    ------
    InputError
        When one cannot be read.
    """
    return _digest(_contents(paths))


def read_snapshot(
    paths: Sequence[Path], race: Race, names: UnitNames, told: ToldOfFiles
) -> Snapshot:
    """Read the files of one snapshot, again where they change meanwhile.

    Parameters
    ----------
    paths, race, names, told
        As in `read_night_returns`.
    """
    files = ", ".join(path.name for path in paths)
    found = None
    for _ in range(MAX_READS):
        contents: tuple[bytes, ...] = ()
        try:
            contents = _contents(paths)
            found = Snapshot(
                contents, _digest(contents), read_night_returns(paths, race, names, told)
            )
        except InputError as error:
            line = _on_one_line(error) + _cut_off(contents)
            fault = Guard(UNREADABLE, (), f"{files} could not be used: {line}")
            found = Snapshot(contents, _digest(contents), None, fault)
        if _now(paths) == found.contents:
            return found
    assert found is not None, "it is read once or more"
    message = (
        f"{files} could not be used: it changed each time that it was read ({MAX_READS} times); "
        "write it under another name and rename it when it is whole"
    )
    return Snapshot(found.contents, found.digest, None, Guard(UNREADABLE, (), message))


def _on_one_line(error: InputError) -> str:
    """An error with its first faults, which all have to be mended before the file is read."""
    what = str(error).partition("\n")[0]
    faults = "; ".join(fault.strip() for fault in error.faults[:MAX_FAULTS])
    more = len(error.faults) - MAX_FAULTS
    return " ".join(filter(None, (what, faults, f"and {more:,} more" if more > 0 else "")))


def _contents(paths: Sequence[Path]) -> tuple[bytes, ...]:
    found = []
    for path in paths:
        try:
            found.append(path.read_bytes())
        except OSError as error:
            raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    return tuple(found)


def _now(paths: Sequence[Path]) -> tuple[bytes, ...]:
    """The content as it is now, none where a file cannot be read."""
    try:
        return _contents(paths)
    except InputError:
        return ()


def _digest(contents: Sequence[bytes]) -> str:
    digest = hashlib.sha256()
    for content in contents:
        digest.update(content)
    return digest.hexdigest()


def _cut_off(contents: Sequence[bytes]) -> str:
    """What is said of a table whose last line has fewer fields than its first, "" of others."""
    for content in contents:
        try:
            lines = content.decode().strip().splitlines()
        except UnicodeDecodeError:  # a zip, or another encoding
            continue
        if len(lines) < 2 or "\0" in lines[0]:
            continue
        ends = lines[0], lines[-1]
        fields = [
            [len(next(csv.reader([end], delimiter=mark))) for end in ends] for mark in _SEPARATORS
        ]
        if any(last < first for first, last in fields):
            return (
                "; the file looks cut off in its last line: give it again when it is whole; let a "
                "job write it under another name and rename it"
            )
    return ""
