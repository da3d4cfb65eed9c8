"""Names as published into names that are the same everywhere: units, parties, modes."""

import re

# Georgia marks an incumbent with "(I)" and an independent with "(IND)".
INCUMBENT_MARKS = ("I", "INC", "INCUMBENT")
# What programs write into a field that nobody filled in.
NO_PARTY = ("", "none", "null", "nan", "n/a")
PARTY_CODES = {
    "R": "REP",
    "REP": "REP",
    "REPUBLICAN": "REP",
    "D": "DEM",
    "DEM": "DEM",
    "DEMOCRAT": "DEM",
    "DEMOCRATIC": "DEM",
    "L": "LIB",
    "LIB": "LIB",
    "LIBERTARIAN": "LIB",
    "G": "GRN",
    "GRN": "GRN",
    "GREEN": "GRN",
    "I": "IND",
    "IND": "IND",
    "INDEPENDENT": "IND",
    "NP": "NP",
    "NON": "NP",
    "NONPARTISAN": "NP",
}


def normalised(name: str) -> str:
    """Name without case, punctuation and repeated spaces: "Mt. Bethel  01" is "mt bethel 01"."""
    return " ".join(re.sub(r"[\W_]+", " ", name.casefold()).split())


def unit_id(county: str, unit_name: str) -> str:
    """Key of a unit, the same in every file: "COBB|ADDISON 01"."""
    return f"{normalised(county)}|{normalised(unit_name)}".upper()


def party_code(party: str) -> str:
    """Uniform label of the large American parties; "" for none; any other as published."""
    text = party.strip(" ()")
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
        The party where the source has it in a field of its own; it wins over brackets.
    """
    name, found = " ".join(published.split()), ""
    while match := re.fullmatch(r"(.+?)\s*\(([^()]*)\)", name):
        mark = match[2].strip().upper()
        if mark not in INCUMBENT_MARKS:
            if mark not in PARTY_CODES:
                break
            found = PARTY_CODES[mark]
        name = match[1]
    return name, party_code(party) or found


def mode_name(published: str) -> str:
    """Vote mode of a race folder: "Advance in Person 2" is "early"; others in snake case."""
    text = normalised(published)
    if "provisional" in text:
        return "provisional"
    if "in person" in text or "early" in text or "advance" in text:
        return "early"
    if "mail" in text or "absentee" in text:
        return "mail"
    if "election day" in text or text == "polling place":
        return "election_day"
    return text.replace(" ", "_")
