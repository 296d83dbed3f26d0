"""The process station: replies leave, once, and what became of them is settled (S1-042…053).

    queued ── files uploaded ── journal: sending ── call ──▶ accepted | refused
       ▲                                          │
       │                                answer lost, or killed
       │                                          ▼
       └──────── twice as it was ── unsure: look at the invoice ──▶ accepted (it moved on) | refused

Chorus Pro knows no idempotency key (API 8, point 16), so nothing is sent again before a look.
"""

import logging
from collections.abc import Callable
from datetime import datetime

from msgspec import Struct, structs

from chorus_tui.chorus import ChorusError, ChorusPro, OutcomeUnknown, Receipt, Refused
from chorus_tui.domain.intent import IntentState
from chorus_tui.domain.invoice import History, Invoice, StatusChange
from chorus_tui.domain.replies import ANSWERS, Completion, Content, PayingOut, Recycling, Reply, ReplyKind
from chorus_tui.domain.statuses import InvoiceStatus
from chorus_tui.i18n import _
from chorus_tui.operations import Desk
from chorus_tui.operations.reply_journal import (
    accepted,
    as_it_was,
    begin,
    look_later,
    lost,
    may_be_done,
    not_left,
    overtaken,
    queue_again,
    refused,
    unsure,
    uploaded,
)
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

LOOKS = 2
"""Looks that find an invoice as it was before the reply is believed not to have been taken."""

REPORTED = {kind: status for status, kind in ANSWERS.items()}
"""The status that a reply answers."""

MADE = {
    ReplyKind.COMPLETE: (InvoiceStatus.COMPLETED,),
    ReplyKind.RECYCLE: (InvoiceStatus.SUBMITTED,),
    ReplyKind.CORRECT_VALIDATOR: (InvoiceStatus.TO_BE_VALIDATED, InvoiceStatus.SUBMITTED),
}
"""The status that a reply makes, which the invoice's history keeps (API 2.4, 2.5, 2.7)."""


class Look(Struct, frozen=True):
    """What a look at an invoice found."""

    done: bool
    """Whether it shows the reply."""
    as_it_was: bool
    """Whether nothing happened since the recipient's report."""
    change: Callable[[Invoice], Invoice]
    """From the stored invoice to how Chorus Pro holds it."""
    status: InvoiceStatus


class ProcessStation:
    """Sends the replies that are queued, and looks for those that may have been taken."""

    name = "process"

    def __init__(self, desk: Desk, chorus: ChorusPro, line: Line) -> None:
        self._desk = desk
        self._chorus = chorus
        self._line = line
        self._journal = Journal(uploaded, refused, not_left)
        self._under_way: set[str] = set()
        """Replies whose call has left and was not settled yet."""

    @property
    def due_in(self) -> float | None:
        """Seconds until a reply wants something; None: nothing is open."""
        return due_in(still_open(self._desk.store.replies), self._desk.now())

    async def run_once(self) -> int:
        """Look for what is unsure, then send what is queued and due."""
        self._look_for_unsettled()
        calls = due(still_open(self._desk.store.replies), self._desk.now())
        return await self._line.work_through(calls, self._step, AT_ONCE)

    def _look_for_unsettled(self) -> None:
        """What left and could not be settled (the disk was full) may have been taken."""
        for reply in self._desk.store.replies.by("state", IntentState.SENDING):
            if reply.id not in self._under_way:
                unsure(self._desk, reply, self._desk.now())

    async def _step(self, reply: Reply) -> bool:
        if reply.state is IntentState.UNSURE:
            return await self._look_for(reply)
        return await self._send(reply)

    # Sending

    async def _send(self, reply: Reply) -> bool:
        ready = await self._with_attachments(reply)
        sending = begin(self._desk, ready.id) if ready is not None else None
        if sending is None:
            return False
        self._under_way.add(sending.id)
        try:
            return await self._sent(sending)
        finally:
            self._under_way.discard(sending.id)

    async def _sent(self, sending: Reply) -> bool:
        try:
            receipt = await self._call(sending.invoice_id, sending.content)
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
            at = self._desk.now()
            accepted(self._desk, sending, lambda invoice: answered(invoice, sending, receipt, at, self._desk))
        return True

    async def _call(self, invoice_id: int, content: Content) -> Receipt | None:
        """The call itself; what it tells of the invoice's new status, if anything."""
        if isinstance(content, Completion):
            return await self._chorus.complete(invoice_id, content.attachments, content.comment)
        if isinstance(content, Recycling):
            return await self._chorus.recycle(
                invoice_id,
                content.recipient_siret,
                content.service_code,
                content.commitment_number,
                content.comment,
            )
        if isinstance(content, PayingOut):
            await self._chorus.settle_rejections([invoice_id], content.remark)
        else:
            await self._chorus.correct_validator(invoice_id, content.siret)
        return None

    async def _with_attachments(self, reply: Reply) -> Reply | None:
        current = self._desk.store.replies.get(reply.id)
        if current is None or current.state is not IntentState.QUEUED:
            return None
        if why := overtaken(self._desk, current):
            refused(self._desk, current, why)
            return None
        files = reply.content.attachments if isinstance(reply.content, Completion) else ()
        return await with_files(self._desk, self._chorus, self._line, self._journal, current, files)

    async def _settle_refusal(self, reply: Reply, refusal: Refused) -> None:
        """A refusal is shown, except where it only says that an earlier attempt had succeeded unheard.

        A status that allows no such reply is the usual reason, so the invoice is looked at in any case.
        """
        try:
            look = await self._look(reply)
        except ChorusError as error:
            self._line.failed(error)
            if may_be_done(reply):
                unsure(self._desk, reply, self._line.opens_at)
                return
            look = None
        if look is not None and look.done and may_be_done(reply):
            accepted(self._desk, reply, look.change, "(found)")
            return
        words = refusal.label or refusal.title
        refused(self._desk, reply, words, refusal.code, look.change if look is not None else None)

    # Looking for what may have been taken

    async def _look_for(self, reply: Reply) -> bool:
        try:
            look = await self._look(reply)
        except Refused as error:
            # Asked again, but not so often that everything else waits for it.
            self._line.failed(error)
            look_later(self._desk, reply, self._desk.now() + LOOK_LATER)
            return False
        except ChorusError as error:
            self._line.failed(error)
            return False
        self._line.went_well()
        now = self._desk.now()
        current = self._desk.store.replies.get(reply.id)
        if current is None or current.state is not IntentState.UNSURE:
            return False
        if look is None:
            look_later(self._desk, current, now + LOOK_LATER)
        elif look.done:
            accepted(self._desk, current, look.change, "(found)")
        elif not look.as_it_was:
            said = _("No answer came, and the invoice is “{status}”: look at its history.")
            sentence = said.format(status=_(look.status.label))
            refused(self._desk, current, sentence, None, look.change)
        elif current.looks + 1 < LOOKS:
            as_it_was(self._desk, current, now + SETTLE)
        elif sum(attempt.is_unheard for attempt in current.attempts) < ATTEMPTS:
            queue_again(self._desk, current, now)
        else:
            lost(self._desk, current)
        return True

    async def _look(self, reply: Reply) -> Look | None:
        """How the invoice stands at Chorus Pro; None where its history tells nothing."""
        if reply.kind is ReplyKind.PAY_OUT:
            return look_at_rejection(await self._chorus.invoice(reply.invoice_id))
        history = await self._chorus.history(reply.invoice_id)
        if not history.changes:
            return None
        self._desk.store.histories.put(history)
        return look_at_history(reply, history)


def look_at_rejection(found: Invoice) -> Look:
    """Whether a rejection was dealt with: a mark on the invoice, which its statuses do not show."""

    def change(invoice: Invoice) -> Invoice:
        if found.status is invoice.status:
            return structs.replace(invoice, rejection_handled=found.rejection_handled)
        return structs.replace(
            invoice,
            status=found.status,
            status_code=found.status_code,
            rejection_handled=found.rejection_handled,
        )

    still = found.status is InvoiceStatus.REJECTED
    return Look(
        done=found.rejection_handled,
        as_it_was=still and not found.rejection_handled,
        change=change,
        status=found.status,
    )


def look_at_history(reply: Reply, history: History) -> Look:
    """Whether an invoice's life went on since the report that a reply answers, and as the reply makes it."""
    since = passages_since(reply, history)
    latest = history.changes[0]

    def change(invoice: Invoice) -> Invoice:
        if (latest.status, latest.code) == (invoice.status, invoice.status_code) and not since:
            return invoice  # A history tells minutes and a search milliseconds: the stored moment is better.
        return structs.replace(
            invoice,
            status=latest.status,
            status_code=latest.code,
            status_at=latest.at,
            comment=latest.comment,
        )

    return Look(
        done=any(passage.status in MADE[reply.kind] for passage in since or ()),
        as_it_was=since is not None and not since,
        change=change,
        status=latest.status,
    )


def passages_since(reply: Reply, history: History) -> tuple[StatusChange, ...] | None:
    """The passages after the report that a reply answers, newest first; None where there is no report.

    A recipient may report the same thing again, so the report is told by its moment, of which histories
    tell the minute. Where two of them are of one minute, the earlier one was answered.
    """
    reports = [n for n, passage in enumerate(history.changes) if passage.status is REPORTED[reply.kind]]
    if not reports:
        return None
    answered_at = reply.reported_at or reply.attempts[0].begun_at
    same = [n for n in reports if _minute(history.changes[n].at) == _minute(answered_at)]
    before = [n for n in reports if (at := history.changes[n].at) is not None and at <= answered_at]
    place = same[-1] if same else before[0] if before else reports[-1]
    return history.changes[:place]


def _minute(at: datetime | None) -> datetime | None:
    return at.replace(second=0, microsecond=0) if at is not None else None


def answered(invoice: Invoice, reply: Reply, receipt: Receipt | None, at: datetime, desk: Desk) -> Invoice:
    """The invoice as tracking shows it until it is told more: it asks nothing of the supplier.

    What tracking brought while the call was under way is newer than the receipt.
    """
    if ANSWERS.get(invoice.status) is not reply.kind:
        return invoice
    content = reply.content
    if isinstance(content, PayingOut):
        return structs.replace(invoice, rejection_handled=True)
    if receipt is None:
        return structs.replace(
            invoice, status=InvoiceStatus.TO_BE_VALIDATED, status_code="", status_at=at, comment=""
        )
    moved = structs.replace(
        invoice, status=receipt.status, status_code=receipt.status_code, status_at=at, comment=""
    )
    if not isinstance(content, Recycling):
        return moved
    recipient = desk.store.recipients.get(content.recipient_siret)
    same = invoice.recipient_siret == content.recipient_siret
    service = recipient.service(content.service_code) if recipient is not None else None
    return structs.replace(
        moved,
        recipient_siret=content.recipient_siret,
        recipient_name=recipient.name if recipient is not None else invoice.recipient_name if same else "",
        service_code=content.service_code,
        service_name=service.name if service is not None else "",
        commitment_number=content.commitment_number,
        deposited=receipt.deposited or invoice.deposited,
    )
