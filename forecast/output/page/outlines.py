"""Outlines of units from units.geojson, on a flat map, ready to be drawn."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from forecast.errors import InputError
from forecast.race.contest import Returns
from forecast.race.faults import raise_errors
from forecast.race.unit_shapes import SHAPES_FILE, Geometry, read_unit_shapes

# What a page lacks without a map, to who makes it.
NO_OUTLINES = f"a map is drawn where the race folder has their outlines, {SHAPES_FILE}"
DECIMALS = 5
# Units without an outline stand as squares under the map, so many in a row.
SQUARES_IN_A_ROW = 30


@dataclass(frozen=True)
class Outlines:
    """A shape for every unit.

    Attributes
    ----------
    geometries
        GeoJSON geometries in the order of the units, x to the east and y to the north in
        degrees of latitude.
    missing
        Names of the units that have no outline and stand as squares below the map.
    """

    geometries: tuple[Geometry, ...]
    missing: tuple[str, ...]


def read_outlines(folder: Path, units: Returns) -> Outlines | None:
    """Read the outlines of a race folder; None where it has none.

    Raises
    ------
    InputError
        When the file is no GeoJSON, or no feature has the id of a unit.
    """
    read, faults = read_unit_shapes(folder)
    raise_errors(f"race folder {folder}", faults)
    if read is None:
        return None
    shapes, path = read.geometries, folder / SHAPES_FILE
    known = {unit: shapes[unit] for unit in units.unit_ids if unit in shapes}
    if not known:
        raise InputError(
            f"{path}: none of its {len(shapes):,} outlines has the unit_id of a unit, such as "
            f"{units.unit_ids[0]!r}; rename them, or take the file away for a page without a map"
        )
    corners = [point for shape in known.values() for point in _points(shape["coordinates"])]
    middle = (min(y for _, y in corners) + max(y for _, y in corners)) / 2
    # On so small a part of the Earth a map that is true at its middle is true enough.
    narrowing = math.cos(math.radians(middle))
    flat = {unit: _flattened(shape, narrowing) for unit, shape in known.items()}
    xs = [x * narrowing for x, _ in corners]
    side = max(max(xs) - min(xs), 1e-3) / SQUARES_IN_A_ROW
    missing = [unit for unit in units.unit_ids if unit not in known]
    left, bottom = min(xs), min(y for _, y in corners) - side
    for place, unit in enumerate(missing):
        row, column = divmod(place, SQUARES_IN_A_ROW // 2)
        flat[unit] = _square(left + 2 * column * side, bottom - 2 * row * side, side)
    names = dict(zip(units.unit_ids, units.unit_names, strict=True))
    return Outlines(
        tuple(flat[unit] for unit in units.unit_ids), tuple(names[unit] for unit in missing)
    )


def county_borders(outlines: Outlines, counties: Sequence[str]) -> Geometry | None:
    """Lines between units of two counties, where their outlines share corners; None without any.

    Parameters
    ----------
    outlines
        Shapes of the units.
    counties
        The county of each.
    """
    sides: dict[tuple[Any, Any], set[str]] = {}
    for geometry, county in zip(outlines.geometries, counties, strict=True):
        for ring in _rings(geometry):
            corners = [tuple(point) for point in ring]
            for start, end in pairwise(corners):
                sides.setdefault((min(start, end), max(start, end)), set()).add(county)
    lines = [[list(start), list(end)] for (start, end), own in sides.items() if len(own) > 1]
    return {"type": "MultiLineString", "coordinates": lines} if lines else None


def county_middles(
    outlines: Outlines, counties: Sequence[str], names: Sequence[str]
) -> list[tuple[str, float, float]]:
    """The middle of every county's outlined units: name, x, y."""
    corners: dict[str, list[tuple[float, float]]] = {}
    missing = set(outlines.missing)
    for geometry, county, name in zip(outlines.geometries, counties, names, strict=True):
        if name not in missing:
            corners.setdefault(county, []).extend(_points(geometry["coordinates"]))
    return [
        (county, sum(x for x, _ in own) / len(own), sum(y for _, y in own) / len(own))
        for county, own in corners.items()
    ]


def _rings(geometry: Geometry) -> Iterator[list[Any]]:
    parts = geometry["coordinates"]
    for polygon in [parts] if geometry["type"] == "Polygon" else parts:
        yield from polygon


def _points(coordinates: Any) -> Iterator[tuple[float, float]]:
    """Every point of a geometry, whatever its nesting."""
    if coordinates and isinstance(coordinates[0], int | float):
        yield coordinates[0], coordinates[1]
    else:
        for part in coordinates:
            yield from _points(part)


def _flattened(geometry: Geometry, narrowing: float) -> Geometry:
    def moved(value: Any) -> Any:
        if value and isinstance(value[0], int | float):
            return [round(value[0] * narrowing, DECIMALS), round(value[1], DECIMALS)]
        return [moved(part) for part in value]

    return {"type": geometry["type"], "coordinates": moved(geometry["coordinates"])}


def _square(left: float, top: float, side: float) -> Geometry:
    right, bottom = left + side, top - side
    ring = [[left, top], [right, top], [right, bottom], [left, bottom], [left, top]]
    rounded = [[round(x, DECIMALS), round(y, DECIMALS)] for x, y in ring]
    return {"type": "Polygon", "coordinates": [rounded]}
