"""A race made ready for all that reads it: the models, the priors, the core and the figures."""

from dataclasses import dataclass

from forecast.race.contest import Race
from forecast.race.units import UnitData, unit_data


@dataclass(frozen=True, eq=False)
class PreparedRace:
    """A race and the arrays made of it, once.

    Attributes
    ----------
    race
        The race as its folder has it.
    units
        The same as the arrays that the models are written on.
    """

    race: Race
    units: UnitData


def prepare(race: Race, turnout_if_unknown: float) -> PreparedRace:
    """Prepare a race.

    Parameters
    ----------
    race
        The race, with nothing of its runoff's count.
    turnout_if_unknown
        First-round turnout assumed where nobody published the registered voters, a share.
    """
    return PreparedRace(race, unit_data(race, turnout_if_unknown))
