"""Where, for what and how a two-round election is held: the words by which races are pooled.

A collection's index says it outright. Of a race with a folder it is read from the contest: its
office, its title, the place and the two days.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from forecast.race.calendar import is_federal_general, is_top_two_primary
from forecast.race.contest import Contest, Race

US = "US"

FEDERAL, STATEWIDE, STATE_LEGISLATURE, LOCAL = "federal", "statewide", "state legislature", "local"
NATIONAL, NATIONAL_LEGISLATURE = "national", "national legislature"
LEVELS = (NATIONAL, NATIONAL_LEGISLATURE, FEDERAL, STATEWIDE, STATE_LEGISLATURE, LOCAL)

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
# Where blocs stand on a line, by country; a bloc that is not here stands nowhere known.
POSITIONS: dict[str, dict[str, float]] = {
    US: {"D": -1.0, "R": 1.0},
    "France": {"far_left": -2.0, "left": -1.0, "centre": 0.0, "right": 1.0, "far_right": 2.0},
}
US_BLOCS = {"R": ("REP",), "D": ("DEM",)}

_STATES = {
    "Alabama": "AL", "Alaska": "AK", "Arizona": "AZ", "Arkansas": "AR", "California": "CA",
    "Colorado": "CO", "Connecticut": "CT", "Delaware": "DE", "Florida": "FL", "Georgia": "GA",
    "Hawaii": "HI", "Idaho": "ID", "Illinois": "IL", "Indiana": "IN", "Iowa": "IA",
    "Kansas": "KS", "Kentucky": "KY", "Louisiana": "LA", "Maine": "ME", "Maryland": "MD",
    "Massachusetts": "MA", "Michigan": "MI", "Minnesota": "MN", "Mississippi": "MS",
    "Missouri": "MO", "Montana": "MT", "Nebraska": "NE", "Nevada": "NV", "New Hampshire": "NH",
    "New Jersey": "NJ", "New Mexico": "NM", "New York": "NY", "North Carolina": "NC",
    "North Dakota": "ND", "Ohio": "OH", "Oklahoma": "OK", "Oregon": "OR", "Pennsylvania": "PA",
    "Rhode Island": "RI", "South Carolina": "SC", "South Dakota": "SD", "Tennessee": "TN",
    "Texas": "TX", "Utah": "UT", "Vermont": "VT", "Virginia": "VA", "Washington": "WA",
    "West Virginia": "WV", "Wisconsin": "WI", "Wyoming": "WY",
}  # fmt: skip
_OFFICES = (
    (FEDERAL, r"u\. ?s\. ?(senat|rep)|us (senat|house)|us_(senat|house)|congress|house of rep"),
    (STATE_LEGISLATURE, r"state (rep|sen|house|assembly)|assembly|state_(house|senat)"),
    (STATEWIDE, r"governor|attorney general|secretary of state|treasurer|auditor|superintendent"
     r" of public|school superint|public lands|public service|\bpsc\b|\bbese\b|insurance comm"
     r"|commissioner of (agr|ins|elec)|comptroller|supreme court"),
)  # fmt: skip
# Outside the United States: elections of a town or region, and of one member of a parliament.
_OF_A_PLACE = (
    r"mayor|maire|municip|prefeit|alcald|sindaco|b[uü]rgermeister|starost|council|conseil|region"
    r"|r[eé]gion|d[eé]partementale|cantona|governor|gobernador|governador"
)
_OF_A_CONSTITUENCY = r"l[eé]gislat|circonscription|constituency|d[eé]put[eéa]|seimas|parliament"

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


def state_name(code: str) -> str:
    """Name of a state of the United States by its postal code, "" where there is none."""
    return next((name for name, known in _STATES.items() if known == code), "")


def state_code(name: str) -> str:
    """Postal code of a state of the United States by its name or code, "" where it is none."""
    known = {state.casefold(): code for state, code in _STATES.items()}
    text = name.strip()
    return text.upper() if text.upper() in known.values() else known.get(text.casefold(), "")


def situation_of(race: Race) -> Situation:
    """Read the situation of a race: what its contest says, or else what its words imply."""
    contest = race.contest
    country, state = _country_and_state(contest)
    level = contest.level or _level(contest, country)
    kind = contest.kind or _kind(race, country)
    return Situation(country, state, level, contest.office, kind, contest.positions)


def situation_of_contest(contest: Contest) -> Situation:
    """The situation of a contest whose returns are not read, as its own words have it."""
    country, state = _country_and_state(contest)
    level = contest.level or _level(contest, country)
    kind = contest.kind or _kind_in_words(contest, country, of_one_party=True)
    return Situation(country, state, level, contest.office, kind)


def guessed_from(contest: Contest) -> dict[str, str]:
    """What of a situation the contest does not say, and the words that it is guessed from.

    Returns
    -------
    dict
        "country", "state", "level", "kind" to a phrase; "" where nothing tells and the place
        stands for the country. The state only where the country is the United States.
    """
    _, _, reason = _place(contest)
    country, state = _country_and_state(contest)
    reasons = {} if contest.country else {"country": reason}
    if country == US and not contest.state:
        reasons["state"] = reason if state else ""
    reasons |= {} if contest.level else {"level": "the office and the title"}
    return reasons | ({} if contest.kind else {"kind": "the office, the title and the parties"})


def pairing(first_round: date, runoff: date, country: str) -> str:
    """How the rounds go with federal general elections, one of `PAIRINGS`."""
    if country == US:
        for word, day in ((WITH_RUNOFF, runoff), (WITH_FIRST, first_round)):
            if is_federal_general(day):
                return f"{word}, {'president' if day.year % 4 == 0 else 'midterm'}"
    return OWN


def _country_and_state(contest: Contest) -> tuple[str, str]:
    """As the contest says, else as its words imply; another country has no state of that name."""
    country, state, _ = _place(contest)
    country = contest.country or country
    return country, contest.state or (state if country == US else "")


def _place(contest: Contest) -> tuple[str, str, str]:
    """Country and state, and what they are guessed from, "" where nothing tells."""
    if contest.office.strip().lower() == "president":
        # A race without a place of its own has its title there.
        return contest.place, "", "the place" if contest.place != contest.title else ""
    # The id first: a county may have the name of a state (Washington Parish).
    letters = re.match(r"([a-z]{2})(?=[\d_])", contest.id)
    if letters and letters[1].upper() in _STATES.values():
        return US, letters[1].upper(), f"the id {contest.id}"
    for name, code in _STATES.items():
        if re.search(rf"\b{name}\b", f"{contest.place} {contest.office}"):
            return US, code, f"the word {name}"
    return contest.place, "", ""


def _level(contest: Contest, country: str) -> str:
    words = f"{contest.office} {contest.title}".lower()
    if re.search("pr[eé]sident", words) and "mayor" not in words and "parish" not in words:
        return FEDERAL if country == US else NATIONAL
    if country != US and re.search(_OF_A_PLACE, words):
        return LOCAL
    for level, pattern in _OFFICES:
        if re.search(pattern, words):
            return level
    return LOCAL if country == US else NATIONAL_LEGISLATURE


def _kind(race: Race, country: str) -> str:
    """Kind of election of a race: a primary is one whose finalists are of one party."""
    first, second = (race.first_round.parties[index] for index in race.finalist_index)
    return _kind_in_words(race.contest, country, of_one_party=first == second)


def _kind_in_words(contest: Contest, country: str, *, of_one_party: bool) -> str:
    words = f"{contest.office} {contest.title}".lower()
    if country != US:
        return CONSTITUENCY if re.search(_OF_A_CONSTITUENCY, words) else TOP_TWO
    if "primary" in words and of_one_party:
        return PRIMARY_RUNOFF
    if is_top_two_primary(contest):
        return TOP_TWO_PRIMARY
    if "top-two" in words:
        return SPECIAL_PRIMARY
    return SPECIAL if "special" in words else GENERAL_RUNOFF
