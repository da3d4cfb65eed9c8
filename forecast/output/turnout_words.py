"""Who makes up the turnout of a runoff, in words."""

import numpy as np

from forecast.learn.race_parameters import MAX_ARRIVALS
from forecast.output.race_words import finalist_labels
from forecast.output.words import chance, in_percent
from forecast.race.contest import Race
from forecast.race.place_words import US
from forecast.race.situation import situation_of
from forecast.runoff.monte_carlo import wins_of
from forecast.runoff.summary import DID_NOT_VOTE, NOT_VOTING
from forecast.stats.arrays import BoolArray
from forecast.workflow import Simulation

# Where these come from says why the turnout is what it is.
TURNOUT_PRIORS = ("runoff.retention.", "runoff.arrivals.", "runoff.turnout.")
# Of the registered, in round one: above it rates learned elsewhere are told with a caveat.
HIGH_TURNOUT = 0.85
# Part of the ballots that are for no candidate from which a turnout says what it counts.
MARKED = 0.005
# Half a point below the highest rate at which non-voters turn out, draws count as at it; from
# this part of the draws on, that is said.
AT_LIMIT, PILED = MAX_ARRIVALS - 0.005, 0.02
# By no more than so many points, as shown, the chance differs between low and high turnouts if it
# hardly depends on them; from the second on it depends on them more than a little.
HARDLY, A_LITTLE = 1, 10
# Of a place: only means add up, to those of the flows. Medians of many places sum to too few.
MEAN_VOTES = "votes, mean"
SET_FOR_THE_RACE = ("race", "file", "command line")


def turnout_label(race: Race) -> str:
    """What the share of the registered is of, where ballots for no candidate make a difference.

    "turnout", or "votes for candidates": a country publishes the ballots as its turnout. Outside
    the United States ballots that the returns do not have are not few.
    """
    if lacks_ballots(race):
        return "votes for candidates"
    cast, valid = float(race.first_round.votes_cast.sum()), float(race.valid_votes.sum())
    voted = cast + invalid_ballots(race)
    return "votes for candidates" if voted - valid >= MARKED * voted else "turnout"


def lacks_ballots(race: Race) -> bool:
    """Whether blank and null ballots were cast that the returns do not have, as far as one knows.

    Many are cast in countries other than the United States.
    """
    counted = bool(np.isfinite(race.first_round.ballots.sum())) or bool(race.contest.not_candidates)
    return not counted and situation_of(race).country != US


def invalid_ballots(race: Race) -> float:
    """Ballots of round one beyond the votes for its choices; 0 where ballots are not counted."""
    returns = race.first_round
    ballots = float(returns.ballots.sum())
    return max(ballots - float(returns.votes_cast.sum()), 0.0) if np.isfinite(ballots) else 0.0


def chance_by_turnout_words(simulation: Simulation) -> str:
    """Whether the chance depends on the turnout, by the draws with the lowest and highest third.

    "the chance depends a little on it (Orsi 69% in the third of the draws with the lowest turnout,
    72% in the third with the highest)".
    """
    votes = simulation.draws.county_votes.sum(axis=1)
    wins = wins_of(votes)[np.argsort(votes.sum(axis=1), kind="stable")]
    third = max(len(wins) // 3, 1)
    low, high = float(wins[:third].mean()), float(wins[-third:].mean())
    apart = abs(round(100 * high) - round(100 * low))
    depends = "hardly depends" if apart <= HARDLY else "depends"
    little = " a little" if HARDLY < apart < A_LITTLE else ""
    name = finalist_labels(simulation.race.contest)[0]
    return (
        f"the chance {depends}{little} on it ({name} {chance(low)} in the third of the draws with "
        f"the lowest turnout, {chance(high)} in the third with the highest)"
    )


def at_the_limit(simulation: Simulation) -> BoolArray | None:
    """Draws in which as many non-voters of round one turn out as learned rates allow.

    They have nearly one turnout and stand as a wall at the end of its distribution.

    Returns
    -------
    BoolArray | None
        Shape (n_draws,); None where such draws are few, or the flows were not kept.
    """
    flows, units = simulation.draws.flows, simulation.units
    absent = float((units.eligible - units.votes_cast).sum())
    if flows is None or absent <= 0:
        return None
    piled: BoolArray = flows.to_finalists[:, -1].sum(axis=1) >= AT_LIMIT * absent
    return piled if piled.mean() >= PILED else None


def limit_words(simulation: Simulation) -> str:
    """How many draws that is, and where they lie; "" where they are few.

    "in 6.4% of the outcomes 95% of them do, the most that the learned rates allow, which gives
    about 97% of the registered".
    """
    piled = at_the_limit(simulation)
    if piled is None:
        return ""
    said = (
        f"in {100 * piled.mean():.1f}% of the outcomes {MAX_ARRIVALS:.0%} of them do, the most "
        "that the model allows"
    )
    if not simulation.units.eligible_known:
        return said
    turnout = simulation.draws.votes.sum(axis=1) / simulation.units.eligible.sum()
    return f"{said} (a turnout of about {np.median(turnout[piled]):.0%} of registered voters)"


def turnout_words(simulation: Simulation) -> str:
    """How many voters of round one return and how many others arrive, and which priors say so.

    "89% of first-round voters return, ..."; empty where the draws kept no flows. Who chose no
    candidate in round one is not among its voters, as in the turnout.
    """
    nobody = simulation.race.contest.not_candidates
    flows = [flow for flow in simulation.forecast.flows if flow.source not in nobody]
    if not flows:
        return ""
    voters = {flow.source: flow.source_votes for flow in flows}
    came = dict.fromkeys(voters, 0.0)
    for flow in flows:
        if flow.to != NOT_VOTING:
            came[flow.source] += flow.mean
    arrive, absent = came.pop(DID_NOT_VOTE), voters.pop(DID_NOT_VOTE)
    text = f"{in_percent(sum(came.values()) / sum(voters.values()))} of first-round voters return"
    odd = False
    if absent:
        who = "first-round non-voters" if simulation.units.eligible_known else "assumed non-voters"
        text += f", {in_percent(arrive / absent)} of {who} turn out"
        out = [name for name in voters if name not in simulation.race.contest.finalists]
        again = sum(came[name] for name in out) / max(sum(voters[name] for name in out), 1)
        odd = bool(out) and arrive / absent > again
        text += (
            f", a higher share than of the eliminated candidates' voters ({in_percent(again)})"
            if odd
            else ""
        )
        limit = limit_words(simulation)
        text += f"; {limit}" if limit else ""
    return f"{text} ({'; '.join(['means', *_sources(simulation, odd)])})"


def _sources(simulation: Simulation, odd: bool) -> list[str]:
    """Where the rates come from; those learned with a caveat where they are odd, or few are left.

    Those who could still arrive are few then, and unlike the absent of the races that taught.
    """
    entries = [
        entry for entry in simulation.priors.entries if entry.path.startswith(TURNOUT_PRIORS)
    ]
    own = [entry.name for entry in entries if entry.origin in SET_FOR_THE_RACE]
    said = [f"set for this race: {', '.join(own)}"] if own else []
    if any(entry.origin == "learned" for entry in entries):
        learned = (
            "the rest is learned from finished runoffs"
            if own
            else "finished runoffs taught the total; how it divides between the two groups is a "
            "judgment"
        )
        units = simulation.units
        voted = float(units.votes_cast.sum() / units.eligible.sum())
        if odd or (units.eligible_known and voted >= HIGH_TURNOUT):
            learned += "; such rates are unreliable at so high a turnout"
        said.append(learned)
    return said
