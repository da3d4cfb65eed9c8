"""Figures of the returns against what the fitted model says of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import arviz as az
import numpy as np
import xarray as xr
from scipy.stats import binom

from forecast.diagnose.posterior_predictive import ResidualSpread
from forecast.output.gallery.gallery_figure import (
    LIMIT,
    OBSERVED,
    PREDICTED,
    ROW,
    GalleryFigure,
    bare_axes,
    drawn_by,
    titled,
    wrapped,
)
from forecast.race.level_words import plural_of
from forecast.stats.arrays import FloatArray

COLUMNS = 3
CURVES = 50
# Inches that the longest title takes.
MIN_WIDTH = 9.0
TRUSTED_K = 0.7
WORST_SHOWN = 10
NAMED = 3
# A replicate spreads as much or more in fewer draws than this: units differ more than modelled.
SUSPICIOUS = 0.01
WIDE_PERCENT = 98  # what lies outside is that rare on either side


@dataclass(frozen=True, eq=False)
class PredictedShares:
    """One share by county and by unit, observed and replicated, in hundredths.

    Attributes
    ----------
    label
        "turnout, % of registered".
    counties
        Names, the whole race last.
    observed
        Shape (n_counties,).
    replicated
        Shape (n_draws, n_counties).
    unit_observed, unit_replicated
        By unit, shape (n_units,) and (n_draws, n_units).
    spread
        Spread of the units' residuals.
    of_field
        Whether it is a candidate's share of a bloc, which the runoff does not need.
    """

    label: str
    counties: tuple[str, ...]
    observed: FloatArray
    replicated: FloatArray
    unit_observed: FloatArray
    unit_replicated: FloatArray
    spread: ResidualSpread
    of_field: bool


def county_figure(shares: Sequence[PredictedShares], noun: str) -> GalleryFigure:
    """Replicated shares by county as intervals, the observed ones as dots.

    Parameters
    ----------
    shares
        All with the same counties.
    noun
        What a county is called.
    """
    several = len(shares[0].counties) > 1
    title = f"Replicated returns by {f'{noun} and ' * several}candidate"
    good = "nine of ten black dots (observed) lie on their thin line (90% of replicates)."
    columns = min(COLUMNS, len(shares))
    rows = -(-len(shares) // columns)
    height = 1.0 + ROW * len(shares[0].counties)
    width = max(MIN_WIDTH, 14 / COLUMNS * columns)
    picture, grid = bare_axes(rows, columns, (width, 1.2 + rows * height))
    inside = total = 0
    for axes, share in zip(grid.flat, shares, strict=False):
        _intervals(axes, share.observed, share.replicated, share.counties)
        axes.set_title(wrapped(share.label, 40), size=11)
        low, high = np.quantile(share.replicated, (0.05, 0.95), axis=0)
        inside += int(((share.observed >= low) & (share.observed <= high)).sum())
        total += len(share.observed)
    for axes in grid.flat[len(shares) :]:
        axes.remove()
    note = f"{inside} of {total} observed shares lie inside the 90% of the replicates."
    fault = ""
    if inside < binom.ppf(SUSPICIOUS, total, 0.9):
        fault = (
            f"only {inside} of {total} shares lie inside the 90% of their replicates: see whether "
            f"a baseline is missing that tells the {plural_of(noun)} apart"
        )
    picture = titled(picture, title, good)
    return GalleryFigure("counties", title, good, picture, note, met=not fault, fault=fault)


def unit_figure(shares: Sequence[PredictedShares], unit: str) -> GalleryFigure:
    """Distribution over the units, observed and replicated."""
    title = f"Replicated returns over the {unit}"
    good = (
        "the black curve (observed) runs inside the bundle of the others (replicates), and is no"
        f" farther from their mean than 99 of 100 of them. A curve shows which part of the {unit}"
        " has at most so much."
    )
    predicted, observed = {}, {}
    n_shown = min(CURVES, len(shares[0].unit_replicated))
    for number, share in enumerate(shares):
        name, axis = wrapped(share.label, 40), f"unit_{number}"
        predicted[name] = (("chain", "draw", axis), share.unit_replicated[None, :n_shown])
        observed[name] = ((axis,), share.unit_observed)
    draws = np.arange(n_shown)
    tree = xr.DataTree.from_dict(
        {
            "posterior_predictive": xr.Dataset(predicted, {"chain": [0], "draw": draws}),
            "observed_data": xr.Dataset(observed),
        }
    )
    collection = az.plot_ppc_dist(
        tree,
        kind="ecdf",  # a density would end in mid-air, or bend up, at the last unit
        num_samples=n_shown,
        col_wrap=COLUMNS,
        backend="matplotlib",
    )
    rows = -(-len(shares) // COLUMNS)
    picture = titled(drawn_by(collection), title, good, (14, 1.2 + 2.8 * rows))
    apart = [share.label for share in shares if _farther(share) < SUSPICIOUS]
    fault = (
        f"{'; '.join(apart)}: over the {unit} they lie otherwise than the replicates: see whether "
        "a baseline is missing, or counts are wrong"
        if apart
        else ""
    )
    return GalleryFigure("units", title, good, picture, met=not apart, fault=fault)


def _farther(share: PredictedShares) -> float:
    """Part of the replicates that lie at least as far from the mean curve as the returns do."""
    at = np.sort(share.unit_observed)
    curves = np.stack(
        [
            np.searchsorted(np.sort(values), at, side="right") / len(at)
            for values in (share.unit_observed, *share.unit_replicated)
        ]
    )
    distance = np.abs(curves - curves[1:].mean(axis=0)).max(axis=1)
    return float((distance[1:] >= distance[0]).mean())


def spread_figure(shares: Sequence[PredictedShares], unit: str) -> GalleryFigure:
    """Spread of the residuals of the units, observed and replicated."""
    title = f"Spread of the {unit} around what was expected of them"
    good = (
        f"every black dot (observed) on its thin line ({WIDE_PERCENT}% of replicates); a dot to the"
        " right means that the model is too sure of single units, one to the left, too vague."
    )
    picture, grid = bare_axes(1, 1, (11, 2.0 + 1.4 * ROW * len(shares)))
    labels = [share.label for share in shares]
    observed = np.array([share.spread.observed for share in shares])
    predicted = np.stack([share.spread.predicted for share in shares], axis=1)
    _intervals(grid[0, 0], observed, predicted, labels, WIDE_PERCENT)
    grid[0, 0].set_xlabel("root mean square residual, points, weighted by votes")
    heading = f"replicated, {WIDE_PERCENT}%"
    rows = [("share", "observed", heading, "replicates that spread more")]
    for share in shares:
        low, high = np.quantile(share.spread.predicted, (SUSPICIOUS, 1 - SUSPICIOUS))
        part = f"{100 * share.spread.probability:.0f} in 100"
        interval = f"{low:.2f} to {high:.2f}"
        rows.append((share.label, f"{share.spread.observed:.2f}", interval, part))
    remarks = spread_remarks(shares)
    return GalleryFigure(
        "spread",
        title,
        good,
        titled(picture, title, good),
        rows=tuple(rows),
        met=not remarks,
        fault="; ".join(remarks),
    )


def loo_pit_figure(tree: Any, unit: str) -> GalleryFigure:
    """LOO-PIT of turnout and lean: where each unit falls in the forecast from the others."""
    title = f"Each of the {unit} forecast from all others (LOO-PIT)"
    good = (
        f"p above {SUSPICIOUS} and no thick dots on the line, which mark where units fall too often"
        " or too seldom."
    )
    values = az.loo_pit(tree, pareto_pit=True)
    p_values, *_ = values.azstats.uniformity_test(dim=list(values.dims), method="pot_c")
    collection = az.plot_ecdf_pit(
        xr.DataTree.from_dict({"loo_pit": values}),
        group="loo_pit",
        sample_dims=list(values.dims),
        method="pot_c",
        visuals={
            "xlabel": {"text": "LOO-PIT"},
            "ylabel": {},
            "remove_axis": False,
            "p_value_text": {"text": lambda p: f"p = {p:.3f}"},
        },
        col_wrap=2,
        backend="matplotlib",
    )
    note = (
        "A line below 0 on the left and above 0 on the right: the forecasts are too vague; the"
        " other way round: too sure. A few units that stand out can make p small: see Pareto k."
    )
    low = [
        f"{name} (p = {float(p):.3f})"
        for name, p in p_values.data_vars.items()
        if float(p) <= SUSPICIOUS
    ]
    fault = (
        f"the {unit} do not fall evenly in what the others say of them (LOO-PIT): {', '.join(low)};"
        " see those with a high Pareto k, then whether a baseline is missing"
        if low
        else ""
    )
    picture = titled(drawn_by(collection), title, good, (11, 5))
    return GalleryFigure("loo-pit", title, good, picture, note, met=not low, fault=fault)


def pareto_figure(
    results: Mapping[str, Any], names: Sequence[str], unit: str, *, all_units: bool = True
) -> GalleryFigure:
    """Pareto k of every unit, and a table of the worst.

    Parameters
    ----------
    results
        Name of the part to what ``arviz.loo`` returns.
    names
        Names of the units, in its order.
    unit
        The plural of a unit.
    all_units
        Whether they are all, or some drawn at random.
    """
    title = f"Which {unit} pull the fit on their own (Pareto k)"
    good = f"every dot below {TRUSTED_K}: no single one decides, and LOO can be trusted."
    picture, grid = bare_axes(1, len(results), (max(MIN_WIDTH, 5.5 * len(results)), 4.6))
    worst = []
    for axes, (part, result) in zip(grid.flat, results.items(), strict=True):
        k = np.asarray(result.pareto_k.values)
        axes.scatter(np.arange(len(k)), k, s=9, color=PREDICTED)
        axes.axhline(TRUSTED_K, color=LIMIT, linestyle="--", linewidth=1)
        axes.set(title=part, xlabel="in the order of the returns", ylabel="Pareto k")
        axes.set_ylim(min(-0.1, float(k.min()) - 0.05), max(0.8, float(k.max()) + 0.1))
        top = int(np.argmax(k))
        side, offset = ("right", -6) if top > len(k) / 2 else ("left", 6)
        axes.annotate(
            names[top],
            (top, k[top]),
            (offset, 2),
            textcoords="offset points",
            size=9,
            ha=side,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
        )
        elpd = np.asarray(result.elpd_i.values)
        worst += [(k[i], names[i], part, elpd[i]) for i in np.argsort(-k)[:WORST_SHOWN]]
    worst.sort(reverse=True)
    rows = [("worst of them", "part", "Pareto k", "log-score")]
    rows += [(n, part, f"{k:.2f}", f"{elpd:.1f}") for k, n, part, elpd in worst[:WORST_SHOWN]]
    bad = sum(int((np.asarray(r.pareto_k.values) > TRUSTED_K).sum()) for r in results.values())
    note = f"{bad} above {TRUSTED_K}." if bad else f"None above {TRUSTED_K}."
    if not all_units:
        note += f" Of all {unit}, {len(names):,} drawn at random are shown."
    return GalleryFigure(
        "pareto-k",
        title,
        good,
        titled(picture, title, good),
        note,
        rows=tuple(rows),
        met=not bad,
        fault="; ".join(pareto_remarks(results, names)),
    )


def spread_remarks(shares: Sequence[PredictedShares]) -> tuple[str, ...]:
    """What the spread of the units says is wrong, and what to do, a sentence each."""
    return tuple(
        f"{share.label}: units spread by {share.spread.observed:.2f} points, the model says"
        f" {share.spread.predicted.mean():.2f}: {_remedy(share)}"
        for share in shares
        if not SUSPICIOUS <= share.spread.probability <= 1 - SUSPICIOUS
    )


def pareto_remarks(results: Mapping[str, Any], names: Sequence[str]) -> tuple[str, ...]:
    """The units that the model can't explain, the worst of each part, and what to do."""
    remarks = []
    for part, result in results.items():
        k = np.asarray(result.pareto_k.values)
        bad = [int(i) for i in np.argsort(-k) if k[i] > TRUSTED_K]
        if bad:
            named = "; ".join(f"{names[i]} ({k[i]:.2f})" for i in bad[:NAMED])
            more = f" and {len(bad) - NAMED} more" if len(bad) > NAMED else ""
            stand, their = ("stands", "its") if len(bad) == 1 else ("stand", "their")
            remarks.append(
                f"{part} of {named}{more} {stand} out (Pareto k above {TRUSTED_K}): see whether"
                f" {their} counts and registered voters are right"
            )
    return tuple(remarks)


def _remedy(share: PredictedShares) -> str:
    if share.spread.probability > 0.5:
        return "it is too vague about them; intervals of single units are too wide"
    if share.of_field:
        return "a few of them stand out beyond any one spread; the odds do not depend on it"
    return (
        "add a baseline that tells these units apart, or widen the unit_spread prior of that part"
        " if it holds the posterior back"
    )


def _intervals(
    axes: Any,
    observed: FloatArray,
    replicated: FloatArray,
    labels: Sequence[str],
    percent: int = 90,
) -> None:
    """A row a label, the first on top: 90% thin, 50% thick, the observed as a dot."""
    tail = (1 - percent / 100) / 2
    position = np.arange(len(labels))[::-1]
    # replicated (draw, label): each end has shape (label,), as `observed`.
    low, quarter, three, high = np.quantile(replicated, (tail, 0.25, 0.75, 1 - tail), axis=0)
    axes.hlines(position, low, high, color=PREDICTED, linewidth=1.5)
    axes.hlines(position, quarter, three, color=PREDICTED, linewidth=4.5, alpha=0.6)
    axes.plot(observed, position, "o", color=OBSERVED, markersize=5, zorder=3)
    axes.set_yticks(position, labels)
    axes.set_ylim(-0.7, len(labels) - 0.3)
    axes.grid(axis="x", color="#dddddd")
    axes.set_axisbelow(True)
