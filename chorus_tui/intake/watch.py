"""Watched folders: which files have arrived and stopped growing.

The system's announcements (inotify, through watchfiles) say when to look; looking says what is there. So a
folder where nothing is announced (a network share) works too, only later.
"""

import asyncio
import contextlib
import logging
import os
import stat
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping
from pathlib import Path

import watchfiles
from msgspec import Struct

from chorus_tui.i18n import N_
from chorus_tui.settings import WatchedFolder

log = logging.getLogger(__name__)

MISSING = N_("The watched folder does not exist (yet).")
DENIED = N_("The watched folder may not be read: permission denied.")
NOT_A_FOLDER = N_("The watched path is not a folder.")
UNREACHABLE = N_("The watched folder cannot be read.")

TEMPORARY = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".filepart", ".download", ".swp", "~")
"""Endings under which programs write before they rename."""

EFFORT = 300
"""Looking takes at most one part in so many of the time: a folder of 100,000 files is looked at every two
minutes where nothing is announced, an ordinary one every `poll` seconds."""

LONGEST_REST = 120.0
"""Seconds between two looks, however much there is to see."""

Known = Mapping[str, tuple[int, float]]
"""Path as text → size in bytes, and the moment (POSIX seconds) at which that content was taken."""


class Stamp(Struct, frozen=True):
    """What changes when a file does."""

    size: int
    modified: int
    """Nanoseconds."""
    changed: int
    """Nanoseconds; moves also when a file is replaced by one that is older."""


Sight = dict[Path, Stamp]


class Watcher:
    """Gives each file once it has not grown for `settle` seconds, and again when its content is replaced.

    Args:
        folders: where to look. One that is missing is waited for.
        settle: seconds that size and times must stay the same.
        poll: seconds between looks where nothing is announced.
        wanted: which names count, asked in a thread (`rules.may_match`); hidden and temporary ones never do.
        on_trouble: called once when a folder cannot be read (reason, English source string) and once with ""
            when it can again.
        now, sleep: the clock, for tests.
        announce: whether to ask the system for announcements.
    """

    def __init__(
        self,
        folders: Iterable[WatchedFolder],
        *,
        settle: float = 1.0,
        poll: float = 2.0,
        wanted: Callable[[Path], object] = lambda path: True,
        on_trouble: Callable[[Path, str], None] = lambda folder, reason: None,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        announce: bool = True,
    ) -> None:
        self._folders = tuple(folders)
        self._settle = settle
        self._poll = poll
        self._wanted = wanted
        self._on_trouble = on_trouble
        self._now = now
        self._sleep = sleep
        self._announce = announce
        self._taken: Sight = {}
        self._growing: dict[Path, tuple[Stamp, float]] = {}
        self._troubles: dict[Path, str] = {}
        self._stirred = asyncio.Event()
        self._effort = 0.0
        self._identities: frozenset[tuple[Path, int, int]] = frozenset()
        self._heard: frozenset[tuple[Path, int, int]] = frozenset()
        self._announcers: list[asyncio.Task[None]] = []

    @property
    def troubles(self) -> Mapping[Path, str]:
        """Folders that cannot be read now, with the reason (English source string)."""
        return dict(self._troubles)

    def stir(self) -> None:
        """Look now, whatever the clock says."""
        self._stirred.set()

    async def scan(self, known: Known | None = None) -> tuple[Path, ...]:
        """Every settled file that is new, for a start-up or a single pass. Takes `settle` seconds if any is.

        Files in `known` that have the same size and have not changed since they were taken are left alone,
        now and by the iterator; so 2,000 of them cost one look. Files still growing are left for later.
        """
        arrived = await self._look(known or {})
        if self._growing:
            await self._sleep(self._settle)
            arrived += await self._look()
        return tuple(arrived)

    def __aiter__(self) -> AsyncIterator[Path]:
        return self.arrivals()

    async def arrivals(self) -> AsyncIterator[Path]:
        """Settled files as they come, until cancelled."""
        try:
            while True:
                self._stirred.clear()
                began = self._now()
                for path in await self._look():
                    yield path
                self._listen()
                await self._rest(began)
        finally:
            await self._stop_listening()

    async def _look(self, known: Known | None = None) -> list[Path]:
        """One look at every folder: the files that settled since the last one."""
        began = self._now()
        sight, troubles, identities = await asyncio.to_thread(_see, self._folders, self._wanted)
        self._report(troubles)
        self._identities = identities
        settled = [path for path, stamp in sight.items() if self._has_settled(path, stamp, began, known)]
        for gone in self._growing.keys() - sight.keys():
            del self._growing[gone]
        unseen = tuple(troubles)
        for gone in self._taken.keys() - sight.keys():
            # A share that is away for a moment must not make every file on it new.
            if not any(gone.is_relative_to(folder) for folder in unseen):
                del self._taken[gone]
        self._effort = self._now() - began
        return settled

    def _has_settled(self, path: Path, stamp: Stamp, now: float, known: Known | None) -> bool:
        if self._taken.get(path) == stamp:
            return False
        if known and path not in self._taken and _is_known(path, stamp, known):
            self._taken[path] = stamp
            return False
        growing = self._growing.get(path)
        if growing is None or growing[0] != stamp:
            self._growing[path] = (stamp, now)
            return False
        if now - growing[1] < self._settle:
            return False
        del self._growing[path]
        self._taken[path] = stamp
        return True

    def _report(self, troubles: dict[Path, str]) -> None:
        before, self._troubles = self._troubles, troubles
        for folder in before.keys() - troubles.keys():
            self._on_trouble(folder, "")
        for folder, reason in troubles.items():
            if before.get(folder) != reason:
                self._on_trouble(folder, reason)

    async def _rest(self, began: float) -> None:
        """Until the next look: a growing file may have settled, something stirs, or `poll` is over."""
        rest = min(max(self._poll, self._effort * EFFORT), LONGEST_REST)
        if self._growing:
            first = min(since for _, since in self._growing.values())
            rest = min(rest, max(first + self._settle - self._now(), self._settle / 10))
        nap = asyncio.ensure_future(self._sleep(rest))
        stirred = asyncio.create_task(self._stirred.wait())
        try:
            await asyncio.wait((nap, stirred), return_when=asyncio.FIRST_COMPLETED)
            if not nap.done():
                # Announcements come in bursts while a file is written: one look a burst is enough.
                await self._sleep(max(0.0, self._settle / 2 - (self._now() - began)))
        finally:
            nap.cancel()
            stirred.cancel()
            await asyncio.gather(nap, stirred, return_exceptions=True)

    def _listen(self) -> None:
        """Follow the folders that exist now; anew when one came, went or was replaced."""
        if not self._announce or self._identities == self._heard:
            return
        for task in self._announcers:
            task.cancel()
        there = {path for path, _, _ in self._identities}
        for recursive in (False, True):
            paths = [f.path for f in self._folders if f.recursive is recursive and f.path in there]
            if paths:
                self._announcers.append(asyncio.create_task(self._hear(paths, recursive)))
        self._announcers = [task for task in self._announcers if not task.done()]
        self._heard = self._identities

    async def _hear(self, paths: list[Path], recursive: bool) -> None:
        try:
            announcements = watchfiles.awatch(
                *paths,
                watch_filter=None,
                debounce=500,
                step=100,
                recursive=recursive,
                ignore_permission_denied=True,
            )
            async for _ in announcements:
                self._stirred.set()
        except (OSError, RuntimeError) as error:
            # Too many watches, or a file system that has none: the looks every `poll` seconds remain.
            log.info("nothing will be announced for watched folders: %s", error)

    async def _stop_listening(self) -> None:
        for task in self._announcers:
            task.cancel()
        await asyncio.gather(*self._announcers, return_exceptions=True)
        self._announcers.clear()


def _is_known(path: Path, stamp: Stamp, known: Known) -> bool:
    size, at = known.get(str(path), (-1, 0.0))
    return size == stamp.size and max(stamp.modified, stamp.changed) <= at * 1e9


def _see(
    folders: tuple[WatchedFolder, ...], wanted: Callable[[Path], object]
) -> tuple[Sight, dict[Path, str], frozenset[tuple[Path, int, int]]]:
    """Every file that counts, the folders that cannot be read, and which folders the others are."""
    sight: Sight = {}
    troubles: dict[Path, str] = {}
    identities = set()
    for folder in folders:
        try:
            status = folder.path.stat()
            sight.update(_files(folder.path, folder.recursive, wanted))
            identities.add((folder.path, status.st_dev, status.st_ino))
        except FileNotFoundError:
            troubles[folder.path] = MISSING
        except NotADirectoryError:
            troubles[folder.path] = NOT_A_FOLDER
        except PermissionError:
            troubles[folder.path] = DENIED
        except OSError as error:
            log.info("a watched folder cannot be read: %s", error.strerror)
            troubles[folder.path] = UNREACHABLE
    return sight, troubles, frozenset(identities)


def _files(folder: Path, recursive: bool, wanted: Callable[[Path], object]) -> Iterator[tuple[Path, Stamp]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith((".", "~")) or entry.name.casefold().endswith(TEMPORARY):
                continue
            path = Path(entry.path)
            if recursive and entry.is_dir(follow_symlinks=False):
                with contextlib.suppress(OSError):  # a subfolder that went, or is not ours to read
                    yield from _files(path, recursive, wanted)
            elif wanted(path):
                with contextlib.suppress(OSError):  # it went between the list and the look
                    status = entry.stat()
                    if stat.S_ISREG(status.st_mode):
                        yield path, Stamp(status.st_size, status.st_mtime_ns, status.st_ctime_ns)
