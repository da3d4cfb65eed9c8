"""Country and state by the words of a place: an id, a state's name, a country's."""

import re
from difflib import get_close_matches

from forecast.race.country_names import COUNTRY_NAMES
from forecast.race.labels import without_accents

US = "US"

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
# English names of countries with two rounds, and the names that they have for themselves. Georgia
# is a state here.
_COUNTRIES = {
    "Argentina": "", "Austria": "osterreich", "Benin": "", "Bolivia": "", "Brazil": "brasil",
    "Bulgaria": "bulgariya българия", "Chile": "", "Colombia": "", "Costa Rica": "",
    "Croatia": "hrvatska", "Cyprus": "", "Czechia": "cesko czech",
    "Dominican Republic": "dominicana", "Ecuador": "", "Egypt": "", "El Salvador": "",
    "Finland": "suomi", "France": "francaise", "Ghana": "",
    "Guatemala": "", "Hungary": "magyarorszag", "Indonesia": "", "Italy": "italia",
    "Kenya": "", "Liberia": "", "Lithuania": "lietuva lietuvos", "Madagascar": "", "Mali": "",
    "Moldova": "", "Montenegro": "crna", "Niger": "", "North Macedonia": "makedonija", "Peru": "",
    "Poland": "polska polski rp", "Portugal": "portuguesa", "Romania": "romaniei",
    "Senegal": "", "Serbia": "srbija srbije", "Slovakia": "slovensko slovenskej",
    "Slovenia": "slovenija slovenije", "Timor-Leste": "", "Tunisia": "tunisie",
    "Turkey": "turkiye", "Ukraine": "ukraina україна україни", "Uruguay": "", "Zambia": "",
}  # fmt: skip
_CODES = {
    "US": "us usa", "Argentina": "ar", "Austria": "at", "Brazil": "br", "Bulgaria": "bg",
    "Chile": "cl", "Colombia": "co", "Croatia": "hr", "Czechia": "cz", "Ecuador": "ec",
    "Finland": "fi", "France": "fr", "Hungary": "hu", "Italy": "it", "Lithuania": "lt",
    "Moldova": "md", "Peru": "pe", "Poland": "pl", "Portugal": "pt", "Romania": "ro",
    "Serbia": "rs", "Slovakia": "sk", "Slovenia": "si", "Turkey": "tr", "Ukraine": "ua",
    "Uruguay": "uy",
}  # fmt: skip
# Where "I" in small letters is "ı".
TURKISH_COUNTRIES = frozenset(("Turkey", "Azerbaijan", "Northern Cyprus"))
_AMERICAN = ("united states", "united states of america", "u s", "u s a", "america")
# After the name of a state, these make it the name of a county or a town of some other state.
_NO_STATE = r"(?! (County|Parish|Township|Town|Beach|Heights|Falls|Springs|Avenue|Street)\b)"


def country_named(text: str) -> str:
    """A country as the record calls it: "FR", "france" and "Polska" in English; else as given."""
    name = without_accents(text)
    if name in _AMERICAN:
        return US
    for country, codes in _CODES.items():
        if name in codes.split():
            return country
    for country, names in _COUNTRIES.items():
        if name in {without_accents(country), *names.split()}:
            return country
    return text.strip()


def country_told(text: str) -> str:
    """A country that somebody named as one: by a code or a name of any country; else as given."""
    known = country_named(text)
    if is_country(known):
        return known
    name = without_accents(text)
    for code, names in COUNTRY_NAMES.items():
        if name == code or name in map(without_accents, names):
            return names[0]
    return text.strip()


def is_some_country(name: str) -> bool:
    """Whether a name is that of any country, as `country_told` gives it."""
    return is_country(name) or any(name == names[0] for names in COUNTRY_NAMES.values())


def like_countries(text: str) -> list[str]:
    """English names of the countries that a misspelt name may mean, the likeliest first."""
    names = {
        without_accents(name): country_told(names[0])
        for names in COUNTRY_NAMES.values()
        for name in names
    }
    near = get_close_matches(without_accents(text), names, n=3, cutoff=0.7)
    return [*dict.fromkeys(names[name] for name in near)]


def is_country(name: str) -> bool:
    """Whether a name is that of a country that is known here, as `country_named` gives it."""
    return name == US or name in _COUNTRIES


def country_in(text: str) -> tuple[str, str]:
    """The country that a text names and the word for it, empty where it names none or several."""
    words = f" {without_accents(text)} "
    found = {
        country: name
        for country, names in _COUNTRIES.items()
        for name in (without_accents(country), *names.split())
        if f" {name} " in words
    }
    return next(iter(found.items())) if len(found) == 1 else ("", "")


def state_name(code: str) -> str:
    """Name of a state of the United States by its postal code, "" where there is none."""
    return next((name for name, known in _STATES.items() if known == code), "")


def state_in(text: str) -> tuple[str, str]:
    """Postal code of the state that a text names, and its name; of several the last one.

    "Delaware County, Ohio" is of Ohio, West Virginia is not Virginia.
    """
    names = "|".join(sorted(_STATES, key=len, reverse=True))
    found = [match[1] for match in re.finditer(rf"\b({names})\b{_NO_STATE}", text)]
    return (_STATES[found[-1]], found[-1]) if found else ("", "")


def state_code(name: str) -> str:
    """Postal code of a state of the United States by its name or code, "" where it is none."""
    known = {state.casefold(): code for state, code in _STATES.items()}
    text = name.strip()
    return text.upper() if text.upper() in known.values() else known.get(text.casefold(), "")
