"""A night of many snapshots, with faults thrown in, killed at random moments.

    python -m tests.night.soak --long     # 1,440 snapshots, killed twenty times
    python -m tests.night.soak            # as in the tests

The night runs in a process of its own that is killed without warning and started again. In the
end its state is that of a night that nobody killed, and its memory has not grown.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from forecast.night.count import COMPLETE, PARTIAL, Count
from tests.night.nights import N_UNITS, final_votes, fitted_night, new_session, write_snapshot

FAULTS = ("half", "exchanged", "falls", "older", "registered", "garbage", "unit missing")
# Every so many snapshots one has a fault.
FAULTY = 7


@dataclass(frozen=True)
class Soaked:
    """What came of a night.

    `odds` after the last snapshot, `accepted` and `kept_out` snapshots, the digest of the last
    count, and the memory in MB of the last process after its first and its last snapshots.
    """

    odds: float
    votes: tuple[int, int]
    accepted: int
    kept_out: int
    count_digest: str
    memory: tuple[float, float]


def snapshots(folder, race, n_snapshots):
    """Write a night: units come in one by one, each growing; every seventh file has a fault."""
    final = final_votes(race)[:, :, 0]
    rng = np.random.default_rng(3)
    for number in range(n_snapshots):
        reached = (number + 1) / n_snapshots * N_UNITS
        votes, status = np.zeros_like(final), np.zeros(N_UNITS, dtype=np.int8)
        for unit in range(N_UNITS):
            part = min(max(reached - unit, 0.0), 1.0)
            votes[unit] = (final[unit] * part).astype(np.int64)
            status[unit] = COMPLETE if part == 1 else PARTIAL if part > 0 else 0
        nothing = Count.nothing(N_UNITS)
        count = Count(
            ("",),
            votes[:, :, None],
            status[:, None],
            nothing.expected,
            nothing.reported,
            nothing.registered,
        )
        path = write_snapshot(folder / f"{number:05d}.csv", race, count, number)
        if number % FAULTY == FAULTY - 1:
            _spoil(path, FAULTS[number // FAULTY % len(FAULTS)], count, race, number, rng)


def _spoil(path, fault, count, race, number, rng):
    """Put a fault into a file."""
    text = path.read_text(encoding="utf-8")
    votes = count.votes.copy()
    counted = np.flatnonzero(votes.sum(axis=(1, 2)))
    if fault == "half":
        path.write_text(text[: int(len(text) * rng.uniform(0.1, 0.9))], encoding="utf-8")
    elif fault == "garbage":
        path.write_bytes(rng.bytes(400))
    elif fault == "unit missing":
        gone = race.first_round.unit_ids[int(rng.choice(counted))]
        kept = [line for line in text.splitlines(keepends=True) if gone not in line]
        path.write_text("".join(kept), encoding="utf-8")
    elif fault == "older":
        write_snapshot(path, race, count, 0)
    else:
        unit = int(rng.choice(counted))
        if fault == "exchanged":
            votes = votes[:, ::-1]
        elif fault == "falls":
            votes[unit] //= 2
        else:
            votes[unit] = 5000
        write_snapshot(path, race, replace(count, votes=votes), number)


def megabytes():
    """Memory of this process now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def run(folder):
    """Take every snapshot that the night has not taken yet, and say what came of it."""
    fitted = fitted_night(folder / "small-night")
    session = new_session(fitted, folder / "night")
    found = sorted((folder / "files").glob("*.csv"))
    done = int((folder / "done").read_text()) if (folder / "done").exists() else 0
    first = 0.0
    # A snapshot that was kept out without a new reason leaves no line: `done` may lag behind.
    for number, path in enumerate(found[done:], done):
        session.update([path])
        (folder / "done.part").write_text(str(number + 1))
        (folder / "done.part").replace(folder / "done")
        if number - done == 30:
            first = megabytes()
    moments = session.state.moments
    now = session.now()
    return Soaked(
        odds=now.simulation.forecast.finalists[0].win_probability,
        votes=tuple(now.count.totals.tolist()),
        accepted=len({one.digest for one in moments if one.accepted}),
        kept_out=len({one.digest for one in moments if not one.accepted}),
        count_digest=next(one.count_digest for one in reversed(moments) if one.count_digest),
        memory=(first, megabytes()),
    )


def soak(folder, n_snapshots, n_kills, seconds, seed=1):
    """Run a night in processes that are killed; gives what came of it, and how often it was."""
    folder.mkdir(parents=True, exist_ok=True)
    snapshots(folder / "files", fitted_night(folder / "small-night").race, n_snapshots)
    chance = random.Random(seed)
    command = [sys.executable, "-m", "tests.night.soak", "--run", str(folder)]
    killed = 0
    while True:
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            if killed < n_kills:
                wait_until_at_work(folder, process)
                try:
                    text, _ = process.communicate(timeout=chance.uniform(0, seconds))
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
                    killed += 1
                    continue
            else:
                text, _ = process.communicate()
        assert process.returncode == 0, "a night ends by itself or by a kill, never by an error"
        values = json.loads(text)
        for name in ("votes", "memory"):
            values[name] = tuple(values[name])
        return Soaked(**values), killed


def wait_until_at_work(folder, process, seconds=300):
    """Wait until a process has taken another snapshot, so that every kill finds it at work."""
    before = (folder / "done").read_text() if (folder / "done").exists() else ""
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        if (folder / "done").exists() and (folder / "done").read_text() != before:
            return
        time.sleep(0.01)


def main():
    """Run one process of a night, or all of a soak test."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", type=Path)
    parser.add_argument("--long", action="store_true")
    given = parser.parse_args()
    if given.run:
        sys.stdout.write(json.dumps(vars(run(given.run))) + "\n")
        return
    n_snapshots, n_kills = (1440, 20) if given.long else (60, 3)
    with tempfile.TemporaryDirectory() as folder:
        alone, _ = soak(Path(folder) / "alone", n_snapshots, 0, 0)
        killed, n = soak(Path(folder) / "killed", n_snapshots, n_kills, 2.0)
    sys.stdout.write(f"killed {n} times\nalone  {alone}\nkilled {killed}\n")
    check(alone, killed)


def check(alone, killed):
    """The night that was killed is the one that was not, and memory has stayed."""
    assert (killed.odds, killed.votes, killed.count_digest) == (
        alone.odds,
        alone.votes,
        alone.count_digest,
    )
    assert (killed.accepted, killed.kept_out) == (alone.accepted, alone.kept_out)
    before, after = alone.memory
    assert not before or after < before + 30, f"memory went from {before:.0f} to {after:.0f} MB"


if __name__ == "__main__":
    main()
