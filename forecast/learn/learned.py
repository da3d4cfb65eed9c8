"""What finished runoffs teach about the next one, all in one value."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from forecast.errors import InputError
from forecast.learn.design import build_design
from forecast.learn.scale_regression import SizeLaw, learn_size_law
from forecast.learn.transfer_model import Fit, default_priors, fit_transfers
from forecast.learn.turnout_ratio import Growth, learn_growth

if TYPE_CHECKING:
    from forecast.learn.training_race import FinishedRace

FEWEST_RACES = 20
PARTS, LEVELS = ("lean", "turnout"), ("unit", "county")


@dataclass(frozen=True)
class Teachers:
    """Which races something was learned from.

    Attributes
    ----------
    n_races
        How many.
    first, last
        Days of the first and of the last of their runoffs.
    before
        Only runoffs before this day were used; None where any were.
    left_out
        Days whose runoffs were left out.
    """

    n_races: int
    first: date
    last: date
    before: date | None
    left_out: tuple[date, ...]

    def describe(self) -> str:
        """Say it in half a sentence: "1,291 runoffs from 1982 to 2017-04-29"."""
        text = f"{self.n_races:,} runoffs from {self.first.year} to {self.last.isoformat()}"
        if self.left_out:
            text += f", without those of {', '.join(day.isoformat() for day in self.left_out)}"
        return text


@dataclass(frozen=True, eq=False)
class Learned:
    """Everything learned.

    Attributes
    ----------
    transfers
        Where eliminated candidates' voters go, how the leader's lead drifts, and the sizes of
        the errors of the race and of the transfers.
    growth
        Votes of the runoff against the first round's, by kind of election.
    sizes
        Sizes of the errors by part and level, "lean_unit", "lean_county", "turnout_unit",
        "turnout_county".
    teachers
        What it was learned from.
    """

    transfers: Fit
    growth: Mapping[str, Growth]
    sizes: Mapping[str, SizeLaw]
    teachers: Teachers


def learn(
    races: Sequence["FinishedRace"],
    *,
    before: date | None = None,
    leave_out_days: Collection[date] = (),
) -> Learned:
    """Learn from finished races.

    Parameters
    ----------
    races
        Finished races; which of them are used the next two say.
    before
        Use only runoffs held before this day.
    leave_out_days
        Leave out all runoffs of these days: elections of one day share its surprise.

    Raises
    ------
    InputError
        When fewer than 20 races are left.
    """
    used = [
        race
        for race in races
        if (before is None or race.runoff < before) and race.runoff not in leave_out_days
    ]
    if len(used) < FEWEST_RACES:
        raise InputError(
            f"{len(used)} finished races to learn from, of {len(races)} given: "
            f"{FEWEST_RACES} are needed; give more, or a later --before"
        )
    log_odds = np.array([race.log_odds for race in used])
    design = build_design([race.features for race in used])
    days = sorted(race.runoff for race in used)
    left_out = {race.runoff for race in races if race.runoff in leave_out_days}
    return Learned(
        transfers=fit_transfers(design, log_odds, default_priors()),
        growth=learn_growth(used),
        sizes={
            f"{part}_{level}": _size_law(used, part, level) for part in PARTS for level in LEVELS
        },
        teachers=Teachers(len(used), days[0], days[-1], before, tuple(sorted(left_out))),
    )


def _size_law(races: Sequence["FinishedRace"], part: str, level: str) -> SizeLaw:
    """The law of one size, from the races that tell it."""
    sizes, errors, eliminated = [], [], []
    for race in races:
        found = getattr(race, part)
        size = None if found is None else getattr(found, f"log_{level}")
        if size is not None:
            sizes.append(size)
            errors.append(getattr(found, f"{level}_error"))
            eliminated.append(race.features.eliminated)
    return learn_size_law(sizes, errors, eliminated)
