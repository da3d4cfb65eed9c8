"""A table of votes of many contests, a row a vote count, as columns that are cut by contest."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from forecast.errors import InputError
from forecast.stats.arrays import BoolArray, FloatArray, IntArray

TEXT, NUMBERS = ("race_id", "unit_id", "candidate", "party"), ("votes",)
OPTIONAL_TEXT = ("county", "bloc", "election", "date")
OPTIONAL_NUMBERS = ("round", "registered")
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
        When it can't be read, lacks a column, or has votes that are not whole numbers from 0 on.
    """
    # A race of CSV files must not wait for a library it does not need.
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    wanted = (*TEXT, *NUMBERS, *needed)
    try:
        present = pq.read_schema(path).names
        missing = [name for name in wanted if name not in present]
        if missing:
            raise InputError(f"{path} has no column {', '.join(missing)}; it needs {wanted}")
        known = (*TEXT, *OPTIONAL_TEXT, *NUMBERS, *OPTIONAL_NUMBERS)
        table = pq.read_table(path, columns=[name for name in known if name in present])
    except (OSError, pa.ArrowInvalid) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None
    codes, words, numbers = {}, {}, {}
    for name in table.column_names:
        column = table[name].combine_chunks()
        if name in (*TEXT, *OPTIONAL_TEXT):
            encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
            codes[name] = np.asarray(encoded.indices.fill_null(0), dtype=np.int64)
            # Names differ by a space too many between the rounds of a contest.
            words[name] = tuple(" ".join(str(w).split()) for w in encoded.dictionary.to_pylist())
        else:
            numbers[name] = _numbers(column, path, name)
    return _by_contest(codes, words, numbers)


def _numbers(column: "object", path: Path, name: str) -> FloatArray:
    """A column of numbers; votes are whole, at least 0 and never empty."""
    try:
        values = np.asarray(column, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{path}: column {name} holds something that is no number") from None
    if name == "votes":
        wrong = np.flatnonzero(~(np.isfinite(values) & (values >= 0) & (values == np.rint(values))))
        if len(wrong):
            faults = [f"row {row + 1}: {values[row]:g}" for row in wrong[:MAX_FAULTS].tolist()]
            rule = f"{path}: {len(wrong):,} votes that are not whole numbers from 0 on"
            raise InputError(rule, faults)
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
