"""The state of a count: votes so far in every unit, by way of voting, and how far each is."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from forecast.stats.arrays import BoolArray, FloatArray, IntArray

NOTHING, PARTIAL, COMPLETE = 0, 1, 2
STATUS_WORDS = ("none", "partial", "complete")
# In a returns file a unit that is complete and will not change any more.
CERTIFIED = "certified"

# Ways of voting that are counted when every unit has reported.
LATE_MODES = ("provisional",)
# Those whose votes come with the precincts; early votes and mail come without.
PRECINCT_MODES = ("", "election_day")
# Those that mail counted after the last precinct comes to.
MAIL_MODES = ("", "mail")

StatusArray = npt.NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class Count:
    """What is counted. Arrays have a row a unit, or a county where `by_county` says so.

    Attributes
    ----------
    modes
        Ways of voting, ("",) where the returns do not tell them apart.
    votes
        Of both finalists, shape (n_units, 2, n_modes).
    status
        `NOTHING`, `PARTIAL` or `COMPLETE`, shape (n_units, n_modes).
    expected
        Votes of both finalists that the source expects in all, NaN where it says nothing, shape
        (n_units, n_modes).
    reported
        Share of its precincts that have reported, NaN where unknown, shape (n_units,).
    registered
        Registered voters as the returns have them, NaN where unknown, shape (n_units,).
    by_county
        Whether the returns are of counties, the race having smaller units.
    final
        Units whose count is certified: no late votes come; shape (n_units,), None where none is.
    doubted
        What was complete until the source changed or reopened it, which was kept out: its votes
        are a lower bound until that is settled; shape (n_units, n_modes), None where none is.
    late_mail
        Part of a unit's votes that is mail counted when all of its precincts have reported.
    at_last_precinct
        Votes of both finalists that a unit had when its last precinct had reported, NaN where one
        is out, shape (n_units,); None where no late mail is expected.
    """

    modes: tuple[str, ...]
    votes: IntArray
    status: StatusArray
    expected: FloatArray
    reported: FloatArray
    registered: FloatArray
    by_county: bool = False
    final: BoolArray | None = None
    doubted: BoolArray | None = None
    late_mail: float = 0.0
    at_last_precinct: FloatArray | None = None

    @classmethod
    def nothing(
        cls, n_units: int, modes: tuple[str, ...] = ("",), *, by_county: bool = False
    ) -> "Count":
        """Before the first vote."""
        shape = (n_units, len(modes))
        unknown = np.full(n_units, np.nan)
        return cls(
            modes,
            np.zeros((n_units, 2, len(modes)), dtype=np.int64),
            np.zeros(shape, dtype=np.int8),
            np.full(shape, np.nan),
            unknown,
            unknown.copy(),
            by_county,
        )

    @property
    def n_units(self) -> int:
        """How many units there are."""
        return len(self.votes)

    @cached_property
    def unit_votes(self) -> IntArray:
        """Votes of all modes together, shape (n_units, 2)."""
        return self.votes.sum(axis=2)

    @cached_property
    def totals(self) -> IntArray:
        """Votes of both finalists, shape (2,)."""
        return self.unit_votes.sum(axis=0)

    @cached_property
    def complete(self) -> BoolArray:
        """Units of which every mode is complete, shape (n_units,)."""
        return np.asarray((self.status == COMPLETE).all(axis=1))

    @cached_property
    def reported_in_full(self) -> BoolArray:
        """Units of which everything is complete but late ways of voting, shape (n_units,)."""
        late = np.array([mode in LATE_MODES for mode in self.modes])
        return np.asarray(((self.status == COMPLETE) | late).all(axis=1))

    @cached_property
    def late_mail_cells(self) -> BoolArray:
        """What has all precincts in, and late mail out; shape (n_units, n_modes)."""
        all_in = (self.reported >= 1)[:, None] & (self.status == PARTIAL)
        of_mail = np.isin(self.modes, MAIL_MODES) & (self.late_mail > 0)
        return np.asarray(all_in & of_mail)

    @cached_property
    def late_mail_out(self) -> FloatArray:
        """Part of each unit's votes that is late mail and not counted yet, shape (n_units,).

        What has come since the last precinct is counted. None where mail is a way of its own.
        """
        if not self.late_mail or "" not in self.modes:
            return np.zeros(self.n_units)
        votes = self.unit_votes.sum(axis=1)
        before = np.nan if self.at_last_precinct is None else self.at_last_precinct
        all_votes = np.where(np.isfinite(before), before, votes) / (1 - self.late_mail)
        left = np.clip(1 - votes / np.maximum(all_votes, 1), 0, None)
        return np.asarray(np.where((self.reported >= 1) & (votes > 0), left, self.late_mail))

    def since(self, last: "Count") -> "Count":
        """The same count, with the votes that units had at their last precinct.

        A unit in doubt was complete, as far as its earlier count goes. What is corrected to fewer
        votes had no more.

        Parameters
        ----------
        last
            The count before, of the same units.
        """
        if not self.late_mail:
            return self
        votes, before = (count.unit_votes.sum(axis=1) for count in (self, last))
        if last.at_last_precinct is not None:
            before = np.where(np.isfinite(last.at_last_precinct), last.at_last_precinct, before)
        was_in = (last.reported >= 1) | last.doubted_cells.any(axis=1)
        at = np.where(was_in & (before > 0), np.minimum(before, votes), votes)
        return replace(self, at_last_precinct=np.where(self.reported >= 1, at, np.nan))

    @cached_property
    def certified_units(self) -> BoolArray:
        """Units whose count is certified, shape (n_units,)."""
        return np.zeros(self.n_units, dtype=bool) if self.final is None else self.final

    @cached_property
    def before_the_day(self) -> BoolArray:
        """Units with votes of which no precinct has reported, shape (n_units,).

        Their votes were cast early or by mail. Where ways of voting are told apart the rows say so
        themselves.
        """
        if self.modes != ("",):
            return np.zeros(self.n_units, dtype=bool)
        return np.asarray((self.reported == 0) & (self.unit_votes.sum(axis=1) > 0))

    @cached_property
    def doubted_cells(self) -> BoolArray:
        """What was complete until its source changed it, shape (n_units, n_modes)."""
        return np.zeros(self.status.shape, dtype=bool) if self.doubted is None else self.doubted

    def with_doubt(self, cells: BoolArray) -> "Count":
        """The same count where some complete cells count as in part, shape (n_units, n_modes)."""
        if not cells.any():
            return self
        whole = cells.any(axis=1) & (self.reported >= 1)
        return replace(
            self,
            status=np.where(cells, PARTIAL, self.status).astype(np.int8),
            expected=np.where(cells, np.nan, self.expected),
            reported=np.where(whole, np.nan, self.reported),
            doubted=self.doubted_cells | cells,
        )

    @property
    def certified(self) -> bool:
        """Whether every unit is certified: nothing is out."""
        return bool(self.certified_units.all())

    @property
    def any_votes(self) -> bool:
        """Whether anything is counted or complete."""
        return bool(self.votes.any() or (self.status == COMPLETE).any())

    def with_modes(self, modes: tuple[str, ...]) -> "Count":
        """The same count with more modes, of which nothing is counted.

        A count that told no modes apart has everything in the mode "".
        """
        if modes == self.modes:
            return self
        other = Count.nothing(self.n_units, modes, by_county=self.by_county)
        votes, status = other.votes, other.status
        expected, doubted = other.expected, other.doubted_cells
        for position, mode in enumerate(self.modes):
            at = modes.index(mode)
            votes[:, :, at] = self.votes[:, :, position]
            status[:, at] = self.status[:, position]
            expected[:, at] = self.expected[:, position]
            doubted[:, at] = self.doubted_cells[:, position]
        return replace(
            self, modes=modes, votes=votes, status=status, expected=expected, doubted=doubted
        )

    def without_modes(self) -> "Count":
        """The same count with its ways of voting together."""
        if self.modes == ("",):
            return self
        whole = self.reported_in_full[:, None]
        part = np.where(self.unit_votes.sum(axis=1) > 0, PARTIAL, NOTHING)[:, None]
        return replace(
            self,
            modes=("",),
            votes=self.unit_votes[:, :, None],
            status=np.where(whole, COMPLETE, part).astype(np.int8),
            expected=np.full((self.n_units, 1), np.nan),
            doubted=self.doubted_cells.any(axis=1)[:, None],
        )

    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """All of it as arrays by name, to be stored."""
        late = {"late_mail": np.array(self.late_mail)} if self.late_mail else {}
        if self.at_last_precinct is not None:
            late["at_last_precinct"] = self.at_last_precinct
        return {
            **late,
            "modes": np.array(self.modes),
            "votes": self.votes,
            "status": self.status,
            "expected": self.expected,
            "reported": self.reported,
            "registered": self.registered,
            "flags": np.array([self.by_county, self.certified]),
            "final": self.certified_units,
            "doubted": self.doubted_cells,
        }

    @classmethod
    def of_arrays(cls, arrays: dict[str, npt.NDArray[np.generic]]) -> "Count":
        """The count that `arrays` was made of."""
        by_county, certified = (bool(flag) for flag in arrays["flags"])
        # Counts of earlier versions say it of the whole.
        whole = np.full(len(arrays["votes"]), certified)
        final = arrays.get("final", whole).astype(np.bool_)
        nowhere = np.zeros(arrays["status"].shape)
        return cls(
            tuple(str(mode) for mode in arrays["modes"]),
            arrays["votes"].astype(np.int64),
            arrays["status"].astype(np.int8),
            arrays["expected"].astype(np.float64),
            arrays["reported"].astype(np.float64),
            arrays["registered"].astype(np.float64),
            by_county,
            final,
            arrays.get("doubted", nowhere).astype(np.bool_),
            float(arrays.get("late_mail", np.float64(0))),
            arrays.get("at_last_precinct"),  # type: ignore[arg-type]
        )
