"""A figure of the page: a chart, its title, words for who can't see it, and its numbers."""

import json
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from forecast.errors import InputError
from forecast.files import write_atomically
from forecast.output.page import drawing
from forecast.output.page.figure_kinds import SUFFIXES
from forecast.output.page.figure_table import Table
from forecast.output.page.palette import GRID, INK, SOFT_INK

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
EXPORT_FONT = "Arial, 'Liberation Sans', sans-serif"
EXPORT_WIDTH = 720
PNG_SCALE = 2
CREDIT_WIDTH = 110


# Letters of a name in one line, and the label of an axis in its lines.
LINE = 18
LINES = "split(datum.label, '\\n')"


def in_lines(name: str) -> str:
    """A name in two lines where it is long, so that a phone has room for the picture."""
    return "\n".join(textwrap.wrap(name, max(LINE, len(name) // 2 + 4)))


@dataclass(frozen=True, eq=False)
class Figure:
    """A figure and what belongs to it.

    Attributes
    ----------
    kind
        Short name, also that of its file.
    title
        What it says, a short sentence.
    summary
        What a reader without the picture needs to know.
    chart
        An Altair chart without width; None where there is nothing to draw, as `note` says.
    table
        Its numbers.
    note
        How to read it.
    choices
        Colour encodings by name, of which the page shows one at a time; empty for most.
    remedy
        What whoever makes the page can do about what it lacks: told by the command, not on the
        page.
    credit
        Race, day of the forecast and source, written under the title where the figure goes alone.
    """

    kind: str
    title: str
    summary: str
    chart: Any
    table: Table
    note: str = ""
    choices: Mapping[str, Any] = field(default_factory=dict)
    remedy: str = ""
    credit: str = ""

    def spec(self, width: int | str = "container") -> dict[str, Any]:
        """The chart as Vega-Lite, as wide as the page lets it be, or as told in pixels."""
        font = FONT if width == "container" else EXPORT_FONT
        spec: dict[str, Any] = self.chart.properties(width=width).to_dict()
        return {**spec, "config": config(font), "description": self.summary}

    @property
    def heading(self) -> dict[str, Any]:
        """Title, and under it what else a figure says that goes alone."""
        return {"text": self.title, "subtitle": textwrap.wrap(self.credit, CREDIT_WIDTH)}

    def save(self, path: str | Path) -> Path:
        """Write the chart as PNG, SVG or Vega-Lite JSON, with its title.

        Raises
        ------
        InputError
            When the ending names none of these, or there is nothing to draw.
        """
        path = Path(path)
        if path.suffix.lower() not in SUFFIXES:
            raise InputError(f"{path}: a figure ends in {', '.join(SUFFIXES)}")
        if self.chart is None:
            raise InputError(f"{self.note}{f' ({self.remedy})' if self.remedy else ''}")
        spec = self.spec(EXPORT_WIDTH)
        spec |= {"title": self.heading, "background": "white", "padding": 16}
        match path.suffix.lower():
            case ".png":
                content = drawing.png(spec, PNG_SCALE)
            case ".svg":
                content = drawing.svg(spec).encode()
            case _:
                content = json.dumps(spec, indent=1).encode()
        write_atomically(path, content)
        return path

    def _repr_mimebundle_(self, **_: Any) -> Any:
        """Show the chart in a notebook."""
        return None if self.chart is None else self.chart._repr_mimebundle_()


def config(font: str) -> dict[str, Any]:
    """The look of every chart."""
    return {
        "font": font,
        "view": {"stroke": None},
        "background": None,
        "title": {
            "fontSize": 16,
            "color": INK,
            "anchor": "start",
            "offset": 14,
            "subtitleColor": SOFT_INK,
            "subtitlePadding": 5,
        },
        "axis": {
            "labelColor": SOFT_INK,
            "titleColor": SOFT_INK,
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "gridColor": GRID,
            "domainColor": GRID,
            "tickColor": GRID,
            "labelLimit": 260,
            # Less, and numbers run into each other on a phone.
            "labelSeparation": 8,
        },
        "legend": {
            "labelColor": SOFT_INK,
            "titleColor": SOFT_INK,
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "titleLimit": 320,
            "labelLimit": 260,
            "orient": "top",
        },
        "text": {"color": INK, "fontSize": 12},
        "rule": {"color": INK},
    }
