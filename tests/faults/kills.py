"""Writing commands killed at every change of a file: whole files, old or new, and nothing left."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import xarray as xr

from tests.faults.jobs import JOBS, Job, lay_out
from tests.faults.runner import Ended, Place, chance, copied, run_command

LATER = 0.03  # seconds after a change of a file, at most, that a kill comes in later rounds


@dataclass
class KillTally:
    """What became of the kills of a command."""

    job: str
    events: int = 0
    kills: int = 0
    wrong: list[str] = field(default_factory=list)


def kill_all(
    kills: int, names: Sequence[str] = (), seed: int = 0, done: int = 0
) -> Iterator[KillTally]:
    """Kill each command so many times; those of some names alone where any are given."""
    return (kill_job(job, kills, seed, done) for job in JOBS if not names or job.name in names)


def kill_job(job: Job, kills: int, seed: int = 0, done: int = 0) -> KillTally:
    """Kill one command so many times, less those that are done.

    The first kills come at its changes of files, one after another (evenly spread, where there
    are more of them); later ones a random moment after one.
    """
    tally = KillTally(job.name)
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        before = Place(root / "before")
        lay_out(before)
        first = run_command(job.old, before, prepare=job.prepare)
        if first.code:
            tally.wrong.append(f"the first way failed: {first.said}")
            return tally
        if job.is_cold:
            shutil.rmtree(before.cache)
            before.cache.mkdir()
        old = _files(before, job)
        after = copied(before, root / "after")
        second = run_command(job.new, after, prepare=job.prepare)
        new, tally.events = _files(after, job), second.events
        if second.code or new == old:
            tally.wrong.append(f"the second way failed or wrote the same: {second.said}")
            return tally
        spread = max(tally.events / kills, 1.0)
        for number in range(done, kills):
            at = int(number * spread) % tally.events + 1
            random = chance(seed, job.name, number)
            delay = random.uniform(0, LATER) if number * spread >= tally.events else 0.0
            trial = copied(before, root / "trial")
            killed = run_command(job.new, trial, kill_at=at, delay=delay, prepare=job.prepare)
            tally.kills += 1
            where = f"{job.name}, killed {delay * 1000:.0f} ms after change {at}"
            tally.wrong += [f"{where}: {fault}" for fault in _after_kill(job, trial, old, new)]
            again = run_command(job.new, trial, sweep=True, prepare=job.prepare)
            tally.wrong += [f"{where}: {fault}" for fault in _again(job, trial, new, again)]
            if killed.code not in {-9, 0}:
                tally.wrong.append(f"{where}: {killed.said}")
    return tally


def _after_kill(
    job: Job, place: Place, old: Mapping[str, str], new: Mapping[str, str]
) -> list[str]:
    """Files that are neither the old nor the new ones, or have gone."""
    there = _files(place, job)
    faults = [
        f"{name} is neither the old nor the new file"
        for name, digest in there.items()
        if digest not in {old.get(name), new.get(name)}
    ]
    return faults + [f"{name} is gone" for name in old if name in new and name not in there]


def _again(job: Job, place: Place, new: Mapping[str, str], ended: Ended) -> list[str]:
    """What is wrong after the command has run again to its end."""
    if ended.code:
        return [f"run again: {ended.said}"]
    differ = sorted(
        name
        for name in new.keys() | _files(place, job).keys()
        if new.get(name) != _files(place, job).get(name)
    )
    faults = [f"run again: {name} is another file than without a kill" for name in differ]
    return faults + [f"run again: left {part}" for part in place.parts()]


def _files(place: Place, job: Job) -> dict[str, str]:
    """Name to hash of what stands where the command writes, parts of files aside."""
    return {
        str(path.relative_to(place.out)): _digest(path, job)
        for path in sorted(place.out.rglob("*"))
        if path.is_file() and not path.name.endswith(".part")
    }


def _digest(path: Path, job: Job) -> str:
    content = path.read_bytes()
    if path.suffix == ".nc":
        # The same draws in two files of HDF5 have not the same bytes.
        with suppress(OSError, ValueError), xr.open_datatree(path) as tree:
            arrays = [(name, *node.data_vars.items()) for name, node in tree.subtree_with_keys]
            content = repr(
                [(name, k, v.values.tobytes()) for name, *rest in arrays for k, v in rest]
            ).encode()
    return hashlib.sha256(job.timeless(content)).hexdigest()
