"""The sync service: stations on one event loop, led by one process of all that share the store."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from chorus_tui.chorus import ChorusPro
from chorus_tui.i18n import N_
from chorus_tui.intake import Reader
from chorus_tui.operations import Desk
from chorus_tui.operations.flow_journal import recover_flows
from chorus_tui.operations.reply_journal import recover_replies
from chorus_tui.operations.settling import recover
from chorus_tui.store import Changes, Lease, StoreError
from chorus_tui.sync.analyse import AnalyseStation
from chorus_tui.sync.deposit import DepositStation
from chorus_tui.sync.edi import EdiStation
from chorus_tui.sync.flows import FlowStation
from chorus_tui.sync.intake import IntakeStation
from chorus_tui.sync.line import Line, put_state
from chorus_tui.sync.lists import ListsStation
from chorus_tui.sync.members import MembersStation
from chorus_tui.sync.process import ProcessStation
from chorus_tui.sync.submit import SubmitStation
from chorus_tui.sync.track import TrackStation

if TYPE_CHECKING:
    from chorus_tui.composing import Composer

log = logging.getLogger(__name__)

Sleep = Callable[[float], Coroutine[Any, Any, None]]

LOOK = 0.5
"""Seconds between looks at what other processes committed; a look costs microseconds."""
BEAT = 30.0
"""Seconds between two signs of life; consoles take a leader for gone after a few of them."""
TAKE_OVER = 3.0
AFTER_THE_FIRST_SCREEN = 2.0
"""Seconds until the stations begin that look through tables of many records."""
RETRY = 10.0
"""Seconds until a station that stumbled (full disk) is tried again."""

STATIONS = ("intake", "analyse", "lists", "submit", "process", "deposit", "edi", "track", "flows", "members")


class Station(Protocol):
    """One kind of work."""

    name: str

    async def run_once(self) -> int:
        """Do what there is to do now; counts it."""


class LedElsewhere(Exception):
    """Another process runs the service for this store; its text names it."""


class SyncService:
    """Analyses, submits, deposits and tracks, for every console of the store.

    Args:
        composer: makes the files of flows; None: flows that were gathered wait.
        sleep: how the service waits, in seconds.
        take_over: seconds between attempts to lead, for a process that does not.
    """

    def __init__(
        self,
        desk: Desk,
        chorus: ChorusPro,
        reader: Reader,
        composer: "Composer | None" = None,
        *,
        sleep: Sleep = asyncio.sleep,
        take_over: float = TAKE_OVER,
    ) -> None:
        self._desk = desk
        self._sleep = sleep
        self._take_over = take_over
        self.line = Line(desk)
        self.intake = IntakeStation(desk, reader, lambda: self.wake("intake"))
        self.analyse = AnalyseStation(desk, chorus, self.line, self.intake)
        self.lists = ListsStation(desk, chorus, self.line)
        self.submit = SubmitStation(desk, chorus, self.line)
        self.process = ProcessStation(desk, chorus, self.line)
        self.deposit = DepositStation(desk, chorus, self.line, composer)
        self.edi = EdiStation(desk, composer)
        self.track = TrackStation(desk, chorus, self.line)
        self.flows = FlowStation(desk, chorus, self.line)
        self.members = MembersStation(desk, reader, composer)
        self._woken = {name: asyncio.Event() for name in STATIONS}
        self.stumbles: dict[str, str] = {}
        """Stations that could not work for a reason of this machine, and which (English); empty: none."""
        self.leads = False

    def wake(self, name: str) -> None:
        """Let a station look at once. Unknown names are no error: a later version may have more stations."""
        event = self._woken.get(name)
        if name == "flows":
            self.flows.stir()
        if event is not None:
            event.set()

    def retry_now(self) -> None:
        """An operator put something right: forget the pauses and try everything."""
        self.line.reset()
        self.lists.retry_now()
        self.intake.stir()
        for name in self._woken:
            self.wake(name)

    @property
    def folder_troubles(self) -> dict[Path, str]:
        """Folders that are watched, or are a gateway's, and cannot be used; why (English source strings)."""
        return {**self.intake.troubles, **self.edi.troubles}

    @property
    def held_for(self) -> float | None:
        """Seconds until a batch that is held may leave; None: none is, or nothing may leave."""
        waits = [due for due in (self.submit.due_in, self.process.due_in, self.deposit.due_in) if due]
        held = [due for due in waits if due <= self._desk.settings.hold] if self.line.is_open else []
        if (queued := self.edi.queued_in) and queued <= self._desk.settings.hold:
            held.append(queued)  # It goes into a folder, whether or not Chorus Pro can be reached.
        return min(held, default=None)

    async def run(self) -> None:
        """Lead while nobody else does, until cancelled. Without leadership it only looks and waits."""
        with self._following():
            async with asyncio.TaskGroup() as group:
                group.create_task(self._look())
                while True:
                    try:
                        for _step in self._desk.store.flows.loading("stage", "linked", "number"):
                            await asyncio.sleep(0)
                        lease = self._desk.store.try_lead(self._desk.who)
                        if lease is None:
                            await self._sleep(self._take_over)
                            continue
                        with self._leading(lease):
                            await self._stations()
                    except StoreError as error:
                        await self._rest_after("store", error)

    async def once(self) -> int:
        """Every station until nothing is left to do now; counts what was done.

        Raises:
            LedElsewhere
        """
        if self.leads:
            return await self._rounds()
        lease = self._desk.store.try_lead(self._desk.who)
        if lease is None:
            leader = self._desk.store.leader()
            raise LedElsewhere(leader.who if leader is not None else "")
        with self._following(), self._leading(lease):
            return await self._rounds()

    async def _rounds(self) -> int:
        self._desk.store.refresh()
        total = await self.intake.run_once()
        total += await self.lists.run_once()
        while done := await self._round():
            total += done
        total += await self.track.run_once()
        return total + await self.flows.run_once() + await self.members.run_once()

    async def _round(self) -> int:
        done = await self.analyse.run_once() + await self.lists.run_once()
        done += await self.submit.run_once() + await self.process.run_once()
        return done + await self.deposit.run_once() + await self.edi.run_once()

    @contextlib.contextmanager
    def _leading(self, lease: Lease) -> Iterator[None]:
        self.leads = True
        try:
            recover(self._desk)
            recover_replies(self._desk)
            recover_flows(self._desk)
            self.submit.begin()
            self.lists.begin()
            self.flows.begin()
            self.members.begin()
            put_state(self._desk, leader=self._desk.who, alive_at=self._desk.now(), read=0, to_read=0)
            yield
        finally:
            self.leads = False
            with contextlib.suppress(StoreError):
                put_state(self._desk, leader="", read=0, to_read=0)
            lease.release()

    @contextlib.contextmanager
    def _following(self) -> Iterator[None]:
        unsubscribe = self._desk.store.subscribe(self._follow)
        try:
            yield
        finally:
            unsubscribe()

    def _follow(self, changes: Changes) -> None:
        self.submit.follow(changes)
        self.lists.follow(changes)
        if "documents" in changes:
            self.wake("analyse")
            self.wake("lists")
        if changes.keys() & {"documents", "intents", "recipients", "suppliers"}:
            self.wake("submit")
        if "replies" in changes:
            self.wake("process")
        if "refreshes" in changes:
            self.wake("lists")
        if "flows" in changes:
            self.wake("deposit")
            self.wake("edi")
        if self.flows.follow(changes):
            self._woken["flows"].set()
        if self.members.follow(changes):
            self.wake("members")

    async def _look(self) -> None:
        while True:
            await self._sleep(LOOK)
            try:
                self._desk.store.refresh()
                self.stumbles.pop("store", None)
            except StoreError as error:
                await self._rest_after("store", error)

    async def _rest_after(self, name: str, error: Exception) -> None:
        log.warning("%s: %s", name, error)
        self.stumbles[name] = str(error)
        await self._sleep(RETRY)

    async def _stations(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._beat())
            group.create_task(self._watch())
            group.create_task(self._work("intake", self.intake.take_arrived, lambda: None))
            group.create_task(self._work("analyse", self.analyse.run_once, lambda: self._when_open(None)))
            group.create_task(
                self._work("lists", self.lists.run_once, lambda: self._when_open(self.lists.due_in))
            )
            group.create_task(
                self._work("submit", self.submit.run_once, lambda: self._when_open(self.submit.due_in))
            )
            group.create_task(
                self._work("process", self.process.run_once, lambda: self._when_open(self.process.due_in))
            )
            group.create_task(
                self._work("deposit", self.deposit.run_once, lambda: self._when_open(self.deposit.due_in))
            )
            group.create_task(
                self._work("edi", self.edi.run_once, lambda: self.edi.due_in, after=AFTER_THE_FIRST_SCREEN)
            )
            group.create_task(
                self._work(
                    "flows",
                    self.flows.run_once,
                    lambda: self._when_open(self.flows.due_in),
                    after=AFTER_THE_FIRST_SCREEN,
                )
            )
            group.create_task(
                self._work("members", self.members.run_once, lambda: None, after=AFTER_THE_FIRST_SCREEN)
            )
            group.create_task(
                self._work("track", self.track.run_once, lambda: self._desk.settings.track_every)
            )

    async def _beat(self) -> None:
        """Let every console see that sync is alive, however long a sweep takes or how seldom there is one."""
        while True:
            await self._sleep(BEAT)
            with contextlib.suppress(StoreError):
                put_state(self._desk, alive_at=self._desk.now())

    async def _watch(self) -> None:
        """Notice files for ever; what stops it once need not stop it for good."""
        while True:
            try:
                await self.intake.watch()
            except Exception as error:
                self._stumbled("intake", error)
            await self._sleep(RETRY)
            self.stumbles.pop("intake", None)

    def _when_open(self, rest: float | None) -> float | None:
        """The rest, or until the line opens where that comes later."""
        if self.line.is_open:
            return rest
        return max(self.line.opens_in, rest or 0.0)

    async def _work(
        self,
        name: str,
        run_once: Callable[[], Awaitable[int]],
        rest: Callable[[], float | None],
        after: float = 0.0,
    ) -> None:
        """One station, for ever: work, then wait to be woken or for its time."""
        woken = self._woken[name]
        await self._sleep(after)
        while True:
            woken.clear()
            try:
                await run_once()
                self.stumbles.pop(name, None)
                pause = rest()
            except Exception as error:
                self._stumbled(name, error)
                pause = RETRY
            await self._wait(woken, pause)

    def _stumbled(self, name: str, error: Exception) -> None:
        if isinstance(error, (StoreError, OSError)):
            # A full disk ends; what was not done is still in the store or in the folder.
            log.warning("%s: %s", name, error)
            self.stumbles[name] = str(error)
        else:
            # The other stations go on; this one's fault is in the log and on the health screen.
            log.error("%s stumbled", name, exc_info=error)
            self.stumbles[name] = N_("An unexpected fault; the log says more.")

    async def _wait(self, woken: asyncio.Event, seconds: float | None) -> None:
        waits: list[asyncio.Task[Any]] = [asyncio.create_task(woken.wait())]
        if seconds is not None:
            waits.append(asyncio.create_task(self._sleep(seconds)))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waits:
                task.cancel()
            await asyncio.gather(*waits, return_exceptions=True)
