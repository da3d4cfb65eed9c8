"""Figures of the whole race: the margin, the turnout."""

import json
from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np

from forecast.output import words
from forecast.output.page.axis_ticks import ticks_with_zero
from forecast.output.page.figure_table import Shown, table
from forecast.output.page.page_figure import Figure
from forecast.output.page.page_inputs import PageInputs
from forecast.output.page.palette import INK, NEUTRAL, PALE, SOFT_INK
from forecast.output.race_words import result_label
from forecast.output.turnout_words import at_the_limit, limit_words, turnout_label
from forecast.runoff.summary import Histogram, Summary, histogram, margin_of
from forecast.stats.arrays import BoolArray, FloatArray

INTERVALS = (50, 80, 95)
RESULT = "result"
# How the names of two lines stand: to the left of the left one, to the right of the other.
MIDDLE: tuple[Any, int] = ("center", 0)
SIDES: Sequence[tuple[Any, int]] = (("right", -3), ("left", 3))


def data(rows: Sequence[dict[str, Any]]) -> Any:
    """Rows that go into the chart as they are."""
    return alt.Data(values=list(rows))  # type: ignore[no-untyped-call]


def lead_axis(labels: tuple[str, str], title: str, low: float, high: float) -> alt.Axis:
    """An axis of margins in points that says who is ahead, with an even race as a tick.

    Parameters
    ----------
    labels
        Short names of the finalists.
    title
        Title of the axis.
    low, high
        Smallest and largest margin that is drawn, in points.
    """
    first, second = (json.dumps(f"{label} +") for label in labels)
    expression = (
        f"datum.value > 0 ? {first} + datum.value : "
        f"datum.value < 0 ? {second} + (-datum.value) : 'even'"
    )
    # An even race is in every picture, and named.
    ticks = ticks_with_zero(low, high, max(len(label) for label in labels) + len(" +10"))
    return alt.Axis(title=title, labelExpr=expression, values=ticks, labelOverlap=True)


def side_scale(inputs: PageInputs) -> alt.Scale:
    """Colours by finalist."""
    return alt.Scale(domain=list(inputs.labels), range=inputs.colours.pair)


def margin(inputs: PageInputs) -> Figure:
    """The distribution of the margin with its intervals."""
    forecast, labels = inputs.simulation.forecast, inputs.labels
    summary = forecast.margin
    rows: list[dict[str, Any]] = [
        {
            "from": 100 * left,
            "to": 100 * right,
            "share": 100 * share,
            "ahead": labels[0] if left + right > 0 else labels[1],
            "between": f"{words.lead(left, labels)} to {words.lead(right, labels)}",
        }
        for left, right, share in _bins(forecast.margin_histogram)
    ]
    bars = (
        alt.Chart(data(rows))
        .mark_bar(binSpacing=1)
        .encode(
            x=alt.X(
                "from:Q",
                axis=lead_axis(labels, "margin in points", rows[0]["from"], rows[-1]["to"]),
            ),
            x2="to:Q",
            y=alt.Y("share:Q", axis=None),
            y2=alt.datum(0),
            color=alt.Color(
                "ahead:N",
                scale=side_scale(inputs),
                legend=alt.Legend(title=None, symbolType="square"),
            ),
            tooltip=[
                alt.Tooltip("between:N", title="margin"),
                alt.Tooltip("share:Q", title="% of outcomes", format=".1f"),
            ],
        )
    )
    chart = alt.layer(
        bars,
        *_interval_layers(rows, summary, 100, lambda v: words.lead(v, labels)),
        *_named_lines(rows, _result_at(inputs)),
        height=300,
    )
    odds = words.chances(forecast.finalists[0].win_probability)
    shown = forecast.margin_histogram
    return Figure(
        "margin",
        f"The margin: median {words.lead(summary.q50, labels)}",
        f"Distribution of the margin: half of the outcomes lie from "
        f"{words.lead_interval(summary, 50, labels)}, 95% from "
        f"{words.lead_interval(summary, 95, labels)}. {labels[0]}'s chance to win is {odds[0]}.",
        chart,
        table(
            "Margin: median and central intervals",
            (
                "outcomes",
                *(
                    Shown(column, f"margin of {labels[0]}, points, {column}")
                    for column in ("median", "from", "to")
                ),
            ),
            [
                ["median", Shown(words.lead(summary.q50, labels), 100 * summary.q50), "", ""],
                *(
                    [
                        f"{percent}% of outcomes",
                        "",
                        *(Shown(words.lead(v, labels), 100 * v) for v in ends),
                    ]
                    for percent in INTERVALS
                    for ends in [summary.interval(percent)]
                ),
            ],
        ),
        f"The bars count the simulated outcomes{_cut_words(shown)}. The lines below hold the "
        "central 50, 80 and 95% of them; the solid upright line is an even race, the dashed one "
        f"the median{_result_words(inputs)}.",
    )


def _cut_words(shown: Histogram) -> str:
    """What of the outcomes lies beyond the bars: ", without the 0.8% that lie beyond them"."""
    beyond = 100 * (1 - sum(shown.shares))
    return f", without the {beyond:.1f}% that lie beyond them" if beyond >= 0.05 else ""


def _result_words(inputs: PageInputs) -> str:
    """What the mark of the result says, nothing where it is not known."""
    result = inputs.result
    if result is None:
        return ""
    drawn = margin_of(inputs.simulation.draws.votes)
    return (
        f"; the bold dashed one is the result, {words.lead(result.margin, inputs.labels)}, "
        f"{_not_used(drawn < result.margin)}"
    )


def _not_used(below: BoolArray) -> str:
    """That a result was not used, and which part of the draws is below it."""
    place = words.ordinal(round(100 * float(below.mean())))
    return f"which the forecast did not use; it falls at the {place} percentile of the forecast"


def _result_at(inputs: PageInputs) -> list[dict[str, Any]]:
    """The margin of the result as a named place; none where it is not known."""
    return [] if inputs.result is None else [{"at": 100 * inputs.result.margin, "what": RESULT}]


def _named_lines(rows: Sequence[dict[str, Any]], places: list[dict[str, Any]]) -> list[alt.Chart]:
    """Dashed lines over the bars, that of the result bold, each with its name above them.

    They end at the bars, so that they cross no name of an interval.
    """
    top = max(row["share"] for row in rows)
    layers = []
    for place, side in zip(sorted(places, key=lambda one: float(one["at"])), SIDES, strict=False):
        bold = place["what"] == RESULT
        mark = alt.Chart(data([{**place, "y": 0, "y2": 1.04 * top}])).encode(x="at:Q")
        # Two names go to either side, or they would lie over each other where the lines are near.
        align, dx = side if len(places) > 1 else MIDDLE
        layers += [
            mark.mark_rule(color=INK, strokeDash=[5, 3], strokeWidth=2 if bold else 1).encode(
                y="y:Q", y2="y2:Q"
            ),
            mark.mark_text(align=align, dx=dx, dy=-4, baseline="bottom", color=INK).encode(
                y=alt.value(0), text="what:N"
            ),
        ]
    return layers


def turnout(inputs: PageInputs) -> Figure:
    """Votes for both finalists, beside the valid votes of the first round and the baselines."""
    simulation = inputs.simulation
    votes = simulation.draws.votes.sum(axis=1)
    summary = simulation.forecast.turnout
    cast = float(simulation.units.valid_votes.sum())
    relative = histogram(np.asarray(votes / cast))
    rows = [
        {
            "from": left * cast,
            "to": right * cast,
            "share": 100 * share,
            "between": f"{words.rounded_votes(left * cast)} to {words.rounded_votes(right * cast)}",
        }
        for left, right, share in _bins(relative)
    ]
    bars = (
        alt.Chart(data(rows))
        .mark_bar(color=NEUTRAL, binSpacing=1)
        .encode(
            x=alt.X(
                "from:Q",
                axis=alt.Axis(
                    title="votes for both finalists",
                    format="~s",
                    labelExpr="datum.value === 0 ? '0' : datum.label",
                    tickCount=6,
                ),
                scale=alt.Scale(zero=False),
            ),
            x2="to:Q",
            y=alt.Y("share:Q", axis=None),
            y2=alt.datum(0),
            tooltip=[
                alt.Tooltip("between:N", title="votes"),
                alt.Tooltip("share:Q", title="% of outcomes", format=".1f"),
            ],
        )
    )
    limit = _limit_layers(rows, relative.edges, at_the_limit(simulation), votes / cast)
    places: list[dict[str, Any]] = [{"at": cast, "what": "round one"}]
    result = inputs.result
    if result is not None:
        places.append({"at": sum(result.votes), "what": RESULT})
    layers = _interval_layers(rows, summary, 1, words.rounded_votes, even=False)
    registered = simulation.forecast.turnout_share
    label = turnout_label(simulation.race)
    of = "% of registered" if label == "turnout" else f"{label}, % of registered"
    columns = ["outcomes", "votes", "from", "to", *([of] if registered else [])]

    def of_registered(percent: int | None) -> list[str]:
        if registered is None:
            return []
        return [
            words.share(registered.q50)
            if percent is None
            else words.share_interval(registered, percent)
        ]

    table_rows = [["median", Shown.votes(summary.q50), "", "", *of_registered(None)]]
    for percent in INTERVALS:
        low, high = map(Shown.votes, summary.interval(percent))
        table_rows.append([f"{percent}% of outcomes", "", low, high, *of_registered(percent)])
    table_rows.append(
        [
            "round one, votes for candidates",
            Shown.votes(cast, text=f"{cast:,.0f}"),
            "",
            "",
            *([""] if registered else []),
        ]
    )
    if result is not None:
        total = sum(result.votes)
        label = result_label(inputs.simulation.race)
        result_row = label[:1].lower() + label[1:]
        table_rows.append(
            [
                result_row,
                Shown.votes(total, text=f"{total:,}"),
                "",
                "",
                *([""] if registered else []),
            ]
        )
    return Figure(
        "turnout",
        f"Turnout: median {words.rounded_votes(summary.q50)} votes",
        f"Votes for both finalists: 95% of outcomes from {words.vote_interval(summary, 95)}; "
        f"round one had {cast:,.0f} for its candidates.",
        alt.layer(bars, *limit, *_named_lines(rows, places), *layers, height=240),
        table("Votes for both finalists", columns, table_rows),
        f"The bars count the simulated outcomes{_cut_words(relative)}; the dashed line is round "
        f"one{_turnout_result_words(inputs)}.{_limit_note(inputs)}",
    )


def _turnout_result_words(inputs: PageInputs) -> str:
    """The votes of the result, and where they lie; nothing where it is not known."""
    if inputs.result is None:
        return ""
    total = sum(inputs.result.votes)
    below = inputs.simulation.draws.votes.sum(axis=1) < total
    return f", the bold dashed one the result, {total:,} votes, {_not_used(below)}"


def _limit_layers(
    rows: Sequence[dict[str, Any]],
    edges: Sequence[float],
    piled: BoolArray | None,
    turnout: FloatArray,
) -> list[alt.Chart]:
    """The part of each bar that stands at the limit of the learned rates, paler, on its top."""
    if piled is None:
        return []
    counts, _ = np.histogram(turnout[piled], edges)
    parts = [
        {**row, "rest": row["share"] - 100 * float(count) / len(turnout)}
        for row, count in zip(rows, counts, strict=True)
        if count
    ]
    return [
        alt.Chart(data(parts))
        .mark_bar(color=PALE, binSpacing=1)
        .encode(x="from:Q", x2="to:Q", y="share:Q", y2="rest:Q")
    ]


def _limit_note(inputs: PageInputs) -> str:
    """What the paler parts of the bars are; "" where there are none."""
    said = limit_words(inputs.simulation).replace("of them do", "of round one's non-voters vote")
    if not said:
        return ""
    return (
        f" Paler: {said}. They pile up there because the rates have a limit, not because such a "
        "turnout is likely; rates learned elsewhere are unreliable at such high turnout."
    )


def _bins(shown: Histogram) -> list[tuple[float, float, float]]:
    return list(zip(shown.edges[:-1], shown.edges[1:], shown.shares, strict=True))


def _interval_layers(
    rows: Sequence[dict[str, Any]], summary: Summary, scale: float, say: Any, even: bool = True
) -> list[alt.Chart]:
    """Intervals as lines under the bars, the median dashed, and an even race as a rule."""
    top = max(row["share"] for row in rows)
    lines = [
        {
            "low": scale * summary.interval(percent)[0],
            "high": scale * summary.interval(percent)[1],
            "y": -top * (0.07 + 0.085 * place),
            "name": f"{percent}%",
            "says": f"{say(summary.interval(percent)[0])} to {say(summary.interval(percent)[1])}",
        }
        for place, percent in enumerate(INTERVALS)
    ]
    base = alt.Chart(data(lines)).encode(
        y="y:Q",
        tooltip=[
            alt.Tooltip("name:N", title="of outcomes"),
            alt.Tooltip("says:N", title="from"),
        ],
    )
    middle = {"at": scale * summary.q50, "y": -0.02 * top, "y2": -0.3 * top}
    # As low as its name ends, so that the axis is below it.
    named = {"at": middle["at"], "y": -0.4 * top, "what": "median"}
    drawn = [
        base.mark_rule(strokeWidth=5, color=INK, opacity=0.75, strokeCap="round").encode(
            x="low:Q", x2="high:Q"
        ),
        base.mark_text(align="left", dx=8, color=INK).encode(x="high:Q", text="name:N"),
        alt.Chart(data([middle]))
        .mark_rule(strokeWidth=1.5, strokeDash=[4, 3], color=SOFT_INK)
        .encode(x="at:Q", y="y:Q", y2="y2:Q"),
        alt.Chart(data([named]))
        .mark_text(baseline="bottom", color=SOFT_INK)
        .encode(x="at:Q", y="y:Q", text="what:N"),
    ]
    if even:
        drawn.append(
            alt.Chart(data([{"at": 0, "y": 0, "y2": 1.04 * top}]))
            .mark_rule(strokeWidth=1.5, color=INK)
            .encode(x="at:Q", y="y:Q", y2="y2:Q")
        )
    return drawn
