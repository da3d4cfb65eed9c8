"""The tornado: which runoff priors decide, in one order and with one set of labels.

The terminal prints these rows, the page draws these bars with Altair, the gallery with
Matplotlib; none of them orders, names or rounds on its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from forecast.output import words
from forecast.output.page.figure_table import Shown
from forecast.output.terminal import table
from forecast.runoff.sensitivity import Move, Sensitivity

HEADING = ("prior", "move", "new 90%", "chance", "share", "width")
# Every prior that is moved is of this room; its name alone tells the reader as much.
ROOM = "runoff."


@dataclass(frozen=True)
class TornadoBar:
    """One bar: a prior moved in one way, and how far the odds go.

    Attributes
    ----------
    path, prior
        Dotted name of the prior, and its label without the room.
    part
        The part of the prior that is moved: "center" or "width".
    move
        What is done to it: "center up".
    change
        Change of the first finalist's chance to win, in points.
    error
        Monte Carlo error of `change`, in the same unit.
    """

    path: str
    prior: str
    part: str
    move: str
    change: float
    error: float


def tornado_bars(result: Sensitivity, max_priors: int | None = None) -> tuple[TornadoBar, ...]:
    """Bars from the most decisive prior down, the moves of one prior together.

    Parameters
    ----------
    result
        The forecast under every move.
    max_priors
        Number of priors to show; None for all.
    """
    return tuple(
        TornadoBar(
            move.path,
            _label(move.path),
            move.kind.part,
            str(move.kind),
            100 * move.change.win_probability,
            100 * move.monte_carlo_error,
        )
        for move in _ordered(result, max_priors)
    )


def tornado_rows(result: Sensitivity, max_priors: int | None = None) -> tuple[tuple[str, ...], ...]:
    """The same moves with all their changes in points, a heading first.

    Cells show tenths; behind them, for a CSV, are thousandths.

    Parameters
    ----------
    result, max_priors
        As for `tornado_bars`.
    """
    rows: list[tuple[str, ...]] = [HEADING]
    for move in _ordered(result, max_priors):
        change = move.change
        cells = (
            Shown(words.signed(100 * value), round(100 * value, 3))
            for value in (change.win_probability, change.mean_share, change.width)
        )
        rows.append((_label(move.path), str(move.kind), _range(move), *cells))
    return tuple(rows)


def tornado_lines(result: Sensitivity, finalist: str, max_priors: int | None = None) -> list[str]:
    """The rows for a terminal, each prior named once.

    Parameters
    ----------
    result, max_priors
        As for `tornado_bars`.
    finalist
        Short name of the first finalist.
    """
    lines = [
        f"which priors decide: {finalist} {100 * result.base.win_probability:.1f}%,"
        f" mean share {100 * result.base.mean_share:.1f}%",
        *table(_named_once(tornado_rows(result, max_priors)), "lllrrr", gap=2),
    ]
    rest = len(result.paths) - len(result.paths[:max_priors])
    if rest:
        lines.append(f"  and {rest} priors that move it less, in the gallery")
    error = words.error_at_most(max(move.monte_carlo_error for move in result.moves))
    lines.append(f"  changes in points; simulation error of the chance: {error}")
    lines.append(f"  ({result.n_draws:,} draws); width is that of the 90% interval of the share")
    return lines


def _ordered(result: Sensitivity, max_priors: int | None) -> list[Move]:
    """Moves by prior, the most decisive first."""
    shown = result.paths[:max_priors]
    return [move for path in shown for move in result.moves if move.path == path]


def _named_once(rows: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Rows whose first cell is empty where it repeats the one above."""
    above = ["", *(row[0] for row in rows)]
    return [
        ("" if row[0] == last else row[0], *row[1:]) for row, last in zip(rows, above, strict=False)
    ]


def _label(path: str) -> str:
    return path.removeprefix(ROOM)


def _range(move: Move) -> str:
    """Both ends of the moved prior's 90%, one number where its value is known."""
    low, high = move.range_90
    digits = 2 if move.unit in ("share", "ratio") else 1
    ends = f"{low:z.{digits}f}", f"{high:z.{digits}f}"
    return ends[0] if low == high else " to ".join(ends)
