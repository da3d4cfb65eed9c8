"""Text of a cell into a number, and nothing that two people could read in two ways."""

import re

# Of a count: no election has more votes, and NumPy's integers and Python's reader have ends.
MAX_DIGITS = 12
# Spaces that separate thousands: plain, no-break, thin, narrow no-break; and the Swiss apostrophe.
THOUSANDS = re.compile("[ \u00a0\u2009\u202f'\u2019]")
_SPACED = re.compile("[+]?[0-9]{1,3}(?:[ \u00a0\u2009\u202f'\u2019][0-9]{3})+")
_COMMAS = re.compile(r"\+?[0-9]{1,3}(?:,[0-9]{3})+(?:\.0+)?")
_DOTS = re.compile(r"\+?[0-9]{1,3}(?:\.[0-9]{3})+(?:,0+)?")
# A spreadsheet writes 108 as "108.0"; three zeros could as well be thousands.
_WHOLE = re.compile(r"([0-9]+)[.,]0{1,2}|([0-9]+)[.,]0{4,}")


def whole_number(text: str, thousands: str = ",") -> int | None:
    """Whole number that a cell holds, None where it holds none or could hold two.

    Parameters
    ----------
    text
        "1108", "1,108", "1 108" (any kind of space), "1'108" or "1108.0".
    thousands
        What separates thousands beside spaces: ",", or "." as continental files do, whose
        "1.108" is no number without being asked for.
    """
    digits = text
    if _SPACED.fullmatch(text):
        digits = THOUSANDS.sub("", text)
    elif (_COMMAS if thousands == "," else _DOTS).fullmatch(text):
        before, _, _ = text.partition("." if thousands == "," else ",")
        digits = before.replace(thousands, "")
    elif match := _WHOLE.fullmatch(text):
        digits = match[1] or match[2]
    digits = digits.removeprefix("+") if digits is not text else text
    return int(digits) if is_count(digits) else None


def is_count(text: str) -> bool:
    """Whether a text is a whole number from 0 on, in digits alone and not too many."""
    # Digits of other scripts are decimal too, and int reads them.
    return text.isdecimal() and len(text) <= MAX_DIGITS


def has_dots(text: str) -> bool:
    """Whether a cell may hold thousands separated by dots: "1.108"."""
    return _DOTS.fullmatch(text) is not None


def per_cent(text: str) -> float | None:
    """Share in per cent, None where there is none: "48", "48%", "48,5 %" or "48.5"."""
    bare = text.removesuffix("%").strip()
    if re.fullmatch(r"[0-9]+[.,][0-9]+", bare):
        return float(bare.replace(",", "."))
    return float(bare) if bare.isdecimal() else None
