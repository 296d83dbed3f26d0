"""The submit station: intents leave, once, and what became of them is settled (S1-023, S1-066…068).

    queued ── journal: sending ── call ──▶ accepted | refused
       ▲                           │
       │                  answer lost, or killed
       │                           ▼
       └── twice not found ── unsure: search ──▶ accepted (it is there) | conflict (another one is)

Chorus Pro knows no idempotency key (API 8, point 16), so nothing is sent again before a search.
"""

import asyncio
import logging
from operator import attrgetter

from chorus_tui.chorus import ChorusError, ChorusPro, Criteria, OutcomeUnknown, Receipt, Refused
from chorus_tui.domain.fields import InvoiceFields
from chorus_tui.domain.intent import Intent, IntentState
from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.money import to_cents
from chorus_tui.domain.statuses import InvoiceKind, InvoiceStatus
from chorus_tui.operations import Desk
from chorus_tui.operations.neighbours import Neighbours
from chorus_tui.operations.settling import (
    accepted,
    begin,
    conflict,
    look_later,
    lost,
    may_be_ours,
    not_found,
    not_left,
    queue_again,
    refused,
    unsure,
    uploaded,
)
from chorus_tui.operations.submitting import automatic
from chorus_tui.store import Changes
from chorus_tui.sync.calls import (
    AT_ONCE,
    ATTEMPTS,
    LOOK_LATER,
    SETTLE,
    Journal,
    due,
    due_in,
    still_open,
    with_files,
)
from chorus_tui.sync.line import Line

log = logging.getLogger(__name__)

SEARCHES = 2
"""Searches without a find before an invoice is believed not to be there."""
SLICE = 15
"""Documents looked at between two pauses, so that the screen stays quick."""

NOT_SUBMITTED = (
    InvoiceStatus.DRAFT,
    InvoiceStatus.READ_BY_OCR,
    InvoiceStatus.ABANDONED,
    InvoiceStatus.DELETED,
)
"""What a search also finds and what is no submission: the analysis itself leaves a draft read by OCR."""


class SubmitStation:
    """Sends what is queued, and looks for what may have been sent."""

    name = "submit"

    def __init__(self, desk: Desk, chorus: ChorusPro, line: Line) -> None:
        self._desk = desk
        self._chorus = chorus
        self._line = line
        self._journal = Journal(uploaded, refused, not_left)
        self._under_way: set[str] = set()
        """Intents whose call has left and was not settled yet."""
        self._to_consider: set[str] | None = None
        """Documents that may have become ready to go by themselves; None: any."""

    def begin(self) -> None:
        """Somebody else may have worked meanwhile, so every document is to be considered."""
        self._to_consider = None

    def follow(self, changes: Changes) -> None:
        """Note what may have made an automatic document complete."""
        if changes.keys() & {"recipients", "suppliers", "lists"}:
            self._to_consider = None
        elif self._to_consider is not None:
            self._to_consider |= changes.get("documents", frozenset())

    @property
    def due_in(self) -> float | None:
        """Seconds until an intent wants something; None: nothing is open."""
        return due_in(still_open(self._desk.store.intents), self._desk.now())

    async def run_once(self) -> int:
        """Search for what is unsure, then send what is queued and due."""
        self._look_for_unsettled()
        await self._queue_automatic()
        calls = due(still_open(self._desk.store.intents), self._desk.now())
        return await self._line.work_through(calls, self._step, AT_ONCE)

    def _look_for_unsettled(self) -> None:
        """What left and could not be settled (the disk was full) may have been taken."""
        for intent in self._desk.store.intents.by("state", IntentState.SENDING):
            if intent.id not in self._under_way:
                unsure(self._desk, intent, self._desk.now())

    async def _queue_automatic(self) -> None:
        considered, self._to_consider = self._to_consider, set()
        if considered is None:
            considered = {d.id for d in self._desk.store.documents.all() if d.automatic}
        keys = list(considered)
        try:
            if keys:
                await Neighbours.prepare(self._desk)
            for start in range(0, len(keys), SLICE):
                automatic(self._desk, keys[start : start + SLICE])
                await asyncio.sleep(0)
        except BaseException:
            self._to_consider = None
            raise

    async def _step(self, intent: Intent) -> bool:
        if intent.state is IntentState.UNSURE:
            return await self._look_for(intent)
        return await self._send(intent)

    # Sending

    async def _send(self, intent: Intent) -> bool:
        ready = await self._with_attachments(intent)
        sending = begin(self._desk, ready.id) if ready is not None else None
        if sending is None:
            return False
        self._under_way.add(sending.id)
        try:
            return await self._sent(sending)
        finally:
            self._under_way.discard(sending.id)

    async def _sent(self, sending: Intent) -> bool:
        try:
            receipt = await self._chorus.submit(sending.submission)
        except OutcomeUnknown as error:
            unsure(self._desk, sending, self._desk.now())
            self._line.failed(error)
        except Refused as error:
            self._line.went_well()
            await self._settle_refusal(sending, error)
        except ChorusError as error:
            self._line.failed(error)
            not_left(self._desk, sending, self._line.opens_at)
            return False
        else:
            self._line.went_well()
            accepted(self._desk, sending, invoice_of(sending, receipt))
        return True

    async def _with_attachments(self, intent: Intent) -> Intent | None:
        current = self._desk.store.intents.get(intent.id)
        if current is None:
            return None
        files = intent.submission.attachments
        return await with_files(self._desk, self._chorus, self._line, self._journal, current, files)

    async def _settle_refusal(self, intent: Intent, refusal: Refused) -> None:
        """A refusal is shown, except where it only says that an earlier attempt had succeeded unheard."""
        if may_be_ours(self._desk, intent):
            try:
                ours, _others = await self._search(intent)
            except ChorusError as error:
                self._line.failed(error)
                unsure(self._desk, intent, self._line.opens_at)
                return
            if ours is not None:
                accepted(self._desk, intent, ours, "(found)")
                return
        refused(self._desk, intent, refusal.label or refusal.title, refusal.code)

    # Looking for what may have been sent

    async def _look_for(self, intent: Intent) -> bool:
        try:
            ours, others = await self._search(intent)
        except Refused as error:
            # Asked again, but not so often that everything else waits for it.
            self._line.failed(error)
            look_later(self._desk, intent, self._desk.now() + LOOK_LATER)
            return False
        except ChorusError as error:
            self._line.failed(error)
            return False
        self._line.went_well()
        now = self._desk.now()
        current = self._desk.store.intents.get(intent.id)
        if current is None or current.state is not IntentState.UNSURE:
            return False
        if ours is not None:
            accepted(self._desk, current, ours, "(found)")
        elif others:
            conflict(self._desk, current, others[0])
        elif current.searches + 1 < SEARCHES:
            not_found(self._desk, current, now + SETTLE)
        elif sum(attempt.is_unheard for attempt in current.attempts) < ATTEMPTS:
            queue_again(self._desk, current, now)
        else:
            lost(self._desk, current)
        return True

    async def _search(self, intent: Intent) -> tuple[Invoice | None, list[Invoice]]:
        """Our own invoice, and other ones under its number in the same year."""
        fields = intent.submission.fields
        criteria = Criteria(number=fields.number, supplier_id=intent.submission.supplier_id)
        found = [
            invoice
            async for page in self._chorus.search(criteria)
            for invoice in page.invoices
            if is_namesake(invoice, fields)
        ]
        ours = [i for i in found if is_same(i, fields) and not self._is_of_another(i, intent.document_id)]
        # Where it was deposited twice by others already, the newest is the one that a lost call made.
        return max(ours, key=attrgetter("id"), default=None), [i for i in found if i not in ours]

    def _is_of_another(self, invoice: Invoice, document_id: str) -> bool:
        """Whether it was made of another document, so that no lost call of this one's has made it."""
        stored = self._desk.store.invoices.get(str(invoice.id))
        return stored is not None and stored.document_id not in ("", document_id)


def is_namesake(invoice: Invoice, fields: InvoiceFields) -> bool:
    """Whether a deposited invoice bears the number that this one would; numbers are free again each year."""
    if invoice.status in NOT_SUBMITTED or invoice.number.strip() != (fields.number or "").strip():
        return False
    if invoice.supplier_siret and fields.supplier_siret and invoice.supplier_siret != fields.supplier_siret:
        return False
    if invoice.issued is None or fields.issued is None:
        return True
    return invoice.issued.year == fields.issued.year


def is_same(invoice: Invoice, fields: InvoiceFields) -> bool:
    """Whether an invoice under this number is this very one: same recipient, same amount."""
    if invoice.recipient_siret != fields.recipient_siret:
        return False
    for theirs, mine in ((invoice.gross, fields.gross), (invoice.to_pay, fields.to_pay)):
        if theirs is not None and mine is not None:
            return to_cents(theirs) == to_cents(mine)
    return True


def invoice_of(intent: Intent, receipt: Receipt) -> Invoice:
    """The invoice as tracking shows it until it is told more."""
    fields = intent.submission.fields
    return Invoice(
        id=receipt.invoice_id,
        number=receipt.number or fields.number or "",
        status=receipt.status,
        status_code=receipt.status_code,
        kind=fields.kind or InvoiceKind.INVOICE,
        issued=fields.issued,
        deposited=receipt.deposited,
        supplier_siret=fields.supplier_siret or "",
        supplier_name=fields.supplier_name or "",
        recipient_siret=fields.recipient_siret or "",
        recipient_name=fields.recipient_name or "",
        service_code=fields.service_code or "",
        commitment_number=fields.commitment_number or "",
        net=fields.net,
        gross=fields.gross,
        to_pay=fields.to_pay,
        currency=fields.currency or "EUR",
    )
