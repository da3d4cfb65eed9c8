"""Which lessons a race may be forecast with: only those that know nothing of its runoff."""

from datetime import date
from pathlib import Path

from forecast.files import shipped_folder
from forecast.lazy_imports import lazy_imports
from forecast.learn.learned import Learned, learn
from forecast.learn.learned_file import before_day, read_learned

with lazy_imports():  # what was counted in finished runoffs; most forecasts need none of it
    from forecast.learn import training_table


def lessons_for(runoff: date) -> Learned:
    """What finished runoffs teach about a runoff on a day.

    The newest of the shipped files that ends before the day. For days before the oldest of
    them, everything in the record but that day's runoffs: there are too few earlier ones.

    Parameters
    ----------
    runoff
        Day of the runoff to forecast.
    """
    file = _newest_before(runoff)
    if file is not None:
        return read_learned(file)
    return learn(training_table.shipped_finished(), leave_out_days=(runoff,))


def lessons_file(runoff: date) -> Path:
    """The file that `lessons_for` reads or learns from."""
    file = _newest_before(runoff)
    if file is not None:
        return file
    return training_table.shipped_table()


def _newest_before(runoff: date) -> Path | None:
    """The newest shipped file that ends before a day; None before the oldest of them."""
    files = shipped_lessons()
    usable = [day for day in files if day <= runoff]
    return files[max(usable)] if usable else None


def shipped_lessons() -> dict[date, Path]:
    """The day before which each shipped file was learned, and the file."""
    folder = shipped_folder("models") / "learned"
    found = {before_day(path): path for path in sorted(folder.glob("*.yaml"))}
    return {day: path for day, path in found.items() if day is not None}
