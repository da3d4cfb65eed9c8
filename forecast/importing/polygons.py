"""Precinct polygons from a shapefile into the units.geojson of a race folder.

Needs the libraries of the extra "maps".
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forecast.importing.matching import Crosswalk, Unit, match_units

DECIMALS = 5  # about a metre
# Degrees; about 30 metres, invisible in a map of a congressional district.
TOLERANCE = 0.0003


@dataclass(frozen=True)
class UnitPolygons:
    """The text of units.geojson, and the units that the shapefile has no polygon for."""

    text: str
    missing: tuple[Unit, ...]


def unit_polygons(
    shapefile_path: Path,
    county_field: str,
    name_field: str,
    first_round: Sequence[Unit],
    crosswalk: Crosswalk,
) -> UnitPolygons:
    """Simplify the polygons of the first-round units.

    Parameters
    ----------
    shapefile_path
        A shapefile in longitude and latitude.
    county_field, name_field
        Fields that name the county and the unit of a polygon.
    first_round
        The units.
    crosswalk
        Names that the shapefile spells its own way, and units it lacks.

    Returns
    -------
    UnitPolygons
        One feature a unit, property unit_id, in the order of the first round.

    Raises
    ------
    InputError
        When units stay unmatched.
    """
    import shapefile  # noqa: PLC0415  (tools of who draws maps, not of who forecasts)
    import shapely  # noqa: PLC0415

    shapes: dict[str, Any] = {}
    others: list[Unit] = []
    with shapefile.Reader(str(shapefile_path)) as reader:
        for index, entry in enumerate(reader.iterShapeRecords()):
            others.append(Unit(entry.record[county_field], entry.record[name_field], str(index)))
            shapes[str(index)] = shapely.make_valid(shapely.geometry.shape(entry.shape))
    matches = match_units(first_round, others, crosswalk, extra_allowed=True)
    source_of = {unit.unit_id: source for source, unit in matches.known.items()}
    drawn = [unit for unit in first_round if unit.unit_id in source_of]
    outlines = [shapes[source_of[unit.unit_id]] for unit in drawn]
    found = {unit.unit_id: outline for unit, outline in zip(drawn, outlines, strict=True)}
    return UnitPolygons(geojson_text(drawn, found), matches.missing)


def geojson_text(units: Sequence[Unit], outlines: Mapping[str, Any]) -> str:
    """Text of units.geojson, simplified, a feature for each unit that has an outline.

    Parameters
    ----------
    units
        The units, in the order of the features.
    outlines
        unit_id to a valid polygon in longitude and latitude.
    """
    import shapely  # noqa: PLC0415

    drawn = [unit for unit in units if unit.unit_id in outlines]
    # Borders that two units share are simplified once, so that no gaps open between them.
    simple = shapely.set_precision(
        shapely.coverage_simplify([outlines[unit.unit_id] for unit in drawn], TOLERANCE),
        grid_size=10.0**-DECIMALS,
    )
    # A unit as small as the tolerance keeps its outline as it was.
    kept = [
        outlines[unit.unit_id] if outline.is_empty else outline
        for unit, outline in zip(drawn, simple, strict=True)
    ]
    features = [_feature(unit, outline) for unit, outline in zip(drawn, kept, strict=True)]
    lines = ",\n".join(json.dumps(feature, separators=(",", ":")) for feature in features)
    return f'{{"type":"FeatureCollection","features":[\n{lines}\n]}}\n'


def _feature(unit: Unit, outline: Any) -> dict[str, Any]:
    import shapely  # noqa: PLC0415

    return {
        "type": "Feature",
        "properties": {"unit_id": unit.unit_id, "county": unit.county, "unit_name": unit.name},
        "geometry": _rounded(shapely.geometry.mapping(outline)),
    }


def _rounded(value: Any) -> Any:
    """Coordinates without the digits that binary fractions add after the fifth."""
    if isinstance(value, dict):
        return {key: _rounded(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(entry) for entry in value]
    return round(value, DECIMALS) if isinstance(value, float) else value
