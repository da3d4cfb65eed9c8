"""Tables that are written as JSON: a list of objects, an object a line, or a list under a key.

A list and lines are read object by object, twice: for the names of the columns, then for the rows.
"""

import json
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from forecast.errors import InputError
from forecast.importing.sources import Source
from forecast.json_text import load_json

_BLOCK = 1 << 20
# What stands between the objects of a list or of lines.
_BETWEEN = re.compile(r"[\ufeff\s\[\],]*")
# An object of a table has no more characters than a line of one.
_LONGEST = 1 << 20


def is_json_lines(head: bytes) -> bool:
    """Whether a file that begins with an object has an object a line."""
    first, end, rest = head.removeprefix(b"\xef\xbb\xbf").strip().partition(b"\n")
    try:
        return bool(end) and rest.startswith(b"{") and isinstance(json.loads(first), dict)
    except ValueError:
        return False


def records_of(document: object) -> list[dict[str, Any]] | None:
    """The rows of a document that holds one list of objects under one of its keys, or None."""
    if not isinstance(document, dict):
        return None
    lists = [
        value
        for value in document.values()
        if isinstance(value, list) and value and all(isinstance(row, dict) for row in value)
    ]
    flat = len(lists) == 1 and not any(
        isinstance(value, dict | list) for row in lists[0][:50] for value in row.values()
    )
    return lists[0] if flat else None


def json_rows(source: Source, encoding: str) -> Iterator[tuple[int, Sequence[str]]]:
    """Rows of a table: the keys of its objects are the header.

    Raises
    ------
    InputError
        When the file is no such JSON.
    """
    try:
        names = list(dict.fromkeys(name for row in _records(source, encoding) for name in row))
        yield 1, names
        for line, row in enumerate(_records(source, encoding), 2):
            yield line, [cell_text(row.get(name)) for name in names]
    except (ValueError, AttributeError, TypeError) as error:
        raise InputError(f"{source.name} is no list of rows as JSON: {error}") from None


def _records(source: Source, encoding: str) -> Iterator[dict[str, Any]]:
    """Objects of the file, one after the other."""
    head = source.head().lstrip()
    if not head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"[") and not is_json_lines(head):
        with source.text(encoding) as text:
            found = records_of(load_json(text))
        if found is None:
            raise ValueError("it holds no list of rows")
        yield from found
        return
    decoder, buffer, at = json.JSONDecoder(), "", 0
    with source.text(encoding) as text:
        while True:
            between = _BETWEEN.match(buffer, at)
            at = between.end() if between else at
            try:
                row, end = decoder.raw_decode(buffer, at)
            except ValueError:
                more = text.read(_BLOCK)
                if not more and at == len(buffer):
                    return
                if not more or len(buffer) - at > _LONGEST:
                    raise
                buffer, at = buffer[at:] + more, 0
                continue
            if not isinstance(row, dict):
                raise ValueError("its rows are no objects")
            yield row
            at = end


def cell_text(value: object) -> str:
    """Cell of a workbook, of Parquet or of JSON as a person would type it."""
    if value is None or value != value:  # noqa: PLR0124  (NaN is an empty cell)
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip()
