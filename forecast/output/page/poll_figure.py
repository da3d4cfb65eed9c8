"""The polls: who asked when, what was made of each, and their average."""

from typing import Any

import altair as alt

from forecast.evidence.poll_likelihood import PollOfRace, WeightedPoll
from forecast.output import words
from forecast.output.page.figure_table import Shown, table
from forecast.output.page.outcome_figures import data, lead_axis
from forecast.output.page.page_figure import Figure
from forecast.output.page.page_inputs import PageInputs
from forecast.output.page.palette import INK, NEUTRAL
from forecast.race.level_words import plural

# Pixels of a row, of the largest dot (its area), of the lines beside it, and from its middle to the
# name above, which neither must touch; and from the left edge, where an even race may stand.
ROW, DOT, LINE, NAME_ABOVE, NAME_BESIDE = 44, 200, 18, 10, 6
KIND, TITLE = "polls", "The polls"
NONE = "No polls are used: the race folder has no polls.csv with polls of this runoff by that day."


def polls(inputs: PageInputs) -> Figure:
    """Every poll with its weight, and the average of all."""
    used, labels = inputs.simulation.polls, inputs.labels
    if used is None:
        return Figure(KIND, TITLE, NONE, None, table("Polls", ("",), []), NONE)
    likelihood, effect = used.evidence.likelihood, used.effect
    average = 2 * likelihood.mean - 1
    low, high = (2 * float(end) - 1 for end in likelihood.quantiles([0.025, 0.975]))
    # Newest first; two polls of one house and day are told apart by their place.
    ordered = sorted(likelihood.polls, key=lambda poll: (poll.poll.age, poll.poll.pollster))
    rows: list[dict[str, Any]] = [
        {
            "place": f"{place}",
            "name": f"{weighed.poll.pollster}, {_days(weighed)}",
            "margin": round(200 * weighed.corrected - 100, 2),
            "weight": max(round(100 * weighed.weight, 1), 0),
            "says": words.lead(2 * weighed.corrected - 1, labels),
        }
        for place, weighed in enumerate(ordered)
    ]
    ends = [row["margin"] for row in rows] + [100 * low, 100 * high]
    axis = lead_axis(inputs.initials, "margin, points", min(ends), max(ends))
    axis.grid = False
    x = alt.X("margin:Q", axis=axis)
    y = alt.Y("place:N", sort=None, axis=None)
    base = alt.Chart(data(rows)).encode(
        y=y,
        tooltip=[
            alt.Tooltip("name:N", title="poll"),
            alt.Tooltip("says:N", title="margin"),
            alt.Tooltip("weight:Q", title="weight, %"),
        ],
    )
    names = base.encode(x=alt.value(0), text="name:N")
    band = data([{"low": 100 * low, "high": 100 * high}])
    chart = alt.layer(
        alt.Chart(band).mark_rect(color=NEUTRAL, opacity=0.15).encode(x="low:Q", x2="high:Q"),
        # Beside each dot only: the names between them stay clear.
        base.mark_tick(size=LINE, thickness=4, color=NEUTRAL).encode(x=alt.datum(100 * average)),
        base.mark_tick(size=LINE, thickness=1.5, color=INK).encode(x=alt.datum(0)),
        base.mark_point(filled=True, color=INK, opacity=1).encode(
            x=x, size=alt.Size("weight:Q", legend=None, scale=alt.Scale(range=[30, DOT]))
        ),
        names.mark_text(align="left", baseline="bottom", dx=NAME_BESIDE, dy=-NAME_ABOVE, color=INK),
        height=ROW * len(rows),
    )
    without, alone, combined = (
        words.chance(one.win_probability)
        for one in (effect.without, used.evidence.alone, effect.combined)
    )
    return Figure(
        KIND,
        TITLE,
        f"{plural(len(ordered), 'poll')} up to {words.day(used.evidence.polls_to)}, average "
        f"{words.lead(average, labels)}. {labels[0]}'s chance: without polls {without}, polls only "
        f"{alone}, combined {combined}.",
        chart,
        table(
            "Every poll, its effects and its weight",
            (
                "pollster",
                "interviews",
                "sample",
                f"{labels[0]}, %",
                f"{labels[1]}, %",
                Shown("margin, share of the two only", f"margin of {labels[0]}, points"),
                "weight, %",
                Shown(
                    "house effect on the margin",
                    f"house effect on the margin, towards {labels[0]}, points",
                ),
            ),
            [_row(weighed, labels) for weighed in ordered],
        ),
        "Dots are polls less the effects of house and sponsor that are known, larger the more they "
        "weigh; the thick gray mark is their average, the thin black one an even race; the band is "
        "the 95% interval of the average, with the error that all polls of a race share.",
    )


def _days(weighed: WeightedPoll) -> str:
    poll = weighed.poll
    if poll.start is None or poll.end is None:
        return f"{poll.age:.0f} days before"
    if poll.start == poll.end:
        return words.month_day(poll.end)
    return f"{words.month_day(poll.start)} to {words.month_day(poll.end)}"


def _points(poll: PollOfRace) -> list[str]:
    """Both shares in points, with one decimal where the poll gives one in either."""
    points = [round(100 * share, 1) for share in poll.shares]
    digits = 0 if all(point.is_integer() for point in points) else 1
    return [f"{point:.{digits}f}" for point in points]


def _row(weighed: WeightedPoll, labels: tuple[str, str]) -> list[str]:
    poll = weighed.poll
    margin = 2 * weighed.share - 1
    towards = labels[0] if weighed.house_points > 0 else labels[1]
    # Points of one finalist's share are twice as many of the margin.
    effect = 2 * weighed.house_points
    house = words.signed(abs(effect)) if weighed.known_house else "unknown"
    house = f"{towards} {house}" if house.startswith("+") else house
    return [
        poll.pollster,
        _days(weighed),
        "unknown" if poll.sample is None else Shown(f"{poll.sample:,.0f}", poll.sample),
        *(Shown(said, 100 * share) for said, share in zip(_points(poll), poll.shares, strict=True)),
        Shown(words.lead(margin, labels), 100 * margin),
        Shown(f"{100 * weighed.weight:.0f}", 100 * weighed.weight),
        Shown(house, effect if weighed.known_house else ""),
    ]
