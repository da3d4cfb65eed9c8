"""A hundred outcomes of the race as dots."""

import altair as alt
import numpy as np

from forecast.output import words
from forecast.output.page.figure_table import Shown, table
from forecast.output.page.outcome_figures import data, side_scale
from forecast.output.page.page_figure import Figure
from forecast.output.page.page_inputs import PageInputs
from forecast.runoff.summary import margin_of
from forecast.stats.arrays import FloatArray

COLUMNS = 20


def hundred(inputs: PageInputs) -> Figure:
    """A hundred outcomes as dots, from the second finalist's largest lead to the first's."""
    forecast, labels = inputs.simulation.forecast, inputs.labels
    margins = margin_of(inputs.simulation.draws.votes)
    outcomes = hundred_outcomes(margins, forecast.finalists[0].win_probability)
    rows = [
        {
            "x": index // (100 // COLUMNS),
            "y": index % (100 // COLUMNS),
            "winner": labels[0] if won else labels[1],
            "lead": words.lead(margin, labels),
        }
        for index, (margin, won) in enumerate(outcomes)
    ]
    first_wins = sum(won for _, won in outcomes)
    # "over 99" and "under 1" where the percentages beside the picture say so.
    counts = [said.rstrip("%") for said in words.chances(forecast.finalists[0].win_probability)]
    chart = (
        alt.Chart(data(rows), height=120)
        .mark_point(filled=True, size=210, opacity=1)
        .encode(
            x=alt.X("x:Q", axis=None, scale=alt.Scale(domain=[-0.6, COLUMNS - 0.4])),
            y=alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[-0.6, 4.6], reverse=True)),
            color=alt.Color("winner:N", scale=side_scale(inputs), legend=None),
            shape=alt.Shape(
                "winner:N",
                scale=alt.Scale(domain=list(labels), range=["circle", "square"]),
                legend=None,
            ),
            tooltip=[alt.Tooltip("lead:N", title="this outcome")],
        )
    )
    return Figure(
        "hundred",
        f"100 equally likely simulated outcomes: {labels[0]} wins {counts[0]}, "
        f"{labels[1]} {counts[1]}",
        f"{first_wins} circles for {labels[0]}, {100 - first_wins} squares for {labels[1]}.",
        chart,
        table(
            "Every fifth of the hundred outcomes",
            ("outcome", "winner", Shown("lead, points", f"margin of {labels[0]}, points")),
            [
                [
                    f"{index + 1}",
                    labels[0] if won else labels[1],
                    Shown(words.lead(margin, labels), 100 * margin),
                ]
                for index, (margin, won) in enumerate(outcomes)
                if index % 5 == 2
            ],
        ),
        f"Each mark stands for one outcome in a hundred, from {labels[1]}'s largest lead on the "
        f"left to {labels[0]}'s on the right.",
    )


def hundred_outcomes(margins: FloatArray, probability: float) -> list[tuple[float, bool]]:
    """A hundred margins that stand for all draws, in order, and whether the first wins in each.

    As many are the first finalist's as the odds in words say, so that both tell the same.
    """
    won = min(max(round(100 * probability), 0), 100)
    ahead, behind = np.sort(margins[margins > 0]), np.sort(margins[margins <= 0])

    def medians(values: FloatArray, count: int) -> list[float]:
        if not count:
            return []
        if not len(values):  # a tie counts half for either
            return [0.0] * count
        # The middle of each of `count` equal parts: neither end of the draws stands for many.
        return [float(q) for q in np.quantile(values, (np.arange(count) + 0.5) / count)]

    return [(margin, False) for margin in medians(behind, 100 - won)] + [
        (margin, True) for margin in medians(ahead, won)
    ]
