"""Plain tables and colour for a terminal of 40 to 80 columns, without any library."""

import os
import shutil
import textwrap
from collections.abc import Sequence
from itertools import zip_longest
from typing import TextIO

WIDTH, LEAST_WIDTH = 80, 40
# Below this a label stands above its paragraph, not beside it.
NARROW = 60
# Letters that a label of a row keeps, whatever stands beside it.
LEAST_LABEL = 14
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


def screen_width() -> int:
    """Columns to write in: those of the terminal, from 40 to 80; 80 for a pipe or a file."""
    return max(LEAST_WIDTH, min(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns))


def table(rows: Sequence[Sequence[str]], align: str, *, gap: int = 3, indent: int = 2) -> list[str]:
    """Lay out rows in columns, no wider than the terminal.

    Where the columns have no room side by side they go on below, each part with the labels of
    the first column; a cell that is too long takes several lines.

    Parameters
    ----------
    rows
        The cells, a heading first.
    align
        A letter a column: "l" or "r".
    gap, indent
        Spaces between columns, two where there is little room, and before the first.
    """
    room = screen_width() - indent
    widths = [max(len(row[column]) for row in rows) for column in range(len(align))]
    if sum(widths) + gap * (len(widths) - 1) > room:
        gap = min(gap, 2)
    lines: list[str] = []
    for columns in _parts(widths, room, gap):
        beside = [min(widths[column], room - LEAST_LABEL - gap) for column in columns]
        label = min(widths[0], room - sum(width + gap for width in beside))
        lines += [""] if lines else []
        for row in rows:
            cells = [row[0], *(row[column] for column in columns)]
            sides = [align[0], *(align[column] for column in columns)]
            lines += _row(cells, [label, *beside], sides, " " * indent, " " * gap)
    return lines


def _parts(widths: Sequence[int], room: int, gap: int) -> list[list[int]]:
    """Columns, without the first, that have room beside it; as few parts as there can be."""
    label = min(widths[0], LEAST_LABEL)
    parts: list[list[int]] = [[]]
    for column, width in enumerate(widths[1:], start=1):
        taken = label + sum(widths[other] + gap for other in parts[-1])
        if parts[-1] and taken + gap + width > room:
            parts.append([])
        parts[-1].append(column)
    return parts


def _row(
    cells: Sequence[str], widths: Sequence[int], sides: Sequence[str], indent: str, gap: str
) -> list[str]:
    """A row over as many lines as its longest cell takes."""
    split = [
        textwrap.wrap(cell, width, subsequent_indent="  " * (number == 0)) or [""]
        for number, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return [
        (
            indent
            + gap.join(
                part.ljust(width) if side == "l" else part.rjust(width)
                for part, width, side in zip(line, widths, sides, strict=True)
            )
        ).rstrip()
        for line in zip_longest(*split, fillvalue="")
    ]


def wrapped(text: str) -> list[str]:
    """A text over as many lines as it takes."""
    return textwrap.wrap(text, screen_width(), break_on_hyphens=False)


def paragraph(label: str, text: str, column: int = 14) -> list[str]:
    """A label with a text beside it, wrapped; the text starts at `column`.

    In a narrow terminal the label stands above its text.
    """
    width = screen_width()
    head = f"  {label}".ljust(column)
    above = []
    if width < NARROW and label:
        above, head, column = [f"  {label}"], "    ", 4
    return above + textwrap.wrap(
        text,
        width,
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
