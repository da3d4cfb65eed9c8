"""In which country and state a contest is held: as it says, or as its words imply."""

import re
from typing import TYPE_CHECKING

from forecast.race.labels import without_accents
from forecast.race.place_words import (
    US,
    country_in,
    country_named,
    country_told,
    is_country,
    state_code,
    state_in,
)

if TYPE_CHECKING:
    from forecast.race.contest import Contest


def country_and_state(contest: "Contest") -> tuple[str, str]:
    """As the contest says, else as its words imply; another country has no state of that name."""
    country, state, _ = place_of(contest)
    # States are told of the United States alone.
    country = country_told(contest.country) or (US if contest.state else country)
    return country, contest.state or (state if country == US else "")


def place_of(contest: "Contest") -> tuple[str, str, str]:
    """Country and state, and what they are guessed from, "" where nothing tells."""
    code, state = state_in(f"{contest.place}; {contest.office}")
    country, word = country_in(f"{contest.place}; {contest.office}")
    if without_accents(contest.office) == "president":
        # A race without a place of its own has its title there.
        known = country_named(country or contest.place)
        if word and word != without_accents(contest.place):
            return known, "", f"the word {word.title()}"
        told = "the title" if contest.place == contest.title else "the place"
        return known, "", told if is_country(known) else ""
    # The id first: a county may have the name of a state (Washington Parish).
    letters = re.match(r"([a-z]{2})(?=[\d_])", contest.id)
    if letters and (of_id := state_code(letters[1])) and (not country or code):
        return US, of_id, f"the id {contest.id}"
    if code:
        return US, code, f"the word {state}"
    if not country:
        country, word = country_in(contest.title)
    if country:
        return country, "", f"the word {word.title()}"
    return country_named(contest.place), "", ""
