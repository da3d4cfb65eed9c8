"""The rehearsal of a forecast: sound races pass, and what would fail later fails here."""

import json
import shutil

import pytest
from typer.testing import CliRunner

from forecast.cli.data_commands import data_app
from forecast.output import forecast_text
from forecast.output.rehearsal import rehearse
from forecast.race.folder import load_race
from tests.importing.test_cases import CASES, first_round, runoff


@pytest.fixture
def town(tmp_path):
    folder = tmp_path / "town"
    first_round("csv-none-of-these", folder)
    return folder


def test_a_race_with_votes_for_nobody_runs_and_gives_them_to_nobody(town, monkeypatch):
    seen = []
    monkeypatch.setattr(forecast_text, "render", seen.append)
    assert rehearse(load_race(town), town) == []
    (simulation,) = seen
    candidates = simulation.race.first_round.candidates
    flows = dict(zip(candidates, simulation.draws.flows.to_finalists.mean(axis=0), strict=False))
    assert flows["NULOS"].tolist() == [0, 0]
    assert flows["GUS HOLM"].sum() > 0


def test_an_ill_shaped_map_and_score_run(tmp_path):
    folder = tmp_path / "town"
    first_round("base", folder, contests=())
    runoff("base", folder)
    shutil.copy(CASES / "geo-null-geometry" / "units.geojson", folder)
    assert rehearse(load_race(folder), folder) == []


def test_what_would_fail_is_an_error_of_the_check(town, monkeypatch):
    def broken(_):
        raise KeyError("no such county")

    monkeypatch.setattr(forecast_text, "render", broken)
    result = CliRunner().invoke(data_app, ["check", str(town)])
    assert result.exit_code == 2
    assert "error: forecast simulate: would fail: KeyError: 'no such county'" in result.stdout


def test_a_runoff_without_votes_for_a_finalist_cannot_be_scored(tmp_path):
    folder = tmp_path / "town"
    first_round("base", folder, contests=())
    runoff("base", folder)
    path = folder / "runoff.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    zero = [line.rsplit(",", 1)[0] + ",0" if "CARL DAHL" in line else line for line in lines]
    path.write_text("\n".join(zero) + "\n", encoding="utf-8")
    (fault,) = rehearse(load_race(folder), folder)
    assert str(fault).startswith("forecast score: would fail: a finalist has no votes")


def test_maps_in_projected_coordinates_are_an_error_before_any_figure(town):
    square = [[[2_000_000, 300_000], [2_000_100, 300_000], [2_000_100, 300_100]]]
    feature = {
        "type": "Feature",
        "properties": {"unit_id": "ASH|MILL 01"},
        "geometry": {"type": "Polygon", "coordinates": square},
    }
    document = {"type": "FeatureCollection", "features": [feature]}
    (town / "units.geojson").write_text(json.dumps(document), encoding="utf-8")
    result = CliRunner().invoke(data_app, ["check", str(town)])
    assert result.exit_code == 2
    assert "no longitude and latitude in degrees; import it with" in result.stdout
