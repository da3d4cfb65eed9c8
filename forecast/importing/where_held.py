"""Where an election is held, as far as its files tell plainly: no language, no likely name.

Columns that one country's publishers use, the parties that only one country has, a column of
states and the names of OpenElections' files say it. Anything else is left open.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from forecast.importing.columns import column_key
from forecast.race.place_words import US, state_code

# A column's name that no other country's publisher uses.
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "France": (
        *("code du departement", "libelle du departement", "code departement"),
        *("libelle departement", "code de la circonscription", "libelle de la circonscription"),
    ),
    "Brazil": ("sg uf", "nm municipio", "nm votavel", "qt votos nominais", "ds cargo", "nr zona"),
    "Poland": ("powiat", "gmina", "wojewodztwo"),
    "Croatia": ("zupanija", "biracko mjesto", "grad opcina"),
    "Romania": ("judet",),
    "Peru": ("ubigeo",),
}
_COUNTRY_OF = {key: country for country, keys in _COLUMNS.items() for key in keys}
STATE_COLUMNS = ("state", "state po", "state name", "jurisdiction state")
_OPENELECTIONS_FILE = re.compile(r"\d{8}__([a-z]{2})__", re.IGNORECASE)


@dataclass(frozen=True)
class WhereHeld:
    """Country, and state of the United States, and what tells them; "" where nothing does."""

    country: str = ""
    state: str = ""
    source: str = ""


NOWHERE = WhereHeld()


def where_by_columns(header: Sequence[str], states: Collection[str] = ()) -> WhereHeld:
    """What the columns of a table tell of where its election was held.

    Parameters
    ----------
    header
        Names of the columns.
    states
        Texts of the rows in its column of states.
    """
    codes = {state_code(text) for text in states}
    if len(codes) == 1 and (code := codes.pop()):
        return WhereHeld(US, code, "the column of states")
    for name in header:
        if country := _COUNTRY_OF.get(column_key(name)):
            return WhereHeld(country, "", f"the column {name!r}")
    return NOWHERE


def where_held(
    told: Iterable[WhereHeld], files: Sequence[str], parties: Collection[str]
) -> WhereHeld:
    """Where an election was held, by all of its files; empty where they tell nothing or differ.

    Parameters
    ----------
    told
        What each file tells.
    files
        Names of the files.
    parties
        Labels of the parties that stand.
    """
    known = [where for where in told if where.country]
    if len({(where.country, where.state) for where in known}) > 1:
        return NOWHERE
    states = {match[1].upper() for name in files if (match := _OPENELECTIONS_FILE.match(name))}
    if len(states) == 1 and not any(where.state for where in known):
        code = state_code(states.pop())
        if code and all(where.country == US for where in known):
            return WhereHeld(US, code, f"the name of {files[0]}")
    if known:
        return known[0]
    american = {"REP", "DEM"} <= {*parties}
    return WhereHeld(US, "", "the parties REP and DEM") if american else NOWHERE
