"""Level and kind of an election by the words of its office and its title, in several languages.

A word that says where an office is held goes before one that says what it is called: the president
of a county council is no head of state, and a vice mayor no vice president. The office goes before
the title, which may name whatever else is on the ballot.
"""

import re

from forecast.race.labels import without_accents

FEDERAL, STATEWIDE, STATE_LEGISLATURE, LOCAL = "federal", "statewide", "state legislature", "local"
NATIONAL, NATIONAL_LEGISLATURE = "national", "national legislature"
LEVELS = (NATIONAL, NATIONAL_LEGISLATURE, FEDERAL, STATEWIDE, STATE_LEGISLATURE, LOCAL)

# Patterns are of text in lower case without accents and punctuation.
_PRESIDENT = (
    "president|presidenc|prezident|prezydent|prasident|predsjedni|predsedni|presedinte"
    "|cumhurbaskan|head of state|президент|председник"
)
_AMERICAN = (
    (FEDERAL, r"\bu ?s (senat|rep|house|congress)|congress|house of rep|united states (senat|rep)"),
    (STATE_LEGISLATURE, r"\bstate (rep|sen|house|assembly|legislat)|state assembl"),
    (LOCAL, r"mayor|council|alder(man|wom|per)|county|parish|\bcity\b|municip|borough|village"
     r"|town(ship)?\b|school board|board of education|college board|trustee|sheriff|coroner"
     r"|constable|district attorney|district judge|circuit court|superior court|magistrate"
     r"|justice of the peace|police jur|supervisor|board president|water district"
     r"|(parks?|fire|hospital|library|transit) (district|board)|court of appeals"),
    (FEDERAL, _PRESIDENT),
    (STATE_LEGISLATURE, r"\bassembly"),
    (STATEWIDE, r"governor|attorney general|secretary of state|treasurer|auditor|superintendent"
     r" of public|school superint|public lands|public service|\bpsc\b|\bbese\b|insurance comm"
     r"|commissioner (of )?(agr|ins|elec|lab)|(agriculture|labor|railroad|corporation) commission"
     r"|comptroller|controller|supreme court"),
)  # fmt: skip
# A board of a whole state that has the name of a local one.
_STATE_BOARD = r"\bstate (board of education|school superint|superint|auditor|treasurer|controller)"
# Outside the United States: who leads a town, a district or a region.
_EXECUTIVE = (
    r"mayor|\bmaires?\b|alcald|prefeit|sindac|burgermeister|borgmester|burgomaster|burmistrz"
    r"|\bwojt|\bstarost|primator|purmistr|\bprimar(ul|ului|a|i)?\b|polgarmester|\bmer(as|o|u|s)\b"
    r"|linnapea|\bzupan|nacelni|gradonac|gradonach|\bkmet|кмет|мэр|градоначалник|міськ|δημαρχ"
    r"|belediye|landrat|intendente|jefe de gobierno|gobernador|governador|governor|prefect"
    r"|president\w* municipal|municipales|prezydent\w* (miasta|m|m st|warszawy|krakowa|poznania"
    r"|gdanska|wroclawia|lodzi|szczecina|lublina|katowic)\b"
)
_OF_A_PLACE = (
    rf"{_EXECUTIVE}|municip|council|consei[lh]|consell|concej|consej|consigli|consili|regional"
    r"|\bregion(s|e|i|en)?\b|departement|departamental|cantona|county|district|distrit|distrett"
    r"|\bgmin|powiat|wojewod|sejmik|\bobec|\bobci|zastupitel|\bokres|\bkraj|zupanij|opcin|judet"
    r"|provinc|vereador|gemeinde|stadtrat|landkreis|bezirk|school board|\blocal|savivaldyb|comarca"
    r"|\bcity\b|\btown\b|village|comunal|communal|mairie|metropol"
)
# Bodies of a whole country that have the name of those of a place, and those that elect nobody.
_NO_COUNCIL = r"conseil (constitutionnel|d etat|federal)|council of (state|the republic)"
_NATIONAL_COUNCIL = r"national council|nationalrat|conseil national|consiglio nazionale"
_OF_A_CONSTITUENCY = (
    r"legislat|circonscription|constituency|\bdeput(y|e|es|ado|ados|at|ati)\b|diputad|seimas|seimo"
    rf"|\bsejmu?\b|parliament|parlament|\bsenat|sabor|national assembl|\bposlan|snemovn|kepvisel"
    rf"|saeima|riigikogu|bundestag|congres|camera dei|{_NATIONAL_COUNCIL}"
)
# Seats of a region's body by constituency, under the law of the national ones.
_CANTONS = r"departementales|conseill\w+ departement|cantonales"


def level_of(office: str, title: str, *, american: bool) -> str:
    """The level of an office, one of `LEVELS`.

    Parameters
    ----------
    office, title
        The office, and the title, which is asked where the office tells nothing.
    american
        Whether it is of the United States.
    """
    for text in (office, title):
        words = without_accents(text)
        found = _american_level(words) if american else _level_elsewhere(words)
        if found:
            return found
    return LOCAL if american else NATIONAL_LEGISLATURE


def _american_level(words: str) -> str:
    if re.search(_STATE_BOARD, words) and not re.search(r"county|\bcity\b", words):
        return STATEWIDE
    return next((level for level, pattern in _AMERICAN if re.search(pattern, words)), "")


def _level_elsewhere(words: str) -> str:
    words = re.sub(_NO_COUNCIL, "", words)
    if re.search(_OF_A_CONSTITUENCY, words) and not re.search(_EXECUTIVE, words):
        # A member of parliament is of a district or a region too.
        return NATIONAL_LEGISLATURE
    if re.search(_OF_A_PLACE, words):
        return LOCAL
    return NATIONAL if re.search(_PRESIDENT, words) else ""


def leads_a_place(office: str, title: str) -> bool:
    """Whether an office is that of a mayor, a prefect, a governor: one person for a place."""
    return _has(_EXECUTIVE, office, title)


def of_a_constituency(office: str, title: str) -> bool:
    """Whether an office is one seat of a body that is elected by constituency."""
    return _has(f"{_OF_A_CONSTITUENCY}|{_CANTONS}", office, title)


def of_a_council(office: str, title: str) -> bool:
    """Whether an office of the United States is a seat of a council or a board."""
    return _has("council|alder(man|wom|per)|board|trustee|supervisor|police jur", office, title)


def _has(pattern: str, *texts: str) -> bool:
    return any(re.search(pattern, without_accents(text)) for text in texts)
