"""Where the votes go: a row a first-round candidate, small ones pooled by bloc."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from forecast.output import words
from forecast.output.race_words import choice_labels, others_of
from forecast.output.terminal import paragraph, table
from forecast.race.contest import Race
from forecast.race.units import roll_is_known
from forecast.runoff.summary import DID_NOT_VOTE, Forecast
from forecast.stats.arrays import FloatArray

# Candidates under this share of the first-round vote are pooled: a row each says nothing.
SMALL = 0.01
# Those who made no choice in round one, and those who make none in the runoff.
ABSENT, STAY = "non-voters in round one", "don't vote"
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
        Mean votes to the first finalist, to the second and not voting, shape (3,).
    members
        The first-round candidates in it; none for the absent.
    """

    label: str
    votes: float
    means: FloatArray
    members: tuple[str, ...] = ()


def flow_lines(race: Race, forecast: Forecast, labels: tuple[str, str]) -> list[str]:
    """The table of the flows; nothing where the draws did not keep them."""
    if not forecast.flows:
        return []
    rows = [["where the votes go", "voters", *(f"{label}, %" for label in labels), f"{STAY}, %"]]
    for source in pooled_sources(race, forecast):
        parts = [
            f"{100 * mean / source.votes:.0f}" if source.votes else "" for mean in source.means
        ]
        rows.append([source.label, words.rounded_votes(source.votes), *parts])
    lines = table(rows, "lrrrr")
    if nobody := race.contest.not_candidates:
        who = ", ".join(nobody)
        lines += paragraph(
            "", f"{who}: assumed to choose no finalist in the runoff either", column=2
        )
    return lines


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
    shown = [
        FlowSource(
            f"{labels[name]} {words.party_tag(blocs[name])}",
            votes[name],
            np.array(means[name]),
            (name,),
        )
        for name in sorted(names, key=lambda name: -votes[name])
        if name not in small
    ]
    for bloc in dict.fromkeys(blocs[name] for name in small):
        members = [name for name in small if blocs[name] == bloc]
        pooled = FlowSource(
            _pool_label([labels[name] for name in members], bloc),
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


def _pool_label(names: Sequence[str], bloc: str) -> str:
    """A pool of one is called by its name."""
    if len(names) == 1:
        return f"{names[0]} {words.party_tag(bloc)}".rstrip()
    return others_of(len(names), bloc)
