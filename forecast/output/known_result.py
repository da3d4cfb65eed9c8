"""What came of a race whose runoff is counted: shown beside its forecast, and never in it.

It is read when a forecast is finished, from the race folder or the record that ships.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from forecast.errors import InputError
from forecast.lazy_imports import lazy_imports
from forecast.race.contest import Race
from forecast.workflow import Simulation

with lazy_imports():
    from forecast.record import finished_races


@dataclass(frozen=True)
class KnownResult:
    """The counted runoff of a race.

    Attributes
    ----------
    votes
        Of both finalists, in the order of the race.
    """

    votes: tuple[int, int]

    @property
    def shares(self) -> tuple[float, float]:
        """Shares of the two-candidate vote."""
        first = self.votes[0] / sum(self.votes)
        return first, 1 - first

    @property
    def margin(self) -> float:
        """The first finalist's share less the second's."""
        return self.shares[0] - self.shares[1]


def known_result(race: Race, folder: Path) -> KnownResult | None:
    """The counted runoff of a race; None where it is not known, or its table has faults.

    Parameters
    ----------
    race, folder
        The race, and the folder that it was read from.
    """
    try:
        finished = finished_races.finished_of(race, folder)
    except InputError:
        # `forecast data check` names the faults; a forecast does not use the table.
        return None
    if finished is None:
        return None
    first, second = finished.votes().tolist()
    return KnownResult((first, second)) if first + second else None


def result_of(simulation: Simulation) -> KnownResult | None:
    """The counted runoff of the race of a forecast, None where it is not known."""
    return known_result(simulation.race, simulation.folder)


def is_retrospective(
    simulation: Simulation, result: KnownResult | None, today: date | None = None
) -> bool:
    """Whether a forecast was made after its runoff was held: by its result, or by the clock."""
    return result is not None or simulation.race.contest.runoff < (today or date.today())
