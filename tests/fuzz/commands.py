"""Commands of damaged files and damaged words: each ends soon, in an answer or in one error.

A command runs in a fork, as in tests/faults, so that hundreds take minutes.
"""

import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from forecast.errors import ForecastError, InputError
from tests.faults.jobs import FEW, NEW_RACE, RACE, lay_out
from tests.faults.runner import Ended, Place, copied, run_command
from tests.fuzz.inputs import PRIORS, SCENARIOS
from tests.fuzz.mutants import SLOW, mutated

SUCCESS = 0
ENDS = {SUCCESS, ForecastError.exit_code, InputError.exit_code}
# What moves a terminal's cursor or turns its text round.
UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
FIRST_ROUND = ("small/first_round.csv", "small/race.yaml", "small/baseline_2016.csv")
FORECAST = (*FIRST_ROUND, "small/polls.csv", "small/priors.yaml")
COUNTED = (*FORECAST, "small/runoff.csv")


@dataclass(frozen=True)
class Command:
    """A command, and the files in the folder of what is given that it reads."""

    words: tuple[str, ...]
    files: tuple[str, ...] = ()


COMMANDS = (
    Command(("simulate", RACE, *FEW), FORECAST),
    Command(("simulate", RACE, *FEW, "--json", "--no-polls"), FORECAST),
    Command(("simulate", RACE, *FEW, "--priors", "../given/mine.yaml"), ("mine.yaml",)),
    Command(("simulate", RACE, *FEW, "--set", "runoff.loyalty.low=0.9", "--as-of", "2020-04-01")),
    Command(("report", RACE, *FEW, "--out", "page.html"), (*COUNTED, "small/units.geojson")),
    Command(("plot", "map", RACE, *FEW, "--out", "map.png"), ("small/units.geojson",)),
    Command(("plot", "margin", RACE, *FEW, "--out", "margin.svg"), FORECAST),
    Command(("scenarios", RACE, *FEW, "--file", "../given/mine_too.yaml"), ("mine_too.yaml",)),
    Command(("score", RACE, *FEW), COUNTED),
    Command(("flows", RACE, *FEW, "--out", "flows"), COUNTED),
    Command(
        ("night", RACE, "--returns", "../given/new_night.csv", *FEW),
        (*FORECAST, "new_night.csv"),
    ),
    Command(("priors", "show", RACE), FORECAST),
    Command(("priors", "check", RACE), FORECAST),
    Command(("data", "check", RACE), (*COUNTED, "small/units.geojson")),
    Command(("data", "show", RACE), COUNTED),
    Command(("data", "import", "../given/new.csv", "--into", "made", *NEW_RACE), ("new.csv",)),
    Command(
        (
            "data",
            "import",
            "../given/new.geojson",
            "--into",
            "../given/small",
            "--as",
            "map",
            "--force",
        ),
        ("new.geojson",),
    ),
    Command(
        (
            "data",
            "import",
            "../given/new_polls.csv",
            "--into",
            "../given/small",
            "--as",
            "polls",
            "--force",
        ),
        ("new_polls.csv",),
    ),
)


@dataclass
class CommandTally:
    """How so many commands ended, by exit code."""

    ended: Counter[int] = field(default_factory=Counter)
    slowest: float = 0.0
    wrong: list[str] = field(default_factory=list)


def laid_out(place: Place) -> None:
    """What the commands read, and a fit in the cache."""
    lay_out(place)
    for file, text in (("mine.yaml", PRIORS), ("mine_too.yaml", SCENARIOS)):
        (place.given / file).write_text(text, encoding="utf-8")
    run_command(COMMANDS[0].words, place)


def run_commands(tries: int, seed: int, within: float = SLOW) -> CommandTally:
    """Run so many commands, of each in turn a file and a word damaged by chance.

    Parameters
    ----------
    tries, seed
        How many, and of which chance.
    within
        Seconds in which each has to end.
    """
    tally = CommandTally()
    with tempfile.TemporaryDirectory() as name:
        sound = Place(Path(name) / "sound")
        lay_out(sound)
        laid_out(sound)
        for number in range(tries):
            command = COMMANDS[number % len(COMMANDS)]
            rng = np.random.default_rng([seed, number])
            trial = copied(sound, Path(name) / "trial")
            words = list(command.words)
            if command.files and rng.uniform() < 0.7:
                path = trial.given / str(rng.choice(command.files))
                path.write_bytes(mutated(path.read_bytes(), rng))
                damaged = f"{path.name}: {path.read_bytes()[:300]!r}"
            else:
                at = int(rng.integers(1, len(words)))
                # As much as the system lets stand among the words of a command.
                word = mutated(words[at].encode(), rng).replace(b"\x00", b"")
                words[at] = word.decode("utf-8", "surrogateescape")
                damaged = f"word {at}"
            ended = run_command(words, trial, limit=6 * within)
            tally.ended[ended.code] += 1
            tally.slowest = max(tally.slowest, ended.seconds)
            where = f"seed {seed}, command {number}: {words!r}; {damaged}"
            tally.wrong += [f"{where}: {fault}" for fault in _faults(ended, trial, within)]
    return tally


def _faults(ended: Ended, place: Place, within: float) -> Iterator[str]:
    if ended.code not in ENDS:
        yield ended.said
    if "Traceback" in ended.err + ended.out:
        yield f"a traceback: {ended.err[-1500:]}"
    if ended.code != SUCCESS and not (ended.err + ended.out).strip():
        yield "an error without a word"
    if unsafe := UNSAFE.search(ended.out + ended.err):
        yield f"it printed {unsafe.group()!r}"
    if ended.seconds > within:
        yield f"it took {ended.seconds:.1f} s"
    if place.parts():
        yield f"it left {place.parts()}"
