"""Where the votes go: ribbons from round one to the finalists and home."""

from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np

from forecast.output import words
from forecast.output.flow_table import pooled_sources
from forecast.output.page.figure_table import Table, table
from forecast.output.page.outcome_figures import data
from forecast.output.page.page_figure import Figure
from forecast.output.page.page_inputs import PageInputs
from forecast.output.page.palette import INK, NEUTRAL
from forecast.runoff.summary import DID_NOT_VOTE, NOT_VOTING

# Points along a ribbon; part of the height that the gaps between the blocks take.
STEPS = 16
GAP = 0.018
BLOCK = 0.025
# On a phone there is room for the name alone.
SAY = "width < 480 ? datum.name : datum.name + '  ' + datum.votes"


@dataclass
class _Stack:
    """Fills a column of blocks from the top down, in shares of all voters."""

    at: float = 0.0

    def take(self, size: float) -> tuple[float, float]:
        start, self.at = self.at, self.at + size
        return start, self.at


def flows(inputs: PageInputs) -> Figure:
    """The flow picture, the small candidates of a bloc together; the table has all."""
    simulation, labels = inputs.simulation, inputs.labels
    race, forecast = simulation.race, simulation.forecast
    sources = [source for source in pooled_sources(race, forecast) if source.votes > 0]
    # The absent who stay absent are most of a race and no news: they are left out.
    absent = sources[-1] if sources[-1].label == DID_NOT_VOTE else None
    targets = (*labels, NOT_VOTING)
    colours = [*inputs.colours.pair, NEUTRAL]
    amounts = [
        [*source.means[:2], 0.0 if source is absent else source.means[2]] for source in sources
    ]
    total = sum(map(sum, amounts))
    into = [sum(row[side] for row in amounts) / total for side in range(3)]
    left, right = _Stack(), [_Stack() for _ in targets]
    slack = GAP * (len(sources) - 1)
    start = 0.0
    for side in range(3):
        right[side].at = start
        # The targets share out the gaps of the sources between them.
        start += into[side] + slack / 2
    ribbons, blocks, names = [], [], []
    for side, label in enumerate(targets):
        blocks.append(
            {
                "x": 1 - BLOCK,
                "x2": 1,
                "y": right[side].at,
                "y2": right[side].at + into[side],
                "to": label,
            }
        )
        names.append(
            {
                "x": 1.015,
                "y": right[side].at + into[side] / 2,
                "name": label,
                "votes": words.rounded_votes(into[side] * total),
                "side": "right",
            }
        )
    for source, row in zip(sources, amounts, strict=True):
        top = left.at
        for side, amount in enumerate(row):
            if amount <= 0:
                continue
            y, y2 = left.take(amount / total)
            z, z2 = right[side].take(amount / total)
            says = f"{words.rounded_votes(amount)} of {words.rounded_votes(source.votes)}"
            for x in np.linspace(0, 1, STEPS + 1):
                bend = x * x * (3 - 2 * x)  # level at both ends, so that ribbons meet blocks square
                ribbons.append(
                    {
                        "x": round(BLOCK + float(x) * (1 - 2 * BLOCK), 4),
                        "y": round(y + (z - y) * bend, 5),
                        "y2": round(y2 + (z2 - y2) * bend, 5),
                        "id": f"{source.label} to {targets[side]}",
                        "to": targets[side],
                        "says": says,
                    }
                )
        blocks.append({"x": 0, "x2": BLOCK, "y": top, "y2": left.at, "to": "source"})
        voters = sum(row) if source is absent else source.votes
        what = "newly voting" if source is absent else source.label
        names.append(
            {
                "x": -0.015,
                "y": (top + left.at) / 2,
                "name": what,
                "votes": words.rounded_votes(voters),
                "side": "left",
            }
        )
        left.at += GAP
    return Figure(
        "flows",
        "Where the votes go",
        _summary(inputs),
        _chart(ribbons, blocks, _spread(names, 0.043), [*targets, "source"], [*colours, INK]),
        _table(inputs),
        "Mean of all outcomes; candidates under 1% are drawn together by bloc. "
        f"Left out of the picture: those who vote in neither round. {_rule()}",
    )


def _rule() -> str:
    return (
        "Nobody sees single voters: flows follow from the priors and from totals, "
        "and their ranges are wide."
    )


def _spread(names: list[dict[str, Any]], least: float) -> list[dict[str, Any]]:
    """Move names apart that would be drawn over each other, downwards."""
    for side in ("left", "right"):
        last = -1.0
        for name in sorted((n for n in names if n["side"] == side), key=lambda n: n["y"]):
            name["y"] = max(name["y"], last + least)
            last = name["y"]
    return names


def _chart(
    ribbons: list[dict[str, Any]],
    blocks: list[dict[str, Any]],
    names: list[dict[str, Any]],
    kinds: list[str],
    colours: list[str],
) -> Any:
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[-0.34, 1.27], nice=False))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(reverse=True, nice=False, zero=False))
    colour = alt.Color("to:N", scale=alt.Scale(domain=kinds, range=colours), legend=None)
    left, right = (
        alt.Chart(data([name for name in names if name["side"] == side]))
        for side in ("left", "right")
    )

    def written(chart: alt.Chart, align: Any) -> Any:
        place = chart.encode(x=x, y=y)
        return alt.layer(
            place.mark_text(align=align, baseline="middle", color=INK).encode(text="label:N")
        ).transform_calculate(label=SAY)

    return alt.layer(
        alt.Chart(data(ribbons))
        .mark_area(opacity=0.55)
        .encode(
            x=x,
            y=y,
            y2="y2:Q",
            color=colour,
            detail="id:N",
            tooltip=[alt.Tooltip("id:N", title="from"), alt.Tooltip("says:N", title="voters")],
        ),
        alt.Chart(data(blocks)).mark_rect().encode(x=x, x2="x2:Q", y=y, y2="y2:Q", color=colour),
        written(left, "right"),
        written(right, "left"),
        height=460,
    )


def _summary(inputs: PageInputs) -> str:
    """The largest eliminated candidate's voters, in words."""
    race, labels = inputs.simulation.race, inputs.labels
    flows = inputs.simulation.forecast.flows
    eliminated = [
        flow
        for flow in flows
        if flow.source not in (*race.contest.finalists, DID_NOT_VOTE) and flow.source_votes > 0
    ]
    if not eliminated:
        return "Nobody was eliminated: only those who stay home or arrive can change the result."
    largest = max(eliminated, key=lambda flow: flow.source_votes).source
    parts = [round(100 * flow.mean_share) for flow in flows if flow.source == largest]
    return (
        f"Of 100 voters of {words.last_name(largest)}, the largest of the eliminated, about "
        f"{parts[0]} go to {labels[0]}, {parts[1]} to {labels[1]} and {parts[2]} stay home."
    )


def _table(inputs: PageInputs) -> Table:
    """Every candidate with votes to either finalist and home, and their 90% ranges."""
    simulation, labels = inputs.simulation, inputs.labels
    by_source: dict[str, list[str]] = {}
    votes = {}
    for flow in simulation.forecast.flows:
        low, high = words.rounded_votes(flow.q05), words.rounded_votes(flow.q95)
        votes[flow.source] = flow.source_votes
        by_source.setdefault(flow.source, []).append(
            f"{words.rounded_votes(flow.mean)} ({low} to {high})"
        )
    ordered = sorted(by_source, key=lambda name: (name == DID_NOT_VOTE, -votes[name]))
    blocs = dict(
        zip(simulation.race.first_round.candidates, simulation.race.candidate_blocs, strict=True)
    )
    return table(
        "Votes from every choice of round one: mean (90% range)",
        ("in round one", "votes", *(f"to {label}" for label in labels), NOT_VOTING),
        [
            [
                f"{words.readable_name(name)} {words.party_tag(blocs.get(name, ''))}".rstrip(),
                words.rounded_votes(votes[name]),
                *by_source[name],
            ]
            for name in ordered
        ],
    )
