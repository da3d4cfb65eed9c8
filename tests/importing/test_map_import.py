"""Maps as published into units.geojson: coordinates, repairs, joins and names."""

import io
import json
import zipfile

import numpy as np
import pyproj
import pytest
import shapefile

from forecast.errors import InputError
from forecast.importing.import_options import ImportOptions
from forecast.importing.import_part import import_files
from forecast.importing.reading import ReadOptions
from tests.importing.test_cases import first_round

SIDE = 0.1


def square(x, y, side=SIDE):
    return [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]


@pytest.fixture
def town(tmp_path):
    folder = tmp_path / "town"
    first_round("base", folder, contests=())
    return folder


def features(function=square, **of_all):
    return [
        {
            "type": "Feature",
            "properties": {"COUNTY": "ASH", "PCT": f"Mill {unit + 1:02}", **of_all},
            "geometry": {"type": "Polygon", "coordinates": [function(-84 + unit * SIDE, 33)]},
        }
        for unit in range(24)
    ]


def written(tmp_path, entries, **document):
    path = tmp_path / "precincts.json"
    text = json.dumps({"type": "FeatureCollection", "features": entries, **document})
    path.write_text("\ufeff" + text, encoding="utf-8")
    return path


def imported(path, folder, **options):
    import_files(ImportOptions("", (path,), folder, "map", **options))
    found = json.loads((folder / "units.geojson").read_text(encoding="utf-8"))["features"]
    return {entry["properties"]["unit_id"]: entry["geometry"] for entry in found}


def test_units_are_found_by_the_fields_that_hold_their_names(town, tmp_path):
    found = imported(written(tmp_path, features()), town)
    assert list(found)[:2] == ["ASH|MILL 01", "ASH|MILL 02"]
    assert found["ASH|MILL 01"]["coordinates"][0][0][0] == pytest.approx(-84, abs=SIDE)


def projected(x, y):
    move = pyproj.Transformer.from_crs("OGC:CRS84", "EPSG:32616", always_xy=True).transform
    return [list(move(*corner)) for corner in square(x, y)]


def test_named_coordinates_are_turned_to_degrees(town, tmp_path):
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32616"}}
    found = imported(written(tmp_path, features(projected), crs=crs), town)
    assert len(found) == 24
    xs = [x for x, _ in found["ASH|MILL 24"]["coordinates"][0]]
    assert min(xs) == pytest.approx(-84 + 23 * SIDE, abs=1e-4)
    assert max(xs) == pytest.approx(-84 + 24 * SIDE, abs=1e-4)


def test_nameless_coordinates_are_asked_for(town, tmp_path):
    path = written(tmp_path, features(projected))
    with pytest.raises(InputError, match="say which with --crs"):
        imported(path, town)
    assert not (town / "units.geojson").exists()
    assert len(imported(path, town, crs="EPSG:32616")) == 24
    with pytest.raises(InputError, match="no coordinate system is called 'EPSG:1'"):
        imported(path, town, crs="EPSG:1", force=True)


def test_broken_outlines_are_repaired_and_missing_ones_said(town, tmp_path):
    entries = features()
    x, y = -84, 33
    bowtie = [[x, y], [x + SIDE, y + SIDE], [x + SIDE, y], [x, y + SIDE], [x, y]]
    entries[0]["geometry"]["coordinates"] = [bowtie]
    entries[1]["geometry"] = None
    entries[2]["geometry"] = {"type": "Point", "coordinates": [x, y]}
    found = imported(written(tmp_path, entries), town)
    assert found["ASH|MILL 01"]["type"] == "MultiPolygon"
    assert len(found) == 22


def test_several_features_of_a_unit_are_one_shape(town, tmp_path):
    entries = features()
    apart = {**entries[0], "geometry": {"type": "Polygon", "coordinates": [square(-90, 40)]}}
    found = imported(written(tmp_path, [*entries, apart]), town)
    assert len(found["ASH|MILL 01"]["coordinates"]) == 2


def test_a_map_of_other_units_is_refused(town, tmp_path):
    entries = features()
    for place, entry in enumerate(entries):
        entry["properties"] = {"name": f"Ward {place}"}
    path = written(tmp_path, entries)
    with pytest.raises(InputError, match=r"no field has the names of the units, such as 'Mill 01'"):
        imported(path, town)
    named = ReadOptions(columns={"unit_name": "ward"})
    with pytest.raises(InputError, match="no field 'ward'; the fields are name"):
        imported(path, town, reading=named)


def test_a_map_without_one_feature_is_refused(town, tmp_path):
    with pytest.raises(InputError, match="has no features"):
        imported(written(tmp_path, []), town)


def test_a_shapefile_needs_its_table(town, tmp_path):
    (tmp_path / "a.shp").write_bytes(b"")
    with pytest.raises(InputError, match=r"has no \.dbf beside it"):
        imported(tmp_path / "a.shp", town)


@pytest.mark.parametrize("kind", ["plain", "heights", "measures"])
def test_a_zipped_shapefile_in_feet_of_a_state_plane(town, tmp_path, kind):
    """Georgia West in feet, with and without a third number at each corner."""
    system = pyproj.CRS("EPSG:2240")
    move = pyproj.Transformer.from_crs("OGC:CRS84", system, always_xy=True).transform
    parts = {ending: io.BytesIO() for ending in ("shp", "shx", "dbf")}
    shape_type = {"plain": 5, "heights": 15, "measures": 25}[kind]
    with shapefile.Writer(**parts, shapeType=shape_type) as writer:
        writer.field("COUNTY", "C", 20)
        writer.field("PCT", "C", 20)
        add = {"plain": writer.poly, "heights": writer.polyz, "measures": writer.polym}[kind]
        for unit in range(24):
            ring = [move(*corner) for corner in reversed(square(-84 + unit * SIDE, 33))]
            add([[[x, y] if kind == "plain" else [x, y, 300.0] for x, y in ring]])
            writer.record("Ash", f"Mill {unit + 1:02}")
    path = tmp_path / "precincts.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for ending, content in parts.items():
            archive.writestr(f"Ash/precincts.{ending}", content.getvalue())
        archive.writestr("Ash/precincts.prj", system.to_wkt("WKT1_ESRI"))
    found = imported(path, town)
    assert len(found) == 24
    corners = np.array(found["ASH|MILL 24"]["coordinates"][0])
    expected = [-84 + 23 * SIDE, 33, -84 + 24 * SIDE, 33 + SIDE]
    assert corners.shape[1] == 2
    np.testing.assert_allclose([*corners.min(axis=0), *corners.max(axis=0)], expected, atol=1e-4)
