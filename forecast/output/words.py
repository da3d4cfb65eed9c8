"""Numbers and names as people say them: odds, leads, votes, last names."""

import math
from collections.abc import Collection, Sequence
from datetime import date

import numpy as np

from forecast.race import person_names
from forecast.race.labels import NO_COUNTY
from forecast.race.person_names import readable_name
from forecast.runoff.summary import Summary

MAX_PARTY_LETTERS = 4
# Where blocs stand, in words.
BLOC_WORDS = frozenset({"far_left", "left", "centre", "right", "far_right"})
# What a chance is said as, the rarer side of it.
FRACTIONS = ((1, 10), (1, 6), (1, 5), (1, 4), (3, 10), (1, 3), (2, 5), (4, 9))
ROUND_NUMBERS = (12, 15, 20, 25, 30, 40, 50, 70, 100)


def county_name(name: str, *, turkish: bool = False) -> str:
    """The name of a county, readable; a table without a column of counties has one without."""
    return readable_name(name, turkish=turkish) or NO_COUNTY


def last_name(name: str) -> str:
    """The last name, readable: "MARINE LE PEN" gives "Le Pen"."""
    return readable_name(person_names.last_name(name))


def short_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Last names, and full names for those who share one."""
    return told_apart(names, [last_name(name) for name in names])


def told_apart(
    names: Sequence[str],
    shorts: Sequence[str],
    kept: Collection[str] = (),
    *,
    turkish: bool = False,
) -> tuple[str, ...]:
    """Short names of people, and full names for those who share one.

    Parameters
    ----------
    names, shorts
        Full and short names, one a person.
    kept
        Names of those whose short name stays whoever shares it.
    turkish
        Whether the names are Turkish.
    """
    return tuple(
        short if name in kept or shorts.count(short) == 1 else readable_name(name, turkish=turkish)
        for name, short in zip(names, shorts, strict=True)
    )


def initials(labels: tuple[str, str]) -> tuple[str, str]:
    """First letters of two labels, or the labels where those are the same."""
    first, second = labels[0][:1], labels[1][:1]
    return labels if first == second else (first, second)


def party_tag(bloc: str) -> str:
    """Bloc R as "(R)", far_right as "(far right)"; first letters of long words, nothing of none.

    Words of where blocs stand are written out: "(R)" and "(L)" are read as parties.
    """
    if not bloc:
        return ""
    if bloc in BLOC_WORDS:
        return f"({american(bloc.replace('_', ' '))})"
    short = "".join(word[0] for word in bloc.replace("_", " ").split()).upper()
    return f"({bloc if len(bloc) <= MAX_PARTY_LETTERS else short})"


def american(bloc: str) -> str:
    """A bloc as this program's texts spell it: in files its name is "centre"."""
    return "center" if bloc == "centre" else bloc


def sentence(text: str) -> str:
    """A text with a capital first letter."""
    return text[:1].upper() + text[1:]


def chances(probability: float) -> tuple[str, str]:
    """Chances of both finalists from the first's probability, in percent that add up to 100.

    Never none and never all, for draws cannot show so much.
    """
    hundredths = round(100 * probability)
    if hundredths == 0:
        return "under 1%", "over 99%"
    if hundredths == 100:
        return "over 99%", "under 1%"
    return f"{hundredths}%", f"{100 - hundredths}%"


def chance(probability: float) -> str:
    """One chance in percent: "25%"."""
    return chances(probability)[0]


def in_percent(part: float) -> str:
    """A part in percent: all and none only where it is: "100%", but "over 99%" of 0.996."""
    return f"{part:.0%}" if part in (0, 1) else chance(part)


def chance_in_words(probability: float) -> str:
    """A chance as people say it: "about 1 in 4", "about even", "over 99 in 100".

    By its hundredths, so that a reader never finds two ways to say the same percent.
    """
    rare = min(probability, 1 - probability)
    if rare == 0:
        return "never in these draws" if probability == 0 else "always in these draws"
    if rare < 0.01:
        return "under 1 in 100" if probability < 0.5 else "over 99 in 100"
    rare = round(rare, 2)
    if rare > 0.46:
        return "about even"
    if rare < 0.095:
        few, many = 1, min(ROUND_NUMBERS, key=lambda n: abs(math.log(n * rare)))
    else:
        few, many = min(FRACTIONS, key=lambda f: (abs(rare - f[0] / f[1]), f[1]))
    return f"about {few if probability < 0.5 else many - few} in {many}"


def lead(margin: float, labels: tuple[str, str]) -> str:
    """A margin in [-1, 1] as the points that one is ahead: "Handel +1.1"."""
    points = f"{abs(100 * margin):.1f}"
    if points == "0.0":
        return "even"
    return f"{labels[0] if margin > 0 else labels[1]} +{points}"


def lead_interval(margin: Summary, percent: int, labels: tuple[str, str]) -> str:
    """An interval of a margin: "O +2.6 to H +4.7"."""
    return " to ".join(lead(end, labels) for end in margin.interval(percent))


def rounded_votes(votes: float) -> str:
    """Votes to the nearest hundred; to the nearest ten below 10,000, exact below 1,000."""
    digits = 0 if votes < 1000 else -1 if votes < 10_000 else -2
    return f"{round(votes, digits):,.0f}"


def whole_numbers(values: Sequence[float]) -> list[int]:
    """Whole numbers that add up to the rounded sum: the largest remainders are rounded up."""
    down = np.floor(values).astype(np.int64)
    missing = round(float(np.sum(values))) - int(down.sum())
    order = np.argsort(-(np.asarray(values) - down), kind="stable")
    down[order[:missing]] += 1
    found: list[int] = down.tolist()
    return found


def vote_interval(votes: Summary, percent: int) -> str:
    """An interval of votes: "214,000 to 250,000"."""
    return " to ".join(rounded_votes(end) for end in votes.interval(percent))


def share(value: float) -> str:
    """A share in [0, 1] in hundredths with one decimal, without a sign."""
    return f"{100 * value:.1f}"


def share_interval(values: Summary, percent: int) -> str:
    """An interval of shares: "52.9 to 63.2"."""
    return " to ".join(share(end) for end in values.interval(percent))


def day(when: date) -> str:
    """A date as "June 20, 2017", whatever the language of the machine."""
    return f"{month_day(when)}, {when.year}"


def month_day(when: date) -> str:
    """A date as "June 20"."""
    return f"{MONTHS[when.month - 1]} {when.day}"


def few(number: int) -> str:
    """A number as text has it: "three", "12"."""
    return FEW[number] if number < len(FEW) else f"{number:,}"


def simulation_error(error: float) -> str:
    """A Monte Carlo error of a chance in points: "±0.4", "under 0.1"."""
    points = f"{100 * error:.1f}"
    return "under 0.1" if points == "0.0" else f"±{points}"


def error_at_most(error: float) -> str:
    """The largest of several Monte Carlo errors: "±0.4 points or less", "under 0.1 points"."""
    said = simulation_error(error)
    return f"{said} points or less" if said.startswith("±") else f"{said} points"


def signed(value: float, digits: int = 1) -> str:
    """A number with its sign, none where it is zero as shown: "+1.2", "-0.3", "0.0"."""
    text = f"{value:+z.{digits}f}"
    return text.lstrip("+") if float(text) == 0 else text


def ordinal(number: int) -> str:
    """A place in an order: "1st", "12th", "23rd"."""
    last = number % 10 if number // 10 % 10 != 1 else 0
    return f"{number}{('th', 'st', 'nd', 'rd')[last] if last < 4 else 'th'}"


FEW = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
