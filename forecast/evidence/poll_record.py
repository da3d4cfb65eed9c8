"""Polls of finished elections: read, selected by date, and laid out as arrays.

A poll gives the log-odds of its two candidates, candidate 1 over candidate 2, undecided and
other answers left out. Its error is that minus the log-odds of the official result.
"""

import csv
import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from forecast.errors import InputError
from forecast.evidence.poll_kinds import RaceKind
from forecast.stats.arrays import FloatArray, IndexArray

RECORD_FILE = "polls/poll_record.csv.gz"
COLUMNS = (
    "race",
    "type",
    "election_date",
    "pollster",
    "partisan",
    "poll_date",
    "sample",
    "party_1",
    "poll_1",
    "party_2",
    "poll_2",
    "poll_3",
    "result_1",
    "result_2",
)
# Log-odds of 73% to 27%: beyond this lead polls understate it, and no runoff in doubt is there.
MAX_LEAD = 1.0
_LETTERS = {"DEM": "D", "REP": "R"}


@dataclass(frozen=True)
class RecordPoll:
    """One poll of a finished election.

    Attributes
    ----------
    race
        Key of the election and its two candidates.
    kind
        Office and stage of the election.
    election
        Its day.
    pollster
        Who asked.
    partisan
        1 where the sponsor is of candidate 1's party, −1 of candidate 2's, else 0.
    orientation
        1 where candidate 1 is the Democrat and 2 the Republican, −1 the other way, else 0.
    age
        Days from the middle of the interviews to the election.
    sample
        Respondents.
    shares
        Of candidates 1 and 2 among all respondents, in (0, 1).
    undecided
        Respondents who named nobody listed, in [0, 1].
    result
        Counted log-odds of candidate 1 over candidate 2.
    """

    race: str
    kind: RaceKind
    election: date
    pollster: str
    partisan: int
    orientation: int
    age: int
    sample: float
    shares: tuple[float, float]
    undecided: float
    result: float

    @property
    def log_odds(self) -> float:
        """Log-odds of candidate 1 over candidate 2 in the poll."""
        return float(np.log(self.shares[0] / self.shares[1]))


@dataclass(frozen=True, eq=False)
class PollArrays:
    """Polls as arrays; a race, day or pollster is a number from 0.

    Attributes
    ----------
    races, kinds, days, pollsters
        Names behind the numbers; `kinds` has one a race, `day_of_race` points into `days`.
    race, pollster
        Of each poll, shape (n_polls,).
    error
        Poll minus result, log-odds, shape (n_polls,).
    sampling
        Variance of simple random sampling, log-odds squared, shape (n_polls,).
    age, partisan, orientation, undecided
        As in `RecordPoll`, shape (n_polls,).
    """

    races: tuple[str, ...]
    kinds: tuple[RaceKind, ...]
    days: tuple[date, ...]
    pollsters: tuple[str, ...]
    day_of_race: IndexArray
    orientation_of_race: FloatArray
    race: IndexArray
    pollster: IndexArray
    error: FloatArray
    sampling: FloatArray
    age: FloatArray
    partisan: FloatArray
    orientation: FloatArray
    undecided: FloatArray


def load_record(path: Path) -> tuple[RecordPoll, ...]:
    """Read a record of polls, .csv or .csv.gz, rows as published.

    Open first rounds (several candidates of a party, types "-O" and "-OS") are left out: the
    top two of many is another question than a choice between two.

    Raises
    ------
    InputError
        When the file cannot be read or a row is wrong, with its line.
    """
    try:
        packed = path.suffix == ".gz"
        with gzip.open(path, "rt", encoding="utf-8") if packed else path.open() as file:
            reader = csv.DictReader(file)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise InputError(
                    f"{path}: no column {', '.join(missing)}; "
                    f"a record of polls has {', '.join(COLUMNS)}"
                )
            polls = []
            for line, row in enumerate(reader, start=2):
                try:
                    poll = _poll(row)
                except (ValueError, ZeroDivisionError) as error:
                    raise InputError(f"{path}, line {line}: {error}; correct the row") from error
                if poll is not None:
                    polls.append(poll)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error}); check the path") from error
    return tuple(polls)


def before(record: Sequence[RecordPoll], day: date) -> tuple[RecordPoll, ...]:
    """Polls of the elections held before a day, none of that day or later."""
    return tuple(poll for poll in record if poll.election < day)


def close_races(record: Sequence[RecordPoll]) -> tuple[RecordPoll, ...]:
    """Polls of the races in which the polls' mean lead was at most `MAX_LEAD`."""
    leads: dict[str, list[float]] = {}
    for poll in record:
        leads.setdefault(poll.race, []).append(poll.log_odds)
    close = {race for race, lead in leads.items() if abs(np.mean(lead)) <= MAX_LEAD}
    return tuple(poll for poll in record if poll.race in close)


def as_arrays(record: Sequence[RecordPoll]) -> PollArrays:
    """Lay polls out as arrays, in the order given."""
    races = {poll.race: poll for poll in record}
    race_number = {race: number for number, race in enumerate(races)}
    days = sorted({poll.election for poll in record})
    pollsters = sorted({poll.pollster for poll in record})
    return PollArrays(
        races=tuple(races),
        kinds=tuple(poll.kind for poll in races.values()),
        days=tuple(days),
        pollsters=tuple(pollsters),
        day_of_race=np.array([days.index(poll.election) for poll in races.values()]),
        orientation_of_race=np.array([float(poll.orientation) for poll in races.values()]),
        race=np.array([race_number[poll.race] for poll in record]),
        pollster=np.array([pollsters.index(poll.pollster) for poll in record]),
        error=np.array([poll.log_odds - poll.result for poll in record]),
        sampling=np.array([sampling_variance(poll.shares, poll.sample) for poll in record]),
        age=np.array([float(poll.age) for poll in record]),
        partisan=np.array([float(poll.partisan) for poll in record]),
        orientation=np.array([float(poll.orientation) for poll in record]),
        undecided=np.array([poll.undecided for poll in record]),
    )


def sampling_variance(shares: tuple[float, float], sample: float) -> float:
    """Variance of the log-odds of two shares of a simple random sample: 1/(n p) + 1/(n q)."""
    return (1.0 / shares[0] + 1.0 / shares[1]) / sample


def _poll(row: dict[str, str]) -> RecordPoll | None:
    kind = RaceKind.from_record(row["type"])
    if kind is None:
        return None
    first, second = float(row["poll_1"]) / 100, float(row["poll_2"]) / 100
    results = float(row["result_1"]), float(row["result_2"])
    if min(first, second, *results) <= 0 or first + second > 1.05:
        raise ValueError("shares must be above 0 and add up to 100 at most")
    third = float(row["poll_3"] or 0) / 100
    election = date.fromisoformat(row["election_date"])
    parties = row["party_1"], row["party_2"]
    sponsor = row["partisan"]
    letters = tuple(_LETTERS.get(party, party) for party in parties)
    return RecordPoll(
        # Two counts of one election (ranked choice) are two questions.
        race=f"{row['race']} {parties[0]}-{parties[1]} {results[0]:g}-{results[1]:g}",
        kind=kind,
        election=election,
        pollster=row["pollster"],
        partisan=(sponsor == letters[0]) - (sponsor == letters[1]),
        orientation=orientation(parties),
        age=max((election - date.fromisoformat(row["poll_date"])).days, 0),
        sample=float(row["sample"]),
        shares=(first, second),
        undecided=min(max(1 - first - second - third, 0.0), 1.0),
        result=float(np.log(results[0] / results[1])),
    )


def orientation(parties: tuple[str, str]) -> int:
    """1 for a Democrat against a Republican, −1 the other way, 0 for any other pair."""
    return {("DEM", "REP"): 1, ("REP", "DEM"): -1}.get(parties, 0)
