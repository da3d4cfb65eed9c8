"""What a calendar says of a two-round election."""

from datetime import date

import numpy as np

from forecast.race.contest import Contest

# Runoffs follow within weeks; a general election follows its top-two primary after months.
TOP_TWO_DAYS = 60
ERA_MIDDLE, ERA_WIDTH = 2010.0, 4.0


def still_to_come(what: str, day: date, today: date | None = None) -> str:
    """What to say of returns of a day that is not over by the clock; "" where it is.

    No error: practice files have made-up days, and a clock may be wrong.
    """
    today = today or date.today()
    if day <= today:
        return ""
    return (
        f"the {what} of {day} is still to come (today is {today}), and its returns are here: "
        "correct the day, unless the votes are made up or this clock is wrong"
    )


def era(day: date) -> float:
    """A logistic step in the year, from -0.5 to 0.5 with its middle in 2010."""
    return float(1.0 / (1.0 + np.exp(-(day.year - ERA_MIDDLE) / ERA_WIDTH)) - 0.5)


def is_federal_general(day: date) -> bool:
    """Whether a day is that of a federal general election of the United States."""
    tuesday = day.month == 11 and day.weekday() == 1 and 2 <= day.day <= 8
    return day.year % 2 == 0 and tuesday


def is_top_two_primary(contest: Contest) -> bool:
    """Whether the second round is a federal general election months after the first.

    So it is in California and Washington. Louisiana once held its runoffs on that day too,
    but seven weeks after the first round.
    """
    days = (contest.runoff - contest.first_round).days
    return is_federal_general(contest.runoff) and days >= TOP_TWO_DAYS
