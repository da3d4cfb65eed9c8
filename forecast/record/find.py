"""A race by its id or path: one that ships, one of the record, or a folder of the user's."""

import difflib
import os
from pathlib import Path

from forecast.errors import InputError
from forecast.files import shipped_folder
from forecast.race.folder import races_in
from forecast.race.race_yaml import RACE_FILE
from forecast.record.shipped_races import find_record_race, record_ids


def shipped_races() -> tuple[str, ...]:
    """Ids of the races that ship with the program, in alphabetical order."""
    return tuple(folder.name for folder in races_in(shipped_folder("data")))


def find_race(name_or_path: str | Path) -> Path:
    """Folder of a race.

    Parameters
    ----------
    name_or_path
        Id of a shipped race, or path of a race folder. A shipped id wins over a folder of
        that name in the working directory; write "./name" for the folder.

    Returns
    -------
    Path
        A folder with a race.yaml in it.

    Raises
    ------
    InputError
        When there is no such race; the message lists the shipped ones and the nearest name.
    """
    text = os.fspath(name_or_path)
    known = shipped_races()
    if text in known:
        return shipped_folder("data") / text
    path = Path(text).expanduser()
    if path.name == RACE_FILE:
        path = path.parent
    if (path / RACE_FILE).is_file():
        return path
    if path.is_dir():
        raise InputError(f"{text} is no race folder: it has no {RACE_FILE}")
    if len(path.parts) > 1 or text.startswith((".", "~")):
        raise InputError(
            f"there is no folder {text}; `forecast data import FILES --into {text}` makes one, and "
            "`forecast data list` lists the races that have a name"
        )
    recorded = find_record_race(text)
    if recorded is not None:
        return recorded
    near = difflib.get_close_matches(text, (*known, *record_ids()), n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    shipped = ", ".join(known) or "none"
    raise InputError(
        f"no race named {text!r}; {hint}shipped races: {shipped}, and {len(record_ids()):,} "
        "finished ones (see `forecast data list`); or give the path of a race folder"
    )
