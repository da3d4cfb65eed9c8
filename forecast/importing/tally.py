"""Votes as a file gives them, in columns of numbers, so that a million rows are small.

A reader adds row by row; what is said in words, units and choices, is kept once. Names that
differ in case, spaces, punctuation or the form of Unicode only are one from the start; the
lines of the file stay beside the votes, so that what the arithmetic contradicts can be named.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from forecast.errors import InputError
from forecast.importing.matching import Matches, Unit
from forecast.importing.rows import ReturnRow
from forecast.race.labels import candidate_and_party, mode_name, normalised, unit_id
from forecast.race.person_names import person_key
from forecast.race.plain_names import cleaned
from forecast.stats.arrays import BoolArray, Int32Array, IntArray

# Rows of a country's polling places are millions: lines and codes of four bytes, votes of eight.
_PART = 1 << 16
# Some 2 GB of memory: Brazil's polling places are half a million, with thirteen candidates.
MAX_COUNTS = 15_000_000
_TYPES = ("i", "i", "i", "q", "i")


@dataclass(frozen=True)
class Choice:
    """What a voter could mark: a candidate on one party's line.

    Attributes
    ----------
    name, party
        Name as first spelled and uniform party label, "" where unknown.
    """

    name: str
    party: str

    @property
    def key(self) -> str:
        """What has to be equal for two choices to be one candidate."""
        return person_key(self.name)


@dataclass(frozen=True, eq=False)
class Tally:
    """Votes of one contest, a row a unit, choice and mode as published.

    Attributes
    ----------
    units, choices, modes
        What the indices count through; modes as published.
    unit_index, choice_index, mode_index
        Of each row, shape (n_rows,).
    votes
        Votes, shape (n_rows,).
    lines
        Line or row of the file, shape (n_rows,).
    registered, ballots
        Unit to count, where known.
    spellings
        Every spelling of a choice in the file.
    """

    units: tuple[Unit, ...]
    choices: tuple[Choice, ...]
    modes: tuple[str, ...]
    unit_index: Int32Array
    choice_index: Int32Array
    mode_index: Int32Array
    votes: IntArray
    lines: Int32Array
    registered: Mapping[str, int] = field(default_factory=dict)
    ballots: Mapping[str, int] = field(default_factory=dict)
    spellings: frozenset[str] = frozenset()

    @property
    def matrix(self) -> IntArray:
        """Votes by unit and choice, shape (n_units, n_choices)."""
        votes = np.zeros((len(self.units), len(self.choices)), dtype=np.int64)
        np.add.at(votes, (self.unit_index, self.choice_index), self.votes)
        return votes

    @property
    def present(self) -> BoolArray:
        """Whether a unit has a row of a choice, shape (n_units, n_choices)."""
        seen = np.zeros((len(self.units), len(self.choices)), dtype=np.bool_)
        seen[self.unit_index, self.choice_index] = True
        return seen

    def totals(self) -> IntArray:
        """Votes of every choice, shape (n_choices,)."""
        return np.bincount(
            self.choice_index, weights=self.votes, minlength=len(self.choices)
        ).astype(np.int64)

    def keep(self, rows: BoolArray) -> "Tally":
        """The tally without some rows; units and choices keep their places."""
        if rows.all():
            return self
        columns = ("unit_index", "choice_index", "mode_index", "votes", "lines")
        return replace(self, **{name: getattr(self, name)[rows] for name in columns})

    def without_choices(self, gone: Sequence[int]) -> "Tally":
        """The tally without the rows of some choices."""
        return self.keep(~np.isin(self.choice_index, np.asarray(gone, dtype=np.int64)))

    def rows(self) -> Iterator[ReturnRow]:
        """Rows of a race folder; those of one unit, candidate and mode added up.

        Fusion lines are one candidate, of the party that brought the most votes.
        """
        names, parties, candidate_of = self._candidates()
        modes = tuple(dict.fromkeys(mode_name(mode) for mode in self.modes)) or ("",)
        mode_of = np.array([modes.index(mode_name(mode)) for mode in self.modes], dtype=np.int64)
        codes = self.unit_index.astype(np.int64) * len(names)
        codes += candidate_of[self.choice_index]
        codes *= len(modes)
        codes += mode_of[self.mode_index]
        for part in _parts(*_added_up(codes, self.votes)):
            for code, votes in zip(*part, strict=True):
                rest, mode = divmod(code, len(modes))
                unit_code, candidate = divmod(rest, len(names))
                unit = self.units[unit_code]
                yield ReturnRow(
                    unit.unit_id,
                    unit.county,
                    unit.name,
                    names[candidate],
                    parties[candidate],
                    modes[mode],
                    votes,
                    self.registered.get(unit.unit_id),
                    self.ballots.get(unit.unit_id),
                )

    @property
    def has_modes(self) -> bool:
        """Whether any row says by which mode its votes were cast."""
        return any(map(mode_name, self.modes))

    def candidates(self) -> list[tuple[str, str, int]]:
        """Name, party and votes of every candidate, as `rows` has them."""
        names, parties, candidate_of = self._candidates()
        votes = np.zeros(len(names), dtype=np.int64)
        np.add.at(votes, candidate_of, self.totals())
        return list(zip(names, parties, votes.tolist(), strict=True))

    def _candidates(self) -> tuple[list[str], list[str], IntArray]:
        """Names and parties of the candidates, and the candidate of each choice."""
        place: dict[str, int] = {}
        votes_of = self.totals().tolist()
        best: list[tuple[int, str]] = []
        names: list[str] = []
        of = []
        for choice, votes in zip(self.choices, votes_of, strict=True):
            at = place.setdefault(choice.key, len(names))
            of.append(at)
            if at == len(names):
                names.append(choice.name)
                best.append((-1, ""))
            if choice.party and votes > best[at][0]:
                best[at] = (votes, choice.party)
        return names, [party for _, party in best], np.array(of, dtype=np.int64)


class TallyBuilder:
    """A tally that grows row by row, each word of the file looked at once."""

    def __init__(self) -> None:
        self._units: dict[str, int] = {}
        self._counties: dict[str, str] = {}
        self._choices: dict[tuple[str, str], int] = {}
        self._modes: dict[str, int] = {}
        self._unit_of: dict[tuple[str, str, str], int] = {}
        self._choice_of: dict[tuple[str, str], int] = {}
        self.units: list[Unit] = []
        self.choices: list[Choice] = []
        self.spellings: set[str] = set()
        self.columns = tuple(array(kind) for kind in _TYPES)
        # A method looked up once a column, not five times a row.
        self._append = tuple(column.append for column in self.columns)
        self.registered: dict[str, int] = {}
        self.ballots: dict[str, int] = {}

    def unit(self, county: str, name: str, given_id: str = "") -> int:
        """Index of a unit, found again whatever its spelling."""
        spelled = (county, name, given_id)
        found = self._unit_of.get(spelled)
        if found is None:
            county, name, given_id = map(cleaned, spelled)
            key = given_id or unit_id(county, name)
            found = self._unit_of[spelled] = self._units.setdefault(key, len(self.units))
            if found == len(self.units):
                if len(self.columns[0]) > MAX_COUNTS:
                    raise InputError(
                        f"the contest has more than {MAX_COUNTS // 10**6} million counts (units "
                        "x candidates x ways of voting), which would take more than 2 GB of "
                        "memory; import it by county, or without ways of voting"
                    )
                county = self._counties.setdefault(normalised(county), county)
                self.units.append(Unit(county, name, key))
        return found

    def choice(self, published: str, party: str) -> int:
        """Index of a choice, found again whatever its spelling."""
        found = self._choice_of.get((published, party))
        if found is None:
            choice = Choice(*candidate_and_party(cleaned(published), cleaned(party)))
            found = self._choice_of[published, party] = self.choice_as(choice)
        return found

    def choice_as(self, choice: Choice) -> int:
        """Index of a choice that has been read before, found again whatever its spelling."""
        self.spellings.add(choice.name)
        found = self._choices.setdefault((choice.key, choice.party), len(self.choices))
        if found == len(self.choices):
            self.choices.append(choice)
        return found

    def add(self, unit: int, choice: int, mode: str, votes: int, line: int) -> None:
        """Add a row; the mode as published."""
        to_unit, to_choice, to_mode, to_votes, to_lines = self._append
        to_unit(unit)
        to_choice(choice)
        to_mode(self._modes.setdefault(mode, len(self._modes)))
        to_votes(votes)
        to_lines(line)

    def build(self) -> Tally:
        """The tally of all rows so far."""
        # The arrays themselves, not copies of them: nothing is added after this.
        unit, choice, mode, votes, line = (
            np.frombuffer(column, dtype=column.typecode) for column in self.columns
        )
        return Tally(
            units=tuple(self.units),
            choices=tuple(self.choices),
            modes=tuple(self._modes),
            unit_index=unit,
            choice_index=choice,
            mode_index=mode,
            votes=votes,
            lines=line,
            registered=self.registered,
            ballots=self.ballots,
            spellings=frozenset(self.spellings),
        )


def tally_of_rows(rows: Iterable[ReturnRow]) -> Tally:
    """The tally of rows of a race folder; their lines are their places."""
    builder = TallyBuilder()
    for place, row in enumerate(rows):
        unit = builder.unit(row.county, row.unit_name, row.unit_id)
        builder.add(
            unit, builder.choice_as(Choice(row.candidate, row.party)), row.mode, row.votes, place
        )
        for counts, count in ((builder.registered, row.registered), (builder.ballots, row.ballots)):
            if count is not None:
                counts[row.unit_id] = count
    return builder.build()


def in_first_round_units(tally: Tally, matches: Matches, *, keep_extra: bool) -> Tally:
    """The tally with the unit ids, counties and names of the first round.

    Parameters
    ----------
    tally
        Votes of the other election.
    matches
        What `match_units` has found.
    keep_extra
        Whether units that the first round does not have stay, under their own names.

    Returns
    -------
    Tally
        Where several units go to one, its rows, registered voters and ballots are added up; the
        sum of a known and an unknown count is unknown.
    """
    kept = [keep_extra or unit.unit_id in matches.known for unit in tally.units]
    targets = [matches.known.get(unit.unit_id, unit) for unit in tally.units]
    # By id: an extra unit may have any name.
    place: dict[str, int] = {}
    units: list[Unit] = []
    of = np.zeros(len(targets), dtype=np.int32)
    for index, (unit, keep) in enumerate(zip(targets, kept, strict=True)):
        if keep:
            of[index] = place.setdefault(unit.unit_id, len(units))
            if of[index] == len(units):
                units.append(unit)
    tally = tally.keep(np.array(kept, dtype=np.bool_)[tally.unit_index])

    def added_up(counts: Mapping[str, int]) -> dict[str, int]:
        total: dict[str, int] = {}
        unknown: set[str] = set()
        for unit, target in zip(before, targets, strict=True):
            if (count := counts.get(unit.unit_id)) is None:
                unknown.add(target.unit_id)
            else:
                total[target.unit_id] = total.get(target.unit_id, 0) + count
        return {unit: count for unit, count in total.items() if unit not in unknown}

    before = tally.units
    return replace(
        tally,
        units=tuple(units),
        unit_index=of[tally.unit_index],
        registered=added_up(tally.registered),
        ballots=added_up(tally.ballots),
    )


def joined(tallies: Mapping[str, Tally]) -> Tally:
    """One tally of several files, by name, each of which has its own rows.

    Raises
    ------
    InputError
        When two files have the same unit, choice and mode.
    """
    if len(tallies) == 1:
        return next(iter(tallies.values()))
    builder = TallyBuilder()
    parts: list[tuple[Int32Array, ...]] = []
    home: dict[int, str] = {}
    modes: dict[str, int] = {}
    for file, tally in tallies.items():
        unit = [builder.unit(u.county, u.name, u.unit_id) for u in tally.units]
        choice = [builder.choice_as(c) for c in tally.choices]
        mode = [modes.setdefault(name, len(modes)) for name in tally.modes]
        for code in unit:
            before = home.setdefault(code, file)
            if before != file:
                _raise_if_repeated(tallies[before], tally, builder.units[code], (before, file))
        codes = (np.array(codes, dtype=np.int32) for codes in (unit, choice, mode))
        indices = (tally.unit_index, tally.choice_index, tally.mode_index)
        mapped = (code[index] for code, index in zip(codes, indices, strict=True))
        parts.append((*mapped, tally.lines))
        builder.registered.update(tally.registered)
        builder.ballots.update(tally.ballots)
        builder.spellings |= tally.spellings
    unit_index, choice_index, mode_index, lines = map(np.concatenate, zip(*parts, strict=True))
    return replace(
        builder.build(),
        modes=tuple(modes),
        unit_index=unit_index,
        choice_index=choice_index,
        mode_index=mode_index,
        votes=np.concatenate([tally.votes for tally in tallies.values()]),
        lines=lines,
    )


def _added_up(codes: IntArray, votes: IntArray) -> tuple[IntArray, IntArray]:
    """Codes, each once and in the order of its first row, and the votes of each."""
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    if len(starts) == len(codes):
        return codes, votes
    first = np.argsort(order[starts])
    return codes[order][starts][first], np.add.reduceat(votes[order], starts)[first]


def _parts(codes: IntArray, votes: IntArray) -> Iterator[tuple[list[int], list[int]]]:
    """The same in parts, as Python's numbers, which are four times as large."""
    for start in range(0, len(codes), _PART):
        yield codes[start : start + _PART].tolist(), votes[start : start + _PART].tolist()


def _raise_if_repeated(one: Tally, other: Tally, unit: Unit, files: tuple[str, str]) -> None:
    """Raise where two files have rows of the same choice and mode in a unit."""

    def cells(tally: Tally) -> dict[tuple[str, str], str]:
        (place,) = (p for p, u in enumerate(tally.units) if u.unit_id == unit.unit_id)
        rows = np.flatnonzero(tally.unit_index == place)
        pairs = zip(tally.choice_index[rows], tally.mode_index[rows], strict=True)
        return {(tally.choices[c].key, tally.modes[m]): tally.choices[c].name for c, m in pairs}

    both = cells(one).keys() & cells(other).keys()
    if both:
        name = cells(one)[min(both)]
        raise InputError(
            f"{name} in {unit.unit_id} is in both {files[0]} and {files[1]}; give each file once"
        )
