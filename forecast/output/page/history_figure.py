"""The forecast over time: a dot a day, from the forecasts that were made before."""

from datetime import date
from typing import Any, NamedTuple

import altair as alt

from forecast.output import words
from forecast.output.page.figure_table import Shown, table
from forecast.output.page.outcome_figures import data
from forecast.output.page.page_figure import Figure
from forecast.output.page.page_inputs import PageInputs
from forecast.output.page.palette import INK, NEUTRAL
from forecast.race.level_words import plural

KIND, TITLE = "history", "The forecast by day"
NONE = "No earlier forecast of this race was given; --history FILE or FOLDER gives some."
HEIGHT = 240
ENDS = ("q50", "q10", "q90")


class _Day(NamedTuple):
    """A forecast of a day: chance of the first finalist, margin with its central 80%."""

    day: date
    chance: float
    without_polls: float | None
    median: float
    low: float
    high: float


def history(inputs: PageInputs) -> Figure:
    """The first finalist's chance by day, this forecast last."""
    earlier = [one for one in inputs.history if one.as_of < inputs.simulation.as_of]
    if not earlier:
        return Figure(KIND, TITLE, NONE, None, table("By day", ("",), []), NONE)
    label, initials = inputs.labels[0], inputs.initials
    forecast = inputs.simulation.forecast
    polls = inputs.simulation.polls
    days = [
        _Day(one.as_of, one.chance, one.without_polls, *(one.quantile("margin", q) for q in ENDS))
        for one in earlier
    ]
    days.append(
        _Day(
            inputs.simulation.as_of,
            forecast.finalists[0].win_probability,
            None if polls is None else polls.effect.without.win_probability,
            *(getattr(forecast.margin, q) for q in ENDS),
        )
    )
    rows: list[dict[str, Any]] = [
        {
            # At noon, so that no time zone moves it to another day.
            "day": f"{one.day.isoformat()}T12:00:00",
            "chance": round(100 * one.chance, 1),
            "says": f"{words.day(one.day)}: {words.chance(one.chance)}, "
            f"{words.lead(one.median, initials)}",
        }
        for one in days
    ]
    axis = alt.Axis(format="%b %-d", title="as of", tickCount=min(len(rows), 8), labelOverlap=True)
    base = alt.Chart(data(rows)).encode(
        x=alt.X("day:T", axis=axis, scale=alt.Scale(padding=14)),
        y=alt.Y(
            "chance:Q",
            scale=alt.Scale(domain=[0, 100]),
            axis=alt.Axis(title=f"{label}'s chance, %", values=[0, 25, 50, 75, 100]),
        ),
        tooltip=[alt.Tooltip("says:N", title="forecast")],
    )
    chart = alt.layer(
        alt.Chart(data([{"even": 50}]))
        .mark_rule(color=NEUTRAL, strokeDash=[4, 3])
        .encode(y="even:Q"),
        base.mark_line(color=inputs.colours.first, strokeWidth=2),
        base.mark_point(filled=True, size=70, color=inputs.colours.first, opacity=1),
        base.mark_text(dy=-13, color=INK).encode(text=alt.Text("chance:Q", format=".0f")),
        height=HEIGHT,
    )
    first, last = days[0], days[-1]
    return Figure(
        KIND,
        TITLE,
        f"{label}'s chance was {words.chance(first.chance)} as of {words.day(first.day)} and is "
        f"{words.chance(last.chance)} as of {words.day(last.day)}, "
        f"{plural(len(days), 'forecast')} in all.",
        chart,
        table(
            "Every forecast by its day",
            (
                "as of",
                Shown(f"{label}'s chance", f"{label}'s chance, %"),
                Shown("without polls", "without polls, %"),
                Shown("margin, median", f"margin of {label}, points"),
                "margin, 80%",
            ),
            [
                [
                    Shown(words.day(one.day), one.day.isoformat()),
                    Shown(words.chance(one.chance), 100 * one.chance),
                    "no polls"
                    if one.without_polls is None
                    else Shown(words.chance(one.without_polls), 100 * one.without_polls),
                    Shown(words.lead(one.median, inputs.labels), 100 * one.median),
                    " to ".join(words.lead(end, initials) for end in (one.low, one.high)),
                ]
                for one in days
            ],
        ),
        "Each dot is a forecast with what was known that day. The program and its learning may "
        "differ between them: the command forecast compare says what does.",
    )
