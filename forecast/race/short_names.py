"""What a candidate is called where there is little room: by race.yaml, or by the last name.

In countries of Spanish custom people have two surnames and are known by the first of them: Rafael
Correa Delgado is Correa. Argentina has one, Portuguese custom goes by the last.
"""

from forecast.race.contest import Contest
from forecast.race.labels import normalised, without_accents
from forecast.race.person_names import PARTICLES, last_name, readable_name
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
    first, second = (readable_name(short_name(contest, name)) for name in contest.finalists)
    return (first, second) if first != second else contest.finalists


def short_keys(contest: Contest, name: str) -> set[str]:
    """Normalised short names by which others may name a candidate."""
    return {normalised(short) for short in (short_name(contest, name), last_name(name))}


def first_surname(name: str) -> str:
    """The first of two surnames: "Lucía Andrade Vera" gives "Andrade"; "" where there is one.

    With what belongs before it: "de la Torre" of "Carlos de la Torre Muñoz".
    """
    words = name.split()
    # "Voto en blanco" is nobody's name, "Berg, Anna" is in another order.
    if "," in name or not all(word[0].isupper() or word in PARTICLES for word in words):
        return ""
    surnames = [place for place, word in enumerate(words) if word.lower() not in PARTICLES]
    if len(surnames) < 3 or surnames[-1] != len(words) - 1:
        return ""
    # The word before the last, unless it is the second of two first names.
    place = surnames[-2]
    if len(surnames) == 3 and without_accents(words[place]) in _SECOND_FIRST_NAMES:
        return ""
    start = surnames[-3] + 1
    return " ".join(words[start : place + 1])
