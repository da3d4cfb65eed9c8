"""Figures by place: the map of the units, and the counties."""

import math
import textwrap
from typing import Any

import altair as alt
import numpy as np

from forecast.output import words
from forecast.output.page.column_words import (
    MEASURES,
    lean_words,
    measures_of,
    swing_words,
    turnout_of_words,
)
from forecast.output.page.figure_table import Shown, table
from forecast.output.page.outcome_figures import data, lead_axis
from forecast.output.page.outlines import NO_OUTLINES, county_borders, county_middles
from forecast.output.page.page_figure import LINES, Figure, in_lines
from forecast.output.page.page_inputs import PageInputs
from forecast.output.page.palette import INK, NEUTRAL, SEQUENTIAL
from forecast.output.page.unit_table import unit_table
from forecast.output.race_words import (
    county_name,
    rows_noun,
    unit_name,
    units_words,
)
from forecast.output.turnout_words import MEAN_VOTES
from forecast.race.level_words import counties_noun
from forecast.stats.arrays import FloatArray

MAX_COUNTIES = 30
NO_TURNOUT = "Turnout cannot be shown as a share of registered voters."
# More names than this would lie over each other.
MAX_NAMED_COUNTIES = 12
# Letters of a line of a legend's title that a phone has room for; beyond them it is cut off.
LEGEND_LINE = 42
GRAY = "Gray: no votes in round one. "


def unit_map(inputs: PageInputs, measure: str = "margin") -> Figure:
    """The map of the units, coloured by one measure at a time."""
    outlines, labels, race = inputs.outlines, inputs.labels, inputs.simulation.race
    numbers, title = unit_table(inputs), f"{MEASURES[measure]}, by {inputs.unit_noun}"
    units = inputs.unit_forecasts
    n, ahead = int(units.has_votes.sum()), int((units.share > 0.5).sum())
    expected = f"{labels[0]} is expected ahead in {ahead:,}, {labels[1]} in {n - ahead:,}"
    if ahead in (0, n):
        expected = f"{labels[0 if ahead else 1]} leads in all {n:,}"
    empty = len(units.share) - n
    expected += f"; {empty:,} had no votes in round one." if empty else "."
    if measure not in measures_of(inputs):
        return Figure("map", title, expected, None, numbers, NO_TURNOUT)
    if outlines is None:
        note = f"No map: the outlines of the {inputs.units_noun} are not at hand."
        said = expected if ahead in (0, n) else f"Of {units_words(race)}, {expected}"
        return Figure("map", title, said, None, numbers, note, remedy=NO_OUTLINES)
    values = _values(inputs)
    features = [
        {
            "type": "Feature",
            "geometry": geometry,
            "properties": {
                "id": unit,
                "name": unit_name(race, name),
                **({"county": county_name(race, county)} if inputs.has_counties else {}),
                **{key: _number(column[index]) for key, column in values.items()},
                "lead": cells[inputs.has_counties + 2],
                "odds": cells[inputs.has_counties + 4],
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
    choices = {key: _encoding(inputs, key, values[key]) for key in measures_of(inputs)}
    picked = alt.param(name="picked", value="")
    shapes = (
        alt.Chart()
        .mark_geoshape(stroke="#ffffff", strokeWidth=0.5, invalid=None)
        .encode(
            color=choices[measure],
            tooltip=[
                alt.Tooltip("properties.name:N", title=inputs.unit_noun),
                *[alt.Tooltip("properties.county:N", title=inputs.county_noun)]
                * inputs.has_counties,
                alt.Tooltip("properties.lead:N", title="expected"),
                alt.Tooltip("properties.odds:N", title=f"chance that {labels[0]} leads"),
            ],
        )
    )
    ring = (
        alt.Chart()
        .mark_geoshape(filled=False, stroke=INK, strokeWidth=2.5)
        .transform_filter("datum.properties.id === picked")
    )
    chart = (
        alt.layer(shapes, *_counties_on_the_map(inputs), ring, data=data(features), height=480)
        .add_params(picked)
        .project(type="identity", reflectY=True)
    )
    absent = ""
    if outlines.missing:
        named = ", ".join(unit_name(race, name) for name in outlines.missing[:6])
        named += " ..." if len(outlines.missing) > 6 else ""
        has, it = ("has", "it") if len(outlines.missing) == 1 else ("have", "each")
        absent = f"{named} {has} no outline: a square below the map stands for {it}. "
    return Figure(
        "map",
        title,
        f"Map of {units_words(race)}: {expected}",
        chart,
        numbers,
        f"{absent}{GRAY * bool(empty)}From {units.n_draws:,} draws.",
        {key: encoding.to_dict() for key, encoding in choices.items()},
    )


def _counties_on_the_map(inputs: PageInputs) -> list[alt.Chart]:
    """Borders between counties, and their names."""
    outlines, returns = inputs.outlines, inputs.simulation.race.first_round
    if outlines is None or not inputs.has_counties:
        return []
    layers = []
    borders = county_borders(outlines, returns.counties)
    if borders is not None:
        feature = {"type": "Feature", "geometry": borders, "properties": {}}
        layers.append(
            alt.Chart(data([feature])).mark_geoshape(filled=False, stroke=INK, strokeWidth=1.6)
        )
    race = inputs.simulation.race
    middles = county_middles(outlines, returns.counties, returns.unit_names)
    if len(middles) <= MAX_NAMED_COUNTIES:
        named = [{"name": county_name(race, county), "x": x, "y": y} for county, x, y in middles]
        text = alt.Chart(data(named)).encode(longitude="x:Q", latitude="y:Q", text="name:N")
        layers += [
            text.mark_text(fontSize=13, fontWeight="bold", stroke="#ffffff", strokeWidth=4),
            text.mark_text(fontSize=13, fontWeight="bold", color=INK),
        ]
    return layers


def counties(inputs: PageInputs) -> Figure:
    """Margin of every county with its intervals, the largest first.

    Of the units where each is a county of its own, and of nothing where one is the whole race.
    """
    forecast, labels = inputs.simulation.forecast, inputs.labels
    title = f"{inputs.county_noun.capitalize()} by {inputs.county_noun}"
    if len(forecast.counties) == 1:
        note = f"No picture: the {inputs.units_noun} are in no groups, or all in one."
        remedy = "`forecast plot map` shows each"
        return Figure("counties", title, note, None, table(title, (), ()), note, remedy=remedy)
    race = inputs.simulation.race
    ordered = sorted(forecast.counties, key=lambda county: -county.turnout.mean)
    shown = ordered[:MAX_COUNTIES]
    rows: list[dict[str, Any]] = [
        {
            "name": county_name(race, county.name),
            "county": in_lines(county_name(race, county.name)),
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
        y=alt.Y(
            "county:N",
            sort=None,
            title=None,
            axis=alt.Axis(domain=False, ticks=False, labelExpr=LINES),
        ),
        tooltip=[
            alt.Tooltip("name:N", title=inputs.county_noun),
            alt.Tooltip("says:N", title="median"),
            alt.Tooltip("range:N", title="95%"),
        ],
    )
    ends = min(row["low"] for row in rows), max(row["high"] for row in rows)
    axis = lead_axis(inputs.initials, "margin in points: 95% thin, 50% thick", *ends)
    # Beside long names the picture may be narrower than the title, which then goes under the names.
    axis.titleAnchor, axis.titleAlign = "end", "right"
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
        inputs.county_noun,
        *[rows_noun(race)] * inputs.has_counties,
        Shown("expected margin", f"expected margin of {labels[0]}, points"),
        Shown("95%", f"margin of {labels[0]}, 95%"),
        f"{labels[0]}, %",
        MEAN_VOTES,
    )
    table_rows = [
        [
            county_name(race, county.name),
            *[Shown(f"{county.n_units:,}", county.n_units)] * inputs.has_counties,
            Shown(words.lead(county.margin.q50, labels), 100 * county.margin.q50),
            Shown(
                words.lead_interval(county.margin, 95, inputs.initials),
                *(100 * end for end in county.margin.interval(95)),
            ),
            words.share(county.shares[0].q50),
            Shown.votes(county.turnout.mean),
        ]
        for county in ordered
    ]
    largest = shown[0]
    more = len(ordered) - len(shown)
    return Figure(
        "counties",
        title,
        f"{county_name(race, largest.name)}, the largest: "
        f"{words.lead(largest.margin.q50, labels)}, 95% of outcomes from "
        f"{words.lead_interval(largest.margin, 95, labels)}.",
        chart,
        table(
            f"{counties_noun(race).capitalize()}, the largest first",
            columns,
            table_rows,
        ),
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
    first = inputs.labels[0]
    known = values[np.isfinite(values)]
    titles = {
        "lean": lean_words(inputs),
        "margin": f"margin, points ({first} above 0)",
        "wins": f"chance that {first} leads, %",
        "change": f"{swing_words(inputs)}, points ({first} above 0)",
        "width": "90% interval of the share, width in points",
        "turnout": turnout_of_words(inputs),
    }
    if measure in ("width", "turnout"):
        # One odd unit in a hundred at either end would take the color from all others.
        low, high = (float(q) for q in np.quantile(known, (0.01, 0.99)))
        low, high = math.floor(low), math.ceil(max(high, low + 1))
        scale = alt.Scale(scheme=SEQUENTIAL, domain=[low, high], clamp=True)
    else:
        # Most units use the whole of the colors; the few beyond the ends have the end's.
        limit = max(5 * math.ceil(float(np.quantile(np.abs(known), 0.95)) / 5), 5)
        low, high = (0, 100) if measure == "wins" else (-limit, limit)
        scale = alt.Scale(range=list(inputs.colours.diverging), domain=[low, high], clamp=True)
    legend = alt.Legend(
        title=textwrap.wrap(titles[measure], LEGEND_LINE),
        gradientLength=220,
        gradientThickness=10,
        values=sorted({low, round((low + high) / 2), high}),  # no room for more on a phone
        labelExpr=_end_labels(low, high, known),
    )
    return alt.Color(
        f"properties.{measure}:Q",
        scale=scale,
        legend=legend,
        condition={"test": f"!isValid(datum.properties.{measure})", "value": NEUTRAL},
    )


def _end_labels(low: int, high: int, known: FloatArray) -> str:
    """The labels of a legend, where units are beyond an end with "or more" said there: "≥ 50"."""
    text = "replace(datum.label, '-', '\u2212')"
    below = f"datum.value <= {low} ? '\u2264 ' + {text} : " if known.min() < low else ""
    above = f"datum.value >= {high} ? '\u2265 ' + {text} : " if known.max() > high else ""
    return f"{below}{above}{text}"


def _number(value: Any) -> float | None:
    return round(float(value), 1) if np.isfinite(value) else None
