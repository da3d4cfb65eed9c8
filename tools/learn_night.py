"""Learn what finished races say of nights, and write models/night.yaml.

    python -m tools.learn_night RACES_FOLDER

RACES_FOLDER holds race folders with both rounds in the same units. For every date of a learned
file in models/learned, and from the races before it only, the document has the scales of
`forecast.night.learned.NightScales`; `forecast.score.night_learning` says how they are made.
"""

import argparse
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import yaml

from forecast.defaults import DEFAULT_SEED, PriorChoice
from forecast.files import shipped_folder, write_atomically
from forecast.first_round.gaussian_approximation import quick_posterior
from forecast.learn.race_priors import resolve_race
from forecast.night.learned import NIGHT_DOCUMENT
from forecast.night.prior_levels import units_apart
from forecast.night.simulated_race import night_race
from forecast.race.folder import align
from forecast.record.finished_races import RecordRace, read_folders
from forecast.score.night_learning import learn_scales
from forecast.score.night_lesson import WIDE, NightLesson, lesson

HEADER = """\
# What finished races say of election nights, by the day before which they were counted; written by
# tools/learn_night.py. What each value means: forecast/night/learned.py and docs/night-method.md.
"""


def lessons(folder: Path) -> Iterator[NightLesson]:
    """What every race folder says."""
    for finished in read_folders(folder):
        sys.stderr.write(f"{finished.id}\n")
        yield lesson_of(finished)


def lesson_of(finished: RecordRace) -> NightLesson:
    """What one race says, by the forecast that does not know its result."""
    assert finished.folder is not None, "it came from a folder"
    resolved = resolve_race(finished.race, finished.folder, PriorChoice())
    prepared = resolved.prepared
    posterior = quick_posterior(prepared.units, DEFAULT_SEED)
    wide = night_race(prepared, posterior, resolved.priors, WIDE, DEFAULT_SEED)
    returns = finished.result.returns
    inside, _ = align(returns, finished.race.first_round)
    columns = [returns.candidate_index(name) for name in finished.race.contest.finalists]
    day = finished.race.contest.runoff
    apart = units_apart(finished.race)
    return lesson(finished.id, day, wide, inside.votes[:, columns], inside.modes, apart)


def dates() -> list[date]:
    """Days before which something was learned."""
    files = sorted((shipped_folder("models") / "learned").glob("before-*.npz"))
    return [date.fromisoformat(path.stem.removeprefix("before-")) for path in files]


def write_document(found: list[NightLesson], path: Path) -> None:
    """Write the scales of every date."""
    learned = [{"before": day, **learn_scales(found, day).document()} for day in dates()]
    text = yaml.safe_dump({"learned": learned}, sort_keys=False, default_flow_style=None, width=98)
    write_atomically(path, HEADER + text)


def main() -> None:
    """Read the arguments and write the document."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("races", type=Path)
    parser.add_argument("--out", type=Path, default=shipped_folder("models") / NIGHT_DOCUMENT)
    given = parser.parse_args()
    write_document(list(lessons(given.races)), given.out)


if __name__ == "__main__":
    main()
