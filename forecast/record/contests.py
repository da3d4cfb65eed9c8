"""A contests folder: many small finished runoffs in two tables, index.csv and rounds.parquet.

index.csv has a line a contest: race_id, round1_date, round2_date, scope (a county, or MULTI
for several), office, finalist1 and finalist2; other columns are not read. rounds.parquet has
a row a vote count: race_id, round (1 or 2), unit_id ("COUNTY|unit"), candidate, party, votes.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from forecast.errors import InputError
from forecast.race.contest import Contest, Race, Returns, RunoffResult
from forecast.stats.arrays import IntArray

INDEX_FILE = "index.csv"
ROUNDS_FILE = "rounds.parquet"
INDEX_COLUMNS = (
    "race_id",
    "round1_date",
    "round2_date",
    "scope",
    "office",
    "finalist1",
    "finalist2",
)
ROUNDS_COLUMNS = ("race_id", "round", "unit_id", "candidate", "party", "votes")
SEVERAL_COUNTIES = "MULTI"
BLOCS = {"R": ("REP",), "D": ("DEM",)}
# Labels of many parties, or of none: candidates who share one share no bloc.
NO_BLOC = ("NOPTY", "OTHER", "NP", "IND", "")


@dataclass(frozen=True, eq=False)
class ContestsFolder:
    """Contests as columns; `race` and `result` build one at a time.

    Attributes
    ----------
    contests
        Id to contest, in the order of the index. The finalists stand as published, in finished
        races nearly always the winner first: orient by the first round, never by this.
    """

    contests: Mapping[str, Contest]
    _start: Mapping[str, tuple[int, int]]
    _round: npt.NDArray[np.int8]
    _codes: Mapping[str, IntArray]
    _names: Mapping[str, tuple[str, ...]]
    _votes: IntArray

    def race(self, race_id: str) -> Race:
        """What a forecast may see of a contest: its first round, no registered, no baseline."""
        return Race(self.contests[race_id], self._returns(race_id, 1), ())

    def result(self, race_id: str) -> RunoffResult:
        """The counted runoff, units in the order of the first round, then the unmatched."""
        contest = self.contests[race_id]
        known = self._returns(race_id, 1).unit_ids
        returns = self._returns(race_id, 2, first_units=known, first_names=contest.finalists)
        inside = set(known)
        return RunoffResult(returns, tuple(u for u in returns.unit_ids if u not in inside))

    def _returns(
        self,
        race_id: str,
        which: int,
        first_units: tuple[str, ...] = (),
        first_names: tuple[str, ...] = (),
    ) -> Returns:
        """Returns of a round; named units and candidates come first, where they have rows."""
        start, stop = self._start[race_id]
        rows = start + np.flatnonzero(self._round[start:stop] == which)
        names = {
            column: [self._names[column][code] for code in codes[rows].tolist()]
            for column, codes in self._codes.items()
        }
        units = _ordered(names["unit_id"], first_units)
        candidates = _ordered(names["candidate"], first_names)
        party = dict(zip(names["candidate"], names["party"], strict=True))
        votes = np.zeros((len(units), len(candidates), 1), dtype=np.int64)
        place = {unit: index for index, unit in enumerate(units)}
        column = {name: index for index, name in enumerate(candidates)}
        at = (
            [place[unit] for unit in names["unit_id"]],
            [column[name] for name in names["candidate"]],
        )
        np.add.at(votes[:, :, 0], at, self._votes[rows])
        unknown = np.full(len(units), np.nan)
        return Returns(
            unit_ids=units,
            counties=tuple(unit.partition("|")[0] for unit in units),
            unit_names=tuple(unit.partition("|")[2] or unit for unit in units),
            registered=unknown,
            ballots=unknown,
            candidates=candidates,
            parties=tuple("" if party[name] in NO_BLOC else party[name] for name in candidates),
            modes=("",),
            votes=votes,
        )

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Ids of the contests."""
        return tuple(self.contests)


def read_contests(folder: Path) -> ContestsFolder:
    """Read a contests folder.

    Raises
    ------
    InputError
        When a table is missing or broken, or a contest has no votes in a round, all at once.
    """
    # A race of CSV files must not wait for a library it does not need.
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    contests = read_index(folder)
    path = folder / ROUNDS_FILE
    if not path.is_file():
        raise InputError(f"contests folder {folder} has no {ROUNDS_FILE}")
    try:
        table = pq.read_table(path, columns=list(ROUNDS_COLUMNS))
    except (pa.ArrowInvalid, pa.ArrowKeyError) as error:
        wanted = ", ".join(ROUNDS_COLUMNS)
        raise InputError(f"{path}: cannot be read: {error}; its columns are {wanted}") from None
    codes, names = {}, {}
    for column in ("race_id", "unit_id", "candidate", "party"):
        encoded = table[column].combine_chunks()
        if not pa.types.is_dictionary(encoded.type):
            encoded = encoded.dictionary_encode()
        codes[column] = np.asarray(encoded.indices.to_numpy(), dtype=np.int64)
        names[column] = tuple(str(name) for name in encoded.dictionary.to_pylist())
    order = np.argsort(codes["race_id"], kind="stable")
    codes = {column: values[order] for column, values in codes.items()}
    races, first, count = np.unique(codes.pop("race_id"), return_index=True, return_counts=True)
    start = {
        names["race_id"][race]: (int(at), int(at + n))
        for race, at, n in zip(races, first, count, strict=True)
    }
    rounds = table["round"].to_numpy().astype(np.int8)[order]
    votes = table["votes"].to_numpy().astype(np.int64)[order]
    found = ContestsFolder(contests, start, rounds, codes, names, votes)
    _require_finalists(found, path)
    return found


def read_index(folder: Path) -> dict[str, Contest]:
    """Read the index alone, which takes no time: id to contest.

    Raises
    ------
    InputError
        With every faulty line.
    """
    path = folder / INDEX_FILE
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [c for c in INDEX_COLUMNS if c not in (reader.fieldnames or ())]
            lines = [] if missing else [(reader.line_num, line) for line in reader]
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None
    if missing:
        raise InputError(
            f"{path} has no column {', '.join(missing)}; it needs {', '.join(INDEX_COLUMNS)}"
        )
    contests: dict[str, Contest] = {}
    faults = []
    for number, line in lines:
        try:
            contests[line["race_id"]] = _contest(line, folder.name)
        except ValueError as error:
            faults.append(f"{INDEX_FILE}:{number}: {error}; a day is like 2017-04-18")
    if faults:
        raise InputError(f"contests folder {folder}", faults)
    return contests


def _contest(line: Mapping[str, str], source: str) -> Contest:
    several = line["scope"] == SEVERAL_COUNTIES
    office = " ".join(line["office"].split())
    return Contest(
        id=line["race_id"],
        title=office if several else f"{office}, {line['scope']}",
        office=office,
        place="several counties" if several else line["scope"],
        unit_kind="precinct",
        first_round=date.fromisoformat(line["round1_date"]),
        runoff=date.fromisoformat(line["round2_date"]),
        finalists=(line["finalist1"], line["finalist2"]),
        blocs=BLOCS,
        sources=(source,),
    )


def _require_finalists(folder: ContestsFolder, path: Path) -> None:
    """Raise unless both finalists of every contest have rows in both rounds."""
    faults = []
    for race_id, contest in folder.contests.items():
        start, stop = folder._start.get(race_id, (0, 0))
        for which in (1, 2):
            rows = start + np.flatnonzero(folder._round[start:stop] == which)
            stood = {folder._names["candidate"][c] for c in folder._codes["candidate"][rows]}
            missing = [name for name in contest.finalists if name not in stood]
            if missing:
                faults.append(f"{race_id}: no row of {' or '.join(missing)} in round {which}")
    if faults:
        raise InputError(f"{path} does not hold what {INDEX_FILE} names", faults)


def _ordered(names: list[str], first: tuple[str, ...]) -> tuple[str, ...]:
    """Distinct names, some of them first."""
    distinct = dict.fromkeys(names)
    return tuple(dict.fromkeys([*(n for n in first if n in distinct), *distinct]))
