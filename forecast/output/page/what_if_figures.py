"""What would change the answer: priors moved one at a time, and named scenarios."""

import altair as alt

from forecast.output import words
from forecast.output.page.figure_table import Shown, table
from forecast.output.page.outcome_figures import data, side_scale
from forecast.output.page.page_figure import Figure
from forecast.output.page.page_inputs import PageInputs
from forecast.output.page.palette import INK, NEUTRAL
from forecast.output.tornado import tornado_bars, tornado_rows
from forecast.runoff.sensitivity import CENTRE, WIDTH
from forecast.runoff.summary import Forecast

MAX_PRIORS = 12


def tornado(inputs: PageInputs) -> Figure:
    """How far the odds move with each runoff prior, the most decisive first."""
    found, labels = inputs.sensitivity, inputs.labels
    meanings = {entry.path: entry.meaning for entry in inputs.simulation.priors.entries}
    bars = tornado_bars(found, MAX_PRIORS)
    rows = [
        {
            "prior": bar.prior,
            "part": bar.part,
            "move": bar.move,
            "change": round(bar.change, 2),
            "helps": labels[0] if bar.change > 0 else labels[1],
            "meaning": meanings[bar.path],
            "says": f"{bar.change:+.0f} points",
        }
        for bar in bars
    ]
    parts = [CENTRE, WIDTH]
    chart = (
        alt.Chart(data(rows), height=28 * len({bar.prior for bar in bars}))
        .mark_bar()
        .encode(
            x=alt.X(
                "change:Q",
                axis=alt.Axis(title=f"change of {labels[0]}'s chance, points", tickCount=8),
            ),
            y=alt.Y("prior:N", sort=None, title=None, axis=alt.Axis(domain=False, ticks=False)),
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
    most = found.paths[0]
    by_path = [move for move in found.moves if move.path == most]
    low, high = (
        words.chance(pick(move.outcome.win_probability for move in by_path)) for pick in (min, max)
    )
    error = 100 * max(move.monte_carlo_error for move in found.moves)
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
        f"The most decisive prior, {most.removeprefix('runoff.')}, moves {labels[0]} between "
        f"{low} and {high}: {meanings[most]}.",
        chart,
        table(
            "Every move of a prior, with the changes in points",
            heading,
            # More digits than the hundredths of the page are not known.
            tornado_rows(found, win_digits=0)[1:],
        ),
        "Each prior is moved alone: its centre half the way to an end of its 90% range, its width "
        f"doubled and halved. Same seeds and evidence in all, so changes are good to ±{error:.1f} "
        "points or less. A long bar is a prior to have good reasons for.",
    )


def _chance_cell(forecast: Forecast) -> Shown:
    chance = forecast.finalists[0].win_probability
    return Shown(words.chance(chance), 100 * chance)


def scenarios(inputs: PageInputs) -> Figure:
    """The odds under every scenario, beside the forecast as it is."""
    labels, simulation = inputs.labels, inputs.simulation
    given = simulation.without_evidence
    kinds = " and ".join(used.evidence.kind for used in simulation.evidence)
    entries: list[tuple[str, str, Forecast, Forecast | None]] = [
        ("The forecast of this page", "everything that is known", simulation.forecast, given)
    ]
    if simulation.without_judgement is not None:
        entries.append(
            (
                "Without the race-specific priors",
                "priors of the race's own folder left out",
                simulation.without_judgement,
                None,
            )
        )
    if simulation.without_positions is not None:
        entries.append(
            (
                "Without the positions",
                "positions of the race's own folder, from left to right, left out",
                simulation.without_positions,
                None,
            )
        )
    entries += [
        (
            found.scenario.title,
            found.scenario.why,
            found.forecast,
            found.without_evidence if found.has_evidence else None,
        )
        for found in inputs.scenarios
        if found.scenario.priors
    ]
    rows = [
        {
            "title": title,
            "why": why,
            "wins": round(100 * forecast.finalists[0].win_probability),
            "odds": words.chance(forecast.finalists[0].win_probability),
            "lead": words.lead(forecast.margin.q50, labels),
            "ahead": labels[forecast.finalists[0].win_probability < 0.5],
            "alone": None if alone is None else round(100 * alone.finalists[0].win_probability),
        }
        for title, why, forecast, alone in entries
    ]
    base = alt.Chart(data(rows)).encode(
        y=alt.Y(
            "title:N",
            sort=None,
            title=None,
            axis=None,  # the names stand above the lines, for a phone has no room beside them
        ),
        tooltip=[
            alt.Tooltip("title:N", title="scenario"),
            alt.Tooltip("why:N"),
            alt.Tooltip("odds:N", title=f"{labels[0]}'s chance"),
            alt.Tooltip("lead:N", title="margin, median"),
        ],
    )
    even = data([{"at": 50}])
    chart = alt.layer(
        alt.Chart(even).mark_rule(strokeDash=[4, 3], color=INK).encode(x="at:Q"),
        base.mark_rule(strokeWidth=2, color=NEUTRAL).encode(x="wins:Q", x2=alt.datum(50)),
        base.mark_point(filled=True, size=150, opacity=1).encode(
            x=alt.X(
                "wins:Q",
                scale=alt.Scale(domain=[-4, 104], nice=False),
                axis=alt.Axis(title=f"{labels[0]}'s chance to win, %", values=[0, 25, 50, 75, 100]),
            ),
            color=alt.Color("ahead:N", scale=side_scale(inputs), legend=None),
        ),
        base.transform_filter("datum.alone !== null")
        .mark_point(filled=False, size=110, color=INK, shape="diamond")
        .encode(x="alone:Q"),
        # Below its mark a number is clear of the line and of the diamond.
        base.mark_text(dy=15, color=INK).encode(x="wins:Q", text="wins:Q"),
        base.mark_text(dy=-17, align="left", color=INK).encode(x=alt.datum(0), text="title:N"),
        height=46 * len(rows),
    )
    columns = (
        "scenario",
        "what it supposes",
        f"{labels[0]}'s chance",
        *([f"without {kinds}"] if given else []),
        Shown("margin, median", f"margin of {labels[0]}, points, median"),
        Shown("90%", f"margin of {labels[0]}, points, 90%"),
        "votes",
    )
    table_rows = [
        [
            title,
            why,
            _chance_cell(forecast),
            *([_chance_cell(alone) if alone else "not known"] if given else []),
            Shown(words.lead(forecast.margin.q50, labels), 100 * forecast.margin.q50),
            Shown(
                words.lead_interval(forecast.margin, 90, inputs.initials),
                *(100 * end for end in forecast.margin.interval(90)),
            ),
            Shown(words.rounded_votes(forecast.turnout.q50), forecast.turnout.q50),
        ]
        for title, why, forecast, alone in entries
    ]
    low, high = (pick(rows, key=lambda row: int(str(row["wins"]))) for pick in (min, max))
    note = f" Dots take the {kinds} into account, diamonds leave them out." if given else ""
    return Figure(
        "scenarios",
        "What if?",
        f"{labels[0]}'s chance goes from {low['odds']} ({str(low['title']).lower()}) to "
        f"{high['odds']} "
        f"({str(high['title']).lower()}).",
        chart,
        table("Scenarios side by side", columns, table_rows),
        "What the forecast would be if something were known; not how likely that is."
        f"{note} The command forecast scenarios reads a file of yours.",
    )
