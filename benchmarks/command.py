"""The command beside an interpreter that imports NumPy: warm, cold, and its help.

    python -m benchmarks.command [--toy]

`warm` is a second `forecast simulate --json` whose fit is in the cache, `cold` a first one with
nothing in any cache. Turn by turn with `python -c "import numpy"`, each the best of several.
Prints one JSON object; `--toy` leaves the cold one out and runs each once.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.measure import best_in_turns, print_run

ROUNDS = 9


def run(toy: bool) -> dict[str, Any]:
    """Measure every command in processes of their own; see the module."""
    program = [str(Path(sys.executable).with_name("forecast"))]
    with tempfile.TemporaryDirectory() as caches:
        environment = {
            **os.environ,
            "XDG_CACHE_HOME": caches,
            "PYTENSOR_FLAGS": f"base_compiledir={caches}/pytensor",
            "NUMBA_CACHE_DIR": f"{caches}/numba",
        }

        def seconds(*command: str) -> float:
            started = time.perf_counter()
            subprocess.run(command, env=environment, capture_output=True, check=True)
            return time.perf_counter() - started

        commands = {
            "numpy": [sys.executable, "-c", "import numpy"],
            "python": [sys.executable, "-c", ""],
            "help": [*program, "--help"],
            "warm": [*program, "simulate", "--json"],
        }
        cold = seconds(*commands["warm"])
        found = best_in_turns(
            {name: lambda command=command: seconds(*command) for name, command in commands.items()},
            1 if toy else ROUNDS,
        )
    return {
        "seconds": {"cold": cold, **found},
        "warm_over_numpy": found["warm"] / found["numpy"],
        "help_over_numpy": found["help"] / found["numpy"],
    }


if __name__ == "__main__":
    print_run(run, __doc__)
