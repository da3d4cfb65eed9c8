"""Names of columns in published tables, and what each of them holds.

The names are those of OpenElections, MEDSL and Clarity's exports, and those of the vocabulary of
countries with two rounds. Any other is given with `--column ROLE=NAME`.
"""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from forecast.errors import InputError
from forecast.importing.table_words import BESIDE_WAYS, WAYS, role_of_count
from forecast.race.labels import without_accents
from forecast.race.vocabulary import POLLING_SIZE, SIZE_OF, names_of

# A place of this size, or a larger one, is a county's where it stands alone in a table.
SMALLEST_COUNTY = SIZE_OF["okres"]
# What a column may hold. The names are compared without case, accents and punctuation; of two
# columns that could hold the same, the one whose name stands earlier is taken. Names in other
# languages than English are those of the vocabulary; places are told apart by their size.
ROLES: dict[str, tuple[str, ...]] = {
    "unit_id": ("unit id", "unitid"),
    "county": (
        *("county", "county name", "parish", "jurisdiction name", "jurisdiction", "countyname"),
        *("nm municipio", "comarca"),
    ),
    "unit_name": (
        *("unit name", "precinct", "precinct name", "precinctname", "ward", "polling place"),
        *("town", "city town", "nr secao", "precinct id", "vtd"),
        *("division", "polling district", "unit"),
    ),
    "unit_part": ("code du b vote", "code bv", "nr zona", "zona", "bureau de vote", "mesa"),
    "office": (
        *("office", "contest", "contest name", "contest title", "race", "race name", "office name"),
        *("ds cargo", "ds cargo pergunta", "contestname"),
    ),
    "district": ("district", "district code", "seat"),
    "candidate": (
        *("candidate", "candidate name", "choice", "choice name", "candidate issue", "nm votavel"),
        *("nm candidato", "nm urna candidato", "option", "selection", "ballot name"),
        *("name on ballot", "candidatename", *names_of("candidate")),
        *("last name", "surname", "candidate last name", "family name"),
    ),
    "given_name": (*("first name", "given name", "candidate first name", *names_of("given_name")),),
    "party": (
        *("party", "party name", "party detailed", "party simplified", "party code", "party abbr"),
        *("sg partido", *names_of("party")),
    ),
    "votes": (
        *("votes", "total votes", "vote total", "vote count", "votecount", "vote"),
        *("qt votos nominais", "qt votos", "votes total", *names_of("votes"), "total", "count"),
    ),
    "mode": ("mode", "vote type", "votetype", "voting method", "counting group", "vote mode"),
    "registered": (
        *("registered", "registered voters", "qt aptos", "total registered", "reg voters"),
        *("registered voter count", "eligible voters", "voters registered", "electorate"),
        *names_of("registered"),
    ),
    "ballots": (
        *("ballots", "ballots cast", "qt comparecimento", "total ballots", "total ballots cast"),
        *("voters who voted", "turnout count", *names_of("ballots")),
    ),
    "round": ("round", "nr turno", "tour", "stage round"),
}
# Columns that group units where no column is a county's: those of a city's or a state's own file,
# then of other languages, the nearest to the unit first.
GROUPS = tuple(
    dict.fromkeys(
        (
            *("municipality", "municipality name", "town", "town name", "township", "city"),
            *("city town", "borough", "borough name", "ward", "ward name", "ward number"),
            *("council district", "district", "district name"),
            *sorted(
                (name for name, size in SIZE_OF.items() if size < POLLING_SIZE),
                key=lambda name: -SIZE_OF[name],
            ),
        )
    )
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


def column_roles(given: Iterable[str], more: Sequence[str] = ()) -> dict[str, str]:
    """Roles and the columns that a person gives for them, as "votes=Voix" or "Voix=votes".

    Parameters
    ----------
    given
        The texts.
    more
        Roles beside those of an import: those of the night.

    Raises
    ------
    InputError
        When a text has no such form, or names no role.
    """
    roles = (*ROLES, WAY_ROLE, *more)
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
    # "% Votanti" is a share, and no count of those who came.
    counts = ["" if "%" in name else key for name, key in zip(header, keys, strict=True)]
    for role, names in ROLES.items():
        if role in places:
            continue
        for name in names:
            if name in counts and (place := counts.index(name)) not in taken:
                places[role] = place
                taken.add(place)
                break
    for place, name in enumerate(header):
        if place not in taken and (counted := role_of_count(name)) and counted not in places:
            places[counted] = place
            taken.add(place)
    _by_size(keys, places, taken)
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
    unit = SIZE_OF.get(keys[places["unit_name"]], POLLING_SIZE)
    found = (keys.index(name) for name in GROUPS if name in keys and SIZE_OF.get(name, -1) < unit)
    return next((place for place in found if place not in taken), None)


def _by_size(keys: Sequence[str], places: dict[str, int], taken: set[int]) -> None:
    """Give columns of places that no role has their roles: the smallest is the unit.

    The next larger one groups the units. A polling place is a part of a unit where there are two
    levels above it, for its number begins anew in each of them.
    """
    areas: dict[int, int] = {}
    for name, size in SIZE_OF.items():
        if name in keys and (place := keys.index(name)) not in taken:
            areas.setdefault(size, place)
    polling = areas.pop(POLLING_SIZE, None)
    left = [areas[size] for size in sorted(areas)]
    found: dict[str, int] = {}
    if "unit_name" not in places:
        if "county" in places:
            county = SIZE_OF.get(keys[places["county"]], -1)
            left = [place for place in left if SIZE_OF[keys[place]] > county]
        if len(left) > 1 and "county" not in places:
            found["county"] = left[-2]
        if left:
            alone = len(left) == 1 and "county" not in places
            is_large = SIZE_OF[keys[left[0]]] <= SMALLEST_COUNTY
            found["county" if alone and is_large else "unit_name"] = left[-1]
    unit = found.get("unit_name", places.get("unit_name"))
    if polling is not None:
        if unit is None:
            found["unit_name"] = polling
        elif SIZE_OF.get(keys[unit], POLLING_SIZE) < POLLING_SIZE:
            if "county" in {*places, *found} and "unit_part" not in places:
                found["unit_part"] = polling
            elif "county" not in {*places, *found}:
                found |= {"county": unit, "unit_name": polling}
    places.update(found)
    taken.update(found.values())


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
