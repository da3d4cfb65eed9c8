"""Every benchmark, each in a process of its own, as one JSON object.

    python -m benchmarks [--toy] [CASE ...]

`--toy` runs each case once at a size that proves nothing but that it runs.
"""

import argparse
import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.measure import ONE_THREAD, in_fresh_process, print_json

# Case to what it may use: one thread of the libraries' own, or what they like.
CASES: dict[str, dict[str, str]] = {
    "core": ONE_THREAD,
    "growth": {},
    "instead": ONE_THREAD,
    "variance": ONE_THREAD,
    "night": {},
    "command": {},
    "transfers": {},
    "fit": {},
    "imports": {},
    "large_races": ONE_THREAD,
}
PACKAGES = ("numpy", "scipy", "pymc", "nutpie", "arviz")


def run(cases: list[str], *, toy: bool) -> dict[str, Any]:
    """Run cases one after another."""
    arguments = ["--toy"] if toy else []
    return {
        "machine": {
            "processor": _processor(),
            "cores": os.cpu_count(),
            "system": f"{platform.system()} {platform.machine()}",
            "python": platform.python_version(),
            **{name: version(name) for name in PACKAGES},
        },
        **{case: in_fresh_process(case, arguments, **CASES[case]) for case in cases},
    }


def _processor() -> str:
    """Name of the processor, as far as the system tells."""
    listed = Path("/proc/cpuinfo")
    lines = listed.read_text(encoding="utf-8").splitlines() if listed.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def main() -> None:
    """Read the arguments, print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="*", metavar="CASE", help=", ".join(CASES))
    parser.add_argument("--toy", action="store_true", help="each case once at toy size")
    given = parser.parse_args()
    if unknown := set(given.cases) - set(CASES):
        parser.error(f"no case {', '.join(sorted(unknown))}; there are {', '.join(CASES)}")
    print_json(run(given.cases or list(CASES), toy=given.toy))


if __name__ == "__main__":
    main()
