"""Words of totals and of votes for nobody, in the languages of elections with two rounds.

A name is compared without case, accents and punctuation. A list of words never decides alone
that votes are none: what is called a total is compared with its sum first.
"""

from forecast.race.labels import without_accents
from forecast.race.vocabulary import names_of, words_of


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TOTAL_WORDS = words_of("total")
_BESIDE_TOTALS = _words(
    "general generale generaux geral grand county state all precincts precinct is iz i of the "
    "contest race election candidate candidates votes vote voix votos voti stimmen glosow hlasu "
    "glasova balsu cast valid valides validos validi ballots votacion votacao"
)
TOTAL_UNITS = frozenset(("", "all precincts", "sum", "suma"))
# Rows that repeat the votes of all candidates, some with the ballots that choose none of them.
TOTAL_CHOICES = frozenset(
    (
        *("cast votes", "votes cast", "sum", "suma", "ballots cast", "times counted"),
        *names_of("valid votes"),
    )
)
TOTAL_MODES = frozenset(("all", "sum", "suma", "votes", "", "combined", "all modes", "overall"))
# Of these, totals of the votes for candidates alone.
_VALID = words_of("valid")
# Ballots without a countable vote, and figures about the count: nobody's votes.
NO_CHOICES = frozenset(
    (
        *("over votes", "overvotes", "over vote", "overvote", "times over voted", "over voted"),
        *("under votes", "undervotes", "under vote", "undervote", "times under voted"),
        *("under voted", "over under votes", "under over votes", "blank", "blanks"),
        *("blank votes", "blank ballots", "blank vote", "times blank voted", "void", "voids"),
        *("voids blanks", "void blank", "blank void", "blanks voids", "spoiled"),
        *("spoiled ballots", "spoilt ballots", "scattering", "scatterings", "scattered"),
        *("number of precincts", "number of precincts for race", "precincts reporting"),
        *("number of precincts reporting", "precincts counted", "precincts reported"),
        *("registered voters", "registration", "voters", "turnout", "voter turnout"),
        *("not assigned", "unassigned write ins", "unresolved write in", "exhausted"),
        *("unresolved write ins", "rejected write ins", "rejected", "no vote"),
        *("unqualified write ins", *names_of("figures")),
    )
)
# Ballots that were cast for nobody on purpose: their voters came, and no finalist receives them.
_NOBODY = frozenset(
    (
        *("none of these candidates", "none of the above", "none of these", "none", "nota"),
        *("none of the candidates", "none of these candidates nevada", "against all"),
        *("rejected ballots", "rejected votes", "ninguno", "ninguno de los anteriores"),
        *("ninguna de las anteriores", "protiv svih", "pries visus"),
    )
)
_BLANK_OR_NULL = words_of("nobody")
# Of these, ballots that are blank; the others are invalid.
BLANK = _words(
    "blank blanks blanc blancs blanche blanches blanco blancos blanca blancas branco brancos "
    "bianca bianche alb albe leer leere puste prazdne prazni praznih prazne tusti tusciu tyhjat "
    "λευκα празни"
)
# Who stands for blank votes on a ballot, as a list of its own: its votes count as blank ones.
_PROMOTERS = _words("promotor promotora promotores promotoras comite comites del la el los por")
_IN_ENGLISH = _words("blank blanks null nulls invalid vote votes ballot ballots and or")
_BESIDE_NOBODY = words_of("beside") | words_of("number")

_WRITE_IN = _words("write in ins writein writeins votes vote candidate candidates all other misc")

# A column is a way of voting if all words of its name are of these, one of the first of them.
WAYS = _words(
    "early mail absentee provisional advance machine failsafe paper emergency uocava federal abs "
    "vbm advanced eday polls stop polling counting person walkin dropbox curbside"
)
BESIDE_WAYS = _words(
    "election day vote votes voting voted in by one place ballot ballots total count counts board "
    "boards av mailed returned special overseas military and site sites walk drop box the of "
    "hand deliver delivered 1 2 3 4"
)


def says_total(name: str) -> bool:
    """Whether a word of a name is one for a total: "Ash Total", "Totaux"."""
    return bool(_TOTAL_WORDS & {*without_accents(name).split()})


def _only_total(name: str) -> bool:
    words = {*without_accents(name).split()}
    return bool(words & _TOTAL_WORDS) and words <= _TOTAL_WORDS | _BESIDE_TOTALS


def is_total_unit(name: str) -> bool:
    """Whether a unit is called a total and nothing else, or has no name."""
    return without_accents(name) in TOTAL_UNITS or _only_total(name)


def is_total_choice(name: str) -> bool:
    """Whether a choice is called a total and nothing else."""
    key = without_accents(name)
    words = {*key.split()}
    only_valid = bool(words & _VALID) and words <= _VALID | _BESIDE_NOBODY
    return key in TOTAL_CHOICES or _only_total(name) or only_valid


def is_total_of_candidates(name: str) -> bool:
    """Whether a total counts no blank and null votes: "Votos válidos"."""
    return bool(_VALID & {*without_accents(name).split()})


def is_total_mode(name: str) -> bool:
    """Whether a way of voting is called a total, or nothing."""
    return without_accents(name) in TOTAL_MODES or _only_total(name)


def is_no_choice(name: str) -> bool:
    """Whether a choice is a figure about the count or a ballot without a countable vote."""
    return without_accents(name) in NO_CHOICES


def is_nobody(name: str) -> bool:
    """Whether a choice is a vote for nobody: blank, null, none of these, a blank-vote list."""
    key = without_accents(name)
    words = {*key.split()}
    only = bool(words & _BLANK_OR_NULL) and words <= _BLANK_OR_NULL | _BESIDE_NOBODY
    return key in _NOBODY or only or is_blank_vote_list(name)


def is_blank_vote_list(name: str) -> bool:
    """Whether a choice is a list that asks for blank votes: "Promotores voto en blanco"."""
    words = {*without_accents(name).split()}
    asks = any(word.startswith("promotor") for word in words) and words & {"voto", "votos"}
    return bool(asks and words & BLANK) and words <= _PROMOTERS | BLANK | _BESIDE_NOBODY


def nobody_in_english(name: str) -> str:
    """Blank and invalid ballots of another language in English; "" for all other names.

    "Votos en blanco" is "blank ballots", "Geçersiz Oy Sayısı" is "invalid ballots", "Promotores
    voto en blanco" the "blank-vote list".
    """
    if is_blank_vote_list(name):
        return "blank-vote list"
    words = {*without_accents(name).split()}
    if not is_nobody(name) or not words & _BLANK_OR_NULL or words <= _IN_ENGLISH:
        return ""
    kinds = [
        kind
        for kind, of_kind in (("blank", BLANK), ("invalid", _BLANK_OR_NULL - BLANK))
        if words & of_kind
    ]
    return f"{' and '.join(kinds)} ballots"


# Words with which a count of voters begins: "Elettori F", "Votanti alle 12".
_VOTERS = frozenset(
    name
    for role in ("registered", "ballots")
    for name in names_of(role)
    if " " not in name and name not in {"padron", "censo"}
)
_NUMBER, _VOTES = words_of("number"), {*names_of("votes")}


def counts_voters(name: str) -> bool:
    """Whether a heading counts voters, polling places or papers: "Elettori F", "Liczba komisji"."""
    words = without_accents(name).split() or [""]
    number = words[0] in _NUMBER and not _VOTES & {*words}
    # Envelopes issued and envelopes returned: one of them is the ballots, the other nobody's votes.
    return words[0] in _VOTERS or (number and len(words) > 1) or bool(role_of_count(name))


def role_of_count(name: str) -> str:
    """Role of a heading that says more than the vocabulary: registered, ballots or "".

    "Elettori totale" has a word for a total, "Alegători înscriși pe liste permanente" begins with
    a name of two words or more.
    """
    words = without_accents(name).split()
    if "%" in name or {*words} & (_VALID | _BLANK_OR_NULL):
        return ""
    key, bare = " ".join(words), " ".join(word for word in words if word not in _TOTAL_WORDS)
    for role in ("registered", "ballots"):
        for known in names_of(role):
            if bare == known or (" " in known and key.startswith(f"{known} ")):
                return role
    return ""


def is_write_in(name: str) -> bool:
    """Whether a choice is the write-ins of nobody in particular: "Write-in", "Write-in Votes"."""
    words = {*without_accents(name).split()}
    written = words & {"writein", "writeins"} or ("write" in words and words & {"in", "ins"})
    return bool(written) and words <= _WRITE_IN


def is_person(name: str) -> bool:
    """Whether a choice may be somebody's name: no blank or invalid vote, total or write-ins."""
    return not (is_nobody(name) or is_no_choice(name) or is_total_choice(name) or is_write_in(name))
