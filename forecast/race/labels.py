"""Names as published into names that are the same everywhere: units, parties, modes."""

import re
import unicodedata

# Georgia marks an incumbent with "(I)" and an independent with "(IND)".
INCUMBENT_MARKS = ("I", "INC", "INCUMBENT")
# What programs write into a field that nobody filled in.
NO_PARTY = ("", "none", "null", "nan", "n/a", "#nulo#", "#ne#")
# Words that say that there is no party: the field names none, or the ballot had none.
NONPARTISAN = "NP"
# What a county is called in print that a table without counties leaves nameless.
NO_COUNTY = "no county"
_CODES = {
    "REP": ("R", "REP", "REPUBLICAN", "REPUBLICAN PARTY", "GOP"),
    "DEM": ("D", "DEM", "DEMOCRAT", "DEMOCRATIC", "DEMOCRATIC PARTY", "DEMOCRATS"),
    "LIB": ("L", "LIB", "LBT", "LIBERTARIAN", "LIBERTARIAN PARTY"),
    "GRN": ("G", "GRN", "GRE", "GREEN", "GREEN PARTY"),
    "IND": ("I", "IND", "INDEPENDENT"),
    NONPARTISAN: ("NP", "NON", "NONPARTISAN", "NON PARTISAN", "NON-PARTISAN"),
}
PARTY_CODES = {label: code for code, labels in _CODES.items() for label in labels}


_PUNCTUATION = {code: " " for code in range(128) if not chr(code).isalnum()}


def shorten(text: str, width: int) -> str:
    """Cut a text that is longer than so many letters, and show that it was cut."""
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


# Turkish has a dotted and a dotless i, and "I" and "i" are no pair there: all are one letter.
_EVERY_I = str.maketrans("\u0130\u0131", "ii")


def folded(text: str) -> str:
    """Text without case and forms of Unicode: "KILIÇ", "Kılıç" and "kiliç" are one text."""
    plain = unicodedata.normalize("NFC", text).translate(_EVERY_I).casefold()
    # "İ" in lower case is "i" and a combining dot, which other programs leave behind.
    return plain.replace("i\u0307", "i")


def normalised(name: str) -> str:
    """Name without case, punctuation, repeated spaces and forms of Unicode.

    "Mt. Bethel  01" is "mt bethel 01", and a letter with its accent is one letter, also where
    a file writes the accent after it. What is all punctuation stays as it is.
    """
    if name.isascii():
        # Nine of ten names, and six times as fast.
        bare = name.lower()
        return " ".join(bare.translate(_PUNCTUATION).split()) or " ".join(bare.split())
    text = folded(name)
    return " ".join(re.sub(r"[\W_]+", " ", text).split()) or " ".join(text.split())


# Letters with a bar are letters of their own in Unicode.
_BARRED = str.maketrans("\u0142\u0111\u00f8", "ldo")


def without_accents(name: str) -> str:
    """Normalised name with plain letters: "Aníbal" is "anibal"."""
    parted = unicodedata.normalize("NFD", name)
    bare = normalised("".join(mark for mark in parted if not unicodedata.combining(mark)))
    return bare if bare.isascii() else bare.translate(_BARRED)


def unit_id(county: str, unit_name: str) -> str:
    """Key of a unit, the same in every file: "COBB|ADDISON 01", "ADDISON 01" without a county."""
    return "|".join(filter(None, (normalised(county), normalised(unit_name)))).upper()


def party_code(party: str) -> str:
    """Uniform label of the large American parties; "" for none; any other as published."""
    text = " ".join(party.split()).strip(" ()[]")
    if text.casefold() in NO_PARTY:
        return ""
    return PARTY_CODES.get(text.upper().rstrip("."), text)


def candidate_and_party(published: str, party: str = "") -> tuple[str, str]:
    """Name and party code of a candidate as published.

    Parameters
    ----------
    published
        "KAREN HANDEL", "KAREN HANDEL (REP)", "TOM PRICE (I) (REP)". A mark of incumbency is
        dropped; brackets that hold neither a mark nor a known party are part of the name.
    party
        The party where the source has it in a field of its own; it wins over brackets, but
        for "nonpartisan", which programs fill in where nobody told them.
    """
    name, found = " ".join(published.split()), ""
    name, found = _party_beside(name)
    while match := re.fullmatch(r"(.+?)\s*(?:\(([^()]*)\)|\[([^\[\]]*)\])", name):
        mark = (match[2] or match[3] or "").strip(" .").upper()
        if mark not in INCUMBENT_MARKS:
            if mark not in PARTY_CODES:
                break
            found = PARTY_CODES[mark]
        name = match[1]
    code = party_code(party)
    told = found if found and code in {"", NONPARTISAN} else code
    return unicodedata.normalize("NFC", name), told


_BEFORE = re.compile(
    r"(?:[(\[]([A-Za-z .-]{1,20})[)\]]\s*|([A-Za-z]{3,20}) [-\u2013:] |(REP|DEM|LIB|GRN|IND) )"
    r"(?=\w+\W+\w)"
)
_AFTER = re.compile(r"(.+\w\W+\w.*?)( [-\u2013] |, )([A-Za-z]{3,20})(?: Party)?", re.IGNORECASE)


def _party_beside(name: str) -> tuple[str, str]:
    """Name and party where a known party stands before or after the name, "" where none does.

    "(R) ANNA BERG", "REP - ANNA BERG", "REP ANNA BERG", "Anna Berg - REP", "Anna Berg, Dem".
    """
    if match := _BEFORE.match(name):
        label = next(filter(None, match.groups())).strip(" .").upper()
        if label in PARTY_CODES and label not in INCUMBENT_MARKS:
            return name[match.end() :], PARTY_CODES[label]
    match = _AFTER.fullmatch(name)
    # "Van Berg, Green" is a person.
    person = match and match[2] == ", " and match[3].casefold() == "green"
    if match and not person and match[3].upper() in PARTY_CODES:
        return match[1], PARTY_CODES[match[3].upper()]
    return name, ""


def mode_name(published: str) -> str:
    """Vote mode of a race folder: "Advance in Person 2" is "early"; others in snake case."""
    text = normalised(published)
    if "provisional" in text:
        return "provisional"
    if any(word in text for word in ("in person", "early", "advance", "one stop")):
        return "early"
    if "mail" in text or "absentee" in text or text in {"abs", "vbm"}:
        return "mail"
    if "election day" in text or text in {"polling place", "polls", "election", "eday", "e day"}:
        return "election_day"
    return text.replace(" ", "_")
