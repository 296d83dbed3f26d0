"""Queueing flows of very many invoices, and taking them back, beside a running screen.

    kept, unfinished ── documents join, a few in each transaction ──▶ finished: it may leave
                              │                    │
                     one cannot go            cut off (killed, full disk)
                              ▼                    ▼
             all are as before, no flow      withdrawn by whoever leads

An unfinished flow leaves by no path, and holds the numbers of its invoices from the first step on, so that
two consoles that queue the same at once both see it.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta

from msgspec import structs

from chorus_tui.domain.document import Document
from chorus_tui.domain.flow import Flow, FlowInvoice, FlowMode
from chorus_tui.domain.flow_states import FlowStage
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.i18n import _
from chorus_tui.operations.depositing import Part, Plan, changed, deposit, flow_of, note_queued
from chorus_tui.operations.desk import SLICE, Deeds, Desk, Outcome, note
from chorus_tui.operations.gathering import claim, invoices_of, put_flow, returned, sending, unsend
from chorus_tui.operations.permissions import require
from chorus_tui.operations.recording import Trail
from chorus_tui.operations.submitting import hold_until
from chorus_tui.store import StoreError

__all__ = ["cut_off", "deposit_in_slices", "loosen", "take_back_cut_off"]

WITHIN = timedelta(minutes=1)
"""All documents of a flow join or leave it; one that takes longer was cut off."""

Refused = Sequence[tuple[str, str]]


async def deposit_in_slices(desk: Desk, plan: Plan) -> Outcome:
    """`deposit` beside a running screen: each part is queued whole or not at all, and is one deed.

    Raises:
        Refusal: the operator may not see the flows of its structure.
    """
    if plan.count <= SLICE:
        return deposit(desk, plan)
    require(desk, plan.issuer_siret)
    if len(plan.parts) > 1:
        desk = desk.in_batch()
    deeds = Deeds()
    for part in plan.parts:
        queueing = _Queueing(desk, plan, part)
        refused = await queueing.run()
        for key, why in refused:
            deeds.refuse(key, why)
        if not refused:
            deeds.did(queueing.flow.id)
    for station in ("deposit", "edi"):
        desk.wake(station)
    return deeds.outcome


class _Queueing:
    """One part of a plan on its way to be a flow."""

    def __init__(self, desk: Desk, plan: Plan, part: Part) -> None:
        self._desk = desk
        self._plan = plan
        self._part = part
        self._before: dict[str, Document] = {}
        """Documents that joined, as they were."""
        self._trail = Trail(desk, "resend" if plan.resends else "deposit")
        begun = flow_of(desk, plan, part, None)
        self.flow = structs.replace(begun, unfinished=True, not_before=desk.now() + WITHIN)

    async def run(self) -> Refused:
        """Queue it; what keeps it back, and nothing is queued then."""
        with self._trail.step():
            self.flow = put_flow(self._desk, self.flow, self._part.invoices)
        try:
            refused = await self._join_all() or self._finish()
            if refused:
                await self._leave_all()
        except BaseException:
            # The console goes down, or its disk is full: then whoever leads takes it back.
            with suppress(StoreError):
                self._leave(list(self._before))
                self._forget()
            raise
        return refused

    async def _join_all(self) -> Refused:
        refused: list[tuple[str, str]] = []
        invoices = self._part.invoices
        for start in range(0, len(invoices), SLICE):
            few = invoices[start : start + SLICE]
            with self._trail.step():
                found = list(changed(self._desk, self._plan, few, flow_id=self.flow.id))
                refused += found or self._why_gone()
                if not refused:
                    self._join(few)
            await asyncio.sleep(0)
        return refused

    def _join(self, few: Sequence[FlowInvoice]) -> None:
        documents = self._desk.store.documents
        for invoice in few:
            if invoice.document_id:
                self._before[invoice.document_id] = document = documents[invoice.document_id]
                documents.put(sending(document, self.flow))

    def _why_gone(self) -> Refused:
        """That somebody took the flow back meanwhile, or documents out of it."""
        current = self._desk.store.flows.get(self.flow.id)
        here = current is not None and current.stage is FlowStage.QUEUED and current.unfinished
        if here and all(_is_in(self._desk, self.flow, key) for key in self._before):
            return ()
        return ((self.flow.id, _("It changed since the flow was made: make it again.")),)

    def _finish(self) -> Refused:
        if gone := self._why_gone():
            return gone
        with self._trail.last():
            is_pack = self.flow.mode is FlowMode.PORTAL
            held = None if is_pack else hold_until(self._desk, self._part.invoices)
            queued = structs.replace(
                self.flow, unfinished=False, not_before=held, emitted_at=self._desk.now()
            )
            self._desk.store.flows.put(queued)
            claim(self._desk, queued)
            note_queued(self._desk, self._plan, queued)
        return ()

    # It does not go after all

    async def _leave_all(self) -> None:
        keys = list(self._before)
        for start in range(0, len(keys), SLICE):
            self._leave(keys[start : start + SLICE])
            await asyncio.sleep(0)
        self._forget()

    def _leave(self, keys: Sequence[str]) -> None:
        """Let documents be what they were."""
        with self._desk.store.transaction():
            for key in keys:
                if _is_in(self._desk, self.flow, key):
                    self._desk.store.documents.put(self._before[key])

    def _forget(self) -> None:
        """It never was a flow, unless somebody else made another thing of it."""
        with self._desk.store.transaction():
            current = self._desk.store.flows.get(self.flow.id)
            if current is not None and current.unfinished:
                self._desk.store.flows.remove(self.flow.id)
                self._desk.store.contents.remove(self.flow.id)


def _is_in(desk: Desk, flow: Flow, key: str) -> bool:
    """Whether a document is on its way in a flow."""
    document = desk.store.documents.get(key)
    return document is not None and _goes_in(flow, document)


def _goes_in(flow: Flow, document: Document) -> bool:
    return document.flow_id == flow.id and document.state is DocumentState.SUBMITTING


# Taking back


async def loosen(
    desk: Desk, flow: Flow, put_back: Callable[[Document, FlowInvoice], Document | None]
) -> None:
    """Let the documents of a flow that waits to leave go from it, a few at a time, before it is withdrawn.

    Args:
        put_back: what becomes of a document.
    """
    with desk.store.transaction():
        current = desk.store.flows.get(flow.id)
        if current is None or current.stage is not FlowStage.QUEUED:
            return
        desk.store.flows.put(structs.replace(current, unfinished=True, not_before=desk.now() + WITHIN))
    invoices = invoices_of(desk, flow.id)
    for start in range(0, len(invoices), SLICE):
        with desk.store.transaction():
            for invoice in invoices[start : start + SLICE]:
                document = desk.store.documents.get(invoice.document_id) if invoice.document_id else None
                if document is None or not _goes_in(flow, document):
                    continue
                if (back := put_back(document, invoice)) is not None:
                    desk.store.documents.put(back)
        await asyncio.sleep(0)


def cut_off(desk: Desk) -> list[Flow]:
    """Flows that were being queued, or taken back, when a process ended; the one that waits longest first."""
    found = [flow for flow in desk.store.flows.by("stage", FlowStage.QUEUED) if flow.unfinished]
    return sorted(found, key=lambda flow: (flow.not_before or flow.emitted_at, flow.id))


async def take_back_cut_off(desk: Desk) -> int:
    """Withdraw flows that nobody finishes any more: their documents wait again. Counts them."""
    now = desk.now()
    done = 0
    for flow in cut_off(desk):
        if flow.not_before is not None and flow.not_before > now:
            continue
        await loosen(desk, flow, lambda document, invoice: returned(desk, document, invoice.before))
        with desk.store.transaction():
            current = desk.store.flows.get(flow.id)
            if current is not None and current.stage is FlowStage.QUEUED and current.unfinished:
                unsend(desk, current)
                note(desk, "withdraw flow", flow.id, f"{flow.name or flow.id} · {flow.count} (cut off)")
                done += 1
    return done
