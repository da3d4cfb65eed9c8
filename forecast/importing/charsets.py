"""In which encoding a text is that is not UTF-8, by the letters that its words would have.

Any bytes are text in most encodings of one byte a letter, so that what cannot be read tells
little. The words of a language have the letters of that language: "G³osy" has none of any, and
"Głosy" has those of Polish. The encoding in which the most words are all letters of one language
is taken; where two say different things equally well it is asked for.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

# Distinct words that are looked at; names of places and people repeat.
MAX_WORDS = 2_000
MAX_SHOWN = 3
# Words of other languages (names of people) that a text may have: of all, and where it is short of
# those that the next best encoding leaves.
MAX_FOREIGN, MAX_OF_NEXT = 0.1, 1 / 3
_BLOCK = 1 << 20
_WORD = re.compile(rb"[^\s,;|\"]*[\x80-\xff][^\s,;|\"]*")
# Marks beside letters that every language prints: spaces, dashes, quotation marks, bullets.
_APART = frozenset("\u2022§€©®№×")
_MARKS = _APART | frozenset(
    "\u00a0\u2013\u2014\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb\u2026·´"
)
_WITHIN = frozenset("\u2019\u2018´·\u00a0")
_AFTER_NUMBER = frozenset("ºª°")

_LATIN = {
    "French": "àâæçéèêëîïôœùûüÿ",
    "Spanish": "áéíóúñüçàèòï",
    "Portuguese": "áâãàçéêíóôõúü",
    "Italian": "àèéìíòóùú",
    "German": "äöüß",
    "German and Italian": "äöüßàèéìòù",
    "German and French": "äöüßàâçéèêëîïôœùû",
    "Finnish": "äöå",
}
_CENTRAL = {
    "Polish": "ąćęłńóśźż",
    "Czech": "áčďéěíňóřšťúůýž",
    "Slovak": "áäčďéíĺľňóôŕšťúýž",
    "Croatian": "čćđšž",
    "Hungarian": "áéíóöőúüű",
    "Romanian": "ăâîşţșț",
}
_BASIC = "абвгдежзиклмнопрстуфхцчш"
_CYRILLIC = {
    "Russian and Bulgarian": f"{_BASIC}ёйщъыьэюя",
    "Ukrainian and Belarusian": f"{_BASIC}ґєёіїйўщыьэюя",
    "Serbian and Macedonian": f"{_BASIC}ђѓѕјќљњћџ",
}
# Encoding, what people call it, and the languages written in it; the likelier ones first.
_ENCODINGS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("cp1252", "Windows-1252 (Latin-1)", _LATIN),
    ("cp1250", "Windows-1250", _CENTRAL),
    ("iso8859-2", "Latin-2", _CENTRAL),
    ("cp1251", "Windows-1251", _CYRILLIC),
    ("cp1254", "Windows-1254", {"Turkish": "âçğıîöşüûi\u0307"}),
    ("cp1257", "Windows-1257", {"Lithuanian": "ąčęėįšųūž", "Latvian": "āčēģīķļņšūž"}),
    ("cp1253", "Windows-1253", {"Greek": "αβγδεζηθικλμνξοπρστυφχψωάέήίόύώϊϋΐΰς"}),
    ("iso8859-15", "Latin-9", _LATIN),
    ("mac_roman", "Mac Roman", _LATIN),
    ("mac_latin2", "Mac Central European", _CENTRAL),
    ("cp850", "DOS Latin-1 (code page 850)", _LATIN),
    ("cp852", "DOS Latin-2 (code page 852)", _CENTRAL),
    ("koi8_u", "KOI8", _CYRILLIC),
    ("iso8859-5", "ISO 8859-5", _CYRILLIC),
    ("cp866", "DOS Cyrillic (code page 866)", _CYRILLIC),
)
NAMED = (
    "cp1250 (Polish, Czech, Slovak, Hungarian, Croatian), cp1251 (Cyrillic), cp1252 (western), "
    "cp1253 (Greek), cp1254 (Turkish), cp1257 (Baltic)"
)


@dataclass(frozen=True)
class Charset:
    """An encoding and how well the words of a text fit it.

    Attributes
    ----------
    codec, title
        Python's name and the one that people know.
    foreign
        Words that have letters of another language than most do.
    words
        All words, decoded.
    """

    codec: str
    title: str
    foreign: int
    words: tuple[str, ...]


def words_beyond_ascii(stream: BinaryIO) -> list[bytes]:
    """Distinct words of a stream that have bytes beyond ASCII, up to `MAX_WORDS`."""
    found: dict[bytes, None] = {}
    rest = b""
    while len(found) < MAX_WORDS:
        block = stream.read(_BLOCK)
        text = rest + block
        cut = len(text)
        if block:
            # A word may go on in the next block; a line does not fill one.
            cut = max(text.rfind(b"\n"), text.rfind(b",")) + 1 or len(text)
        for match in _WORD.finditer(text, 0, cut):
            # A number with a space that does not break says nothing of a language.
            if not re.fullmatch(rb"[\d\xa0.,'\x92-]+", match[0]):
                found[match[0]] = None
        rest = text[cut:]
        if not block:
            break
    return list(found)[:MAX_WORDS]


def charsets_of(words: Sequence[bytes]) -> list[Charset]:
    """Encodings that a text may be in, the best first; of those that read the same, one.

    Parameters
    ----------
    words
        Its words with bytes beyond ASCII.

    Returns
    -------
    list
        Empty where no encoding has every byte.
    """
    found: dict[tuple[str, ...], Charset] = {}
    for charset in _fitting(words):
        found.setdefault(charset.words, charset)
    return sorted(found.values(), key=lambda charset: charset.foreign)


def surest(charsets: Sequence[Charset]) -> Charset | None:
    """The encoding that a text is in, None where that is not sure.

    Equally good ones are a matter of chance but for Windows-1252, in which most such texts are.
    """
    if not charsets:
        return None
    best, following = charsets[0], min((c.foreign for c in charsets[1:]), default=0)
    if best.foreign > max(MAX_FOREIGN * len(best.words), MAX_OF_NEXT * following):
        return None
    equal = [c for c in charsets if c.foreign == charsets[0].foreign]
    western = next((c for c in equal if c.codec == "cp1252"), None)
    return western or (equal[0] if len(equal) == 1 else None)


def examples(charset: Charset) -> str:
    """The longest words of a text, as an encoding has them, in quotation marks."""
    longest = sorted(charset.words, key=lambda word: (-len(word), word))
    return ", ".join(repr(word[:40]) for word in longest[:MAX_SHOWN])


def _fitting(words: Sequence[bytes]) -> Iterator[Charset]:
    for codec, title, languages in _ENCODINGS:
        try:
            texts = tuple(word.decode(codec) for word in words)
        except UnicodeDecodeError:
            continue
        foreign = min(
            sum(not _is_of(text, letters) for text in texts) for letters in languages.values()
        )
        yield Charset(codec, title, foreign, texts)


def _is_of(text: str, letters: str) -> bool:
    """Whether a word is one of a language that has some letters beyond, or in place of, ASCII's.

    No word has letters of two scripts, a capital after a small letter, as another encoding of the
    same script has ("вАРШАВА"), or a mark between two small ones ("C—rdoba") or at its end.
    """
    if letters[0] >= "\u03b1" and any(c.isascii() and c.isalpha() for c in text):
        return all(c.isascii() or c in _MARKS for c in text)
    for before, character, after in zip(f" {text}", text, f"{text[1:]} ", strict=False):
        if character.isascii():
            continue
        if character in _MARKS:
            within = before.islower() and after.islower() and character not in _WITHIN
            if within or (character in _APART and (before + after).strip().isalpha()):
                return False
        elif character in _AFTER_NUMBER and (before.isdigit() or before in "nN."):
            continue
        elif not all(part in letters for part in character.lower()) or _out_of_place(
            character, before, after
        ):
            return False
    return True


def _out_of_place(letter: str, before: str, after: str) -> bool:
    return (letter.isupper() and before.islower()) or (letter == "ς" and after.isalpha())
