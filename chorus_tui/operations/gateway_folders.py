"""The two folders of an EDI gateway, as files see them: nothing here knows the store.

An archive is written aside under a hidden name that gateways leave alone, made durable, and renamed: what
lies in the drop folder under its own name is whole.
"""

import contextlib
import errno
import hashlib
import os
from pathlib import Path

from chorus_tui.store.folder import sync_folder
from chorus_tui.text import clean

PART = ".part"
TAKEN, SET_ASIDE = "taken", "set-aside"
"""Folders inside the return folder: what was read, and what could not be used."""


class Lying(Exception):
    """Something else lies in the drop folder under the name of an archive."""


def aside(folder: Path, name: str) -> Path:
    """Where an archive is written before it gets its own name."""
    return folder / f".{name}{PART}"


def parts(folder: Path) -> set[str]:
    """The names of archives that were written aside and have not got their own name.

    Raises:
        OSError
    """
    with os.scandir(folder) as entries:
        return {e.name[1 : -len(PART)] for e in entries if e.name.startswith(".") and e.name.endswith(PART)}


def names(drop: Path, returns: Path) -> list[str]:
    """What lies in the folders of a gateway, and what came back of what lay there.

    Raises:
        OSError: the drop folder cannot be read.
    """
    found = [entry.name for entry in drop.iterdir()]
    for folder in (returns, returns / TAKEN):
        with contextlib.suppress(OSError):
            found += [entry.name for entry in folder.iterdir()]
    return [name.removeprefix(".") for name in found]


def shown(path: Path) -> str:
    """The name of a file, safe to show."""
    return clean(path.name)


def write_aside(folder: Path, name: str, content: bytes) -> None:
    """Write an archive whole and durable under its hidden name; the group of the folder may read it.

    Raises:
        OSError: the disk is full, the folder is missing or closed; nothing is left of it.
    """
    path = aside(folder, name)
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o660)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        _make_names_durable(folder)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def deliver(folder: Path, name: str, content: bytes) -> None:
    """Give an archive that was written aside its own name; the gateway may take it from that moment on.

    Nothing happens where that was done already. A part that is not what was to be sent (a disk that lied) is
    written anew first.

    Raises:
        OSError
        Lying: another content lies there under this name.
    """
    part, path = aside(folder, name), folder / name
    if not part.exists():
        return
    if _holds(path, content):
        part.unlink(missing_ok=True)
        return
    if path.exists():
        raise Lying(name)
    if not _holds(part, content):
        write_aside(folder, name, content)
    part.rename(path)
    _make_names_durable(folder)


def drop_part(folder: Path, name: str) -> None:
    """Take away what was written aside and is not to be sent.

    Raises:
        OSError
    """
    aside(folder, name).unlink(missing_ok=True)


def take_back(folder: Path, name: str) -> bool:
    """Take an archive out of the drop folder; whether the gateway had left it there.

    Raises:
        OSError
    """
    part = aside(folder, name)
    if (folder / name).exists():
        with contextlib.suppress(FileNotFoundError):  # The gateway was quicker.
            (folder / name).rename(part)
    if not part.exists():
        return False
    part.unlink()
    _make_names_durable(folder)
    return True


def put_away(path: Path, into: str, key: str) -> Path:
    """Move a file of the return folder into one inside it; of the same name as one there, beside it.

    Raises:
        OSError
    """
    folder = path.parent / into
    folder.mkdir(exist_ok=True)
    target = folder / path.name
    if target.exists():
        target = folder / f"{key[:8]}-{path.name}"
    return path.rename(target)


def _make_names_durable(folder: Path) -> None:
    """As far as the file system can: shares of other systems know no such thing."""
    try:
        sync_folder(folder)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS, errno.EBADF):
            raise


def _holds(path: Path, content: bytes) -> bool:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest() == hashlib.sha256(content).digest()
    except FileNotFoundError:
        return False
