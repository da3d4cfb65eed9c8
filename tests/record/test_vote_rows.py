"""A table of votes of many contests: what no count can be is an error that names the row."""

import math
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from forecast.errors import InputError
from forecast.record.vote_rows import read_vote_rows

ROW = {"race_id": "r", "round": 1.0, "unit_id": "A|1", "candidate": "ANN", "party": "REP"}
BASE = [
    {**ROW, "votes": 5.0, "registered": 10.0},
    {**ROW, "candidate": "BOB", "votes": 3.0, "registered": None},
]


def write(folder: Path, rows: list[dict[str, Any]]) -> Path:
    path = folder / "rounds.parquet"
    pq.write_table(pa.Table.from_pylist(rows), path)
    return path


def test_sound_rows_are_read(tmp_path: Path) -> None:
    rows = read_vote_rows(write(tmp_path, BASE), ("round",))
    assert rows.numbers["votes"].tolist() == [5, 3]
    assert math.isnan(rows.numbers["registered"][1])


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("votes", -1.0, "row 2: -1"),
        ("votes", 1.5, "row 2: 1.5"),
        ("votes", None, "votes that are not whole numbers"),
        ("votes", float("nan"), "votes that are not whole numbers"),
        ("votes", 1e300, "row 2: 1e\\+300"),
        ("votes", float("inf"), "row 2: inf"),
        ("registered", -3.0, "registered that are not whole"),
        ("round", 3.0, "round that are not 1 or 2"),
        ("round", None, "round that are not 1 or 2"),
        ("candidate", None, "1 rows without candidate"),
        ("candidate", " ", "1 rows without candidate"),
        ("candidate", "A\u200bNN", "stand a second time"),
        ("candidate", "ANN", "row 2: r, A|1, ANN"),
        ("unit_id", None, "1 rows without unit_id"),
        ("race_id", None, "1 rows without race_id"),
    ],
)
def test_what_no_count_can_be(tmp_path: Path, column: str, value: object, said: str) -> None:
    path = write(tmp_path, [BASE[0], {**BASE[1], column: value}])
    with pytest.raises(InputError, match=said):
        read_vote_rows(path, ("round",))


def test_a_candidate_without_a_party_has_none(tmp_path: Path) -> None:
    rows = read_vote_rows(write(tmp_path, [BASE[0], {**BASE[1], "party": None}]), ("round",))
    assert [rows.words["party"][code] for code in rows.codes["party"].tolist()] == ["REP", ""]


def test_what_is_no_table_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "rounds.parquet"
    path.write_bytes(b"PAR1 and nothing else")
    with pytest.raises(InputError, match="cannot be read"):
        read_vote_rows(path)
    pq.write_table(pa.Table.from_pylist(BASE).slice(0, 0), path)
    with pytest.raises(InputError, match="has no rows"):
        read_vote_rows(path)
