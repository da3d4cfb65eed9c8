"""What an operator names: one key for a unit, however it is written."""

import difflib
import re
from collections.abc import Mapping

from forecast.errors import InputError
from forecast.night.unit_names import UnitNames
from forecast.race.labels import without_accents

ALL = "all"


def unit_key(names: UnitNames, text: str) -> str:
    """Id of the unit that a text names, or else the name of the county.

    Case, accents, punctuation, dots of abbreviations and zeros in front of numbers do not matter;
    a name alone will do where only one unit has it.

    Raises
    ------
    InputError
        When nothing is called so, or several units are.
    """
    if text in names.ids:
        return text
    wanted = without_accents(text)
    counties = {without_accents(county): county for county in names.counties}
    known = _names_of_units(names)
    found = known.get(wanted, [])
    if not found and wanted not in counties:
        # "bogota dc" is "Bogotá D.C.".
        plain = _without_dots(wanted)
        found = sorted({k for name in known if _without_dots(name) == plain for k in known[name]})
        wanted = next((name for name in counties if _without_dots(name) == plain), wanted)
    if not found and wanted not in counties:
        # "1 1" is precinct "01 001" where no other is called so.
        plain = _without_zeros(wanted)
        found = sorted({k for name in known if _without_zeros(name) == plain for k in known[name]})
    if len(found) == 1:
        return names.ids[found[0]]
    if wanted in counties:
        return counties[wanted]
    if found:
        ids = " and ".join(repr(names.ids[place]) for place in found[:3])
        raise InputError(f"{text!r} is the name of {len(found):,} units; say which, as {ids}")
    shown = nearest_units(names, text)
    nearest = ", ".join(map(repr, shown))
    raise InputError(
        f"no unit {text!r}; "
        + (f"the nearest: {nearest}" if shown else f"units are named as {names.ids[0]!r}")
    )


def nearest_units(names: UnitNames, text: str, most: int = 3) -> list[str]:
    """Names of the units, or counties, that are called most like a text."""
    known = _names_of_units(names)
    counties = {without_accents(county): county for county in names.counties}
    wanted = without_accents(text)
    near = difflib.get_close_matches(wanted, (*known, *counties), n=most, cutoff=0.5)
    shown = [
        counties[name] if name not in known else _shown(names, known[name][0]) for name in near
    ]
    return [*dict.fromkeys(shown)]


def _shown(names: UnitNames, place: int) -> str:
    """Name of a unit by which it can be named again; its id where another one is called so too."""
    name = names.names[place]
    return name if name and names.names.count(name) == 1 else names.ids[place]


def _without_zeros(name: str) -> str:
    """A name whose numbers have no zeros in front."""
    return re.sub(r"(?<!\d)0+(?=\d)", "", name)


def _without_dots(name: str) -> str:
    """A normalised name whose single letters, as of an abbreviation with dots, are one word."""
    return re.sub(r"(?<!\S)([^\W\d]) (?=[^\W\d](?!\S))", r"\1", name)


def _names_of_units(names: UnitNames) -> dict[str, list[int]]:
    """Units by everything that they can be called."""
    known: dict[str, list[int]] = {}
    for (county, name), place in names.by_name.items():
        for called in (f"{county} {name}", f"{name} {county}", name):
            known.setdefault(without_accents(called), []).append(place)
    for place, unit in enumerate(names.ids):
        known.setdefault(without_accents(unit), []).append(place)
    return {name: sorted(set(places)) for name, places in known.items()}


def at_level(names: UnitNames, overruled: Mapping[str, str], *, by_county: bool) -> dict[str, str]:
    """What is overruled by the ids of units, or by the names of counties.

    A county stands for all of its units that are not named themselves; a unit for its county where
    that has no other.
    """
    of_counties = {key: word for key, word in overruled.items() if key in set(names.counties)}
    of_units = {key: word for key, word in overruled.items() if key in names.by_id}
    if by_county:
        for unit, word in of_units.items():
            county = names.county_of[names.by_id[unit]]
            if names.county_of.count(county) == 1:
                of_counties.setdefault(county, word)
        return of_counties
    places = zip(names.ids, names.county_of, strict=True)
    by_place = {unit: of_counties[county] for unit, county in places if county in of_counties}
    return by_place | of_units
