"""Every race that ships with its units is forecast without options, and so are some contests.

uv run pytest -m slow tests/test_every_race.py
"""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from forecast.cli import main as cli
from forecast.files import CACHE_VARIABLE
from forecast.first_round.diagnosis import MAX_K_HAT, MIN_ESS
from forecast.first_round.integration import integrate
from forecast.priors.layers import load_priors
from forecast.race.folder import load_race
from forecast.race.units import unit_data
from forecast.record.find import find_race, shipped_races
from forecast.record.shipped_races import record_folder

RACES = (
    *shipped_races(),
    *sorted(path.parent.name for path in record_folder().glob("races/*/race.yaml")),
)
# One of each kind of the record: one unit, a few, counties; registered voters known and unknown.
CONTESTS = (
    "fr_leg_1988_01-01",
    "bg_mayor_sofia_2023",
    "la20151024_0016",
    "ga20000307_sd30_special",
    "ca20120605_us_house_1",
    "wa20160802_secretary_of_state",
)
# Small ones in which a sampler had divergences, or nothing tells counties from units.
HARD = ("wa_ag_2020_county", "ga_hd58_2016_special", "ga_sd11_2013_special", "fr_leg_1988_01-01")


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("race", [*RACES, *CONTESTS])
def test_is_forecast(race: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    result = CliRunner().invoke(cli.app, ["simulate", race])
    assert result.exit_code == 0, result.output
    assert "diagnostics passed" in " ".join(result.stdout.split())


@pytest.mark.parametrize("race", HARD)
def test_a_race_that_is_hard_to_sample_is_integrated(
    race: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a forecast falls back on where NUTS fails its checks."""
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    units = unit_data(load_race(find_race(race)), 0.5)
    found = integrate(units, load_priors().first_round, 1500, seed=1)
    assert found.k_hat < MAX_K_HAT
    assert found.effective > MIN_ESS
