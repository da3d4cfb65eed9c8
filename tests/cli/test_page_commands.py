"""`forecast report` and `plot` as a user runs them, and the histogram on a terminal."""

import sys
import webbrowser
from collections.abc import Callable
from pathlib import Path

import pytest

from forecast.cli import main as cli
from forecast.cli.report_command import command_again
from forecast.defaults import PriorChoice, SimulationOptions
from forecast.output.forecast_text import TALL_ROWS, render
from forecast.output.page.page_inputs import PageInputs
from forecast.output.terminal import tall_bars
from forecast.workflow import Simulation


@pytest.fixture
def run(
    gather: Callable[..., PageInputs], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., int]:
    """Runs a command in an empty folder; the first round is approximated."""
    monkeypatch.chdir(tmp_path)

    def ran(*arguments: str) -> int:
        monkeypatch.setattr(sys, "argv", ["forecast", *arguments])
        return cli.run(cli.app)

    return ran


def test_a_report_tells_the_command_that_makes_it_again(
    run: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--draws", "300", "--seed", "7", "--set", "runoff.loyalty.low=0.9", "--no-polls"]
    assert run("report", "ga06-2017", *options) == 0
    text = (tmp_path / "ga06-2017.html").read_text(encoding="utf-8")
    assert (
        "forecast report ga06-2017 --no-polls --draws 300 --seed 7 "
        "--set runoff.loyalty.low=0.9" in text
    )
    assert "wrote ga06-2017.html" in capsys.readouterr().err


def test_a_report_opens_in_the_browser(
    run: Callable[..., int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda url: bool(asked.append(url)) or True)
    assert run("report", "--draws", "300", "--quiet", "--out", "new/a.html", "--open") == 0
    assert asked == [(tmp_path / "new" / "a.html").resolve().as_uri()]
    monkeypatch.setattr(webbrowser, "open", lambda url: False)
    assert run("report", "--draws", "300", "--quiet", "--open") == 1


def test_a_report_does_not_write_over_the_page_of_another_folder(
    run: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    again = ["report", "--draws", "300", "--quiet"]
    page = tmp_path / "ga06-2017.html"
    for text, said in (
        ("mine", "no page that tells its race"),
        ("<code>forecast report my-race --seed 7</code>", "the page of my-race"),
    ):
        page.write_text(text, encoding="utf-8")
        assert run(*again) == 1
        assert page.read_text(encoding="utf-8") == text
        told = " ".join(capsys.readouterr().err.split())
        assert said in told
        assert "--out" in told
    page.unlink()
    assert run(*again) == 0
    assert run(*again) == 0


def test_a_page_shows_no_folders_of_who_made_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    options = SimulationOptions(300, seed=1)
    elsewhere = tmp_path.parent / "elsewhere" / "chile"
    for race, shown in (
        ("ga06-2017", "ga06-2017"),
        ("../my-race", "../my-race"),
        (str(tmp_path / "races" / "chile"), "races/chile"),
        (str(elsewhere), "chile"),
    ):
        said = command_again(race, PriorChoice(elsewhere / "p.yaml"), options, elsewhere / "s.yaml")
        assert said.startswith(f"forecast report {shown} --draws 300")
        assert "--priors p.yaml" in said
        assert "--scenarios s.yaml" in said
        assert "elsewhere" not in said


def test_a_report_takes_scenarios_of_the_user(run: Callable[..., int], tmp_path: Path) -> None:
    Path("mine.yaml").write_text(
        "scenarios: {mine: {title: A case of mine, priors: {runoff: {loyalty: {low: 0.9}}}}}",
        encoding="utf-8",
    )
    assert run("report", "--draws", "300", "--quiet", "--scenarios", "mine.yaml") == 0
    assert "A case of mine" in (tmp_path / "ga06-2017.html").read_text(encoding="utf-8")


def test_a_figure_is_drawn_into_a_file(run: Callable[..., int], tmp_path: Path) -> None:
    assert run("plot", "counties", "--draws", "300", "--quiet") == 0
    assert (tmp_path / "counties.png").read_bytes().startswith(b"\x89PNG")
    assert run("plot", "hundred", "--draws", "300", "--quiet", "--out", "a.svg") == 0
    assert "<svg" in (tmp_path / "a.svg").read_text(encoding="utf-8")


def test_a_wrong_kind_or_ending_is_wrong_usage(
    run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("plot", "pie") == 2
    assert "hundred" in capsys.readouterr().err
    assert run("plot", "margin", "--draws", "300", "--quiet", "--out", "a.gif") == 2
    assert "ends in .png, .svg" in capsys.readouterr().err


def test_bars_of_several_rows_stand_on_each_other() -> None:
    assert tall_bars([0.0, 0.5, 1.0, 0.001], 2) == ["  █ ", " ██▁"]
    assert tall_bars([0.0, 0.0], 2) == ["  ", "  "]


def test_a_terminal_shows_a_tall_histogram_with_its_axis_below(ga06: PageInputs) -> None:
    simulation: Simulation = ga06.simulation
    tall, flat = (render(simulation, tall=choice).splitlines() for choice in (True, False))
    assert len(tall) == len(flat) + TALL_ROWS - 1
    rows = [line for line in tall if "█" in line]
    assert len(rows) == TALL_ROWS
    assert "even" in tall[tall.index(rows[-1]) + 1]
    assert max(map(len, tall)) <= 80
