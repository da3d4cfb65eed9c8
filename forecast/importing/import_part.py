"""One way in for every file: returns, a map or polls, told apart by what the files hold."""

from dataclasses import replace

from forecast.errors import InputError
from forecast.importing.formats import MAP, POLLS, kind_of
from forecast.importing.import_options import ImportOptions
from forecast.importing.import_race import import_returns
from forecast.importing.imported import Imported
from forecast.lazy_imports import lazy_imports
from forecast.race.folder import FIRST_ROUND
from forecast.race.race_yaml import RACE_FILE

with lazy_imports():  # returns must not wait for what reads maps
    from forecast.importing import map_import, polls_import


_WHAT = {MAP: "a map", POLLS: "polls"}


def import_files(options: ImportOptions) -> Imported:
    """Import files as the part of a race folder that they are, or are said to be.

    Raises
    ------
    InputError
        When the files cannot be used, or hold something else than they are said to.
    """
    part = options.part or _part_of(options)
    options = replace(options, part=part)
    if part in {MAP, POLLS} and len(options.files) != 1:
        raise InputError(f"a race folder has one file of {part}; give one")
    if part in {MAP, POLLS} and not (options.folder / RACE_FILE).exists():
        votes = (
            "; votes among its properties are read from a table: save them as CSV"
            if part == MAP
            else ""
        )
        raise InputError(
            f"{options.files[0].name} holds {_WHAT[part]}, and {options.folder} has no returns "
            f"yet: import those of the first round before it{votes}"
        )
    if part == MAP:
        return map_import.import_map(options)
    if part == POLLS:
        return polls_import.import_polls(options)
    return import_returns(options)


def _part_of(options: ImportOptions) -> str:
    """The part that files are by their content; returns are a first round if nobody says more."""
    if options.file_format:
        return FIRST_ROUND
    try:
        kind = kind_of(options.files[0], options.reading)
    except InputError:
        # Said again when the file is read, with what else is wrong.
        return FIRST_ROUND
    return kind if kind in {MAP, POLLS} else FIRST_ROUND
