"""Published files into a race folder: as its first round, its runoff or a baseline.

The first round makes race.yaml and the units; the runoff and the baselines are matched to
those units. Everything is read, matched and checked before the first file is written, and
race.yaml is written last: what fails leaves the folder as it was.
"""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from forecast.errors import InputError
from forecast.importing.clarity import read_clarity
from forecast.importing.long_csv import read_long_csv
from forecast.importing.matching import (
    NO_CROSSWALK,
    Matches,
    Unit,
    in_first_round_units,
    match_units,
    read_crosswalk,
    units_of,
)
from forecast.importing.openelections import read_openelections
from forecast.importing.race_yaml_writer import (
    ASKED,
    NewRace,
    race_yaml_text,
    with_baseline,
    with_keys,
)
from forecast.importing.rows import ReturnRow, with_parties, write_file, write_table
from forecast.race.contest import Race
from forecast.race.faults import raise_errors
from forecast.race.folder import FIRST_ROUND, finalist_faults, load_race
from forecast.race.labels import normalised
from forecast.race.race_yaml import RACE_FILE, read_race_file
from forecast.race.runoff_result import RUNOFF
from forecast.race.tables import find_table, read_returns

BASELINE = "baseline"


@dataclass(frozen=True)
class Import:
    """What to import, from where, into which folder.

    Attributes
    ----------
    file_format
        "clarity", "openelections" or "csv".
    files
        The published files; those of several counties become one table.
    folder, part
        The race folder, and what the files are in it: "first_round", "runoff", "baseline".
    contest, district
        The contest (Clarity) or the office and its district (OpenElections) in the files.
    parties
        Candidate to party, for files that name none.
    crosswalk
        Table of the units that have another name in the first round.
    election, held
        What a baseline was, in words, and its day.
    new_race
        For the first import of a first round.
    force
        Whether an existing table may be overwritten, and race.yaml where `new_race` says more.
    """

    file_format: str
    files: tuple[Path, ...]
    folder: Path
    part: str = FIRST_ROUND
    contest: str = ""
    district: str = ""
    parties: Mapping[str, str] = field(default_factory=dict)
    crosswalk: Path | None = None
    election: str = ""
    held: date | None = None
    new_race: NewRace = field(default_factory=NewRace)
    force: bool = False


@dataclass(frozen=True)
class Imported:
    """What an import has written, for the person who asked for it."""

    path: Path
    n_units: int
    votes: int
    extra: tuple[Unit, ...] = ()
    missing: tuple[Unit, ...] = ()


def import_returns(job: Import) -> Imported:
    """Import published files into a race folder.

    Raises
    ------
    InputError
        When options are missing or of no use, a file has faults, units stay unmatched, the
        table exists, or the folder would not be sound afterwards. Nothing is written then.
    """
    raise_wrong_options(job)
    stem = job.part
    if job.part == BASELINE:
        stem = f"{BASELINE}_{normalised(job.election).replace(' ', '_')}"
    path = _target(job.folder, stem, job.force)
    rows = with_parties(_read_files(job), dict(job.parties))
    if job.part == FIRST_ROUND:
        return _import_first_round(job, path, rows)
    race = load_race(job.folder)
    if job.part == RUNOFF:
        rows = with_known_spelling(rows, race.first_round.candidates)
    matches = _match(rows, race, job.crosswalk, extra_allowed=job.part == BASELINE)
    matched = in_first_round_units(rows, matches, keep_extra=job.part == RUNOFF)
    text = (job.folder / RACE_FILE).read_text(encoding="utf-8")
    if job.part == BASELINE and not _names_baseline(job.folder, path.name):
        text = with_baseline(text, path.name, job.election, job.held)
    _write(job, path, matched, text)
    return _imported(path, matched, matches)


def raise_wrong_options(job: Import) -> None:
    """Name everything that is missing for an import, or of no use to it, in one error.

    Raises
    ------
    InputError
        With one line a reason.
    """
    wrong = []
    if job.file_format == "csv":
        wrong += ["--contest is of no use: csv files hold one contest"] * bool(job.contest)
    elif not job.contest:
        wrong.append(f"{job.file_format} files hold several contests; choose one with --contest")
    if job.district and job.file_format != "openelections":
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


def _wrong_for_new_race(job: Import) -> list[str]:
    given, path = job.new_race.given, job.folder / RACE_FILE
    wrong = []
    if path.exists():
        if given and not job.force:
            keys = ", ".join(given)
            wrong.append(f"{path} exists; edit {keys} there, or overwrite them with --force")
    elif missing := [option for key, option in ASKED.items() if key not in given]:
        wrong.append(f"{job.folder} has no {RACE_FILE} yet; give {', '.join(missing)}")
    if len(job.new_race.finalists) not in {0, 2}:
        wrong.append(f"give --finalist twice, not {len(job.new_race.finalists)} times")
    return wrong


def _target(folder: Path, stem: str, force: bool) -> Path:
    """Path of the table to write: in the place of the one that exists, with `force`."""
    existing, faults = find_table(folder, stem)
    raise_errors(f"race folder {folder}", faults)
    if existing is None:
        return folder / f"{stem}.csv"
    if not force:
        raise InputError(f"{existing} exists; choose another folder, or overwrite with --force")
    if existing.suffix == ".parquet":
        raise InputError(f"{existing} is Parquet and an import writes CSV; remove it first")
    return existing


def _read_files(job: Import) -> list[ReturnRow]:
    readers: dict[str, Callable[[Path], list[ReturnRow]]] = {
        "clarity": lambda path: read_clarity(path, job.contest),
        "openelections": lambda path: read_openelections(path, job.contest, job.district),
        "csv": read_long_csv,
    }
    rows: list[ReturnRow] = []
    home: dict[tuple[str, str, str], Path] = {}
    for path in job.files:
        for row in readers[job.file_format](path):
            key = (row.unit_id, row.candidate, row.mode)
            if (before := home.setdefault(key, path)) is not path:
                raise InputError(
                    f"{row.candidate} in {row.unit_id} is in both {before.name} and {path.name}; "
                    "give each file once"
                )
            rows.append(row)
    return rows


def _import_first_round(job: Import, path: Path, rows: Sequence[ReturnRow]) -> Imported:
    match_units(units_of(rows), units_of(rows))  # complains of namesakes
    given = job.new_race.given
    if "finalists" in given:
        given["finalists"] = _finalists(rows, job.new_race.finalists)
    race_file = job.folder / RACE_FILE
    if race_file.exists():
        text = race_file.read_text(encoding="utf-8")
        text = with_keys(text, given) if given else text
    else:
        text = race_yaml_text(job.folder.resolve().name, given, rows, job.files)
    _write(job, path, rows, text)
    return _imported(path, rows)


def _names_baseline(folder: Path, file: str) -> bool:
    race_file, _ = read_race_file(folder)
    return race_file is not None and any(entry.file == file for entry in race_file.baselines)


def _write(job: Import, path: Path, rows: Sequence[ReturnRow], text: str) -> None:
    """Write the table and race.yaml, after the readers of a race folder have read both."""
    with tempfile.TemporaryDirectory() as name:
        stage = Path(name)
        write_table(stage / path.name, rows)
        write_file(stage / RACE_FILE, text)
        race_file, faults = read_race_file(stage)
        table, wrong = read_returns(stage / path.name)
    faults += wrong
    if race_file and table and job.part != BASELINE:
        faults += finalist_faults(race_file.contest, table)
    raise_errors("nothing was written: the imported race", faults)
    write_table(path, rows, force=job.force)
    old = job.folder / RACE_FILE
    if not old.exists() or old.read_text(encoding="utf-8") != text:
        write_file(old, text, force=True)


def with_known_spelling(rows: Sequence[ReturnRow], names: Sequence[str]) -> list[ReturnRow]:
    """Rows whose candidates are spelled as in the first round ("Karen Handel" in capitals)."""
    known = {normalised(name): name for name in names}
    return [
        replace(row, candidate=known.get(normalised(row.candidate), row.candidate)) for row in rows
    ]


def _finalists(rows: Sequence[ReturnRow], names: Sequence[str]) -> list[str]:
    """The finalists as the files spell them."""
    known = {normalised(row.candidate): row.candidate for row in rows}
    unknown = [name for name in names if normalised(name) not in known]
    if unknown:
        raise InputError(
            f"no finalist {', '.join(unknown)} in the files; "
            f"the candidates are: {', '.join(known.values())}"
        )
    return [known[normalised(name)] for name in names]


def _match(
    rows: Sequence[ReturnRow], race: Race, crosswalk: Path | None, *, extra_allowed: bool
) -> Matches:
    returns = race.first_round
    units = [
        Unit(*names)
        for names in zip(returns.counties, returns.unit_names, returns.unit_ids, strict=True)
    ]
    names = NO_CROSSWALK if crosswalk is None else read_crosswalk(crosswalk)
    by_id = {unit.unit_id: unit for unit in units}
    # An equal id is an equal unit, whatever name the file gives it.
    others = [by_id.get(unit.unit_id, unit) for unit in units_of(rows)]
    return match_units(units, others, names, extra_allowed=extra_allowed)


def _imported(path: Path, rows: Sequence[ReturnRow], matches: Matches | None = None) -> Imported:
    return Imported(
        path=path,
        n_units=len(units_of(rows)),
        votes=sum(row.votes for row in rows),
        extra=matches.extra if matches else (),
        missing=matches.missing if matches else (),
    )
