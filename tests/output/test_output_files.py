"""Output files: complete or not there, and errors that say where and what to do."""

import csv
import errno
import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from forecast.errors import ForecastError
from forecast.output import output_files as files
from forecast.output.document import document
from forecast.output.output_files import write_outputs
from forecast.variations import unit_forecasts
from forecast.workflow import Simulation


def test_draws_summary_and_posterior_are_written(simulation: Simulation, tmp_path: Path) -> None:
    paths = write_outputs(simulation, tmp_path / "deep" / "out")
    assert [path.name for path in paths] == [
        "draws.parquet",
        "units.csv",
        "summary.json",
        "posterior.nc",
    ]
    assert sorted(path.name for path in paths[0].parent.iterdir()) == sorted(
        path.name for path in paths
    )
    assert json.loads(paths[2].read_text(encoding="utf-8")) == document(simulation)
    assert paths[3].read_bytes() == b"posterior"


def test_the_draws_file_has_a_row_a_draw_and_county(simulation: Simulation, tmp_path: Path) -> None:
    path, *_ = write_outputs(simulation, tmp_path)
    columns = pq.read_table(path).to_pydict()
    assert list(columns) == ["draw", "county", "ANNE MARSH", "BO REED JR."]
    assert columns["draw"][:3] == [0, 0, 1]
    assert columns["county"][:3] == ["NORTH", "SOUTH", "NORTH"]
    votes = simulation.draws.county_votes
    assert columns["ANNE MARSH"] == votes[:, :, 0].ravel().tolist()
    assert columns["BO REED JR."] == votes[:, :, 1].ravel().tolist()


def test_the_units_file_says_what_the_draws_say_of_each(
    simulation: Simulation, tmp_path: Path
) -> None:
    _, path, *_ = write_outputs(simulation, tmp_path)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    units = unit_forecasts(simulation)
    assert [row["unit_id"] for row in rows] == list(simulation.race.first_round.unit_ids)
    assert list(rows[0])[-2:] == ["ANNE MARSH_votes", "BO REED JR._votes"]
    for name, column, digits in (
        ("share_q05", units.low, 4),
        ("share_q50", units.share, 4),
        ("wins", units.wins, 4),
        ("turnout_q95", units.turnout_high, 4),
        ("ANNE MARSH_votes", units.finalist_votes[:, 0], 1),
    ):
        np.testing.assert_allclose([float(row[name]) for row in rows], column, atol=10**-digits)


def test_a_full_disk_leaves_the_old_file_and_no_other(
    simulation: Simulation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_outputs(simulation, tmp_path)
    before = (tmp_path / "draws.parquet").read_bytes()

    def full(_: object, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files, "_write_draws", full)
    with pytest.raises(ForecastError, match=r"draws\.parquet: No space left.*--out") as caught:
        write_outputs(simulation, tmp_path)
    assert caught.value.exit_code == 1
    assert (tmp_path / "draws.parquet").read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 4


def test_a_folder_that_is_a_file_is_an_error(simulation: Simulation, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(ForecastError, match="could not write"):
        write_outputs(simulation, tmp_path / "taken")
