"""Polls that are read without a fault and may still not be what was meant."""

from collections.abc import Iterator, Sequence
from statistics import median

from forecast.race.faults import Fault, Severity
from forecast.race.poll_table import POLLS_FILE, Poll

# Points of the two-candidate share between a poll and the median of the others. Houses and
# samples rarely bring 10 apart; figures typed in the wrong column or digit do.
OUTLIER_POINTS = 15.0


def poll_notes(polls: Sequence[Poll]) -> Iterator[Fault]:
    """Notes on repeated polls and on outliers."""
    for poll, count in _repeated(polls).items():
        yield _note(poll, f"stands {count} times, and counts as {count} polls")
    yield from _outliers(polls)


def _note(poll: Poll, message: str) -> Fault:
    what = f"the poll of {poll.pollster or 'nobody named'} to {poll.end} {message}"
    return Fault(POLLS_FILE, what, severity=Severity.NOTE)


def _repeated(polls: Sequence[Poll]) -> dict[Poll, int]:
    return {poll: count for poll in dict.fromkeys(polls) if (count := polls.count(poll)) > 1}


def _outliers(polls: Sequence[Poll]) -> Iterator[Fault]:
    known = [poll for poll in polls if sum(poll.shares) > 0]
    shares = [100 * poll.shares[0] / sum(poll.shares) for poll in known]
    for place, (poll, share) in enumerate(zip(known, shares, strict=True)):
        others = shares[:place] + shares[place + 1 :]
        if others and abs(share - median(others)) > OUTLIER_POINTS:
            figures = " to ".join(f"{100 * value:g}" for value in poll.shares)
            yield _note(
                poll,
                f"says {figures}: {share:.0f}% of both, where the median of the others is "
                f"{median(others):.0f}%; compare it with its source",
            )
