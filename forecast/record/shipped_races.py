"""A race of the shipped record by its id, as a race folder; nothing of a runoff is looked at.

A contest has no folder of its own: its first round is written out as one, in the user's cache,
under a hash of the tables that it comes from, so that a corrected record is written out again.
Its runoff is not: a forecast has no use for it, and `forecast.record.finished_races` has it.
"""

import csv
import hashlib
import io
from collections.abc import Sequence
from functools import cache
from math import isfinite
from pathlib import Path

import yaml

from forecast.files import cache_root, shipped_folder, write_atomically
from forecast.race.contest import Race, Returns
from forecast.race.folder import FIRST_ROUND
from forecast.race.race_yaml import RACE_FILE, SITUATION
from forecast.record.contests import (
    BASELINES_FILE,
    INDEX_FILE,
    ROUNDS_FILE,
    read_contests,
    read_index,
)

# Raise it when something else is written of a race: what older versions wrote is left alone.
FOLDER_VERSION = 2


def record_folder() -> Path:
    """Where the record that ships is."""
    return shipped_folder("data") / "record"


@cache
def record_ids() -> tuple[str, ...]:
    """Ids of all races of the record: those with a folder, then the contests."""
    folders = sorted(path.parent.name for path in record_folder().glob(f"races/*/{RACE_FILE}"))
    contests = [race for folder in contests_folders() for race in read_index(folder)]
    return (*folders, *contests)


def contests_folders() -> tuple[Path, ...]:
    """The contests folders of the record."""
    return tuple(sorted(path.parent for path in record_folder().glob(f"*/{INDEX_FILE}")))


def find_record_race(race_id: str) -> Path | None:
    """Race folder of a race of the record, None where there is no such race."""
    folder = record_folder() / "races" / race_id
    if race_id and folder.name == race_id and (folder / RACE_FILE).is_file():
        return folder
    for contests in contests_folders():
        if race_id in read_index(contests):
            target = cache_root() / "races" / contests.name / tables_digest(contests) / race_id
            if not (target / RACE_FILE).is_file():
                write_race(read_contests(contests).race(race_id), target)
            return target
    return None


def tables_digest(contests: Path) -> str:
    """Hash of the tables of a contests folder and of the version of what is written of them.

    The whole files, which takes a few milliseconds: to read the contest's own rows first takes
    longer than all else that a forecast from the cache does.
    """
    total = hashlib.sha256(f"{FOLDER_VERSION}".encode())
    for name in (INDEX_FILE, ROUNDS_FILE, BASELINES_FILE):
        if (contests / name).is_file():
            total.update(hashlib.sha256((contests / name).read_bytes()).digest())
    return total.hexdigest()[:20]


def write_race(race: Race, folder: Path) -> None:
    """Write the first round and the earlier elections of a race as a race folder."""
    write_atomically(folder / f"{FIRST_ROUND}.csv", _returns_text(race.first_round))
    for number, baseline in enumerate(race.baselines, start=1):
        text = _returns_text(baseline.returns, baseline.present.tolist())
        write_atomically(folder / f"baseline_{number}.csv", text)
    # Last, because a folder with a race.yaml counts as whole.
    write_atomically(folder / RACE_FILE, _race_yaml(race))


def _returns_text(returns: Returns, present: Sequence[bool] | None = None) -> str:
    """Returns as a table; units without a row are left out."""
    table = io.StringIO(newline="")
    writer = csv.writer(table, lineterminator="\n")
    header = ("unit_id", "county", "unit_name", "registered", "candidate", "party", "votes")
    writer.writerow(header)
    there = present or [True] * returns.n_units
    rows = zip(
        returns.unit_ids,
        returns.counties,
        returns.unit_names,
        returns.registered.tolist(),
        returns.counts,
        there,
        strict=True,
    )
    for unit, county, name, registered, votes, has_row in rows:
        if has_row:
            known = f"{registered:.0f}" if isfinite(registered) else ""
            for candidate, party, count in zip(
                returns.candidates, returns.parties, votes.tolist(), strict=True
            ):
                writer.writerow((unit, county, name, known, candidate, party, count))
    return table.getvalue()


def _race_yaml(race: Race) -> str:
    contest = race.contest
    document = {
        "id": contest.id,
        "title": contest.title,
        "office": contest.office,
        "place": contest.place,
        "unit_kind": contest.unit_kind,
        "first_round": contest.first_round,
        "runoff": contest.runoff,
        "finalists": list(contest.finalists),
        "blocs": {bloc: list(parties) for bloc, parties in contest.blocs.items()},
        **{key: word for key in SITUATION if (word := getattr(contest, key))},
        "baselines": [
            {"file": f"baseline_{number}.csv", "election": past.election, "date": past.held}
            for number, past in enumerate(race.baselines, start=1)
        ],
        "sources": list(contest.sources),
    }
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True)
