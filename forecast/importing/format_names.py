"""The formats of returns by name, for whoever lists them without reading any."""

from enum import StrEnum


class FormatName(StrEnum):
    """The words by which a person can name a format."""

    CLARITY = "clarity"
    JSON = "json"
    OPENELECTIONS = "openelections"
    CSV = "csv"
    WIDE = "wide"
