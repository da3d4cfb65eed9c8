"""Figures of a night: the odds over it, the map of what is out."""

from datetime import datetime, timedelta
from typing import Any

import altair as alt
import numpy as np

from forecast.night.night_forecast import NightForecast
from forecast.night.state import of_the_night
from forecast.output import words
from forecast.output.night_summary import NightNumbers, together
from forecast.output.night_words import complete_words
from forecast.output.page.figure_table import Table, table
from forecast.output.page.outcome_figures import data
from forecast.output.page.outlines import NO_OUTLINES, Outlines
from forecast.output.page.page_figure import Figure
from forecast.output.page.palette import INK, NEUTRAL, SideColours
from forecast.output.race_words import county_name, finalist_labels, rows_noun, unit_name
from forecast.race.level_words import (
    counties_noun,
    county_noun,
    has_counties,
    unit_noun,
)
from forecast.stats.arrays import FloatArray

FIGURE_WIDTH = 680
NOTHING, COMPLETE = "nothing counted", "complete"
# How much of a unit's expected votes is counted, up to so many hundredths.
STEPS = {
    25: "up to a quarter",
    50: "up to a half",
    75: "up to three quarters",
    100: "over three quarters",
}
STATES = (NOTHING, *STEPS.values(), COMPLETE)
STATE_COLOURS = ("#eceff2", "#f6e3bd", "#eec878", "#dba04a", "#b9772b", "#3f7f6d")
IN_PART, IN_PART_COLOUR = "in part", "#eec878"
# A line of more points looks the same and takes longer.
MAX_POINTS = 400
# Part of the axis that the last step of a line takes, so that its interval can be seen.
LAST_STEP = 0.03


def odds_over_the_night(night: NightForecast, colours: SideColours) -> Figure:
    """Odds of the first finalist, and the interval of the share, after every snapshot."""
    first, second = finalist_labels(night.simulation.race.contest)
    taken = [one for one in night.moments if one.accepted and one.win_probability is not None]
    moments, n_all = of_the_night(taken), len(taken)
    step = max(len(moments) // MAX_POINTS, 1)
    shown = moments[::step] + (moments[-1:] if moments and (len(moments) - 1) % step else [])
    timed = len({one.time for one in shown}) > len(shown) / 2
    before = night.before
    rows: list[dict[str, Any]] = []
    for one in shown:
        assert one.share is not None
        assert one.win_probability is not None
        low, low80, middle, high80, high = (100 * value for value in one.share)
        rows.append(
            {
                "at": one.time if timed else 100 * one.counted,
                "odds": 100 * one.win_probability,
                "low": low,
                "low80": low80,
                "middle": middle,
                "high80": high80,
                "high": high,
            }
        )
    rows += _last_step(rows, timed=timed)
    title = f"Odds of {first} over the night"
    numbers = _moment_table(night, (first, second))
    if len(shown) < 2:
        note = "The odds are drawn from the second snapshot on."
        return Figure("odds", title, note, None, numbers, note)
    if timed:
        x = alt.X("at:T", title=None, axis=_time_axis(rows))
    else:
        x = alt.X(
            "at:Q",
            title="counted, % of the expected vote",
            scale=alt.Scale(nice=False),
            axis=alt.Axis(tickCount=5),
        )
    base = alt.Chart(data(rows)).encode(x=x)
    odds_axis = alt.Axis(title=f"chance that {first} wins, %", tickCount=5)
    odds = alt.layer(
        alt.Chart(data([{"y": 50}])).mark_rule(color=INK, strokeWidth=1).encode(y="y:Q"),
        alt.Chart(data([{"y": 100 * before}]))
        .mark_rule(color=NEUTRAL, strokeDash=[4, 3])
        .encode(y="y:Q"),
        base.mark_line(interpolate="step-after", color=colours.first, strokeWidth=2.5).encode(
            y=alt.Y("odds:Q", scale=alt.Scale(domain=[0, 100]), axis=odds_axis)
        ),
    ).properties(height=220, width=FIGURE_WIDTH)
    share_scale = alt.Scale(zero=False)
    share = alt.layer(
        base.mark_area(interpolate="step-after", color=NEUTRAL, opacity=0.25).encode(
            y=alt.Y("low:Q", scale=share_scale, axis=alt.Axis(title=f"final share of {first}, %")),
            y2="high:Q",
        ),
        base.mark_area(interpolate="step-after", color=NEUTRAL, opacity=0.45).encode(
            y="low80:Q", y2="high80:Q"
        ),
        alt.Chart(data([{"y": 50}])).mark_rule(color=INK, strokeWidth=1).encode(y="y:Q"),
        base.mark_line(interpolate="step-after", color=colours.first, strokeWidth=2).encode(
            y="middle:Q"
        ),
    ).properties(height=220, width=FIGURE_WIDTH)
    now = f"{words.chances(night.simulation.forecast.finalists[0].win_probability)[0]} now, "
    if night.count.certified:
        now = ""
    return Figure(
        "odds",
        title,
        f"{first}: {now}{words.chances(before)[0]} before the count.",
        alt.vconcat(odds, share),
        numbers,
        "Above, the odds after every snapshot, and before the count (dashed); below, the final "
        "share with its 80 and 95% intervals."
        + (" Snapshots of other days stand in the table." if len(moments) < n_all else ""),
    )


def _last_step(rows: list[dict[str, Any]], *, timed: bool) -> list[dict[str, Any]]:
    """The last row once more, a little later: a step has a width only up to the next."""
    if not rows:
        return []
    first, last = rows[0]["at"], rows[-1]["at"]
    if not timed:
        return [{**rows[-1], "at": last + LAST_STEP * max(last - first, 1.0)}]
    start, end = datetime.fromisoformat(first), datetime.fromisoformat(last)
    later = end + max(LAST_STEP * (end - start), timedelta(seconds=5))
    return [{**rows[-1], "at": later.isoformat(timespec="seconds")}]


def _time_axis(rows: list[dict[str, Any]]) -> alt.Axis:
    """Times that differ from label to label: with seconds in a few minutes, with days over days."""
    start, end = (datetime.fromisoformat(rows[at]["at"]) for at in (0, -1))
    form = "%H:%M"
    if end - start < timedelta(minutes=6):
        form = "%H:%M:%S"
    elif end - start > timedelta(hours=20):
        form = "%b %-d, %H:%M"
    return alt.Axis(format=form, tickCount=4, labelOverlap="greedy", labelSeparation=8)


def _moment_table(night: NightForecast, labels: tuple[str, str]) -> Table:
    rows = []
    for one in reversed(night.moments[-60:]):
        share = one.share
        rows.append(
            [
                one.time.replace("T", " "),
                "-" if one.win_probability is None else f"{100 * one.counted:.1f}",
                f"{one.votes[0]:,}",
                f"{one.votes[1]:,}",
                "-" if one.win_probability is None else words.chances(one.win_probability)[0],
                "-" if share is None else f"{100 * share[0]:.1f} to {100 * share[-1]:.1f}",
                "; ".join(guard.message for guard in one.guards[:3]) or "-",
            ]
        )
    columns = (
        "snapshot",
        "counted, %",
        *labels,
        f"{labels[0]} wins",
        f"{labels[0]}, % (95%)",
        "kept out",
    )
    return table("The last snapshots, the newest first", columns, rows)


def map_of_what_is_out(
    night: NightForecast, numbers: NightNumbers, outlines: Outlines | None
) -> Figure:
    """How much of every unit is counted; the table against expectation."""
    race, count = night.simulation.race, night.count
    against = unit_night_table(night, numbers)
    noun = rows_noun(race)
    title = f"What is out, by {unit_noun(race.contest)}"
    if outlines is None or count.by_county:
        note = (
            f"No map: the returns are of {counties_noun(race)}."
            if count.by_county
            else f"No map: the outlines of the {noun} are not at hand."
        )
        remedy = "" if count.by_county else NO_OUTLINES
        return Figure("out", title, note, None, against, note, remedy=remedy)
    state, shown = _states(night), _steps(night, numbers)
    features = [
        {
            "type": "Feature",
            "geometry": geometry,
            "properties": {"name": name, "state": step},
        }
        for geometry, name, step in zip(
            outlines.geometries, race.first_round.unit_names, shown, strict=True
        )
    ]
    colour_of = {**dict(zip(STATES, STATE_COLOURS, strict=True)), IN_PART: IN_PART_COLOUR}
    domain = [NOTHING, IN_PART, COMPLETE] if night.stopped else list(STATES)
    scale = alt.Scale(domain=domain, range=[colour_of[one] for one in domain])
    legend = alt.Legend(
        title=None,
        orient="bottom",
        direction="vertical",
        columns=2,
        columnPadding=24,
        symbolType="square",
        symbolSize=150,
        symbolStrokeColor=NEUTRAL,
    )
    chart = (
        alt.Chart(data(features))
        .mark_geoshape(stroke="#ffffff", strokeWidth=0.6)
        .encode(color=alt.Color("properties.state:N", scale=scale, legend=legend))
        .project(type="identity", reflectY=True)
        .properties(height=460, width=FIGURE_WIDTH)
    )
    counts = [int((state == code).sum()) for code in range(3)]
    return Figure(
        "out",
        title,
        f"{counts[2]:,} {noun} complete, {counts[1]:,} in part, {counts[0]:,} not begun.",
        chart,
        against,
        "" if night.stopped else "The colour is the part of the expected votes that is counted.",
    )


def _states(night: NightForecast) -> np.typing.NDArray[np.intp]:
    """0 for nothing counted, 1 for a part, 2 for complete, by unit."""
    count = night.count
    some = (count.unit_votes.sum(axis=1) > 0) | (count.status > 0).any(axis=1)
    return np.where(count.reported_in_full, 2, np.where(some, 1, 0))


def _steps(night: NightForecast, numbers: NightNumbers) -> list[str]:
    """How much of each unit is counted, as the map has it."""
    found = []
    for part, state in zip(numbers.units, _states(night).tolist(), strict=True):
        if state != 1:
            found.append(COMPLETE if state else NOTHING)
        elif night.stopped:
            found.append(IN_PART)
        else:
            counted = sum(part.counted)
            reached = 100 * counted / max(counted + part.to_come, 1)
            found.append(next(word for step, word in STEPS.items() if reached <= step))
    return found


def unit_night_table(night: NightForecast, numbers: NightNumbers, most: int = 3000) -> Table:
    """Every unit: counted against what was expected before the count."""
    race, count = night.simulation.race, night.count
    label = finalist_labels(race.contest)[0]
    returns = race.first_round
    names = (
        [county_name(race, name) for name in race.county_names]
        if count.by_county
        else [unit_name(race, name) for name in returns.unit_names]
    )
    in_counties = has_counties(race) and not count.by_county
    state, counted = _states(night), count.unit_votes
    before = None
    if night.posterior is not None:
        level = night.posterior.race
        before = 1 / (1 + np.exp(-level.share.mean)), np.exp(level.votes.mean)
    come = np.array([part.to_come for part in numbers.units])
    # What is out first, the largest of it on top; then the largest.
    order = np.lexsort((-counted.sum(axis=1), -come))[:most]
    out = words.whole_numbers(come.tolist())
    open_still = not (night.stopped or count.certified)
    rows = []
    for index in order.tolist():
        now = int(counted[index].sum())
        share = 100 * counted[index, 0] / now if now else None
        rows.append(
            [
                names[index],
                *[county_name(race, returns.counties[index])] * in_counties,
                (NOTHING, IN_PART, COMPLETE)[state[index]],
                f"{now:,}",
                "-" if share is None else f"{share:.1f}",
                *_against(before, index, share),
                *[f"{out[index]:,}"] * open_still,
            ]
        )
    columns = (
        county_noun(race) if count.by_county else unit_noun(race.contest),
        *[county_noun(race)] * in_counties,
        "state",
        "counted",
        f"{label}, %",
        *(
            ()
            if before is None
            else (f"{label} expected before, %", "against that, points", "votes expected before")
        ),
        *["still to come"] * open_still,
    )
    caption = f"Every {columns[0]}"
    if before is not None:
        caption += " against what was expected of it before the count"
    if open_still:
        caption += ", what is out first"
    if len(names) > most:
        caption += f"; the first {most:,} of {len(names):,}"
    which = "that are out first" if open_still else "largest"
    return table(caption, columns, rows).on_paper(range(len(rows)), which)


def _against(
    before: tuple[FloatArray, FloatArray] | None, index: int, share: float | None
) -> list[str]:
    """Cells of what was expected of a unit; none where the model is stopped."""
    if before is None:
        return []
    expected = 100 * before[0][index]
    return [
        f"{expected:.1f}",
        "-" if share is None else words.signed(share - expected),
        f"{before[1][index]:,.0f}",
    ]


def county_night_table(night: NightForecast, numbers: NightNumbers) -> Table | None:
    """What is out by county; None where one county is the whole race."""
    if len(numbers.counties) == 1:
        return None
    race = night.simulation.race
    label = finalist_labels(race.contest)[0]
    out = words.whole_numbers([part.to_come for part in numbers.counties])
    names = [*(county_name(race, part.name) for part in numbers.counties), "all"]
    parts = [*numbers.counties, together("all", numbers.counties)]
    open_still = not (night.stopped or numbers.certified)
    rows = []
    for name, part, come in zip(names, parts, [*out, sum(out)], strict=True):
        counted = sum(part.counted)
        to_come = (
            f"{come:,}",
            "-" if part.share_to_come is None else words.share(part.share_to_come),
        )
        rows.append(
            [
                name,
                complete_words(part, " of "),
                f"{counted:,}",
                words.share(part.counted[0] / counted) if counted else "-",
                *(to_come if open_still else ()),
            ]
        )
    columns = (
        county_noun(race),
        f"{rows_noun(race)} complete" if has_counties(race) else "complete",
        "counted",
        f"{label}, %",
        *(("to come (mean)", f"{label} expected of those, %") if open_still else ()),
    )
    caption = counties_noun(race).capitalize()
    if open_still:
        caption += ", those with most votes to come first"
    return table(caption, columns, rows)
