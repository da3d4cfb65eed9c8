"""Names of columns in published tables, and what each of them holds.

The names are those of OpenElections, MEDSL, Clarity's exports and the ministries of countries
with two rounds (France, Brazil, Chile, Peru, Poland, Czechia). A name that is not here is given
with `--column ROLE=NAME`.
"""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from forecast.errors import InputError
from forecast.importing.table_words import BESIDE_WAYS, WAYS
from forecast.race.labels import without_accents

# What a column may hold. The names are compared without case, accents and punctuation; of two
# columns that could hold the same, the one whose name stands earlier is taken.
ROLES: dict[str, tuple[str, ...]] = {
    "unit_id": ("unit id", "unitid"),
    "county": (
        *("county", "county name", "parish", "jurisdiction name", "jurisdiction", "countyname"),
        *(
            "libelle du departement",
            "libelle departement",
            "departement",
            "departamento",
            "nm municipio",
        ),
        *("code du departement", "code departement", "provincia", "region", "powiat", "okres"),
        *("kreis", "landkreis", "zupanija", "judet", "distrito electoral", "comarca"),
    ),
    "unit_name": (
        *("unit name", "precinct", "precinct name", "precinctname", "ward", "polling place"),
        *("libelle de la commune", "libelle commune", "commune", "municipality", "comuna"),
        *("town", "city town", "distrito", "gmina", "obec", "nr secao", "precinct id", "vtd"),
        *("division", "polling district", "unit", "gemeinde", "bezirk", "wahlbezirk"),
        *("grad opcina", "biracko mjesto", "apylinke", "localitate", "municipio", "bairro"),
    ),
    "unit_part": ("code du b vote", "code bv", "nr zona", "zona", "bureau de vote", "mesa"),
    "office": (
        *("office", "contest", "contest name", "contest title", "race", "race name", "office name"),
        *("ds cargo", "ds cargo pergunta", "contestname"),
    ),
    "district": ("district", "district code", "seat"),
    "candidate": (
        *("candidate", "candidate name", "choice", "choice name", "candidate issue", "nm votavel"),
        *("nm candidato", "nm urna candidato", "candidato", "option", "selection", "ballot name"),
        *("nom", "nom candidat", "candidat", "nazwisko", "name on ballot", "candidatename"),
        *("kandidat", "kandidatas", "kandydat", "kandidatin", "last name", "surname"),
        *("candidate last name", "family name", "apellidos", "apellido", "prijmeni", "nachname"),
    ),
    "given_name": (
        *("prenom", "prenom candidat", "first name", "imie", "jmeno", "given name", "vorname"),
        *("candidate first name", "nombres"),
    ),
    "party": (
        *("party", "party name", "party detailed", "party simplified", "party code", "party abbr"),
        *("sg partido", "partido", "nuance", "nuance candidat", "liste", "etiquette", "partei"),
        *("stranka", "partija", "partid", "partia"),
    ),
    "votes": (
        *("votes", "total votes", "vote total", "vote count", "votecount", "voix", "votos", "vote"),
        *("qt votos nominais", "qt votos", "votes total", "total", "count", "glosy", "hlasy"),
        *("stimmen", "glasova", "glasovi", "balsai", "voturi"),
    ),
    "mode": ("mode", "vote type", "votetype", "voting method", "counting group", "vote mode"),
    "registered": (
        *("registered", "registered voters", "inscrits", "electores", "electores inscritos"),
        *("qt aptos", "total registered", "reg voters", "registered voter count"),
        *("eligible voters", "voters registered", "electorate", "eleitorado", "eleitores aptos"),
        *("alegatori inscrisi", "alegatori inscrisi in listele permanente", "uprawnieni"),
        *("liczba wyborcow uprawnionych do glosowania", "liczba uprawnionych", "upisani biraci"),
        *("wahlberechtigte", "zapsani volici", "volici v seznamu", "inscriptos", "elettori"),
    ),
    "ballots": (
        *("ballots", "ballots cast", "votants", "votantes", "qt comparecimento", "total ballots"),
        *("total ballots cast", "voters who voted", "turnout count", "comparecimento"),
        *("alegatori prezenti la urne", "alegatori prezenti", "liczba kart wydanych", "votanti"),
        *("wahler", "glasovalo", "vydane obalky"),
    ),
    "round": ("round", "nr turno", "tour", "stage round"),
}
# Columns that group units where no column is a county's: those of a city's or a state's own file.
GROUPS = (
    *("municipality", "municipality name", "town", "town name", "township", "city", "city town"),
    *("borough", "borough name", "ward", "ward name", "ward number", "council district"),
    *("district", "district name", "gmina", "obec", "gemeinde", "commune", "comuna", "bairro"),
)
WAY_ROLE = "modes"  # ways of voting: of several columns
REPEATED = ("unit_id", "county", "unit_name", "registered", "ballots", "round", "office")
# Short names of the same, in tables that say who the candidate is.
_SHORT_WAYS = {
    **{"ed": "election day", "ev": "early", "av": "absentee", "ab": "absentee"},
    **{"abs": "absentee", "prov": "provisional", "pr": "provisional", "eip": "early in person"},
}
# Which of several elections, states or rounds a row is of.
ELECTION_COLUMNS = (
    *("year", "election year", "election", "election name", "election date", "election type"),
    *("stage", "state", "state po", "state name", "special", "runoff", "jurisdiction state"),
)
# Signs of a footnote after a name: "Votes [1]", "Votes (2)".
_FOOTNOTE = re.compile(r"\s*[\[(]\d{1,2}[\])]\s*$")


def column_key(name: str) -> str:
    """What has to be equal for two names of columns to be the same."""
    return without_accents(_FOOTNOTE.sub("", name))


def is_mode(name: str) -> bool:
    """Whether a column of counts holds one way of voting ("election_day", "one_stop")."""
    words = {*column_key(name).split()}
    known = words <= WAYS | BESIDE_WAYS
    return known and (bool(words & WAYS) or {"election", "day"} <= words)


def mode_of_column(name: str) -> str:
    """Way of voting that a column of counts holds, as its header calls it."""
    # Two columns may be one way of voting in the end ("advance_1", "advance_2"): each keeps its
    # name until the rows are added up.
    key = column_key(name)
    return _SHORT_WAYS.get(key, key.removesuffix(" votes"))


@dataclass(frozen=True)
class Layout:
    """Places of the columns that are known in a header.

    Attributes
    ----------
    places
        Role to the place of its column.
    modes
        Place of each column that holds votes by one way of voting, and that way.
    rest
        Places of the columns that nothing is known of.
    """

    places: Mapping[str, int]
    modes: Mapping[int, str]
    rest: tuple[int, ...]

    def has(self, *roles: str) -> bool:
        """Whether every one of these roles has a column."""
        return all(role in self.places for role in roles)


def column_roles(given: Iterable[str]) -> dict[str, str]:
    """Roles and the columns that a person gives for them, as "votes=Voix" or "Voix=votes".

    Raises
    ------
    InputError
        When a text has no such form, or names no role.
    """
    roles = (*ROLES, WAY_ROLE)
    pairs: dict[str, str] = {}
    for text in given:
        role, _, name = (part.strip() for part in text.partition("="))
        last, _, end = (part.strip() for part in text.rpartition("="))
        if role not in roles and end in roles:
            role, name = end, last
        if not (role and name):
            raise InputError(f'--column must be "ROLE=NAME", not {text!r}')
        if role not in roles:
            near = difflib.get_close_matches(role, roles, 1) or difflib.get_close_matches(
                end, roles, 1
            )
            hint = f" (did you mean {near[0]}?)" if near else ""
            raise InputError(
                f"--column {text!r}: neither side is a role{hint}; it is ROLE=NAME, and the roles "
                f"are {', '.join(roles)}"
            )
        pairs[role] = f"{pairs[role]},{name}" if role == WAY_ROLE and role in pairs else name
    return pairs


def columns_not_there(rows: Iterable[Sequence[str]], given: Mapping[str, str]) -> list[str]:
    """Names of columns that a person has given and that no row has a cell of."""
    keys = {column_key(cell) for cells in rows for cell in cells}
    names = [
        name.strip()
        for role, text in given.items()
        for name in (text.split(",") if role == WAY_ROLE else (text,))
    ]
    return [name for name in names if column_key(name) not in keys]


def no_columns(file: str, names: Sequence[str], first_row: str) -> str:
    """What to say of columns that a person has given and a file does not have."""
    listed = ", ".join(map(repr, names))
    return f"--column: {file} has no column {listed}; its first row is: {first_row}"


def layout_of(header: Sequence[str], given: Mapping[str, str] | None = None) -> Layout:
    """Find what each column of a header holds.

    Parameters
    ----------
    header
        Names as published.
    given
        Role to name of column, as a person gives it; it goes before what the names say.

    Raises
    ------
    InputError
        When a given column is not in the header, or its role is none.
    """
    keys = [column_key(name) for name in header]
    given = dict(given or {})
    ways = {column_key(name) for name in filter(None, given.pop(WAY_ROLE, "").split(","))}
    places = _given_places(header, keys, given)
    taken = set(places.values())
    for role, names in ROLES.items():
        if role in places:
            continue
        for name in names:
            if name in keys and (place := keys.index(name)) not in taken:
                places[role] = place
                taken.add(place)
                break
    if (group := _group(keys, places, taken)) is not None:
        places["county"] = group
        taken.add(group)
    short = "candidate" in places
    modes = {
        place: mode_of_column(name)
        for place, name in enumerate(header)
        if place not in taken
        and name
        and (is_mode(name) or keys[place] in ways or (short and keys[place] in _SHORT_WAYS))
    }
    rest = tuple(p for p, name in enumerate(header) if p not in taken and p not in modes and name)
    return Layout(places, modes, rest)


def _group(keys: Sequence[str], places: dict[str, int], taken: set[int]) -> int | None:
    """Place of the column that groups units where none is a county's."""
    if "unit_name" not in places or "county" in places:
        return None
    if "office" not in places and "district" in places:
        # Without offices there is no district of one: it is where the unit lies.
        taken.discard(places.pop("district"))
    found = (keys.index(name) for name in GROUPS if name in keys)
    return next((place for place in found if place not in taken), None)


def _given_places(
    header: Sequence[str], keys: Sequence[str], given: Mapping[str, str]
) -> dict[str, int]:
    places = {}
    for role, name in given.items():
        if role not in ROLES:
            raise InputError(f"--column: no role {role!r}; the roles are {', '.join(ROLES)}")
        if column_key(name) not in keys:
            raise InputError(f"--column: no column {name!r}; the columns are {', '.join(header)}")
        places[role] = keys.index(column_key(name))
    return places


def missing_roles(layout: Layout, roles: Iterable[str]) -> list[str]:
    """Roles that no column has."""
    return [role for role in roles if role not in layout.places]
