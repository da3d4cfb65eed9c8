"""The tornado: one order, one set of labels, and the same bars in both media."""

from dataclasses import replace
from pathlib import Path

import pytest

from forecast.output.gallery.sensitivity_figure import sensitivity_figure
from forecast.output.page.figure_table import Shown
from forecast.output.page.page_inputs import PageInputs
from forecast.output.page.what_if_figures import tornado
from forecast.output.tornado import tornado_bars, tornado_lines, tornado_rows
from forecast.runoff.sensitivity import (
    DOWN,
    NARROWER,
    UP,
    WIDER,
    Move,
    MoveKind,
    Outcome,
    Sensitivity,
)
from forecast.workflow import Simulation


def move(path: str, kind: MoveKind, wins: float) -> Move:
    outcome, change = Outcome(0.4 + wins, 0.5, 0.1), Outcome(wins, wins / 10, 0.002)
    return Move(path, kind, (0.9, 0.95), "share", outcome, change, 0.004)


@pytest.fixture
def found() -> Sensitivity:
    """Two priors, the second a width alone; moves of the first stand apart."""
    moves = (
        move("runoff.loyalty", UP, 0.12),
        move("runoff.error.race_lean", WIDER, 0.05),
        move("runoff.loyalty", DOWN, -0.08),
        move("runoff.error.race_lean", NARROWER, -0.03),
        move("runoff.loyalty", WIDER, -0.01),
    )
    return Sensitivity(Outcome(0.4, 0.49, 0.1), moves, 2_000, 1)


def test_bars_go_by_prior_in_the_order_of_the_sensitivity(found: Sensitivity) -> None:
    bars = tornado_bars(found)
    assert [(bar.prior, bar.move) for bar in bars] == [
        ("loyalty", "center up"),
        ("loyalty", "center down"),
        ("loyalty", "width doubled"),
        ("error.race_lean", "width doubled"),
        ("error.race_lean", "width halved"),
    ]
    assert [bar.part for bar in bars] == ["center", "center", "width", "width", "width"]
    assert [bar.change for bar in bars] == pytest.approx([12, -8, -1, 5, -3])
    assert {bar.error for bar in bars} == {0.4}
    assert tornado_bars(found, 1) == bars[:3]


def test_a_range_that_ends_at_zero_has_no_sign(found: Sensitivity) -> None:
    moves = tuple(replace(one, range_90=(-0.2, -0.01), unit="number") for one in found.moves)
    _, *rows = tornado_rows(replace(found, moves=moves))
    assert {row[2] for row in rows} == {"-0.2 to 0.0"}


def test_rows_have_the_bars_in_points_with_signs(found: Sensitivity) -> None:
    heading, *rows = tornado_rows(found)
    assert heading[0] == "prior"
    # 0.12, 0.012 and 0.002 are 12, 1.2 and 0.2 points.
    assert rows[0] == ("loyalty", "center up", "0.90 to 0.95", "+12.0", "+1.2", "+0.2")
    assert [row[:2] for row in rows] == [(bar.prior, bar.move) for bar in tornado_bars(found)]


def test_the_terminal_names_each_prior_once_and_counts_the_rest(found: Sensitivity) -> None:
    text = "\n".join(tornado_lines(found, "Ann", 1))
    assert text.count("loyalty") == 1
    assert "error.race_lean" not in text
    assert "and 1 priors that move it less" in text
    assert "Ann 40.0%" in text


def test_both_media_draw_the_same_bars(
    simulation: Simulation, found: Sensitivity, tmp_path: Path
) -> None:
    inputs = PageInputs(simulation, tmp_path)
    inputs.__dict__["sensitivity"] = found
    on_page = [
        (row["prior"].replace("\n", " "), row["move"], row["change"])
        for row in tornado(inputs).chart.to_dict()["data"]["values"]
    ]
    names = {entry.path: entry.name for entry in simulation.priors.entries}
    bars = [(bar, round(bar.change, 2)) for bar in tornado_bars(found)]
    assert on_page == [(names[bar.path], bar.move, change) for bar, change in bars]
    figure = sensitivity_figure(found, "Ann")
    centres, widths = figure.picture.axes
    labels = [label.get_text() for label in centres.get_yticklabels()]
    # The most decisive prior stands on top, which is the last tick of Matplotlib.
    assert labels[::-1] == list(dict.fromkeys(bar.prior for bar, _ in bars))
    drawn = sorted(
        (labels[round(bar.get_y() + bar.get_height() / 2)], round(bar.get_width(), 2))
        for axes in (centres, widths)
        for bar in axes.patches
    )
    assert drawn == sorted((bar.prior, change) for bar, change in bars)
    assert figure.rows == tornado_rows(found)


def test_the_page_shows_the_most_decisive_priors_alone_and_tabulates_all(
    simulation: Simulation, found: Sensitivity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forecast.output.page.what_if_figures.MAX_PRIORS", 1)
    inputs = PageInputs(replace(simulation), tmp_path)
    inputs.__dict__["sensitivity"] = found
    made = tornado(inputs)
    shown = {row["prior"].replace("\n", " ") for row in made.chart.to_dict()["data"]["values"]}
    assert shown == {"loyalty of the finalists' voters"}
    assert {row[0] for row in made.table.rows} == {"loyalty", "error.race_lean"}


def test_priors_that_decide_nothing_look_like_nothing(
    simulation: Simulation, tmp_path: Path
) -> None:
    moves = (
        replace(
            move("runoff.loyalty", UP, 0.0008),
            outcome=Outcome(0.998, 0.6, 0.1),
            monte_carlo_error=0.0002,
        ),
        replace(move("runoff.loyalty", DOWN, -0.0003), outcome=Outcome(0.997, 0.6, 0.1)),
        replace(move("runoff.loyalty", WIDER, -1e-9), monte_carlo_error=0.0),
    )
    inputs = PageInputs(simulation, tmp_path)
    few = Sensitivity(Outcome(0.9972, 0.6, 0.1), moves[:1], 2_000, 1)
    inputs.__dict__["sensitivity"] = few
    made = tornado(inputs)
    assert made.summary == (
        "No prior moves Marsh's chance by more than 0.1 points; it stays over 99%."
    )
    assert made.chart.to_dict()["encoding"]["x"]["scale"]["domain"] == [-1, 1]
    assert "a simulation error of under 0.1 points." in made.note
    assert "simulation error of the chance: under 0.1 points" in " ".join(
        tornado_lines(few, "Marsh")
    )
    all_three = replace(few, moves=moves)
    inputs.__dict__["sensitivity"] = all_three
    cells = [row[3] for row in tornado(inputs).table.rows]
    # The CSV has more digits, and a zero has no sign.
    assert cells == ["+0.1", "0.0", "0.0"]
    assert [cell.value for cell in cells if isinstance(cell, Shown)] == ["0.08", "-0.03", "0"]


def test_large_changes_have_a_scale_of_their_own(
    simulation: Simulation, found: Sensitivity, tmp_path: Path
) -> None:
    inputs = PageInputs(simulation, tmp_path)
    inputs.__dict__["sensitivity"] = found
    made = tornado(inputs)
    assert "domain" not in made.chart.to_dict()["encoding"]["x"]["scale"]
    said = (
        "“loyalty of the finalists' voters”, moves Marsh's chance between 32% and 52% where it "
        "alone is moved. It means: "
    )
    assert f"{said}share of a finalist's returning voters who stay" in made.summary
    assert "±0.4 points or less" in made.note
