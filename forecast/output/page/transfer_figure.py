"""Where the votes went: ribbons between two counted elections."""

from collections.abc import Mapping

import numpy as np

from forecast.output import words
from forecast.output.page.figure_table import Table, table
from forecast.output.page.page_figure import Figure
from forecast.output.page.palette import NEUTRAL, ORANGE, PURPLE
from forecast.output.page.ribbons import RibbonSource, ribbon_chart
from forecast.output.transfer_text import NO_NAMES, quantiles_of
from forecast.race.person_names import readable_name
from forecast.transfers.estimate import TransferEstimate
from forecast.transfers.two_margins import LEAVERS, LEFT_THE_ROLL, NOT_VOTING

# Told apart by the colour-blind (Okabe and Ito 2008), after the two of every other figure.
MORE_COLOURS = ("#0072b2", "#009e73", "#cc79a7", "#e6b400", "#56b4e9", "#7a5230")
ABSENT = {NOT_VOTING, LEAVERS, LEFT_THE_ROLL, "exhausted"}
# Rows and columns under this share of all voters are drawn together.
SMALL = 0.015
OTHERS = "others"


def transfer_figure(
    estimate: TransferEstimate, title: str, names: Mapping[str, str] = NO_NAMES
) -> Figure:
    """The ribbons of an estimate, with its numbers and intervals as a table.

    Parameters
    ----------
    estimate
        What to draw.
    title
        What the two elections are.
    names
        Short names of choices, where they have any.
    """
    margins = estimate.margins
    mean = estimate.votes.mean(axis=0).astype(np.float64)
    # Who votes at neither election is most of many places, and no news.
    for row, label in enumerate(margins.from_labels):
        for column, to in enumerate(margins.to_labels):
            if label == NOT_VOTING and to in ABSENT:
                mean[row, column] = 0
    rows = _pooled(margins.from_labels, mean.sum(axis=1))
    columns = _pooled(margins.to_labels, mean.sum(axis=0))
    amounts = np.array([[mean[np.ix_(own, to)].sum() for _, to in columns] for _, own in rows])
    sources = [
        RibbonSource(
            "newly voting" if label == NOT_VOTING else called(label, names),
            float(row.sum()),
            float(row.sum()),
            tuple(row.tolist()),
        )
        for (label, _), row in zip(rows, amounts, strict=True)
    ]
    targets = [called(label, names) for label, _ in columns]
    return Figure(
        "flows",
        f"Where the votes went: {title}",
        _summary(estimate, names),
        ribbon_chart(sources, targets, _colours([label for label, _ in columns])),
        transfer_table(estimate),
        "Means; who voted at neither election is left out of the picture, and what is under 1.5% "
        "is drawn together. Ballots are secret: these are estimates, and their intervals are in "
        "the table.",
    )


def called(label: str, names: Mapping[str, str]) -> str:
    """A choice by its short name, or as published."""
    return names.get(label) or readable_name(label)


def _pooled(labels: tuple[str, ...], votes: np.ndarray) -> list[tuple[str, list[int]]]:
    """Choices by votes, the small ones together, the absent last."""
    order = sorted(range(len(labels)), key=lambda index: (labels[index] in ABSENT, -votes[index]))
    order = [index for index in order if votes[index] > 0]
    small = [index for index in order if votes[index] < SMALL * votes.sum()]
    if len(small) < 2:
        small = []
    shown = [(labels[index], [index]) for index in order if index not in small]
    if not small:
        return shown
    absent = [entry for entry in shown if entry[0] in ABSENT]
    others = OTHERS if OTHERS not in labels else f"{OTHERS} (small)"
    return [*(e for e in shown if e[0] not in ABSENT), (others, small), *absent]


def _colours(targets: list[str]) -> list[str]:
    found = []
    free = [ORANGE[0], PURPLE[0], *MORE_COLOURS]
    for label in targets:
        plain = label in ABSENT or label.startswith(OTHERS) or not free
        found.append(NEUTRAL if plain else free.pop(0))
    return found


def _summary(estimate: TransferEstimate, names: Mapping[str, str]) -> str:
    """The largest row that does not stay with its own name, in words."""
    margins = estimate.margins
    named = {row for row, _ in (*margins.same, *margins.stays)}
    open_rows = [row for row in range(len(margins.from_labels)) if row not in named]
    rows = open_rows or list(range(len(margins.from_labels)))
    row = max(rows, key=lambda row: estimate.totals[row])
    total = max(float(estimate.totals[row]), 1e-9)
    quantiles = quantiles_of(estimate)
    order = np.argsort(-quantiles[3, row], kind="stable")[:3].tolist()
    to_labels = [called(label, names) for label in margins.to_labels]
    parts = [
        f"{100 * quantiles[3, row, column] / total:.0f} "
        f"({100 * quantiles[0, row, column] / total:.0f} to "
        f"{100 * quantiles[6, row, column] / total:.0f}) to {to_labels[column]}"
        for column in order
    ]
    return (
        f"Of 100 of {called(margins.from_labels[row], names)}, about {', '.join(parts)} "
        "(in parentheses: 90% intervals)."
    )


def transfer_table(estimate: TransferEstimate) -> Table:
    """Every cell: median, intervals of 50, 80 and 90 in 100, bounds."""
    quantiles = quantiles_of(estimate)
    constant = estimate.tree["constant_data"]
    lower, upper = constant["lower"].values, constant["upper"].values
    margins = estimate.margins

    def span(low: float, high: float) -> str:
        return f"{words.rounded_votes(low)} to {words.rounded_votes(high)}"

    rows = []
    for row in np.argsort(-estimate.totals, kind="stable").tolist():
        for column, to in enumerate(margins.to_labels):
            cell = quantiles[:, row, column]
            share = 100 * cell[3] / max(float(estimate.totals[row]), 1e-9)
            rows.append(
                [
                    margins.from_labels[row],
                    to,
                    words.rounded_votes(float(cell[3])),
                    f"{share:.1f}",
                    *(span(float(cell[3 - k]), float(cell[3 + k])) for k in (1, 2, 3)),
                    span(lower[row, column], upper[row, column]),
                ]
            )
    return table(
        "Every flow in votes: median, intervals, and what the counts alone allow",
        ("from", "to", "votes", "of 100", "50%", "80%", "90%", "bounds"),
        rows,
    )
