"""The figures of a record: calibration, PIT, coverage, forecasts and results, differences."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from forecast.files import write_atomically
from forecast.output.reach_figure import reach_figure
from forecast.score.benchmarks import NAMES
from forecast.score.race_kind import TWO_PARTY
from forecast.score.totals import calibration, coverage_by_level, pit_histogram

BLUE, GREY, RED = "#1f5a94", "#8a8a8a", "#b5402a"
COLOURS = (BLUE, "#5b8f3a", "#8659a8", RED, "#c98b1b", "#3a9a9a", "#444444", "#b0679a")
Rows = Sequence[Mapping[str, Any]]
MAX_INTERVALS = 120


def write_figures(document: Mapping[str, Any], folder: Path, prefix: str = "") -> list[Path]:
    """Write every figure as PNG, and return the paths."""
    drawn: dict[str, Callable[[Mapping[str, Any]], Figure]] = {
        "calibration": calibration_figure,
        "pit": pit_figure,
        "coverage": coverage_figure,
        "results": results_figure,
        "differences": differences_figure,
        "reach": lambda found: reach_figure({found["design"]: found}),
    }
    return [
        write_figure(draw(document), folder / f"{prefix}{name}.png") for name, draw in drawn.items()
    ]


def write_figure(figure: Figure, path: Path) -> Path:
    """Write a figure as PNG, and return the path."""
    # Without the version of the library, the same numbers give the same bytes.
    options: dict[str, Any] = {"dpi": 110, "format": "png", "metadata": {"Software": None}}
    write_atomically(path, partial(figure.savefig, **options))
    return path


def parts_of(document: Mapping[str, Any]) -> dict[str, Rows]:
    """All races, those with a folder, and those between two parties, as far as there are any."""
    rows, kinds = document["rows"], document["races"]

    def having(key: str, value: str) -> Rows:
        return [row for row, kind in zip(rows, kinds, strict=True) if kind[key] == value]

    parts = {
        "all": rows,
        "folders": having("collection", "folders"),
        "two parties": having("parties", TWO_PARTY),
    }
    return {name: chosen for name, chosen in parts.items() if chosen}


def calibration_figure(document: Mapping[str, Any]) -> Figure:
    """Share of favourites that won, by forecast win probability."""
    figure, panels = _panels(document)
    pairs = zip(document["rows"], document["races"], strict=True)
    day = {row["race"]: kind["day"] for row, kind in pairs}
    for axes, (name, rows) in panels:
        bins = calibration(rows, np.array([day[row["race"]] for row in rows]))
        axes.plot([50, 100], [50, 100], color=GREY, lw=1)
        for found in bins:
            predicted, won = 100 * found["forecast"], 100 * found["won"]
            if found["low"] is not None:  # one day holds nearly all of them otherwise
                ends = [100 * found["low"], 100 * found["high"]]
                axes.plot([predicted, predicted], ends, color=BLUE, lw=1.5)
            axes.plot(predicted, won, "o", color=BLUE, ms=5)
            axes.annotate(
                f"{found['n']}",
                (predicted, won),
                xytext=(5, -10),
                textcoords="offset points",
                fontsize=7,
            )
        axes.set(title=f"{name}, {len(rows):,} races", xlabel="forecast, %", xlim=(48, 102))
        axes.set_ylim(-4, 104)
    panels[0][0].set_ylabel("favorite won, %")
    figure.suptitle(
        "How often favorites won, by forecast (bars: 90% intervals, clustered by day)", size=11
    )
    return figure


def pit_figure(document: Mapping[str, Any]) -> Figure:
    """Where in its forecast each result fell."""
    figure, panels = _panels(document)
    for axes, (name, rows) in panels:
        counts = np.array(pit_histogram(rows))
        n, bins = counts.sum(), len(counts)
        # Counts of a bin are binomial where forecasts are calibrated: 90% of them lie within.
        expected, error = n / bins, 1.645 * np.sqrt(n / bins * (1 - 1 / bins))
        axes.axhspan(expected - error, expected + error, color="#dddddd")
        axes.bar((np.arange(bins) + 0.5) / bins, counts, 0.9 / bins, color=BLUE)
        axes.axhline(expected, color=GREY, lw=1)
        axes.set(title=f"{name}, {n:,} races", xlabel="PIT of the leader's share", xlim=(0, 1))
    panels[0][0].set_ylabel("races")
    figure.suptitle(
        "Where results fell in their forecasts (gray: 90% range by chance, for independent races)",
        size=11,
    )
    return figure


def coverage_figure(document: Mapping[str, Any]) -> Figure:
    """Share of results inside the central intervals, by level."""
    figure, panels = _panels(document)
    for axes, (name, rows) in panels:
        found = coverage_by_level(rows)
        level = np.array([entry["level"] for entry in found])
        covered = np.array([entry["covered"] for entry in found])
        reach = 1.645 * np.sqrt(level * (1 - level) / len(rows))
        band = 100 * np.clip([level - reach, level + reach], 0, 1)
        axes.fill_between(100 * level, *band, color="#dddddd")
        axes.plot([0, 100], [0, 100], color=GREY, lw=1)
        axes.plot(100 * level, 100 * covered, "o-", color=BLUE, ms=4, label="share of the race")
        units = [row["units"] for row in rows if row["units"]["n"]]
        for percent in (50, 80, 95):
            mean = 100 * np.mean([unit[f"coverage{percent}"] for unit in units])
            label = "units, mean of races" if percent == 50 else None
            axes.plot(percent, mean, "s", color=RED, ms=6, label=label)
        axes.set(title=f"{name}, {len(rows):,} races", xlabel="level, %")
    panels[0][0].set_ylabel("covered, %")
    panels[0][0].legend(frameon=False, fontsize=8)
    figure.suptitle(
        "Coverage of intervals (gray: 90% range by chance, for independent races)", size=11
    )
    return figure


def results_figure(document: Mapping[str, Any]) -> Figure:
    """Every result against its forecast; intervals where a race has a folder."""
    figure = Figure(figsize=(7, 6.4), layout="constrained")
    axes = figure.subplots()
    parts = parts_of(document)
    marked = list(parts.get("folders", parts["all"]))[:MAX_INTERVALS]
    inside = {id(row) for row in marked}
    rest = [row for row in parts["all"] if id(row) not in inside]
    axes.plot([0, 100], [0, 100], color=GREY, lw=1)
    axes.plot(
        [100 * row["share"]["q50"] for row in rest],
        [100 * row["actual_share"] for row in rest],
        ".",
        color=GREY,
        ms=3,
        alpha=0.5,
        label=f"{len(rest):,} contests",
    )
    for row in marked:
        share, actual = row["share"], 100 * row["actual_share"]
        covered = share["q025"] <= row["actual_share"] <= share["q975"]
        axes.plot(
            [100 * share["q025"], 100 * share["q975"]],
            [actual, actual],
            color=BLUE if covered else RED,
            lw=0.8,
            alpha=0.6,
        )
        axes.plot(100 * share["q50"], actual, "o", color=BLUE if covered else RED, ms=3.5)
    axes.plot([], [], "o-", color=BLUE, label=f"{len(marked)} races with 95% interval")
    axes.plot([], [], "o-", color=RED, label="result outside its interval")
    axes.set(
        xlabel="forecast share of the first round's leader, %",
        ylabel="official share, %",
        xlim=(15, 100),
        ylim=(15, 100),
        title="Forecast and result",
    )
    axes.legend(frameon=False, fontsize=8, loc="upper left")
    return figure


def differences_figure(document: Mapping[str, Any]) -> Figure:
    """Score differences to each simple forecast with 95% intervals."""
    shown = ["all", "all, two parties", "first record", "folders, two parties", "country France"]
    totals = {total["group"]: total for total in document["totals"]}
    groups = [name for name in shown if name in totals]
    figure = Figure(figsize=(10, 1.8 + 1.0 * len(groups)), layout="constrained")
    panels = figure.subplots(1, 3, sharey=True)
    names = {"crps": "CRPS, points", "log_score": "log score, nats", "brier": "Brier score"}
    for axes, (score, label) in zip(panels, names.items(), strict=True):
        axes.axvline(0, color=GREY, lw=1)
        for place, group in enumerate(groups):
            _draw_differences(axes, totals[group]["baselines"], score, place)
        axes.set(xlabel=label, yticks=range(len(groups)))
        axes.set_yticklabels([f"{g} ({totals[g]['n']:,})" for g in groups])
    panels[0].invert_yaxis()
    figure.legend(
        *panels[2].get_legend_handles_labels(),
        loc="outside lower center",
        ncols=4,
        frameon=False,
        fontsize=8,
    )
    figure.suptitle(
        "Model minus each simple forecast: left of 0 is better (95%, clustered by day)", size=11
    )
    return figure


def _draw_differences(axes: Axes, baselines: Mapping[str, Any], score: str, place: int) -> None:
    """A dot and its interval for each simple forecast that has the score."""
    scale = 100 if score == "crps" else 1
    for index, name in enumerate(NAMES):
        found = baselines[name]["difference"][score]
        if found is None:
            continue
        y = place + 0.1 * (index - (len(NAMES) - 1) / 2)
        mean, reach = scale * found["mean"], 1.96 * scale * (found["standard_error"] or 0)
        axes.plot([mean - reach, mean + reach], [y, y], color=COLOURS[index], lw=1.3)
        axes.plot(mean, y, "o", color=COLOURS[index], ms=3.5, label=name if not place else None)


def _panels(document: Mapping[str, Any]) -> tuple[Figure, list[tuple[Axes, tuple[str, Rows]]]]:
    parts = parts_of(document)
    figure = Figure(figsize=(3.6 * len(parts), 3.9), layout="constrained")
    grid = figure.subplots(1, len(parts), squeeze=False)
    for axes in grid.flat:
        axes.spines[["top", "right"]].set_visible(False)
    return figure, list(zip(grid.flat, parts.items(), strict=True))
