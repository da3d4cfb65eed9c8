"""When files of a night say that they were made: a clock that is wrong stops right files later."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from forecast.night.guards import Guard
from forecast.night.state import Moment
from forecast.night.unit_words import times_words

# A file that is made so long after the last good one, or so far ahead of this machine, has a line;
# none if it is later than any other clock could say, for counts go on the day after.
MAX_LATER, MAX_CLOCK, MAX_AHEAD = timedelta(hours=3), timedelta(hours=14), timedelta(minutes=15)


def ahead_words(
    files: str, stamp: datetime, last: datetime | None, now: datetime, n_moments: int
) -> tuple[str, ...]:
    """What is said of a file that may have a clock that is ahead, nothing of others.

    Parameters
    ----------
    files, stamp
        Its name, and when it says that it was made.
    last
        When the last good one was made, None where nothing said so.
    now
        This machine's time.
    n_moments
        Number of the last snapshot before it.
    """
    why = ""
    if last is not None and MAX_LATER < stamp - last <= MAX_CLOCK:
        made, before = times_words(stamp, last)
        hours = (stamp - last) / timedelta(hours=1)
        why = f"at {made}, {hours:,.1f} hours after the last good one ({before})"
    elif stamp - now > MAX_AHEAD and (last is None or last - now <= MAX_AHEAD):
        # Files of a place whose clock is another than this machine's are all ahead: one line.
        made, here = times_words(stamp, now)
        why = f"at {made}, which is still to come by this machine's clock ({here})"
    if not why:
        return ()
    return (
        f"taken: {files} says that it was made {why}. If its clock is wrong, right files are kept "
        f"out as older from now on: --back-to {n_moments} and a right file go on from before it",
    )


def with_way_back_in_time(
    guards: Sequence[Guard], stamp: datetime | None, moments: Sequence[Moment]
) -> tuple[Guard, ...]:
    """What was kept out, and of an older file how to go on where the last good one's time is wrong.

    Parameters
    ----------
    guards, stamp
        What was kept out of a snapshot, and when it was made.
    moments
        The night before it.
    """
    taken = [moment for moment in moments if moment.count_digest]
    number = next(
        (
            moment.number
            for moment in reversed(taken)
            if stamp is None or not moment.stamp or datetime.fromisoformat(moment.stamp) <= stamp
        ),
        0,
    )
    more = (
        f"; if the clock of the last good one was wrong, --back-to {number} and this file again go "
        "on from the count before it"
    )
    return tuple(
        replace(guard, message=guard.message + more) if guard.rule == "older" else guard
        for guard in guards
    )
