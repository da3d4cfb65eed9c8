"""units.geojson of a race folder: a shape for every unit, whatever way its features come.

A feature may have no geometry, a unit several features, and a collection may hold lines and
points beside its polygons: the polygons of a unit are one shape, everything else is noted.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forecast.json_text import load_json
from forecast.race.faults import Fault, Severity

SHAPES_FILE = "units.geojson"
NAMED_UNITS = 3
# Names under which files write longitude and latitude in degrees (WGS 84).
DEGREES = ("CRS84", "EPSG:4326", "EPSG::4326", "4326")

Geometry = dict[str, Any]
Ring = list[list[float]]


@dataclass(frozen=True)
class UnitShapes:
    """Shapes as read from one file.

    Attributes
    ----------
    geometries
        unit_id to a GeoJSON Polygon or MultiPolygon, longitude and latitude in degrees.
    shapeless
        Ids of the units whose features hold no polygon.
    """

    geometries: Mapping[str, Geometry]
    shapeless: tuple[str, ...]


def read_unit_shapes(folder: Path) -> tuple[UnitShapes | None, list[Fault]]:
    """Read the shapes of a race folder without raising.

    Returns
    -------
    tuple
        The shapes, None where there is no file or it has errors; and every fault.
    """
    path = folder / SHAPES_FILE
    if not path.is_file():
        return None, []
    try:
        with path.open(encoding="utf-8-sig") as file:
            document = load_json(file)
        features = [
            (str(feature["properties"]["unit_id"]), feature.get("geometry"))
            for feature in document["features"]
        ]
        polygons = _polygons_by_unit(features)
        wrong = _not_degrees(document, polygons)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        what = f"{type(error).__name__}: {error}"
        message = f"must be GeoJSON, every feature with a unit_id ({what})"
        return None, [Fault(SHAPES_FILE, message)]
    if wrong:
        return None, [Fault(SHAPES_FILE, wrong)]
    shapeless = tuple(unit for unit, parts in polygons.items() if not parts)
    shapes = {unit: _geometry(parts) for unit, parts in polygons.items() if parts}
    faults = []
    if shapeless:
        message = f"without a polygon in its features: {named_units(shapeless)}"
        faults.append(Fault(SHAPES_FILE, message, severity=Severity.NOTE))
    return UnitShapes(shapes, shapeless), faults


def named_units(units: tuple[str, ...] | list[str]) -> str:
    """Number of units and the first of their names, for a message."""
    named = ", ".join(units[:NAMED_UNITS]) + (", ..." if len(units) > NAMED_UNITS else "")
    return f"{len(units):,} unit{'s' * (len(units) > 1)} ({named})"


def _polygons_by_unit(features: list[tuple[str, Geometry | None]]) -> dict[str, list[list[Ring]]]:
    polygons: dict[str, list[list[Ring]]] = {}
    for unit, geometry in features:
        polygons.setdefault(unit, []).extend(_polygons(geometry))
    return polygons


def _polygons(geometry: Geometry | None) -> Iterator[list[Ring]]:
    """Rings of every polygon in a geometry; lines and points have none."""
    kind = None if geometry is None else geometry["type"]
    if geometry is None or kind in {"Point", "MultiPoint", "LineString", "MultiLineString"}:
        return
    if kind == "GeometryCollection":
        for part in geometry["geometries"]:
            yield from _polygons(part)
        return
    if kind not in {"Polygon", "MultiPolygon"}:
        raise ValueError(f"no geometry is called {kind!r}")
    parts = [geometry["coordinates"]] if kind == "Polygon" else geometry["coordinates"]
    # An empty polygon, or one without area, is valid GeoJSON and nothing to draw.
    yield from (part for part in parts if part and len(part[0]) > 2)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _geometry(parts: list[list[Ring]]) -> Geometry:
    if len(parts) == 1:
        return {"type": "Polygon", "coordinates": parts[0]}
    return {"type": "MultiPolygon", "coordinates": parts}


def _not_degrees(document: Mapping[str, Any], polygons: Mapping[str, list[list[Ring]]]) -> str:
    """What says that the coordinates are no longitude and latitude; "" where nothing does."""
    remedy = "import it with `forecast data import FILE --as map --into FOLDER`"
    crs = document.get("crs")
    name = str(crs["properties"]["name"]) if isinstance(crs, dict) and "properties" in crs else ""
    if name and not name.endswith(DEGREES):
        return f"is in {name}, and a map needs longitude and latitude; {remedy}"
    for unit, parts in polygons.items():
        for point in (point for part in parts for ring in part for point in ring):
            x, y = point[0], point[1]
            if not (_is_number(x) and _is_number(y)):
                raise ValueError(f"{unit} has a corner at {point!r}"[:200])
            # A false condition where either is NaN, too.
            if not (math.fabs(x) <= 180 and math.fabs(y) <= 90):
                return (
                    f"{unit} lies at {x:g}, {y:g}, which is no longitude and latitude in degrees; "
                    f"{remedy}"
                )
    return ""
