"""Rows of one unit, finalist and way of voting after the first, in a table of the night."""

from dataclasses import dataclass, field


@dataclass
class RepeatedRows:
    """Which units stand twice in a table: nobody can know whether as copies or as parts.

    Attributes
    ----------
    twice
        Position of the unit to its first row that stands again: line, and line of the other.
    """

    twice: dict[int, tuple[int, int]] = field(default_factory=dict)
    _first: dict[tuple[int, str, int, str], int] = field(default_factory=dict)

    def add(self, place: int, alias: str, side: int, mode: str, line: int) -> None:
        """See a row.

        Parameters
        ----------
        place
            Position of the unit.
        alias
            Name of the part where a crosswalk adds several names up to the unit, else "".
        side, mode
            The finalist, and the way of voting as the file writes it.
        line
            Line of the file.
        """
        first = self._first.setdefault((place, alias, side, mode.strip().casefold()), line)
        if first != line:
            self.twice.setdefault(place, (first, line))
