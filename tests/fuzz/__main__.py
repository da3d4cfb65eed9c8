"""Many mutants of every kind of input file: `python -m tests.fuzz [--tries N] [--seed N]`.

Prints how many were refused and taken, and every one that ended in anything but an error of the
library, took votes that the file does not have, or took more than ten seconds. With `--commands`
the same of whole commands, of files and words that are damaged.
"""

import argparse
import sys
import tempfile
import warnings
from pathlib import Path

from tests.faults.runner import load_all
from tests.fuzz.commands import ENDS, run_commands
from tests.fuzz.mutants import run

TRIES, COMMAND_TRIES = 5_000, 300


def main() -> None:
    """Read the arguments, run, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tries", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--commands", action="store_true", help="whole commands")
    given = parser.parse_args()
    sys.exit(_commands(given) if given.commands else _inputs(given))


def _commands(given: argparse.Namespace) -> bool:
    """Whether any command ended otherwise than it should."""
    # Forks of a process with threads: here none of them holds a lock.
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    load_all()
    tally = run_commands(given.tries or COMMAND_TRIES, given.seed)
    for text in tally.wrong:
        sys.stdout.write(f"{text}\n")
    codes = ", ".join(f"{tally.ended[code]} exit code {code}" for code in sorted(ENDS))
    sys.stdout.write(
        f"{tally.ended.total()} commands: {codes}; slowest {tally.slowest:.1f} s; "
        f"{len(tally.wrong)} faults\n"
    )
    return bool(tally.wrong)


def _inputs(given: argparse.Namespace) -> bool:
    """Whether any mutant was read otherwise than it should be."""
    with tempfile.TemporaryDirectory() as name:
        tally = run(Path(name), given.seed, given.tries or TRIES)
    for text in tally.wrong:
        sys.stdout.write(f"{text}\n")
    sys.stdout.write(
        f"{tally.tries:,} mutants of {len(tally.by_file)} kinds: {tally.refused:,} refused, "
        f"{tally.taken:,} taken, {len(tally.wrong):,} tracebacks or wrong, "
        f"{len(tally.slow):,} slower than ten seconds\n"
    )
    return bool(tally.wrong or tally.slow)


if __name__ == "__main__":
    main()
