"""Whether the rows of a published file are of the units of a race, or of its counties."""

from collections.abc import Iterable

from forecast.night.unit_names import UnitNames
from forecast.race.labels import normalised

# Id, county and name of a unit of a file.
UnitCells = tuple[str, str, str]


def are_counties(units: Iterable[UnitCells], names: UnitNames) -> bool:
    """Whether most units of a file are counties of the race, and more of them than are its units.

    A precinct may be called as its county is: Rockdale County's total is not that of the precinct
    of Rockdale. Where every county is a unit, the rows are of units.

    Parameters
    ----------
    units
        Id, county and name of each unit of the file; a county's total has the county's name.
    names
        The units and counties of the race.
    """
    known = {normalised(county) for county in names.counties}
    n_units = n_counties = n_found = 0
    for unit_id, county, name in {*units}:
        key = normalised(name)
        n_units += 1
        n_counties += key in known and normalised(county) in ("", key)
        n_found += names.find(unit_id, county, name) >= 0
    return 2 * n_counties > n_units and n_counties > n_found
