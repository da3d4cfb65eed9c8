"""What would change the answer: priors moved one at a time, and named scenarios."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from forecast.output import words
from forecast.output.page.axis_ticks import ticks_with_zero
from forecast.output.page.figure_table import Shown, table
from forecast.output.page.outcome_figures import data, side_scale
from forecast.output.page.page_figure import LINES, Figure, in_lines
from forecast.output.page.page_inputs import PageInputs
from forecast.output.page.palette import INK, NEUTRAL, SOFT_INK
from forecast.output.scenario_table import without_parts
from forecast.output.tornado import tornado_bars, tornado_rows
from forecast.runoff.scenarios import AS_PUBLISHED
from forecast.runoff.sensitivity import CENTRE, WIDTH
from forecast.runoff.summary import Forecast

MAX_PRIORS = 12
# Points of the chance on either side of the tornado's zero, at least.
LEAST_CHANGE = 1.0
# Pixels of a prior's row: two lines of its name, and room to the next.
ROW = 38
# Points by which chances differ so that their numbers stand below their marks without touching.
APART = 6
# How a number stands below a mark that has no other near: `_near`, its alignment, and by how much
# it is moved to the right.
ALONE: Sequence[tuple[str, Any, int]] = (("no", "center", 0),)


def tornado(inputs: PageInputs) -> Figure:
    """How far the odds move with each runoff prior, the most decisive first."""
    found, labels = inputs.sensitivity, inputs.labels
    priors = {entry.path: entry for entry in inputs.simulation.priors.entries}
    bars = tornado_bars(found, MAX_PRIORS)
    rows = [
        {
            "prior": in_lines(priors[bar.path].name),
            "part": bar.part,
            "move": bar.move,
            "change": round(bar.change, 2),
            "helps": labels[0] if bar.change > 0 else labels[1],
            "meaning": named_finalist(priors[bar.path].meaning, labels),
            "says": f"{words.signed(bar.change)} points",
        }
        for bar in bars
    ]
    parts = [CENTRE, WIDTH]
    chart = (
        alt.Chart(data(rows), height=ROW * len({bar.prior for bar in bars}))
        .mark_bar()
        .encode(
            x=alt.X(
                "change:Q",
                axis=_change_axis(labels[0], [bar.change for bar in bars]),
                scale=_least_scale([bar.change for bar in bars]),
            ),
            y=alt.Y(
                "prior:N",
                sort=None,
                title=None,
                axis=alt.Axis(domain=False, ticks=False, labelExpr=LINES),
            ),
            yOffset=alt.YOffset("part:N", sort=parts),
            color=alt.Color(
                "helps:N",
                scale=side_scale(inputs),
                legend=alt.Legend(title="helps", symbolType="square"),
            ),
            opacity=alt.Opacity(
                "part:O",
                scale=alt.Scale(domain=parts, range=[1, 0.5]),
                legend=alt.Legend(
                    title="what is moved",
                    symbolType="square",
                    orient="bottom",
                    symbolFillColor=NEUTRAL,
                ),
            ),
            tooltip=[
                alt.Tooltip("meaning:N", title="prior"),
                alt.Tooltip("move:N"),
                alt.Tooltip("says:N", title="change"),
            ],
        )
    )
    error = max(move.monte_carlo_error for move in found.moves)
    heading = (
        "prior",
        "move",
        "new 90%",
        f"{labels[0]}'s chance",
        "mean share",
        "width of its 90%",
    )
    return Figure(
        "tornado",
        "Which priors decide",
        _decisive_words(inputs),
        chart,
        table(
            "Every move of a prior, with the changes in points",
            heading,
            tornado_rows(found)[1:],
        ),
        "Each prior is moved alone: its center half the way to an end of its 90% range, its width "
        "doubled and halved. Same seeds and evidence in all: the changes have a simulation error "
        f"of {words.error_at_most(error)}. Long bars need the best justification.",
    )


def _change_axis(label: str, changes: Sequence[float]) -> alt.Axis:
    """An axis of changes of a finalist's chance in points, no change among its ticks."""
    title = f"change of {label}'s chance, points"
    low, high = min(changes), max(changes)
    if max(-low, high) < LEAST_CHANGE:
        return alt.Axis(title=title, tickCount=8)
    return alt.Axis(title=title, values=ticks_with_zero(low, high, len("-10")))


def _least_scale(changes: Sequence[float]) -> alt.Scale:
    """A scale on which changes that are nothing look like nothing: at least a point each way."""
    if max(map(abs, changes)) < LEAST_CHANGE:
        return alt.Scale(domain=[-LEAST_CHANGE, LEAST_CHANGE], nice=False)
    return alt.Scale()


def _decisive_words(inputs: PageInputs) -> str:
    """Between which chances the most decisive prior moves; how little, where no reader sees it."""
    found, label = inputs.sensitivity, inputs.labels[0]
    most = found.paths[0]
    prior = next(entry for entry in inputs.simulation.priors.entries if entry.path == most)
    moves = [move for move in found.moves if move.path == most]
    low, high = (
        words.chance(pick(move.outcome.win_probability for move in moves)) for pick in (min, max)
    )
    if low == high:
        # Of all moves, rounded up: what no prior exceeds.
        largest = max(abs(100 * move.change.win_probability) for move in found.moves)
        return (
            f"No prior moves {label}'s chance by more than {math.ceil(10 * largest) / 10:.1f} "
            f"points; it stays {low}."
        )
    kinds = " and ".join(used.evidence.kind for used in inputs.simulation.evidence)
    return (
        f"The assumption that matters most, “{prior.name}”, moves {label}'s chance between "
        f"{low} and {high} where it alone is moved{f', with {kinds}' if kinds else ''}. It means: "
        f"{named_finalist(prior.meaning, inputs.labels)}."
    )


def named_finalist(meaning: str, labels: tuple[str, str]) -> str:
    """What a prior means, in a race: "the first finalist" by name."""
    return meaning.replace("the first finalist", labels[0])


def scenarios(inputs: PageInputs) -> Figure:
    """The odds under every scenario beside the forecast as it is, without evidence and with it."""
    labels, simulation = inputs.labels, inputs.simulation
    given = simulation.without_evidence is not None
    kinds = " and ".join(used.evidence.kind for used in simulation.evidence)
    entries = _entries(inputs)
    rows = [_row(entry, labels, given) for entry in entries]
    columns = (
        "scenario",
        *(["basis"] if given else []),
        f"{labels[0]}'s chance",
        Shown("margin, median", f"margin of {labels[0]}, points, median"),
        Shown("90%", f"margin of {labels[0]}, points, 90%"),
        "votes, median",
        "what it supposes",
    )
    table_rows = []
    for entry in entries:
        bases = [(f"with {kinds}", entry.given), (f"without {kinds}", entry.alone)]
        for basis, made in bases if given else [("", entry.alone)]:
            cells = ["-"] * 4 if made is None else _cells(made, inputs)
            why = "" if given and made is entry.alone else entry.why  # once a scenario
            table_rows.append([entry.title, *([basis] if given else []), *cells, why])
    note = ""
    if given:
        note = (
            f" Dots take the {kinds} into account, as the forecast does; they pull every scenario "
            f"back to what they say. A scenario without a dot is one the {kinds} contradict. "
            f"Diamonds leave the {kinds} out: what a scenario does alone. The number below each "
            "mark is the chance in percent."
        )
    return Figure(
        "scenarios",
        "What if?",
        _range_words(rows, inputs, kinds),
        _chart(rows, inputs, kinds),
        table("Scenarios side by side", columns, table_rows),
        f"What the forecast would be if something were known; not how likely that is.{note}",
    )


def _range_words(rows: Sequence[dict[str, Any]], inputs: PageInputs, kinds: str) -> str:
    """From which scenario to which the chance ranges; with evidence of these kinds also without."""
    said = f"{inputs.labels[0]}'s chance {_range(rows, 'wins', 'ranges ')}"
    if not kinds:
        return f"{said}."
    return f"With {kinds}, {said}; without {kinds}, {_range(rows, 'alone')}."


def _range(rows: Sequence[dict[str, Any]], mark: str, verb: str = "") -> str:
    """The lowest and the highest chance of a mark, and whose they are."""
    known = [row for row in rows if row[mark] is not None]
    low, high = (pick(known, key=lambda row: int(row[mark])) for pick in (min, max))
    chances = [row[f"{mark}_odds"] for row in (low, high)]
    if chances[0] == chances[1]:
        return f"{'is ' if verb else ''}{chances[0]} in every scenario"
    names = [
        "the forecast" if row is rows[0] else f"{row['title'][:1].lower()}{row['title'][1:]}"
        for row in (low, high)
    ]
    return f"{verb}from {chances[0]} ({names[0]}) to {chances[1]} ({names[1]})"


@dataclass(frozen=True, eq=False)
class _Entry:
    """A scenario: its words, the forecast by it alone, and that given the evidence."""

    title: str
    why: str
    alone: Forecast
    given: Forecast | None


def _entries(inputs: PageInputs) -> list[_Entry]:
    """The forecast of the page, then without parts that are judgement, then the scenarios."""
    simulation = inputs.simulation
    plain = simulation.without_evidence
    alone = simulation.forecast if plain is None else plain
    given = None if plain is None else simulation.forecast
    published = _Entry(AS_PUBLISHED, "all that is known", alone, given)
    changed = [found for found in inputs.scenarios if found.scenario.priors]
    return [published] + [
        _Entry(
            found.scenario.title,
            found.scenario.why,
            found.without_evidence,
            found.forecast if found.has_evidence else None,
        )
        for found in [*without_parts(simulation), *changed]
    ]


def _row(entry: _Entry, labels: tuple[str, str], given: bool) -> dict[str, Any]:
    """What the chart shows of a scenario: the forecast by it, and that without evidence."""
    shown = entry.given if given else entry.alone
    wins = None if shown is None else shown.finalists[0].win_probability
    alone = entry.alone.finalists[0].win_probability if given else None
    dot, diamond = (None if one is None else round(100 * one) for one in (wins, alone))
    return {
        "title": entry.title,
        "why": entry.why,
        "wins": dot,
        "wins_odds": "-" if wins is None else words.chance(wins),
        "lead": "-" if shown is None else words.lead(shown.margin.q50, labels),
        "ahead": None if wins is None else labels[wins < 0.5],
        "alone": diamond,
        "alone_odds": "-" if alone is None else words.chance(alone),
        "near": _near(dot, diamond),
    }


def _near(dot: int | None, diamond: int | None) -> str:
    """On which side of a dot its diamond is, where their numbers would touch; else "no"."""
    if dot is None or diamond is None or diamond == dot or abs(diamond - dot) >= APART:
        return "no"
    return "right" if diamond > dot else "left"


def _cells(forecast: Forecast, inputs: PageInputs) -> list[str]:
    """Chance, margin and votes."""
    chance = forecast.finalists[0].win_probability
    return [
        Shown(words.chance(chance), 100 * chance),
        Shown(words.lead(forecast.margin.q50, inputs.labels), 100 * forecast.margin.q50),
        Shown(
            words.lead_interval(forecast.margin, 90, inputs.initials),
            *(100 * end for end in forecast.margin.interval(90)),
        ),
        Shown.votes(forecast.turnout.q50),
    ]


def _chart(rows: list[dict[str, Any]], inputs: PageInputs, kinds: str) -> Any:
    """A line a scenario: a dot for the forecast by it, a diamond for that without evidence."""
    label = inputs.labels[0]
    base = alt.Chart(data(rows)).encode(
        y=alt.Y(
            "title:N",
            sort=None,
            title=None,
            scale=alt.Scale(domain=[*[""] * bool(kinds), *(row["title"] for row in rows)]),
            axis=None,  # the names stand above the lines, for a phone has no room beside them
        ),
        tooltip=[
            alt.Tooltip("title:N", title="scenario"),
            alt.Tooltip("why:N"),
            alt.Tooltip("wins_odds:N", title=f"{label}'s chance"),
            *([alt.Tooltip("alone_odds:N", title=f"without {kinds}")] if kinds else []),
            alt.Tooltip("lead:N", title="margin, median"),
        ],
    )
    dots = base.transform_filter("datum.wins !== null")
    diamonds = base.transform_filter("datum.alone !== null")
    layers = [
        # Beside each line only: the names between them stay clear.
        base.mark_tick(size=20, thickness=1.5, color=INK).encode(x=alt.datum(50)),
        dots.mark_rule(strokeWidth=2, color=NEUTRAL).encode(x="wins:Q", x2=alt.datum(50)),
        dots.mark_point(filled=True, size=150, opacity=1).encode(
            x=alt.X(
                "wins:Q",
                scale=alt.Scale(domain=[-4, 104], nice=False),
                axis=alt.Axis(
                    title=f"{label}'s chance to win, %", values=[0, 25, 50, 75, 100], grid=False
                ),
            ),
            color=alt.Color("ahead:N", scale=side_scale(inputs), legend=None),
        ),
        diamonds.mark_point(filled=False, size=110, color=INK, shape="diamond").encode(x="alone:Q"),
        # Below its mark a number is clear of the line and of the diamond.
        *(
            dots.transform_filter(f"datum.near === '{near}'")
            .mark_text(dy=15, dx=dx, align=align, color=INK, fontWeight="bold")
            .encode(x="wins:Q", text="wins:Q")
            for near, align, dx in (*ALONE, ("right", "right", 3), ("left", "left", -3))
        ),
        *(
            diamonds.transform_filter(f"datum.near === '{near}' && datum.alone !== datum.wins")
            .mark_text(dy=15, dx=dx, align=align, color=SOFT_INK)
            .encode(x="alone:Q", text="alone:Q")
            for near, align, dx in (*ALONE, ("right", "left", -3), ("left", "right", 3))
        ),
        base.mark_text(dy=-17, align="left", color=INK).encode(x=alt.datum(0), text="title:N"),
    ]
    return alt.layer(
        *layers,
        *(_key(kinds, rows[0]["ahead"]) if kinds else []),
        height=50 * (len(rows) + bool(kinds)),
    )


def _key(kinds: str, ahead: str) -> list[Any]:
    """What a dot and a diamond are, in the row above the first."""
    marks = (
        (8, f"with {kinds}, as published", {"filled": True, "size": 150, "opacity": 1}),
        (26, f"without {kinds}", {"filled": False, "size": 110, "shape": "diamond"}),
    )
    layers = []
    for at, name, look in marks:
        row = alt.Chart(data([{"name": name, "ahead": ahead}])).encode(y=alt.value(at))
        mark = row.mark_point(color=INK, **look).encode(x=alt.datum(1))
        layers += [
            mark.encode(color="ahead:N") if look["filled"] else mark,
            row.mark_text(align="left", dx=12, color=INK).encode(x=alt.datum(1), text="name:N"),
        ]
    return layers
