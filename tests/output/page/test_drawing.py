"""The process that draws: apart from the program, and no end of the program when it ends."""

import subprocess
import sys

import pytest

from forecast.errors import ForecastError
from forecast.output.page import drawing

CHART = {
    "data": {"values": [{"x": 1}]},
    "mark": "point",
    "encoding": {"x": {"field": "x", "type": "quantitative"}},
}


def test_pictures_and_the_script_come_in_turn() -> None:
    assert drawing.svg(CHART).startswith("<svg")
    assert drawing.png(CHART, scale=2).startswith(b"\x89PNG")
    assert "vegaEmbed" in drawing.vega_javascript()
    assert drawing.svg(CHART).startswith("<svg")


def test_a_chart_that_cannot_be_drawn_is_an_error_and_the_next_one_is_drawn() -> None:
    with pytest.raises(ForecastError, match="can't be drawn"):
        drawing.svg({"mark": 3})
    assert drawing.svg(CHART).startswith("<svg")


def test_a_process_that_is_ended_between_two_pictures_is_started_again() -> None:
    drawing.svg(CHART)
    process = drawing._drawer._process
    assert process is not None
    process.kill()
    process.wait()
    assert drawing.svg(CHART).startswith("<svg")
    assert drawing._drawer._process is not process


def test_a_process_that_ends_in_a_picture_is_an_error_that_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawer = drawing._Drawer()
    # A process that ends without an answer.
    monkeypatch.setattr(drawing, "_MODULE", "no_such_module")
    with pytest.raises(ForecastError, match="was ended"):
        drawer.answer({"what": "script"})
    monkeypatch.undo()
    assert drawer.answer({"what": "svg", "spec": CHART}).startswith(b"<svg")
    drawer.end()


def test_the_library_that_holds_the_interpreter_is_not_in_the_program() -> None:
    code = (
        "import sys\n"
        "from forecast.output.page import drawing, night_page, page_figure, report\n"
        f"drawing.svg({CHART!r})\n"
        "print('vl_convert' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.split() == ["False"]
    assert not done.stderr
