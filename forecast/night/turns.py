"""One process at a time works on a night: it reads the state, takes what is new, and writes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from forecast.files import one_at_a_time
from forecast.night.session import NightSession
from forecast.night.state import STATE_FILE, NightState

LOCK_FILE = ".lock"

_Mark = tuple[int, int, int] | None


@dataclass(eq=False)
class Turns:
    """Turns of a session at its night, which other processes may work on as well.

    Attributes
    ----------
    session
        The session; in each turn it has the night as it is on the disk.
    """

    session: NightSession
    _left: _Mark = None

    @contextmanager
    def turn(self) -> Iterator[bool]:
        """Wait until no other process works on the night, and keep others out of it.

        Gives whether the night is another than this process left it.

        Raises
        ------
        InputError
            When the state is damaged.
        """
        session = self.session
        folder, race = session.state.folder, session.state.race

        def waiting() -> None:
            session.say_once(f"another process is working on {folder}: waiting until it is done")

        with one_at_a_time(folder / LOCK_FILE, waiting):
            now = _mark_of(folder / STATE_FILE)
            # A state that was removed is written anew, by what this process has of it.
            changed = now is not None and now != self._left
            if changed:
                session.state = NightState.read(folder, race)
            try:
                yield changed
            finally:
                self._left = _mark_of(folder / STATE_FILE)


def _mark_of(path: Path) -> _Mark:
    """What differs after a file was written anew, None where there is none."""
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_ino, about.st_mtime_ns, about.st_size
