"""Where, for what and how a two-round election is held: the words by which races are pooled.

A collection's index says it outright. Of a race with a folder it is read from the contest: its
office, its title, the place and the two days.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from math import isfinite

from forecast.race.calendar import is_federal_general, is_top_two_primary
from forecast.race.contest import Contest, Race
from forecast.race.labels import NONPARTISAN as NONPARTISAN_LABEL
from forecast.race.office_words import (
    LOCAL,
    leads_a_place,
    level_of,
    of_a_constituency,
    of_a_council,
)
from forecast.race.place_words import US
from forecast.race.whereabouts import country_and_state, place_of

# Months before the final, among all parties.
TOP_TWO_PRIMARY, SPECIAL_PRIMARY = "top_two_primary", "special_primary"
# All parties on one ballot; a runoff within weeks where nobody has a majority.
SPECIAL, GENERAL_RUNOFF = "special_all_party", "general_runoff"
# Within one party.
PRIMARY_RUNOFF = "primary_runoff"
NONPARTISAN, MAYOR, COUNCIL = "nonpartisan_top_two", "mayor", "council"
# France: more than two may qualify; here exactly two stood.
CONSTITUENCY = "legislature_constituency"
LOCAL_EXECUTIVE, TOP_TWO = "local_executive", "top_two"
KINDS = (
    *(TOP_TWO_PRIMARY, SPECIAL_PRIMARY, SPECIAL, GENERAL_RUNOFF, PRIMARY_RUNOFF),
    *(NONPARTISAN, MAYOR, COUNCIL, CONSTITUENCY, LOCAL_EXECUTIVE, TOP_TWO),
)

# Labels of many parties, or of none: who shares one shares no bloc.
NO_LABEL = frozenset(
    ("", "NOPTY", "OTHER", "NP", "NPP", "IND", "INDEP", "OTH", "WI", "other", "Išsikėlė pats")
)
_NO_PARTY = {"", NONPARTISAN_LABEL}
# Where blocs stand on a line, by country; a bloc that is not here stands nowhere known.
POSITIONS: dict[str, dict[str, float]] = {
    US: {"D": -1.0, "R": 1.0},
    "France": {"far_left": -2.0, "left": -1.0, "centre": 0.0, "right": 1.0, "far_right": 2.0},
}
# Where every office is filled in this way, with parties on the ballot or without.
ONE_BALLOT_STATES = frozenset(("LA",))
US_BLOCS = {"R": ("REP",), "D": ("DEM",)}

# How the two rounds stand in the calendar of federal general elections of the United States.
OWN, WITH_FIRST, WITH_RUNOFF = (
    "days of its own",
    "first round with a general",
    "runoff with a general",
)
PAIRINGS = (
    OWN,
    f"{WITH_FIRST}, midterm",
    f"{WITH_FIRST}, president",
    f"{WITH_RUNOFF}, midterm",
    f"{WITH_RUNOFF}, president",
)


@dataclass(frozen=True)
class Situation:
    """Where, for what and how an election is held.

    Attributes
    ----------
    country, state
        US and a postal code, or the name of the country and "".
    level
        national, national legislature, federal, statewide, state legislature or local.
    office
        The office in words.
    kind
        Of two-round election, in the words of the collections (`general_runoff`, ...).
    positions
        Where blocs stand, where the race says so itself; those of the country otherwise.
    """

    country: str
    state: str
    level: str
    office: str
    kind: str
    positions: Mapping[str, float] = field(default_factory=dict)

    def position(self, bloc: str) -> float:
        """Where a bloc stands from left to right, NaN where nobody says."""
        known = POSITIONS.get(self.country, {})
        return self.positions.get(bloc, known.get(bloc, float("nan")))

    @property
    def place(self) -> str:
        """What effects of place belong to: the state where there is one, else the country."""
        return f"{self.country} {self.state}" if self.state else self.country


def situation_of(race: Race) -> Situation:
    """Read the situation of a race: what its contest says, or else what its words imply."""
    contest = race.contest
    country, state = country_and_state(contest)
    level = contest.level or _level(contest, country)
    kind = contest.kind or _kind(race, country, state, level)
    return Situation(country, state, level, contest.office, kind, contest.positions)


def names_parties(race: Race) -> bool:
    """Whether any candidate of the first round has a party."""
    return bool(set(race.candidate_blocs) - _NO_PARTY)


def brings_positions(race: Race) -> bool:
    """Whether the race itself, and nothing else, says where finalists of two blocs stand."""
    where = situation_of(race)
    first, second = (race.candidate_blocs[index] for index in race.finalist_index)
    placed = first in where.positions and second in where.positions
    return placed and first != second and where.country not in POSITIONS


def brings_blocs(race: Race) -> bool:
    """Whether the race itself, and nothing that was learned, puts parties together into blocs.

    Somebody's judgement: in the countries of `POSITIONS` the blocs are those that taught.
    """
    if situation_of(race).country in POSITIONS:
        return False
    parties: dict[str, set[str]] = {}
    for bloc, party in zip(race.candidate_blocs, race.first_round.parties, strict=True):
        parties.setdefault(bloc, set()).add(party)
    return any(len(together) > 1 for together in parties.values())


def parties_outside_blocs(race: Race, where: Situation) -> list[str]:
    """Parties of eliminated candidates that are in no bloc of the race and stand nowhere known.

    Only where their votes lie says with which finalist they go. Labels of no party are none.
    """
    contest, returns = race.contest, race.first_round
    inside = {party for parties in contest.blocs.values() for party in parties}
    inside |= {returns.parties[index] for index in race.finalist_index} | NO_LABEL
    return list(
        dict.fromkeys(
            party
            for name, party in zip(returns.candidates, returns.parties, strict=True)
            if party not in inside and name not in contest.not_candidates
            if not contest.names_no_party(party)
            and not isfinite(where.position(contest.bloc_of(party)))
        )
    )


def own_positions(race: Race) -> dict[str, float]:
    """The positions of the race itself that a forecast takes: none where they say nothing.

    Those of blocs that stand, where they are not as in the country anyhow; nothing where a finalist
    stands nowhere known, or both are of one bloc.
    """
    where = situation_of(race)
    first, second = (race.candidate_blocs[index] for index in race.finalist_index)
    if first == second or not all(isfinite(where.position(bloc)) for bloc in (first, second)):
        return {}
    known = POSITIONS.get(where.country, {})
    standing = set(race.candidate_blocs)
    return {
        bloc: position
        for bloc, position in where.positions.items()
        if bloc in standing and known.get(bloc) != position
    }


def situation_of_contest(contest: Contest) -> Situation:
    """The situation of a contest whose returns are not read, as its own words have it."""
    country, state = country_and_state(contest)
    level = contest.level or _level(contest, country)
    kind = contest.kind or _kind_in_words(contest, country, level, of_one_party=True, labelled=True)
    return Situation(country, state, level, contest.office, kind)


def guessed_from(contest: Contest) -> dict[str, str]:
    """What of a situation the contest does not say, and the words that it is guessed from.

    Returns
    -------
    dict
        "country", "state", "level", "kind" to a phrase; "" where nothing tells and the place
        stands for the country. The state only where the country is the United States.
    """
    _, _, reason = place_of(contest)
    country, state = country_and_state(contest)
    told = f"the state {contest.state}" if contest.state else reason
    reasons = {} if contest.country else {"country": told}
    if country == US and not contest.state:
        reasons["state"] = reason if state else ""
    reasons |= {} if contest.level else {"level": "the office and the title"}
    return reasons | ({} if contest.kind else {"kind": "the office, the title and the parties"})


def _level(contest: Contest, country: str) -> str:
    return level_of(contest.office, contest.title, american=country == US)


def pairing(first_round: date, runoff: date, country: str) -> str:
    """How the rounds go with federal general elections, one of `PAIRINGS`."""
    if country == US:
        for word, day in ((WITH_RUNOFF, runoff), (WITH_FIRST, first_round)):
            if is_federal_general(day):
                return f"{word}, {'president' if day.year % 4 == 0 else 'midterm'}"
    return OWN


def _kind(race: Race, country: str, state: str, level: str) -> str:
    """Kind of election of a race: a primary is one whose finalists are of one party."""
    first, second = (race.first_round.parties[index] for index in race.finalist_index)
    labels = {first, second} - _NO_PARTY
    labelled = bool(labels) or state in ONE_BALLOT_STATES
    return _kind_in_words(
        race.contest,
        country,
        level,
        of_one_party=first == second,
        labelled=labelled,
    )


def _kind_in_words(
    contest: Contest, country: str, level: str, *, of_one_party: bool, labelled: bool
) -> str:
    office, title = contest.office, contest.title
    if country != US:
        if level == LOCAL and leads_a_place(office, title):
            return LOCAL_EXECUTIVE
        return CONSTITUENCY if of_a_constituency(office, title) else TOP_TWO
    if level == LOCAL and not labelled:
        return _kind_without_parties(office, title)
    words = f"{office} {title}".lower()
    return _american_kind(contest, words, of_one_party=of_one_party)


def _kind_without_parties(office: str, title: str) -> str:
    if leads_a_place(office, ""):
        return MAYOR
    return COUNCIL if of_a_council(office, title) else NONPARTISAN


def _american_kind(contest: Contest, words: str, *, of_one_party: bool) -> str:
    if "primary" in words and of_one_party:
        return PRIMARY_RUNOFF
    if is_top_two_primary(contest):
        return TOP_TWO_PRIMARY
    if "top-two" in words:
        return SPECIAL_PRIMARY
    return SPECIAL if "special" in words else GENERAL_RUNOFF
