"""Where files are: those that ship, the user's cache; and how every file is written."""

import os
import secrets
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import platformdirs

from forecast.errors import ForecastError

CACHE_VARIABLE = "FORECAST_CACHE"
# Nothing here takes an hour to write: what a killed process left is older, what another one is
# writing now is younger.
STALE_AFTER = 3600.0
TEMPORARY, TEMPORARY_AFTER = "runoff-forecast-", 86_400.0
FREE_SPACE = "free some space or choose another place"

# What this process is making now, and removes at whatever end it comes to.
_unfinished: set[Path] = set()


@cache
def shipped_folder(name: str) -> Path:
    """Folder "data" or "models", from an installed wheel or from a checkout."""
    package = Path(__file__).parent
    installed = package / "shipped" / name
    return installed if installed.is_dir() else package.parent / name


def cache_root() -> Path:
    """The user's cache folder, or what the variable FORECAST_CACHE names."""
    named = os.environ.get(CACHE_VARIABLE)
    return Path(named) if named else Path(platformdirs.user_cache_dir("runoff-forecast"))


def write_atomically(
    path: Path, content: str | bytes | Callable[[Path], object], remedy: str = FREE_SPACE
) -> None:
    """Write a file so that it holds all of the new content or, after any failure, the old.

    Parameters
    ----------
    path
        The file; folders that it lacks are made. What is no regular file, such as /dev/stdout,
        is written to directly.
    content
        Text, written as UTF-8; bytes; or a function that writes the file it is given.
    remedy
        Ends the message of the error: what the user can do.

    Raises
    ------
    ForecastError
        When the disk is full, or the folder can't be written.
    """
    # Through a link to the file itself, as any other program would write it.
    target = Path(os.path.realpath(path))
    try:
        if target.exists() and not target.is_file():
            _write(target, content)
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        with part_of(target) as part:
            # Made as any new file is, so that the umask rules who may read it.
            part.touch(exist_ok=False)
            if target.exists():
                part.chmod(target.stat().st_mode | stat.S_IWUSR)
            _write(part, content)
            _flush(part)
            part.replace(target)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ForecastError(f"could not write {path}: {reason}; {remedy}") from error


def require_writable(path: Path) -> None:
    """Refuse a place that could not be written, before the work that would be lost.

    Nothing is made. A disk that is full shows itself only when it is written to.

    Raises
    ------
    ForecastError
        When the path is a folder, or its folder is none or can't be written.
    """
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise ForecastError(f"{path} is a folder; name a file in it")
    if target.exists() and not target.is_file():
        return
    above = next(folder for folder in target.parents if folder.exists())
    if not above.is_dir():
        raise ForecastError(f"could not write {path}: {above} is no folder; choose another place")
    if not os.access(above, os.W_OK | os.X_OK):
        raise ForecastError(f"could not write {path}: no permission in {above}; {FREE_SPACE}")


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder for a while, of this user alone; those of killed processes are removed.

    Raises
    ------
    ForecastError
        When the system's temporary folder can't be written.
    """
    root = Path(tempfile.gettempdir())
    for left in root.glob(f"{TEMPORARY}*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > TEMPORARY_AFTER:
                remove(left)
    # Named before it is made, so that an interrupt at any moment finds what to remove.
    folder = root / f"{TEMPORARY}{secrets.token_hex(8)}"
    _unfinished.add(folder)
    try:
        try:
            folder.mkdir(mode=0o700)
        except OSError as error:
            raise ForecastError(
                f"could not write {root}: {error.strerror}; {FREE_SPACE}"
            ) from error
        yield folder
    finally:
        remove(folder)
        _unfinished.discard(folder)


@contextmanager
def one_at_a_time(path: Path, waiting: Callable[[], object]) -> Iterator[None]:
    """Let one process at a time do what is within; others wait, and `waiting` says so.

    Where the system or the file system knows no locks, nobody waits.
    """
    try:
        import fcntl  # noqa: PLC0415  (not on every system)

        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a")
    except (ImportError, OSError):
        yield
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(file, fcntl.LOCK_EX)
        except OSError:
            pass
        # Closing the file ends the lock, as the end of the process does.
        yield


@contextmanager
def part_of(path: Path) -> Iterator[Path]:
    """Name beside a file or folder to make it under, removed at the end if it is still there.

    Parts that killed processes left in the same folder more than `STALE_AFTER` seconds ago are
    removed on the way.
    """
    _sweep(path.parent)
    part = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    _unfinished.add(part)
    try:
        yield part
    finally:  # Ctrl-C too must leave nothing behind
        remove(part)
        _unfinished.discard(part)


def remove_unfinished() -> None:
    """Remove what this process has not finished, for an end that no `finally` will see."""
    for path in tuple(_unfinished):
        # Twice: another thread may have made a file in a folder while it was emptied.
        remove(path)
        remove(path)


def remove(path: Path) -> None:
    """Remove a folder with all in it, a file or a link, as far as that can be done.

    Ctrl-C in the middle ends the program after what was begun, once.
    """
    try:
        _remove(path)
    except KeyboardInterrupt:
        _remove(path)
        raise


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _write(path: Path, content: str | bytes | Callable[[Path], object]) -> None:
    if isinstance(content, str):
        path.write_bytes(content.encode())
    elif isinstance(content, bytes):
        path.write_bytes(content)
    else:
        content(path)


def _flush(path: Path) -> None:
    """Wait until a file is on the disk: a rename may get there before what it renames."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _sweep(folder: Path) -> None:
    """Remove the parts that killed processes have left."""
    for part in folder.glob(".*.part"):
        token = part.name.split(".")[-2]
        try:
            old = time.time() - part.stat().st_mtime > STALE_AFTER
        except OSError:  # its process has just put it in place
            continue
        if old and len(token) == 16:
            remove(part)
