"""JSON as the program reads it: one object of it in memory, and no more than fits there."""

import json
from typing import IO, Any

# Python's objects take some ten times the memory of their text.
MAX_CHARACTERS = 128 << 20


def load_json(file: IO[str]) -> Any:
    """The content of a JSON document.

    Raises
    ------
    ValueError
        When it is not JSON, is nested too deeply, or has more than `MAX_CHARACTERS`.
    """
    text = file.read(MAX_CHARACTERS + 1)
    if len(text) > MAX_CHARACTERS:
        raise ValueError(
            f"it has more than {MAX_CHARACTERS >> 20} million characters; results of that size "
            "are read as CSV or Parquet, and a map as a shapefile or in fewer points"
        )
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
