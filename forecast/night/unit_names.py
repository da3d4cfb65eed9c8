"""The units of a race by what files of the night call them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from forecast.importing.matching import read_crosswalk
from forecast.race.contest import Race
from forecast.race.labels import normalised

CROSSWALK_FILE = "crosswalk.csv"


@dataclass(frozen=True, eq=False)
class UnitNames:
    """How the units of a race are found by what a file calls them.

    Attributes
    ----------
    ids, counties
        Id of each unit and name of each county, in the race's order.
    by_id, by_name
        Position by the id, and by normalised county and name.
    names
        What a person calls each unit.
    county_of
        County of each unit.
    others
        Those of `by_name` that only the crosswalk knows: parts of a unit, maybe.
    """

    ids: tuple[str, ...]
    counties: tuple[str, ...]
    by_id: Mapping[str, int]
    by_name: Mapping[tuple[str, str], int]
    names: tuple[str, ...]
    county_of: tuple[str, ...]
    others: frozenset[tuple[str, str]] = frozenset()

    @classmethod
    def of(cls, race: Race, folder: Path | None) -> "UnitNames":
        """The units of a race, with the other names that its crosswalk knows."""
        returns = race.first_round
        by_id = {unit: index for index, unit in enumerate(returns.unit_ids)}
        by_name = {
            (normalised(county), normalised(name)): index
            for index, (county, name) in enumerate(
                zip(returns.counties, returns.unit_names, strict=True)
            )
        }
        own = frozenset(by_name)
        if folder is not None and (folder / CROSSWALK_FILE).is_file():
            crosswalk = read_crosswalk(folder / CROSSWALK_FILE)
            for (county, name), known in crosswalk.known_as.items():
                # A county that is a unit of its own has two names to be corrected.
                group = known if name == county else county
                if (group, known) in by_name:
                    by_name.setdefault((county, name), by_name[group, known])
        others = frozenset(by_name) - own
        names = unit_labels(race)
        return cls(
            returns.unit_ids, race.county_names, by_id, by_name, names, returns.counties, others
        )

    def find(self, unit_id: str, county: str, name: str) -> int:
        """Position of a unit, -1 where the race has none of that name."""
        found = self.by_id.get(unit_id, -1) if unit_id else -1
        if found < 0:
            key = normalised(county), normalised(name)
            found = self.by_name.get(key, -1)
            if found < 0 and key[0] in ("", key[1]):
                # An area that is in no other: named as the unit, as its county, or as both.
                alone = (("", key[1]), (key[1], key[1]))
                found = next((self.by_name[one] for one in alone if one in self.by_name), -1)
        return found

    def alias(self, unit_id: str, county: str, name: str) -> str:
        """What tells apart names that a crosswalk adds up to one unit; "" for its own name."""
        if not self.others or unit_id in self.by_id:
            return ""
        key = normalised(county), normalised(name)
        return "|".join(key) if key in self.others else ""


def unit_labels(race: Race) -> tuple[str, ...]:
    """What a person calls each unit of a race, with its county where the race has several."""
    returns, alone = race.first_round, len(race.county_names) == 1
    pairs = zip(returns.counties, returns.unit_names, strict=True)
    return tuple(_called(county, name, alone=alone) for county, name in pairs)


def _called(county: str, name: str, *, alone: bool) -> str:
    """A unit as a person names it: without its county where that says nothing."""
    if not name or not county:
        return name or county
    return name if alone or normalised(county) == normalised(name) else f"{name} ({county})"
