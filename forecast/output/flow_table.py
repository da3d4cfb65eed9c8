"""Where the votes go: a row a first-round candidate, small ones pooled by bloc."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from forecast.importing.table_words import is_blank_vote_list, is_write_in
from forecast.output import words
from forecast.output.race_words import (
    ballot_party,
    ballot_tag,
    choice_labels,
    full_name,
    nobody_labels,
    others_of,
)
from forecast.output.terminal import paragraph, table
from forecast.output.turnout_words import MARKED, invalid_ballots
from forecast.race.contest import Race
from forecast.race.units import NEITHER, candidate_sides, roll_is_known
from forecast.runoff.summary import DID_NOT_VOTE, NOT_VOTING, Forecast
from forecast.stats.arrays import FloatArray

# Candidates under this share of the first-round vote are pooled: a row each says nothing.
SMALL = 0.01
# Names of a sentence, at most.
MOST_NAMED = 3
# Those who made no choice in round one, and those who make none in the runoff.
ABSENT, STAY = "non-voters in round one", "don't vote"
# Ballots of round one that the file has no choice for.
INVALID = "blank or invalid ballots"
# Blank and null ballots of round one, and what their voters are taken to cast in the runoff.
NOBODY = "no finalist"
# Where nobody published the registered voters, how many there were is an assumption.
ABSENT_ASSUMED = "non-voters (assumed)"


@dataclass(frozen=True, eq=False)
class FlowSource:
    """Where votes come from.

    Attributes
    ----------
    label
        A name, or "7 other Republicans".
    votes
        Voters who made this choice in round one.
    means
        Mean votes to the first finalist, to the second and not voting, shape (3,); of who chose
        no candidate the last is to no finalist.
    members
        The first-round candidates in it; none for the absent.
    for_nobody
        Whether it is a choice of no candidate: blank or null ballots.
    """

    label: str
    votes: float
    means: FloatArray
    members: tuple[str, ...] = ()
    for_nobody: bool = False


def nobody_words(race: Race) -> str:
    """What the column of no finalist says; nothing where there is none."""
    names = ", ".join(nobody_labels(race))
    return f"{names}: {_assumed()}" if names else ""


def _assumed() -> str:
    return (
        f"they voted, and are assumed to vote for {NOBODY} in the runoff; others who "
        f"do so are counted under “{STAY}”"
    )


def kept_words(race: Race) -> str:
    """What is assumed of write-ins and of a blank-vote list; nothing where there are none.

    Where race.yaml calls them no candidates they are none.
    """
    names = [
        full_name(race, name)
        for name in race.first_round.candidates
        if (is_write_in(name) or is_blank_vote_list(name))
        and name not in race.contest.not_candidates
    ]
    if not names:
        return ""
    return (
        f"{', '.join(names)}: kept as a candidate without a party, whose voters may go to either "
        "finalist"
    )


def return_words(race: Race, forecast: Forecast) -> str:
    """Why voters of some eliminated candidates return less than those of others; "" if alike.

    Nor is anything said of so few voters that it changes nothing.

    The model has one return for those with a finalist of their bloc, and one for all others
    (`runoff.retention.bloc`, `runoff.retention.other`).
    """
    sides = dict(zip(race.first_round.candidates, candidate_sides(race).tolist(), strict=True))
    nobody = {*race.contest.finalists, *race.contest.not_candidates}
    votes, home = {True: 0.0, False: 0.0}, {True: 0.0, False: 0.0}
    for flow in forecast.flows:
        if flow.to == NOT_VOTING and flow.source in sides and flow.source not in nobody:
            has_finalist = sides[flow.source] != NEITHER
            votes[has_finalist] += flow.source_votes
            home[has_finalist] += flow.mean
    if min(votes.values()) < SMALL * float(race.first_round.counts.sum()):
        return ""
    own, other = (round(100 * home[kind] / votes[kind]) for kind in (True, False))
    if own == other:
        return ""
    names = [
        source.label
        for source in pooled_sources(race, forecast)
        if source.members
        and not nobody & {*source.members}
        and all(sides[name] == NEITHER for name in source.members)
    ]
    if len(names) > MOST_NAMED:
        names = [*names[:MOST_NAMED], "others"]
    return (
        f"voters of {' and '.join(filter(None, (', '.join(names[:-1]), names[-1])))}, with no "
        f"finalist of their party or bloc, are taken to return "
        f"{'less' if other > own else 'more'} often: "
        f"{other} of 100 don't vote, against {own} of 100 voters of the other eliminated candidates"
    )


def flow_lines(race: Race, forecast: Forecast, labels: tuple[str, str]) -> list[str]:
    """The table of the flows; nothing where the draws did not keep them."""
    if not forecast.flows:
        return []
    sources = pooled_sources(race, forecast)
    rows = [["where the votes go", "voters", *(f"{label}, %" for label in (*labels, STAY))]]
    for source in [*sources[:-1], *_absent_rows(race, sources[-1])]:
        if not source.for_nobody:
            cells = [f"{part}" for part in of_100(source.means, source.votes)]
            cells = cells or [""] * len(source.means)
            rows.append([source.label, words.rounded_votes(source.votes), *cells])
    lines = table(rows, "lrrrr")
    # A row of them would stand under who doesn't vote; a column, beside tables that are full.
    nobody = [
        f"{source.label} {words.rounded_votes(source.votes)}"
        for source in sources
        if source.for_nobody
    ]
    said = f"{', '.join(nobody)}: {_assumed()}"
    notes = [said if nobody else "", kept_words(race), return_words(race, forecast)]
    return [*lines, *(line for note in notes if note for line in paragraph("", note, column=2))]


def of_100(means: Sequence[float] | FloatArray, votes: float) -> list[int]:
    """Flows of one source in a hundred of its voters, which add up to 100; none of no voters."""
    return words.whole_numbers([100 * float(mean) / votes for mean in means]) if votes else []


def pooled_sources(race: Race, forecast: Forecast) -> list[FlowSource]:
    """Candidates by votes, the small ones of a bloc together, the absent last."""
    means: dict[str, list[float]] = {}  # by source: (first, second, not voting)
    for flow in forecast.flows:
        means.setdefault(flow.source, []).append(flow.mean)
    votes = {flow.source: flow.source_votes for flow in forecast.flows}
    names = race.first_round.candidates
    labels = dict(zip(names, choice_labels(race), strict=True))
    cast = sum(votes[name] for name in names)
    own = {*race.contest.finalists, *race.contest.not_candidates}
    small = [name for name in names if votes[name] < SMALL * cast and name not in own]
    blocs = dict(zip(names, race.candidate_blocs, strict=True))
    tags = {name: ballot_tag(race, index) for index, name in enumerate(names)}
    parties = {name: ballot_party(race, index) for index, name in enumerate(names)}
    shown = [
        FlowSource(
            f"{labels[name]} {tags[name]}".rstrip(),
            votes[name],
            np.array(means[name]),
            (name,),
            name in race.contest.not_candidates,
        )
        for name in sorted(names, key=lambda name: -votes[name])
        if name not in small
    ]
    for bloc in dict.fromkeys(blocs[name] for name in small):
        members = [name for name in small if blocs[name] == bloc]
        pooled = FlowSource(
            f"{labels[members[0]]} {tags[members[0]]}".rstrip()  # a pool of one has its name
            if len(members) == 1
            else others_of(race, len(members), _shared(bloc, [parties[name] for name in members])),
            sum(votes[name] for name in members),
            np.sum([means[name] for name in members], axis=0),
            tuple(members),
        )
        shown.append(pooled)
    voted = [source for source in shown if source.votes > 0]
    absent = FlowSource(absent_label(race), votes[DID_NOT_VOTE], np.array(means[DID_NOT_VOTE]))
    return [*voted, absent]


def absent_label(race: Race) -> str:
    """What those who did not vote in round one are called, counted or assumed."""
    return ABSENT if roll_is_known(race) else ABSENT_ASSUMED


def absent_parts(race: Race) -> list[tuple[str, float]]:
    """Those who chose nobody of round one, by what they are called, and their part of them all.

    Who cast an invalid ballot voted, and stands apart where the ballots are counted and such are
    more than few; the forecast takes both alike.
    """
    label, returns = absent_label(race), race.first_round
    invalid = invalid_ballots(race)
    if not roll_is_known(race) or invalid < MARKED * (returns.votes_cast.sum() + invalid):
        return [(label, 1.0)]
    absent = float(np.maximum(returns.registered - returns.votes_cast, 0).sum())
    part = min(invalid / absent, 1.0) if absent > 0 else 0.0
    return [(INVALID, part), (label, 1.0 - part)]


def _absent_rows(race: Race, absent: FlowSource) -> list[FlowSource]:
    """The absent as rows of a table."""
    return [
        replace(absent, label=label, votes=part * absent.votes, means=part * absent.means)
        for label, part in absent_parts(race)
    ]


def absent_words(race: Race) -> str:
    """What is assumed of who cast an invalid ballot; nothing where they stand not apart."""
    if len(absent_parts(race)) == 1:
        return ""
    return (
        f"{INVALID.capitalize()}: they voted, and are taken to behave as {ABSENT} do, from whom "
        "the forecast does not tell them"
    )


def _shared(bloc: str, parties: Sequence[str]) -> str:
    """What pooled candidates share: their party where that is one, else their bloc."""
    return parties[0] if len(set(parties)) == 1 else bloc
