"""Units without a vote in round one: nobody leads there."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from forecast.output.output_files import UNITS_FILE, tables
from forecast.output.page import figure
from forecast.output.page.page_inputs import PageInputs
from forecast.output.page.unit_table import unit_table

N_UNITS, EMPTY = 8, (2, 5)


@pytest.fixture(scope="module")
def inputs(
    gather: Callable[..., PageInputs], tmp_path_factory: pytest.TempPathFactory
) -> PageInputs:
    """Eight precincts, two of them with nobody on the roll, all others for the first finalist."""
    folder = tmp_path_factory.mktemp("races") / "empty"
    folder.mkdir()
    contest = {
        "id": "empty",
        "title": "Town",
        "office": "Mayor",
        "place": "Town",
        "unit_kind": "precinct",
        "first_round": "2017-04-18",
        "runoff": "2017-06-20",
        "finalists": ["ANN MARSH", "BO REED"],
    }
    (folder / "race.yaml").write_text(json.dumps(contest), encoding="utf-8")
    rows = ["unit_id,county,unit_name,registered,candidate,party,votes"]
    for unit in range(N_UNITS):
        number = 0 if unit in EMPTY else 1
        for name, votes in (("ANN MARSH", 600), ("BO REED", 150), ("CY POE", 20)):
            rows.append(f"u{unit},North,{unit},{2000 * number},{name},,{votes * number}")
    (folder / "first_round.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    features = [
        {
            "type": "Feature",
            "properties": {"unit_id": f"u{unit}"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[unit, 0], [unit + 1, 0], [unit + 1, 1], [unit, 1], [unit, 0]]],
            },
        }
        for unit in range(N_UNITS)
    ]
    collection = {"type": "FeatureCollection", "features": features}
    (folder / "units.geojson").write_text(json.dumps(collection), encoding="utf-8")
    return gather(folder)


def test_they_have_no_leader_and_are_nobodys(inputs: PageInputs) -> None:
    made = figure("map", inputs)
    assert "Marsh leads in all 6; 2 had no votes in round one." in made.summary
    for index, row in enumerate(unit_table(inputs).rows):
        votes = next(at for at, name in enumerate(made.table.columns) if name == "votes, mean")
        shares = [cell for cell in row[1:votes] if cell != "North"]
        if index in EMPTY:
            assert set(shares) == {"–"}
            assert not any(cell.value.strip("|") for cell in shares)
            assert row[votes] == "0"
        else:
            assert "–" not in shares


def test_the_map_has_them_gray_by_any_measure(inputs: PageInputs) -> None:
    made = figure("map", inputs)
    assert "Gray: no votes in round one." in made.note
    features = [one["properties"] for one in made.spec()["data"]["values"]]
    assert [index for index, one in enumerate(features) if one["margin"] is None] == list(EMPTY)
    assert {features[index]["odds"] for index in EMPTY} == {"–"}
    for measure, colour in made.choices.items():
        assert colour["condition"]["test"] == f"!isValid(datum.properties.{measure})"


def test_the_units_file_has_no_share_of_them(inputs: PageInputs, tmp_path: Path) -> None:
    write = tables(inputs.simulation)[UNITS_FILE]
    assert callable(write)
    write(tmp_path / UNITS_FILE)
    with (tmp_path / UNITS_FILE).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for name in ("share_q05", "share_q50", "share_q95", "wins"):
        assert [i for i, row in enumerate(rows) if row[name] == ""] == list(EMPTY)
