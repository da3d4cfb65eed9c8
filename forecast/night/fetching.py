"""Returns by a command of the user's: the program itself fetches nothing."""

import shlex
import subprocess
from pathlib import Path

from forecast.errors import InputError
from forecast.files import write_atomically

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
