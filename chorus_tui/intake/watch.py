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


Stamp = tuple[int, int, int]
"""What moves when a file does: size, modification and status change (ns). The last one also when an older
file takes its place."""

Sight = dict[str, Stamp]
"""Every file of a look. Text, not `Path`: 100,000 of those would be noticed by who types."""


class _View(Struct, frozen=True):
    """What one look at every folder saw."""

    files: Sight
    troubles: dict[Path, str]
    folders: frozenset[tuple[Path, int, int]]
    """Those that are there, with device and inode: a folder made anew is another one."""


class Watcher:
    """Gives each file once it has not grown for `settle` seconds, and again when its content is replaced.

    Args:
        folders: where to look. One that is missing is waited for.
        settle: seconds that size and times must stay the same.
        poll: seconds between looks where nothing is announced.
        wanted: which files count, asked in a thread, once a change (`rules.may_match`). Hidden and temporary
            names never do.
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
        self._growing: dict[str, tuple[Stamp, float]] = {}
        self._troubles: dict[Path, str] = {}
        self._stirred = asyncio.Event()
        self._effort = 0.0
        self._looking = asyncio.Lock()
        self._there: frozenset[tuple[Path, int, int]] = frozenset()
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
        async with self._looking:
            began = self._now()
            view, settled = await asyncio.to_thread(self._compare, began, known or {})
            self._effort = self._now() - began
        self._there = view.folders
        self._report(view.troubles)
        return settled

    def _compare(self, now: float, known: Known) -> tuple[_View, list[Path]]:
        """Look, and tell what settled. Runs in a thread, one at a time."""
        view = _see(self._folders)
        settled = [Path(name) for name, stamp in view.files.items() if self._settles(name, stamp, now, known)]
        for gone in self._growing.keys() - view.files.keys():
            del self._growing[gone]
        unseen = tuple(view.troubles)
        for gone in self._taken.keys() - view.files.keys():
            # A share that is away for a moment must not make every file on it new.
            if not any(Path(gone).is_relative_to(folder) for folder in unseen):
                del self._taken[gone]
        return view, [path for path in settled if self._wanted(path)]

    def _settles(self, name: str, stamp: Stamp, now: float, known: Known) -> bool:
        taken = self._taken.get(name)
        if taken == stamp:
            return False
        if known and taken is None and _is_known(name, stamp, known):
            self._taken[name] = stamp
            return False
        growing = self._growing.get(name)
        if growing is None or growing[0] != stamp:
            self._growing[name] = (stamp, now)
            return False
        if now - growing[1] < self._settle:
            return False
        del self._growing[name]
        self._taken[name] = stamp
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
        if not self._announce or self._there == self._heard:
            return
        for task in self._announcers:
            task.cancel()
        there = {path for path, _, _ in self._there}
        for recursive in (False, True):
            paths = [f.path for f in self._folders if f.recursive is recursive and f.path in there]
            if paths:
                self._announcers.append(asyncio.create_task(self._hear(paths, recursive)))
        self._announcers = [task for task in self._announcers if not task.done()]
        self._heard = self._there

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
            # What arrived between the last look and now was not announced: look once more when it would be.
            asyncio.get_running_loop().call_soon(self._stirred.set)
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


def _is_known(name: str, stamp: Stamp, known: Known) -> bool:
    size, at = known.get(name, (-1, 0.0))
    return size == stamp[0] and max(stamp[1:]) <= at * 1e9


def _see(folders: tuple[WatchedFolder, ...]) -> _View:
    files: Sight = {}
    troubles: dict[Path, str] = {}
    there = set()
    for folder in folders:
        try:
            status = folder.path.stat()
            files.update(_files(str(folder.path), folder.recursive))
            there.add((folder.path, status.st_dev, status.st_ino))
        except FileNotFoundError:
            troubles[folder.path] = MISSING
        except NotADirectoryError:
            troubles[folder.path] = NOT_A_FOLDER
        except PermissionError:
            troubles[folder.path] = DENIED
        except OSError as error:
            log.info("a watched folder cannot be read: %s", error.strerror)
            troubles[folder.path] = UNREACHABLE
    return _View(files, troubles, frozenset(there))


def _files(folder: str, recursive: bool) -> Iterator[tuple[str, Stamp]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith((".", "~")) or entry.name.casefold().endswith(TEMPORARY):
                continue
            with contextlib.suppress(
                OSError
            ):  # it went between the list and the look, or is not ours to read
                if entry.is_dir(follow_symlinks=False):
                    if recursive:
                        yield from _files(entry.path, recursive)
                    continue
                status = entry.stat()
                if stat.S_ISREG(status.st_mode):
                    yield entry.path, (status.st_size, status.st_mtime_ns, status.st_ctime_ns)
