"""The docs: a site without a warning, and a script that does what it says."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from forecast.output.page.page_inputs import PageInputs

DOCS = Path(__file__).parents[3] / "docs"
MAX_LINES = 20


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going"]
    done = subprocess.run(
        [*command, "-d", tmp_path / "trees", DOCS, tmp_path / "site"],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert (done.returncode, done.stderr) == (0, "")
    reference = (tmp_path / "site" / "reference.html").read_text(encoding="utf-8")
    assert "unhealthy" in reference
    assert "write_page" in reference


@pytest.mark.usefixtures("ga06")
def test_the_script_goes_from_the_forecast_to_the_figures_in_twenty_lines(
    gather: Callable[..., PageInputs],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = (DOCS / "python.md").read_text(encoding="utf-8")
    found = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert found is not None
    script = found[1]
    assert len(script.splitlines()) <= MAX_LINES
    monkeypatch.chdir(tmp_path)
    exec(compile(script, "python.md", "exec"), {})
    made = sorted(path.name for path in (tmp_path / "figures").iterdir())
    assert "page.html" in made
    assert len([name for name in made if name.endswith(".png")]) == 7
    assert "wins with a chance of" in capsys.readouterr().out
