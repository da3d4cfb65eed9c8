"""What tables of results call their columns and rows, in the languages of two-round elections.

One table, by language, for every reader: what holds the registered voters, the candidates, the
votes; what a place is called; which words say that votes are valid, blank or null. Names are
written as publishers do, and compared without case, accents and punctuation (`without_accents`).
A name has one meaning whatever the language; where two languages differ, neither is here, and
the column is named with `--column`.
"""

from collections.abc import Iterator, Mapping

from forecast.race.labels import without_accents
from forecast.race.vocabulary.others import OTHERS
from forecast.race.vocabulary.slavic import SLAVIC
from forecast.race.vocabulary.western import WESTERN

# Roles of columns that a language has names for.
ROLES_TOLD = ("candidate", "given_name", "party", "votes", "registered", "ballots")
# Words: of totals, of valid votes, of votes for nobody, those that stand beside such words,
# "number" of something; that something is counted, and that a number is a percentage.
WORDS = ("total", "valid", "nobody", "beside", "number", "counted", "percent")
# Names of polling places in the plural, as a column has them that says how many there are.
PRECINCTS = "precincts"
# Whole names: of valid votes, and of figures about the count that are no votes of a contest.
VALID_NAMES, FIGURES = "valid votes", "figures"
# When a table was made, and how far a unit of it is counted.
TIME, STATUS = "time", "status"
# Words of a status: how far a unit is, and what says nothing of it.
COMPLETE, PARTIAL, CERTIFIED, PRELIMINARY = "complete", "partial", "certified", "preliminary"
NOT_COUNTED = "not counted"
# Whole labels in a column of parties that say that a candidate has none.
INDEPENDENT = "independent"

# What a place is called in English to the key of its names, the largest first. Of two places in
# one table the smaller one is the unit.
SIZES: Mapping[str, str] = {
    "region": "region",
    "voivodeship": "voivodeship",
    "province": "province",
    "département": "département",
    "department": "department",
    "county": "county",
    "constituency": "constituency",
    "canton": "canton",
    "district": "district",
    "arrondissement": "arrondissement",
    "municipality": "municipality",
    "commune": "commune",
    "city": "city",
    "town": "town",
    "parish": "parish",
    "borough": "borough",
    "district of a city": "district",
    "neighborhood": "neighborhood",
    "ward": "ward",
    "zone": "zone",
    "division": "division",
    "polling district": "polling district",
    "polling place": "polling place",
}
POLLING_PLACE = "polling place"

_NAMES: Mapping[str, Mapping[str, str]] = {**WESTERN, **SLAVIC, **OTHERS}


def _parts(text: str) -> Iterator[str]:
    return (key for part in text.split(",") if (key := without_accents(part)))


def names_of(meaning: str) -> tuple[str, ...]:
    """Names of all languages for a role, a place or a count, as `without_accents` gives them."""
    found = (language.get(meaning, "") for language in _NAMES.values())
    return tuple(dict.fromkeys(name for text in found for name in _parts(text)))


def words_of(meaning: str) -> frozenset[str]:
    """Single words of all languages for a meaning; of a name with several words each of them."""
    return frozenset(word for name in names_of(meaning) for word in name.split())


def _size_of() -> dict[str, int]:
    return {name: size for size, key in enumerate(SIZES) for name in names_of(key)}


# Name of a column of places to the place of its kind in SIZES: 0 is the largest.
SIZE_OF: Mapping[str, int] = _size_of()
POLLING_SIZE = [*SIZES].index(POLLING_PLACE)


def languages() -> tuple[str, ...]:
    """Languages that have names here."""
    return tuple(_NAMES)


def meanings(language: str) -> Mapping[str, tuple[str, ...]]:
    """Meanings that a language has names for, and those names."""
    return {meaning: tuple(_parts(text)) for meaning, text in _NAMES[language].items()}
