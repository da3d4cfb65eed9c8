"""The last snapshot of a night, to be judged again without its files at hand."""

import re
import shutil
from pathlib import Path

from forecast.errors import InputError
from forecast.night.state import SNAPSHOTS, NightState

# What `NightState.keep_snapshot` puts before the name of a file.
_KEPT = re.compile(r"^\d{5,}-[0-9a-f]{8}-")


def copy_of_last(state: NightState, folder: Path) -> tuple[Path, ...]:
    """Copies of the files that the count was last taken of, by the names that they had.

    Parameters
    ----------
    state
        The night.
    folder
        Where to copy them.

    Returns
    -------
    tuple of Path
        None of them where nothing was taken yet.

    Raises
    ------
    InputError
        When the night does not have them any more.
    """
    taken = [moment for moment in state.moments if moment.accepted]
    if not taken:
        return ()
    folder.mkdir(parents=True, exist_ok=True)
    copies = []
    for name in taken[-1].files:
        copy = folder / _KEPT.sub("", name)
        try:
            shutil.copyfile(state.folder / SNAPSHOTS / name, copy)
        except OSError as error:
            raise InputError(
                f"{state.folder / SNAPSHOTS / name}: cannot be read: {error.strerror}; give the "
                "file with --returns"
            ) from error
        copies.append(copy)
    return tuple(copies)
