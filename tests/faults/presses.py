"""Ctrl-C and SIGTERM at any moment of a command: it ends soon, in one line, and leaves nothing."""

import signal
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from forecast.cli.interrupts import INTERRUPTED, MESSAGE, TERMINATED
from tests.faults.jobs import JOBS, UNWRITING, Job, lay_out
from tests.faults.runner import Ended, Place, chance, copied, run_command

WITHIN = 2.0
CODES = {signal.SIGINT: INTERRUPTED, signal.SIGTERM: TERMINATED}


@dataclass
class PressTally:
    """What became of the interrupts of a command; in seconds, the longest that it took to end."""

    job: str
    presses: int = 0
    too_late: int = 0
    longest: float = 0.0
    wrong: list[str] = field(default_factory=list)


def press_all(
    presses: int, names: Sequence[str] = (), seed: int = 0, within: float = WITHIN
) -> Iterator[PressTally]:
    """Interrupt each command so many times; those of some names alone where any are given."""
    jobs = [job for job in (*JOBS, *UNWRITING) if not names or job.name in names]
    return (press_job(job, presses, seed, within) for job in jobs)


def press_job(job: Job, presses: int, seed: int = 0, within: float = WITHIN) -> PressTally:
    """Interrupt one command so many times, in turn by Ctrl-C and SIGTERM, at random moments."""
    tally = PressTally(job.name)
    with tempfile.TemporaryDirectory() as name:
        before = Place(Path(name) / "before")
        lay_out(before)
        whole = run_command(
            job.new, copied(before, before.root.with_name("whole")), prepare=job.prepare
        )
        if whole.code:
            tally.wrong.append(f"it failed without an interrupt: {whole.said}")
            return tally
        for number in range(presses):
            by = list(CODES)[number % len(CODES)]
            after = chance(seed, job.name, number).uniform(0.1, max(whole.seconds, 0.2))
            place = copied(before, before.root.with_name("trial"))
            ended = run_command(job.new, place, interrupt_after=after, by=by, prepare=job.prepare)
            if not ended.code:
                tally.too_late += 1
                continue
            tally.presses += 1
            tally.longest = max(tally.longest, ended.seconds)
            where = f"{job.name}, {by.name} after {after:.1f} of {whole.seconds:.1f} s"
            tally.wrong += [f"{where}: {fault}" for fault in _faults(ended, place, by, within)]
    return tally


def _faults(ended: Ended, place: Place, by: signal.Signals, within: float) -> list[str]:
    last = ended.err.splitlines()[-1:]
    found = [
        (ended.code != CODES[by], f"exit code {ended.code}"),
        (last != [MESSAGE] or ended.err.count(MESSAGE) > 1, f"it said {ended.err[-500:]!r}"),
        ("Traceback" in ended.err, "a traceback"),
        (ended.seconds > within, f"it ended after {ended.seconds:.1f} s"),
        (bool(place.parts()), f"it left {place.parts()}"),
    ]
    return [text for is_wrong, text in found if is_wrong]
