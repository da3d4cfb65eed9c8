"""Finished races: what a forecast may see, and beside it what happened."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from forecast.errors import InputError
from forecast.files import cache_root, shipped_folder
from forecast.lazy_imports import lazy_imports
from forecast.race.contest import Race, RunoffResult
from forecast.race.folder import align, load_race, races_in
from forecast.race.runoff_result import has_runoff, load_runoff
from forecast.record.contests import INDEX_FILE, read_contests
from forecast.record.find import find_race
from forecast.stats.arrays import BoolArray, IntArray

with lazy_imports():  # it is written on this module
    from forecast.record import earlier_baselines

FOLDERS, CONTESTS = "folders", "contests"


@dataclass(frozen=True, eq=False)
class RecordRace:
    """A race with its counted runoff.

    Attributes
    ----------
    race
        What a forecast may see.
    result
        The count. No forecast takes it.
    collection
        `FOLDERS` or `CONTESTS`: whether it came as a race folder, or in a contests folder.
    folder
        Its race folder, None where it has none.
    """

    race: Race
    result: RunoffResult
    collection: str
    folder: Path | None = None

    @property
    def id(self) -> str:
        """Id of the race."""
        return self.race.contest.id

    @property
    def source(self) -> str:
        """Name of the collection that it came from, `FOLDERS` for a race folder."""
        return FOLDERS if self.collection == FOLDERS else self.race.contest.sources[0]

    def votes(self) -> IntArray:
        """All runoff votes of the race's finalists, in the race's order, shape (2,).

        Units without a first-round row are in it: the result is the result.
        """
        return self.result.returns.counts[:, self._columns()].sum(axis=0)

    def share(self) -> float:
        """Runoff share of the race's first finalist."""
        first, second = self.votes().tolist()
        return float(first / (first + second))

    def unit_votes(self) -> tuple[IntArray, BoolArray]:
        """Runoff votes in the units of the first round.

        Returns
        -------
        tuple
            Votes of the race's finalists, shape (n_units, 2), and whether the unit has a
            runoff row, shape (n_units,).
        """
        returns, present = align(self.result.returns, self.race.first_round)
        return returns.counts[:, self._columns()], present

    def _columns(self) -> list[int]:
        return [self.result.returns.candidate_index(name) for name in self.race.contest.finalists]


def read_folders(folder: Path) -> Iterator[RecordRace]:
    """Finished races of a folder of race folders, by name; those to come are passed over.

    Raises
    ------
    InputError
        When there is no race folder, or with all the faults of one.
    """
    paths = races_in(folder)
    if not paths:
        raise InputError(f"{folder} holds no race folder: give a folder of folders with race.yaml")
    for path in paths:
        if has_runoff(path):
            yield read_finished(path)


def read_finished(folder: Path) -> RecordRace:
    """One finished race by its folder.

    Raises
    ------
    InputError
        When the runoff is not known, or with all the faults of the folder.
    """
    return with_result(load_race(folder), folder)


def with_result(race: Race, folder: Path) -> RecordRace:
    """A race that is read, with the counted runoff of its folder.

    Raises
    ------
    InputError
        When the runoff is not known, or with all its faults.
    """
    return RecordRace(race, load_runoff(folder, race), FOLDERS, folder)


def read_contests_folder(folder: Path) -> Iterator[RecordRace]:
    """Finished races of a contests folder, in the order of its index."""
    contests = read_contests(folder)
    for race_id in contests.ids:
        yield RecordRace(contests.race(race_id), contests.result(race_id), CONTESTS)


def read_record(
    races: Sequence[Path] = (), contests: Sequence[Path] = ()
) -> tuple[RecordRace, ...]:
    """Finished races of folders; of the record that ships where none is given.

    A race id that is there twice counts once, as a folder. A race without a baseline takes one
    from an earlier race, given or shipped, where there is one in the same units.
    """
    shipped = shipped_record()
    if not races and not contests:
        return earlier_baselines.with_earlier_baselines(_read(*shipped))
    return earlier_baselines.with_earlier_baselines(_read(races, contests), _read(*shipped))


def _read(races: Sequence[Path], contests: Sequence[Path]) -> tuple[RecordRace, ...]:
    """Finished races as their folders have them, each id once."""
    found: dict[str, RecordRace] = {}
    for folder in races:
        for finished in read_folders(folder):
            found.setdefault(finished.id, finished)
    for folder in contests:
        for finished in read_contests_folder(folder):
            found.setdefault(finished.id, finished)
    return tuple(found.values())


def shipped_record() -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Folders of race folders, and contests folders, of the record that ships."""
    root = shipped_folder("data") / "record"
    return (root / "races",), tuple(sorted(path.parent for path in root.glob(f"*/{INDEX_FILE}")))


def finished_of(race: Race, folder: Path) -> RecordRace | None:
    """A race with its counted runoff, by the folder that it was read from; None where unknown.

    Parameters
    ----------
    race, folder
        The race, and its folder: one with a runoff table, or one that was written of a contest
        of the record that ships, whose runoff is read there.

    Raises
    ------
    InputError
        With all the faults of its runoff.
    """
    if has_runoff(folder):
        return RecordRace(race, load_runoff(folder, race), FOLDERS, folder)
    written = cache_root() / "races"
    if not folder.is_relative_to(written):
        return None
    name = folder.relative_to(written).parts[0]
    home = next((path for path in shipped_record()[1] if path.name == name), None)
    if home is None:
        return None
    return RecordRace(race, read_contests(home).result(race.contest.id), CONTESTS)


def find_finished(name_or_path: str | Path, record: Sequence[RecordRace]) -> RecordRace:
    """A finished race by its id in the record, or by its folder.

    Raises
    ------
    InputError
        When there is no such race, or its runoff is not known.
    """
    for finished in record:
        if finished.id == str(name_or_path):
            return finished
    return read_finished(find_race(name_or_path))
