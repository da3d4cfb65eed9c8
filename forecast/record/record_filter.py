"""Which finished races to list: by place, kind, parties, size and earlier elections."""

import difflib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from forecast.errors import InputError
from forecast.race.coded_columns import find_table
from forecast.race.contest import Contest
from forecast.race.folder import FIRST_ROUND
from forecast.race.office_words import LEVELS
from forecast.race.place_words import country_named, state_code
from forecast.race.race_yaml import read_race_file
from forecast.race.situation import KINDS
from forecast.race.tables import read_returns
from forecast.record.contests import BASELINES_FILE, ROUNDS_FILE, read_index

TWO_PARTIES, SAME_PARTY, NO_PARTY = "two", "same", "none"
# More words than this are too many for an error to list.
MOST_LISTED = 12


@dataclass(frozen=True)
class Facts:
    """What a finished race was, as the model learned of it.

    Attributes
    ----------
    country, state, level, kind
        As in `Situation`.
    parties
        `TWO_PARTIES`, `SAME_PARTY`, or `NO_PARTY` where a finalist has none.
    blocs
        Of the finalists, "" where none.
    votes
        Valid votes of the first round.
    """

    country: str
    state: str
    level: str
    kind: str
    parties: str
    blocs: tuple[str, str]
    votes: float


@dataclass(frozen=True)
class RecordFilter:
    """Which finished races to list: those that have all that is asked.

    Attributes
    ----------
    country, state, level, kind
        As in `Facts`; "" for any.
    parties
        As in `Facts`; "" for any.
    blocs
        Blocs of finalists: one that a finalist has, or both.
    min_votes, min_registered
        Fewest valid votes of the first round, and fewest registered voters: a race whose
        registered voters are not known in every unit has none.
    baseline
        Only races with an earlier election in their units.
    """

    country: str = ""
    state: str = ""
    level: str = ""
    kind: str = ""
    parties: str = ""
    blocs: tuple[str, ...] = ()
    min_votes: int = 0
    min_registered: int = 0
    baseline: bool = False

    def in_words_of(self, facts: Mapping[str, Facts]) -> "RecordFilter":
        """The same filter in the words of the record: "georgia" is GA, "france" France.

        Raises
        ------
        InputError
            When a word is of no finished race; the message has the nearest ones.
        """
        known = facts.values()
        blocs = Counter(bloc for one in known for bloc in one.blocs if bloc)
        return replace(
            self,
            country=_known("country", country_named(self.country), (one.country for one in known)),
            state=_known("state", state_code(self.state) or self.state, (f.state for f in known)),
            level=_known("level", self.level, LEVELS),
            kind=_known("kind", self.kind, KINDS),
            blocs=tuple(
                _known("bloc", bloc, (name for name, _ in blocs.most_common()), ordered=True)
                for bloc in self.blocs
            ),
        )

    def of_folders(
        self, folders: Iterable[tuple[Path, Contest]], facts: Mapping[str, Facts]
    ) -> list[Contest]:
        """Contests of race folders that are as asked."""
        kept = [(path, contest) for path, contest in folders if self._has(contest, facts)]
        if self.baseline:
            kept = [(path, contest) for path, contest in kept if _names_baselines(path)]
        if self.min_registered:
            kept = [(p, contest) for p, contest in kept if _registered(p) >= self.min_registered]
        return [contest for _, contest in kept]

    def of_contests(self, folder: Path, facts: Mapping[str, Facts]) -> list[Contest]:
        """Contests of a contests folder that are as asked, in the order of its index."""
        kept = [contest for contest in read_index(folder).values() if self._has(contest, facts)]
        if kept and self.baseline:
            days = _days_of_baselines(folder)
            kept = [c for c in kept if any(d < c.first_round.isoformat() for d in days(c.id))]
        if kept and self.min_registered:
            registered = _registered_by_contest(folder)
            kept = [c for c in kept if registered.get(c.id, 0) >= self.min_registered]
        return kept

    @property
    def is_empty(self) -> bool:
        """Whether it asks for nothing."""
        return self == EVERY_RACE

    def _has(self, contest: Contest, facts: Mapping[str, Facts]) -> bool:
        if self.is_empty:
            return True
        # A race that stands twice is known by the id by which it counts.
        one = facts.get(contest.id)
        words = ("country", "state", "level", "kind", "parties")
        return (
            one is not None
            and all(getattr(self, word) in {"", getattr(one, word)} for word in words)
            and not Counter(self.blocs) - Counter(one.blocs)
            and one.votes >= self.min_votes
        )


EVERY_RACE = RecordFilter()


def _known(option: str, word: str, known: Iterable[str], *, ordered: bool = False) -> str:
    """The known word that is meant, whatever its case; "" for ""."""
    words = dict.fromkeys(name for name in known if name)
    by_case = {name.casefold(): name for name in words}
    if not word or word.casefold() in by_case:
        return by_case[word.casefold()] if word else ""
    near = difflib.get_close_matches(word.casefold(), by_case, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(by_case[name] for name in near)}? " if near else ""
    listed = list(words) if ordered or option in {"kind", "level"} else sorted(words)
    more = f" and {len(listed) - MOST_LISTED:,} more" if len(listed) > MOST_LISTED else ""
    raise InputError(
        f"--{option} {word}: {hint}the record has {', '.join(listed[:MOST_LISTED])}{more}"
    )


def _names_baselines(folder: Path) -> bool:
    race_file, _ = read_race_file(folder)
    return race_file is not None and bool(race_file.baselines)


def _registered(folder: Path) -> float:
    """Registered voters of a race folder, 0 where a unit's are not known."""
    path, _ = find_table(folder, FIRST_ROUND)
    table = read_returns(path)[0] if path else None
    return float(np.nan_to_num(table.returns.registered.sum())) if table else 0.0


def _days_of_baselines(folder: Path) -> Callable[[str], set[str]]:
    """Id of a contest to the days of its earlier elections."""
    import pyarrow.parquet as pq  # noqa: PLC0415

    days: dict[str, set[str]] = {}
    if (folder / BASELINES_FILE).is_file():
        table = pq.read_table(folder / BASELINES_FILE, columns=["race_id", "date"])
        for pair in table.group_by(["race_id", "date"]).aggregate([]).to_pylist():
            days.setdefault(pair["race_id"], set()).add(pair["date"][:10])
    return lambda race_id: days.get(race_id, set())


def _registered_by_contest(folder: Path) -> dict[str, int]:
    """Registered voters of the contests of which those of every unit are known."""
    import pyarrow.parquet as pq  # noqa: PLC0415

    path = folder / ROUNDS_FILE
    if "registered" not in pq.read_schema(path).names:
        return {}
    columns = ["race_id", "unit_id", "registered"]
    rows = pq.read_table(path, columns=columns, filters=[("round", "=", 1)])
    units = rows.group_by(columns[:2]).aggregate([("registered", "max")])
    sums = [("registered_max", "sum"), ("registered_max", "count"), ("unit_id", "count")]
    return {
        line["race_id"]: int(line["registered_max_sum"])
        for line in units.group_by("race_id").aggregate(sums).to_pylist()
        if line["registered_max_count"] == line["unit_id_count"]
    }
