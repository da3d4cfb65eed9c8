"""Colours that tell apart for the colour-blind, on white and on near-black alike."""

from dataclasses import dataclass
from typing import Final

from forecast.race.contest import Race

# Red and blue by the parties' custom in the United States; others get orange and purple.
RED = ("#c93a45", ("#fbe3df", "#f0a69a", "#d9635f", "#b2182b"))
BLUE = ("#3b7fc4", ("#e0ecf6", "#a3c9e4", "#5b9bd0", "#2166ac"))
ORANGE = ("#d9760f", ("#fdebd3", "#f9bd72", "#e0872a", "#a85a05"))
PURPLE = ("#7d68b5", ("#ebe7f3", "#c1b6dd", "#9583c2", "#5e4a96"))
NEUTRAL = "#8b929c"
# Of who chose nobody, beside who stayed at home.
FAINT = "#b9a77f"
# A part of a neutral bar.
PALE = "#ccd2d9"
# Lines and words of a figure on white; in the page the style sheet sets them by theme.
INK, SOFT_INK, GRID = "#1d2733", "#55606e", "#dfe3e8"
SEQUENTIAL: Final = "cividis"


@dataclass(frozen=True)
class SideColours:
    """Colours of the two finalists.

    Attributes
    ----------
    first, second
        Colours of marks.
    diverging
        Colours of values between the finalists, from the second finalist's end to the first's.
    """

    first: str
    second: str
    diverging: tuple[str, ...]

    @property
    def pair(self) -> list[str]:
        """First and second."""
        return [self.first, self.second]


def side_colours(race: Race) -> SideColours:
    """The colours of a race's finalists, by party where both are told apart by it."""
    blocs = [race.candidate_blocs[index][:1].upper() for index in race.finalist_index]
    known = {"R": RED, "D": BLUE}
    if race.has_two_blocs and set(blocs) == set(known):
        first, second = (known[bloc] for bloc in blocs)
    else:
        first, second = ORANGE, PURPLE
    return SideColours(first[0], second[0], (*reversed(second[1]), *first[1]))
