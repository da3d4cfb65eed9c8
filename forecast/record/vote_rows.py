"""A table of votes of many contests, a row a vote count, as columns that are cut by contest."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from forecast.errors import InputError
from forecast.race.cells import MAX_DIGITS
from forecast.race.plain_names import cleaned
from forecast.stats.arrays import BoolArray, FloatArray, IntArray

TEXT, NUMBERS = ("race_id", "unit_id", "candidate", "party"), ("votes",)
OPTIONAL_TEXT = ("county", "bloc", "election", "date")
OPTIONAL_NUMBERS = ("round", "registered")
# What a row cannot do without, and what makes it one of a kind.
REQUIRED_TEXT = ("race_id", "unit_id", "candidate")
KEY = ("race_id", "election", "date", "unit_id", "candidate")
MAX_FAULTS = 20


@dataclass(frozen=True, eq=False)
class VoteRows:
    """Vote counts by contest; columns of words are codes into a tuple of words.

    Attributes
    ----------
    rows_of
        Id of a contest to its rows, which stand together in the order of the file.
    codes, words
        Column of words to the code of each row, and what the codes stand for.
    numbers
        Column of numbers to its values, NaN where a cell is empty.
    """

    rows_of: Mapping[str, slice]
    codes: Mapping[str, IntArray]
    words: Mapping[str, tuple[str, ...]]
    numbers: Mapping[str, FloatArray]

    def has(self, column: str) -> bool:
        """Whether the table has a column."""
        return column in self.codes or column in self.numbers

    def text(self, column: str, rows: IntArray) -> list[str]:
        """Words of a column in some rows."""
        words = self.words[column]
        return [words[code] for code in self.codes[column][rows].tolist()]


def read_vote_rows(path: Path, needed: Sequence[str] = ()) -> VoteRows:
    """Read a table of votes.

    Parameters
    ----------
    path
        A Parquet file.
    needed
        Columns that it must have beyond race_id, unit_id, candidate, party and votes.

    Raises
    ------
    InputError
        When it can't be read, lacks a column, has votes or voters that are not whole numbers from
        0 on, a row without a contest, unit or candidate, or a row a second time.
    """
    # A race of CSV files must not wait for a library it does not need.
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    wanted = (*TEXT, *NUMBERS, *needed)
    try:
        present = pq.read_schema(path).names
        if twice := sorted({name for name in present if present.count(name) > 1}):
            raise InputError(f"{path} has two columns named {', '.join(twice)}")
        missing = [name for name in wanted if name not in present]
        if missing:
            raise InputError(f"{path} has no column {', '.join(missing)}; it needs {wanted}")
        known = (*TEXT, *OPTIONAL_TEXT, *NUMBERS, *OPTIONAL_NUMBERS)
        table = pq.read_table(path, columns=[name for name in known if name in present])
        words_of = {
            name: _words(table[name].combine_chunks(), path, name)
            for name in table.column_names
            if name in (*TEXT, *OPTIONAL_TEXT)
        }
    except (OSError, pa.ArrowException, NotImplementedError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None
    if not table.num_rows:
        raise InputError(f"{path} has no rows")
    codes, words, numbers = {}, {}, {}
    for name in table.column_names:
        if name in words_of:
            codes[name], words[name] = words_of[name]
        else:
            numbers[name] = _numbers(table[name].combine_chunks(), path, name)
    _require_once(codes, words, numbers, path)
    return _by_contest(codes, words, numbers)


def _words(column: Any, path: Path, name: str) -> tuple[IntArray, tuple[str, ...]]:
    """Codes of a column of words, and the words; an empty cell is an empty word or a fault."""
    import pyarrow as pa  # noqa: PLC0415

    encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    # Names differ by a space too many between the rounds of a contest.
    given = [" ".join(cleaned(str(word)).split()) for word in encoded.dictionary.to_pylist()]
    empty = len(given)
    place = {word: code for code, word in enumerate(dict.fromkeys([*given, ""]))}
    of = np.array([*(place[word] for word in given), place[""]], dtype=np.int64)
    codes = of[np.asarray(encoded.indices.fill_null(empty), dtype=np.int64)]
    if name in REQUIRED_TEXT and (bare := np.flatnonzero(codes == place[""])).size:
        faults = [f"row {row + 1}: no {name}" for row in bare[:MAX_FAULTS].tolist()]
        raise InputError(f"{path}: {len(bare):,} rows without {name}", faults)
    return codes, tuple(place)


def _require_once(
    codes: Mapping[str, IntArray],
    words: Mapping[str, tuple[str, ...]],
    numbers: Mapping[str, FloatArray],
    path: Path,
) -> None:
    """Refuse two rows of one candidate in one unit, round and election."""
    keys = [
        *(codes[name] for name in KEY if name in codes),
        *(numbers[n] for n in ("round",) if n in numbers),
    ]
    order = np.lexsort(keys)
    again = np.ones(len(order) - 1, dtype=np.bool_)
    for key in keys:
        again &= key[order][1:] == key[order][:-1]
    if not again.any():
        return
    rows = order[1:][again]
    faults = [
        f"row {row + 1}: "
        + ", ".join(words[name][codes[name][row]] for name in KEY if name in codes)
        for row in sorted(rows.tolist())[:MAX_FAULTS]
    ]
    raise InputError(
        f"{path}: {len(rows):,} rows stand a second time for their candidate and unit; add them "
        "up, or keep one",
        faults,
    )


def _numbers(column: "object", path: Path, name: str) -> FloatArray:
    """A column of numbers: votes are never empty, voters may be; a round is 1 or 2."""
    try:
        values = np.asarray(column, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{path}: column {name} holds something that is no number") from None
    right = (values >= 0) & (values == np.rint(values)) & (values < 10.0**MAX_DIGITS)
    rule = "whole numbers from 0 on"
    if name == "registered":
        right |= np.isnan(values)
    elif name == "round":
        right, rule = (values == 1) | (values == 2), "1 or 2"
    if not right.all():
        wrong = np.flatnonzero(~right)
        faults = [f"row {row + 1}: {values[row]:g}" for row in wrong[:MAX_FAULTS].tolist()]
        raise InputError(f"{path}: {len(wrong):,} cells of {name} that are not {rule}", faults)
    return values


def _by_contest(
    codes: Mapping[str, IntArray],
    words: Mapping[str, tuple[str, ...]],
    numbers: Mapping[str, FloatArray],
) -> VoteRows:
    """The same rows with those of each contest together."""
    order = np.argsort(codes["race_id"], kind="stable")
    codes = {name: values[order] for name, values in codes.items()}
    numbers = {name: values[order] for name, values in numbers.items()}
    races, first, count = np.unique(codes["race_id"], return_index=True, return_counts=True)
    rows_of = {
        words["race_id"][race]: slice(int(at), int(at + n))
        for race, at, n in zip(races, first, count, strict=True)
    }
    return VoteRows(rows_of, codes, words, numbers)


def groups_of(
    rows: VoteRows, race_id: str, columns: Sequence[str]
) -> Iterator[tuple[tuple[str, ...], IntArray]]:
    """Rows of a contest by the words of some columns, in the order of the file."""
    inside = rows.rows_of.get(race_id, slice(0, 0))
    everything = np.arange(inside.start, inside.stop)
    keys = list(zip(*(rows.text(column, everything) for column in columns), strict=True))
    for key in dict.fromkeys(keys):
        chosen: BoolArray = np.array([other == key for other in keys], dtype=np.bool_)
        yield key, everything[chosen]
