"""How good such forecasts have been: calibration over finished runoffs that they had not seen."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from forecast.output.page.figure_table import Shown, Table, table
from forecast.output.page.outcome_figures import data
from forecast.output.page.page_figure import Figure
from forecast.output.page.page_inputs import PageInputs
from forecast.output.page.palette import INK, NEUTRAL
from forecast.output.record_bins import calibration_bins, strong_favorites_words
from forecast.output.record_words import group_words, track_record_words
from forecast.output.track_record import TrackRecord, is_among, scored_totals, track_record

NO_RECORD = "This copy of the program came without the record of its past forecasts."
NO_RECORD_REMEDY = "`forecast backtest` makes the record, and docs/record.md tells how it is read"
KIND = "record"
# Groups of the record by where its files are kept, or by the model's classes: to a reader the same
# races as the groups by kind, place and parties.
STORED = ("first record", "folders", "contests", "collection ", "class ")
# What taught a forecast of the record, by the design of the backtest.
HELD_OUT = {
    "days": "runoffs of other days teach, later ones among them",
    "past": "runoffs of earlier election cycles teach",
    "places": "runoffs of all other states and countries teach",
}


def record(inputs: PageInputs) -> Figure:
    """Calibration of past win probabilities, with its bins in the table.

    The record is written by another command; what it lacks is left out.
    """
    summary, race = inputs.record, inputs.simulation.race
    group, rows = calibration_bins(race, summary)
    title = "How good such forecasts have been"
    if not rows and not _totals(summary):
        none = table("Record", ("", ""), [])
        return Figure(KIND, title, NO_RECORD, None, none, NO_RECORD, remedy=NO_RECORD_REMEDY)
    found = track_record(race, summary, as_of=inputs.simulation.as_of)
    says = track_record_words(found, inputs.simulation.polls is not None) if found else ""
    if says and (short := strong_favorites_words(race, summary)):
        says += f". {short}"
    design = str(summary.get("design", ""))
    return Figure(
        KIND,
        title,
        f"{says}." if says else "Calibration over finished runoffs that the forecast had not seen.",
        _chart(rows) if rows else None,
        table("Favorites by their chance, and how many of them won", BIN_COLUMNS, _bin_rows(rows)),
        "Each dot is a group of favorites with a like chance. On the dashed line what was forecast "
        "at 70% happened 70% of the time; vertical lines show 90% intervals. "
        f"{_races_shown(found, group, rows)}"
        + (f" Each was forecast from what {HELD_OUT[design]}." if design in HELD_OUT else ""),
    )


BIN_COLUMNS = (
    "forecast chance of the favorite, %",
    "races",
    "mean forecast, %",
    "favorites that won, %",
    Shown("90% interval", "favorites that won, %, 90%"),
)


def record_totals(inputs: PageInputs) -> Table | None:
    """Every group of the record with its scores; None where there is no record."""
    columns = ("races", "number", "error of the share, points (CRPS)", "in the 95% interval, %")
    totals = _totals(inputs.record)
    caption = "Finished runoffs, forecast without knowing their result"
    return table(caption, columns, totals) if totals else None


def _chart(rows: list[dict[str, float]]) -> Any:
    """A dot a bin: the mean forecast and how often the favorite won, in percent."""
    base = alt.Chart(data(rows))
    line = alt.Chart(data([{"x": 50, "y": 50}, {"x": 100, "y": 100}]))
    x = alt.X(
        "forecast:Q",
        scale=alt.Scale(domain=[50, 100], nice=False),
        axis=alt.Axis(title="forecast chance of the favorite, %", values=[50, 60, 70, 80, 90, 100]),
    )
    y = alt.Y(
        "won:Q",
        scale=alt.Scale(domain=[0, 100], nice=False),
        axis=alt.Axis(title="favorites that won, %", values=[0, 20, 40, 60, 80, 100]),
    )
    tooltip = [
        alt.Tooltip("forecast:Q", title="mean forecast, %", format=".0f"),
        alt.Tooltip("won:Q", title="won, %", format=".0f"),
        alt.Tooltip("n:Q", title="races"),
    ]
    return alt.layer(
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


def _bin_rows(rows: Sequence[Mapping[str, float]]) -> list[list[str]]:
    """The numbers of the dots."""
    return [
        [
            Shown(f"{row['from']:.0f} to {row['to']:.0f}", row["from"], row["to"]),
            Shown(f"{row['n']:,.0f}", row["n"]),
            Shown(f"{row['forecast']:.0f}", row["forecast"]),
            Shown(f"{row['won']:.0f}", row["won"]),
            Shown(f"{row['low']:.0f} to {row['high']:.0f}", row["low"], row["high"]),
        ]
        for row in rows
    ]


def _races_shown(found: TrackRecord | None, group: str, rows: Sequence[Mapping[str, float]]) -> str:
    """Which races the dots are of, how many, and how they go with those of the sentence above."""
    if not group:
        return "No races are shown."
    shown = sum(int(row["n"]) for row in rows)
    which = f"{shown:,} races ({group_words(group)})"
    if found is None:
        return f"Dots: {which}."
    if found.group == group:
        return f"Dots: the {shown:,} races of the sentence above."
    if is_among(found, group):
        return (
            f"Dots: {which}, those of the sentence above among them: the group above is too small "
            "for its own chart."
        )
    return (
        f"Dots: other races than those of the sentence above, {which}. When each was forecast, "
        "other races of its own place were known."
    )


def _totals(summary: Mapping[str, Any]) -> list[list[str]]:
    """Group, races, CRPS and coverage of every group that has them and a reader knows."""
    rows = []
    totals = scored_totals(summary)
    names = [str(entry.get("group", entry.get("name", ""))) for entry in totals]
    for name, entry in zip(names, totals, strict=True):
        if name.startswith(STORED) or name.replace("country ", "place ", 1) in {*names} - {name}:
            continue
        coverage = entry.get("coverage")
        covered = coverage.get("95") if isinstance(coverage, dict) else None
        if not (_number(entry.get("n")) and _number(entry.get("crps"))):
            continue
        rows.append(
            [
                group_words(name),
                Shown(f"{int(entry['n']):,}", int(entry["n"])),
                f"{100 * float(entry['crps']):.1f}",
                f"{100 * float(str(covered)):.0f}" if _number(covered) else "",
            ]
        )
    return rows


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
