"""The numbers beside a figure, as cells that are ready to be read."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """A table under a figure, and the CSV that it can be downloaded as.

    Attributes
    ----------
    caption
        What it shows.
    columns
        Headings, with units.
    rows
        Cells as text; the first names the row.
    keys
        An id a row where rows can be looked up, else empty.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    keys: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"{len(row)} cells under {len(self.columns)} headings: {row}")

    @property
    def keyed_rows(self) -> list[tuple[str, tuple[str, ...]]]:
        """Every row behind its key, "" where there are no keys."""
        keys = self.keys or ("",) * len(self.rows)
        return list(zip(keys, self.rows, strict=True))


def table(caption: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """Make a table of lists."""
    return Table(caption, tuple(columns), tuple(tuple(row) for row in rows))
