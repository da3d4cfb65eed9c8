"""The day that a forecast is of: what was known at its end may be used, and nothing later."""

from datetime import date, timedelta

from forecast.errors import InputError
from forecast.race.contest import Contest

ONE_DAY = timedelta(days=1)


def forecast_day(contest: Contest, as_of: date | None = None, today: date | None = None) -> date:
    """The day of a forecast: the one asked for, else the last on which one could be made.

    Parameters
    ----------
    contest
        The election.
    as_of
        The day asked for; None for today, or for the day before the runoff where that is over.
    today
        The day it is; None asks the clock.

    Raises
    ------
    InputError
        When the day asked for is before the first round, or not before the runoff.
    """
    eve = contest.runoff - ONE_DAY
    if as_of is None:
        return max(min(today or date.today(), eve), contest.first_round)
    if not contest.first_round <= as_of <= eve:
        raise InputError(
            f"--as-of {as_of}: a forecast of {contest.id} starts from the first round of "
            f"{contest.first_round} and is made before the runoff of {contest.runoff}; give a "
            f"day from {contest.first_round} to {eve}"
        )
    return as_of
