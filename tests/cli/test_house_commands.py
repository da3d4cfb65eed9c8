"""`forecast doctor`, `forecast cache`, --verbose and what a shell completes."""

import json
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from forecast.cli import completion
from forecast.cli.main import app
from forecast.cli.records import fit_options
from forecast.defaults import countdown
from forecast.errors import InputError
from forecast.output import environment_check
from forecast.priors.layers import load_priors


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "cache"
    for part in ("fits/abc", "races/southern", "backtest"):
        (root / part).mkdir(parents=True)
    manifest = {"race": "ga06-2017", "diagnosis": {"method": "NUTS"}}
    (root / "fits" / "abc" / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (root / "fits" / "broken").mkdir()
    (root / "races" / "southern" / "race.yaml").write_bytes(b"x" * 2_000)
    (root / "backtest" / "rows.jsonl").write_bytes(b"x" * 3_000)
    monkeypatch.setenv("FORECAST_CACHE", str(root))
    return root


def test_the_cache_is_listed_with_its_sizes(cache: Path) -> None:
    text = CliRunner().invoke(app, ["cache", "list"]).output
    assert "2.0 kB  races of the record" in text
    assert "3.0 kB  rows of `forecast backtest`" in text
    assert "ga06-2017" in text
    assert "damaged" in text


def test_fits_of_one_race_are_told_apart(cache: Path) -> None:
    shutil.copytree(cache / "fits" / "abc", cache / "fits" / "0123456789abcdef")
    text = CliRunner().invoke(app, ["cache", "list"]).output
    assert re.search(r"ga06-2017 +abc +20\d\d-\d\d-\d\d", text)
    assert re.search(r"ga06-2017 +01234567 +20\d\d-\d\d-\d\d", text)
    assert "Fits of one race are of other files" in text


def test_a_plain_clear_leaves_what_takes_hours(cache: Path) -> None:
    assert CliRunner().invoke(app, ["cache", "clear"]).exit_code == 0
    assert not list((cache / "fits").iterdir())
    assert not list((cache / "races").iterdir())
    assert (cache / "backtest" / "rows.jsonl").is_file()
    assert "removed 3.0 kB" in CliRunner().invoke(app, ["cache", "clear", "backtest"]).output
    assert not (cache / "backtest" / "rows.jsonl").exists()


def test_doctor_finds_this_environment_sound(cache: Path) -> None:
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 0, result.output
    for words in ("forecast  ", "numpy ", "cores ", "ga06-2017 can be read", "sound: forecasts"):
        assert words in result.output


def test_doctor_names_what_is_wrong(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORECAST_CACHE", str(cache / "backtest" / "rows.jsonl"))
    monkeypatch.setattr(environment_check, "shipped_folder", lambda name: cache / "nowhere")
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 1
    assert "set FORECAST_CACHE" in " ".join(result.output.split())
    assert "wrong: cache, races" in result.output


def test_races_and_priors_are_completed() -> None:
    assert completion.races("") == ["ga06-2017"]
    assert completion.races("ms_sen") == ["ms_senspecial_2018"]
    assert "runoff.loyalty.low=" in completion.settings("runoff.loy")
    assert completion.settings("runoff.loyalty.low=0.") == []
    every = completion.settings("")
    assert {path.rpartition(".")[0] for path in every} == {
        entry.path for entry in load_priors().entries
    }


def test_quiet_and_verbose_exclude_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(InputError, match="not both"):
        fit_options(quiet=True, verbose=True)
    fit_options(quiet=False, verbose=True).detail("reading")
    assert capsys.readouterr().err.endswith(" s  reading\n")
    fit_options(quiet=False).detail("reading")
    assert capsys.readouterr().err == ""


def test_the_time_left_is_told_once_it_is_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr("forecast.defaults.time.monotonic", lambda: clock[0])
    told: list[str] = []
    tell = countdown(told.append)
    for done, now in ((0, 0.0), (1, 10.0), (9, 90.0)):
        clock[0] = now
        tell(done, 10, "step")
    assert told == [
        "step (1 of 10)",
        "step (2 of 10, about 90 s left)",
        "step (10 of 10, about 10 s left)",
    ]


def test_a_shell_offers_kinds_and_levels():
    assert completion.kinds("pri") == ["primary_runoff"]
    assert completion.levels("state") == ["statewide", "state legislature"]
