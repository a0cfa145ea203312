"""The source of an import: a folder, a zip or one file, opened without unpacking anything onto the disk."""

import codecs
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path, PurePosixPath
from typing import IO

MOST_FILES = 1000
LARGEST = 1 << 29
"""Bytes of one file once unpacked: 100,000 pupils with all their lessons stay well below."""
LARGEST_TOGETHER = 1 << 30
SQUEEZED = 200
"""A table shrinks five- to thirtyfold; what shrinks more than this is no table."""


class BadSource(ValueError):
    """The source cannot be taken; the text is the sentence for the secretary."""


class Parcel:
    """Tables by name in small letters, without the folders around them. Nothing is read before it is asked for."""

    def __init__(self, path: Path, names: Mapping[str, str], archive: zipfile.ZipFile | None = None) -> None:
        self.path = path
        self._names = names
        self._archive = archive

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._names

    def called(self, name: str) -> str:
        """The name as it stands in the source."""
        return PurePosixPath(self._names[name.lower()]).name

    def _bytes(self, name: str) -> IO[bytes]:
        inside = self._names[name.lower()]
        try:
            return self._archive.open(inside) if self._archive else (self.path / inside).open("rb")
        except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as fault:
            raise BadSource(f"{self.called(name)} cannot be opened. Export the files once more.") from fault

    @contextmanager
    def text(self, name: str) -> Iterator[tuple[IO[str], bool]]:
        """The file as text, and whether it was UTF-8; else it is read as Windows text."""
        try:
            encoding = self._encoding(name)
            with TextIOWrapper(self._bytes(name), encoding=encoding, errors="replace", newline="") as file:
                yield file, encoding != "cp1252"
        except (zipfile.BadZipFile, EOFError, zlib.error) as fault:
            raise BadSource(f"{self.called(name)} is damaged. Export the files once more.") from fault

    def _encoding(self, name: str) -> str:
        decoder = codecs.getincrementaldecoder("utf-8")()
        with self._bytes(name) as file:
            first = file.read(1 << 16)
            if first.startswith((b"\xff\xfe", b"\xfe\xff")):
                return "utf-16"
            try:
                while first:
                    decoder.decode(first)
                    first = file.read(1 << 16)
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                return "cp1252"
        return "utf-8-sig"


@contextmanager
def opened(path: Path) -> Iterator[Parcel]:
    """The folder or zip at ``path``; raises BadSource with a sentence."""
    if path.is_dir():
        names = [entry.name for entry in path.iterdir() if entry.is_file() and entry.stat().st_size <= LARGEST]
        yield Parcel(path, {name.lower(): name for name in sorted(names)})
        return
    try:
        with zipfile.ZipFile(path) as archive:
            yield Parcel(path, _harmless(archive), archive)
    except zipfile.BadZipFile as fault:
        raise BadSource(f"{path.name} is no zip file, or it is damaged. Export the files once more.") from fault
    except OSError as fault:
        raise BadSource(f"{path.name} cannot be opened. See that it is there and closed elsewhere.") from fault


def _harmless(archive: zipfile.ZipFile) -> dict[str, str]:
    """The tables in a zip that will not fill the machine. Python never hands out more than a file's stated size."""
    inside = [one for one in archive.infolist() if not one.is_dir()]
    large = [one for one in inside if one.file_size > 1 << 20]
    if (
        len(inside) > MOST_FILES
        or sum(one.file_size for one in inside) > LARGEST_TOGETHER
        or any(one.file_size > LARGEST or one.file_size > SQUEEZED * max(one.compress_size, 1) for one in large)
    ):
        raise BadSource("This zip unpacks to far more than any school's tables. Ask whoever made it for a new export.")
    if any(one.flag_bits & 1 for one in inside):
        raise BadSource("This zip has a password. Unpack it into a folder and name the folder.")
    found: dict[str, str] = {}
    for one in sorted(inside, key=lambda one: (one.filename.count("/"), one.filename)):
        if "__MACOSX" not in one.filename:
            found.setdefault(PurePosixPath(one.filename).name.lower(), one.filename)
    return found
