"""Forecasts that were made before: the JSON documents of `forecast simulate`, read again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from forecast.errors import InputError
from forecast.json_text import load_json
from forecast.output import words

SCHEMA_VERSION = 1
MAKE = "make it with `forecast simulate RACE --json > FILE`"


@dataclass(frozen=True, eq=False)
class EarlierForecast:
    """A forecast document, read again.

    Attributes
    ----------
    path
        Its file.
    content
        The document, see forecast.schema.json.
    """

    path: Path
    content: Mapping[str, Any]

    @property
    def race(self) -> str:
        """Id of the race."""
        return str(self.content["race"]["id"])

    @property
    def as_of(self) -> date:
        """Day of the forecast."""
        return date.fromisoformat(self.content["as_of"])

    @property
    def names(self) -> tuple[str, str]:
        """The finalists."""
        first, second = (finalist["name"] for finalist in self.content["finalists"])
        return first, second

    @property
    def labels(self) -> tuple[str, str]:
        """Their short names."""
        # Documents of older versions have none.
        shorts = words.short_names(self.names)
        finalists = zip(self.content["finalists"], shorts, strict=True)
        first, second = (finalist.get("short_name", short) for finalist, short in finalists)
        return first, second

    @property
    def chance(self) -> float:
        """The first finalist's chance."""
        return float(self.content["finalists"][0]["win_probability"])

    @property
    def error(self) -> float:
        """Its Monte Carlo error."""
        return float(self.content["finalists"][0]["monte_carlo_error"])

    @property
    def without_polls(self) -> float | None:
        """The same chance without polls; None where the forecast used none."""
        polls = self.content["polls"]
        return None if polls is None else float(polls["without"]["win_probability"])

    def quantile(self, what: str, name: str) -> float:
        """A quantile of the margin or the turnout, "q50"."""
        return float(self.content[what][name])


def read_forecast(path: Path) -> EarlierForecast:
    """Read a forecast document.

    Raises
    ------
    InputError
        When there is no such file, or it is none.
    """
    try:
        with path.open(encoding="utf-8") as file:
            content = load_json(file)
        found = EarlierForecast(path, content)
        version = content["schema_version"]
        # Whatever is read of it later is tried now, so that a fault is told with its file.
        _ = found.race, found.as_of, found.names, found.chance, found.error, found.without_polls
        for what in ("margin", "turnout"):
            for name in ("q025", "q10", "q50", "q90", "q975"):
                found.quantile(what, name)
        _ = dict(content["inputs"]), dict(content["priors"]), dict(content["versions"])
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}; {MAKE}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path} is no forecast ({error!r}); {MAKE}") from error
    if version != SCHEMA_VERSION:
        raise InputError(f"{path}: schema_version {version}, not {SCHEMA_VERSION}; {MAKE}")
    return found


def read_history(
    places: Sequence[Path], race: str, names: tuple[str, str]
) -> list[EarlierForecast]:
    """Forecasts of one race in files and in folders of them, by day; the last one of a day.

    Parameters
    ----------
    places
        Files, each a forecast of the race; and folders, of whose JSON files those are taken that
        are.
    race, names
        Id of the race, and its finalists in their order.

    Raises
    ------
    InputError
        When a file is no forecast of the race, or a folder has none.
    """
    found: dict[date, EarlierForecast] = {}
    for place in places:
        of_place = list(_of_folder(place, race)) if place.is_dir() else [read_forecast(place)]
        if not of_place:
            raise InputError(f"{place} holds no forecast of {race}; {MAKE}")
        for one in of_place:
            if one.race != race:
                raise InputError(f"{one.path} is a forecast of {one.race}, not of {race}")
            if one.names != names:
                raise InputError(
                    f"{one.path} has the finalists {' and '.join(one.names)}, not "
                    f"{' and '.join(names)}"
                )
            found[one.as_of] = one
    return [found[day] for day in sorted(found)]


def _of_folder(folder: Path, race: str) -> Iterator[EarlierForecast]:
    """The forecasts of a race in a folder, by file name; other files are passed over."""
    for path in sorted(folder.glob("*.json")):
        try:
            one = read_forecast(path)
        except InputError:
            continue
        if one.race == race:
            yield one
