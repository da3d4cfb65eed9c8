"""data/record/README.md names where the record comes from, and under which license."""

import csv
import re

import pytest

from forecast.race.race_yaml import RACE_FILE
from forecast.record.contests import INDEX_FILE
from forecast.record.shipped_races import contests_folders, record_folder

README = (record_folder() / "README.md").read_text(encoding="utf-8")
LICENSES = README.partition("## Licenses")[2].partition("## ")[0]
SOURCES = ("source_file1", "source_file2")


@pytest.mark.parametrize("name", ["races", *(path.name for path in contests_folders())])
def test_every_part_of_the_record_says_its_license_or_that_none_is_stated(name: str) -> None:
    (row,) = re.findall(rf"(?m)^\| `{name}/` \| (.+) \|$", LICENSES)
    assert "licence" in row or "none is stated" in row


def test_every_race_folder_says_its_license() -> None:
    folders = sorted(record_folder().glob(f"races/*/{RACE_FILE}"))
    silent = [
        path.parent.name
        for path in folders
        if not re.search(r"(?m)^licence: \S", path.read_text(encoding="utf-8"))
    ]
    assert folders
    assert silent == []


@pytest.mark.parametrize("folder", contests_folders(), ids=lambda path: path.name)
def test_every_repository_of_a_collection_is_named(folder) -> None:
    with (folder / INDEX_FILE).open(encoding="utf-8", newline="") as file:
        texts = [line.get(column) or "" for line in csv.DictReader(file) for column in SOURCES]
    named = {name for text in texts for name in re.findall(r"[\w.-]+/([\w.-]+):", text)}
    # A pair of repositories is written as one and the end of the other.
    missing = {name for name in named if name not in README and name[-6:] not in README}
    assert not missing
