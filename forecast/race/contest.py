"""A two-round election as frozen values: the contest, the returns of a round, the race."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np

from forecast.errors import InputError
from forecast.race.independents import is_independent, taught_as_party
from forecast.race.person_names import TURKISH_LETTERS
from forecast.race.place_words import TURKISH_COUNTRIES, US
from forecast.race.whereabouts import country_and_state
from forecast.stats.arrays import BoolArray, FloatArray, IndexArray, IntArray


@dataclass(frozen=True)
class Contest:
    """What is voted on, when, between whom.

    Attributes
    ----------
    id
        Short stable name, also the name of the folder.
    title, office, place, unit_kind
        Words for people; `unit_kind` is the singular of a unit ("precinct").
    first_round, runoff
        The two election days.
    finalists
        Names of the two candidates of the runoff; margins are first minus second.
    blocs
        Bloc name to the party labels in it. A party named in none is a bloc of its own.
    sources
        Where the figures come from, one line a source.
    not_candidates
        Choices of the first round that nobody can receive: blank and null ballots, none of these.
    country, state, level, kind
        Where, for what and how the election is held, in the words of `forecast.race.situation`;
        "" where nobody said.
    positions
        Where blocs stand from left to right, where the race says so itself.
    county_kind
        The singular of the level above a unit ("ward"), "" where the race does not say.
    short_names
        What candidates are called where there is little room, for those of whom the race says it.
    covers
        What part of the election the returns have, "" where they have all of it.
    license
        Of the whole race folder, "" where it says none; a source may have its own.
    notes
        What else whoever made the race folder says of its data, "" where nothing.
    """

    id: str
    title: str
    office: str
    place: str
    unit_kind: str
    first_round: date
    runoff: date
    finalists: tuple[str, str]
    blocs: Mapping[str, tuple[str, ...]]
    sources: tuple[str, ...] = ()
    not_candidates: tuple[str, ...] = ()
    country: str = ""
    state: str = ""
    level: str = ""
    kind: str = ""
    positions: Mapping[str, float] = field(default_factory=dict)
    county_kind: str = ""
    short_names: Mapping[str, str] = field(default_factory=dict)
    covers: str = ""
    license: str = ""
    notes: str = ""

    def bloc_of(self, party: str) -> str:
        """Name of the bloc that a party label belongs to, "" where no bloc is known.

        A label that says "independent" is no bloc, unless the race has put it into one.
        """
        for bloc, parties in self.blocs.items():
            if party in parties:
                return bloc
        return "" if self.names_no_party(party) else party

    @cached_property
    def turkish(self) -> bool:
        """Whether names are Turkish or Azerbaijani, where "ı" and "i" are two letters."""
        if country_and_state(self)[0] in TURKISH_COUNTRIES:
            return True
        return bool(TURKISH_LETTERS & {*"".join((self.country, self.place, *self.finalists))})

    def names_no_party(self, party: str) -> bool:
        """Whether a label says that who has it is of no party: "IND", "NEKA", "Independiente"."""
        if not is_independent(party, american=True) or taught_as_party(party, self.id):
            return False
        return is_independent(party) or country_and_state(self)[0] == US


@dataclass(frozen=True, eq=False)
class Returns:
    """The counted votes of one election in every unit.

    Attributes
    ----------
    unit_ids, counties, unit_names
        One entry a unit; `counties` names the group that the unit belongs to.
    registered, ballots
        Registered voters and ballots cast, shape (n_units,), NaN where unknown.
    candidates, parties
        One entry a candidate; a party is "" where unknown.
    modes
        Vote modes, ("",) where the source does not tell them apart.
    votes
        Votes, shape (n_units, n_candidates, n_modes).
    """

    unit_ids: tuple[str, ...]
    counties: tuple[str, ...]
    unit_names: tuple[str, ...]
    registered: FloatArray
    ballots: FloatArray
    candidates: tuple[str, ...]
    parties: tuple[str, ...]
    modes: tuple[str, ...]
    votes: IntArray

    @property
    def n_units(self) -> int:
        """How many units there are."""
        return len(self.unit_ids)

    @cached_property
    def counts(self) -> IntArray:
        """Votes of all modes together, shape (n_units, n_candidates)."""
        return self.votes.sum(axis=2)

    @cached_property
    def votes_cast(self) -> IntArray:
        """Votes for all choices together, blank ballots among them, shape (n_units,)."""
        return self.counts.sum(axis=1)

    def candidate_index(self, name: str) -> int:
        """Position of a candidate on the second axis of `votes`.

        Raises
        ------
        InputError
            When nobody of that name stood; the message lists those who did.
        """
        try:
            return self.candidates.index(name)
        except ValueError:
            raise InputError(
                f"no candidate named {name!r}; the candidates are: {', '.join(self.candidates)}"
            ) from None


@dataclass(frozen=True, eq=False)
class Baseline:
    """An earlier election counted in the units of the first round.

    Attributes
    ----------
    election
        What it was, in words ("2016 president").
    held
        The election day, None where the race folder does not say.
    returns
        Its returns, units in the order of the first round.
    present
        Whether the unit has a row in the baseline, shape (n_units,). Where it is False the
        votes are 0 and mean nothing.
    """

    election: str
    held: date | None
    returns: Returns
    present: BoolArray


@dataclass(frozen=True, eq=False)
class Race:
    """Everything that a forecast may see; nothing of the runoff's count is in it."""

    contest: Contest
    first_round: Returns
    baselines: tuple[Baseline, ...]

    @cached_property
    def finalist_index(self) -> tuple[int, int]:
        """Positions of the two finalists among the first-round candidates."""
        first, second = self.contest.finalists
        return self.first_round.candidate_index(first), self.first_round.candidate_index(second)

    @cached_property
    def turkish(self) -> bool:
        """The same of the contest, or by the letters of its candidates and units."""
        names = self.first_round.candidates + self.first_round.unit_names + self.county_names
        return self.contest.turkish or bool(TURKISH_LETTERS & {*"".join(names)})

    @cached_property
    def candidate_blocs(self) -> tuple[str, ...]:
        """The bloc of every first-round candidate, "" where no party is known."""
        return tuple(self.contest.bloc_of(party) for party in self.first_round.parties)

    @cached_property
    def not_candidate_index(self) -> tuple[int, ...]:
        """Positions of the first-round choices that are no candidates."""
        return tuple(map(self.first_round.candidate_index, self.contest.not_candidates))

    @cached_property
    def valid_votes(self) -> IntArray:
        """First-round votes for candidates, 0 for other choices, shape (n_units, n_candidates)."""
        return without_choices(self.first_round.counts, self.not_candidate_index)

    @cached_property
    def has_two_blocs(self) -> bool:
        """Whether the finalists belong to two different known blocs."""
        first, second = (self.candidate_blocs[index] for index in self.finalist_index)
        return bool(first) and bool(second) and first != second

    @cached_property
    def county_names(self) -> tuple[str, ...]:
        """The counties, in the order in which they first appear."""
        return tuple(dict.fromkeys(self.first_round.counties))

    @cached_property
    def county_index(self) -> IndexArray:
        """The county of every unit as a position in `county_names`, shape (n_units,)."""
        position = {name: index for index, name in enumerate(self.county_names)}
        return np.array([position[name] for name in self.first_round.counties], dtype=np.intp)


def without_choices(votes: IntArray, choices: Sequence[int]) -> IntArray:
    """Votes with 0 for some choices, shape (n_units, n_candidates); the same array for none."""
    if not choices:
        return votes
    kept = votes.copy()
    kept[:, list(choices)] = 0
    return kept


@dataclass(frozen=True, eq=False)
class RunoffResult:
    """The counted runoff, for scoring only: a type of its own that no forecast accepts.

    Attributes
    ----------
    returns
        Votes of the two finalists (and write-ins, where published).
    unmatched
        Ids of the runoff units that have no first-round row.
    """

    returns: Returns
    unmatched: tuple[str, ...]
