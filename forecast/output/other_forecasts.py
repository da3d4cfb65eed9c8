"""What others forecast of a race, where its folder says: shown beside ours, never used."""

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from forecast.errors import InputError
from forecast.output import words

OTHERS_FILE = "peer_forecasts.csv"
COLUMNS = ("forecaster", "published", "p_first", "mean_margin", "basis", "source")


@dataclass(frozen=True)
class OtherForecast:
    """A forecast that somebody else published.

    Attributes
    ----------
    forecaster, published
        Who, and on which day.
    win_probability
        Of the first finalist; None where they gave none.
    margin
        Expected margin of the first finalist in [-1, 1]; None where they gave none.
    basis, source
        What it was made from, and where it was published.
    """

    forecaster: str
    published: date
    win_probability: float | None
    margin: float | None
    basis: str
    source: str

    def words(self, labels: tuple[str, str]) -> str:
        """Who said what when, in a phrase."""
        said = []
        if self.win_probability is not None:
            said.append(f"{labels[0]} {words.chance(self.win_probability)}")
        if self.margin is not None:
            said.append(words.lead(self.margin, labels))
        return f"{self.forecaster} ({words.month_day(self.published)}) {', '.join(said)}"


def read_other_forecasts(folder: Path, until: date | None = None) -> tuple[OtherForecast, ...]:
    """Forecasts of others in a race folder, in the order of the file; none without the file.

    Parameters
    ----------
    folder
        A race folder. ``peer_forecasts.csv`` has the columns of `COLUMNS`: `p_first` is the
        first finalist's win probability in [0, 1] and `mean_margin` the expected margin in
        points, empty where they gave none.
    until
        The last day on which they were published; None for all.

    Raises
    ------
    InputError
        With every faulty line.
    """
    path = folder / OTHERS_FILE
    if not path.is_file():
        return ()
    found, faults = [], []
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise InputError(
                f"{path}: no column {', '.join(missing)}; the columns are {', '.join(COLUMNS)}"
            )
        for row in reader:
            try:
                found.append(_forecast(row))
            except (TypeError, ValueError) as error:
                faults.append(f"line {reader.line_num}: {error}")
    if faults:
        raise InputError(f"{path}: {len(faults)} fault(s)", faults)
    return tuple(other for other in found if until is None or other.published <= until)


def _forecast(row: dict[str, str]) -> OtherForecast:
    chance, margin = (float(row[name]) if row[name] else None for name in COLUMNS[2:4])
    if chance is not None and not 0 <= chance <= 1:
        raise ValueError(f"p_first is a probability from 0 to 1, not {chance:g}")
    return OtherForecast(
        row["forecaster"],
        date.fromisoformat(row["published"]),
        chance,
        None if margin is None else margin / 100,
        row["basis"],
        row["source"],
    )
