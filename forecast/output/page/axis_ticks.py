"""Ticks of an axis with an even race, or no change, among them, however narrow the picture is."""

import json
import math
from typing import Any

import altair as alt

TICK_STEPS, MAX_TICKS = (1, 2, 5, 10, 20, 50, 100), 7
# Pixels of a letter of a label, and between two labels.
LETTER, BETWEEN = 6, 8
# Plots are taken to be at least as wide as the first in pixels: on a phone beside names, across a
# phone, across a page.
WIDTHS = (180, 300, 600)


def ticks_with_zero(low: float, high: float, letters: int) -> list[int] | Any:
    """Ticks at multiples of a step: 0 is one, and no label has to be left out beside another.

    Vega leaves out every second label where two would touch, and with them that of 0.

    Parameters
    ----------
    low, high
        Ends of the axis; 0 is taken in.
    letters
        Letters of the longest label.

    Returns
    -------
    list of int, or an expression of Vega
        The ticks; an expression by the width of the plot where they depend on it.
    """
    low, high = min(low, 0), max(high, 0)
    found = [_ticks(low, high, width / (LETTER * letters + BETWEEN)) for width in WIDTHS]
    if all(ticks == found[-1] for ticks in found):
        return found[-1]
    narrow, phone, page = (json.dumps(ticks) for ticks in found)
    return alt.ExprRef(f"width < {WIDTHS[1]} ? {narrow} : width < {WIDTHS[2]} ? {phone} : {page}")


def _ticks(low: float, high: float, most: float) -> list[int]:
    """Multiples of the least step of which no more than so many, nor `MAX_TICKS`, go into both."""
    most = min(most, MAX_TICKS)
    step = next((s for s in TICK_STEPS if (high - low) / s <= most), TICK_STEPS[-1])
    return [step * tick for tick in range(math.ceil(low / step), math.floor(high / step) + 1)]
