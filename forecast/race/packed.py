"""Packed files, unpacked as they are read and never beyond what an election can be.

A gzip or zip of some kilobytes can hold gigabytes. Returns shrink to a tenth or a thirtieth; what
shrinks to less than a three-hundredth is not unpacked further.
"""

import gzip
import io
import zipfile
from pathlib import Path
from typing import IO, BinaryIO, cast

from forecast.errors import InputError

MAX_RATIO = 300
# Below this size nothing can harm, and short tables of zeros shrink without end.
FREE = 1 << 24
MAX_BYTES = 1 << 32


class _Bounded(io.RawIOBase):
    """An unpacked stream that ends in an error where it grows out of proportion."""

    def __init__(self, stream: IO[bytes], name: str, packed_size: int) -> None:
        self._stream = stream
        self._name = name
        self._most = min(max(FREE, MAX_RATIO * packed_size), MAX_BYTES)
        self._done = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]  # any writable buffer
        block = self._stream.read(len(view))
        view[: len(block)] = block
        self._done += len(block)
        if self._done > self._most:
            raise InputError(
                f"{self._name} unpacks to more than {self._most >> 20:,} MB, more than "
                f"{MAX_RATIO} times its size or more than any election takes; unpack it and look "
                "at it"
            )
        return len(block)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()


def bounded(stream: IO[bytes], name: str, packed_size: int) -> BinaryIO:
    """An unpacked stream that raises InputError beyond `MAX_RATIO` times its packed size."""
    return cast(BinaryIO, io.BufferedReader(_Bounded(stream, name, packed_size), 1 << 17))


def open_gzip(path: Path) -> BinaryIO:
    """Open the bytes that a gzip holds, as far as they are in proportion to the file."""
    return bounded(cast(BinaryIO, gzip.open(path)), path.name, path.stat().st_size)


def require_in_proportion(path: Path) -> None:
    """Refuse a zip, as a workbook is one, whose members would unpack out of proportion.

    Raises
    ------
    InputError
        When one of them would.
    """
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            if entry.file_size > max(FREE, MAX_RATIO * entry.compress_size):
                raise InputError(
                    f"{path.name} unpacks to {entry.file_size >> 20:,} MB, more than {MAX_RATIO} "
                    "times its size; unpack it and look at it"
                )
