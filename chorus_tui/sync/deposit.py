"""The deposit station: flows leave through the API, once, and lost ones are searched for (S2-009, S2-010).

    queued ── file made ── journal: sending ── call ──▶ deposited | refused
                                     │
                           answer lost, or killed
                                     ▼
                                  unsure: search its invoices ──▶ deposited (they name their flow)

A flow whose answer was lost is never deposited again by itself: Chorus Pro takes it apart minutes or hours
later, so that nothing tells a flow that did not arrive from one that waits (API 8, points 16 and 19).
"""

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from chorus_tui.chorus import ChorusError, ChorusPro, Criteria, OutcomeUnknown, Refused
from chorus_tui.domain.flow import Flow, FlowMode
from chorus_tui.domain.flow_states import FlowStage
from chorus_tui.i18n import N_, _
from chorus_tui.operations import Desk
from chorus_tui.operations.composing_queued import compose_queued
from chorus_tui.operations.flow_departure import taken_meanwhile
from chorus_tui.operations.flow_discovery import known_number, number_told
from chorus_tui.operations.flow_journal import (
    begin,
    deposited,
    found,
    not_found,
    not_left,
    refused,
    unsure,
    wait,
)
from chorus_tui.operations.gathering import invoices_of
from chorus_tui.operations.queueing import cut_off, take_back_cut_off
from chorus_tui.sync.calls import LOOK_LATER
from chorus_tui.sync.line import Line

if TYPE_CHECKING:
    from chorus_tui.composing import Composer

AT_ONCE = 2
"""A file may have ten megabytes."""
FIRST_LOOK = timedelta(minutes=1)
"""After a lost answer: flows are taken apart within minutes when all goes well."""
LONGEST_PAUSE = timedelta(hours=6)
"""Between two looks for the same flow."""
NUMBERS = 3
"""Invoice numbers that one look searches; the next look goes on with others."""
MADE_LATER = timedelta(minutes=1)

COPY_GONE = N_("The copy of {name} cannot be read: deposit the file again.")
NO_DEPOSIT = N_("Chorus Pro takes no such files through the API.")


class DepositStation:
    """Deposits what is queued for the API, and looks for what may have arrived.

    Args:
        composer: makes the files of gathered flows; None: they wait for a process that has one.
    """

    name = "deposit"

    def __init__(self, desk: Desk, chorus: ChorusPro, line: Line, composer: "Composer | None") -> None:
        self._desk = desk
        self._chorus = chorus
        self._line = line
        self._composer = composer
        self._under_way: set[str] = set()
        """Flows whose deposit has left and was not settled yet."""

    @property
    def due_in(self) -> float | None:
        """Seconds until a flow wants something; None: nothing is open."""
        now = self._desk.now()
        open_ = (*self._open(), *cut_off(self._desk))
        waits = [(f.not_before - now).total_seconds() if f.not_before else 0.0 for f in open_]
        return max(0.0, min(waits)) if waits else None

    async def run_once(self) -> int:
        """Search for what is unsure, then deposit what is queued and due."""
        self._look_for_unsettled()
        await take_back_cut_off(self._desk)
        now = self._desk.now()
        due = [flow for flow in self._open() if flow.not_before is None or flow.not_before <= now]
        due.sort(key=lambda flow: (flow.stage is FlowStage.QUEUED, flow.emitted_at, flow.id))
        return await self._line.work_through(due, self._step, AT_ONCE)

    def _open(self) -> list[Flow]:
        store = self._desk.store.flows
        unsure_ones = [f for f in store.by("stage", FlowStage.UNSURE) if f.mode is FlowMode.API]
        queued = [f for f in store.by("stage", FlowStage.QUEUED) if f.mode is FlowMode.API]
        whole = [flow for flow in queued if not flow.unfinished]
        return unsure_ones + [f for f in whole if f.sha256 or self._composer is not None]

    def _look_for_unsettled(self) -> None:
        """What left and could not be settled (the disk was full) may have been taken."""
        for flow in self._desk.store.flows.by("stage", FlowStage.SENDING):
            if flow.mode is FlowMode.API and flow.id not in self._under_way:
                unsure(self._desk, flow, self._desk.now())

    async def _step(self, flow: Flow) -> bool:
        return await (self._look_for(flow) if flow.stage is FlowStage.UNSURE else self._send(flow))

    # Depositing

    async def _send(self, flow: Flow) -> bool:
        made = await self._with_file(flow)
        if made is None:
            return False
        if why := await taken_meanwhile(self._desk, made):
            refused(self._desk, made, why, sent=False)
            return True
        try:
            content = await asyncio.to_thread(self._desk.store.blobs.get, made.sha256)
        except (KeyError, OSError):
            refused(self._desk, made, _(COPY_GONE).format(name=made.name), sent=False)
            return True
        sending = begin(self._desk, made.id, made.sha256)
        if sending is None:
            return False
        self._under_way.add(sending.id)
        try:
            return await self._sent(sending, content)
        finally:
            self._under_way.discard(sending.id)

    async def _with_file(self, flow: Flow) -> Flow | None:
        """The flow with its file; None where it does not leave now."""
        if flow.sha256:
            return flow
        if self._composer is None:
            return None
        made = await compose_queued(self._desk, self._composer, flow)
        left = self._desk.store.flows.get(flow.id)
        if made is None and left is not None and left.stage is FlowStage.QUEUED:
            wait(self._desk, left, self._desk.now() + MADE_LATER)
        return made

    async def _sent(self, sending: Flow, content: bytes) -> bool:
        try:
            receipt = await self._chorus.deposit_flow(content, sending.name, sending.syntax)
        except ValueError:
            refused(self._desk, sending, _(NO_DEPOSIT), sent=False)
        except OutcomeUnknown as error:
            unsure(self._desk, sending, self._desk.now() + FIRST_LOOK)
            self._line.failed(error)
        except Refused as error:
            self._line.went_well()
            refused(self._desk, sending, error.label or error.title, error.code)
        except ChorusError as error:
            self._line.failed(error)
            not_left(self._desk, sending, self._line.opens_at + timedelta(seconds=1))
            return False
        else:
            self._line.went_well()
            deposited(self._desk, sending, receipt.number, self._desk.now())
        return True

    # Looking for what may have arrived

    async def _look_for(self, flow: Flow) -> bool:
        try:
            number = known_number(self._desk, flow) or await self._searched(flow)
        except Refused as error:
            # Asked again, but not so often that everything else waits for it.
            self._line.failed(error)
            wait(self._desk, flow, self._desk.now() + LOOK_LATER)
            return False
        except ChorusError as error:
            self._line.failed(error)
            return False
        current = self._desk.store.flows.get(flow.id)
        if current is None or current.stage is not FlowStage.UNSURE:
            return False
        if number:
            found(self._desk, current, number)
        else:
            not_found(self._desk, current, self._next_look(current))
        return True

    def _next_look(self, flow: Flow) -> datetime:
        return self._desk.now() + min(FIRST_LOOK * (1 << min(flow.searches, 10)), LONGEST_PAUSE)

    async def _searched(self, flow: Flow) -> str:
        """The number that its invoices name; some may have been refused, so that others have their turn."""
        invoices = invoices_of(self._desk, flow.id)
        start = flow.searches * NUMBERS % len(invoices) if invoices else 0
        for own in (*invoices, *invoices)[start : start + min(NUMBERS, len(invoices))]:
            async for page in self._chorus.search(Criteria(number=own.number.strip())):
                if number := number_told(self._desk, flow, page.invoices):
                    self._line.went_well()
                    return number
        self._line.went_well()
        return ""
