"""Who runs the sync service: one leader per store, held by a lock that the kernel frees with the process."""

import fcntl
import os
import socket
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from chorus_tui.store.folder import LEAD_LOCK, make_private_file
from chorus_tui.store.sqlite import explained


class Leader(Struct, frozen=True):
    """Who leads, as the lock file says."""

    who: str
    host: str
    pid: int
    since: datetime


class Lease:
    """Leadership, until it is released or the process ends."""

    def __init__(self, descriptor: int, leader: Leader) -> None:
        self._descriptor: int | None = descriptor
        self.leader = leader

    def release(self) -> None:
        """Let another one lead; again is harmless."""
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> "Lease":
        return self

    def __exit__(self, *_exception: object) -> None:
        self.release()


def try_lead(folder: Path, who: str, now: datetime) -> Lease | None:
    """Leadership, or None while another one has it (this process included)."""
    with explained(folder):
        descriptor = make_private_file(folder / LEAD_LOCK)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        leader = Leader(who, socket.gethostname(), os.getpid(), now)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, msgspec.json.encode(leader), 0)
    return Lease(descriptor, leader)


def leader_of(folder: Path) -> Leader | None:
    """Who leads now, or None. What a dead leader left in the file does not count."""
    try:
        descriptor = os.open(folder / LEAD_LOCK, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        content = os.pread(descriptor, 4096, 0)
        if not content:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _read(content)
        return None
    finally:
        os.close(descriptor)


def _read(content: bytes) -> Leader | None:
    try:
        return msgspec.json.decode(content, type=Leader)
    except msgspec.DecodeError:
        # Between taking the lock and writing into the file.
        return None
