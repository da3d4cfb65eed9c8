"""What a race has and what it lacks, in the words of every output: terminal, page and JSON."""

import re
from datetime import date

from forecast.output import words
from forecast.output.known_result import result_of
from forecast.output.race_words import (
    PARTY_PLURALS,
    finalist_labels,
    full_name,
    nobody_labels,
    units_words,
)
from forecast.output.record_places import is_the_same, races_of
from forecast.output.terminal import paragraph
from forecast.output.track_record import is_new_place, track_record
from forecast.output.turnout_words import chance_by_turnout_words, lacks_ballots
from forecast.race.calendar import still_to_come
from forecast.race.contest import Race
from forecast.race.labels import NONPARTISAN
from forecast.race.level_words import plural
from forecast.race.place_words import US
from forecast.race.situation import (
    PRIMARY_RUNOFF,
    names_parties,
    parties_outside_blocs,
    situation_of,
)
from forecast.workflow import Simulation

# Turnout of countries that taught nothing: the twenty-first look of docs/plan-of-scores.md.
UNSEEN_PRESIDENTS = (
    "in a separate test on 66 presidential runoffs of countries outside the record, ranges meant "
    "to cover 50, 80 and 95% of the turnouts covered 85, 95 and 100%"
)

# "2016 president", "President 2012-11-06 (LA SoS, same precinct label)".
PRESIDENT = re.compile(
    r"(?:(\d{4}) president|president (\d{4})(?:-\d\d-\d\d)?)((?: \(.*\))?)", re.IGNORECASE
)

# Part of round one's votes for parties in no bloc from which that is missing; names shown of them.
OUTSIDE, SHOWN = 0.05, 3


def missing_parts(simulation: Simulation) -> dict[str, str]:
    """Data that the race lacks, and what a forecast assumes in their place.

    Returns
    -------
    dict
        "returns", "parties", "blocs", "baseline", "finished_runoffs", "poll_errors", "registered",
        "ballots" to a phrase that names what is missing; without those that the race has.
    """
    race, parts = simulation.race, {}
    if covers := race.contest.covers:
        parts["returns"] = (
            f"part of the returns: they are of {covers}; forecast and result are of that part"
        )
    # In a party's own primary all candidates are of one: parties could tell nothing.
    if not race.has_two_blocs and situation_of(race).kind != PRIMARY_RUNOFF:
        parts["parties"] = (
            f"{_without_parties(race)}: only geography indicates where the eliminated candidates' "
            "voters go"
        )
    elif outside := _outside_blocs(race):
        parts["blocs"] = outside
    if not race.baselines:
        parts["baseline"] = (
            "an earlier election in the same places (a baseline): how closely votes there follow "
            "earlier ones is unknown, and assumed to be as in a typical race"
        )
    situation = situation_of(race)
    country = situation.country
    if country != US and track_record(race) is not None and is_new_place(race):
        parts["finished_runoffs"] = _finished_runoffs(simulation, country)
    if simulation.polls is not None and country != US:
        parts["poll_errors"] = (
            f"the errors of polls of runoffs in {country or 'this country'}: nothing was learned "
            "about them outside the United States, so those of U.S. polls are used; intervals from "
            "polls alone are likely too narrow, as they were there (docs/polls.md)"
        )
    elif simulation.polls is not None and situation.kind == PRIMARY_RUNOFF:
        parts["poll_errors"] = (
            "the errors of polls of party primaries: nothing was learned about them, and a larger "
            "error than in other runoffs is assumed (judgment; docs/polls.md)"
        )
    if not simulation.units.eligible_known:
        parts["registered"] = _assumed_voters(simulation.priors.turnout_if_unknown(race))
    elif lacks_ballots(race):
        parts["ballots"] = (
            "blank and null ballots: they are not in the returns, so anyone who cast one counts as "
            "a non-voter of round one"
        )
    return parts


def _without_parties(race: Race) -> str:
    """Why parties do not tell where votes go: "both finalists are Democrats"."""
    blocs = [race.candidate_blocs[index] for index in race.finalist_index]
    if not names_parties(race):
        return "no candidate has a party label"
    without = [
        label
        for label, bloc in zip(finalist_labels(race.contest), blocs, strict=True)
        if bloc in ("", NONPARTISAN)
    ]
    if without:
        return "neither finalist has a party" if len(without) == 2 else f"{without[0]} has no party"
    if (bloc := blocs[0]) in PARTY_PLURALS:
        return f"both finalists are {PARTY_PLURALS[bloc]}"
    noun = "bloc" if bloc in race.contest.blocs else "party"
    return f"both finalists are of one {noun} ({words.american(bloc.replace('_', ' '))})"


def _assumed_voters(turnout: float) -> str:
    """How many non-voters are assumed for a turnout, in (0, 1], where nobody gave the voters."""
    each = round((1 - turnout) / turnout, 1)
    many = "as many non-voters as voters" if each == 1 else f"{each:g} non-voters for each voter"
    return (
        f"registered voters are not in the data: {many} are assumed (turnout of {turnout:.0%}); "
        "the runoff's turnout follows from finished runoffs alone, and cannot be shown as a share "
        "of registered voters"
    )


def _outside_blocs(race: Race) -> str:
    """How many votes of round one went to parties in no bloc; "" where they are few."""
    outside = {*parties_outside_blocs(race, situation_of(race))} if race.has_two_blocs else set()
    votes = race.first_round.counts.sum(axis=0)
    eliminated = [index for index, party in enumerate(race.first_round.parties) if party in outside]
    part = float(votes[eliminated].sum()) / max(float(votes.sum()), 1.0)
    if part < OUTSIDE:
        return ""
    largest = sorted(eliminated, key=lambda index: -votes[index])
    named = ", ".join(full_name(race, race.first_round.candidates[k]) for k in largest[:SHOWN])
    more = f" and {len(largest) - SHOWN} more" if len(largest) > SHOWN else ""
    return (
        f"blocs of {named}{more} ({part:.0%} of round one): only geography indicates where their "
        "voters go, and the chances can change a lot if their blocs are given"
    )


def _finished_runoffs(simulation: Simulation, country: str) -> str:
    """How few runoffs of the country the forecast could learn from; never the race's own."""
    day = simulation.learned_to or simulation.as_of
    known = sum(
        finished.country == country
        and finished.runoff <= day.isoformat()
        and not is_the_same(simulation.race, finished)
        for finished in races_of("all")
    )
    if not known:
        return (
            f"finished runoffs of {country}: the record has none, so the range of the turnout is "
            f"wide, and probably too wide: {UNSEEN_PRESIDENTS} "
            f"(docs/learning.md); {chance_by_turnout_words(simulation)}"
        )
    return (
        f"more finished runoffs of {country}: only {words.few(known)} to learn from, "
        "so that other countries say most of what is assumed"
    )


def missing_lines(simulation: Simulation) -> list[str]:
    """The same as a paragraph for a terminal; nothing where the race has all."""
    parts = missing_parts(simulation)
    return paragraph("missing", "; ".join(parts.values())) if parts else []


def days_words(simulation: Simulation, today: date | None = None) -> str:
    """That returns are of days still to come by the clock, as the import notes it; "" otherwise.

    The JSON does not have it: it is the same on every day.
    """
    contest = simulation.race.contest
    said = still_to_come("first round", contest.first_round, today)
    if not said and result_of(simulation) is not None:
        said = still_to_come("runoff", contest.runoff, today)
    return said[:1].upper() + said[1:]


def _returns_of(election: str) -> str:
    """The returns of an earlier election: "President 2012-11-06": "2012 presidential returns"."""
    if told := PRESIDENT.fullmatch(election):
        return f"{told[1] or told[2]} presidential returns{told[3]}"
    return f"returns of {election}"


def data_words(simulation: Simulation) -> str:
    """Number of units and votes of round one, what of them is for nobody, what baselines lack."""
    race, units = simulation.race, simulation.units
    parts = [f"{units_words(race)}, {int(units.votes_cast.sum()):,} first-round votes"]
    if names := nobody_labels(race):
        votes = int(units.votes_cast.sum() - units.valid_votes.sum())
        parts.append(f"{votes:,} of them for no candidate ({', '.join(names)}), not in the turnout")
    for baseline in race.baselines:
        missing = int((~baseline.present).sum())
        if missing:
            have = "has" if missing == 1 else "have"
            parts.append(
                f"{plural(missing, race.contest.unit_kind)} {have} no "
                f"{_returns_of(baseline.election)}"
            )
    if not units.eligible_known:
        parts.append("registered voters unknown, turnout assumed")
    return ", ".join(parts)
