"""The picture that social networks show of a page: the chances, and a hundred outcomes."""

import textwrap
from pathlib import Path
from typing import Any

from forecast.files import write_atomically
from forecast.output import words
from forecast.output.page import drawing
from forecast.output.page.hundred_figure import hundred
from forecast.output.page.page_figure import EXPORT_FONT, config
from forecast.output.page.page_inputs import PageInputs
from forecast.output.race_words import result_label, result_words, runoff_line

# Pixels: what networks show whole, 1.91 to 1.
CARD_SIZE = (1200, 630)
_PADDING, _LINE = 60, 62


def card_words(inputs: PageInputs) -> str:
    """What the picture says, for who cannot see it."""
    return f"{_chances(inputs)}. {_below(inputs)}"


def _chances(inputs: PageInputs) -> str:
    """Both chances, the favorite first: "Britt over 99%, Brooks under 1%"."""
    percents = words.chances(inputs.simulation.forecast.finalists[0].win_probability)
    sides = list(zip(inputs.labels, percents, strict=True))
    if inputs.simulation.forecast.finalists[0].win_probability < 0.5:
        sides.reverse()
    return ", ".join(f"{label} {percent}" for label, percent in sides)


def _below(inputs: PageInputs) -> str:
    """The race, the forecast's day and the result where it is known."""
    known = ""
    if inputs.result is not None:
        said = result_words(inputs.result, inputs.labels)
        known = f" {result_label(inputs.simulation.race)}: {said}."
    return f"{runoff_line(inputs.simulation.race)}. {inputs.made}.{known}"


def card_spec(inputs: PageInputs) -> dict[str, Any]:
    """The picture as Vega-Lite, of `CARD_SIZE` with all that is around the marks."""
    width, height = CARD_SIZE
    chart = hundred(inputs).chart.properties(width=width - 2 * _PADDING, height=250)
    spec: dict[str, Any] = chart.to_dict()
    spec["mark"]["size"] = 1100
    below = textwrap.wrap(_below(inputs), _LINE)[:3]
    return {
        **spec,
        "config": config(EXPORT_FONT),
        "title": {
            "text": _chances(inputs),
            "subtitle": below,
            "fontSize": 56,
            "subtitleFontSize": 30,
            "subtitlePadding": 14,
            "subtitleLineHeight": 38,
            "offset": 30,
            "limit": width - 2 * _PADDING,
        },
        "background": "white",
        "padding": {"left": _PADDING, "right": _PADDING, "top": 50, "bottom": 20},
        "autosize": {"type": "fit", "contains": "padding"},
        "width": width,
        "height": height,
    }


def save_card(inputs: PageInputs, path: Path) -> None:
    """Write the picture as PNG."""
    write_atomically(path, drawing.png(card_spec(inputs)))
