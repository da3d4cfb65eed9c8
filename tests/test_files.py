"""Files are written atomically: whatever goes wrong, a reader finds the old one or the new one."""

import errno
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from forecast.errors import ForecastError
from forecast.files import STALE_AFTER, cache_root, part_of, temporary_folder, write_atomically

OLD, NEW = "old\n", "new " * 5000


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A file that is there already, alone in its folder."""
    path = tmp_path / "scores.json"
    path.write_text(OLD)
    return path


@contextmanager
def full_disk(room: int) -> Iterator[None]:
    """No file can grow beyond `room` bytes, by the limit of the system."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def killed_while_writing(path: Path) -> None:
    """Write half of a file in another process, which is then killed without a chance to tidy."""
    program = f"""
import os, signal
from pathlib import Path
from forecast.files import write_atomically

def half(part):
    part.write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)

write_atomically(Path({str(path)!r}), half)
"""
    done = subprocess.run([sys.executable, "-c", program], check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL


@pytest.mark.parametrize("content", [NEW, NEW.encode(), lambda part: part.write_text(NEW)])
def test_new_content_takes_the_place_of_the_old(content: object, old: Path) -> None:
    write_atomically(old, content)  # type: ignore[arg-type]  # one of the three that it takes
    assert old.read_text() == NEW
    assert list(old.parent.iterdir()) == [old]


def test_folders_that_lack_are_made_and_line_ends_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "er" / "a.csv"
    write_atomically(path, "é\r\nb\n")
    assert path.read_bytes() == b"\xc3\xa9\r\nb\n"


def test_a_full_disk_leaves_the_old_file_and_no_part(old: Path) -> None:
    with full_disk(1000), pytest.raises(ForecastError, match=r"could not write .*scores\.json: "):
        write_atomically(old, NEW)
    assert old.read_text() == OLD
    assert list(old.parent.iterdir()) == [old]


def test_a_disk_that_is_full_when_flushed_leaves_the_old_file(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some file systems find room only when the data reach them, long after the write."""

    def no_space(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(ForecastError, match="No space left on device; buy another disk"):
        write_atomically(old, NEW, "buy another disk")
    assert old.read_text() == OLD
    assert list(old.parent.iterdir()) == [old]


def test_an_interrupt_leaves_the_old_file_and_no_part(old: Path) -> None:
    def interrupted(part: Path) -> None:
        part.write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_atomically(old, interrupted)
    assert old.read_text() == OLD
    assert list(old.parent.iterdir()) == [old]


def test_what_a_killed_process_left_is_swept_once_it_is_stale(old: Path) -> None:
    killed_while_writing(old)
    assert old.read_text() == OLD
    (left,) = old.parent.glob(".*.part")
    write_atomically(old.with_name("other"), NEW)
    assert left.exists(), "it may still be written"
    long_ago = time.time() - STALE_AFTER - 1
    os.utime(left, (long_ago, long_ago))
    write_atomically(old.with_name("other"), NEW)
    assert sorted(path.name for path in old.parent.iterdir()) == ["other", "scores.json"]


def test_nothing_but_parts_is_ever_swept(tmp_path: Path) -> None:
    long_ago = time.time() - STALE_AFTER - 1
    for name in (".hidden", ".mine.part", "a.0123456789abcdef.part", ".film.2017.part"):
        (tmp_path / name).write_text("")
        os.utime(tmp_path / name, (long_ago, long_ago))
    write_atomically(tmp_path / "new", NEW)
    assert len(list(tmp_path.iterdir())) == 5


def test_a_folder_is_a_part_until_it_takes_its_place(tmp_path: Path) -> None:
    with part_of(tmp_path / "fit") as part:
        part.mkdir()
        (part / "arrays").write_text("half")
    assert list(tmp_path.iterdir()) == []
    with part_of(tmp_path / "fit") as part:
        part.mkdir()
        part.replace(tmp_path / "fit")
    assert list(tmp_path.iterdir()) == [tmp_path / "fit"]


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o027, 0o640), (0o077, 0o600)])
def test_the_umask_rules_who_may_read_a_new_file(umask: int, mode: int, tmp_path: Path) -> None:
    before = os.umask(umask)
    try:
        write_atomically(tmp_path / "new", NEW)
    finally:
        os.umask(before)
    assert (tmp_path / "new").stat().st_mode & 0o777 == mode


def test_a_private_file_stays_private(old: Path) -> None:
    old.chmod(0o600)
    write_atomically(old, NEW)
    assert old.stat().st_mode & 0o777 == 0o600


def test_a_link_stays_and_its_file_changes(old: Path) -> None:
    link = old.with_name("link")
    link.symlink_to(old)
    write_atomically(link, NEW)
    assert link.is_symlink()
    assert old.read_text() == NEW


def test_a_device_is_written_to_and_never_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_atomically(pipe, OLD)
        assert os.read(reader, 100) == OLD.encode()
    finally:
        os.close(reader)
    assert pipe.is_fifo()


def test_a_folder_in_the_way_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ForecastError, match="Is a directory"):
        write_atomically(tmp_path, NEW)


def test_the_cache_is_where_the_variable_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORECAST_CACHE", str(tmp_path))
    assert cache_root() == tmp_path
    monkeypatch.setenv("FORECAST_CACHE", "")
    assert cache_root().name == "runoff-forecast"


@pytest.mark.parametrize("moment", ["mkdir", "rmtree"])
def test_an_interrupt_while_a_temporary_folder_comes_or_goes_leaves_nothing(
    moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner: type[Path] | ModuleType = Path if moment == "mkdir" else shutil
    real, presses = getattr(owner, moment), iter([True])

    def pressed(path: Path, **options: Any) -> None:
        if moment == "mkdir":
            real(path, **options)
        if next(presses, False):
            raise KeyboardInterrupt
        if moment == "rmtree":
            real(path, **options)

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(owner, moment, pressed)
    with pytest.raises(KeyboardInterrupt), temporary_folder():
        pass
    assert not list(tmp_path.iterdir())
