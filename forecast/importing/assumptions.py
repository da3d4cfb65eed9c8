"""What a forecast takes for granted of a race, because nobody has said it: place, kind, blocs."""

import math
from collections.abc import Iterator, Mapping

from forecast.importing.french_blocs import FRANCE, french_blocs
from forecast.importing.table_words import is_person
from forecast.race.contest import Contest, Race
from forecast.race.place_words import is_some_country, like_countries
from forecast.race.situation import (
    NO_LABEL,
    POSITIONS,
    Situation,
    brings_positions,
    guessed_from,
    parties_outside_blocs,
    situation_of,
)

MAX_NAMED = 4


def assumptions(race: Race, *, importing: bool = False) -> Iterator[str]:
    """What is guessed of a race, from what, what that does to the forecast, and the remedy.

    Parameters
    ----------
    race
        The race.
    importing
        Whether options of `data import` can still say it; keys of race.yaml do otherwise.
    """
    remedy = _OPTIONS if importing else _KEYS
    where = situation_of(race)
    if race.contest.country and not is_some_country(where.country):
        yield _unknown_country(where.country, remedy["country"])
    for key, reason in guessed_from(race.contest).items():
        yield _guess(key, reason, where, remedy[key], race.contest)
    yield from _known_blocs(race, where, remedy["blocs"])
    yield from _independents(race, remedy["blocs"])
    yield from _with_a_finalist(race, remedy["blocs"])
    yield from _outside_blocs(race, where, remedy["blocs"])
    yield from _without_place(race, where, remedy["blocs"])
    yield from _positions(race, where)
    yield from _without_party(race, remedy["party"])


# What is understood where a country is expected.
COUNTRY_EXAMPLES = (
    "a name in English or its own language, or a code of two letters: Poland, Polska, PL"
)
_OPTIONS = {
    "country": "--country",
    "state": "--state",
    "level": "--level",
    "kind": "--kind",
    "blocs": '--bloc "NAME=PARTY,PARTY"',
    "party": '--party "CANDIDATE=PARTY"',
}
_KEYS = {
    **{key: f"{key}: in race.yaml" for key in ("country", "state", "level", "kind", "blocs")},
    "party": "the column party of first_round.csv",
}


def _unknown_country(name: str, remedy: str) -> str:
    near = ", ".join(like_countries(name))
    return (
        f"no country is called {name!r}{f' (near: {near})' if near else ''}: it is taken for one "
        f"that the record has nothing of; {remedy} takes {COUNTRY_EXAMPLES}"
    )


def _guess(key: str, reason: str, where: Situation, remedy: str, contest: Contest) -> str:
    value = getattr(where, key)
    if reason:
        return f"{key} {value}, guessed from {reason}; {remedy} says otherwise"
    if key == "state":
        return f"state not known: what states have in common is used; {remedy} says it"
    of_title = contest.place == contest.title
    said = f"title {contest.title!r}" if of_title else f"place {contest.place!r}"
    return (
        f"country not known: the {said} names none that the program knows; it is taken for one "
        "that the record has nothing of, so that what differs between countries is left open and "
        f"the forecast may be quite another; {remedy} says it ({COUNTRY_EXAMPLES})"
    )


def _known_blocs(race: Race, where: Situation, remedy: str) -> Iterator[str]:
    """Blocs of a race that are those of its parties' labels in France, and nobody's choice."""
    known = french_blocs(race.first_round.parties) if where.country == FRANCE else {}
    given = {bloc: {*parties} for bloc, parties in race.contest.blocs.items()}
    if known and given == {bloc: {*parties} for bloc, parties in known.items()}:
        listed = "; ".join(f"{bloc} {', '.join(labels)}" for bloc, labels in known.items())
        yield (
            f"blocs of the parties as finished races of France have them ({listed}); {remedy} "
            "says otherwise"
        )


def _independents(race: Race, remedy: str) -> Iterator[str]:
    """Candidates whose label says that they have no party, and what is made of that."""
    contest, finalists = race.contest, race.contest.finalists
    members: dict[tuple[str, str], list[str]] = {}
    votes: dict[str, int] = {}
    for name, party, count in _choices(race):
        if party and contest.names_no_party(party) and name not in contest.not_candidates:
            members.setdefault((party, contest.bloc_of(party)), []).append(name)
            votes[name] = count
    for (party, bloc), names in members.items():
        if len(names) < 2 and names[0] not in finalists:
            continue
        names.sort(key=lambda name: -votes[name])
        if not bloc:
            yield (
                f"{party} names no party: {_named(names, votes)} {_are(names)} of no bloc"
                f"{' and nothing to one another' if len(names) > 1 else ''}, unless {remedy} says "
                "otherwise"
            )
        elif len(names) > 1:
            yield (
                f"{party} names no party, and race.yaml puts it into the bloc {bloc}: "
                f"{_named(names, votes)} are taken for one side; take {party} out of the blocs "
                "where they are nothing to one another"
            )


def _with_a_finalist(race: Race, remedy: str) -> Iterator[str]:
    """Eliminated candidates of a finalist's bloc: their voters are taken to be near to it."""
    if not race.has_two_blocs:
        return
    contest, votes, of = race.contest, {}, dict[str, list[str]]()
    for (name, _, count), bloc in zip(_choices(race), race.candidate_blocs, strict=True):
        votes[name] = count
        of.setdefault(bloc, []).append(name)
    sides, anybody = [], False
    for finalist, index in zip(contest.finalists, race.finalist_index, strict=True):
        bloc = race.candidate_blocs[index]
        names = [name for name in of[bloc] if name not in {finalist, *contest.not_candidates}]
        names.sort(key=lambda name: -votes[name])
        anybody |= bool(names)
        sides.append(f"{_named(names, votes) if names else 'nobody'} with {finalist} ({bloc})")
    if anybody:
        yield f"of a finalist's bloc: {'; '.join(sides)}; {remedy} says otherwise"


def _are(names: list[str]) -> str:
    return "are" if len(names) > 1 else "is"


def _outside_blocs(race: Race, where: Situation, remedy: str) -> Iterator[str]:
    """Parties of eliminated candidates that are in no bloc and stand nowhere, the largest first."""
    outside = parties_outside_blocs(race, where)
    votes = {
        party: sum(count for _, of, count in _choices(race) if of == party) for party in outside
    }
    if votes:
        ordered = sorted(votes, key=lambda party: -votes[party])
        yield (
            f"in no bloc with a finalist: {_named(ordered, votes)}; where their votes lie alone "
            f"says with whom they go, unless {remedy} does"
        )


def _without_place(race: Race, where: Situation, remedy: str) -> Iterator[str]:
    """Finalists whose blocs are not among those that stand on the line of their country."""
    blocs = {race.candidate_blocs[index] for index in race.finalist_index} - NO_LABEL
    unplaced = sorted(bloc for bloc in blocs if math.isnan(where.position(bloc)))
    if unplaced and (known := POSITIONS.get(where.country)):
        yield (
            f"nobody knows where {' and '.join(unplaced)} stand from left to right: {remedy} puts "
            f"parties into the blocs that finished races of {where.country} have "
            f"({', '.join(known)})"
        )


def _positions(race: Race, where: Situation) -> Iterator[str]:
    """What becomes of positions that the race itself gives."""
    if not where.positions:
        return
    if brings_positions(race):
        yield (
            f"positions of race.yaml: no finished race of {where.country} says what a step from "
            "left to right does there; half of the draws take them, half do without"
        )
    finalists = {race.candidate_blocs[index] for index in race.finalist_index}
    here = {*race.candidate_blocs} - NO_LABEL
    unplaced = sorted(bloc for bloc in here if math.isnan(where.position(bloc)))
    if lost := [bloc for bloc in unplaced if bloc in finalists]:
        yield (
            f"positions of race.yaml are not used: {' and '.join(lost)}, of a finalist, "
            f"{'has' if len(lost) == 1 else 'have'} none"
        )
    elif unplaced:
        yield f"no position in race.yaml for {', '.join(unplaced)}: near to neither finalist"
    if unused := sorted({*where.positions} - here):
        yield f"positions of race.yaml that no candidate has: {', '.join(unused)}"


def _without_party(race: Race, remedy: str) -> Iterator[str]:
    nobody = race.contest.not_candidates
    votes = {
        name: count
        for name, party, count in _choices(race)
        if not party and name not in nobody and is_person(name)
    }
    if votes:
        ordered = sorted(votes, key=lambda name: -votes[name])
        yield f"no party is known of {_named(ordered, votes)}; {remedy} says it"


def _choices(race: Race) -> Iterator[tuple[str, str, int]]:
    """Name, party and votes of every choice of the first round."""
    returns = race.first_round
    votes = returns.counts.sum(axis=0).tolist()
    yield from zip(returns.candidates, returns.parties, votes, strict=True)


def _named(ordered: list[str], votes: Mapping[str, int]) -> str:
    listed = ", ".join(f"{name} ({votes[name]:,})" for name in ordered[:MAX_NAMED])
    rest = ordered[MAX_NAMED:]
    return (
        f"{listed} and {len(rest):,} more ({sum(map(votes.__getitem__, rest)):,})"
        if rest
        else (listed)
    )
