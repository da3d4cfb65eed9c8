"""Make data/record, the finished runoffs that ship with the program, from folders of them.

python tools/make_record.py RACES [--contests NAME ...]
python tools/make_record.py --collections FOLDER ...

RACES holds race folders (docs/add-a-race.md) and, below NAME, collections
(forecast.record.contests: an index.csv, a rounds.parquet and perhaps a baselines.parquet). With
--collections only these are made, each from a folder of its own. Tables become Parquet with zstd,
a tenth of the size of the text and the same to the program; race.yaml, index.csv and
suspect_units.csv are copied as they are. Nothing is left out or mended. Run it again after a
change of the source.
"""

import argparse
import re
import shutil
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from forecast.race.coded_columns import SUFFIXES, read_columns, table_stem
from forecast.race.folder import races_in, read_race
from forecast.record.contests import BASELINES_FILE, INDEX_FILE, ROUNDS_FILE, read_contests

RECORD = Path(__file__).parents[1] / "data" / "record"
COPIED = ("race.yaml", "suspect_units.csv")
# Whole numbers where every cell has one; any other column is text, with few distinct values.
NUMBERS = ("votes", "registered", "ballots")
LEVEL = 19
TABLE_NAME = re.compile(r"^(- file: .*?)(\.csv\.gz|\.csv)$", re.MULTILINE)


def main() -> None:
    """Write the record and say how large it is."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("races", type=Path, nargs="?")
    parser.add_argument("--contests", nargs="*", default=["louisiana_contests"])
    parser.add_argument("--collections", nargs="*", type=Path, default=[])
    options = parser.parse_args()
    for folder in options.collections:
        shutil.rmtree(RECORD / folder.name, ignore_errors=True)
        convert_contests(folder, RECORD / folder.name)
        n_contests = len(read_contests(RECORD / folder.name).ids)
        sys.stdout.write(f"{folder.name}: {n_contests:,} contests\n")
    if options.races is None:
        return
    for name in ("races", *options.contests):
        shutil.rmtree(RECORD / name, ignore_errors=True)
    folders = races_in(options.races)
    for folder in folders:
        convert_race(folder, RECORD / "races" / folder.name)
    for name in options.contests:
        convert_contests(options.races / name, RECORD / name)
    size = sum(path.stat().st_size for path in RECORD.rglob("*") if path.is_file())
    sys.stdout.write(f"{len(folders)} races, {size / 1e6:.1f} MB in {RECORD}\n")


def convert_race(folder: Path, target: Path) -> None:
    """Copy a race folder, its tables as Parquet; the program must read the same from both."""
    target.mkdir(parents=True)
    for name in COPIED:
        if (folder / name).is_file():
            shutil.copyfile(folder / name, target / name)
    for path in sorted(folder.iterdir()):
        if path.name.endswith(SUFFIXES) and path.name not in COPIED:
            columns, _, faults = read_columns(path)
            if columns is None or faults:
                raise SystemExit(f"{path}: {faults}")
            arrays = {name: column_of(name, values) for name, values in columns.items()}
            write(pa.table(arrays), target / f"{table_stem(path.name)}.parquet")
    # race.yaml names the tables of the source.
    text = (target / "race.yaml").read_text(encoding="utf-8")
    (target / "race.yaml").write_text(TABLE_NAME.sub(r"\1.parquet", text), encoding="utf-8")
    before, after = (read_race(path)[0] for path in (folder, target))
    if before is None or after is None or before.contest != after.contest:
        raise SystemExit(f"{folder.name} is not read back as it was")
    pairs = [(before.first_round, after.first_round)]
    pairs += [
        (a.returns, b.returns) for a, b in zip(before.baselines, after.baselines, strict=True)
    ]
    for was, now in pairs:
        if was.unit_ids != now.unit_ids or (was.votes != now.votes).any():
            raise SystemExit(f"{folder.name} is not read back as it was")


def column_of(name: str, values: tuple[str, ...]) -> pa.Array:
    """A column of text as the smallest thing that says the same."""
    if name in NUMBERS:
        return pa.array([int(value) if value else None for value in values], pa.int32())
    return pa.array(values).dictionary_encode()


def convert_contests(folder: Path, target: Path) -> None:
    """Copy a collection, its votes compressed harder."""
    target.mkdir(parents=True)
    shutil.copyfile(folder / INDEX_FILE, target / INDEX_FILE)
    for name in (ROUNDS_FILE, BASELINES_FILE):
        if (folder / name).is_file():
            table = pq.read_table(folder / name).replace_schema_metadata(None)
            columns = [small(table[column]) for column in table.column_names]
            write(pa.table(columns, names=table.column_names), target / name)


def small(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Words as codes into a dictionary, other values as they are."""
    words = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    return column.cast(pa.string()).dictionary_encode() if words else column


def write(table: pa.Table, path: Path) -> None:
    """Write Parquet, compressed as hard as it goes."""
    pq.write_table(table, path, compression="zstd", compression_level=LEVEL, store_schema=False)


if __name__ == "__main__":
    main()
