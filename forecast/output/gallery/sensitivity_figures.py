"""Which priors decide the answer, as a table and as a tornado."""

from collections.abc import Sequence

from forecast.output.gallery.gallery_figure import (
    OBSERVED,
    PREDICTED,
    ROW,
    GalleryFigure,
    bare_axes,
    titled,
)
from forecast.output.terminal import table
from forecast.runoff.sensitivity import DOWN, NARROWER, UP, WIDER, Move, Sensitivity

# Changes of the odds below this many Monte Carlo errors may be chance.
CLEAR = 2.0
HEADING = ("prior", "move", "new 90%", "wins", "share", "width")


def sensitivity_lines(result: Sensitivity, finalist: str, most: int | None = None) -> list[str]:
    """The table for a terminal: a row a move, the most decisive prior first.

    Parameters
    ----------
    result
        What was found.
    finalist
        Short name of the first finalist.
    most
        Show so many priors; None for all.
    """
    paths = result.paths[:most]
    rows = [row for row in sensitivity_rows(result) if row[0] in ("prior", *_short(paths))]
    lines = [
        f"which priors decide: {finalist} wins {100 * result.base.win_probability:.1f} in 100,"
        f" mean share {100 * result.base.mean_share:.1f}"
    ]
    last = ""
    shown = []
    for row in rows:
        shown.append(("" if row[0] == last else row[0], *row[1:]))
        last = row[0]
    lines += table(shown, "lllrrr", gap=2)
    rest = len(result.paths) - len(paths)
    if rest:
        lines.append(f"  and {rest} priors that move it less, in the gallery")
    error = 100 * max(move.monte_carlo_error for move in result.moves)
    lines.append(f"  changes in points; those of wins ±{error:.1f} or less from {result.n_draws:,}")
    lines.append("  draws; width is that of the 90% interval of the share")
    return lines


def sensitivity_rows(result: Sensitivity) -> tuple[tuple[str, ...], ...]:
    """Every move with its changes in points, a heading first."""
    rows: list[tuple[str, ...]] = [HEADING]
    for path in result.paths:
        for move in (move for move in result.moves if move.path == path):
            change = move.change
            changes = (change.win_probability, change.mean_share, change.width)
            cells = (f"{100 * value:+.1f}" for value in changes)
            rows.append((_short([path])[0], move.kind, _range(move), *cells))
    return tuple(rows)


def tornado(result: Sensitivity, finalist: str) -> GalleryFigure:
    """Change of the win probability by prior, its centre and its width."""
    title = f"Which priors decide whether {finalist} wins"
    good = "long bars only where you have good reasons for the prior; short ones need no care."
    paths = result.paths
    size = (14, 1.9 + 0.36 * len(paths) + ROW)
    picture, grid = bare_axes(1, 2, size)
    moves = {(move.path, move.kind): move for move in result.moves}
    limit = 105 * max(
        abs(move.change.win_probability) + CLEAR * move.monte_carlo_error for move in result.moves
    )
    for axes, (more, less), name in (
        (grid[0, 0], (UP, DOWN), "centre"),
        (grid[0, 1], (WIDER, NARROWER), "width"),
    ):
        for row, path in enumerate(reversed(paths)):
            for kind, colour, offset in ((more, PREDICTED, 0.19), (less, OBSERVED, -0.19)):
                if (move := moves.get((path, kind))) is not None:
                    change = 100 * move.change.win_probability
                    axes.barh(row + offset, change, 0.36, color=colour)
                    error = 100 * CLEAR * move.monte_carlo_error
                    axes.plot(
                        [change - error, change + error], [row + offset] * 2, color="k", lw=0.7
                    )
        axes.axvline(0, color="k", linewidth=0.8)
        axes.set_xlim(-limit, limit)
        axes.set_ylim(-0.6, len(paths) - 0.4)
        axes.set_xlabel(f"change of {finalist}'s chances, in 100")
        axes.grid(axis="x", color="#dddddd")
        axes.set_axisbelow(True)
        words = {"centre": "half the way to an end of the 90% range", "width": "two times"}
        axes.set_title(f"{name} ({words[name]})", size=11)
        handles = [_patch(PREDICTED, more), _patch(OBSERVED, less)]
        axes.legend(handles=handles, loc="lower right")
    grid[0, 0].set_yticks(range(len(paths)), [*reversed(_short(paths))])
    grid[0, 1].set_yticks(range(len(paths)), [""] * len(paths))
    note = (
        f"{finalist} wins {100 * result.base.win_probability:.1f} in 100 with the priors as they"
        f" are. Black lines: {CLEAR:g} Monte Carlo errors, from {result.n_draws:,} draws with"
        f" seed {result.seed} in every forecast. Known values are doubled and halved;"
        " correlations move by 0.2. Changes below are in points; the width is that of the 90%"
        " interval of the share."
    )
    return GalleryFigure(
        "priors-decide", title, good, titled(picture, title, good), note, sensitivity_rows(result)
    )


def _patch(colour: str, label: str) -> object:
    from matplotlib.patches import Patch

    return Patch(color=colour, label=label)


def _short(paths: Sequence[str]) -> list[str]:
    return [path.removeprefix("runoff.") for path in paths]


def _range(move: Move) -> str:
    low, high = move.range_90
    digits = 2 if move.unit == "share" else 1
    ends = f"{low:.{digits}f}", f"{high:.{digits}f}"
    return ends[0] if low == high else " to ".join(ends)
