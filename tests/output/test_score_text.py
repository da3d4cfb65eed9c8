"""Scores as text: what stands in 80 columns, and the figure of where the forecast knows."""

import re

import numpy as np
import pytest

from forecast.defaults import HoldOutDesign
from forecast.output.reach_figure import below_regression, reach_figure, shown_groups
from forecast.output.score_text import flow_lines, render_race, render_totals
from forecast.race.units import unit_data
from forecast.runoff.simulation import RunoffDraws
from forecast.score.benchmarks import BASELINE, BLOCS, TOP_TWO
from forecast.score.flow_bounds import FlowScore
from forecast.score.one_race import RaceScore
from forecast.score.row import RowSource, make_row, oriented, student_score
from forecast.score.totals import totals
from tests.score.test_backtest import finished_race
from tests.score.test_totals import kind, scored

DAYS = [f"20{number:02d}-03-01" for number in range(30)]


@pytest.fixture(scope="module")
def document() -> dict[str, object]:
    """Sixty races, half of them of another kind and place, whose forecasts are worse."""
    rng = np.random.default_rng(1)
    here = [kind(number, day) for number, day in enumerate(DAYS)]
    away = {"place": "France", "country": "France", "kind": "top_two", "collection": "far"}
    there = [kind(100 + number, day, **away) for number, day in enumerate(DAYS)]
    rows = [scored(0.02 + 0.001 * rng.random(), rng.random()) for _ in here]
    rows += [scored(0.05 + 0.001 * rng.random(), rng.random()) for _ in there]
    return {"design": "days", "totals": totals(rows, [*here, *there])}


def test_the_table_has_groups_but_no_groups_within_groups(document: dict[str, object]) -> None:
    text = render_totals(document["totals"])  # type: ignore[arg-type]
    assert max(map(len, text.splitlines())) <= 80
    assert "place France" in text
    assert "  far  " in text
    assert "place France, kind" not in text
    assert "class" not in text


def test_groups_stand_from_the_largest_gain_to_the_smallest(document: dict[str, object]) -> None:
    found = {total["group"]: total for total in document["totals"]}  # type: ignore[attr-defined]
    # Half a point below the regression is more of two points than of five.
    assert shown_groups(found) == [
        "kind general_runoff",
        "kind top_two",
        "place US LA",
        "place France",
    ]
    part, error = below_regression(found["kind top_two"])
    assert part == pytest.approx(0.005 / 0.0555, rel=0.01)
    assert error == pytest.approx(0.0, abs=1e-9)


def test_the_figure_has_a_dot_for_every_design_in_both_panels(document: dict[str, object]) -> None:
    figure = reach_figure(dict.fromkeys(HoldOutDesign, document))  # type: ignore[misc]
    for axes in figure.axes:
        dots = [line for line in axes.lines if line.get_marker() in "osD" and len(line.get_xdata())]
        assert len(dots) == 3 * 4


def test_what_a_race_cannot_have_stands_in_no_row_but_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(2)
    finished = oriented(finished_race(3, rng))
    votes = rng.normal(250, 20, (500, 8, 2))
    county = np.stack([votes[:, 0::2].sum(axis=1), votes[:, 1::2].sum(axis=1)], axis=1)
    scores = {name: student_score(0.0, 0.2, 6.0, 0.5) for name in (TOP_TWO, BLOCS, BASELINE)}
    row = make_row(
        finished,
        unit_data(finished.race, 0.5),
        RunoffDraws(county, votes.astype(np.float32), None, 1),
        RowSource("published", 100, 0.0, scores),
    )
    score = RaceScore(row, (), (), {BLOCS: "no blocs", BASELINE: "no blocs"})
    said = render_race(score, finished.race, "as of today")
    starts = [line.strip() for line in said.splitlines()]
    assert any(line.startswith(TOP_TWO) for line in starts)
    assert not any(line.startswith((BLOCS, BASELINE)) for line in starts)
    assert f"Left out: {BLOCS}, {BASELINE} (no blocs)." in " ".join(said.split())
    content = score.document()
    assert list(content["baselines"]) == [TOP_TWO]
    assert set(content["baselines_left_out"]) == {BLOCS, BASELINE}
    assert "Left out" not in render_race(RaceScore(row, (), ()), finished.race, "as of today")
    # In a narrow terminal an interval has a line of its own.
    assert re.search(r"forecast .* 50% .* 80% .* 95% ", said)
    monkeypatch.setenv("COLUMNS", "50")
    narrow = render_race(score, finished.race, "as of today")
    assert max(map(len, narrow.splitlines())) <= 50
    assert re.search(r"^      95% [\d.]+ to [\d.]+$", narrow, re.M)


def test_flows_that_no_count_bounds_are_said_to_be_unchecked_in_plain_words() -> None:
    open_flow = FlowScore("Ann", "Bo", 100, 2, 97, 30, 40, 50)
    said = " ".join(" ".join(flow_lines([open_flow])).split())
    assert said.startswith("flows: not checked, for by the counts of both rounds")
    assert "almost none to almost all of a candidate's voters" in said
    bounded = FlowScore("Ann", "Bo", 100, 60, 97, 30, 40, 50)
    assert "1 of 1 forecast intervals" in flow_lines([open_flow, bounded])[-1]
