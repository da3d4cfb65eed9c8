"""Names of people: which are one person's, which part is the last name, in which order they stand.

Lists write "Berg, Anna" where people say "Anna Berg"; both are one name here.
"""

import re
from collections.abc import Sequence

from forecast.race.labels import normalised

# Words that belong to the last name they stand before, and those that follow one.
PARTICLES = {
    "le",
    "la",
    "de",
    "del",
    "da",
    "do",
    "dos",
    "das",
    "di",
    "du",
    "van",
    "von",
    "der",
    "den",
    "st.",
}
# Of these, those that are nobody's first name: "LE PEN" is a last name, "VAN JONES" a full one.
NO_FIRST_NAMES = {"le", "la", "de", "del", "du", "st."}
SUFFIXES = {"jr", "sr", "ii", "iii", "iv"}
# "Junior", "grandson" and the like, which belong to the name before them: "Brandão Neto".
_OF_THE_FAMILY = {"neto", "netto", "filho", "sobrinho", "júnior", "junior"}
# Words that are small within a name.
_SMALL_WITHIN = {"de", "del", "do", "dos", "da", "das", "e", "y", "of", "and", "the"}
_SMALL_AFTER_DE = {"la", "las", "los"}
# What follows a comma in a name and is no given name.
_AFTER_A_NAME = SUFFIXES | {"v", "md", "phd", "esq", "dr", "etal", "et al"}
# Longer texts beside a comma are the name of a list, and no person's.
_MAX_LAST, _MAX_GIVEN = 4, 3
# Letters of a last name that is told by its capitals: fewer are initials.
_LEAST_LETTERS = 3
# No other languages of elections have these.
TURKISH_LETTERS = frozenset("ĞğİıƏə")
_TURKISH_SMALL = str.maketrans("Iİ", "ıi")


def person_key(name: str) -> str:
    """What has to be equal for two names to be one person's: "Berg, Anna" is "anna berg".

    The part after a comma comes first, unless it is a suffix ("Dahl, Jr.").
    """
    parts = _parted(name)
    return normalised(_spoken(*parts) if parts else name)


def _parted(name: str) -> tuple[str, str, str] | None:
    """Last name, given name and suffix of "Berg, Anna" or "Berg, Anna, Jr.".

    None where a comma, if there is one, parts something else.
    """
    last, *after = (part.strip() for part in name.split(","))
    suffix = after.pop() if len(after) > 1 and normalised(after[-1]) in _AFTER_A_NAME else ""
    if len(after) != 1 or not (last and after[0]) or "/" in name:
        return None
    return None if normalised(after[0]) in _AFTER_A_NAME else (last, after[0], suffix)


def _spoken(last: str, given: str, suffix: str) -> str:
    return f"{given} {last} {suffix}".rstrip()


def in_spoken_order(names: Sequence[str]) -> tuple[str, ...]:
    """Names with the given name first: "Berg, Anna" is "Anna Berg".

    Parameters
    ----------
    names
        All people who stand in one contest. Where some of them have no comma, a comma may belong
        to the name of a list ("Together, for Paris"), and only "BERG, Anna" is turned round.
    """
    parts = [_parted(name) for name in names]
    every = all(part and _is_short(*part[:2]) for part in parts)
    turned = []
    for name, part in zip(names, parts, strict=True):
        clear = part and part[0].isupper() and not part[1].isupper()
        turned.append(_spoken(*part) if part and (every or clear) else name)
    return tuple(turned)


def stands_last_first(name: str) -> bool:
    """Whether a name has the form of a person's in a list: "Berg, Anna"."""
    parts = _parted(name)
    return parts is not None and _is_short(*parts[:2])


def _is_short(last: str, given: str) -> bool:
    return len(last.split()) <= _MAX_LAST and len(given.split()) <= _MAX_GIVEN


def readable_name(name: str, *, turkish: bool = False) -> str:
    """A name in title case where it was published in capitals, else as published.

    In Turkish and Azerbaijani, which some letters of a name show, "I" is "ı" and "İ" is "i".
    """
    if not name.isupper():
        return name
    if not (turkish or TURKISH_LETTERS & {*name}):
        return _with_small_words(name.title())
    small = name.translate(_TURKISH_SMALL).lower()
    return re.sub(r"[^\W\d_]+", lambda word: _turkish_capital(word[0][0]) + word[0][1:], small)


def _with_small_words(name: str) -> str:
    """A name in title case with the small words within it small: "Isle of Wight"."""
    words = name.split(" ")
    for at in range(1, len(words) - 1):
        word = words[at].lower()
        if word in _SMALL_WITHIN or (word in _SMALL_AFTER_DE and words[at - 1] == "de"):
            words[at] = word
    return " ".join(words)


def _turkish_capital(letter: str) -> str:
    return "İ" if letter == "i" else letter.upper()


def last_name(name: str) -> str:
    """The last name without "Jr" and the like: "MARINE LE PEN" gives "LE PEN".

    All of a name that ends with a number, for nobody is called so. Where some words alone are in
    capitals they are the last name, wherever they stand: "NAWROCKI Karol Tadeusz".
    """
    if parts := _parted(name):
        return " ".join(_without_suffix(parts[0].split()))
    words = _without_suffix([word for word in name.split() if not word.startswith("(")])
    if in_capitals := _in_capitals(words):
        return in_capitals
    if not words or not any(letter.isalpha() for letter in words[-1]):
        return name  # "Candidate 3"
    start = len(words) - 1
    if start > 1 and words[start].lower() in _OF_THE_FAMILY:
        start -= 1
    while start > 1 and words[start - 1].lower() in PARTICLES:
        start -= 1
    if start == 1 and words[0].lower() in NO_FIRST_NAMES:
        start = 0
    return " ".join(words[start:]).rstrip(",")


def _in_capitals(words: list[str]) -> str:
    """Words in capitals beside others at the start or the end of a name; "" where there are none.

    One of them has three letters or more: "JD Vance" and "A. Berg" are no such names.
    """
    capital = [word.isupper() for word in words]
    if all(capital) or not (capital and (capital[0] or capital[-1])):
        return ""
    first = capital[0]
    change = capital.index(not first)
    run = words[:change] if first else words[change:]
    apart = any(capital[change:]) if first else not all(capital[change:])
    letters = max(sum(letter.isalpha() for letter in word) for word in run)
    return "" if apart or letters < _LEAST_LETTERS else " ".join(run)


def _without_suffix(words: list[str]) -> list[str]:
    """Words of a name without "Jr." at their end; the last word is kept."""
    while len(words) > 1 and words[-1].rstrip(".").lower() in SUFFIXES:
        words = words[:-1]
    return words
