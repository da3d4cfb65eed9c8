"""Snapshots that a night has seen: which change nothing, and which one was there before a fault."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from forecast.errors import InputError
from forecast.night.count import Count
from forecast.night.guards import Guard
from forecast.night.state import Moment, NightState
from forecast.night.unit_names import UnitNames

# Snapshots that are looked at for the last one before a fault.
_LOOKED_AT = 50


def seen_digests(moments: Sequence[Moment]) -> set[str]:
    """Digests of the snapshots that are not to be taken once more.

    What could not be read may be with other options. Where the operator has gone back to a
    snapshot, the first that was taken after it is the wrong one; what came since is forgotten.
    """
    seen: set[str] = set()
    for place, moment in enumerate(moments):
        if moment.back_to is not None:
            since = [one for one in moments[moment.back_to : place] if one.back_to is None]
            wrong = next((one.digest for one in since if one.accepted), "")
            before = {one.digest for one in moments[: moment.back_to]}
            seen -= {one.digest for one in since} - {wrong} - before
        elif not moment.unreadable:
            seen.add(moment.digest)
    return seen


def seen_words(moments: Sequence[Moment], digest: str, files: str, *, own: bool) -> str:
    """What is said of a snapshot that was there before, "" where nothing is.

    Parameters
    ----------
    moments
        The night so far.
    digest, files
        Of the snapshot.
    own
        Whether this process took it.
    """
    found = [moment for moment in moments if moment.digest == digest]
    if not found or (own and found[-1] is moments[-1]):
        return ""
    line = f"{files} was already seen, as snapshot {found[-1].number}, and changes nothing"
    if found[-1] is not moments[-1] and found[-1].accepted:
        line += f"; --back-to {found[-1].number} takes the count after it again"
    return line


def with_way_back(
    guards: Sequence[Guard], new: Count, names: UnitNames, state: NightState
) -> tuple[Guard, ...]:
    """What was kept out, and where votes fall which snapshot was there before they rose.

    Parameters
    ----------
    guards, new
        What was kept out of a snapshot, and its count.
    names
        Units of the race.
    state
        The night before the snapshot.
    """
    ids = names.counties if new.by_county else names.ids
    return tuple(
        replace(guard, message=guard.message + _way_back(guard, new, ids, state))
        if guard.rule == "falls"
        else guard
        for guard in guards
    )


def _way_back(guard: Guard, new: Count, ids: Sequence[str], state: NightState) -> str:
    fell = [ids.index(unit) for unit in guard.units]
    for moment in reversed(state.moments[-_LOOKED_AT:]):
        try:
            before, last = state.count_after(moment.number - 1)
        except InputError:  # a stored count is gone: there is no going back to it
            return ""
        if before is not None and before.n_units != new.n_units:
            return ""
        if before is None or np.all(before.unit_votes[fell] <= new.unit_votes[fell]):
            number = last.number if last else 0
            return (
                f"; if the last good one was wrong, --back-to {number} and this file again go on "
                "from the count before it"
            )
    return ""
