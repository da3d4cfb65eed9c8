"""Options of an import that are missing, or of no use, named all at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from forecast.errors import InputError
from forecast.importing.import_options import BASELINE, ImportOptions
from forecast.importing.race_yaml_writer import ASKED
from forecast.race.folder import FIRST_ROUND
from forecast.race.race_yaml import RACE_FILE


def raise_wrong_options(job: ImportOptions) -> None:
    """Name everything that is missing for an import, or of no use to it, in one error.

    What the files may say themselves is asked for when they have been read.

    Raises
    ------
    InputError
        With one line a reason.
    """
    wrong = []
    if job.file_format == "csv" and job.reading.contests:
        wrong.append("--contest is of no use: csv files hold one contest")
    if job.reading.district and job.file_format in {"clarity", "csv", "wide"}:
        wrong.append("--district is for openelections files only")
    if job.part == FIRST_ROUND:
        wrong += _wrong_for_new_race(job)
        wrong += ["--crosswalk is of no use: it leads to the first round"] * bool(job.crosswalk)
    else:
        if not (job.folder / RACE_FILE).exists():
            wrong.append(f"{job.folder} has no {RACE_FILE} yet; import the first round first")
        if named := ", ".join(job.new_race.given):
            wrong.append(f"options that describe a race go with its first round, not: {named}")
    about = {"--election": job.election, "--date": job.held}
    missing = ", ".join(option for option, value in about.items() if not value)
    if job.part == BASELINE and missing:
        wrong.append(f'a baseline needs {missing} (--election "2016 president")')
    elif job.part != BASELINE and len(missing) < len(", ".join(about)):
        wrong.append("--election and --date are for baselines only")
    if wrong:
        raise InputError(f"nothing imported as {job.part}:", wrong)


def _wrong_for_new_race(job: ImportOptions) -> list[str]:
    given, path = job.new_race.given, job.folder / RACE_FILE
    wrong = []
    if path.exists() and given and not job.force:
        keys = ", ".join(given)
        wrong.append(f"{path} exists; edit {keys} there, or overwrite them with --force")
    if len(job.new_race.finalists) not in {0, 2}:
        wrong.append("give --finalist twice or not at all, for the two with the most votes")
    return wrong


# What is expected of an option that takes any words.
EXPECTED = {
    ASKED["title"]: "a title is the election in words, which stand for its place too without "
    '--place: "Mayor of Lecce, 2024"',
    ASKED["office"]: 'an office is what is filled: "Mayor"',
}


def missing_keys(job: ImportOptions, given: Mapping[str, Any] | None) -> str:
    """What race.yaml needs and neither the options nor the files have said; "" where nothing.

    Parameters
    ----------
    job
        The import.
    given
        What both have said; None where the files could not be read, which may say the rest.
    """
    if job.part != FIRST_ROUND or (job.folder / RACE_FILE).exists():
        return ""
    known = job.new_race.given if given is None else given
    missing = [option for key, option in ASKED.items() if key not in known]
    if given is not None or not missing:
        said = f"{job.folder} has no {RACE_FILE} yet; give {', '.join(missing)}{_expected(missing)}"
        return said if missing else ""
    # No file says the day of the runoff.
    if ASKED["runoff"] not in missing:
        return ""
    rest = ", ".join(option for option in missing if option != ASKED["runoff"])
    beside = f"; {rest} too where the files do not say them" if rest else ""
    expected = _expected(missing) if rest else ""
    return f"{job.folder} has no {RACE_FILE} yet; give {ASKED['runoff']}{beside}{expected}"


def _expected(missing: Sequence[str]) -> str:
    """What titles and offices are, where they are missing."""
    parts = [EXPECTED[option] for option in missing if option in EXPECTED]
    return f" ({'; '.join(parts)})" if parts else ""
