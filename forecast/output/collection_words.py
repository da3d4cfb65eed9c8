"""Where the races of the record's collections come from, as data/record/README.md has it."""

import csv

from forecast.files import shipped_folder
from forecast.record.contests import INDEX_FILE

LOUISIANA = "louisiana_contests"
# The other collections, whose index names the file of each round.
WITH_FILES = ("california_washington", "southern", "international")


def collection_words(name: str, race_id: str) -> tuple[str, ...]:
    """Sources of a race by the name of its collection; empty where that is none of the record.

    Parameters
    ----------
    name
        What the race calls its source.
    race_id
        Id of the race in the collection.
    """
    if name == LOUISIANA:
        return (
            "Louisiana's Secretary of State by openelections/openelections-sources-la, revision "
            "fbda9d0 (which of its files is not recorded), license: AGPL-3.0 of the repository, "
            "none is stated for the collection",
        )
    if name not in WITH_FILES:
        return ()
    license_ = "no license stated for the collection"
    rounds = (("source_file1", "first round"), ("source_file2", "runoff"))
    path = shipped_folder("data") / "record" / name / INDEX_FILE
    with path.open(encoding="utf-8-sig", newline="") as file:
        for line in csv.DictReader(file):
            if line["race_id"] == race_id:
                return tuple(f"{said}: {line[key]}, {license_}" for key, said in rounds)
    return ()
