"""Figures of a night: the odds over it, the map of what is out."""

from typing import Any

import altair as alt
import numpy as np

from forecast.night.night_forecast import NightForecast
from forecast.output import words
from forecast.output.night_summary import NightNumbers
from forecast.output.night_words import complete_words, night_odds
from forecast.output.page.figure_table import Table, table
from forecast.output.page.outcome_figures import data
from forecast.output.page.outlines import Outlines
from forecast.output.page.page_figure import Figure
from forecast.output.page.palette import INK, NEUTRAL, SideColours
from forecast.output.race_words import finalist_labels
from forecast.race.level_words import (
    counties_noun,
    county_noun,
    has_counties,
    unit_noun,
    units_noun,
)

STATES = ("nothing counted", "in part", "complete")
STATE_COLOURS = ("#eceff2", "#e8b45a", "#3f7f6d")
# A line of more points looks the same and takes longer.
MAX_POINTS = 400


def odds_over_the_night(night: NightForecast, colours: SideColours) -> Figure:
    """Odds of the first finalist, and the interval of the share, after every snapshot."""
    first, second = finalist_labels(night.simulation.race.contest)
    moments = [one for one in night.moments if one.accepted and one.win_probability is not None]
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
    title = f"Odds of {first} over the night"
    numbers = _moment_table(night, (first, second))
    if len(rows) < 2:
        note = "The odds are drawn from the second snapshot on."
        return Figure("odds", title, note, None, numbers, note)
    if timed:
        x = alt.X("at:T", title=None, axis=alt.Axis(format="%H:%M"))
    else:
        x = alt.X("at:Q", title="counted, % of the expected vote", scale=alt.Scale(nice=False))
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
    ).properties(height=220, width=680)
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
    ).properties(height=220, width=680)
    now = night_odds(night.simulation.forecast.finalists[0].win_probability)[0]
    return Figure(
        "odds",
        title,
        f"{first}: {now} now, {night_odds(before)[0]} before the count.",
        alt.vconcat(odds, share),
        numbers,
        "Above, the odds after every snapshot, and before the count (dashed); below, the final "
        "share with its 80 and 95% intervals.",
    )


def _moment_table(night: NightForecast, labels: tuple[str, str]) -> Table:
    rows = []
    for one in reversed(night.moments[-60:]):
        share = one.share
        rows.append(
            [
                one.time.replace("T", " "),
                f"{100 * one.counted:.1f}",
                f"{one.votes[0]:,}",
                f"{one.votes[1]:,}",
                "-" if one.win_probability is None else night_odds(one.win_probability)[0],
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


def map_of_what_is_out(night: NightForecast, outlines: Outlines | None) -> Figure:
    """Which units are complete, in part, or have nothing counted; the table against expectation."""
    race, count = night.simulation.race, night.count
    numbers = unit_night_table(night)
    noun = units_noun(race.contest)
    title = f"What is out, by {unit_noun(race.contest)}"
    if outlines is None or count.by_county:
        note = (
            f"No map: the returns are of {counties_noun(race)}."
            if count.by_county
            else f"No map: the race folder has no units.geojson with the outlines of the {noun}."
        )
        return Figure("out", title, note, None, numbers, note)
    state = _states(night)
    features = [
        {
            "type": "Feature",
            "geometry": geometry,
            "properties": {"name": name, "state": STATES[code]},
        }
        for geometry, name, code in zip(
            outlines.geometries, race.first_round.unit_names, state, strict=True
        )
    ]
    scale = alt.Scale(domain=list(STATES), range=list(STATE_COLOURS))
    chart = (
        alt.Chart(data(features))
        .mark_geoshape(stroke="#ffffff", strokeWidth=0.6)
        .encode(color=alt.Color("properties.state:N", scale=scale, legend=alt.Legend(title=None)))
        .project(type="identity", reflectY=True)
        .properties(height=460, width=680)
    )
    counts = [int((state == code).sum()) for code in range(3)]
    return Figure(
        "out",
        title,
        f"{counts[2]:,} {noun} complete, {counts[1]:,} in part, {counts[0]:,} not begun.",
        chart,
        numbers,
    )


def _states(night: NightForecast) -> np.typing.NDArray[np.intp]:
    """0 for nothing counted, 1 for a part, 2 for complete, by unit."""
    count = night.count
    some = (count.unit_votes.sum(axis=1) > 0) | (count.status > 0).any(axis=1)
    return np.where(count.reported_in_full, 2, np.where(some, 1, 0))


def unit_night_table(night: NightForecast, most: int = 3000) -> Table:
    """Every unit: counted against what was expected before the count."""
    race, count = night.simulation.race, night.count
    label = finalist_labels(race.contest)[0]
    returns = race.first_round
    names = race.county_names if count.by_county else returns.unit_names
    in_counties = has_counties(race) and not count.by_county
    expected, state = night.expected.sum(axis=2), _states(night)
    counted = count.unit_votes
    before = None
    if night.posterior is not None:
        level = night.posterior.race
        before = 1 / (1 + np.exp(-level.share.mean)), np.exp(level.votes.mean)
    come = np.maximum(expected - counted, 0).sum(axis=1)
    # What is out first, the largest of it on top; then the largest.
    order = np.lexsort((-expected.sum(axis=1), -come))[:most]
    rows = []
    for index in order.tolist():
        now = int(counted[index].sum())
        share = 100 * counted[index, 0] / now if now else None
        rows.append(
            [
                names[index],
                *[words.county_name(returns.counties[index])] * in_counties,
                STATES[state[index]],
                f"{now:,}",
                "-" if share is None else f"{share:.1f}",
                "-" if before is None else f"{100 * before[0][index]:.1f}",
                "-"
                if share is None or before is None
                else f"{share - 100 * before[0][index]:+.1f}",
                "-" if before is None else f"{before[1][index]:,.0f}",
                f"{come[index]:,.0f}",
            ]
        )
    columns = (
        county_noun(race) if count.by_county else unit_noun(race.contest),
        *[county_noun(race)] * in_counties,
        "state",
        "counted",
        f"{label}, %",
        f"{label} expected before, %",
        "against that, points",
        "votes expected before",
        "still to come",
    )
    caption = (
        f"Every {columns[0]} against what was expected of it before the count, what is out first"
    )
    if len(names) > most:
        caption += f"; the first {most:,} of {len(names):,}"
    return table(caption, columns, rows)


def county_night_table(night: NightForecast, numbers: NightNumbers) -> Table | None:
    """What is out by county; None where one county is the whole race."""
    if len(numbers.counties) == 1:
        return None
    race = night.simulation.race
    label = finalist_labels(race.contest)[0]
    rows = []
    for part in numbers.counties:
        counted = sum(part.counted)
        rows.append(
            [
                words.county_name(part.name),
                complete_words(part, " of "),
                f"{counted:,}",
                words.share(part.counted[0] / counted) if counted else "-",
                words.rounded_votes(part.to_come),
                "-" if part.share_to_come is None else words.share(part.share_to_come),
            ]
        )
    columns = (
        county_noun(race),
        f"{units_noun(race.contest)} complete" if has_counties(race) else "complete",
        "counted",
        f"{label}, %",
        "to come",
        f"{label} expected of those, %",
    )
    caption = f"{counties_noun(race).capitalize()}, those with most votes to come first"
    return table(caption, columns, rows)
