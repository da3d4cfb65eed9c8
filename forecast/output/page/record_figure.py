"""How good such forecasts have been: calibration over finished runoffs that they had not seen."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from forecast.output.page.figure_table import table
from forecast.output.page.outcome_figures import data
from forecast.output.page.page_figure import Figure
from forecast.output.page.page_inputs import PageInputs
from forecast.output.page.palette import INK, NEUTRAL

# The group of races that is shown, the first of these that the record has.
GROUPS = ("all, two parties", "all")
NO_RECORD = (
    "This copy of the program came without the record of its past forecasts; `forecast backtest` "
    "makes it, and docs/record.md tells how it is read."
)
KIND = "record"


def record(inputs: PageInputs) -> Figure:
    """Calibration of past win probabilities, with totals in the table.

    The record is written by another command; what it lacks is left out.
    """
    summary = inputs.record
    group, rows = _bins(summary or {}, inputs.simulation.race.has_two_blocs)
    totals = _totals(summary or {})
    title = "How good such forecasts have been"
    if not totals and not rows:
        return Figure(KIND, title, NO_RECORD, None, table("Record", ("", ""), []), NO_RECORD)
    base = alt.Chart(data(rows))
    line = alt.Chart(data([{"x": 50, "y": 50}, {"x": 100, "y": 100}]))
    x = alt.X(
        "forecast:Q",
        scale=alt.Scale(domain=[50, 100]),
        axis=alt.Axis(title="forecast: favourite wins, times in 100", tickCount=6),
    )
    y = alt.Y(
        "won:Q",
        scale=alt.Scale(domain=[20, 100], clamp=True, zero=False),
        axis=alt.Axis(title="favourite won, times in 100", tickCount=5),
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
    first = totals[0] if totals else None
    held_out = str((summary or {}).get("held_out", "")).strip()
    # Scores made before the model changed say nothing of this forecast, and are shown as such.
    earlier = bool((summary or {}).get("superseded"))
    whose = "The program before this one, not this forecast: over" if earlier else "Over"
    says = (
        f"{whose} {first[1]} finished runoffs that it had not seen, {first[3]}% of the results lay "
        "in the 95% interval."
        if first
        else "Calibration over finished runoffs that the forecast had not seen."
    )
    return Figure(
        KIND,
        title,
        says,
        chart if rows else None,
        table("Finished runoffs, forecast without knowing their result", columns, totals),
        "Dots on the dashed line: what was forecast 70 times in 100 happened 70 times in 100. "
        f"Upright lines are 90% intervals of that chance. Races shown: {group or 'none'}."
        + (f" {held_out[:1].upper()}{held_out[1:]}." if held_out else ""),
    )


def _bins(summary: Mapping[str, Any], two_parties: bool) -> tuple[str, list[dict[str, float]]]:
    """The group that is shown and its calibration in hundredths; empty bins left out."""
    calibration = summary.get("calibration")
    if not isinstance(calibration, dict):
        return "", []
    wanted = GROUPS if two_parties else GROUPS[1:]
    name = next((name for name in wanted if isinstance(calibration.get(name), list)), "")
    group: Sequence[Any] = calibration.get(name, ())
    needed = ("forecast", "won", "low", "high", "n")
    return name, [
        {key: float(entry[key]) * (1 if key == "n" else 100) for key in needed}
        for entry in group
        if isinstance(entry, dict) and all(_number(entry.get(key)) for key in needed) and entry["n"]
    ]


def _totals(summary: Mapping[str, Any]) -> list[list[str]]:
    """Group, races, CRPS and coverage of every group that has them."""
    totals = summary.get("totals")
    entries = totals if isinstance(totals, list) else []
    if isinstance(totals, dict):
        entries = [
            {"group": name, **entry} for name, entry in totals.items() if isinstance(entry, dict)
        ]
    rows = []
    for entry in entries:
        name = entry.get("group", entry.get("name", ""))
        coverage = entry.get("coverage")
        covered = coverage.get("95") if isinstance(coverage, dict) else None
        if not (_number(entry.get("n")) and _number(entry.get("crps"))):
            continue
        rows.append(
            [
                str(name),
                f"{int(entry['n']):,}",
                f"{100 * float(entry['crps']):.1f}",
                f"{100 * float(str(covered)):.0f}" if _number(covered) else "",
            ]
        )
    return rows


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
