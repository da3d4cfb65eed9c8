"""Plain tables and colour for a terminal of 80 columns, without any library."""

import os
import textwrap
from collections.abc import Sequence
from typing import TextIO

WIDTH = 80
BLOCKS = " ▁▂▃▄▅▆▇█"


def wants_colour(stream: TextIO) -> bool:
    """Whether to colour: on a terminal, unless NO_COLOR is set or the terminal is dumb."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


class Paint:
    """Wraps words in colour, or leaves them alone. Colour never says what words don't."""

    def __init__(self, colour: bool) -> None:
        self._colour = colour

    def bold(self, text: str) -> str:
        """What a reader should see first."""
        return self._wrap(text, "1")

    def dim(self, text: str) -> str:
        """What a reader may skip."""
        return self._wrap(text, "2")

    def red(self, text: str) -> str:
        """What went wrong."""
        return self._wrap(text, "1;31")

    def _wrap(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._colour else text


def table(rows: Sequence[Sequence[str]], align: str, *, gap: int = 3, indent: int = 2) -> list[str]:
    """Lay out rows in columns, at most `WIDTH` wide.

    Parameters
    ----------
    rows
        The cells, a heading first.
    align
        A letter a column: "l" or "r".
    gap, indent
        Spaces between columns and before the first, which is cut where the row is too long.
    """
    widths = [max(len(row[column]) for row in rows) for column in range(len(align))]
    excess = indent + sum(widths) + gap * (len(widths) - 1) - WIDTH
    widths[0] -= max(0, min(excess, widths[0] - 8))
    lines = []
    for row in rows:
        cells = [
            shorten(cell, width).ljust(width) if side == "l" else cell.rjust(width)
            for cell, width, side in zip(row, widths, align, strict=True)
        ]
        lines.append((" " * indent + (" " * gap).join(cells)).rstrip()[:WIDTH])
    return lines


def shorten(text: str, width: int) -> str:
    """Cut a text that is too long, and show that it was cut."""
    return text if len(text) <= width else text[: width - 1] + "…"


def wrapped(text: str) -> list[str]:
    """A text over as many lines as it takes."""
    return textwrap.wrap(text, WIDTH, break_on_hyphens=False)


def paragraph(label: str, text: str, column: int = 14) -> list[str]:
    """A label with a text beside it, wrapped; the text starts at `column`."""
    head = f"  {label}".ljust(column)
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=head if head.endswith(" ") else head + " ",
        subsequent_indent=" " * column,
        break_on_hyphens=False,
    )


def bars(shares: Sequence[float]) -> str:
    """One character a bin, as high as its share of the largest; any share shows."""
    return tall_bars(shares, 1)[0]


def tall_bars(shares: Sequence[float], rows: int) -> list[str]:
    """The same over several rows, the uppermost first."""
    largest = max(shares, default=0.0)
    step = len(BLOCKS) - 1
    top = rows * step
    # A bin with any draw shows: one that is not there would say that it can't happen.
    heights = [max(1, round(top * s / largest)) if s > 0 else 0 for s in shares]
    return [
        "".join(BLOCKS[min(max(height - step * below, 0), step)] for height in heights)
        for below in reversed(range(rows))
    ]
