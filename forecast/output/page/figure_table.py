"""The numbers beside a figure, as cells that are ready to be read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from forecast.output import words

# Rows of a long table that are printed.
PRINTED = 60


class Shown(str):
    """A cell as a reader sees it, with the number behind it for the CSV.

    Attributes
    ----------
    value
        The number, or several with bars between them, which the CSV has in as many columns: both
        ends of an interval, or a mean and both ends. Of a heading, the name of the column or of
        each of them; of one name alone the columns of an interval are its "low" and "high".
    """

    __slots__ = ("value",)
    value: str

    def __new__(cls, text: str, *values: float | str) -> "Shown":
        made = super().__new__(cls, text)
        made.value = "|".join(
            value if isinstance(value, str) else f"{value + 0.0:.6g}"
            for value in values  # no "-0"
        )
        return made

    @classmethod
    def votes(cls, *votes: float, text: str = "") -> "Shown":
        """Votes, in whole numbers for the CSV; `text` where more than the first is shown."""
        return cls(text or words.rounded_votes(votes[0]), *(f"{vote:.0f}" for vote in votes))


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
    notes
        A sentence a row that is shown where it is looked up, else empty.
    names
        How many of the first cells together name the row.
    screen_only
        Rows, by position, that are not printed.
    printed
        What is printed instead of all, where there are such rows: "the 60 largest of 1,191".
    remark
        What its columns hold, in sentences below the caption.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    keys: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    names: int = 1
    screen_only: frozenset[int] = frozenset()
    printed: str = ""
    remark: str = ""

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"{len(row)} cells under {len(self.columns)} headings: {row}")

    @property
    def keyed_rows(self) -> list[tuple[str, str, tuple[str, ...]]]:
        """Every row behind its key and its note, "" where there are none."""
        nothing = ("",) * len(self.rows)
        return list(zip(self.keys or nothing, self.notes or nothing, self.rows, strict=True))

    def on_paper(self, order: Sequence[int], which: str) -> "Table":
        """The same with the first rows of an order printed alone, where it has more.

        Parameters
        ----------
        order
            Positions of the rows, those to be printed first.
        which
            What they are: "with the most expected votes".
        """
        if len(self.rows) <= PRINTED:
            return self
        said = f"the {PRINTED} {which}, of {len(self.rows):,}"
        return replace(self, screen_only=frozenset(order[PRINTED:]), printed=said)

    def name_of(self, row: Sequence[str]) -> str:
        """What a row is called: "Addison 01, Cobb"."""
        return ", ".join(row[: self.names])


def table(caption: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """Make a table of lists."""
    return Table(caption, tuple(columns), tuple(tuple(row) for row in rows))
