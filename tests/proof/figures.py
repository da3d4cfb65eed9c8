"""The figures and the table that docs/proof.md shows of a calibration."""

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np

from forecast.output.gallery.gallery_figure import GREY, PREDICTED, GalleryFigure, bare_axes, titled
from tests.proof.calibration import RANKED_DRAWS, Calibration
from tests.proof.ranks import COVERAGES, share_below, simultaneous_band

COLUMNS = 4
PANEL = (3.3, 2.3)
HEAD = 1.2
BAND = 0.95
# Half the height of a panel of ranks, times the root of the simulations: the band has 1.5.
WIDEST = 1.9


def grouped(calibration: Calibration) -> dict[str, list[str]]:
    """Quantities by the variable that they are elements of."""
    groups: dict[str, list[str]] = {}
    for name in calibration.observed:
        groups.setdefault(name.split("[")[0], []).append(name)
    # What is not a variable of the model, and has a name of words, comes last.
    return dict(sorted(groups.items(), key=lambda item: ("_" not in item[0], item[0])))


def rank_figure(name: str, title: str, calibration: Calibration) -> GalleryFigure:
    """How far the distribution of the ranks is from uniform, with a band of 95%."""
    groups, p_values = grouped(calibration), calibration.p_values()
    picture, panels = _panels(groups)
    points = np.arange(1, RANKED_DRAWS + 1) / (RANKED_DRAWS + 1)
    low, high = simultaneous_band(calibration.n_simulations, RANKED_DRAWS, BAND)
    for axes, (variable, members) in zip(panels, groups.items(), strict=True):
        axes.fill_between(points, low - points, high - points, color=GREY, alpha=0.3, lw=0)
        axes.axhline(0, color=GREY, lw=0.6)
        for member in members:
            below = share_below(calibration.observed[member], RANKED_DRAWS)
            axes.step(points, below - points, where="post", color=PREDICTED, lw=0.9, alpha=0.8)
        least = min(p_values[member] for member in members)
        smallest = f"p {least:.2g}" if len(members) == 1 else f"smallest p {least:.2g}"
        axes.set_title(f"{variable}\n{_many(members, 'lines')}{smallest}", size=9)
        axes.set_xticks((0, 0.5, 1))
        half = WIDEST / calibration.n_simulations**0.5
        axes.set_ylim(-half, half)
    good = (
        f"the lines stay inside the grey band, which holds a right line in {BAND:.0%} of all "
        f"cases: among {len(p_values)} lines, some {(1 - BAND) * len(p_values):.0f} may leave it. "
        "A hump above zero and a dip below it: too narrow a posterior; the reverse: too wide. "
        "All above: too high."
    )
    title = f"{title}: share of the ranks below, minus that of uniform ranks"
    return GalleryFigure(name, title, good, titled(picture, title, good))


def recovery_figure(name: str, title: str, calibration: Calibration) -> GalleryFigure:
    """True values against posterior medians."""
    groups = grouped(calibration)
    groups.pop("log-likelihood")
    picture, panels = _panels(groups)
    for axes, (variable, members) in zip(panels, groups.items(), strict=True):
        true = np.concatenate([calibration.truth[member] for member in members])
        centre = np.concatenate([calibration.centre[member] for member in members])
        ends = np.quantile(np.concatenate([true, centre]), (0.001, 0.999))
        axes.plot(ends, ends, color=GREY, lw=0.8)
        axes.plot(true, centre, ".", ms=1.5, color=PREDICTED, alpha=0.6, rasterized=True)
        axes.set_xlim(ends)
        axes.set_ylim(ends)
        # Each scalar's own: between scalars the priors differ, which tells nothing.
        related = np.mean(
            [np.corrcoef(calibration.truth[m], calibration.centre[m])[0, 1] for m in members]
        )
        axes.set_title(f"{variable}\n{_many(members, 'scalars')}correlation {related:.2f}", size=9)
    good = (
        "points along the diagonal: the returns tell the parameter. A flat cloud is no fault, but "
        "a parameter that these returns do not tell, so that its prior stays."
    )
    title = f"{title}: true value (across) and posterior median (up)"
    return GalleryFigure(name, title, good, titled(picture, title, good))


def report(calibration: Calibration) -> str:
    """A Markdown table of coverage and ranks by variable, and the verdict below it."""
    p_values = calibration.p_values()
    coverages = {level: calibration.coverage(level) for level in COVERAGES}
    header = " | ".join(f"{level:.0%}" for level in COVERAGES)
    lines = [f"| variable | scalars | {header} | ranks: smallest p |", "|---|---|---|---|---|---|"]
    for variable, members in grouped(calibration).items():
        shares = " | ".join(
            f"{np.mean([coverages[level][m][0] for m in members]):.1%}" for level in COVERAGES
        )
        least = min(p_values[member] for member in members)
        lines.append(f"| {variable} | {len(members)} | {shares} | {least:.2g} |")
    worst = {level: _worst(values) for level, values in coverages.items()}
    lines += [
        "",
        f"- {calibration.n_simulations} elections, {len(p_values)} scalars, "
        f"{int(calibration.divergences.sum())} divergences in "
        f"{int((calibration.divergences > 0).sum())} elections; largest autocorrelation of "
        f"neighboring ranked draws {max(calibration.lag_one.values()):.2f}.",
        f"- ranks: smallest p times the number of scalars {calibration.smallest_p_value():.2f}.",
        *(
            f"- {level:.0%} intervals: smallest binomial p times the number of scalars "
            f"{min(1.0, p * len(p_values)):.2f} ({name}, covered {share:.1%})."
            for level, (name, share, p) in worst.items()
        ),
    ]
    return "\n".join(lines)


def _worst(values: Mapping[str, tuple[float, float]]) -> tuple[str, float, float]:
    name = min(values, key=lambda key: values[key][1])
    return name, *values[name]


def _panels(groups: Mapping[str, Any]) -> tuple[Any, list[Any]]:
    """A grid with a panel a variable; panels that are not wanted are gone."""
    rows = -(-len(groups) // COLUMNS)
    size = (COLUMNS * PANEL[0], HEAD + rows * PANEL[1])
    picture, axes = bare_axes(rows, COLUMNS, size)
    for spare in axes.flat[len(groups) :]:
        spare.remove()
    for used in axes.flat[: len(groups)]:
        used.tick_params(labelsize=8)
    plt.close(picture)
    return picture, list(axes.flat[: len(groups)])


def _many(members: list[str], what: str) -> str:
    return f"{len(members)} {what}, " if len(members) > 1 else ""
