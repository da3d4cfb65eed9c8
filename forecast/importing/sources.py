"""A published file as it lies on the disk: packed or not, in whatever encoding.

A zip with one results file in it is that file, as is a gzip. Text is UTF-8, or has a mark at
its start that says otherwise, or its letters say in which older encoding it is; that is said in a
note with some of its words, since any bytes can be read in several.
"""

import codecs
import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from forecast.errors import InputError
from forecast.importing.charsets import (
    NAMED,
    Charset,
    charsets_of,
    examples,
    surest,
    words_beyond_ascii,
)
from forecast.race.coded_columns import undecodable_at
from forecast.race.packed import bounded, open_gzip

# Names of files in a zip that are no results: what systems and editors leave there.
_LITTER = ("__MACOSX/", ".DS_Store", "Thumbs.db")
_HEAD = 1 << 16
# Encodings that are named where none is sure.
MAX_ENCODINGS = 3
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


@dataclass(frozen=True)
class Source:
    """One file to read, unpacked.

    Attributes
    ----------
    path
        The file on the disk.
    name
        Name for messages and for the ending: of the member where the file is a zip.
    opened
        Opens the bytes, as often as they are needed.
    """

    path: Path
    name: str
    opened: Callable[[], BinaryIO]

    def open(self) -> BinaryIO:
        """Open the unpacked bytes."""
        return self.opened()

    def head(self, size: int = _HEAD) -> bytes:
        """First bytes of the file.

        Raises
        ------
        InputError
            When the file cannot be read or unpacked.
        """
        with self.reading() as stream:
            return stream.read(size)

    def reading(self) -> "_Reading":
        """Open the bytes for a `with` block in which faults of packing are errors of input."""
        return _Reading(self)

    def encoding(self, given: str = "") -> tuple[str, str]:
        """Encoding of the text and a note on it, "" where there is nothing to say.

        Raises
        ------
        InputError
            When the text is not in the encoding `given`.
        """
        if given:
            self._whole(given)
            return given, ""
        head = self.head(4)
        for mark, name in _MARKS.items():
            if head.startswith(mark):
                # A download cut short may end within a character.
                self._whole(name)
                return name, ""
        if (at := self._broken_at("utf-8")) is None:
            return "utf-8", ""
        with self.reading() as stream:
            words = words_beyond_ascii(stream)
        broken = f"is not UTF-8 at byte {at:,}"
        charsets = charsets_of(words)
        found = surest(charsets)
        if found is None:
            read = "; ".join(f"{c.codec} reads {examples(c)}" for c in charsets[:MAX_ENCODINGS])
            raise InputError(
                f"{self.name} {broken}, and its letters do not say in which other encoding it is: "
                f"name it, as with --encoding cp1250; {read or NAMED}"
            )
        codec, title = found.codec, found.title
        if self._broken_at(codec) is not None:
            # Further down than the words that were looked at, or a mark that nobody sees.
            codec, title = "latin-1", "Latin-1"
        note = f"{broken}: read as {title}"
        if words:
            note += f", in which its words have letters of one language ({examples(found)})"
        return codec, f"{note}; --encoding says otherwise{_other(found, charsets)}"

    def _whole(self, encoding: str) -> None:
        try:
            at = self._broken_at(encoding)
        except LookupError:
            raise InputError(
                f"no encoding is called {encoding!r}; try utf-8, or one of {NAMED}"
            ) from None
        if at is not None:
            raise InputError(
                f"{self.name} is not {encoding} at byte {at:,}; leave --encoding out, or name "
                f"another: {NAMED}"
            )

    def _broken_at(self, encoding: str) -> int | None:
        with self.reading() as stream:
            return undecodable_at(stream, encoding)

    def text(self, encoding: str) -> IO[str]:
        """Open the file as text, its line ends as they are."""
        return io.TextIOWrapper(self.open(), encoding=encoding, newline="")


def _other(found: Charset, charsets: Sequence[Charset]) -> str:
    """What another encoding, in which a text makes as much sense, would read."""
    other = next((c for c in charsets if c is not found and c.foreign == found.foreign), None)
    if other is None or not found.words:
        return ""
    return f", as {other.codec} for {examples(other)}"


class _Reading:
    """An open source; what goes wrong with the disk or the packing is an error of input."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.stream: BinaryIO | None = None

    def __enter__(self) -> BinaryIO:
        try:
            self.stream = self.source.open()
        except OSError as error:
            raise unreadable(self.source, error) from None
        return self.stream

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if self.stream is not None:
            self.stream.close()
        if isinstance(error, OSError | EOFError | zlib.error | zipfile.BadZipFile):
            raise unreadable(self.source, error) from None


def unreadable(source: Source, error: BaseException) -> InputError:
    """What to say of a file that could not be read."""
    if isinstance(error, gzip.BadGzipFile | EOFError | zlib.error | zipfile.BadZipFile):
        return InputError(f"{source.name} is not packed whole; fetch it again")
    reason = getattr(error, "strerror", None) or str(error)
    return InputError(f"{source.name} cannot be read: {reason}")


def open_source(path: Path) -> Source:
    """Find what is in a file: itself, the text of a gzip, the one results file of a zip.

    Raises
    ------
    InputError
        When the file is not there, or is a zip with several results files or none.
    """
    plain = Source(path, path.name, lambda: path.open("rb"))
    head = plain.head(4)
    if head.startswith(b"\x1f\x8b"):
        return Source(path, path.name, lambda: open_gzip(path))
    if head.startswith(b"PK\x03\x04") and not _is_office_file(path):
        return _zip_member(path)
    return plain


def _names_in(path: Path) -> list[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            return [entry.filename for entry in archive.infolist() if not entry.is_dir()]
    except zipfile.BadZipFile:
        raise InputError(f"{path.name} is not a whole zip; fetch it again") from None


def _is_office_file(path: Path) -> bool:
    """Whether a zip is a workbook, which packs its sheets that way."""
    return "[Content_Types].xml" in _names_in(path)


def is_shapefile(path: Path) -> bool:
    """Whether a file is a shapefile, or a zip that holds one."""
    if path.suffix.casefold() == ".shp":
        return True
    if not zipfile.is_zipfile(path) or _is_office_file(path):
        return False
    return any(name.casefold().endswith(".shp") for name in _names_in(path))


def _zip_member(path: Path) -> Source:
    names = [name for name in _names_in(path) if not any(word in name for word in _LITTER)]
    endings = (".xml", ".json", ".csv", ".txt", ".tsv", ".xlsx", ".geojson", ".parquet")
    results = [name for name in names if name.casefold().endswith(endings)]
    # A note beside the results is no second results file.
    tables = [name for name in results if not name.casefold().endswith(".txt")] or results
    if len(tables) != 1:
        listed = ", ".join(tables or names) or "nothing"
        what = "several results files" if tables else "no results file"
        raise InputError(f"{path.name} holds {what} ({listed}); unpack it and give those you mean")

    def opened() -> BinaryIO:
        with zipfile.ZipFile(path) as archive:
            packed_size = archive.getinfo(tables[0]).compress_size
            return bounded(archive.open(tables[0]), path.name, packed_size)

    return Source(path, Path(tables[0]).name, opened)
