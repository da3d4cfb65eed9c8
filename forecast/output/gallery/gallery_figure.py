"""A figure of the gallery: a picture under a title that says what good looks like."""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr

from forecast.files import write_atomically
from forecast.stats.arrays import FloatArray

DPI = 110
PANEL_WIDTH = 28
# Inches that the two lines of the title take, and one row of a forest.
HEAD, ROW = 0.75, 0.3
# Inches below the panels, for the name of the race.
FOOT = 0.3
# No red and no blue, which a reader would take for parties.
OBSERVED, PREDICTED, LIMIT, GREY = "#1a1a1a", "#7d68b5", "#d9760f", "#888888"
CYCLE = (PREDICTED, LIMIT, "#1b8a6b", "#8a6d1f", "#a63d7a", GREY)


@dataclass(frozen=True, eq=False)
class GalleryFigure:
    """A figure and its words.

    Attributes
    ----------
    name
        File name without its ending.
    title
        What is shown.
    good
        What good looks like, a sentence.
    picture
        A Matplotlib figure; None where there is nothing to draw, which `note` explains.
    note
        What this race's figure shows, where numbers say it better.
    rows
        A table to stand under it, a heading first.
    met
        Whether the figure meets what `good` asks; None where only a reader can tell.
    fault
        Where it does not: what is wrong and what to do, a sentence. Empty where something else
        says so already.
    """

    name: str
    title: str
    good: str
    picture: Any
    note: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    met: bool | None = None
    fault: str = ""


def save(figure: GalleryFigure, folder: Path, race: str) -> Path | None:
    """Write the picture as PNG, atomically, with what it is of, and let go of its memory."""
    if figure.picture is None:
        return None
    path = folder / f"{figure.name}.png"
    width, height = figure.picture.get_size_inches()
    figure.picture.text(0.15 / width, 0.1 / height, race, size=9, color="#555555")
    write_atomically(path, lambda part: figure.picture.savefig(part, dpi=DPI, format="png"))
    plt.close(figure.picture)
    return path


def titled(picture: Any, title: str, good: str, size: tuple[float, float] | None = None) -> Any:
    """Put title and what good looks like above the panels, and make room for them."""
    if size is not None:
        picture.set_size_inches(*size)
    width, height = picture.get_size_inches()
    lines = textwrap.fill(f"Good: {good}", int(width * 12))
    head = HEAD + 0.2 * lines.count("\n")
    picture.suptitle("")
    # The engine that the figure came with would lay the panels out over the title again.
    if picture.get_layout_engine() is not None:
        picture.get_layout_engine().set(rect=(0, FOOT / height, 1, 1 - (head + FOOT) / height))
    else:
        picture.tight_layout(rect=(0, FOOT / height, 1, 1 - head / height))
    left = 0.15 / width
    picture.text(left, 1 - 0.12 / height, title, size=14, weight="bold", va="top")
    picture.text(left, 1 - 0.45 / height, lines, size=11, va="top", color="#333333")
    return picture


def drawn_by(collection: Any) -> Any:
    """The Matplotlib figure behind what an ArviZ function returns."""
    return collection.viz["figure"].item()


def dataset(values: Mapping[str, FloatArray], wrap: int = 0) -> Any:
    """Draws by name as an xarray Dataset; names wrapped for the title of a panel.

    Parameters
    ----------
    values
        Name to draws, shape (n_chains, n_draws), or (n_draws,) for a single chain.
    wrap
        Letters a line; 0 to leave names in one line.
    """
    arrays = {name: np.atleast_2d(draws) for name, draws in values.items()}
    chains, draws = next(iter(arrays.values())).shape
    coords = {"chain": np.arange(chains), "draw": np.arange(draws)}
    return xr.Dataset(
        {wrapped(name, wrap): (("chain", "draw"), array) for name, array in arrays.items()}, coords
    )


def wrapped(name: str, width: int) -> str:
    """A name over several lines; a slash has a meaning of its own in xarray."""
    name = name.replace("/", "∕")
    return textwrap.fill(name, width) if width else name


def bare_axes(rows: int, columns: int, size: tuple[float, float]) -> tuple[Any, Any]:
    """A Matplotlib figure with its axes as an array, shape (rows, columns)."""
    return plt.subplots(rows, columns, figsize=size, squeeze=False)
