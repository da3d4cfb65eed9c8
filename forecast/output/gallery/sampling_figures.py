"""Figures of the sampler and of the posterior, drawn by ArviZ."""

from collections.abc import Mapping, Sequence
from typing import Any

import arviz as az
import numpy as np
import xarray as xr

from forecast.diagnose.labelled_quantities import Quantity
from forecast.first_round.diagnosis import MIN_ESS
from forecast.output.gallery.gallery_figure import (
    GREY,
    OBSERVED,
    PANEL_WIDTH,
    ROW,
    GalleryFigure,
    dataset,
    drawn_by,
    titled,
)
from forecast.stats.arrays import FloatArray

COLUMNS = 4
MAX_PANELS = 24
PAIRS_SHOWN = 4


def sampling_figures(
    quantities: Sequence[Quantity], sample_stats: Any
) -> tuple[GalleryFigure, ...]:
    """Rank, trace, energy, growth of the ESS, and pairs where the sampler diverged."""
    posterior = dataset({q.label: q.posterior for q in quantities[:MAX_PANELS]}, PANEL_WIDTH)
    tree = xr.DataTree.from_dict({"posterior": posterior, "sample_stats": sample_stats})
    return (_rank(tree), _trace(tree), _energy(tree), _ess(tree), pairs(tree))


def prior_posterior(
    quantities: Sequence[Quantity],
    name: str = "prior-posterior",
    what: str = "the first round",
    told_by: str = "the returns",
) -> GalleryFigure:
    """Prior against posterior of every tuned prior of the first round, or of another model."""
    shown = quantities[:MAX_PANELS]
    tree = xr.DataTree.from_dict(
        {
            "posterior": dataset({q.label: q.posterior for q in shown}, PANEL_WIDTH),
            "prior": dataset({q.label: q.prior for q in shown}, PANEL_WIDTH),
        }
    )
    title = f"Prior against posterior of {what}"
    good = (
        f"the posterior (narrow) is far narrower than the prior and well inside it: {told_by}"
        " speak, and the prior rules nothing out that they say."
    )
    picture = drawn_by(az.plot_prior_posterior(tree, col_wrap=COLUMNS, backend="matplotlib"))
    note = "A posterior at the edge of its prior means that the prior holds it back: widen it."
    return GalleryFigure(
        name, title, good, titled(picture, title, good, _grid_size(len(shown))), note
    )


def forest(
    name: str, title: str, good: str, values: Mapping[str, FloatArray], unit: str
) -> GalleryFigure:
    """Intervals of named quantities in one unit, drawn as a forest of 50% and 90%."""
    tree = xr.DataTree.from_dict({"posterior": dataset(values)})
    collection = az.plot_forest(
        tree,
        combined=True,
        point_estimate="median",
        ci_kind="eti",
        ci_probs=(0.5, 0.9),
        backend="matplotlib",
    )
    picture = drawn_by(collection)
    size = (11.0, 1.9 + ROW * len(values))
    names, intervals = picture.axes[0], picture.axes[-1]
    names.set_axis_off()
    intervals.grid(axis="x", color="#dddddd")
    intervals.set_axisbelow(True)
    for axes in (names, intervals):
        bottom, top = axes.get_ylim()
        axes.set_ylim(bottom - 0.4 * np.sign(top - bottom), top + 0.2 * np.sign(top - bottom))
    intervals.set_xlabel(f"{unit}\nthick 50%, thin 90%, dot the median")
    return GalleryFigure(name, title, good, titled(picture, title, good, size))


def _rank(tree: Any) -> GalleryFigure:
    title = "Ranks of the draws, by chain"
    good = (
        "p above 0.01 and no thick black stretch on a line, which marks a chain that disagrees;"
        " one panel in a hundred may."
    )
    picture = drawn_by(az.plot_rank(tree, col_wrap=COLUMNS, backend="matplotlib"))
    size = _grid_size(len(tree.posterior.data_vars))
    note = "Lines: how far a chain's ranks depart from an even spread over all chains."
    return GalleryFigure("rank", title, good, titled(picture, title, good, size), note)


def _trace(tree: Any) -> GalleryFigure:
    title = "Traces of the chains"
    good = "hairy caterpillars that lie over each other: no drift, no chain on its own."
    picture = drawn_by(az.plot_trace(tree, col_wrap=COLUMNS, backend="matplotlib"))
    for axes in picture.axes:
        for line in axes.lines:
            line.set_linewidth(0.4)
    size = _grid_size(len(tree.posterior.data_vars))
    return GalleryFigure("trace", title, good, titled(picture, title, good, size))


def _energy(tree: Any) -> GalleryFigure:
    title = "Energy of the sampler"
    good = "both curves of the same width, and every chain's BFMI right of the dashed 0.3."
    picture = drawn_by(az.plot_energy(tree, backend="matplotlib"))
    for axes in picture.axes:
        if axes.get_ylabel() == "Chain":
            axes.set_yticks(range(tree.posterior.sizes["chain"]))
    least = float(np.min(az.bfmi(tree)["energy"].values))
    note = f"Smallest BFMI of the chains: {least:.2f}."
    return GalleryFigure("energy", title, good, titled(picture, title, good, (11, 4.5)), note)


def _ess(tree: Any) -> GalleryFigure:
    title = "Growth of the effective sample size"
    good = (
        f"bulk (blue) and tail (orange) grow in a straight line and end above the dashed"
        f" {MIN_ESS:,}."
    )
    collection = az.plot_ess_evolution(
        tree, min_ess=MIN_ESS, col_wrap=COLUMNS, backend="matplotlib"
    )
    picture = drawn_by(collection)
    size = _grid_size(len(tree.posterior.data_vars))
    return GalleryFigure("ess", title, good, titled(picture, title, good, size))


def pairs(tree: Any) -> GalleryFigure:
    """Pairs of the quantities that differ most where the sampler diverged, if it did."""
    title = "Pairs where the sampler diverged"
    good = (
        "no divergence at all; where there are some (red), they lie among the other draws (grey)."
        " Gathered in a corner, they show where the posterior is too narrow for the sampler."
    )
    diverging = tree.sample_stats["diverging"].values.astype(bool)
    if not diverging.any():
        note = "Nothing to show: the sampler did not diverge."
        return GalleryFigure("pairs", title, good, None, note)
    names = sorted(tree.posterior.data_vars, key=lambda n: -_offset(tree, n, diverging))
    collection = az.plot_pair(
        tree,
        var_names=names[:PAIRS_SHOWN],
        visuals={
            "scatter": {"color": GREY, "size": 4, "alpha": 0.25},
            "divergence": {"color": OBSERVED, "size": 14, "alpha": 0.9},
            "dist": {"color": GREY},
        },
        backend="matplotlib",
    )
    picture = titled(drawn_by(collection), title, good, (11, 11))
    note = f"{int(diverging.sum()):,} divergences; the four quantities that differ most there."
    return GalleryFigure("pairs", title, good, picture, note)


def _offset(tree: Any, name: str, diverging: FloatArray) -> float:
    """How far the mean of the divergent draws is from that of all, in standard deviations."""
    values = tree.posterior[name].values
    spread = max(float(values.std()), 1e-12)
    return abs(float(values[diverging].mean() - values.mean())) / spread


def _grid_size(n_panels: int) -> tuple[float, float]:
    rows = -(-n_panels // COLUMNS)
    return 14.0, 1.2 + 2.4 * rows
