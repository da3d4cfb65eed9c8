"""What a unit and the level above it are called: precinct and county, commune and département.

A table has one level above its units, in the column county, whatever it is in a place.
"""

import re
from collections.abc import Sequence

from forecast.race.contest import Contest, Race
from forecast.race.labels import without_accents
from forecast.race.place_words import is_country
from forecast.race.situation import situation_of
from forecast.race.vocabulary import SIZE_OF, SIZES

COUNTY, PARISH, DEPARTEMENT, AREA = "county", "parish", "département", "area"
COMMUNE = "commune"
POLLING_PLACES = ("precinct", "polling place", "bureau de vote")
COUNTY_WORDS = {"France": DEPARTEMENT, "US": COUNTY}
STATE_COUNTY_WORDS = {"LA": PARISH}

# What a place is called to the headings of a column of such places. A name that begins or ends
# with one of the headings says so too: "Ward 01".
KIND_OF = {name: [*SIZES.values()][size] for name, size in SIZE_OF.items()}
# Parts of a county or of a parish are neither.
_ONE_COUNTY = re.compile(r"\b(county|parish)\b", re.IGNORECASE)

# A noun with one of these words behind it is Romance, and has its plural itself: bureaux de vote.
_OF = frozenset(("de", "del", "della", "di", "do", "da", "du"))
# Adjectives of such nouns, which have a plural too: seções eleitorais.
_ADJECTIVES = {
    "electoral": "electorales",
    "eleitoral": "eleitorais",
    "elettorale": "elettorali",
    "électoral": "électoraux",
    "électorale": "électorales",
    "electorală": "electorale",
    "receptora": "receptoras",
}
# Nouns, and whole kinds, whose plural is not the one with an s.
_PLURALS = {
    "bureau": "bureaux",
    "local de votación": "locales de votación",
    "local de votação": "locais de votação",
    "sección": "secciones",
    "circunscripción": "circunscripciones",
    "región": "regiones",
    "cantón": "cantones",
    "seção": "seções",
    "secção": "secções",
    "região": "regiões",
    "sezione": "sezioni",
    "seggio": "seggi",
    "comune": "comuni",
    "regione": "regioni",
    "quartiere": "quartieri",
    "circoscrizione": "circoscrizioni",
    "secție": "secții",
    "circumscripție": "circumscripții",
}


def bare_noun(words: str) -> str:
    """Give "precinct" of "precinct (all modes)" and of "precinct + one unit a county"."""
    return words.partition(" (")[0].partition(" + ")[0]


def plural(count: int, word: str) -> str:
    """A count with its noun: "1 parish", "208 precincts"."""
    return f"{count:,} {bare_noun(word) if count == 1 else plural_of(word)}"


def plural_of(word: str) -> str:
    """The plural of an English noun or a Romance kind of unit, without a remark in brackets.

    Of no word it is no word.
    """
    if not (word := bare_noun(word).strip()):
        return ""
    if told := _PLURALS.get(word.lower()):
        return word[0] + told[1:]
    noun, *behind = word.split()
    if behind and (behind[0] in _OF or behind[0] in _ADJECTIVES):
        return " ".join([plural_of(noun), *(_ADJECTIVES.get(part, part) for part in behind)])
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "sh", "ch", "x")) else "s")


def unit_noun(contest: Contest) -> str:
    """What a unit is called: precinct."""
    return bare_noun(contest.unit_kind)


def is_own_county(race: Race) -> bool:
    """Whether every unit is a county of its own, so that the counties are the units."""
    return 1 < len(race.county_names) == race.first_round.n_units


def has_counties(race: Race) -> bool:
    """Whether there is a level above the units: several counties, one of them of several units.

    Where there is none, nothing that a person reads has a county beside a unit.
    """
    return 1 < len(race.county_names) < race.first_round.n_units


def county_noun(race: Race) -> str:
    """What a county is called where the race is held: parish, département, commune, area.

    As race.yaml says, else as all of their names say; a unit's word where each unit is its own.
    """
    contest = race.contest
    if is_own_county(race):
        return unit_noun(contest)
    if said := contest.county_kind or kind_in_names(race.county_names):
        return said
    where = situation_of(race)
    if has_counties(race) and _ONE_COUNTY.search(contest.place):
        return AREA
    if where.state in STATE_COUNTY_WORDS:
        return STATE_COUNTY_WORDS[where.state]
    told = contest.country or is_country(where.country)
    abroad = where.country if told else ""
    if abroad == "France" and contest.unit_kind in POLLING_PLACES:
        return COMMUNE
    return COUNTY_WORDS.get(abroad, AREA if abroad else COUNTY)


def kind_in_names(names: Sequence[str]) -> str:
    """What all of some places call themselves: "ward" of Ward 01, Ward 02; "" where they don't.

    Parameters
    ----------
    names
        Their names; one alone says nothing of the others.
    """
    words = [without_accents(name).split() for name in names]
    if len(words) < 2 or not all(len(name) > 1 for name in words):
        return ""
    for end in (0, -1):
        kinds = {KIND_OF.get(name[end], "") for name in words}
        if len(kinds) == 1 and (kind := kinds.pop()):
            return kind
    return ""


def counties_noun(race: Race) -> str:
    """Plural of `county_noun`."""
    return plural_of(county_noun(race))


def units_noun(contest: Contest) -> str:
    """Plural of `unit_noun`."""
    return plural_of(contest.unit_kind)
