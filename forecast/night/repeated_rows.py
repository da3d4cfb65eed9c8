"""Rows of one unit, finalist and way of voting after the first, in a long table of the night."""

from dataclasses import dataclass, field


@dataclass
class RepeatedRows:
    """Which units stand twice in a table.

    A unit whose rows stand again with the same votes is a copy. Where the votes of one differ,
    nobody can know whether they are parts of the unit or one of them corrects the other.

    Attributes
    ----------
    twice
        Position of the unit to its first row that stands again: line, and line of the other.
    """

    twice: dict[int, tuple[int, int]] = field(default_factory=dict)
    _first: dict[tuple[int, str, int, str], tuple[int, int]] = field(default_factory=dict)
    _again: dict[int, list[int]] = field(default_factory=dict)
    _differ: set[int] = field(default_factory=set)

    @property
    def copies(self) -> frozenset[int]:
        """Positions of the units whose rows all stand again with the same votes."""
        return frozenset(self.twice) - self._differ

    @property
    def copied_rows(self) -> list[int]:
        """Rows of these after the first, as `add` was told."""
        return [row for place in sorted(self.copies) for row in self._again[place]]

    def add(
        self, place: int, alias: str, side: int, mode: str, votes: int, line: int, row: int
    ) -> None:
        """See a row.

        Parameters
        ----------
        place
            Position of the unit.
        alias
            Name of the part where a crosswalk adds several names up to the unit, else "".
        side, mode
            The finalist, and the way of voting as the file writes it.
        votes
            Its votes.
        line, row
            Line of the file, and which row of a finalist in the race's units it is, from 0 on.
        """
        key = place, alias, side, mode.strip().casefold()
        first, had = self._first.setdefault(key, (line, votes))
        if first == line:
            return
        self.twice.setdefault(place, (first, line))
        self._again.setdefault(place, []).append(row)
        if votes != had:
            self._differ.add(place)
