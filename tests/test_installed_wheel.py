"""The wheel in an empty environment, run from another folder: what a user of pip gets."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAX_WHEEL_BYTES = 40_000_000


def run(*command: str | Path, folder: Path) -> str:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=1_500
    )
    assert done.returncode == 0, f"{command}: {done.stderr[-2_000:]}"
    return done.stdout


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("uv") is None, reason="uv builds and installs the wheel")
def test_the_wheel_forecasts_from_an_empty_environment(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    # uv runs where the Python of this checkout is known, the program where nothing is.
    run("uv", "build", "--wheel", "-q", "-o", tmp_path / "dist", ROOT, folder=ROOT)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    assert wheel.stat().st_size < MAX_WHEEL_BYTES
    environment = tmp_path / "environment"
    run("uv", "venv", "-q", "--python", sys.executable, environment, folder=ROOT)
    programs = environment / ("Scripts" if sys.platform == "win32" else "bin")
    python = programs / ("python.exe" if sys.platform == "win32" else "python")
    run("uv", "pip", "install", "-q", "--python", python, wheel, folder=ROOT)
    forecast = programs / "forecast"
    assert run(forecast, "--version", folder=elsewhere).startswith("forecast ")
    assert "ga06-2017" in run(forecast, "data", "list", folder=elsewhere)
    # In an environment without the extras the shipped data are there all the same.
    assert "sound: forecasts can be made" in run(forecast, "doctor", folder=elsewhere)
    text = run(forecast, "simulate", "ga06-2017", "--draws", "500", "--quiet", folder=elsewhere)
    assert "KAREN HANDEL" in text
    assert "diagnostics passed" in " ".join(text.split())
