"""How good such forecasts have been: calibration over finished runoffs that they had not seen."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from forecast.output.page.figure_table import Shown, table
from forecast.output.page.outcome_figures import data
from forecast.output.page.page_figure import Figure
from forecast.output.page.page_inputs import PageInputs
from forecast.output.page.palette import INK, NEUTRAL
from forecast.output.track_record import (
    calibration_bins,
    group_words,
    scored_totals,
    track_record,
    track_record_words,
)
from forecast.race.contest import Race

NO_RECORD = (
    "This copy of the program came without the record of its past forecasts; `forecast backtest` "
    "makes it, and docs/record.md tells how it is read."
)
KIND = "record"


def record(inputs: PageInputs) -> Figure:
    """Calibration of past win probabilities, with totals in the table.

    The record is written by another command; what it lacks is left out.
    """
    summary, race = inputs.record, inputs.simulation.race
    group, rows = _bins(race, summary)
    totals = _totals(summary)
    title = "How good such forecasts have been"
    if not totals and not rows:
        return Figure(KIND, title, NO_RECORD, None, table("Record", ("", ""), []), NO_RECORD)
    found = track_record(race, summary)
    says = track_record_words(found, inputs.simulation.polls is not None) if found else ""
    base = alt.Chart(data(rows))
    line = alt.Chart(data([{"x": 50, "y": 50}, {"x": 100, "y": 100}]))
    x = alt.X(
        "forecast:Q",
        scale=alt.Scale(domain=[50, 100]),
        axis=alt.Axis(title="forecast chance of the favorite, %", tickCount=6),
    )
    y = alt.Y(
        "won:Q",
        scale=alt.Scale(domain=[20, 100], clamp=True, zero=False),
        axis=alt.Axis(title="favorites that won, %", tickCount=5),
    )
    tooltip = [
        alt.Tooltip("forecast:Q", title="forecast", format=".0f"),
        alt.Tooltip("won:Q", title="won", format=".0f"),
        alt.Tooltip("n:Q", title="races"),
    ]
    chart = alt.layer(
        line.mark_line(strokeDash=[4, 3], color=INK, strokeWidth=1).encode(x="x:Q", y="y:Q"),
        base.mark_rule(strokeWidth=2, color=NEUTRAL).encode(x=x, y="low:Q", y2="high:Q"),
        base.mark_point(filled=True, color=INK, opacity=1).encode(
            x=x,
            y=y,
            size=alt.Size("n:Q", legend=None, scale=alt.Scale(range=[40, 320])),
            tooltip=tooltip,
        ),
        height=300,
    )
    columns = ("races", "number", "error of the share, points (CRPS)", "in the 95% interval, %")
    held_out = str(summary.get("held_out", "")).strip()
    return Figure(
        KIND,
        title,
        f"{says}." if says else "Calibration over finished runoffs that the forecast had not seen.",
        chart if rows else None,
        table("Finished runoffs, forecast without knowing their result", columns, totals),
        "Dots on the dashed line: of what was forecast at 70%, 70% happened. Upright lines are 90% "
        f"intervals of that part. Races shown: {_races_shown(group, rows)}."
        + (f" {held_out[:1].upper()}{held_out[1:]}." if held_out else ""),
    )


def _races_shown(group: str, rows: Sequence[Mapping[str, float]]) -> str:
    """Which races the dots are of, and how many; the sentence above may be of fewer."""
    if not group:
        return "none"
    return f"{group_words(group)}, {sum(int(row['n']) for row in rows):,} of them"


def _bins(race: Race, summary: Mapping[str, Any]) -> tuple[str, list[dict[str, float]]]:
    """The group that is shown and its calibration in percent; empty bins left out."""
    name, group = calibration_bins(race, summary)
    needed = ("forecast", "won", "low", "high", "n")
    return name, [
        {key: float(entry[key]) * (1 if key == "n" else 100) for key in needed}
        for entry in group
        if isinstance(entry, dict) and all(_number(entry.get(key)) for key in needed) and entry["n"]
    ]


def _totals(summary: Mapping[str, Any]) -> list[list[str]]:
    """Group, races, CRPS and coverage of every group that has them."""
    rows = []
    for entry in scored_totals(summary):
        name = entry.get("group", entry.get("name", ""))
        coverage = entry.get("coverage")
        covered = coverage.get("95") if isinstance(coverage, dict) else None
        if not (_number(entry.get("n")) and _number(entry.get("crps"))):
            continue
        rows.append(
            [
                group_words(str(name)),
                Shown(f"{int(entry['n']):,}", int(entry["n"])),
                f"{100 * float(entry['crps']):.1f}",
                f"{100 * float(str(covered)):.0f}" if _number(covered) else "",
            ]
        )
    return rows


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
