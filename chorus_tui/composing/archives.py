"""Archives: made so that the same files give the same bytes, and opened as if they were hostile."""

import io
import lzma
import os
import re
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from chorus_tui.composing.protocol import Pack, Packed, Unpack, Unpacked
from chorus_tui.composing.records import MAX_INVOICES, MAX_SIZE, Trouble
from chorus_tui.intake.reading import Fault, Unreadable, read_bytes
from chorus_tui.text import clean

MAX_UNPACKED = 200 * 1024 * 1024
"""Bytes of all members together: 500 invoices of 400 kB."""

MAX_RATIO = 100
"""Bytes out for one byte in; XML of invoices shrinks to a thirtieth. Less than `UNSUSPECTED` may have any."""

UNSUSPECTED = 20 * 1024 * 1024

MAX_ENTRIES = 2 * MAX_INVOICES
"""Folders count, too."""

_GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
"""No name, no moment, unknown system."""
_TRAILER = 8
_END = b"\0" * 1024
"""Two empty blocks end a tar."""


_GZIP, _ZIP = b"\x1f\x8b", b"PK"
_ARCHIVES = (_GZIP, _ZIP, b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!")
_DRIVE = re.compile(r"[A-Za-z]:")


class Hostile(Exception):
    """An archive that is not opened, or is none."""

    def __init__(self, trouble: Trouble) -> None:
        self.trouble = trouble
        super().__init__(trouble)


def pack(job: Pack) -> Packed:
    """Write a tar.gz of as many files, in their order, as stay within the limit.

    Each member is compressed by itself and ends on a whole byte, so that its size in the archive is known
    before it is written.
    """
    end = _deflated(_END, zlib.Z_FINISH)
    size = len(_GZIP_HEADER) + len(end) + _TRAILER
    checksum = length = count = 0
    with Path(job.to).open("wb") as file:
        file.write(_GZIP_HEADER)
        for path, name in job.members:
            block = _block(Path(path).read_bytes(), name)
            part = _deflated(block, zlib.Z_FULL_FLUSH)
            if size + len(part) > job.limit:
                break
            file.write(part)
            size += len(part)
            checksum, length, count = zlib.crc32(block, checksum), length + len(block), count + 1
        checksum, length = zlib.crc32(_END, checksum), length + len(_END)
        file.write(end + struct.pack("<II", checksum, length & 0xFFFFFFFF))
    return Packed(count, size)


def _block(content: bytes, name: str) -> bytes:
    """A member as a tar has it: without owner or moment."""
    info = tarfile.TarInfo(name)
    info.size = len(content)
    info.mode = 0o644
    return info.tobuf(tarfile.USTAR_FORMAT) + content + b"\0" * (-len(content) % tarfile.BLOCKSIZE)


def _deflated(content: bytes, flush: int) -> bytes:
    squeeze = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return squeeze.compress(content) + squeeze.flush(flush)


def unpack(job: Unpack) -> Unpacked:
    """Take an archive apart into numbered files, or copy what is none.

    Raises:
        Hostile, Unreadable
    """
    try:
        content = read_bytes(Path(os.fsdecode(job.path)), MAX_SIZE)
    except Unreadable as problem:
        known = {Fault.TOO_BIG: Trouble.TOO_BIG, Fault.EMPTY: Trouble.NOTHING}
        if problem.fault in known:
            raise Hostile(known[problem.fault]) from None
        raise
    opened = _opened(content)
    if opened is None:
        path = Path(job.folder) / "0"
        path.write_bytes(content)
        return Unpacked((("", str(path)),), len(content))
    members: list[tuple[str, str]] = []
    try:
        for name, member in opened:
            if len(members) == MAX_INVOICES:
                raise Hostile(Trouble.TOO_MANY)
            path = Path(job.folder) / str(len(members))
            path.write_bytes(member)
            members.append((name, str(path)))
    except (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, lzma.LZMAError, NotImplementedError):
        raise Hostile(Trouble.DAMAGED) from None
    if not members:
        raise Hostile(Trouble.NOTHING)
    return Unpacked(tuple(members), len(content))


def _opened(content: bytes) -> Iterator[tuple[str, bytes]] | None:
    """The members of an archive; None: it is none."""
    if content.startswith(_GZIP):
        return _of_tar(_inflated(content), _allowed(content))
    if content.startswith(_ZIP):
        return _of_zip(content, _allowed(content))
    return _of_tar(content, len(content)) if _is_archive(content) else None


def _allowed(content: bytes) -> int:
    """Bytes that an archive may unpack to."""
    return max(UNSUSPECTED, min(MAX_UNPACKED, len(content) * MAX_RATIO))


def _is_archive(content: bytes) -> bool:
    return content.startswith(_ARCHIVES) or content[257:262] == b"ustar"


def _inflated(content: bytes) -> bytes:
    """What a gzip holds, in as many parts as it has."""
    allowed, whole = _allowed(content), bytearray()
    while content.startswith(_GZIP):
        part = zlib.decompressobj(zlib.MAX_WBITS | 16)
        whole += part.decompress(content, allowed + 1 - len(whole))
        if len(whole) > allowed:
            raise Hostile(Trouble.BOMB)
        if not part.eof:
            raise Hostile(Trouble.DAMAGED)
        content = part.unused_data
    return bytes(whole)


def _of_tar(content: bytes, allowed: int) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as archive:
        room = _Room(allowed)
        for info in archive:
            room.enter(info.name)
            if info.isdir():
                continue
            if not info.isreg():
                raise Hostile(Trouble.LINKS)
            if info.issparse():
                raise Hostile(Trouble.BOMB)  # it says its size and holds nothing
            room.take(info.name, info.size)
            file = archive.extractfile(info)
            assert file is not None
            yield clean(info.name), room.checked(file.read())


def _of_zip(content: bytes, allowed: int) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        room = _Room(allowed)
        for info in archive.infolist():
            room.enter(info.filename)
            if info.is_dir():
                continue
            if info.flag_bits & 1:
                raise Hostile(Trouble.ENCRYPTED)
            kind = stat.S_IFMT(info.external_attr >> 16)
            if kind not in (0, stat.S_IFREG):
                raise Hostile(Trouble.LINKS)
            room.take(info.filename, info.file_size)
            with archive.open(info) as file:
                found = file.read(info.file_size + 1)
            if len(found) > info.file_size:
                raise Hostile(Trouble.BOMB)
            yield clean(info.filename), room.checked(found)


class _Room:
    """Holds an archive to what it may hold."""

    def __init__(self, allowed: int) -> None:
        self._left = allowed
        self._entries = 0
        self._names: set[str] = set()

    def enter(self, name: str) -> None:
        """One more entry, of any kind."""
        self._entries += 1
        if self._entries > MAX_ENTRIES:
            raise Hostile(Trouble.TOO_MANY)
        path = PurePosixPath(name.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or _DRIVE.match(name) or "\0" in name:
            raise Hostile(Trouble.OUTSIDE)

    def take(self, name: str, size: int) -> None:
        """One more file, before it is unpacked."""
        self._left -= size
        if self._left < 0 or size > MAX_SIZE:
            raise Hostile(Trouble.BOMB)
        if clean(name) in self._names:
            raise Hostile(Trouble.TWICE)
        self._names.add(clean(name))

    @staticmethod
    def checked(content: bytes) -> bytes:
        """A file, unless it is an archive itself."""
        if _is_archive(content):
            raise Hostile(Trouble.NESTED)
        return content
