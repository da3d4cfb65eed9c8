"""The race folder: read into a Race, hashed for provenance.

Only what a forecast may see is read here; the counted runoff has its own module,
`forecast.race.runoff_result`.
"""

import difflib
import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from forecast.errors import InputError
from forecast.files import shipped_folder
from forecast.race.coded_columns import find_table, table_stem
from forecast.race.contest import Baseline, Contest, Race, Returns
from forecast.race.faults import Fault, raise_errors
from forecast.race.race_yaml import RACE_FILE, BaselineEntry, RaceFile, read_race_file
from forecast.race.tables import ReturnsTable, read_returns
from forecast.stats.arrays import BoolArray

FIRST_ROUND = "first_round"
# Files behind a forecast that a folder may have: its priors, and how names were matched.
OPTIONAL_INPUTS = ("priors.yaml", "crosswalk.csv")


def races_in(folder: Path) -> tuple[Path, ...]:
    """Paths of the race folders in a folder, by name."""
    return tuple(sorted(path.parent for path in folder.glob(f"*/{RACE_FILE}")))


def load_contest(folder: Path) -> Contest:
    """Read what an election is, and none of its returns.

    Raises
    ------
    InputError
        With all faults of race.yaml, each with its YAML path.
    """
    race_file, faults = read_race_file(folder)
    raise_errors(f"race folder {folder}", faults)
    assert race_file is not None, "without errors everything was read"
    return race_file.contest


def load_race(folder: Path) -> Race:
    """Read what a forecast may see of a race folder.

    Parameters
    ----------
    folder
        A race folder, as found by `find_race`.

    Returns
    -------
    Race
        Baselines stand in the order of race.yaml, their units in the order of the first
        round; baseline units that are not in the first round are left out.

    Raises
    ------
    InputError
        With all faults of all the files, each with file and line or YAML path.
    """
    race, _, faults = read_race(folder)
    raise_errors(f"race folder {folder}", faults)
    assert race is not None, "without errors everything was read"
    return race


def read_race(folder: Path) -> tuple[Race | None, Mapping[str, ReturnsTable], list[Fault]]:
    """Read a race folder without raising.

    Returns
    -------
    tuple
        The race, None where there are errors; its tables by stem ("first_round" and the
        baselines), as far as they could be read; every fault.
    """
    race_file, faults = read_race_file(folder)
    tables: dict[str, ReturnsTable] = {}
    for stem in _stems(race_file):
        table, found = _read_stem(folder, stem)
        faults.extend(found)
        if table is not None:
            tables[stem] = table
    if race_file is None or FIRST_ROUND not in tables:
        return None, tables, faults
    first_round = tables[FIRST_ROUND].returns
    faults.extend(finalist_faults(race_file.contest, tables[FIRST_ROUND]))
    faults.extend(_without_votes(race_file.contest, tables[FIRST_ROUND]))
    faults.extend(_unknown_choices(race_file.contest, tables[FIRST_ROUND]))
    faults.extend(unknown_short_names(race_file.contest, tables[FIRST_ROUND]))
    faults.extend(_misspelt_positions(race_file.contest, tables[FIRST_ROUND]))
    if faults:
        return None, tables, faults
    baselines = tuple(
        _baseline(entry, tables[table_stem(entry.file)].returns, first_round)
        for entry in race_file.baselines
    )
    return Race(race_file.contest, first_round, baselines), tables, faults


def input_hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file that a forecast of this race reads, by file name.

    The runoff is never among them: a forecast does not change when the result is known.

    Raises
    ------
    InputError
        When race.yaml or a table it names cannot be read.
    """
    race_file, faults = read_race_file(folder)
    paths = [folder / RACE_FILE]
    for stem in _stems(race_file):
        path, found = find_table(folder, stem)
        faults.extend(found or ([] if path else [_missing(stem)]))
        if path is not None:
            paths.append(path)
    raise_errors(f"race folder {folder}", faults)
    paths.extend(path for name in OPTIONAL_INPUTS if (path := folder / name).is_file())
    return file_hashes(paths, folder)


def file_hashes(paths: Iterable[Path], folder: Path) -> dict[str, str]:
    """SHA-256 of files, each by a name that tells where it is.

    Parameters
    ----------
    paths
        The files.
    folder
        Folder of the race: its files go by their bare names. Those that ship with the program
        go by "models/..." or "data/...", all others by their path as given, "./mine.yaml".

    Raises
    ------
    InputError
        When one cannot be read.
    """
    hashes = {}
    for path in paths:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise InputError(f"{path}: cannot be read ({error.strerror})") from error
        hashes[_name_of(path, folder)] = hashlib.sha256(content).hexdigest()
    return hashes


def _name_of(path: Path, folder: Path) -> str:
    """The name of an input: no two files of a forecast share one."""
    if path.parent == folder:
        return path.name
    for name in ("models", "data"):
        if path.is_relative_to(shipped_folder(name)):
            return f"{name}/{path.relative_to(shipped_folder(name)).as_posix()}"
    return path.as_posix() if path.is_absolute() or len(path.parts) > 1 else f"./{path.name}"


def finalist_faults(contest: Contest, table: ReturnsTable) -> list[Fault]:
    """Faults for the finalists of the contest that no row of a table names."""
    faults = []
    for index, name in enumerate(contest.finalists):
        if name not in table.returns.candidates:
            near = difflib.get_close_matches(name, table.returns.candidates, n=1, cutoff=0.4)
            hint = f"did you mean {near[0]!r}? " if near else ""
            faults.append(
                Fault(
                    RACE_FILE,
                    f"finalists[{index}]: {name!r} has no row in {table.file}; {hint}"
                    f"the candidates are {', '.join(table.returns.candidates)}",
                )
            )
    return faults


def _without_votes(contest: Contest, table: ReturnsTable) -> list[Fault]:
    """Faults for the finalists whom nobody chose: they would have no share to start from."""
    votes = table.returns.counts.sum(axis=0)
    return [
        Fault(
            RACE_FILE,
            f"finalists[{index}]: {name!r} has no votes in {table.file}, and a forecast starts "
            "from the votes of both; uncontested, withdrawn or replaced finalists are not "
            "forecast",
        )
        for index, name in enumerate(contest.finalists)
        if name in table.returns.candidates and not votes[table.returns.candidate_index(name)]
    ]


def _unknown_choices(contest: Contest, table: ReturnsTable) -> list[Fault]:
    return [
        Fault(
            RACE_FILE,
            f"not_a_candidate[{index}]: {name!r} has no row in {table.file}; the candidates are "
            f"{', '.join(table.returns.candidates)}",
        )
        for index, name in enumerate(contest.not_candidates)
        if name not in table.returns.candidates
    ]


def unknown_short_names(contest: Contest, table: ReturnsTable) -> list[Fault]:
    """Short names of nobody who stood."""
    known = table.returns.candidates
    faults = []
    for name in contest.short_names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]!r}? The" if near else "the"
            message = f"no such candidate; {hint} candidates are {', '.join(known)}"
            faults.append(Fault(RACE_FILE, f"short_names.{name}: {message}"))
    return faults


def _misspelt_positions(contest: Contest, table: ReturnsTable) -> list[Fault]:
    """Positions of nothing on the ballot that are nearly the name of something that is."""
    here = sorted({contest.bloc_of(party) for party in table.returns.parties} - {""})
    near = {
        name: difflib.get_close_matches(name, here, n=1, cutoff=0.75)
        for name in contest.positions
        if name not in here and name not in contest.blocs
    }
    return [
        Fault(
            RACE_FILE,
            f"positions.{name}: no bloc or party has this name; did you mean {found[0]!r}? The "
            f"blocs and parties are {', '.join(here)}",
        )
        for name, found in near.items()
        if found and found[0] not in contest.positions
    ]


def _stems(race_file: RaceFile | None) -> list[str]:
    baselines = () if race_file is None else race_file.baselines
    return [FIRST_ROUND, *dict.fromkeys(table_stem(entry.file) for entry in baselines)]


def _missing(stem: str) -> Fault:
    return Fault(f"{stem}.csv", "is missing (also looked for .csv.gz and .parquet)")


def _read_stem(folder: Path, stem: str) -> tuple[ReturnsTable | None, list[Fault]]:
    path, faults = find_table(folder, stem)
    if path is None:
        return None, faults or [_missing(stem)]
    return read_returns(path)


def _baseline(entry: BaselineEntry, returns: Returns, first_round: Returns) -> Baseline:
    return Baseline(entry.election, entry.held, *align(returns, first_round))


def align(returns: Returns, first_round: Returns) -> tuple[Returns, BoolArray]:
    """Put the returns of another election into the units of the first round.

    Parameters
    ----------
    returns
        Returns of the other election, units in any order.
    first_round
        Gives the units, their counties and names.

    Returns
    -------
    tuple
        The returns with the units of the first round (0 votes, unknown registered and
        ballots where there is no row), and whether each unit has a row, shape (n_units,).
    """
    position = {unit: index for index, unit in enumerate(returns.unit_ids)}
    rows = np.array([position.get(unit, -1) for unit in first_round.unit_ids], dtype=np.intp)
    present = rows >= 0
    return (
        Returns(
            unit_ids=first_round.unit_ids,
            counties=first_round.counties,
            unit_names=first_round.unit_names,
            registered=np.where(present, returns.registered[rows], np.nan),
            ballots=np.where(present, returns.ballots[rows], np.nan),
            candidates=returns.candidates,
            parties=returns.parties,
            modes=returns.modes,
            votes=np.where(present[:, None, None], returns.votes[rows], 0),
        ),
        present,
    )
