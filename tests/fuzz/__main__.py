"""Many mutants of every kind of input file: `python -m tests.fuzz [--tries N] [--seed N]`.

Prints how many were refused and taken, and every one that ended in anything but an error of the
library, took votes that the file does not have, or took more than ten seconds.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.fuzz.mutants import run


def main() -> None:
    """Read the arguments, run, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tries", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        tally = run(Path(name), given.seed, given.tries)
    for text in tally.wrong:
        sys.stdout.write(f"{text}\n")
    sys.stdout.write(
        f"{tally.tries:,} mutants of {len(tally.by_file)} kinds: {tally.refused:,} refused, "
        f"{tally.taken:,} taken, {len(tally.wrong):,} tracebacks or wrong, "
        f"{len(tally.slow):,} slower than ten seconds\n"
    )
    sys.exit(bool(tally.wrong or tally.slow))


if __name__ == "__main__":
    main()
