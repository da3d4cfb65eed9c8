"""Text of a cell into a number, and nothing that two people could read in two ways."""

import re

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
    if text.isdecimal():
        return int(text)
    if _SPACED.fullmatch(text):
        return int(THOUSANDS.sub("", text))
    if (_COMMAS if thousands == "," else _DOTS).fullmatch(text):
        before, _, _ = text.partition("." if thousands == "," else ",")
        return int(before.replace(thousands, ""))
    if match := _WHOLE.fullmatch(text):
        return int(match[1] or match[2])
    return None


def has_dots(text: str) -> bool:
    """Whether a cell may hold thousands separated by dots: "1.108"."""
    return _DOTS.fullmatch(text) is not None


def per_cent(text: str) -> float | None:
    """Share in per cent, None where there is none: "48", "48%", "48,5 %" or "48.5"."""
    bare = text.removesuffix("%").strip()
    if re.fullmatch(r"[0-9]+[.,][0-9]+", bare):
        return float(bare.replace(",", "."))
    return float(bare) if bare.isdecimal() else None
