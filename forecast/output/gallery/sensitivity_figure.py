"""The tornado of the gallery: centres and widths of the runoff priors side by side."""

from typing import Any

from matplotlib.patches import Patch

from forecast.output.gallery.gallery_figure import (
    LIMIT,
    PREDICTED,
    ROW,
    GalleryFigure,
    bare_axes,
    titled,
)
from forecast.output.tornado import TornadoBar, tornado_bars, tornado_rows
from forecast.runoff.sensitivity import (
    CENTRE,
    DOWN,
    NARROWER,
    UP,
    WIDER,
    WIDTH,
    MoveKind,
    Sensitivity,
)

# Changes of the odds below this many Monte Carlo errors may be chance.
CLEAR = 2.0
MORE, LESS = LIMIT, PREDICTED
# Vertical offset and colour of a bar in the row of its prior: more above, less below.
LOOK = {UP: (0.19, MORE), WIDER: (0.19, MORE), DOWN: (-0.19, LESS), NARROWER: (-0.19, LESS)}
PANELS = (
    (CENTRE, (UP, DOWN), "center (half the way to an end of the 90% range)"),
    (WIDTH, (WIDER, NARROWER), "width (two times)"),
)


def sensitivity_figure(result: Sensitivity, finalist: str) -> GalleryFigure:
    """Change of the win probability by prior, its centre and its width.

    Parameters
    ----------
    result
        The forecast under every move.
    finalist
        Short name of the first finalist.
    """
    title = f"Which priors decide whether {finalist} wins"
    good = "long bars only where you have good reasons for the prior; short ones need no care."
    bars = tornado_bars(result)
    labels = list(dict.fromkeys(bar.prior for bar in bars))
    picture, grid = bare_axes(1, 2, (14, 1.9 + 0.36 * len(labels) + ROW))
    limit = 1.05 * max(abs(bar.change) + CLEAR * bar.error for bar in bars)
    for axes, (part, kinds, heading) in zip(grid[0], PANELS, strict=True):
        for bar in bars:
            if bar.part == part:
                _draw(axes, bar, len(labels) - 1 - labels.index(bar.prior))
        axes.axvline(0, color="k", linewidth=0.8)
        axes.set_xlim(-limit, limit)
        axes.set_ylim(-0.6, len(labels) - 0.4)
        axes.set_xlabel(f"change of {finalist}'s chances, in 100")
        axes.grid(axis="x", color="#dddddd")
        axes.set_axisbelow(True)
        axes.set_title(heading, size=11)
        handles = [_patch(LOOK[kind][1], kind) for kind in kinds]
        axes.legend(handles=handles, loc="lower right")
        axes.set_yticks(range(len(labels)), [""] * len(labels))
    grid[0, 0].set_yticks(range(len(labels)), labels[::-1])
    note = (
        f"{finalist} wins {100 * result.base.win_probability:.1f} in 100 with the priors as they"
        f" are. Black lines: {CLEAR:g} Monte Carlo errors, from {result.n_draws:,} draws with"
        f" seed {result.seed} in every forecast. Known values are doubled and halved;"
        " correlations move by 0.2. Changes below are in points; the width is that of the 90%"
        " interval of the share."
    )
    return GalleryFigure(
        "priors-decide", title, good, titled(picture, title, good), note, tornado_rows(result)
    )


def _draw(axes: Any, bar: TornadoBar, row: int) -> None:
    """A bar in the row of its prior, with the range of chance as a line over its end."""
    offset, colour = LOOK[MoveKind(bar.move)]
    axes.barh(row + offset, bar.change, 0.36, color=colour)
    ends = [bar.change - CLEAR * bar.error, bar.change + CLEAR * bar.error]
    axes.plot(ends, [row + offset] * 2, color="k", lw=0.7)


def _patch(colour: str, label: str) -> object:
    return Patch(color=colour, label=label)
