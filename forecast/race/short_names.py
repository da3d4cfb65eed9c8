"""What a candidate is called where there is little room: by race.yaml, or by the last name.

In countries of Spanish custom people have two surnames and are known by the first of them: Rafael
Correa Delgado is Correa. Argentina has one, Portuguese custom goes by the last.
"""

from collections.abc import Sequence

from forecast.race.contest import Contest
from forecast.race.labels import without_accents
from forecast.race.person_names import PARTICLES, last_name, person_key, readable_name
from forecast.race.situation import situation_of_contest

TWO_SURNAMES = frozenset(
    (
        *("Bolivia", "Chile", "Colombia", "Costa Rica", "Cuba", "Dominican Republic", "Ecuador"),
        *("El Salvador", "Guatemala", "Honduras", "Mexico", "Nicaragua", "Panama", "Paraguay"),
        *("Peru", "Spain", "Uruguay", "Venezuela"),
    )
)
# First names that often stand second: "José Antonio Kast" has one surname, "Michelle Bachelet
# Jeria" two. Left out are those that are surnames as often: Alonso, Andrés, Francisco, Simón.
_SECOND_FIRST_NAMES = frozenset((
    "alberto", "alejandra", "alejandro", "alexander", "alfonso", "alfredo", "alicia", "andrea",
    "angel", "antonia", "antonio", "armando", "arturo", "augusto", "beatriz", "bernardo",
    "carlos", "carmen", "carolina", "catalina", "cecilia", "cesar", "cristina", "daniel", "david",
    "eduardo", "elena", "elizabeth", "emilio", "enrique", "ernesto", "esteban", "estela",
    "eugenia", "eugenio", "felipe", "fernanda", "fernando", "gabriel", "gabriela", "gerardo",
    "gonzalo", "guillermo", "gustavo", "hernan", "hugo", "humberto", "ignacio", "ines", "isabel",
    "ivan", "javier", "jesus", "joaquin", "jorge", "jose", "josefina", "juan", "julia", "julio",
    "laura", "leonardo", "leonor", "lorena", "lourdes", "lucia", "luis", "luisa", "manuel",
    "marcela", "marcelo", "marcos", "margarita", "maria", "mario", "martha", "mauricio",
    "mercedes", "miguel", "monica", "nicolas", "octavio", "oscar", "pablo", "paola", "patricia",
    "patricio", "paula", "paulina", "pedro", "pilar", "rafael", "ramiro", "raul", "ricardo",
    "roberto", "rocio", "rodolfo", "rodrigo", "rosa", "rosario", "santiago", "sebastian",
    "sergio", "silvia", "sofia", "susana", "teresa", "valentina", "vicente", "victor", "victoria",
    "virginia", "xavier", "ximena",
))  # fmt: skip
# First names that are hardly anybody's surname: last of a list's "KAISER BARENTS JOHANNES".
_FIRST_NAMES_LAST = frozenset((
    "alejandra", "alejandro", "andrea", "carolina", "claudio", "cristina", "daniela", "eduardo",
    "enrique", "evelyn", "fernando", "francisca", "gabriela", "gonzalo", "guillermo", "harold",
    "hector", "hernan", "ignacio", "javier", "jeannette", "joaquin", "johannes", "jorge", "jose",
    "juan", "luis", "manuel", "marcelo", "marco", "maria", "michelle", "miguel", "monica",
    "natalia", "pablo", "patricio", "paulina", "pedro", "rafael", "raul", "ricardo", "roberto",
    "rodrigo", "sebastian", "sergio", "susana", "ximena",
))  # fmt: skip


def short_name(contest: Contest, name: str) -> str:
    """What a candidate of a contest is called: as race.yaml says, else by the surname.

    As published, in capitals where the name is in capitals.
    """
    if told := contest.short_names.get(name):
        return told
    two = situation_of_contest(contest).country in TWO_SURNAMES
    return (first_surname(name) if two else "") or last_name(name)


def finalist_short_names(contest: Contest) -> tuple[str, str]:
    """Readable short names of both finalists; their names where the short ones are the same."""
    first, second = (
        readable_name(short_name(contest, name), turkish=contest.turkish)
        for name in contest.finalists
    )
    return (first, second) if first != second else contest.finalists


def is_called(contest: Contest, name: str, told: str) -> bool:
    """Whether others mean a candidate by a name: the whole or a short one, without accents too."""
    if person_key(told) == person_key(name):
        return True
    known = (person_key(name), short_name(contest, name), last_name(name))
    return without_accents(person_key(told)) in map(without_accents, known)


def first_surname(name: str) -> str:
    """The first of two surnames: "Lucía Andrade Vera" gives "Andrade"; "" where there is one.

    With what belongs before it: "de la Torre" of "Carlos de la Torre Muñoz".
    """
    words = name.split()
    # "Voto en blanco" is nobody's name, "Berg, Anna" is in another order.
    if "," in name or not all(word[0].isupper() or word in PARTICLES for word in words):
        return ""
    parts = _name_parts(words)
    if len(parts) < 3 or words[-1].lower() in PARTICLES:
        return ""
    first, last = (without_accents(part) for part in (parts[0], parts[-1]))
    if last in _FIRST_NAMES_LAST and first not in _SECOND_FIRST_NAMES | _FIRST_NAMES_LAST:
        return parts[0]
    # The part before the last, unless it is the second of two first names.
    if len(parts) == 3 and without_accents(parts[-2]) in _SECOND_FIRST_NAMES:
        return ""
    return parts[-2]


def _name_parts(words: Sequence[str]) -> list[str]:
    """Words of a name with what belongs to them: "de la Torre", "Barents-von Hohenhagen"."""
    parts: list[str] = []
    begun: list[str] = []
    for word in words:
        begun.append(word)
        # "de", or a name that ends on one: what follows is of it.
        if word.lower().rpartition("-")[2] not in PARTICLES:
            parts.append(" ".join(begun))
            begun = []
    return parts
