"""Figures of the sampler and of the posterior, drawn by ArviZ."""

from collections.abc import Mapping, Sequence
from typing import Any

import arviz as az
import numpy as np
import xarray as xr
from scipy.stats import binom

from forecast.diagnose.labelled_quantities import Quantity
from forecast.first_round.diagnosis import MAX_R_HAT, MIN_ESS
from forecast.output.gallery.gallery_figure import (
    GREY,
    LIMIT,
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
NAMED = 3
# A posterior is called learned where it is at most so wide, in standard deviations of the prior,
# and not held back where its mean is inside so much of the prior, in hundredths.
LEARNED, INSIDE = 0.5, 99
# Chains agree above this p; of a hundred panels one may lie below.
MIN_P = 0.01
MIN_BFMI = 0.3


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
        f"the posterior at most {LEARNED:g} as wide as its prior, with its mean inside the prior's"
        f" central {INSIDE}%: {told_by} speak, and the prior rules nothing out that they say."
    )
    picture = drawn_by(az.plot_prior_posterior(tree, col_wrap=COLUMNS, backend="matplotlib"))
    vague = [q.label for q in shown if q.posterior.std() > LEARNED * q.prior.std()]
    held = [q.label for q in shown if not _well_inside(q)]
    faults = []
    if vague:
        faults.append(f"{told_by} say little of {_named(vague)}: look after the prior of each")
    if held:
        faults.append(f"the prior may hold back {_named(held)}: widen it")
    return GalleryFigure(
        name,
        title,
        good,
        titled(picture, title, good, _grid_size(len(shown))),
        "; ".join(faults),
        met=not faults,
        fault="; ".join(faults),
    )


def _well_inside(quantity: Quantity) -> bool:
    """Whether the posterior's mean lies inside the central part of the prior."""
    tail = (1 - INSIDE / 100) / 2
    low, high = np.quantile(quantity.prior, (tail, 1 - tail))
    return bool(low <= quantity.posterior.mean() <= high)


def _named(labels: Sequence[str]) -> str:
    more = f" and {len(labels) - NAMED} more" if len(labels) > NAMED else ""
    return f"{', '.join(labels[:NAMED])}{more}"


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
    n_panels = len(tree.posterior.data_vars)
    allowed = int(binom.ppf(1 - MIN_P, n_panels, MIN_P))
    good = (
        f"p above {MIN_P} and no thick black stretch on a line, which marks a chain that disagrees;"
        f" of {n_panels} panels {allowed or 'none'} may have less by chance."
    )
    picture = drawn_by(az.plot_rank(tree, col_wrap=COLUMNS, backend="matplotlib"))
    dims = ("chain", "draw")
    ranks = tree.posterior.dataset.azstats.compute_ranks(dim=dims, relative=True)
    p_values, *_ = ranks.azstats.mchain_uniformity_test(dim=dims)
    low = [str(name) for name, p in p_values.data_vars.items() if float(p) < MIN_P]
    note = "Lines: how far a chain's ranks depart from an even spread over all chains."
    fault = ""
    if len(low) > allowed:
        fault = f"chains disagree in {_named(low)} (ranks, p below {MIN_P}): sample more draws"
    return GalleryFigure(
        "rank",
        title,
        good,
        titled(picture, title, good, _grid_size(n_panels)),
        note,
        met=not fault,
        fault=fault.replace("\n", " "),
    )


def _trace(tree: Any) -> GalleryFigure:
    title = "Traces of the chains"
    good = (
        "hairy caterpillars that lie over each other: no drift, no chain on its own (R-hat below"
        f" {MAX_R_HAT})."
    )
    picture = drawn_by(az.plot_trace(tree, col_wrap=COLUMNS, backend="matplotlib"))
    for axes in picture.axes:
        for line in axes.lines:
            line.set_linewidth(0.4)
    size = _grid_size(len(tree.posterior.data_vars))
    largest = max(float(value) for value in az.rhat(tree.posterior.dataset).data_vars.values())
    return GalleryFigure(
        "trace",
        title,
        good,
        titled(picture, title, good, size),
        f"Largest R-hat of these: {largest:.3f}.",
        met=largest < MAX_R_HAT,
    )


def _energy(tree: Any) -> GalleryFigure:
    title = "Energy of the sampler"
    good = f"both curves of the same width, and every chain's BFMI right of the dashed {MIN_BFMI}."
    picture = drawn_by(az.plot_energy(tree, backend="matplotlib"))
    for axes in picture.axes:
        if axes.get_ylabel() == "Chain":
            axes.set_yticks(range(tree.posterior.sizes["chain"]))
    least = float(np.min(az.bfmi(tree)["energy"].values))
    note = f"Smallest BFMI of the chains: {least:.2f}."
    fault = (
        ""
        if least > MIN_BFMI
        else f"the sampler's energy moves too little (BFMI {least:.2f}, not above {MIN_BFMI}): "
        "tighten priors that the returns say little of, or sample longer"
    )
    picture = titled(picture, title, good, (11, 4.5))
    return GalleryFigure("energy", title, good, picture, note, met=not fault, fault=fault)


def _ess(tree: Any) -> GalleryFigure:
    title = "Growth of the effective sample size"
    good = (
        f"bulk (purple) and tail (orange) grow in a straight line and end above the dashed"
        f" {MIN_ESS:,}."
    )
    collection = az.plot_ess_evolution(
        tree, min_ess=MIN_ESS, col_wrap=COLUMNS, backend="matplotlib"
    )
    picture = drawn_by(collection)
    size = _grid_size(len(tree.posterior.data_vars))
    least = min(
        float(value)
        for method in ("bulk", "tail")
        for value in az.ess(tree.posterior.dataset, method=method).data_vars.values()
    )
    return GalleryFigure(
        "ess",
        title,
        good,
        titled(picture, title, good, size),
        f"Smallest at the end: {least:,.0f}.",
        met=least > MIN_ESS,
    )


def pairs(tree: Any) -> GalleryFigure:
    """Pairs of the quantities that differ most where the sampler diverged, if it did."""
    title = "Pairs where the sampler diverged"
    good = (
        "no divergence at all; where there are some (orange), they lie among the others (grey)."
        " Gathered in a corner, they show where the posterior is too narrow for the sampler."
    )
    diverging = tree.sample_stats["diverging"].values.astype(bool)
    if not diverging.any():
        note = "Nothing to show: the sampler did not diverge."
        return GalleryFigure("pairs", title, good, None, note, met=True)
    names = sorted(tree.posterior.data_vars, key=lambda n: -_offset(tree, n, diverging))
    collection = az.plot_pair(
        tree,
        var_names=names[:PAIRS_SHOWN],
        visuals={
            "scatter": {"color": GREY, "size": 4, "alpha": 0.25},
            "divergence": {"color": LIMIT, "size": 14, "alpha": 0.9},
            "dist": {"color": GREY},
        },
        backend="matplotlib",
    )
    picture = titled(drawn_by(collection), title, good, (11, 11))
    note = f"{int(diverging.sum()):,} divergences; the four quantities that differ most there."
    return GalleryFigure("pairs", title, good, picture, note, met=False)


def _offset(tree: Any, name: str, diverging: FloatArray) -> float:
    """How far the mean of the divergent draws is from that of all, in standard deviations."""
    values = tree.posterior[name].values
    spread = max(float(values.std()), 1e-12)
    return abs(float(values[diverging].mean() - values.mean())) / spread


def _grid_size(n_panels: int) -> tuple[float, float]:
    rows = -(-n_panels // COLUMNS)
    return 14.0, 1.2 + 2.4 * rows
