"""Where snapshots come from: a folder, or a command of the user's. The program fetches nothing."""

import shlex
import subprocess
from pathlib import Path

from forecast.errors import InputError
from forecast.files import write_atomically
from forecast.night.snapshot_order import in_order, natural_key

SECONDS = 120.0
_ENDINGS = ((b"PK\x03\x04", ".zip"), (b"\x1f\x8b", ".csv.gz"), (b"<", ".xml"), (b"{", ".json"))


def fetch(command: str, folder: Path, seconds: float = SECONDS) -> Path:
    """Run a command and keep what it prints as a file.

    Parameters
    ----------
    command
        The command with its arguments, run without a shell.
    folder
        Where the file goes.
    seconds
        How long it may take.

    Raises
    ------
    InputError
        When it cannot be run, fails, takes too long, or prints nothing.
    """
    try:
        words = shlex.split(command)
        done = subprocess.run(words, capture_output=True, check=False, timeout=seconds)
    except (OSError, ValueError) as error:
        raise InputError(f"--returns-command {command!r} could not be run: {error}") from error
    except subprocess.TimeoutExpired as error:
        raise InputError(
            f"--returns-command {command!r} took more than {seconds:g} seconds and was stopped"
        ) from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise InputError(
            f"--returns-command {command!r} failed with code {done.returncode}"
            + (f": {said[-1]}" if said else "")
        )
    if not done.stdout.strip():
        raise InputError(f"--returns-command {command!r} printed nothing")
    start = done.stdout.removeprefix(b"\xef\xbb\xbf").lstrip()
    ending = next((end for mark, end in _ENDINGS if start.startswith(mark)), ".csv")
    path = folder / f"returns{ending}"
    write_atomically(path, done.stdout)
    return path


def snapshot_files(folder: Path) -> list[tuple[Path, ...]]:
    """Snapshots of a folder by the time in them, else by name; a folder in it is one snapshot.

    Raises
    ------
    InputError
        When it holds none.
    """
    inside = folder / "snapshots" if (folder / "snapshots").is_dir() else folder
    found: list[tuple[Path, ...]] = []
    together: dict[str, list[Path]] = {}
    for path in _shown(inside):
        if path.is_dir():
            found.append(tuple(inner for inner in _shown(path) if inner.is_file()))
        elif inside != folder:  # a night's own: files of one snapshot share their number
            together.setdefault("-".join(path.name.split("-")[:2]), []).append(path)
        else:
            found.append((path,))
    found.extend(tuple(paths) for paths in together.values())
    found = [paths for paths in found if paths]
    if not found:
        raise InputError(f"{folder} holds no snapshot: no file of returns is in it")
    # A night's own were taken in the order of their numbers.
    return found if inside != folder else in_order(found)


def _shown(folder: Path) -> list[Path]:
    """What a folder holds, by name, without hidden files."""
    shown = (path for path in folder.iterdir() if not path.name.startswith("."))
    return sorted(shown, key=natural_key)
