"""Counts of voters that were taken for a candidate, found by arithmetic, whatever they are called.

Registered voters, voters who came and valid votes stand in tables beside the candidates, in a
column or a row of a name that nobody knows. Each of them is at least the sum of all candidates
wherever it is counted, and a candidate who is that in unit after unit has a majority: no runoff
follows, but where the law sends a majority's winner to a second round.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from forecast.errors import InputError
from forecast.importing.reading import Published
from forecast.importing.standing import require_known
from forecast.importing.table_words import is_person
from forecast.importing.tally import Tally
from forecast.race.person_names import person_key
from forecast.stats.arrays import BoolArray, IntArray

# Of 1,848 finished contests with three choices and three units or more, these rules hold for 29 in
# which somebody had a majority in round one, most of them top-two primaries; 27 of those name the
# candidate's party, which lets it through. Of 605 earlier elections 20 have such a candidate, all
# with a party. The registered voters of 705 in 706 contests that tell them were found.
MIN_UNITS = 3
MIN_CHOICES = 3
# In fewer units each has to agree.
_MANY_UNITS = 20
_MOST_UNITS = 0.95
# Where a count is 0 it may be unknown, as the registered voters of a unit of mail votes are.
_KNOWN = 0.8
# A column between the candidates and a larger count says less: it has to be near the sum in every
# unit, or above it in several of them and below another such column. No finished contest has one.
_SEVERAL_UNITS = 5
_NEAR, _NEAR_IN_SEVERAL = 1.1, 1.5


@dataclass(frozen=True)
class VotersFound:
    """A choice that counts voters.

    Attributes
    ----------
    place
        Position of the choice.
    units, of
        Units in which it is at least the sum of the candidates, and those where it is not 0.
    """

    place: int
    units: int
    of: int

    def __str__(self) -> str:
        """Return what was found, to follow the name of the choice."""
        if not self.units:
            return (
                "is near the sum of the candidates with fewer votes in every unit, as a total of "
                "some of them is"
            )
        return (
            f"has at least the votes of all candidates together in {self.units:,} of {self.of:,} "
            "units, as registered voters, voters who came and valid votes have"
        )


def require_no_voters(
    tally: Tally, published: Sequence[Published], said: Sequence[str], known: Collection[str]
) -> tuple[str, ...]:
    """Refuse counts of voters among the candidates of some files.

    Parameters
    ----------
    tally
        The whole contest.
    published
        Its files.
    said
        Names of which a person has said that they are candidates.
    known
        Keys of names that are people's for another reason.

    Returns
    -------
    tuple
        Those of both that the arithmetic alone would have refused.

    Raises
    ------
    InputError
        With one line a choice: its column, the rule and the remedy.
    """
    said_keys = {person_key(name): name for name in said}
    require_known(said_keys, tally, "--is-a-candidate", dict.fromkeys(said, ""))
    counts, names = tally.matrix, [choice.name for choice in tally.choices]
    of_party = [place for place, choice in enumerate(tally.choices) if choice.party]
    keys = {*said_keys, *known}
    sure = [place for place, choice in enumerate(tally.choices) if choice.key in keys]
    if wrong := voters_taken_for_votes(counts, names, [*of_party, *sure]):
        headers = {key: name for entry in published for key, name in entry.headers.items()}
        lines = []
        for found in wrong:
            choice = tally.choices[found.place]
            header = headers.get(choice.key)
            name = choice.name if header is None else header
            column = (
                f'--column "registered={name}", or ballots= for those who came, says what it '
                "counts; "
                if header is not None
                else ""
            )
            lines.append(
                f"{'column ' if header is not None else ''}{name!r} {found}: {column}--leave-out "
                f"{name!r} leaves it out; --is-a-candidate {choice.name!r} says that it is a "
                f"candidate{' with a majority' if found.units else ''}"
            )
        raise InputError("counts of voters among the candidates:", lines)
    alone = voters_taken_for_votes(counts, names, of_party)
    return tuple(names[found.place] for found in alone)


def voters_taken_for_votes(
    counts: IntArray, names: Sequence[str], sure: Collection[int] = ()
) -> list[VotersFound]:
    """Find the choices that count voters or ballots and no candidate's votes.

    Parameters
    ----------
    counts
        Votes, shape (n_units, n_choices).
    names
        One a choice; those of blank ballots and the like are not looked at.
    sure
        Positions of choices that are known to be candidates: of a party, or said to be.

    Returns
    -------
    list
        Such choices, the largest first.
    """
    counted = counts[counts.any(axis=1)]
    people = [place for place, name in enumerate(names) if is_person(name)]
    votes_of = counted.sum(axis=0)
    left = sorted((p for p in people if votes_of[p]), key=lambda place: -votes_of[place])
    ordered = tuple(left)
    while len(counted) >= MIN_UNITS and (
        places := _largest(counted, left, {*sure}, first=left[:1] == [*ordered[:1]])
    ):
        left = [place for place in left if place not in places]
    votes = counted[:, left].sum(axis=1)
    found = []
    for place in ordered:
        if place not in left:
            above, known = _at_least(counted[:, place], votes)
            found.append(VotersFound(place, int(above.sum()), int(known.sum())))
    return found


def _at_least(column: IntArray, others: IntArray) -> tuple[BoolArray, BoolArray]:
    known = column > 0
    return known & (column >= others), known


def _holds(column: IntArray, others: IntArray) -> bool:
    """Whether a column is at least the sum of others in so many units that chance is out."""
    above, known = _at_least(column, others)
    n_above, n_known = int(above.sum()), int(known.sum())
    least = n_known if n_known < _MANY_UNITS else _MOST_UNITS * n_known
    enough = n_known >= max(MIN_UNITS, _KNOWN * len(column))
    return enough and n_above >= least and int(column.sum()) >= int(others.sum())


def _largest(counted: IntArray, left: Sequence[int], sure: set[int], *, first: bool) -> list[int]:
    """Positions of the next count of voters and of those above it, [] where there is none.

    Parameters
    ----------
    counted
        Votes, shape (n_units, n_choices).
    left
        Positions of the choices that are not found yet, the one with the most votes first.
    sure
        Positions of candidates.
    first
        Whether the largest is not found yet. Below it a candidate may well have a majority.
    """
    columns = [counted[:, place] for place in left]
    if len(left) < MIN_CHOICES:
        return []
    if first and left[0] not in sure and _holds(columns[0], counted[:, left[1:]].sum(axis=1)):
        return [left[0]]
    several = len(counted) >= _SEVERAL_UNITS
    near = _NEAR_IN_SEVERAL if several else _NEAR
    for rank in range(len(left) - 2):
        below = counted[:, left[rank + 1 :]].sum(axis=1)
        if left[rank] in sure or not (columns[rank] >= below).all():
            continue
        if (columns[rank] <= near * below).all():
            return [left[rank]]
        # Registered voters above voters who came, and both above the sum of all candidates.
        above = rank == 1 and left[0] not in sure and (columns[0] >= columns[1]).all()
        if several and above:
            return [left[0], left[1]]
    return []
