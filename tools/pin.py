"""Write the tested versions into pyproject.toml, as constraints of every installation.

uv run python tools/pin.py              pin what is resolved now
uv run python tools/pin.py --upgrade    first take the newest versions that fit together
"""

import os
import re
import subprocess
import sys
from pathlib import Path

PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"
LIST = re.compile(r"^constraint-dependencies = \[\n(?:  .*\n)*\]\n", re.MULTILINE)


def main() -> None:
    """Rewrite the list, and put the old one back where uv finds no solution."""
    before = PYPROJECT.read_text(encoding="utf-8")
    try:
        if "--upgrade" in sys.argv[1:]:
            # The old pins would hold the upgrade back.
            write(before, [])
            uv("lock", "--upgrade")
        pins = resolved()
        write(before, pins)
        uv("lock")
    except BaseException:
        PYPROJECT.write_text(before, encoding="utf-8")
        raise
    sys.stdout.write(f"{len(pins)} versions pinned; `uv sync` installs them\n")


def resolved() -> list[str]:
    """Name, version and platform of every package, direct or not, for use or development."""
    options = ("--no-hashes", "--no-annotate", "--no-header", "--no-emit-project")
    listed = uv("export", "--all-groups", "--all-extras", *options).splitlines()
    return sorted(line.strip() for line in listed if "==" in line)


def write(text: str, pins: list[str]) -> None:
    """Put the pins in the place of the list that is there."""
    lines = "".join(f'  "{pin}",\n' for pin in pins)
    changed, count = LIST.subn(lambda _: f"constraint-dependencies = [\n{lines}]\n", text)
    if count != 1:
        raise SystemExit("pyproject.toml: no list constraint-dependencies under [tool.uv]")
    PYPROJECT.write_text(changed, encoding="utf-8")


def uv(*arguments: str) -> str:
    """Run uv, the one that runs this program where there is one."""
    command = [os.environ.get("UV", "uv"), *arguments]
    done = subprocess.run(
        command, cwd=PYPROJECT.parent, stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout


if __name__ == "__main__":
    main()
