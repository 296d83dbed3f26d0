"""The track station: what became of every invoice, ours or not (S1-030, S1-036).

By the period of status change, all pages, with an overlap; never one call per invoice. Up to when changes are
known is told by the latest change seen, in Chorus Pro's own time, so a wrong clock here misses nothing.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import structs

from chorus_tui.chorus import ChorusError, ChorusPro, Criteria
from chorus_tui.domain.document import Document
from chorus_tui.domain.intent import Intent, IntentState
from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.records import CLOCK_TOLERANCE
from chorus_tui.domain.statuses import DocumentState
from chorus_tui.operations import Desk
from chorus_tui.operations.reply_journal import was_answered
from chorus_tui.operations.settling import accepted
from chorus_tui.operations.snoozing import rouse
from chorus_tui.sync.line import Line, put_state, sync_state
from chorus_tui.sync.rejections import Rejections
from chorus_tui.sync.submit import is_namesake, is_same

OVERLAP = timedelta(minutes=10)
"""Changes are told to the minute in places, and may be written down later than they are dated."""
LOOK_BACK = timedelta(days=30)
LOOK_BACK_EVERY = timedelta(days=1)
"""Once a day a sweep begins this much earlier: what was written down long after its date is found, too."""
SLICE = 25
"""Invoices written between two pauses: one commit of a few milliseconds."""
WORTH_TELLING = 2
"""Pages from which a sweep says how far it is."""


class TrackStation:
    """Sweeps for status changes."""

    name = "track"

    def __init__(self, desk: Desk, chorus: ChorusPro, line: Line) -> None:
        self._desk = desk
        self._chorus = chorus
        self._line = line
        self._rejections = Rejections(desk, chorus)

    async def run_once(self) -> int:
        """One sweep; counts the invoices that are new or changed."""
        if not self._line.is_open:
            return 0
        begun_at = self._desk.now()
        known_until = sync_state(self._desk).tracked_at
        looks_back = self._looks_back(begun_at)
        since = None if known_until is None else known_until - (LOOK_BACK if looks_back else OVERLAP)
        changed, seen, latest = 0, 0, known_until
        try:
            async for page in self._chorus.search(Criteria(changed_since=since)):
                seen += len(page.invoices)
                changed += await self.take(page.invoices)
                latest = _latest(latest, page.invoices)
                if page.pages >= WORTH_TELLING:
                    put_state(self._desk, read=seen, to_read=page.total)
        except ChorusError as error:
            self._line.failed(error)
            return changed
        finally:
            if sync_state(self._desk).to_read:
                put_state(self._desk, read=0, to_read=0)
        self._line.went_well()
        # What changed while a long sweep ran may be on a page read before, so the next one begins no later
        # than this one did.
        tracked_at = None if latest is None else max(min(latest, begun_at), known_until or latest)
        now = self._desk.now()
        put_state(
            self._desk, tracked_at=tracked_at, fresh_at=now, alive_at=now, clock_minutes=self._clock_minutes()
        )
        if looks_back:
            put_state(self._desk, looked_back_at=begun_at)
        return changed + await self._follow_rejections()

    async def _follow_rejections(self) -> int:
        """What fails here takes nothing from the sweep."""
        try:
            return await self._rejections.run_once()
        except ChorusError as error:
            self._line.failed(error)
            return 0

    def _looks_back(self, now: datetime) -> bool:
        looked = sync_state(self._desk).looked_back_at
        return looked is None or not looked <= now < looked + LOOK_BACK_EVERY

    def _clock_minutes(self) -> int:
        offset = self._chorus.clock_offset
        return round(offset / timedelta(minutes=1)) if abs(offset) > CLOCK_TOLERANCE else 0

    async def take(self, invoices: Sequence[Invoice]) -> int:
        """Take in what a search found; counts what is news."""
        changed = 0
        unheard = self._unheard()
        for start in range(0, len(invoices), SLICE):
            with self._desk.store.transaction():
                for invoice in invoices[start : start + SLICE]:
                    changed += self._put(invoice, unheard)
            await asyncio.sleep(0)
        return changed

    def _put(self, found: Invoice, unheard: Sequence[Intent]) -> bool:
        stored = self._desk.store.invoices.get(str(found.id))
        if stored is not None:
            fresh = structs.replace(found, document_id=stored.document_id, document_name=stored.document_name)
        else:
            fresh = self._linked(found)
        if fresh == stored or was_answered(self._desk, fresh):
            return False
        self._desk.store.invoices.put(fresh)
        if stored is not None and _passage(stored) != _passage(fresh):
            rouse(self._desk, f"invoice:{fresh.id}", fresh.status.value)
        if not fresh.document_id:
            for intent in unheard:
                fields = intent.submission.fields
                if is_namesake(fresh, fields) and is_same(fresh, fields) and self._waits(intent):
                    accepted(self._desk, intent, fresh, "(found)")
                    break
        return True

    def _linked(self, found: Invoice) -> Invoice:
        documents: list[Document] = self._desk.store.documents.by("invoice_id", found.id)
        if not documents:
            return found
        return structs.replace(found, document_id=documents[0].id, document_name=documents[0].name)

    def _unheard(self) -> list[Intent]:
        """Submissions given up although a lost answer of theirs may still turn out to have been a yes."""
        return [
            intent
            for intent in self._desk.store.intents.by("state", IntentState.REFUSED)
            if any(attempt.is_unheard for attempt in intent.attempts) and self._waits(intent)
        ]

    def _waits(self, intent: Intent) -> bool:
        """Whether its document waits; it may have been submitted again while the sweep went on."""
        document = self._desk.store.documents.get(intent.document_id)
        return document is not None and document.state is DocumentState.TO_SUBMIT


def _passage(invoice: Invoice) -> tuple[str, datetime | None]:
    """Tells one passage of an invoice from the next: it may be suspended twice."""
    return invoice.status_code or invoice.status, invoice.status_at


def _latest(known: datetime | None, invoices: Sequence[Invoice]) -> datetime | None:
    moments = [invoice.status_at for invoice in invoices if invoice.status_at is not None]
    if known is not None:
        moments.append(known)
    return max(moments, default=None)
