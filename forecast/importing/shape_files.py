"""Shapes of units in published files: a shapefile, one in a zip, GeoJSON, in any coordinates.

shapely repairs and joins shapes, pyshp reads shapefiles, pyproj turns coordinates into
longitude and latitude. They come with the extra "maps" and are loaded when a map is imported.
"""

import importlib
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from forecast.errors import InputError
from forecast.importing.sources import is_shapefile, open_source
from forecast.json_text import load_json

Record = Mapping[str, object]
LONGITUDE_LATITUDE = "OGC:CRS84"
# GeoJSON is in these coordinates where it does not say otherwise (RFC 7946, section 4).
_DEGREES = (180.0, 90.0)


@dataclass(frozen=True)
class Shape:
    """One feature: its fields, and its shape in longitude and latitude, None where it has none."""

    fields: Record
    outline: Any


def required(name: str) -> Any:
    """A library of the extra "maps".

    Raises
    ------
    InputError
        When it is not installed; the message says how to install it.
    """
    try:
        return importlib.import_module(name)
    except ImportError:
        raise InputError(f"a map takes the library {name}: install runoff-forecast[maps]") from None


def read_shapes(path: Path, crs: str = "") -> list[Shape]:
    """Read every feature of a file.

    Parameters
    ----------
    path
        A .shp with its companions beside it, a zip of them, or GeoJSON.
    crs
        Coordinate system, where the file does not name its own.

    Raises
    ------
    InputError
        When the file cannot be read, or is in coordinates that it does not name.
    """
    if is_shapefile(path):
        features, said = _shapefile(path)
    else:
        features, said = _geojson(path)
    shapely = required("shapely")
    shapes = [(fields, _outline(shapely, geometry)) for fields, geometry in features]
    moved = _mover(path, crs or said, [outline for _, outline in shapes if outline is not None])
    return [Shape(fields, None if o is None else moved(o)) for fields, o in shapes]


def _outline(shapely: Any, geometry: Any) -> Any:
    """Polygons of a geometry, repaired; None where there are none."""
    if not geometry or not (geometry.get("coordinates") or geometry.get("geometries")):
        return None
    try:
        shape = shapely.make_valid(shapely.geometry.shape(geometry))
    except (ValueError, TypeError, KeyError, AttributeError, shapely.errors.ShapelyError):
        return None
    parts = [part for part in _parts(shape) if part.geom_type in {"Polygon", "MultiPolygon"}]
    parts = [part for part in parts if not part.is_empty]
    return shapely.union_all(parts) if parts else None


def _parts(shape: Any) -> Iterator[Any]:
    if shape.geom_type == "GeometryCollection":
        for part in shape.geoms:
            yield from _parts(part)
    else:
        yield shape


def _geojson(path: Path) -> tuple[list[tuple[Record, Any]], str]:
    source = open_source(path)
    try:
        with source.text(source.encoding()[0]) as text:
            document = load_json(text)
        features = [(f.get("properties") or {}, f.get("geometry")) for f in document["features"]]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{source.name} is not GeoJSON: {error!r}") from None
    crs = document.get("crs")
    said = crs["properties"]["name"] if isinstance(crs, dict) and "properties" in crs else ""
    return features, str(said)


def _shapefile(path: Path) -> tuple[list[tuple[Record, Any]], str]:
    shapefile = required("shapefile")
    with ExitStack() as stack:
        parts = _parts_of_shapefile(path, stack)
        said = parts.pop("prj").read().decode("utf-8", "replace") if "prj" in parts else ""
        encoding = parts.pop("cpg").read().decode("ascii", "replace") if "cpg" in parts else "utf-8"
        try:
            reader = shapefile.Reader(**parts, encoding=_codec(encoding), encodingErrors="replace")
            features = [
                (entry.record.as_dict(), _interface(entry.shape))
                for entry in reader.iterShapeRecords()
            ]
        except (shapefile.ShapefileException, ValueError, OSError) as error:
            raise InputError(f"{path.name} cannot be read as a shapefile: {error}") from None
    return features, said.strip()


def _interface(shape: Any) -> Any:
    """Geometry as GeoJSON has it, None for a null shape."""
    return shape.__geo_interface__ if shape.shapeType and shape.points else None


def _codec(text: str) -> str:
    name = text.strip().casefold()
    return {"": "utf-8", "ansi 1252": "cp1252", "1252": "cp1252", "88591": "latin-1"}.get(
        name, name.replace("ansi ", "cp")
    )


def _parts_of_shapefile(path: Path, stack: ExitStack) -> dict[str, IO[bytes]]:
    """Streams of the files that together are one shapefile."""
    endings = ("shp", "dbf", "shx", "prj", "cpg")
    if path.suffix.casefold() == ".shp":
        beside = {other.name.casefold(): other for other in path.parent.iterdir()}
        found = {e: beside.get(f"{path.stem}.{e}".casefold()) for e in endings}
        opened: dict[str, IO[bytes]] = {
            e: stack.enter_context(p.open("rb")) for e, p in found.items() if p
        }
    else:
        archive = stack.enter_context(zipfile.ZipFile(path))
        names = [name for name in archive.namelist() if not name.startswith("__MACOSX/")]
        shapes = [name for name in names if name.casefold().endswith(".shp")]
        if len(shapes) > 1:
            raise InputError(
                f"{path.name} holds several shapefiles ({', '.join(shapes)}); unpack it and give "
                "the one you mean"
            )
        wanted = {f"{shapes[0][:-3]}{e}".casefold(): e for e in endings}
        opened = {
            wanted[name.casefold()]: stack.enter_context(archive.open(name))
            for name in names
            if name.casefold() in wanted
        }
    if "dbf" not in opened:
        raise InputError(
            f"{path.name} has no .dbf beside it, which holds the names of the units; give the zip "
            "that it came in"
        )
    return opened


def _mover(path: Path, crs: str, outlines: list[Any]) -> Any:
    """Function that takes a shape to longitude and latitude.

    Raises
    ------
    InputError
        When the coordinates are no degrees and nothing names what they are.
    """
    shapely = required("shapely")
    if not crs:
        lows = [shape.bounds for shape in outlines]
        far = any(
            max(abs(x0), abs(x1)) > _DEGREES[0] or max(abs(y0), abs(y1)) > _DEGREES[1]
            for x0, y0, x1, y1 in lows
        )
        if far:
            raise InputError(
                f"{path.name} is not in longitude and latitude and does not name its coordinates "
                "(a .prj is missing); say which with --crs, as --crs EPSG:2240"
            )
        return lambda shape: shape
    pyproj = required("pyproj")
    try:
        system = pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError:
        raise InputError(f"{path.name}: no coordinate system is called {crs[:60]!r}") from None
    if system.is_geographic and "WGS" in system.name:
        return lambda shape: shape
    # Longitude first, whatever the system's own order of axes.
    move = pyproj.Transformer.from_crs(system, LONGITUDE_LATITUDE, always_xy=True).transform
    return lambda shape: shapely.transform(shape, move, interleaved=False)
