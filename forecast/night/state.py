"""A night on the disk: every snapshot, what was taken of it, and what it said.

A folder with `night.json`, the snapshots as they came, and the accepted counts. Everything is
written atomically and `night.json` last: a night that is killed goes on where it was.
"""

import hashlib
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from forecast.errors import InputError
from forecast.files import write_atomically
from forecast.night.count import Count
from forecast.night.guards import LACKS_UNITS, UNREADABLE, Guard

STATE_FILE, SNAPSHOTS, COUNTS = "night.json", "snapshots", "counts"
STATE_VERSION = 1


# From so long a time between two snapshots on, the second is of another day's work.
PAUSE = timedelta(hours=18)


@dataclass(frozen=True)
class Moment:
    """One snapshot of the night, and what the forecast was after it.

    Attributes
    ----------
    number
        From 1 on.
    time
        When the snapshot was made, or else when it was read, ISO 8601.
    digest
        SHA-256 of its files' content.
    files
        Names of its files in the folder of snapshots.
    accepted
        Whether anything of it was taken.
    guards
        What was kept out.
    count_digest
        SHA-256 of the accepted count after it, "" before the first.
    counted
        Share of the expected vote that is counted.
    votes
        Votes of both finalists.
    win_probability, share
        Of the first finalist: the odds, and the 2.5, 10, 50, 90 and 97.5% quantiles of the share;
        None where the model is stopped.
    overruled
        What the operator had overruled, unit to "accept" or "hold"; "all" where the whole file was
        to be taken.
    stamp
        When the last accepted snapshot so far was made by its own word, ISO 8601, or "".
    back_to
        Number of the snapshot that the operator went back to, None where it is a new one.
    notes
        What was taken for granted of the snapshot, or taken though a rule says otherwise.
    told, headings
        What a person said of its files, as `ToldOfFiles.record`, and their headings; None where an
        earlier version kept neither, or nothing was taken.
    """

    number: int
    time: str
    digest: str
    files: tuple[str, ...]
    accepted: bool
    guards: tuple[Guard, ...]
    count_digest: str
    counted: float
    votes: tuple[int, int]
    win_probability: float | None
    share: tuple[float, ...] | None
    overruled: Mapping[str, str] = field(default_factory=dict)
    stamp: str = ""
    back_to: int | None = None
    notes: tuple[str, ...] = ()
    told: Mapping[str, Any] | None = None
    headings: tuple[str, ...] = ()

    @property
    def taken_whole(self) -> bool:
        """Whether the file was taken as it is because the operator said so."""
        return self.accepted and self.back_to is None and "all" in self.overruled

    @property
    def unreadable(self) -> bool:
        """Whether its files could not be read."""
        return any(guard.rule == UNREADABLE for guard in self.guards)

    @property
    def lacks_units(self) -> bool:
        """Whether too few of its units were known; a crosswalk can say more of them."""
        return any(guard.whole and guard.rule in LACKS_UNITS for guard in self.guards)


def of_the_night(moments: Sequence[Moment]) -> list[Moment]:
    """Those to be drawn: between two pauses of a day, where most votes were counted.

    A test may be days before the night, and a canvass comes many days later.
    """
    times = [datetime.fromisoformat(one.time) for one in moments]
    pauses = [at for at in range(1, len(times)) if times[at] - times[at - 1] >= PAUSE]
    runs = [moments[start:end] for start, end in pairwise([0, *pauses, len(moments)])]
    before = [0, *(run[-1].counted for run in runs[:-1])]
    growth = [run[-1].counted - had for run, had in zip(runs, before, strict=True) if run]
    return list(runs[growth.index(max(growth))]) if growth else []


@dataclass(frozen=True, eq=False)
class NightState:
    """A night so far.

    Attributes
    ----------
    folder
        Where it is kept.
    race
        Id of the race.
    moments
        Every snapshot in order.
    overruled
        Unit to "accept" or "hold".
    stamp
        Time of the last accepted snapshot that said one.
    count
        The last good state, None before the first.
    """

    folder: Path
    race: str
    moments: tuple[Moment, ...] = ()
    overruled: Mapping[str, str] = field(default_factory=dict)
    stamp: datetime | None = None
    count: Count | None = None

    @classmethod
    def read(cls, folder: Path, race: str) -> "NightState":
        """The night that a folder holds; a new one where it holds none.

        Raises
        ------
        InputError
            When the folder is of another race, or its files are damaged.
        """
        path = folder / STATE_FILE
        if not path.is_file():
            return cls(folder, race)
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            if content["version"] != STATE_VERSION:
                raise InputError(
                    f"{path} is of another version of the program; begin a new night with --state"
                )
            if content["race"] != race:
                raise InputError(
                    f"{path} is the night of {content['race']}, not of {race}; name another folder "
                    "with --state"
                )
            moments = tuple(_moment(entry) for entry in content["moments"])
            stamp = datetime.fromisoformat(content["stamp"]) if content["stamp"] else None
            overruled = {str(unit): str(word) for unit, word in content["overruled"].items()}
            overruled.pop("all", None)  # earlier versions kept it until it was used
        except (ValueError, KeyError, TypeError, OSError) as error:
            raise InputError(
                f"{path} is damaged ({error}); give another folder with --state, and the snapshots "
                f"of this one with --replay {folder}"
            ) from error
        digest = next((one.count_digest for one in reversed(moments) if one.count_digest), "")
        count = _read_count(folder, digest) if digest else None
        return cls(folder, race, moments, overruled, stamp, count)

    def keep_snapshot(
        self, paths: Sequence[Path], contents: Sequence[bytes], digest: str
    ) -> tuple[str, ...]:
        """Keep the files of a snapshot as they were read; gives their names in the folder."""
        start = f"{len(self.moments) + 1:05d}-{digest[:8]}"
        names: list[str] = []
        for path, content in zip(paths, contents, strict=True):
            name = f"{start}-{path.name}"
            if name in names:  # counties whose files have one name, each in its own folder
                name = f"{start}-{len(names) + 1}-{path.name}"
            write_atomically(self.folder / SNAPSHOTS / name, content)
            names.append(name)
        return tuple(names)

    def with_moment(
        self, moment: Moment, count: Count | None, stamp: datetime | None
    ) -> "NightState":
        """The night with one more snapshot."""
        return NightState(
            self.folder, self.race, (*self.moments, moment), self.overruled, stamp, count
        )

    def count_after(self, number: int) -> tuple[Count | None, Moment | None]:
        """The count after a snapshot, and the last snapshot that anything was taken of by then.

        Raises
        ------
        InputError
            When there is no such snapshot, or its count is not in the folder any more.
        """
        if not 0 <= number <= len(self.moments):
            raise InputError(
                f"no snapshot {number} in {self.folder}: it has {len(self.moments):,}; 0 is "
                "before the first"
            )
        for moment in reversed(self.moments[:number]):
            if moment.count_digest:
                return _read_count(self.folder, moment.count_digest), moment
        return None, None

    def time_of(self, stamp: datetime | None, clock: Callable[[], datetime]) -> str:
        """Time of a snapshot: its file's own; in a night whose files say theirs the last one.

        Parameters
        ----------
        stamp
            When the file was made, None where it does not say.
        clock
            What time it is, for a night whose files say nothing.
        """
        return (stamp or self.stamp or clock()).isoformat(timespec="seconds")

    def with_overruled(self, overruled: Mapping[str, str]) -> "NightState":
        """The night with more overruled, or less: an empty word takes it back."""
        merged = {**self.overruled, **overruled}
        left = {unit: word for unit, word in merged.items() if word}
        return NightState(self.folder, self.race, self.moments, left, self.stamp, self.count)

    def write(self) -> None:
        """Write the night; its count and snapshots are there already.

        Raises
        ------
        ForecastError
            When the disk is full, or the folder cannot be written.
        """
        content = {
            "version": STATE_VERSION,
            "race": self.race,
            "stamp": self.stamp.isoformat() if self.stamp else None,
            "overruled": dict(self.overruled),
            "moments": [asdict(moment) for moment in self.moments],
        }
        text = json.dumps(content, ensure_ascii=False, allow_nan=False)
        write_atomically(self.folder / STATE_FILE, text)


def store_count(folder: Path, count: Count) -> str:
    """Keep an accepted count, named by its content; gives its SHA-256."""
    raw = io.BytesIO()
    arrays: dict[str, Any] = count.arrays()
    np.savez_compressed(raw, **arrays)
    content = raw.getvalue()
    digest = hashlib.sha256(content).hexdigest()
    path = _count_path(folder, digest)
    if not path.is_file():
        write_atomically(path, content)
    return digest


def forget_counts(folder: Path, but: Sequence[str]) -> None:
    """Remove stored counts but for some: snapshots give them again."""
    kept = {_count_path(folder, digest).name for digest in but}
    for path in (folder / COUNTS).glob("*.npz"):
        if path.name not in kept:
            path.unlink(missing_ok=True)


def _count_path(folder: Path, digest: str) -> Path:
    return folder / COUNTS / f"{digest[:16]}.npz"


def _read_count(folder: Path, digest: str) -> Count:
    path = _count_path(folder, digest)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}; replay {folder}") from error
    if hashlib.sha256(content).hexdigest() != digest:
        raise InputError(
            f"{path} is damaged: its content has another hash; --replay {folder} reads the "
            "snapshots again"
        )
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return Count.of_arrays(dict(arrays))


def _moment(entry: Mapping[str, Any]) -> Moment:
    values = dict(entry)
    values["guards"] = tuple(
        Guard(guard["rule"], tuple(guard["units"]), guard["message"]) for guard in values["guards"]
    )
    for name in ("notes", "headings"):
        values[name] = tuple(values.get(name, ()))
    values["files"], values["votes"] = tuple(values["files"]), tuple(values["votes"])
    values["share"] = None if values["share"] is None else tuple(values["share"])
    return Moment(**values)
