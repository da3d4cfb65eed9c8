"""How many vote in a runoff, against its first round: learned by kind of election."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from forecast.learn.election_kind import KINDS

if TYPE_CHECKING:
    from forecast.learn.training_race import FinishedRace

# Priors of a kind's mean and spread, worth so many races: no kind has few races but top-two.
PRIOR_MEAN, PRIOR_SPREAD, PRIOR_RACES = 0.0, 0.35, 2.0


@dataclass(frozen=True)
class Growth:
    """Log of the runoff's votes over the first round's: normal with a mean and a spread.

    Attributes
    ----------
    mean, sd
        Of a race that has not been held.
    n_races
        How many it was learned from.
    """

    mean: float
    sd: float
    n_races: int


def learn_growth(races: Sequence["FinishedRace"]) -> Mapping[str, Growth]:
    """Learn the growth of every kind; a kind without races keeps the prior."""
    found = {}
    for kind in KINDS:
        values = np.array([race.log_growth for race in races if race.kind == kind])
        weight = PRIOR_RACES + len(values)
        mean = (PRIOR_RACES * PRIOR_MEAN + values.sum()) / weight
        squares = ((values - mean) ** 2).sum() + PRIOR_RACES * PRIOR_SPREAD**2
        variance = squares / weight
        # The mean of the kind is itself unknown by variance / weight.
        found[kind] = Growth(float(mean), float(np.sqrt(variance * (1 + 1 / weight))), len(values))
    return found
