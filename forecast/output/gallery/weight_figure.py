"""The importance weights of an integrated fit, in place of figures of chains."""

from typing import Any

import numpy as np

from forecast.first_round.diagnosis import MAX_K_HAT, MIN_ESS, Diagnosis
from forecast.first_round.integration import WEIGHTS
from forecast.output.gallery.gallery_figure import (
    LIMIT,
    PREDICTED,
    GalleryFigure,
    bare_axes,
    titled,
)
from forecast.stats.arrays import FloatArray

BINS = 40
# Proposals with less than this part of an even weight are drawn at it.
MIN_RELATIVE_WEIGHT = 1e-3


def weight_figure(stats: Any, diagnosis: Diagnosis) -> GalleryFigure:
    """How evenly the proposals weigh, and how much the heaviest of them hold.

    Parameters
    ----------
    stats
        The sampler statistics of the fit, a Dataset.
    diagnosis
        Its health.
    """
    title = "Importance weights of the integration"
    good = (
        f"k-hat below {MAX_K_HAT}, effective sample size above {MIN_ESS:,}; weights gather around"
        " the dashed 1, and the curve bends little from the dashed line."
    )
    if WEIGHTS not in stats:
        note = "This fit is from before its weights were kept: see them with --refit."
        return GalleryFigure("weights", title, good, None, note)
    weights = np.sort(stats[WEIGHTS].values.ravel())[::-1]
    picture, grid = bare_axes(1, 2, (13, 5))
    _histogram(grid[0, 0], weights)
    _held(grid[0, 1], weights)
    n, heaviest = len(weights), len(weights) * weights[0]
    note = (
        f"k-hat {diagnosis.k_hat:.2f}; {n:,} proposals with an effective sample size of"
        f" {diagnosis.min_ess_bulk:,.0f}; the heaviest weighs {heaviest:.1f} times as"
        f" much as an even one and holds {100 * weights[0]:.2f}% of the whole."
    )
    return GalleryFigure(
        "weights", title, good, titled(picture, title, good), note, met=diagnosis.healthy
    )


def _histogram(axes: Any, weights: FloatArray) -> None:
    # Weights add up to 1: times their number, an even one is 1 whatever that number.
    relative = np.maximum(len(weights) * weights, MIN_RELATIVE_WEIGHT)
    low = min(0.1, float(relative.min()))
    edges = np.geomspace(low, 1.05 * max(10.0, float(relative.max())), BINS)
    axes.hist(relative, edges, color=PREDICTED, alpha=0.8)
    axes.axvline(1, color=LIMIT, linestyle="--", linewidth=1)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set(xlabel="weight, times an even one", ylabel="proposals", title="Weights")


def _held(axes: Any, weights: FloatArray) -> None:
    part = 100 * np.arange(len(weights) + 1) / len(weights)
    axes.plot(part, 100 * np.concatenate([[0.0], np.cumsum(weights)]), color=PREDICTED)
    axes.plot([0, 100], [0, 100], color=LIMIT, linestyle="--", linewidth=1)
    axes.grid(color="#dddddd")
    axes.set(xlim=(0, 100), ylim=(0, 102), title="What the heaviest hold")
    axes.set_xlabel("proposals, heaviest first, %")
    axes.set_ylabel("of the whole weight, %")
