"""Ballots of a unit in a table with a row a unit and way of voting."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from forecast.importing.table_words import is_total_mode


@dataclass
class BallotsByWay:
    """Ballots of each row, and of its unit where all rows are read.

    Attributes
    ----------
    told
        Id of a unit to its ways of voting as published, each with its ballots; None where the row
        says none.
    """

    told: dict[str, dict[str, int | None]] = field(default_factory=dict)

    def add(self, unit_id: str, way: str, ballots: int | None) -> None:
        """See a row."""
        self.told.setdefault(unit_id, {})[way] = ballots

    def of_units(self, left_out: Collection[str]) -> dict[str, int]:
        """Ballots of each unit: the sum of its ways of voting, else what its total says.

        Where every row of a unit has the same number, in all units of several ways, it is the
        unit's own, as registered voters are.

        Parameters
        ----------
        left_out
            Ways of voting, as published, that are none: sums of the others.

        Returns
        -------
        dict
            Units for which neither is known are not in it.
        """
        several = [ways for ways in self.told.values() if len(ways) > 1]
        repeated = bool(several) and all(len({*ways.values()}) == 1 for ways in several)
        found = {unit: _of_unit(ways, left_out, repeated) for unit, ways in self.told.items()}
        return {unit: ballots for unit, ballots in found.items() if ballots is not None}


def _of_unit(
    ways: Mapping[str, int | None], left_out: Collection[str], repeated: bool
) -> int | None:
    parts = [n for way, n in ways.items() if way not in left_out and not is_total_mode(way)]
    if parts and not repeated and None not in parts:
        return sum(filter(None, parts))
    totals = [n for way, n in ways.items() if repeated or is_total_mode(way)]
    return next((n for n in totals if n is not None), None)
