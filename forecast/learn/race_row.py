"""A race as the numbers that the hierarchical model reads: one function for learning and forecast.

Everything either changes its sign when the finalists are named in the other order, or stays as it
is, to the last bit.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from forecast.learn.agreement import baseline_gap
from forecast.race.bloc_votes import newest_bloc_votes
from forecast.race.candidates import (
    MIN_UNITS,
    MIN_VOTES,
    candidate_affinity,
    candidate_lean,
    eliminated_index,
)
from forecast.race.contest import Baseline, Race
from forecast.race.situation import NO_LABEL, Situation, pairing
from forecast.race.units import candidate_sides, side_votes
from forecast.stats.arrays import FloatArray, IntArray

TWO_BLOCS, TWO_LABELS, SAME_BLOC, NO_LABELS = "two blocs", "two labels", "same bloc", "no label"
CLASSES = (TWO_BLOCS, TWO_LABELS, SAME_BLOC, NO_LABELS)
PRESIDENT, LEGISLATURE, OTHER_OFFICE = "president", "legislature", "other office"
BASELINE_OFFICES = (PRESIDENT, LEGISLATURE, OTHER_OFFICE)
GAP_SCALE = 0.1
SMALLEST_COVER = 0.6
SMALLEST_BLOC = 0.02  # of the votes of both blocs, for a baseline to say something of them


@dataclass(frozen=True, eq=False)
class Group:
    """Eliminated candidates of one bloc, or of none.

    Attributes
    ----------
    bloc
        Its name, "" where the candidates have none.
    side
        1 where it is the first finalist's bloc, -1 the second's, else 0. Changes sign.
    share
        Of the first-round vote.
    concentration
        Sum of squared shares of the candidates over the square of their sum, in (0, 1].
    affinity, lean
        Means over the candidates by votes. Change sign.
    """

    bloc: str
    side: int
    share: float
    concentration: float
    affinity: float
    lean: float


@dataclass(frozen=True)
class Past:
    """An earlier election between the finalists' blocs.

    Attributes
    ----------
    office
        One of `BASELINE_OFFICES`.
    held
        The day.
    log_odds
        Of the first finalist's bloc against the second's, over the first round's voters.
        Changes sign.
    """

    office: str
    held: date
    log_odds: float


@dataclass(frozen=True, eq=False)
class RaceRow:
    """A race before its runoff.

    Attributes
    ----------
    id, situation, first_round, runoff
        Which race, and the two days.
    pairing
        How the rounds go with federal general elections.
    parties
        One of `CLASSES`: what the finalists' labels say.
    blocs
        Of the finalists, "" where none.
    shares
        First-round shares of the finalists, shape (2,).
    own
        Whether each finalist stood alone for its bloc: concentration of the bloc's vote on the
        finalist, in (0, 1], shape (2,); 1 where no bloc is known.
    groups
        The eliminated.
    past
        Earlier elections, newest first.
    agreement
        exp(-gap / 0.1) between the first round and the newest baseline, NaN where unknown.
    electorate
        Valid votes of the first round: those for candidates.
    n_units
        How many units there are.
    """

    id: str
    situation: Situation
    first_round: date
    runoff: date
    pairing: str
    parties: str
    blocs: tuple[str, str]
    shares: FloatArray
    own: FloatArray
    groups: tuple[Group, ...]
    past: tuple[Past, ...]
    agreement: float
    electorate: float
    n_units: int

    @property
    def eliminated(self) -> float:
        """Share of the first-round vote cast for eliminated candidates."""
        return float(sum(group.share for group in self.groups))

    @property
    def consolidation(self) -> float:
        """How much more the first finalist was its bloc's only candidate. Changes sign."""
        return float(self.own[0] - self.own[1])


def race_row(race: Race, situation: Situation, groups: tuple[Group, ...] | None = None) -> RaceRow:
    """Read a race.

    Parameters
    ----------
    race
        The race, with nothing of its runoff's count.
    situation
        Where, for what and how it is held.
    groups
        The eliminated candidates where they are grouped already; by bloc otherwise.

    Raises
    ------
    ValueError
        When a finalist has no first-round vote.
    """
    totals = race.valid_votes.sum(axis=0)
    finalists = list(race.finalist_index)
    if not totals[finalists].all():
        raise ValueError(f"{race.contest.id}: a finalist has no first-round vote")
    shares = totals / totals.sum()
    first, second = (race.candidate_blocs[index] for index in finalists)
    contest = race.contest
    return RaceRow(
        id=contest.id,
        situation=situation,
        first_round=contest.first_round,
        runoff=contest.runoff,
        pairing=pairing(contest.first_round, contest.runoff, situation.country),
        parties=parties_of(situation, first, second),
        blocs=(first, second),
        shares=shares[finalists],
        own=_own(race, shares),
        groups=eliminated_groups(race, shares) if groups is None else groups,
        past=tuple(p for b in race.baselines if (p := _past(race, b)) is not None),
        agreement=_agreement(race),
        electorate=float(totals.sum()),
        n_units=race.first_round.n_units,
    )


def parties_of(situation: Situation, first: str, second: str) -> str:
    """What the labels of the finalists say, one of `CLASSES`."""
    if first in NO_LABEL or second in NO_LABEL:
        return NO_LABELS
    if first == second:
        return SAME_BLOC
    known = [np.isfinite(situation.position(bloc)) for bloc in (first, second)]
    return TWO_BLOCS if all(known) else TWO_LABELS


def has_geography(race: Race) -> bool:
    """Whether a race has units enough to tell affinity and lean."""
    return int((race.first_round.votes_cast >= MIN_VOTES).sum()) >= MIN_UNITS


def candidate_measures(race: Race) -> tuple[FloatArray, FloatArray]:
    """Affinity and lean of every candidate, 0 where the race has too few units to tell."""
    if has_geography(race):
        return candidate_affinity(race), candidate_lean(race)
    nothing = np.zeros(len(race.first_round.candidates))
    return nothing, nothing


def eliminated_groups(race: Race, shares: FloatArray) -> tuple[Group, ...]:
    """The eliminated candidates by bloc, in the order of their names."""
    affinity, lean = candidate_measures(race)
    sides = candidate_sides(race)
    signs = np.select([sides == 0, sides == 1], [1, -1], 0)
    members: dict[str, list[int]] = {}
    for index in eliminated_index(race).tolist():
        bloc = race.candidate_blocs[index] if race.has_two_blocs else ""
        bloc = "" if bloc in NO_LABEL else bloc
        members.setdefault(bloc, []).append(index)
    groups = []
    for bloc, inside in sorted(members.items()):
        share = shares[inside]
        total = float(share.sum())
        groups.append(
            Group(
                bloc=bloc,
                side=int(signs[inside[0]]) if bloc else 0,
                share=total,
                concentration=float((share**2).sum() / total**2),
                affinity=float(share @ affinity[inside] / total),
                lean=float(share @ lean[inside] / total),
            )
        )
    return tuple(groups)


def baseline_office(election: str) -> str:
    """Which office an earlier election was for, one of `BASELINE_OFFICES`."""
    words = election.lower()
    if "president" in words and "mayor" not in words and "parish" not in words:
        return PRESIDENT
    seats = ("house", "senat", "legislat", "represent", "assembly", "congress", "same office")
    return LEGISLATURE if any(seat in words for seat in seats) else OTHER_OFFICE


def _own(race: Race, shares: FloatArray) -> FloatArray:
    """Each finalist's part of its bloc's vote, shape (2,)."""
    if not race.has_two_blocs:
        return np.ones(2)
    sides = candidate_sides(race)
    whole = np.array([shares[sides == side].sum() for side in (0, 1)])
    return np.asarray(shares[list(race.finalist_index)] / whole)


def _agreement(race: Race) -> float:
    baseline = newest_bloc_votes(race)
    if baseline is None:
        return float("nan")
    # In an order that does not depend on the finalists', so that no rounding does either.
    order = sorted((0, 1), key=lambda side: race.finalist_index[side])
    gap = baseline_gap(side_votes(race)[:, order], baseline[:, order])
    return float("nan") if gap is None else float(np.exp(-gap / GAP_SCALE))


def _past(race: Race, baseline: Baseline) -> Past | None:
    """What an earlier election says of the finalists' blocs, None where it says nothing."""
    if not race.has_two_blocs or baseline.held is None:
        return None
    pair = [race.candidate_blocs[index] for index in race.finalist_index]
    blocs = np.array([race.contest.bloc_of(party) for party in baseline.returns.parties])
    counts = baseline.returns.counts
    past = np.stack([counts[:, blocs == bloc].sum(axis=1) for bloc in pair], axis=1)
    cast = race.first_round.votes_cast
    if cast[baseline.present].sum() < SMALLEST_COVER * cast.sum():
        return None
    votes = _weighted(past, side_votes(race).sum(axis=1))
    if votes.min() <= SMALLEST_BLOC * votes.sum():
        return None
    office = baseline_office(baseline.election)
    return Past(office, baseline.held, float(np.log(votes[0]) - np.log(votes[1])))


def _weighted(past: IntArray, now: IntArray) -> FloatArray:
    """Votes of two blocs, units weighted as the first round weighs them where many tell."""
    then = past.sum(axis=1)
    usable = (now >= 2 * MIN_VOTES) & (then >= 2 * MIN_VOTES)
    if usable.sum() < MIN_UNITS:
        return np.asarray(past.sum(axis=0), dtype=np.float64)
    share = past[usable] / then[usable, None]
    return np.asarray((now[usable, None] * share).sum(axis=0))
