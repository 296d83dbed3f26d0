"""The intake station: settled files become documents (S1-010…013, S1-074)."""

import asyncio
import logging
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from chorus_tui.domain.document import Document
from chorus_tui.domain.flow import Channel
from chorus_tui.i18n import N_
from chorus_tui.intake import Fault, Reader, Reading, Unreadable, Watcher, read_bytes, rules
from chorus_tui.operations import Desk, file_document, file_unreadable, is_known, real_path, stamp_of
from chorus_tui.operations.analysing import analysis_failed

log = logging.getLogger(__name__)

SLICE = 500
"""Documents looked at between two pauses."""

_STAMP = re.compile(r"\d+-(\d+)-(-?\d+)-(-?\d+)")
"""What `stamp_of` writes: inode, size, times in nanoseconds, which are negative before 1970."""

UNWANTED = N_("The file matches no filing rule any more.")


class IntakeStation:
    """Takes what the watched folders hold. A file that could not be kept is tried again, never forgotten."""

    name = "intake"

    def __init__(self, desk: Desk, reader: Reader, on_arrival: Callable[[], None]) -> None:
        self._desk = desk
        self._reader = reader
        self._arrived: dict[Path, None] = {}
        self._watcher = Watcher(
            desk.settings.watch,
            settle=desk.settings.settle,
            poll=desk.settings.poll,
            wanted=lambda path: rules.may_match(desk.settings.rules, path),
            on_trouble=_tell,
        )
        self._on_arrival = on_arrival

    @property
    def troubles(self) -> Mapping[Path, str]:
        """Watched folders that cannot be read, with the reason (English source string)."""
        return self._watcher.troubles

    async def run_once(self) -> int:
        """Take every settled file that is new."""
        for path in await self._watcher.scan(await self._known()):
            self._arrived[path] = None
        return await self.take_arrived()

    async def watch(self) -> None:
        """Notice files as they come, until cancelled; `take_arrived` takes them."""
        for path in await self._watcher.scan(await self._known()):
            self._arrive(path)
        async for path in self._watcher:
            self._arrive(path)

    def stir(self) -> None:
        """Look into the folders now."""
        self._watcher.stir()

    def _arrive(self, path: Path) -> None:
        self._arrived[path] = None
        self._on_arrival()

    async def take_arrived(self) -> int:
        """Take the files that have arrived; counts those that became documents."""
        taken = 0
        while self._arrived:
            path = next(iter(self._arrived))
            try:
                taken += await self._take(path)
            except BaseException:
                # It is tried again after the others, so that it holds up none of them.
                self._arrived.pop(path, None)
                self._arrived[path] = None
                raise
            self._arrived.pop(path, None)
        return taken

    async def _known(self) -> dict[str, tuple[int, float]]:
        """What the store knows already, so that a start-up does not read every file again."""
        known = {}
        for count, document in enumerate(self._desk.store.documents.all(), 1):
            if stamp := _STAMP.fullmatch(document.stamp):
                size, modified, changed = map(int, stamp.groups())
                # A microsecond more, because a float of seconds cannot hold nanoseconds.
                known[str(real_path(document.path))] = (size, max(modified, changed) / 1e9 + 1e-6)
            if count % SLICE == 0:
                await asyncio.sleep(0)
        return known

    async def _take(self, path: Path) -> bool:
        stamp = await asyncio.to_thread(stamp_of, path)
        if is_known(self._desk, path, stamp):
            return False
        return await self._read(path, stamp) is not None

    async def read_again(self, document: Document) -> None:
        """Read the file of a document that could not be read before (S1-064)."""
        path = real_path(document.path)
        await self._read(path, await asyncio.to_thread(stamp_of, path), again=True)
        # Nothing came of it: no rule takes the file any more, or it is just being replaced.
        analysis_failed(self._desk, document.id, UNWANTED)

    async def read_copy(self, document: Document) -> Reading:
        """Read the copy that is kept of a document's file again.

        Raises:
            Unreadable
        """
        return await self._reader.read(self._desk.store.blobs.path(document.sha256))

    async def _read(self, path: Path, stamp: str, *, again: bool = False) -> Document | None:
        filing = self._desk.settings.rules
        try:
            reading = await self._reader.read(path)
            rule = rules.match(filing, path, reading.text, reading.supplier_siret)
            if rule is None:
                return None
            if rule.channel is Channel.FORM and not reading.is_pdf:
                raise Unreadable(Fault.NOT_A_PDF)
            # The copy is what is analysed and sent, whatever becomes of the file.
            kept = await asyncio.to_thread(_keep, self._desk, path)
        except Unreadable as problem:
            rule = rules.may_match(filing, path)
            if rule is None or (problem.fault is Fault.VANISHED and not again):
                return None
            return file_unreadable(self._desk, path, problem, rule, stamp=stamp)
        if kept != reading.sha256:
            return None  # It changed while it was read, so the watcher announces it again.
        return file_document(self._desk, path, reading, rule, stamp=stamp)


def _keep(desk: Desk, path: Path) -> str:
    return desk.store.blobs.put(read_bytes(path))


def _tell(folder: Path, reason: str) -> None:
    if reason:
        log.warning("watched folder: %s", reason)
    else:
        log.info("the watched folder can be read again")
