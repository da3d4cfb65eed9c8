"""A race as a race folder, as a user would write it."""

import csv
from pathlib import Path

import numpy as np
import yaml

from forecast.race.contest import Race, Returns

COLUMNS = ("unit_id", "county", "unit_name", "registered", "ballots", "candidate", "party", "votes")


def write_folder(race: Race, folder: Path) -> Path:
    """Write race.yaml, the first round, and the baselines without units that they lack."""
    folder.mkdir()
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
        "baselines": [
            {"file": _baseline_file(number), "election": one.election, "date": one.held}
            for number, one in enumerate(race.baselines)
        ],
    }
    (folder / "race.yaml").write_text(yaml.safe_dump(document), encoding="utf-8")
    everywhere = np.ones(race.first_round.n_units, dtype=bool)
    _write_returns(race.first_round, everywhere, folder / "first_round.csv")
    for number, baseline in enumerate(race.baselines):
        _write_returns(baseline.returns, baseline.present, folder / _baseline_file(number))
    return folder


def _baseline_file(number: int) -> str:
    return f"baseline_{number}.csv"


def _write_returns(returns: Returns, present: np.ndarray, path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for unit in np.flatnonzero(present):
            registered, ballots = (
                "" if np.isnan(values[unit]) else int(values[unit])
                for values in (returns.registered, returns.ballots)
            )
            unit_columns = (
                returns.unit_ids[unit],
                returns.counties[unit],
                returns.unit_names[unit],
                registered,
                ballots,
            )
            for name, party, votes in zip(
                returns.candidates, returns.parties, returns.counts[unit], strict=True
            ):
                writer.writerow((*unit_columns, name, party, int(votes)))
