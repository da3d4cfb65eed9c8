"""A published map into units.geojson: features joined by unit, named as in the first round.

Which field names a unit, and which one its county, follows from the units themselves: the
fields whose values are most of their names. Nothing is matched because it looks alike.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from forecast.errors import InputError
from forecast.importing.import_options import ImportOptions
from forecast.importing.imported import Imported
from forecast.importing.matching import (
    NO_CROSSWALK,
    Crosswalk,
    Unit,
    match_units,
    read_crosswalk,
)
from forecast.importing.polygons import geojson_text
from forecast.importing.rows import write_file
from forecast.importing.shape_files import Record, Shape, read_shapes, required
from forecast.race.contest import Returns
from forecast.race.folder import load_race
from forecast.race.labels import normalised
from forecast.race.unit_shapes import SHAPES_FILE

MAX_FIELDS = 30


@dataclass(frozen=True)
class Fields:
    """Fields of a map that name its units; `county` is "" where unit names alone tell."""

    unit_id: str
    county: str
    unit_name: str


def import_map(options: ImportOptions) -> Imported:
    """Write units.geojson from a shapefile or GeoJSON.

    Raises
    ------
    InputError
        When the map cannot be read, no field names the units, or units.geojson exists.
    """
    returns = load_race(options.folder).first_round
    path = options.folder / SHAPES_FILE
    if path.exists() and not options.force and options.files[0].resolve() != path.resolve():
        raise InputError(f"{path} exists; choose another folder, or overwrite with --force")
    shapes = read_shapes(options.files[0], options.crs)
    if not shapes:
        raise InputError(f"{options.files[0].name} has no features")
    units = [
        Unit(*names)
        for names in zip(returns.counties, returns.unit_names, returns.unit_ids, strict=True)
    ]
    fields = fields_of(shapes, returns, options)
    walk = NO_CROSSWALK if options.crosswalk is None else read_crosswalk(options.crosswalk)
    found = _by_unit(shapes, fields, units, walk)
    missing = tuple(unit for unit in units if unit.unit_id not in found)
    if not found:
        raise InputError(f"{options.files[0].name}: no shape is that of a unit")
    text = geojson_text(units, found)
    if not options.dry_run:
        write_file(path, text, force=True)
    extra = len({_key(shape.fields, fields) for shape in shapes}) - len(found)
    named = ", ".join(filter(None, (fields.unit_id, fields.county, fields.unit_name)))
    notes = [f"units are named by {named}"]
    notes += [f"{extra:,} shapes of other units are not used"] if extra > 0 else []
    return Imported(
        path, len(found), 0, missing=missing, notes=tuple(notes), written=not options.dry_run
    )


def fields_of(shapes: Sequence[Shape], returns: Returns, options: ImportOptions) -> Fields:
    """The fields that name the units: those given, or those whose values are their names.

    Raises
    ------
    InputError
        When no field holds the name of any unit; the message shows the fields.
    """
    given = options.reading.columns
    names = list(shapes[0].fields)
    for role, field in given.items():
        if field not in names:
            raise InputError(f"--column {role}: no field {field!r}; the fields are {_few(names)}")
    ids = {normalised(unit) for unit in returns.unit_ids}
    counties = {normalised(county) for county in returns.counties}
    units = {normalised(name) for name in returns.unit_names}
    by_id = given.get("unit_id") or _best(shapes, ids, names)
    if by_id and "unit_name" not in given:
        return Fields(by_id, "", "")
    by_name = given.get("unit_name") or _best(shapes, units, names)
    if not by_name:
        values = [f"{name}={value}" for name, value in shapes[0].fields.items()]
        raise InputError(
            f"{options.files[0].name}: no field has the names of the units, such as "
            f"{returns.unit_names[0]!r}; name one with --column unit_name=FIELD, or give a "
            f"crosswalk; the first shape has {_few(values)}"
        )
    others = [name for name in names if name != by_name]
    return Fields("", given.get("county") or _best(shapes, counties, others), by_name)


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:MAX_FIELDS]) + (", ..." if len(names) > MAX_FIELDS else "")


def _best(shapes: Sequence[Shape], wanted: set[str], names: Sequence[str]) -> str:
    """Field that has most of some names among its values; "" where none has a half of them."""
    best, most = "", len(wanted) / 2
    for name in names:
        values = {normalised(str(shape.fields.get(name) or "")) for shape in shapes}
        if len(values & wanted) > most or (not best and len(values & wanted) == most):
            best, most = name, len(values & wanted)
    return best


def _key(record: Record, fields: Fields) -> tuple[str, str]:
    if fields.unit_id:
        return "", normalised(str(record.get(fields.unit_id) or ""))
    county = normalised(str(record.get(fields.county) or "")) if fields.county else ""
    return county, normalised(str(record.get(fields.unit_name) or ""))


def _by_unit(
    shapes: Sequence[Shape], fields: Fields, units: Sequence[Unit], walk: Crosswalk
) -> dict[str, object]:
    """unit_id to the joined shape of its features."""
    target = dict(_targets(shapes, fields, units, walk))
    parts: dict[str, list[object]] = {}
    for shape in shapes:
        unit = target.get(_key(shape.fields, fields))
        if unit is not None and shape.outline is not None:
            parts.setdefault(unit.unit_id, []).append(shape.outline)
    shapely = required("shapely")
    return {unit: shapely.union_all(outlines) for unit, outlines in parts.items()}


def _targets(
    shapes: Sequence[Shape], fields: Fields, units: Sequence[Unit], walk: Crosswalk
) -> Iterator[tuple[tuple[str, str], Unit]]:
    if fields.unit_id:
        yield from ((("", normalised(unit.unit_id)), unit) for unit in units)
        return
    one_county = len({normalised(unit.county) for unit in units}) == 1
    names = [normalised(unit.name) for unit in units]
    if not fields.county and not one_county and len(set(names)) < len(names):
        raise InputError(
            "units of several counties share names, and no field of the map names the county; "
            "name it with --column county=FIELD"
        )
    others: dict[tuple[str, str], Unit] = {}
    by_name = {normalised(unit.name): unit.county for unit in units}
    for shape in shapes:
        key = _key(shape.fields, fields)
        name = str(shape.fields.get(fields.unit_name) or "")
        county = str(shape.fields.get(fields.county) or "") if fields.county else ""
        # Without a field of counties a unit's own county is the one that it is looked for in.
        county = county or by_name.get(normalised(name), units[0].county)
        others.setdefault(key, Unit(county, name, "|".join(key)))
    absent = frozenset((normalised(unit.county), normalised(unit.name)) for unit in units)
    loose = Crosswalk(walk.known_as, walk.absent | absent)
    matches = match_units(units, list(others.values()), loose, extra_allowed=True)
    for key, other in others.items():
        if found := matches.known.get(other.unit_id):
            yield key, found
