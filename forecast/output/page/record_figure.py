"""How good such forecasts have been: calibration over finished runoffs that they had not seen."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from forecast.output import words
from forecast.output.page.figure_table import Shown, Table, table
from forecast.output.page.outcome_figures import data
from forecast.output.page.page_figure import Figure
from forecast.output.page.page_inputs import PageInputs
from forecast.output.page.palette import INK, NEUTRAL
from forecast.output.record_bins import calibration_bins, favorites_words
from forecast.output.record_words import group_words, track_record_words
from forecast.output.track_record import TrackRecord, is_among, track_record, track_records

NO_RECORD = "This copy of the program came without the record of its past forecasts."
NO_RECORD_REMEDY = "`forecast backtest` makes the record, and docs/record.md tells how it is read"
KIND = "record"
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
    found = track_record(race, summary, as_of=inputs.simulation.as_of)
    if not rows and not found:
        none = table("Record", ("", ""), [])
        return Figure(KIND, title, NO_RECORD, None, none, NO_RECORD, remedy=NO_RECORD_REMEDY)
    says = track_record_words(found, inputs.simulation.polls is not None) if found else ""
    chance = inputs.simulation.forecast.finalists[0].win_probability
    if says and (of_favorites := favorites_words(race, chance, summary)):
        says += f". {of_favorites}"
    design = str(summary.get("design", ""))
    return Figure(
        KIND,
        title,
        f"{says}." if says else "Calibration over finished runoffs that the forecast had not seen.",
        _chart(rows) if rows else None,
        table("Favorites by their chance, and how many of them won", BIN_COLUMNS, _bin_rows(rows)),
        "Each dot is a group of favorites with a like chance. On the dashed line what was forecast "
        "at 70% happened 70% of the time; vertical lines show 90% intervals, in which races of "
        f"one day count as alike as they were{_without_interval(rows)}. "
        f"{_sets_words(inputs, found, group, rows)}"
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
    """The groups of the record that the race belongs to; None where there are none."""
    rows = [
        [
            group_words(found.group),
            Shown(f"{found.races:,}", found.races),
            f"{100 * found.crps:.1f}",
            f"{100 * found.coverage['95']:.0f}" if "95" in found.coverage else "",
        ]
        for found in track_records(inputs.simulation.race, inputs.record)
    ]
    columns = ("races", "number", "error of the share, points (CRPS)", "in the 95% interval, %")
    caption = (
        "Sets of the record that this race belongs to, the closest first. They overlap: their "
        "numbers do not add up"
    )
    return table(caption, columns, rows) if rows else None


def _chart(rows: list[dict[str, float]]) -> Any:
    """A dot a bin: the mean forecast and how often the favorite won, in percent."""
    base = alt.Chart(data([{key: row[key] for key in ("forecast", "won", "n")} for row in rows]))
    told = alt.Chart(data([row for row in rows if not math.isnan(row["low"])]))
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
        told.mark_rule(strokeWidth=2, color=NEUTRAL).encode(x=x, y="low:Q", y2="high:Q"),
        base.mark_point(filled=True, color=INK, opacity=1).encode(
            x=x,
            y=y,
            size=alt.Size("n:Q", legend=None, scale=alt.Scale(range=[40, 320])),
            tooltip=tooltip,
        ),
        height=300,
    )


def _without_interval(rows: Sequence[Mapping[str, float]]) -> str:
    """Why some dots have no line; nothing where all have one."""
    if not any(math.isnan(row["low"]) for row in rows):
        return ""
    return " (none where one day holds nearly all of a dot's races)"


def _bin_rows(rows: Sequence[Mapping[str, float]]) -> list[list[str]]:
    """The numbers of the dots."""
    return [
        [
            Shown(f"{row['from']:.0f} to {row['to']:.0f}", row["from"], row["to"]),
            Shown(f"{row['n']:,.0f}", row["n"]),
            Shown(f"{row['forecast']:.0f}", row["forecast"]),
            Shown(f"{row['won']:.0f}", row["won"]),
            ""
            if math.isnan(row["low"])
            else Shown(f"{row['low']:.0f} to {row['high']:.0f}", row["low"], row["high"]),
        ]
        for row in rows
    ]


def _sets_words(
    inputs: PageInputs,
    found: TrackRecord | None,
    group: str,
    rows: Sequence[Mapping[str, float]],
) -> str:
    """How the races of the whole record, of the sentence above and of the dots go together."""
    shown = sum(int(row["n"]) for row in rows)
    dots = f"the {shown:,} races of the dots ({group_words(group)})" if group else "no dots"
    if found is None:
        return f"Shown: {dots}."
    *_, widest = track_records(inputs.simulation.race, inputs.record)
    learned_to = inputs.simulation.learned_to
    taught = f"; those up to {words.day(learned_to)} taught its priors" if learned_to else ""
    said = (
        f"The record has {widest.races:,} finished runoffs ({group_words(widest.group)}) besides "
        f"this race{taught}. "
    )
    if widest.group == found.group == group:
        return f"{said}The sentence above and the dots are about all of them."
    about = f"about {found.races:,} of them"
    if found.is_of_new_places:
        said += (
            f"For the sentence above {found.races:,} of them were forecast once more, as if "
            "nothing were known of their own place"
        )
        also = "; here other races of the same place were known"
    elif found.group == group:
        return f"{said}The sentence above and the dots are {about}."
    else:
        said += f"The sentence above is {about}"
        also = ", those of the sentence among them" if is_among(found, group) else ""
    if not group:
        return f"{said}; there are no dots."
    if found.group == group:
        return f"{said}; the dots are about the same forecasts."
    return f"{said}; the dots are about {shown:,} ({group_words(group)}{also})."
