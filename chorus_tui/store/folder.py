"""The folder of the store: who may enter it, and which process stands in it."""

import fcntl
import os
import stat
from pathlib import Path

from chorus_tui.store.errors import StoreBusy, StoreDamaged
from chorus_tui.store.sqlite import explained

DATABASE = "chorus.db"
BLOBS = "blobs"
OPEN_LOCK = "open.lock"
LEAD_LOCK = "sync.lock"
UNFINISHED = "restore.unfinished"


def prepare(folder: Path) -> None:
    """Make the folder if needed: 0700, or as it is where a team shares it (0770).

    Raises:
        StoreNotWritable, StoreFull
    """
    with explained(folder):
        if not folder.is_dir():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        mode = stat.S_IMODE(folder.stat().st_mode)
        # In a shared folder new files belong to its group (SQLite makes some by itself).
        wanted = mode & ~0o007 | stat.S_ISGID if mode & 0o070 == 0o070 else mode & ~0o077
        if wanted != mode and folder.stat().st_uid == os.geteuid():
            folder.chmod(wanted)
        make_private_folder(folder / BLOBS)


def is_shared(folder: Path) -> bool:
    """Whether a group works in the folder."""
    return folder.stat().st_mode & 0o070 == 0o070


def make_private_folder(folder: Path) -> None:
    """A folder inside the store's, open to the same people."""
    if not folder.is_dir():
        folder.mkdir(exist_ok=True)
        folder.chmod(0o2770 if is_shared(folder.parent) else 0o700)
        _give_to_group(folder, folder.parent)


def make_private_file(path: Path) -> int:
    """Open (and make, if needed) a file of the store for reading and writing; returns its descriptor."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if is_shared(path.parent) and os.fstat(descriptor).st_uid == os.geteuid():
            os.fchmod(descriptor, 0o660)
            _give_to_group(path, path.parent)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _give_to_group(path: Path, like: Path) -> None:
    group = like.stat().st_gid
    if path.stat().st_gid != group and (group in os.getgroups() or os.geteuid() == 0):
        os.chown(path, -1, group)


def enter(folder: Path) -> int:
    """Stand in the folder until the returned descriptor is closed; a restore waits for nobody inside.

    Raises:
        StoreBusy: a restore is under way.
        StoreDamaged: one was cut off.
        StoreNotWritable, StoreFull
    """
    with explained(folder):
        descriptor = make_private_file(folder / OPEN_LOCK)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise StoreBusy.at(folder) from None
        if (folder / UNFINISHED).exists():
            os.close(descriptor)
            raise StoreDamaged.half_restored(folder)
        # Only when it is not there: to open and close it would drop the locks that SQLite, elsewhere in
        # this process, holds on it (POSIX locks belong to the process).
        if not (folder / DATABASE).exists():
            os.close(make_private_file(folder / DATABASE))
    return descriptor


def enter_alone(folder: Path) -> int:
    """Stand in the folder alone until the returned descriptor is closed.

    Raises:
        StoreBusy: a console or the service has the store open.
    """
    with explained(folder):
        descriptor = make_private_file(folder / OPEN_LOCK)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise StoreBusy.at(folder) from None
    return descriptor


def sync_folder(folder: Path) -> None:
    """Make names in the folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_file(path: Path) -> None:
    """Make what was written to a file durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
