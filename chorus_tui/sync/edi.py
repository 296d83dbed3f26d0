"""The station of flows that no call sends: what waits goes to the EDI gateways, what they return is read.

It also makes the files of packs that somebody deposits on the portal. A folder that is missing, closed or
full is told and tried again; meanwhile the flow waits, and a returned file stays where it is.
"""

import asyncio
import errno
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from chorus_tui.domain.flow import Flow, FlowMode
from chorus_tui.domain.flow_states import FlowStage
from chorus_tui.i18n import N_
from chorus_tui.intake import Watcher
from chorus_tui.operations import Desk, edi, flow_journal
from chorus_tui.operations import gateway_folders as folders
from chorus_tui.operations.flow_departure import taken_meanwhile
from chorus_tui.settings import EdiConnection, WatchedFolder
from chorus_tui.store import StoreError

if TYPE_CHECKING:
    from chorus_tui.composing import Composer

log = logging.getLogger(__name__)

FORGETS_EVERY = timedelta(days=1)
LATER = timedelta(seconds=30)
"""Until an archive that could not be written is tried again."""

COPY_GONE = N_("The copy of its file cannot be read any more.")
CANNOT_BE_WRITTEN = N_("The drop folder of the EDI gateway cannot be written.")
WHY = {
    errno.ENOSPC: N_("The disk of the EDI gateway's drop folder is full."),
    errno.EDQUOT: N_("The disk of the EDI gateway's drop folder is full."),
    errno.ENOENT: N_("The drop folder of the EDI gateway does not exist."),
    errno.ENOTDIR: N_("The drop folder of the EDI gateway does not exist."),
    errno.EACCES: N_("The drop folder of the EDI gateway may not be written: permission denied."),
    errno.EPERM: N_("The drop folder of the EDI gateway may not be written: permission denied."),
    errno.EROFS: N_("The drop folder of the EDI gateway may not be written: permission denied."),
}
LYING = N_("Another file lies in the drop folder of the EDI gateway under the name of a flow.")
UNMOVABLE = N_("Files cannot be moved inside the return folder; each is read once all the same.")
FAULT = N_("A file of the return folder could not be taken in; the log says more.")
UNREADABLE = N_("A file of the return folder cannot be read.")


class EdiStation:
    """Drops what is queued, watches what comes back. Without a composer, only what is made already leaves."""

    name = "edi"

    def __init__(self, desk: Desk, composer: "Composer | None") -> None:
        self._desk = desk
        self._composer = composer
        self._troubles: dict[Path, str] = {}
        self._arrived: dict[Path, EdiConnection] = {}
        self._forgot_at: datetime | None = None
        self._watchers = {
            connection.name: Watcher(
                (WatchedFolder(path=connection.returns),),
                settle=desk.settings.settle,
                poll=desk.settings.poll,
                announce=False,
            )
            for connection in desk.settings.edi
        }

    @property
    def troubles(self) -> Mapping[Path, str]:
        """Folders of gateways that something is wrong with, with the reason (English source string)."""
        watched = {
            path: reason for watcher in self._watchers.values() for path, reason in watcher.troubles.items()
        }
        return {**watched, **self._troubles}

    @property
    def queued_in(self) -> float | None:
        """Seconds until a flow may leave; None: none waits."""
        now = self._desk.now()
        waits = [
            (flow.not_before - now).total_seconds() if flow.not_before else 0.0 for flow in self._waiting()
        ]
        return max(0.0, min(waits)) if waits else None

    @property
    def due_in(self) -> float | None:
        """Seconds until it looks again; None: there is no gateway, and nothing to make."""
        queued, poll = self.queued_in, self._desk.settings.poll
        if self._watchers:
            return poll
        return None if queued is None else max(queued, poll)

    async def run_once(self) -> int:
        """Read what came back, then send what is queued and due; counts both."""
        now = self._desk.now()
        if self._watchers and (self._forgot_at is None or now - self._forgot_at >= FORGETS_EVERY):
            edi.forget_old(self._desk)
            self._forgot_at = now
        done = await self._take_returns()
        edi.unfinished(self._desk)
        await self._deliver_dropped()
        for flow in self._waiting():
            if flow.not_before is None or flow.not_before <= now:
                done += await (self._drop(flow) if flow.mode is FlowMode.EDI else self._make(flow))
        return done

    def _waiting(self) -> list[Flow]:
        """EDI flows that are queued, and packs of which there is no file yet."""
        queued: list[Flow] = self._desk.store.flows.by("stage", FlowStage.QUEUED)
        found = [f for f in queued if f.mode is FlowMode.EDI or (f.mode is FlowMode.PORTAL and not f.sha256)]
        found = [flow for flow in found if not flow.unfinished]
        return sorted(found, key=lambda flow: (flow.emitted_at, flow.id))

    # Leaving

    async def _make(self, flow: Flow) -> bool:
        """The file of a flow that documents were gathered in."""
        from chorus_tui.operations.composing_queued import compose_queued

        if self._composer is None:
            return False
        return await compose_queued(self._desk, self._composer, flow) is not None

    async def _drop(self, flow: Flow) -> bool:
        connection = edi.connection_of(self._desk, flow)
        if connection is None:
            self._wait(flow, edi.NO_CONNECTION)
            return False
        if not flow.sha256:
            if not await self._make(flow):
                return False
            flow = self._desk.store.flows[flow.id]
        if not edi.travels(flow):
            flow_journal.refused(self._desk, flow, edi.NO_INTERFACE, sent=False)
            return False
        if why := await taken_meanwhile(self._desk, flow):
            flow_journal.refused(self._desk, flow, why, sent=False)
            return False
        try:
            return await self._write(connection, flow, await self._content(flow))
        except KeyError:
            flow_journal.refused(self._desk, flow, COPY_GONE, sent=False)
        except OSError as error:
            self._wait(flow, self._unwritable(connection, error))
        return False

    async def _write(self, connection: EdiConnection, flow: Flow, content: bytes) -> bool:
        lying = await asyncio.to_thread(_lying, connection)
        sending = edi.begin(self._desk, flow.id, flow.sha256, lying=lying)
        if sending is None:
            return False
        await asyncio.to_thread(folders.write_aside, connection.drop, sending.name, content)
        left = edi.dropped(self._desk, sending.id)
        if left is None:
            return False
        await self._deliver(connection, left, content)
        return True

    async def _content(self, flow: Flow) -> bytes:
        """The archive of a flow, the same whenever it is asked for.

        Raises:
            KeyError: the copy is gone.
        """
        return await asyncio.to_thread(
            edi.archive_of, self._desk.store.blobs, flow, self._desk.store.contents.get(flow.id)
        )

    def _wait(self, flow: Flow, why: str) -> None:
        edi.not_left(self._desk, flow.id, why, self._desk.now() + LATER)

    async def _deliver_dropped(self) -> None:
        """Give their names to archives that were journalled as dropped when the process ended."""
        for connection in self._desk.settings.edi:
            try:
                parts = await asyncio.to_thread(folders.parts, connection.drop)
            except OSError as error:
                self._unwritable(connection, error)
                continue
            self._troubles.pop(connection.drop, None)
            for name in parts:
                await self._finish(connection, name)

    async def _finish(self, connection: EdiConnection, name: str) -> None:
        flow = edi.flow_of_file(self._desk, connection, name)
        if flow is None:
            return  # Another program's, or of a store that is not this one.
        try:
            if flow.stage is FlowStage.DROPPED:
                await self._deliver(connection, flow, await self._content(flow))
            else:
                await asyncio.to_thread(folders.drop_part, connection.drop, name)
        except (OSError, KeyError) as error:
            self._unwritable(connection, error)

    async def _deliver(self, connection: EdiConnection, flow: Flow, content: bytes) -> None:
        """From here on the gateway has it; what goes wrong is tried again until it has its name."""
        try:
            await asyncio.to_thread(folders.deliver, connection.drop, flow.name, content)
        except (OSError, folders.Lying) as error:
            self._unwritable(connection, error)

    def _unwritable(self, connection: EdiConnection, error: Exception) -> str:
        if isinstance(error, OSError):
            why = WHY.get(error.errno or 0, CANNOT_BE_WRITTEN)
        else:
            why = LYING if isinstance(error, folders.Lying) else COPY_GONE
        if self._troubles.get(connection.drop) != why:
            log.warning("EDI connection %s: %s", connection.name, why)
        self._troubles[connection.drop] = why
        return why

    # Coming back

    async def _take_returns(self) -> int:
        for connection in self._desk.settings.edi:
            found = await self._watchers[connection.name].scan()
            for path in await asyncio.to_thread(sorted, found, key=_age):
                self._arrived[path] = connection
        taken = 0
        for path in list(self._arrived):
            connection = self._arrived[path]
            self._troubles.pop(connection.returns, None)
            try:
                taken += await self._take(connection, path)
            except FileNotFoundError:
                pass  # It went; where it comes again, it is announced again.
            except OSError as error:
                # It stays, and is tried again at the next look.
                log.warning("return folder of %s: %s", connection.name, error.strerror)
                self._troubles[connection.returns] = UNREADABLE
                continue
            except StoreError:
                raise
            except Exception:
                # One file must not keep others from being read, nor flows from leaving: it stays where it is.
                log.exception("return folder of %s: a file could not be taken in", connection.name)
                self._troubles[connection.returns] = FAULT
            del self._arrived[path]
        return taken

    async def _take(self, connection: EdiConnection, path: Path) -> bool:
        from chorus_tui.chorus import returns
        from chorus_tui.operations import edi_returns

        desk = self._desk
        content, modified = await asyncio.to_thread(_read, path, returns.MAX_FILE)
        name = folders.shown(path)
        key = edi_returns.return_id(path.name, content)
        if edi_returns.is_taken(desk, key):
            await self._put_away(path, folders.TAKEN, key)
            return False
        try:
            told = await asyncio.to_thread(returns.read, content)
        except returns.UnusableReturn as problem:
            file = edi_returns.put_aside(desk, connection, key, name, problem.defect.reason)
        else:
            sha256 = await asyncio.to_thread(desk.store.blobs.put, content)
            at = min(edi_returns.written_at(modified), desk.now())
            file = edi_returns.take_in(desk, connection, key, name, told, sha256=sha256, at=at)
        await self._put_away(path, folders.SET_ASIDE if file.reason else folders.TAKEN, key)
        return True

    async def _put_away(self, path: Path, into: str, key: str) -> None:
        try:
            await asyncio.to_thread(folders.put_away, path, into, key)
        except OSError:
            # It is remembered, so it does no harm where it lies.
            if self._troubles.get(path.parent) != UNMOVABLE:
                log.warning("return folder: %s", UNMOVABLE)
            self._troubles[path.parent] = UNMOVABLE


def _age(path: Path) -> tuple[int, str]:
    """Files are read in the order in which they were written: an acknowledgement before the report."""
    try:
        return path.stat().st_mtime_ns, path.name
    except OSError:
        return 0, path.name


def _lying(connection: EdiConnection) -> int:
    """The highest sequence of this partner among the files of the two folders."""
    return edi.highest(connection.partner_code, folders.names(connection.drop, connection.returns))


def _read(path: Path, most: int) -> tuple[bytes, float]:
    """A file, no further than shows that it is too large; and when it was modified (POSIX seconds)."""
    with path.open("rb") as file:
        return file.read(most + 1), path.stat().st_mtime
