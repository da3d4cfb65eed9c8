"""The docs: a site without a warning, and a script that does what it says."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import altair
import pytest

from forecast import fitted_race
from forecast.output.document import schema
from forecast.output.page.page_inputs import PageInputs
from tests.page_forecasts import quick_fit

DOCS = Path(__file__).parents[3] / "docs"
MAX_LINES = 20


@pytest.mark.skipif(sys.version_info < (3, 13), reason="Sphinx 9.2 wants Python 3.13")
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
    site = tmp_path / "site"
    assert json.loads((site / "forecast.schema.json").read_text(encoding="utf-8")) == schema()
    assert schema()["$id"] in (site / "json.html").read_text(encoding="utf-8")
    assert "Unreleased" in (site / "changelog.html").read_text(encoding="utf-8")
    for name in ("method", "learning"):
        assert 'class="math' in (site / f"{name}.html").read_text(encoding="utf-8")


@pytest.mark.usefixtures("ga06")
def test_the_notebook_runs_and_shows_what_it_says(
    gather: Callable[..., PageInputs],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # Cell by cell, with the fit of the other tests: a kernel of its own would sample for a minute.
    monkeypatch.setattr(fitted_race, "get_fit", quick_fit)
    notebook = json.loads((DOCS / "example.ipynb").read_text(encoding="utf-8"))
    names: dict[str, Any] = {}
    shown = []
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        assert cell["outputs"], "run the notebook before it is kept: uv run python docs/notebook.py"
        module = ast.parse("".join(cell["source"]))
        last = module.body.pop() if isinstance(module.body[-1], ast.Expr) else None
        with altair.renderers.enable(altair.renderers.active):  # what a cell chooses ends with it
            exec(compile(module, cell["id"], "exec"), names)
        if isinstance(last, ast.Expr):
            shown.append(eval(compile(ast.Expression(last.value), cell["id"], "eval"), names))
    simulation, chart = (value for value in shown if value is not None)
    html = simulation._repr_html_()
    assert "Actual result (not used): Handel 51.8, Ossoff 48.2" in html
    assert "Karen Handel (R)" in html
    with altair.renderers.enable("png"):
        assert "image/png" in chart._repr_mimebundle_()[0]
    printed = capsys.readouterr().out
    assert "KAREN HANDEL: " in printed
    assert "Fulton | " in printed


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
