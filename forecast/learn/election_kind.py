"""The kind of a two-round election, as far as a calendar says it.

It says how many will come: whether either round is held with a federal general election of the
United States, and with a presidential one.
"""

from datetime import date

from forecast.race.contest import Contest

OWN_DAYS = "both rounds on days of their own"
AFTER_GENERAL = "first round with a midterm general election"
AFTER_PRESIDENT = "first round with a presidential election"
AT_GENERAL = "runoff with a midterm general election"
AT_PRESIDENT = "runoff with a presidential election"
TOP_TWO = "general election after a top-two primary"
KINDS = (OWN_DAYS, AFTER_GENERAL, AFTER_PRESIDENT, AT_GENERAL, AT_PRESIDENT, TOP_TWO)

# Runoffs follow within weeks; a general election follows its top-two primary after months.
TOP_TWO_DAYS = 60


def election_kind(contest: Contest) -> str:
    """The kind of a two-round election, one of `KINDS`."""
    if is_top_two_primary(contest):
        return TOP_TWO
    if is_federal_general(contest.first_round):
        return AFTER_PRESIDENT if contest.first_round.year % 4 == 0 else AFTER_GENERAL
    if is_federal_general(contest.runoff):
        return AT_PRESIDENT if contest.runoff.year % 4 == 0 else AT_GENERAL
    return OWN_DAYS


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
