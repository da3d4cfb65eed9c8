"""Figures by place: the map of the units, and the counties."""

import math
from typing import Any

import altair as alt
import numpy as np

from forecast.output import words
from forecast.output.page.figure_table import Table, table
from forecast.output.page.outcome_figures import data, lead_axis
from forecast.output.page.page_figure import Figure
from forecast.output.page.page_inputs import PageInputs
from forecast.output.page.palette import INK, NEUTRAL, SEQUENTIAL
from forecast.stats.arrays import FloatArray

MEASURES = {
    "lean": "Lean in round one",
    "margin": "Expected margin",
    "wins": "Chance to lead",
    "change": "Change from round one",
    "width": "Uncertainty",
    "turnout": "Turnout",
}
MAX_COUNTIES = 30


def unit_map(inputs: PageInputs, measure: str = "margin") -> Figure:
    """The map of the units, coloured by one measure at a time."""
    outlines, labels = inputs.outlines, inputs.labels
    numbers, title = unit_table(inputs), f"{MEASURES[measure]}, by {inputs.unit_noun}"
    if outlines is None:
        note = (
            f"No map: the race folder has no units.geojson with the outlines of the "
            f"{inputs.units_noun}. The table has all numbers."
        )
        return Figure("map", title, note, None, numbers, note)
    values, race = _values(inputs), inputs.simulation.race
    features = [
        {
            "type": "Feature",
            "geometry": geometry,
            "properties": {
                "id": unit,
                "name": name,
                "county": words.readable_name(county),
                **{key: _number(column[index]) for key, column in values.items()},
                "lead": cells[3],
                "odds": cells[5],
            },
        }
        for index, (geometry, unit, name, county, cells) in enumerate(
            zip(
                outlines.geometries,
                race.first_round.unit_ids,
                race.first_round.unit_names,
                race.first_round.counties,
                numbers.rows,
                strict=True,
            )
        )
    ]
    choices = {key: _encoding(inputs, key, values[key]) for key in MEASURES}
    picked = alt.param(name="picked", value="")
    shapes = (
        alt.Chart()
        .mark_geoshape(stroke="#ffffff", strokeWidth=0.5)
        .encode(
            color=choices[measure],
            tooltip=[
                alt.Tooltip("properties.name:N", title=inputs.unit_noun),
                alt.Tooltip("properties.county:N", title="county"),
                alt.Tooltip("properties.lead:N", title="expected"),
                alt.Tooltip("properties.odds:N", title=f"{labels[0]} ahead"),
            ],
        )
    )
    ring = (
        alt.Chart()
        .mark_geoshape(filled=False, stroke=INK, strokeWidth=2.5)
        .transform_filter("datum.properties.id === picked")
    )
    chart = (
        alt.layer(shapes, ring, data=data(features), height=480)
        .add_params(picked)
        .project(type="identity", reflectY=True)
    )
    absent = ""
    if outlines.missing:
        named = ", ".join(outlines.missing[:6]) + (" ..." if len(outlines.missing) > 6 else "")
        absent = f" No outline is known of {named}: a square below the map stands for it."
    units = inputs.unit_forecasts
    ahead = int((units.share > 0.5).sum())
    return Figure(
        "map",
        title,
        f"Map of {words.plural(len(features), inputs.unit_noun)}: {labels[0]} is expected ahead "
        f"in {ahead:,}, {labels[1]} in {len(features) - ahead:,}.",
        chart,
        numbers,
        f"Point or tap for a {inputs.unit_noun}'s numbers.{absent} From {units.n_draws:,} draws.",
        {key: encoding.to_dict() for key, encoding in choices.items()},
    )


def unit_table(inputs: PageInputs) -> Table:
    """The forecast of every unit, a row each."""
    units, labels, race = inputs.unit_forecasts, inputs.labels, inputs.simulation.race
    returns = race.first_round
    rows = []
    for index in range(returns.n_units):
        rows.append(
            (
                returns.unit_names[index],
                words.readable_name(returns.counties[index]),
                _percent(units.first_round[index]),
                words.lead(float(units.margin[index]), labels),
                f"{100 * units.low[index]:.0f} to {100 * units.high[index]:.0f}",
                words.chance(float(units.wins[index])),
                _signed(units.change[index]),
                words.rounded_votes(float(units.votes[index])),
                _percent(units.turnout[index]),
            )
        )
    columns = (
        inputs.unit_noun,
        "county",
        f"{_side(inputs)} in round one, %",
        "expected margin",
        f"{labels[0]}, % (90%)",
        f"{labels[0]} ahead",
        "change, points",
        "votes",
        _turnout_words(inputs),
    )
    return Table(
        f"Every {inputs.unit_noun}: shares are of the two-candidate vote",
        columns,
        tuple(rows),
        returns.unit_ids,
    )


def counties(inputs: PageInputs) -> Figure:
    """Margin of every county with its intervals, the largest first."""
    forecast, labels = inputs.simulation.forecast, inputs.labels
    ordered = sorted(forecast.counties, key=lambda county: -county.turnout.mean)
    shown = ordered[:MAX_COUNTIES]
    rows: list[dict[str, Any]] = [
        {
            "county": words.readable_name(county.name),
            "low": 100 * county.margin.q025,
            "q25": 100 * county.margin.q25,
            "mid": 100 * county.margin.q50,
            "q75": 100 * county.margin.q75,
            "high": 100 * county.margin.q975,
            "ahead": labels[0] if county.margin.q50 > 0 else labels[1],
            "says": words.lead(county.margin.q50, labels),
            "range": words.lead_interval(county.margin, 95, inputs.initials),
        }
        for county in shown
    ]
    base = alt.Chart(data(rows)).encode(
        y=alt.Y("county:N", sort=None, title=None, axis=alt.Axis(domain=False, ticks=False)),
        tooltip=[
            alt.Tooltip("county:N"),
            alt.Tooltip("says:N", title="median"),
            alt.Tooltip("range:N", title="95%"),
        ],
    )
    ends = min(row["low"] for row in rows), max(row["high"] for row in rows)
    axis = lead_axis(inputs.initials, "margin in points: 95% thin, 50% thick", *ends)
    scale = alt.Scale(domain=labels, range=inputs.colours.pair)
    chart = alt.layer(
        alt.Chart(data([{"at": 0}])).mark_rule(strokeWidth=1.5, color=INK).encode(x="at:Q"),
        base.mark_rule(strokeWidth=2, color=NEUTRAL).encode(
            x=alt.X("low:Q", axis=axis), x2="high:Q"
        ),
        base.mark_rule(strokeWidth=7, color=NEUTRAL).encode(x="q25:Q", x2="q75:Q"),
        base.mark_point(filled=True, size=130, opacity=1).encode(
            x="mid:Q", color=alt.Color("ahead:N", scale=scale, legend=None)
        ),
        height=34 * len(rows),
    )
    columns = (
        "county",
        inputs.units_noun,
        "expected margin",
        "95%",
        f"{labels[0]}, %",
        "votes, median",
    )
    table_rows = [
        [
            words.readable_name(county.name),
            f"{county.n_units:,}",
            words.lead(county.margin.q50, labels),
            words.lead_interval(county.margin, 95, inputs.initials),
            words.share(county.shares[0].q50),
            words.rounded_votes(county.turnout.q50),
        ]
        for county in ordered
    ]
    largest = shown[0]
    more = len(ordered) - len(shown)
    return Figure(
        "counties",
        "County by county",
        f"{words.readable_name(largest.name)}, the largest: "
        f"{words.lead(largest.margin.q50, labels)}, 95 in 100 outcomes from "
        f"{words.lead_interval(largest.margin, 95, labels)}.",
        chart,
        table("Counties, the largest first", columns, table_rows),
        f"The {len(shown)} largest; {more:,} more are in the table." if more else "",
    )


def _values(inputs: PageInputs) -> dict[str, FloatArray]:
    """What the map can show, each in points or hundredths."""
    units = inputs.unit_forecasts
    return {
        "lean": 100 * (2 * units.first_round - 1),
        "margin": 100 * units.margin,
        "wins": 100 * units.wins,
        "change": 100 * units.change,
        "width": 100 * units.width,
        "turnout": 100 * units.turnout,
    }


def _encoding(inputs: PageInputs, measure: str, values: FloatArray) -> alt.Color:
    """Colour of a measure: between the finalists, or from little to much."""
    first, second = inputs.labels
    known = values[np.isfinite(values)]
    titles = {
        "lean": f"{second}'s side to {first}'s, margin in points in round one",
        "margin": f"{second} to {first}, margin in points",
        "wins": f"{first} ahead, times in 100",
        "change": f"towards {second} to towards {first}, points of share",
        "width": "width of the 90% interval of the share, points",
        "turnout": _turnout_words(inputs),
    }
    legend = alt.Legend(
        title=titles[measure], gradientLength=220, gradientThickness=10, tickCount=5
    )
    if measure in ("width", "turnout"):
        # One odd unit in a hundred at either end would take the colour from all others.
        low, high = (float(q) for q in np.quantile(known, (0.01, 0.99)))
        scale = alt.Scale(scheme=SEQUENTIAL, domain=[low, max(high, low + 1)], clamp=True)
    elif measure == "wins":
        scale = alt.Scale(range=list(inputs.colours.diverging), domain=[0, 100], clamp=True)
    else:
        limit = max(5 * math.ceil(float(np.quantile(np.abs(known), 0.98)) / 5), 5)
        scale = alt.Scale(range=list(inputs.colours.diverging), domain=[-limit, limit], clamp=True)
    return alt.Color(f"properties.{measure}:Q", scale=scale, legend=legend)


def _number(value: Any) -> float | None:
    return round(float(value), 1) if np.isfinite(value) else None


def _percent(value: float) -> str:
    return f"{100 * value:.0f}" if np.isfinite(value) else "unknown"


def _signed(value: float) -> str:
    return f"{100 * value:+.1f}" if np.isfinite(value) else "unknown"


def _side(inputs: PageInputs) -> str:
    """What stands behind the first finalist in round one."""
    race = inputs.simulation.race
    if race.has_two_blocs:
        return f"all {race.candidate_blocs[race.finalist_index[0]]}"
    return inputs.labels[0]


def _turnout_words(inputs: PageInputs) -> str:
    known = inputs.simulation.units.eligible_known
    return "turnout, % of registered" if known else "turnout, % of assumed voters"
