"""Names that a person can read: no control, invisible or direction-changing characters.

A name is printed on terminals, drawn in figures and opened in spreadsheets. There an escape
character is a command, a mark of direction turns what follows around, a space without width makes
two names of one, and a cell that begins with "=" is computed. Every reader of a user's files asks
here; the messages of errors, which may quote anything, and the CSV files that the program writes
are made harmless here too.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

# Persian, Indic and some other scripts are spelled with these two; no other script is.
_JOINERS = "\u200c\u200d"
_FIRST_JOINING, _LAST_JOINING = 0x0600, 0x1FFF
# Cc: controls, Cf: invisible marks, Cs: half characters, Zl and Zp: ends of lines.
_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
_ASCII_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# What a spreadsheet computes or calls; a name may well begin with a dash.
_FORMULA = re.compile(r"[=@]|[+-].*[(|!]")


def unseen_character(text: str) -> str | None:
    """The first character of a text that no name has, or None."""
    if text.isascii():
        found = _ASCII_CONTROL.search(text)
        return found[0] if found else None
    return next((c for c, unseen in _looked_at(text) if unseen), None)


def _looked_at(text: str) -> Iterator[tuple[str, bool]]:
    """Every character, and whether nobody sees it there."""
    before = ""
    for character in text:
        joins = character in _JOINERS and before and _FIRST_JOINING <= ord(before) <= _LAST_JOINING
        yield character, not joins and unicodedata.category(character) in _UNSEEN
        before = character


def fault_of_name(text: str) -> str:
    """What is wrong with a name, with the remedy; "" where nothing is."""
    if (character := unseen_character(text)) is not None:
        shown = f"U+{ord(character):04X} ({unicodedata.name(character, 'a control character')})"
        return f"{visible(text)!r} holds the character {shown}, which nobody can see; remove it"
    if _FORMULA.match(text):
        return f"{text!r} is a formula of a spreadsheet and no name; write the name"
    return ""


def first_twins(names: Iterable[str]) -> tuple[str, str] | None:
    """Two different names that look the same: joiners and the form of Unicode aside."""
    seen: dict[str, str] = {}
    for name in names:
        if name.isascii():
            key = name
        else:
            key = unicodedata.normalize("NFC", name.replace("\u200c", "").replace("\u200d", ""))
        if (other := seen.setdefault(key, name)) != name:
            return other, name
    return None


def cleaned(text: str) -> str:
    """Published text without characters that nobody sees; line ends and tabs become spaces."""
    while (character := unseen_character(text)) is not None:
        text = text.replace(character, " " if character.isspace() else "")
    return text


def visible(text: str) -> str:
    """Text of a message whose controls and marks can be seen: ESC becomes backslash x1b."""
    if text.isascii() and not _ASCII_CONTROL.search(text.replace("\n", "")):
        return text
    return "".join(
        character
        if character == "\n" or not unseen
        else character.encode("unicode_escape").decode("ascii")
        for character, unseen in _looked_at(text)
    )


def spreadsheet_cell(text: str) -> str:
    """Text as a cell of a CSV file that no spreadsheet computes, by an apostrophe before it."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
