"""What a race, its places and its days are called: the same words in every output."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import numpy as np

from forecast.importing.table_words import is_blank_vote_list, is_person, nobody_in_english
from forecast.night.prior_levels import units_apart
from forecast.output import words
from forecast.output.known_result import KnownResult
from forecast.race.contest import Contest, Race
from forecast.race.independents import is_independent
from forecast.race.labels import without_accents
from forecast.race.level_words import has_counties, plural, units_noun
from forecast.race.person_names import readable_name
from forecast.race.place_words import US, country_in, country_named, state_name
from forecast.race.short_names import short_name
from forecast.race.situation import situation_of

# Places that the record has no better name of.
VAGUE_PLACES = ("several counties", "several parishes")
# Ballot labels that everyone writes as a letter.
PARTY_LETTERS = {"REP": "R", "DEM": "D"}
INDEPENDENT_TAG = "ind."
# Candidates beside the finalists whose share of round one is told on top.
FIRST_ROUND_OTHERS = 2
_SCHOOL = re.compile(r"\bIE[BCIMNPRST]{0,5}\b", re.IGNORECASE)
# Codes of American returns that are no party's initials. N and O are Louisiana's alone (codes of
# its Secretary of State: N no party, O other, beside R, D, L, G, and I for Independent).
CODE_WORDS = {
    "NOPTY": "no party",
    "OTH": "other party",
    "OTHER": "other party",
    "Unaffiliated": "unaffiliated",
    "Write-In": "write-in",
}
LOUISIANA_WORDS = {"N": "no party", "O": "other party"}
PARTY_ADJECTIVES = {
    "R": "Republican",
    "D": "Democratic",
    "REP": "Republican",
    "DEM": "Democratic",
    "LIB": "Libertarian",
    "GRN": "Green",
    "IND": "independent",
}
PARTY_PLURALS = {
    "R": "Republicans",
    "D": "Democrats",
    "REP": "Republicans",
    "DEM": "Democrats",
    "LIB": "Libertarians",
    "GRN": "Greens",
    "IND": "independents",
}


def race_title(race: Race) -> str:
    """Office and place: "Georgia's 6th congressional district, special election"."""
    contest = race.contest
    title, place = (_plain(text) for text in (contest.title, contest.place))
    known = title.casefold()
    where = situation_of(race)
    state = state_name(where.state)
    if state and state.casefold() in known:
        return title
    if contest.place in VAGUE_PLACES or not place:
        return f"{title}, {state}" if state else title
    # "Georgia 6" of "Georgia's 6th congressional district": the place is in the title.
    if all(part in known for part in place.casefold().split()):
        return title
    # "St. Landry Parish, Louisiana" of "Sheriff, St. Landry Parish": the state is new.
    said = f" {without_accents(title)} "
    new = [part for part in place.split(", ") if f" {without_accents(part)} " not in said]
    if country_in(title)[0] in map(country_named, new):  # "Presidente do Brasil"
        return title
    return ", ".join([title, *new])


def finalist_labels(contest: Contest) -> tuple[str, str]:
    """Short names of the finalists."""
    first, second = _short_names(contest, contest.finalists, turkish=contest.turkish)
    return first, second


def _short_names(contest: Contest, names: Sequence[str], *, turkish: bool) -> tuple[str, ...]:
    """Short names of people of one contest: as race.yaml says, or their surnames."""
    told = contest.short_names
    shorts = [
        told.get(name) or readable_name(short_name(contest, name), turkish=turkish)
        for name in names
    ]
    return words.told_apart(names, shorts, told, turkish=turkish)


def choice_labels(race: Race) -> tuple[str, ...]:
    """Short names of the first round's choices; blank and invalid ballots are so in English."""
    names, told = race.first_round.candidates, race.contest.short_names
    people = [name for name in names if name not in race.contest.not_candidates and is_person(name)]
    short = dict(zip(people, _short_names(race.contest, people, turkish=race.turkish), strict=True))
    short |= _nobody_labels(race)
    return tuple(told.get(name) or short.get(name) or readable_in(race, name) for name in names)


def _nobody_labels(race: Race) -> dict[str, str]:
    """English words for choices of nobody; of two with the same word, none has it."""
    nobody = [name for name in race.first_round.candidates if _is_nobody(race, name)]
    english = [nobody_in_english(name) for name in nobody]
    return {
        name: word
        for name, word in zip(nobody, english, strict=True)
        if word and english.count(word) == 1
    }


def _is_nobody(race: Race, name: str) -> bool:
    """Whether a choice is nobody: no candidate, or a blank-vote list, candidate or not."""
    return name in race.contest.not_candidates or is_blank_vote_list(name)


def nobody_labels(race: Race) -> list[str]:
    """What the choices of no candidate are called: "invalid ballots"."""
    labels = dict(zip(race.first_round.candidates, choice_labels(race), strict=True))
    return [labels[name] for name in race.contest.not_candidates]


def full_name(race: Race, name: str) -> str:
    """A whole name; of who is nobody the label, and what it is called in the file."""
    readable = readable_in(race, name)
    if not _is_nobody(race, name):
        return readable
    label = choice_labels(race)[race.first_round.candidates.index(name)]
    return readable if label == readable else f"{label} ({readable})"


def readable_in(race: Race, name: str) -> str:
    """A name of a person or a choice of a race, in title case where it is in capitals."""
    return readable_name(name, turkish=race.turkish)


def unit_name(race: Race, name: str) -> str:
    """The name of a unit of a race, in title case where it is words in capitals: no code is.

    "CHAMBLEE 2" is "Chamblee 2", "AP01A" as it is, and "IE" and the like, initials of a Spanish
    "institución educativa", stay.
    """
    is_code = any(
        any(map(str.isdigit, word)) and any(map(str.isalpha, word)) for word in name.split()
    )
    if is_code or not name.isupper():
        return name
    return _SCHOOL.sub(lambda initials: initials[0].upper(), readable_in(race, name))


def units_words(race: Race) -> str:
    """How many units of which sort: "3,929 precincts and 64 early-voting totals".

    A unit that holds the votes cast in one way in a whole county is no precinct.
    """
    apart = units_apart(race)
    n, word = int(apart.sum()), race.contest.unit_kind
    if not n:
        return plural(len(apart), word)
    names = {without_accents(race.first_round.unit_names[at]) for at in np.flatnonzero(apart)}
    early = all("early" in name for name in names)
    total = "early-voting total" if early else "total of one way of voting"
    totals = f"{n:,} {total}" if n == 1 else f"{n:,} {total.replace('total', 'totals', 1)}"
    return f"{plural(len(apart) - n, word)} and {totals}"


def rows_noun(race: Race) -> str:
    """What the units are called together: precincts; units where not all of them are."""
    return "units" if units_apart(race).any() else units_noun(race.contest)


def county_name(race: Race, name: str) -> str:
    """The name of a county of a race, in title case where it is in capitals."""
    return words.county_name(name, turkish=race.turkish)


def runoff_line(race: Race) -> str:
    """The race and its day: "Governor, Louisiana: runoff of November 21, 2015"."""
    return f"{race_title(race)}: runoff of {words.day(race.contest.runoff)}"


def place_name(race: Race, unit: int) -> str:
    """A unit with its county where it has one, by its position: "Addison 01, Cobb", "Azuay"."""
    returns = race.first_round
    name = unit_name(race, returns.unit_names[unit])
    return f"{name}, {county_name(race, returns.counties[unit])}" if has_counties(race) else name


def ballot_party(race: Race, candidate: int) -> str:
    """The party of a first-round candidate as the ballot has it, REP as R; "" where none is known.

    Not its bloc: that may hold several parties, and its name is often somebody's judgement.
    """
    party = race.first_round.parties[candidate]
    return _code_words(race).get(party) or PARTY_LETTERS.get(party, party)


def _code_words(race: Race) -> Mapping[str, str]:
    """Labels of a race that are codes of no party, with what they say; none outside America."""
    where = situation_of(race)
    if where.country != US:
        return {}
    return CODE_WORDS | LOUISIANA_WORDS if where.state == "LA" else CODE_WORDS


def _tag(race: Race, party: str) -> str:
    """A party or bloc behind a name or a number; words that stand for a code are not shortened."""
    codes = _code_words(race)
    said = codes.get(party, party)
    return f"({said})" if said in codes.values() else words.party_tag(said)


def ballot_tag(race: Race, candidate: int) -> str:
    """The same behind a name: "(R)", "(FA)", nothing of none."""
    party = race.first_round.parties[candidate]
    return _tag(race, INDEPENDENT_TAG if is_independent(party) else ballot_party(race, candidate))


def party_in_full(race: Race, candidate: int) -> str:
    """The same with a party's name in full: "(R)", "(Frente Amplio)", nothing of none."""
    name = _name_behind(race, candidate)
    return f"({name})" if name else ballot_tag(race, candidate)


def initials_in_full(race: Race, candidates: Iterable[int] | None = None) -> str:
    """What the initials behind names stand for: "FA = Frente Amplio; PN = ..."; "" for none.

    Of all candidates, or of some, by their positions.
    """
    among = range(len(race.first_round.candidates)) if candidates is None else candidates
    said = {
        f"{ballot_tag(race, index)[1:-1]} = {name}": None
        for index in among
        if (name := _name_behind(race, index))
    }
    return "; ".join(said)


def _name_behind(race: Race, candidate: int) -> str:
    """The name of the party of which a candidate's tag has the initials; "" of other tags.

    A code such as "NOPTY" is no name.
    """
    party = ballot_party(race, candidate).replace("_", " ")
    shown = ballot_tag(race, candidate)[1:-1]
    is_short = shown.casefold() != words.american(party).casefold()
    return party if is_short and not is_independent(party, american=True) else ""


def bloc_words(race: Race, candidate: int) -> str:
    """The bloc of a candidate where it says more than the party: "far left"; else ""."""
    bloc = race.candidate_blocs[candidate]
    own = (race.first_round.parties[candidate], ballot_party(race, candidate))
    return "" if bloc in own else words.american(bloc.replace("_", " "))


def party_adjective(bloc: str) -> str:
    """A bloc as an adjective: "Republican" for R; its label where it is no known party."""
    return PARTY_ADJECTIVES.get(bloc, bloc)


def party_plural(race: Race, bloc: str) -> str:
    """Candidates of a bloc: "Republicans", "candidates (UMP)", "candidates"."""
    return PARTY_PLURALS.get(bloc) or f"candidates {bloc_tag(race, bloc)}".rstrip()


def others_of(race: Race, count: int, bloc: str) -> str:
    """Pooled candidates: "7 other Republicans", "3 others (UMP)", "2 others"."""
    plural = PARTY_PLURALS.get(bloc)
    if plural:
        return f"{count} other {plural}"
    return f"{count} others {bloc_tag(race, bloc)}".rstrip()


def bloc_tag(race: Race, bloc: str) -> str:
    """A bloc behind the number of its candidates: in full where race.yaml gave it a name.

    Its first letter would be read as a party: "(L)" of libertarians.
    """
    named = bloc in race.contest.blocs and bloc not in PARTY_PLURALS
    return f"({words.american(bloc.replace('_', ' '))})" if named else _tag(race, bloc)


def made_line(as_of: date, retrospective: bool) -> str:
    """The kind and the day of a forecast: "Retrospective forecast as of June 19, 2017"."""
    kind = "Retrospective forecast" if retrospective else "Forecast"
    return f"{kind} as of {words.day(as_of)}"


def result_label(race: Race) -> str:
    """What a result is of, and that no forecast used it."""
    if race.contest.covers:
        return "Result of these returns, not of the whole election (not used)"
    return "Actual result (not used)"


def result_words(result: KnownResult, labels: tuple[str, str]) -> str:
    """The shares of a result, the winner first: "Handel 51.8, Ossoff 48.2"."""
    order = (0, 1) if result.margin >= 0 else (1, 0)
    return ", ".join(f"{labels[side]} {words.share(result.shares[side])}" for side in order)


def first_round_words(race: Race) -> str:
    """Shares of round one's votes for candidates: the finalists', up to two others', how many more.

    "First round: Ossoff 48.1%, Handel 19.8%, Gray 10.8%, Moody 8.8% and 14 others", in the order
    of the votes.
    """
    votes, labels = race.valid_votes.sum(axis=0), choice_labels(race)
    order = [int(index) for index in np.argsort(-votes, kind="stable") if votes[index] > 0]
    others = [index for index in order if index not in race.finalist_index]
    hidden = others[FIRST_ROUND_OTHERS:]
    shares = ", ".join(
        f"{labels[index]} {words.share(votes[index] / votes.sum())}%"
        for index in order
        if index not in hidden
    )
    more = f" and {len(hidden)} other{'s' * (len(hidden) > 1)}" if hidden else ""
    return f"First round: {shares}{more}"


def learned_words(learned_to: date | None, as_of: date) -> str:
    """To which day the priors were learned."""
    if learned_to is None:
        return "nothing learned from finished runoffs"
    late = ", after the day of this forecast" if learned_to > as_of else ""
    return f"learned from runoffs up to {words.day(learned_to)}{late}"


def polls_words(polls_to: date | None) -> str:
    """To which day the polls asked."""
    return "no polls" if polls_to is None else f"polls up to {words.day(polls_to)}"


def _plain(text: str) -> str:
    return text.replace(" (statewide)", "").replace(" -- ", ", ").strip()
