"""What the rows of a table say of a unit and its ways of voting, where there may be several."""

import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from forecast.importing.table_words import is_total_mode
from forecast.night.count import CERTIFIED, COMPLETE, PARTIAL
from forecast.night.night_headings import SHARE
from forecast.night.returns_cells import STATUS_CODES, status_word
from forecast.race.labels import mode_name, normalised

# Roles of the columns that say together which share of a unit has reported.
SHARE_ROLES = ("precincts", "reported", SHARE)


@dataclass(frozen=True)
class UnitRow:
    """What a row says of its unit and way of voting.

    Attributes
    ----------
    line
        Of the file.
    place
        Position of the unit in the race.
    part
        What tells apart units of the file that are one of the race.
    way
        Way of voting as published, normalised; "" for a total of all, or where the table has none.
    cells
        Role of the night to the text of the row.
    """

    line: int
    place: int
    part: tuple[str, ...]
    way: str
    cells: Mapping[str, str]

    @property
    def mode(self) -> str:
        """Way of voting in the words of a race folder: several of a file may be one."""
        return mode_name(self.way) if self.way else ""

    @property
    def word(self) -> str:
        """Word of the row's status, "" where it says nothing."""
        return status_word(self.cells.get("status", ""))


def way_key(published: str) -> str:
    """What has to be equal for two rows of a unit to be of one way of voting; "" for a total."""
    return "" if is_total_mode(published) else normalised(published)


@dataclass
class SaidOfUnits:
    """What all rows of a table say.

    Attributes
    ----------
    status
        Position of a unit and way of voting, "" for all of them, to its code.
    expected
        The same to the votes for both finalists that the source expects.
    reported
        Position of a unit to the share of its precincts that have reported.
    whole, whole_expected
        Position of a unit to the code and the expected votes of all its ways of voting together.
    certified
        Whether every unit is.
    unused, in_part
        Roles whose cells differ between the rows of a unit; of the latter the unit is in part.
    """

    status: dict[tuple[int, str], int] = field(default_factory=dict)
    expected: dict[tuple[int, str], float] = field(default_factory=dict)
    reported: dict[int, float] = field(default_factory=dict)
    whole: dict[int, int] = field(default_factory=dict)
    whole_expected: dict[int, float] = field(default_factory=dict)
    certified: bool = True
    unused: set[str] = field(default_factory=set)
    in_part: set[str] = field(default_factory=set)

    def add(self, other: "SaidOfUnits") -> None:
        """Add what another table says."""
        self.certified &= other.certified
        for name, of_other in vars(other).items():
            if name != "certified":
                getattr(self, name).update(of_other)

    def status_of(self, place: int, mode: str, otherwise: int) -> int:
        """Code of a way of voting, or of the unit where nothing is said of the way alone."""
        of_unit = self.status.get((place, ""), otherwise)
        if not mode:
            of_unit = self.whole.get(place, otherwise)
            return otherwise if of_unit < 0 else of_unit
        return self.status.get((place, mode), of_unit)

    def expected_of(self, place: int, mode: str, otherwise: float, *, one_way: bool) -> float:
        """Votes that are expected of a way of voting, or of the unit where it has one alone."""
        of_unit = self.whole_expected.get(place, np.nan) if one_way else np.nan
        votes = self.expected.get((place, mode), of_unit)
        return votes if np.isfinite(votes) else otherwise


def said_of_units(
    rows: Sequence[UnitRow], expected: Sequence[float], shares: Sequence[float]
) -> SaidOfUnits:
    """Put together what rows say of the same units.

    Rows of one way of voting (a row a candidate) say the same, or what they say is not used. Ways
    that are one in the race are in part where they are not all as far, and the votes that are
    expected of them are added up. A share of a unit is what its total says, else what all say.

    Parameters
    ----------
    rows
        The rows, those of a unit in any order; every status is one.
    expected, shares
        Votes that each row expects, and share of precincts that has reported, NaN where it does
        not say; shape (n_rows,).
    """
    said = SaidOfUnits(certified=bool(rows))
    units: dict[int, list[int]] = {}
    for at, row in enumerate(rows):
        units.setdefault(row.place, []).append(at)
    for place, of_unit in units.items():
        modes = _by_mode(rows, of_unit)
        codes, votes = {}, {}
        for mode, ways in modes.items():
            codes[mode] = _one_code([_way_code(rows, way, said) for way in ways])
            votes[mode] = sum(_way_expects([expected[at] for at in way], said) for way in ways)
        share = _share(rows, of_unit, shares)
        if share is None:
            # Where each way of voting has a status the shares say nothing more.
            if any(code < 0 for mode, code in codes.items() if mode or len(codes) == 1):
                said.in_part |= {role for role in SHARE_ROLES if _differs(role, rows, of_unit)}
            codes = _by_own_shares(codes, modes, shares)
        elif np.isfinite(share):
            said.reported[place] = share
        said.status |= {(place, mode): code for mode, code in codes.items() if code >= 0}
        said.expected |= {(place, mode): n for mode, n in votes.items() if np.isfinite(n)}
        said.whole[place] = _whole_code(codes, tells_share=place in said.reported)
        said.whole_expected[place] = _whole_expects(votes)
        said.certified &= _is_certified(rows, of_unit)
    return said


def _differs(role: str, rows: Sequence[UnitRow], of_unit: Iterable[int]) -> bool:
    return len({rows[at].cells.get(role, "") for at in of_unit}) > 1


def _by_mode(rows: Sequence[UnitRow], of_unit: Iterable[int]) -> dict[str, list[list[int]]]:
    """Mode of a race folder to its ways of voting, each the places of its rows."""
    modes: dict[str, dict[tuple[tuple[str, ...], str], list[int]]] = {}
    for at in of_unit:
        row = rows[at]
        modes.setdefault(row.mode, {}).setdefault((row.part, row.way), []).append(at)
    return {mode: [*ways.values()] for mode, ways in modes.items()}


def _way_code(rows: Sequence[UnitRow], way: Iterable[int], said: SaidOfUnits) -> int:
    """Code of a way of voting: what its rows say, those that say nothing aside."""
    codes = {STATUS_CODES[word] for at in way if (word := rows[at].word)}
    if len(codes) > 1:
        said.in_part.add("status")
    return _one_code(codes or {-1})


def _one_code(codes: Collection[int]) -> int:
    """The code that all have, else that the whole of them is in part."""
    first, *others = {*codes}
    return PARTIAL if others else first


def _way_expects(votes: Sequence[float], said: SaidOfUnits) -> float:
    """Votes that all rows of a way of voting expect that say so, NaN where they differ."""
    told = {number for number in votes if np.isfinite(number)}
    if len(told) > 1:
        said.unused.add("expected")
    return told.pop() if len(told) == 1 else np.nan


def _share(
    rows: Sequence[UnitRow], of_unit: Sequence[int], shares: Sequence[float]
) -> float | None:
    """Share of a unit: of its total, else of all its rows; NaN without any, None if they differ."""
    of_total = {shares[at] for at in of_unit if not rows[at].way and np.isfinite(shares[at])}
    told = of_total or {shares[at] for at in of_unit if np.isfinite(shares[at])}
    if len(told) > 1:
        return None
    return told.pop() if told else np.nan


def _by_own_shares(
    codes: Mapping[str, int], modes: Mapping[str, list[list[int]]], shares: Sequence[float]
) -> dict[str, int]:
    """Codes of a unit whose ways are not equally far: one without a status is as its rows say."""
    return {
        mode: code
        if code >= 0
        else COMPLETE
        if all(shares[at] == 1 for way in modes[mode] for at in way)
        else PARTIAL
        for mode, code in codes.items()
    }


def _whole_code(codes: Mapping[str, int], *, tells_share: bool) -> int:
    """Code of a unit where its ways of voting are not told apart in the end."""
    if codes.get("", -1) >= 0:
        return codes[""]
    of_ways = {code for mode, code in codes.items() if mode} or {-1}
    return -1 if tells_share and of_ways == {-1, COMPLETE} else _one_code(of_ways)


def _whole_expects(votes: Mapping[str, float]) -> float:
    """Votes that are expected of a unit: of its total, else of all its ways; NaN if not of each."""
    of_total = votes.get("", np.nan)
    of_ways = [number for mode, number in votes.items() if mode]
    return of_total if np.isfinite(of_total) or not of_ways else sum(of_ways)


def _is_certified(rows: Sequence[UnitRow], of_unit: Iterable[int]) -> bool:
    """Whether a unit's total is certified, or every way of voting is, and no row denies it."""
    ways: dict[tuple[tuple[str, ...], str], set[str]] = {}
    for at in of_unit:
        ways.setdefault((rows[at].part, rows[at].way), set()).add(rows[at].word)
    total = [words for (_, way), words in ways.items() if not way]
    others = [words for (_, way), words in ways.items() if way]
    denied = {*itertools.chain(*ways.values())} - {CERTIFIED, ""}
    told = [bool(kind) and all(CERTIFIED in words for words in kind) for kind in (total, others)]
    return any(told) and not denied
