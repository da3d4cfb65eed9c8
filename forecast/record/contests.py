"""A collection: many finished contests in a few tables.

index.csv has a line a contest: race_id, round1_date, round2_date, scope (a county or district,
MULTI for several), office, finalist1 and finalist2; country, state, level, kind and unit_kind
where known; other columns are not read. rounds.parquet has a row a vote count: race_id, round
(1 or 2), unit_id ("COUNTY|unit" where there is no column county), candidate, party, votes, and
bloc and registered where known. baselines.parquet, where there is one, has the votes of earlier
elections in the same units: race_id, election, date, unit_id, candidate, party, votes.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path

import numpy as np

from forecast.errors import InputError
from forecast.race.contest import Baseline, Contest, Race, Returns, RunoffResult
from forecast.race.folder import align
from forecast.race.place_words import US
from forecast.record.vote_rows import VoteRows, groups_of, read_vote_rows
from forecast.stats.arrays import IntArray

INDEX_FILE, ROUNDS_FILE, BASELINES_FILE = "index.csv", "rounds.parquet", "baselines.parquet"
INDEX_COLUMNS = (
    "race_id",
    "round1_date",
    "round2_date",
    "scope",
    "office",
    "finalist1",
    "finalist2",
)
SEVERAL_COUNTIES = "MULTI"
US_BLOCS = {"R": ("REP",), "D": ("DEM",)}
# Labels of many parties, or of none: candidates who share one share no bloc.
NO_BLOC = frozenset(
    ("NOPTY", "OTHER", "NP", "NPP", "IND", "INDEP", "OTH", "WI", "", "other", "Išsikėlė pats")
)


@dataclass(frozen=True, eq=False)
class Collection:
    """Contests as columns; `race` and `result` build one at a time.

    Attributes
    ----------
    contests
        Id to contest, in the order of the index. In the record's own collection the finalists
        stand as published, nearly always the winner first: orient by the first round, never by
        this.
    """

    contests: Mapping[str, Contest]
    _rounds: VoteRows
    _baselines: VoteRows | None

    def race(self, race_id: str) -> Race:
        """What a forecast may see of a contest: its first round and earlier elections."""
        race = Race(self.contests[race_id], self._round(race_id, 1), ())
        return race if self._baselines is None else replace(race, baselines=self._earlier(race))

    def result(self, race_id: str) -> RunoffResult:
        """The official result, units in the order of the first round, then the unmatched."""
        contest = self.contests[race_id]
        known = self._round(race_id, 1).unit_ids
        returns = self._round(race_id, 2, first_units=known, first_names=contest.finalists)
        inside = set(known)
        return RunoffResult(returns, tuple(u for u in returns.unit_ids if u not in inside))

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Ids of the contests."""
        return tuple(self.contests)

    def stood(self, race_id: str, which: int) -> set[str]:
        """Names of those who have a row in a round of a contest."""
        codes = np.unique(self._rounds.codes["candidate"][self._rows(race_id, which)])
        return {self._rounds.words["candidate"][code] for code in codes.tolist()}

    def _rows(self, race_id: str, which: int) -> IntArray:
        inside = self._rounds.rows_of.get(race_id, slice(0, 0))
        chosen = np.flatnonzero(self._rounds.numbers["round"][inside] == which)
        return np.asarray(inside.start + chosen, dtype=np.int64)

    def _round(
        self,
        race_id: str,
        which: int,
        first_units: tuple[str, ...] = (),
        first_names: tuple[str, ...] = (),
    ) -> Returns:
        rows = self._rows(race_id, which)
        return _returns(self._rounds, rows, self._bloc_of_label, first_units, first_names)

    def _earlier(self, race: Race) -> tuple[Baseline, ...]:
        """Elections finished before the day of the first round, newest first."""
        assert self._baselines is not None
        found = []
        columns = ("election", "date")
        for (election, day), rows in groups_of(self._baselines, race.contest.id, columns):
            if (when := _day_of(day, race.contest.id)) < race.contest.first_round:
                returns = _returns(self._baselines, rows, self._bloc_of_label)
                aligned, present = align(returns, race.first_round)
                found.append((when, Baseline(election, when, aligned, present)))
        return tuple(baseline for _, baseline in sorted(found, key=lambda f: f[0], reverse=True))

    @cached_property
    def _bloc_of_label(self) -> Mapping[str, str]:
        """Party label to bloc, where rows name blocs: the one that most votes of the label have.

        Rows of earlier elections have labels alone.
        """
        rounds = self._rounds
        if not rounds.has("bloc"):
            return {}
        labels, blocs = rounds.words["party"], rounds.words["bloc"]
        votes = np.zeros((len(labels), len(blocs)))
        # One vote more a row: a label without votes has a bloc too.
        np.add.at(votes, (rounds.codes["party"], rounds.codes["bloc"]), rounds.numbers["votes"] + 1)
        best = [blocs[index] for index in votes.argmax(axis=1).tolist()]
        return {label: bloc for label, bloc in zip(labels, best, strict=True) if label and bloc}


def read_contests(folder: Path) -> Collection:
    """Read a collection.

    Raises
    ------
    InputError
        When a table is missing or broken, or a contest has no votes in a round, all at once.
    """
    contests = read_index(folder)
    path = folder / ROUNDS_FILE
    if not path.is_file():
        raise InputError(f"collection {folder} has no {ROUNDS_FILE}")
    earlier = folder / BASELINES_FILE
    found = Collection(
        contests,
        read_vote_rows(path, ("round",)),
        read_vote_rows(earlier, ("election", "date")) if earlier.is_file() else None,
    )
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
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path} cannot be read: {error}") from None
    if missing:
        raise InputError(
            f"{path} has no column {', '.join(missing)}; it needs {', '.join(INDEX_COLUMNS)}"
        )
    contests: dict[str, Contest] = {}
    faults = []
    for number, line in lines:
        race_id = line["race_id"]
        if race_id in contests:
            faults.append(f"{INDEX_FILE}:{number}: {race_id} stands twice; an id is one contest's")
        try:
            contests[race_id] = _contest(line, folder.name)
        except (ValueError, TypeError, AttributeError) as error:
            faults.append(f"{INDEX_FILE}:{number}: {error}; a day is like 2017-04-18")
    if faults:
        raise InputError(f"collection {folder}", faults)
    return contests


def _day_of(text: str, race_id: str) -> date:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise InputError(
            f"{BASELINES_FILE}: {race_id} has an election on {text!r}; a day is like 2017-04-18"
        ) from None


def _contest(line: Mapping[str, str], source: str) -> Contest:
    several = line["scope"] == SEVERAL_COUNTIES
    office = " ".join(line["office"].split())
    country = line.get("country") or US
    first, second = (" ".join(line[key].split()) for key in ("finalist1", "finalist2"))
    return Contest(
        id=line["race_id"],
        title=office if several else f"{office}, {line['scope']}",
        office=office,
        place="several counties" if several else line["scope"],
        unit_kind=line.get("unit_kind") or "precinct",
        first_round=date.fromisoformat(line["round1_date"]),
        runoff=date.fromisoformat(line["round2_date"]),
        finalists=(first, second),
        blocs=US_BLOCS if country == US else {},
        sources=(source,),
        country=country,
        state=line.get("state") or "",
        level=line.get("level") or "",
        kind=line.get("kind") or "",
    )


def _returns(
    table: VoteRows,
    rows: IntArray,
    bloc_of_label: Mapping[str, str],
    first_units: tuple[str, ...] = (),
    first_names: tuple[str, ...] = (),
) -> Returns:
    """Returns of some rows; named units and candidates come first, where they have rows.

    Where rows name blocs, the party of a candidate is its bloc.
    """
    unit_of, name_of = table.text("unit_id", rows), table.text("candidate", rows)
    units, candidates = _ordered(unit_of, first_units), _ordered(name_of, first_names)
    unit_index = {unit: index for index, unit in enumerate(units)}
    candidate_index = {name: index for index, name in enumerate(candidates)}
    at_unit = np.array([unit_index[unit] for unit in unit_of], dtype=np.intp)
    at_candidate = np.array([candidate_index[name] for name in name_of], dtype=np.intp)
    votes = np.zeros((len(units), len(candidates), 1), dtype=np.int64)
    np.add.at(
        votes[:, :, 0], (at_unit, at_candidate), table.numbers["votes"][rows].astype(np.int64)
    )
    registered = np.full(len(units), np.nan)
    if table.has("registered"):
        registered[at_unit] = table.numbers["registered"][rows]
    labels = table.text("party", rows)
    blocs = table.text("bloc", rows) if table.has("bloc") else [""] * len(rows)
    party: dict[str, str] = {}
    for name, label, bloc in zip(name_of, labels, blocs, strict=True):
        party[name] = party.get(name) or bloc or bloc_of_label.get(label, label)
    county = (
        dict(zip(unit_of, table.text("county", rows), strict=True)) if table.has("county") else {}
    )
    return Returns(
        unit_ids=units,
        counties=tuple(county.get(unit) or unit.partition("|")[0] for unit in units),
        unit_names=tuple(unit.partition("|")[2] or unit for unit in units),
        registered=registered,
        ballots=np.full(len(units), np.nan),
        candidates=candidates,
        parties=tuple("" if party[name] in NO_BLOC else party[name] for name in candidates),
        modes=("",),
        votes=votes,
    )


def _require_finalists(collection: Collection, path: Path) -> None:
    """Raise unless both finalists of every contest have rows in both rounds."""
    faults = []
    for race_id, contest in collection.contests.items():
        if contest.runoff <= contest.first_round:
            faults.append(f"{race_id}: round 2 on {contest.runoff} is not after round 1")
        if contest.finalists[0] == contest.finalists[1]:
            faults.append(f"{race_id}: the finalists are two different names")
        for which in (1, 2):
            stood = collection.stood(race_id, which)
            missing = [name for name in contest.finalists if name not in stood]
            if missing:
                faults.append(f"{race_id}: no row of {' or '.join(missing)} in round {which}")
    if faults:
        raise InputError(f"{path} does not hold what {INDEX_FILE} names", faults)


def _ordered(names: list[str], first: tuple[str, ...]) -> tuple[str, ...]:
    """Distinct names, some of them first."""
    distinct = dict.fromkeys(names)
    return tuple(dict.fromkeys([*(n for n in first if n in distinct), *distinct]))
