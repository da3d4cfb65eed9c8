"""The evidence of a race folder: every kind that the folder has files of."""

from datetime import date
from pathlib import Path

from forecast.defaults import Notify, silent
from forecast.errors import InputError
from forecast.evidence.protocol import Evidence
from forecast.lazy_imports import lazy_imports
from forecast.race.contest import Race
from forecast.race.faults import raise_errors
from forecast.race.forecast_day import ONE_DAY, forecast_day
from forecast.race.level_words import plural
from forecast.race.poll_table import read_polls

with lazy_imports():  # a race without polls need not wait for what weighs them
    from forecast.evidence import polls as poll_evidence


def race_evidence(
    race: Race, folder: Path, notify: Notify = silent, as_of: date | None = None
) -> tuple[Evidence, ...]:
    """Evidence of a race folder; none where it has no polls.

    Parameters
    ----------
    race, folder
        The race, and the folder that it was read from.
    notify
        Called with a line for what is worth knowing about a file and no fault.
    as_of
        Day of the forecast: polls that ended after it are left out. The day before the runoff
        where it is None.

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
    day = forecast_day(race.contest, as_of or race.contest.runoff - ONE_DAY)
    late = sum(poll.end > day for poll in table)
    if late:
        notify(f"note: left out {late} of {plural(len(table), 'poll')}, which ended after {day}")
    try:
        polls = poll_evidence.polls_of_race(race, folder, table, day)
    except InputError as error:
        # Of an early day less may have been learned than polls need; the forecast then has none.
        if day == race.contest.runoff - ONE_DAY:
            raise
        notify(f"note: the polls are left out: {error}")
        return ()
    return () if polls is None else (polls,)
