"""Answering what came back: complete, recycle, pay out, correct the validator (S1-040…053).

A reply is queued here and sent by the sync service, which journals it as it journals a submission. Only the
action that the invoice's status allows can be queued, and one reply at a time.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from uuid import uuid4

from msgspec import structs

from chorus_tui.domain.checks import blocking
from chorus_tui.domain.document import Attachment
from chorus_tui.domain.identifiers import compact_siret
from chorus_tui.domain.intent import IntentState
from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.replies import (
    ANSWERS,
    Completion,
    Content,
    Correction,
    NewValidator,
    PayingOut,
    Recycling,
    Reply,
    ReplyKind,
    Settlement,
    kind_of,
)
from chorus_tui.domain.statuses import InvoiceStatus
from chorus_tui.i18n import N_, _
from chorus_tui.operations.chains import Chain, candidates, chain_of, chains_of, resolved
from chorus_tui.operations.desk import Deeds, Desk, Outcome, Refusal, note
from chorus_tui.operations.recording import deed
from chorus_tui.operations.reply_checks import reply_problems
from chorus_tui.operations.submitting import hold_until
from chorus_tui.text import clean, clean_lines

__all__ = [
    "Chain",
    "amend",
    "answer_to",
    "candidates",
    "chain_of",
    "chains_of",
    "complete_invoice",
    "correct_validator",
    "last_reply",
    "open_reply",
    "pay_out",
    "recycle",
    "reply_all",
    "reply_problems",
    "to_process",
    "why_not_reply",
    "withdraw_reply",
]

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_ASKING = tuple(status for status in InvoiceStatus if status.asks_supplier)


def to_process(desk: Desk, settled: bool = False) -> list[Invoice]:
    """The rows of "Documents to be processed": exactly what asks something of the supplier (S1-040).

    The longest waiting first.

    Args:
        settled: also rejections that were dealt with (S1-051, S1-053).
    """
    found = [i for status in _ASKING for i in desk.store.invoices.by("status", status)]
    rows = [invoice for invoice in found if settled or invoice.asks_supplier]
    # A moment that is not known comes first: nobody can say that it does not wait longest.
    rows.sort(key=lambda i: (i.status_at or _LONG_AGO, i.id))
    return rows


def answer_to(invoice: Invoice) -> ReplyKind | None:
    """The only action that an invoice's status allows; None where it asks nothing (any more)."""
    return None if invoice.is_settled else ANSWERS.get(invoice.status)


def why_not_reply(desk: Desk, invoice: Invoice | None, kind: ReplyKind) -> str:
    """Why an invoice cannot be answered so, in the operator's language; empty when it can."""
    if invoice is None:
        return _("There is no such invoice.")
    if invoice.is_settled and kind is ReplyKind.PAY_OUT:
        return _("This rejection was dealt with already.")
    if ANSWERS.get(invoice.status) is not kind:
        return _wrong_status(invoice)
    reply = open_reply(desk, invoice.id)
    return "" if reply is None else _(_WHY_NOT_WHILE[reply.state])


_WHY_NOT_WHILE = {
    IntentState.QUEUED: N_("A reply waits to leave: withdraw it first."),
    IntentState.SENDING: N_("A reply is on its way."),
    IntentState.UNSURE: N_("The answer to a reply was lost; the invoice is being looked at."),
}


def _wrong_status(invoice: Invoice) -> str:
    status, allowed = _(invoice.status.label), answer_to(invoice)
    if allowed is None:
        return _("The invoice is “{status}”, which asks nothing of the supplier.").format(status=status)
    return _("The invoice is “{status}”, which allows “{action}” alone.").format(
        status=status, action=_(allowed.label)
    )


def open_reply(desk: Desk, invoice_id: int) -> Reply | None:
    """The reply to an invoice that is still to leave or to be settled."""
    replies = desk.store.replies.by("invoice_id", invoice_id)
    return next((reply for reply in replies if reply.state.is_open), None)


def last_reply(desk: Desk, invoice_id: int) -> Reply | None:
    """The last reply to an invoice that was not withdrawn; a refused one says why."""
    replies = desk.store.replies.by("invoice_id", invoice_id)
    return next((r for r in reversed(replies) if r.state is not IntentState.WITHDRAWN), None)


def complete_invoice(
    desk: Desk, invoice_id: int, comment: str = "", attachments: Sequence[Attachment] = ()
) -> Reply:
    """Answer a suspended invoice with files, with a comment, or with both (S1-042…044).

    Args:
        attachments: files whose copies are kept (`copy_attachment`).

    Raises:
        Refusal: its status allows something else, a reply is open, or Chorus Pro would refuse it.
    """
    return _reply(desk, invoice_id, Completion(comment=comment, attachments=tuple(attachments)))


def recycle(desk: Desk, invoice_id: int, content: Recycling) -> Reply:
    """Send an invoice to be recycled to another recipient, service or commitment number (S1-046…048).

    Raises:
        Refusal: as above.
    """
    return _reply(desk, invoice_id, content)


def pay_out(desk: Desk, invoice_id: int, content: PayingOut) -> Reply:
    """Record that a rejected invoice was dealt with, and by which credit notes and invoices (S1-051, S1-052).

    What was entered is kept at once, whatever becomes of the call.

    Raises:
        Refusal: as above.
    """
    return _reply(desk, invoice_id, content)


def amend(desk: Desk, invoice_id: int, content: PayingOut) -> Settlement:
    """Record anew by what a rejected invoice was put right that was dealt with already: no call leaves.

    A replacement may be sent weeks after the credit note, and what was dealt with on the portal has no chain
    here before somebody enters it (S1-052).

    Raises:
        Refusal: it was not dealt with, or a number cannot be one of these.
    """
    tidy = tidied(content)
    assert isinstance(tidy, PayingOut)
    with deed(desk, VERBS[ReplyKind.PAY_OUT]):
        invoice = desk.store.invoices.get(str(invoice_id))
        why = why_not_amend(desk, invoice, tidy)
        if invoice is None or why:
            raise Refusal(why)
        entered = resolved(desk, invoice, tidy)
        note(desk, VERBS[ReplyKind.PAY_OUT], record_of(invoice.id), f"{invoice.number} · {_summary(entered)}")
        return _settle(desk, invoice, entered, desk.now(), desk.who)


def why_not_amend(desk: Desk, invoice: Invoice | None, content: PayingOut) -> str:
    """Why a chain cannot be recorded anew, in the operator's language; empty when it can."""
    if invoice is None:
        return _("There is no such invoice.")
    if not invoice.is_settled:
        return _wrong_status(invoice)
    return " ".join(problem.text for problem in blocking(reply_problems(desk, invoice, tidied(content))))


def correct_validator(desk: Desk, invoice_id: int, siret: str) -> Reply:
    """Name another structure that has to approve first (API 2.7).

    Raises:
        Refusal: as above.
    """
    return _reply(desk, invoice_id, NewValidator(siret=siret))


def _reply(desk: Desk, invoice_id: int, content: Content) -> Reply:
    tidy = tidied(content)
    with deed(desk, VERBS[kind_of(tidy)]):
        invoice = desk.store.invoices.get(str(invoice_id))
        why = why_not(desk, invoice, tidy)
        if invoice is None or why:
            raise Refusal(why)
        reply = _queue(desk, invoice, tidy, hold_until(desk, [invoice_id]))
    desk.wake("process")
    return reply


def reply_all(desk: Desk, invoice_ids: Iterable[str], content: Content) -> Outcome:
    """The same reply to several invoices. Refused, with why: each that cannot be answered so."""
    keys, tidy = list(invoice_ids), tidied(content)
    deeds = Deeds()
    with deed(desk, VERBS[kind_of(tidy)]):
        not_before = hold_until(desk, keys)
        for key in keys:
            invoice = desk.store.invoices.get(key)
            why = why_not(desk, invoice, tidy)
            if invoice is None or why:
                deeds.refuse(key, why)
                continue
            _queue(desk, invoice, tidy, not_before)
            deeds.did(key)
    desk.wake("process")
    return deeds.outcome


def why_not(desk: Desk, invoice: Invoice | None, content: Content) -> str:
    """Why this very reply cannot be queued, in the operator's language; empty when it can."""
    why = why_not_reply(desk, invoice, kind_of(content))
    if invoice is None or why:
        return why
    return " ".join(problem.text for problem in blocking(reply_problems(desk, invoice, content)))


def _queue(desk: Desk, invoice: Invoice, content: Content, not_before: datetime | None) -> Reply:
    if isinstance(content, PayingOut):
        content = resolved(desk, invoice, content)
    reply = Reply(
        id=uuid4().hex,
        invoice_id=invoice.id,
        content=content,
        state=IntentState.QUEUED,
        queued_at=desk.now(),
        queued_by=desk.who,
        not_before=not_before,
        reported_at=invoice.status_at,
    )
    desk.store.replies.put(reply)
    if isinstance(content, PayingOut):
        _settle(desk, invoice, content, reply.queued_at, reply.queued_by)
    note(desk, VERBS[reply.kind], record_of(invoice.id), f"{invoice.number} · {_summary(content)}")
    return reply


VERBS = {
    ReplyKind.COMPLETE: "complete invoice",
    ReplyKind.RECYCLE: "recycle",
    ReplyKind.PAY_OUT: "pay out",
    ReplyKind.CORRECT_VALIDATOR: "correct validator",
}
"""As the activity log and what can be undone have them."""


def record_of(invoice_id: int) -> str:
    """How the activity log names an invoice, which is not to be taken for a document."""
    return f"invoice:{invoice_id}"


def _summary(content: Content) -> str:
    if isinstance(content, Completion):
        return " + ".join(
            [*(a.name for a in content.attachments), *([content.comment] if content.comment else [])]
        )
    if isinstance(content, Recycling):
        return "→ " + " ".join(
            filter(None, (content.recipient_siret, content.service_code, content.commitment_number))
        )
    if isinstance(content, PayingOut):
        return "→ " + ", ".join([*_numbers(content.credit_notes), *_numbers(content.replacements)])
    return f"→ {content.siret}"


def _numbers(corrections: Iterable[Correction]) -> list[str]:
    return [correction.number for correction in corrections]


def _settle(desk: Desk, invoice: Invoice, content: PayingOut, at: datetime, who: str) -> Settlement:
    """Keep what was entered about a rejection with the invoice, so that the chain shows at once."""
    settlement = Settlement(
        invoice_id=invoice.id,
        number=invoice.number,
        supplier_siret=invoice.supplier_siret,
        credit_notes=content.credit_notes,
        replacements=content.replacements,
        remark=content.remark,
        decided_at=at,
        decided_by=who,
    )
    desk.store.settlements.put(settlement)
    return settlement


def withdraw_reply(desk: Desk, ids: Iterable[str]) -> Outcome:
    """Take replies back that have not left yet; the invoices ask for one again.

    Args:
        ids: of invoices, as the store has them.
    """
    deeds = Deeds()
    with deed(desk, "withdraw"):
        for key in ids:
            invoice = desk.store.invoices.get(key)
            reply = open_reply(desk, invoice.id) if invoice is not None else None
            if invoice is None or reply is None or reply.state is not IntentState.QUEUED:
                deeds.refuse(key, _("The reply has left already, or there was none."))
                continue
            withdrawn(desk, invoice, reply)
            note(desk, "withdraw", record_of(invoice.id), VERBS[reply.kind])
            deeds.did(key)
    return deeds.outcome


def withdrawn(desk: Desk, invoice: Invoice, reply: Reply) -> None:
    """Take one queued reply back, and what it alone said about a rejection. The journal keeps it."""
    desk.store.replies.put(structs.replace(reply, state=IntentState.WITHDRAWN, not_before=None))
    if reply.kind is not ReplyKind.PAY_OUT:
        return
    earlier = last_reply(desk, invoice.id)
    if earlier is not None and isinstance(earlier.content, PayingOut):
        _settle(desk, invoice, earlier.content, earlier.queued_at, earlier.queued_by)
    else:
        desk.store.settlements.remove(str(invoice.id))


def tidied(content: Content) -> Content:
    """A reply as it is kept: nothing that a terminal would obey, no blanks around what identifies things.

    Attachments are uploaded for the reply that they go with: an id of an earlier upload may be what was
    refused.
    """
    if isinstance(content, Completion):
        files = tuple(structs.replace(a, chorus_id=None) for a in content.attachments)
        return structs.replace(content, comment=clean_lines(content.comment).strip(), attachments=files)
    if isinstance(content, Recycling):
        return Recycling(
            recipient_siret=compact_siret(clean(content.recipient_siret)),
            service_code=clean(content.service_code).strip(),
            commitment_number=clean(content.commitment_number).strip(),
            comment=clean_lines(content.comment).strip(),
        )
    if isinstance(content, PayingOut):
        return PayingOut(
            credit_notes=tuple(map(_tidied_correction, content.credit_notes)),
            replacements=tuple(map(_tidied_correction, content.replacements)),
            remark=clean_lines(content.remark).strip(),
        )
    return NewValidator(siret=compact_siret(clean(content.siret)))


def _tidied_correction(correction: Correction) -> Correction:
    return structs.replace(correction, number=clean(correction.number).strip())
