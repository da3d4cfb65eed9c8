"""Where the forecast does well, and where it does not: by place and kind of election."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from forecast.defaults import HoldOutDesign
from forecast.output.record_words import group_words
from forecast.score.benchmarks import REGRESSION

Total = Mapping[str, Any]
INK, GREY, BAND = "#1f5a94", "#8a8a8a", "#e4e4e4"
# Design to the marker of its dots, and the words of the legend.
MARKS = {
    HoldOutDesign.DAYS: ("o", INK, "days left out"),
    HoldOutDesign.PAST: ("s", "#c98b1b", "past only"),
    HoldOutDesign.PLACES: ("D", "#b5402a", "own place left out"),
}
PREFIXES = ("kind ", "place ")
MIN_SHOWN = 20  # races of a group
NOMINAL = 80
FAR = 60  # where the axis of parts ends, in 100


def reach_figure(documents: Mapping[str, Mapping[str, Any]]) -> Figure:
    """Dots of every kind and place: how far below the regression, and what 80% intervals hold.

    Parameters
    ----------
    documents
        Hold-out design to the document of its backtest; the first one decides which groups
        are shown, and their order.
    """
    totals = {
        design: {total["group"]: total for total in document["totals"]}
        for design, document in documents.items()
    }
    groups = shown_groups(next(iter(totals.values())))
    figure = Figure(figsize=(10, 1.6 + 0.24 * len(groups)), layout="constrained")
    below, covered = figure.subplots(1, 2, sharey=True)
    for index, (design, found) in enumerate(totals.items()):
        # Designs a little apart, so that dots do not hide each other.
        shift = 0.22 * (index - (len(totals) - 1) / 2)
        for row, group in enumerate(groups):
            if group in found:
                _draw_group(below, covered, found[group], row + shift, design)
        marker, colour, words = MARKS[HoldOutDesign(design)]
        below.plot([], [], marker, color=colour, ms=5, label=words)
    _finish(below, covered, groups, next(iter(totals.values())))
    figure.legend(loc="outside lower center", ncols=3, frameon=False, fontsize=8)
    title = "Where it does well, and where it does not"
    figure.suptitle(f"{title} (bars: 95%; none if too few days or places)", size=11)
    return figure


def shown_groups(totals: Mapping[str, Total]) -> list[str]:
    """Kinds, then places, each from the largest gain over the regression to the smallest."""
    found: list[str] = []
    for prefix in PREFIXES:
        chosen = [
            name
            for name, total in totals.items()
            if name.startswith(prefix) and "," not in name and total["n"] >= MIN_SHOWN
        ]
        found += sorted(chosen, key=lambda name: -below_regression(totals[name])[0])
    return found


def below_regression(total: Total) -> tuple[float, float]:
    """How far the CRPS is below the regression's, as a part of it, and the standard error."""
    entry = total["baselines"][REGRESSION]
    difference = entry["difference"]["crps"]
    error = difference["standard_error"] or 0.0
    return -difference["mean"] / entry["crps"], error / entry["crps"]


def _draw_group(below: Axes, covered: Axes, total: Total, y: float, design: str) -> None:
    marker, colour, _ = MARKS[HoldOutDesign(design)]
    part, part_error = below_regression(total)
    held = total["coverage"][str(NOMINAL)]
    held_error = total["coverage_error"][str(NOMINAL)] or 0.0
    for axes, value, error in ((below, part, part_error), (covered, held, held_error)):
        reach = 1.96 * error
        axes.plot([100 * (value - reach), 100 * (value + reach)], [y, y], color=colour, lw=1)
        axes.plot(100 * value, y, marker, color=colour, ms=4)


def _finish(below: Axes, covered: Axes, groups: Sequence[str], totals: Mapping[str, Total]) -> None:
    """Axes, and the names of the rows."""
    below.axvline(0, color=GREY, lw=1)
    below.set(xlabel="CRPS below the regression's, % (right is better)", xlim=(-FAR, FAR))
    covered.axvspan(NOMINAL - 5, NOMINAL + 5, color=BAND)
    covered.axvline(NOMINAL, color=GREY, lw=1)
    covered.set(xlabel="coverage of the 80% interval, %", xlim=(40, 101))
    below.set_yticks(range(len(groups)))
    words = [f"{group_words(group)} ({totals[group]['n']:,})" for group in groups]
    below.set_yticklabels(words, fontsize=7)
    below.set_ylim(len(groups) - 0.4, -0.6)
    for axes in (below, covered):
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="y", color=BAND, lw=0.6)
        axes.set_axisbelow(True)
