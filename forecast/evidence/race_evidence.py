"""The evidence of a race folder: every kind that the folder has files of."""

from pathlib import Path

from forecast.defaults import Notify, silent
from forecast.evidence.protocol import Evidence
from forecast.lazy_imports import lazy_imports
from forecast.race.contest import Race
from forecast.race.faults import raise_errors
from forecast.race.poll_table import read_polls

with lazy_imports():  # a race without polls need not wait for what weighs them
    from forecast.evidence import polls as poll_evidence


def race_evidence(race: Race, folder: Path, notify: Notify = silent) -> tuple[Evidence, ...]:
    """Evidence of a race folder; none where it has no polls.

    Parameters
    ----------
    race, folder
        The race, and the folder that it was read from.
    notify
        Called with a line for what is worth knowing about a file and no fault.

    Raises
    ------
    InputError
        When its files are not what they should be.
    """
    table, faults = read_polls(folder, race.contest)
    raise_errors(f"race folder {folder}", faults)
    for note in faults:
        notify(f"note: {note}")
    if not table:
        return ()
    polls = poll_evidence.polls_of_race(race, folder, table)
    return () if polls is None else (polls,)
