"""What became of replies, as the sync service records it: one transaction for each step.

The journal is kept as that of submissions is (`submitting`): a process killed between two steps leaves
what may have happened.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec import structs

from chorus_tui.domain.attempts import UNKNOWN, Attempt, ended, without_running
from chorus_tui.domain.intent import IntentState
from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.replies import Completion, Recycling, Reply, ReplyKind
from chorus_tui.i18n import N_, _
from chorus_tui.operations.desk import Desk, note
from chorus_tui.operations.learning import relearn
from chorus_tui.operations.processing import answer_to, record_of

LAG = timedelta(minutes=10)
"""For so long what a search finds may be older than a reply that was taken."""


def overtaken(desk: Desk, reply: Reply) -> str:
    """Why a queued reply has become pointless: the invoice went on meanwhile. Empty where it has not."""
    invoice = desk.store.invoices.get(str(reply.invoice_id))
    if invoice is None:
        return _("There is no such invoice.")
    if answer_to(invoice) is reply.kind:
        if _was_reported_again(reply, invoice):
            return _("The recipient reported something new before the reply left: look at it again.")
        return ""
    if invoice.is_settled:
        return _("This rejection was dealt with already.")
    return _("The invoice became “{status}” before the reply left.").format(status=_(invoice.status.label))


def _was_reported_again(reply: Reply, invoice: Invoice) -> bool:
    """Whether the invoice was answered elsewhere and came back: what was entered answers another report."""
    reported, latest = _minute(reply.reported_at), _minute(invoice.status_at)
    return reported is not None and latest is not None and reported < latest


def begin(desk: Desk, reply_id: str) -> Reply | None:
    """Journal that a call is about to leave; None where it was withdrawn, settled or overtaken meanwhile."""
    with desk.store.transaction():
        reply = desk.store.replies.get(reply_id)
        if reply is None or reply.state is not IntentState.QUEUED:
            return None
        why = overtaken(desk, reply)
        if why:
            refused(desk, reply, why)
            return None
        sending = structs.replace(
            reply,
            state=IntentState.SENDING,
            attempts=(*reply.attempts, Attempt(begun_at=desk.now())),
            looks=0,
            not_before=None,
        )
        desk.store.replies.put(sending)
        return sending


def uploaded(desk: Desk, reply: Reply, sha256: str, chorus_id: int) -> Reply | None:
    """Journal Chorus Pro's id of an attachment, so that it is not uploaded twice.

    None where the reply was withdrawn while the file was on its way.
    """
    with desk.store.transaction():
        current = as_it_stands(desk, reply)
        if current is None or not isinstance(current.content, Completion):
            return None
        attachments = tuple(
            structs.replace(a, chorus_id=chorus_id) if a.sha256 == sha256 else a
            for a in current.content.attachments
        )
        content = structs.replace(current.content, attachments=attachments)
        changed = structs.replace(current, content=content)
        desk.store.replies.put(changed)
    return changed


def as_it_stands(desk: Desk, reply: Reply) -> Reply | None:
    """The reply as stored, which another console may have changed since; None where it moved on."""
    current = desk.store.replies.get(reply.id)
    return current if current is not None and current.state is reply.state else None


def accepted(desk: Desk, reply: Reply, change: Callable[[Invoice], Invoice], how: str = "") -> None:
    """Chorus Pro took it: the invoice asks nothing more of the supplier.

    Args:
        change: from the stored invoice to what it has become.
    """
    with desk.store.transaction():
        current = desk.store.replies.get(reply.id)
        if current is None or not current.state.is_open:
            return
        desk.store.replies.put(
            structs.replace(_ended(desk, current, "accepted"), state=IntentState.ACCEPTED, not_before=None)
        )
        invoice = desk.store.invoices.get(str(reply.invoice_id))
        if invoice is not None:
            desk.store.invoices.put(change(invoice))
            _learn(desk, invoice, current)
        note(desk, "reply accepted", record_of(reply.invoice_id), f"{reply.kind} {how}".rstrip())
    desk.wake("track")


def _learn(desk: Desk, invoice: Invoice, reply: Reply) -> None:
    """Let a recycled invoice correct the match that chose its service (S1-026)."""
    document = desk.store.documents.get(invoice.document_id)
    if document is not None and isinstance(reply.content, Recycling):
        relearn(desk, document, reply.content.recipient_siret, reply.content.service_code)


def refused(
    desk: Desk,
    reply: Reply,
    message: str,
    code: int | None = None,
    change: Callable[[Invoice], Invoice] | None = None,
) -> None:
    """Chorus Pro said no. The reply is kept with its words, and does not leave again by itself.

    Args:
        change: from the stored invoice to how Chorus Pro holds it, where it was asked.
    """
    with desk.store.transaction():
        current = as_it_stands(desk, reply)
        if current is None:
            return
        desk.store.replies.put(
            structs.replace(
                _ended(desk, current, f"refused {code or ''}".rstrip()),
                state=IntentState.REFUSED,
                message=message,
                code=code,
                not_before=None,
            )
        )
        invoice = desk.store.invoices.get(str(reply.invoice_id))
        if invoice is not None and change is not None:
            desk.store.invoices.put(change(invoice))
        note(desk, "reply refused", record_of(reply.invoice_id), message)


def lost(desk: Desk, reply: Reply) -> None:
    """Sent several times without an answer, and not done: an operator decides when to try again."""
    with desk.store.transaction():
        desk.store.replies.put(
            structs.replace(
                _ended(desk, reply, UNKNOWN),
                state=IntentState.REFUSED,
                message=N_("Chorus Pro never answered, and the invoice is as it was."),
                not_before=None,
            )
        )
        note(desk, "reply lost", record_of(reply.invoice_id))


def unsure(desk: Desk, reply: Reply, look_at: datetime) -> None:
    """The answer was lost: the invoice is looked at before anything else happens to it."""
    with desk.store.transaction():
        desk.store.replies.put(
            structs.replace(
                _ended(desk, reply, UNKNOWN), state=IntentState.UNSURE, not_before=look_at, looks=0
            )
        )
        note(desk, "reply unsure", record_of(reply.invoice_id))


def as_it_was(desk: Desk, reply: Reply, look_at: datetime) -> None:
    """One more look that found the invoice as it was."""
    desk.store.replies.put(structs.replace(reply, looks=reply.looks + 1, not_before=look_at))


def look_later(desk: Desk, reply: Reply, look_at: datetime) -> None:
    """The look itself did not work out."""
    with desk.store.transaction():
        current = as_it_stands(desk, reply)
        if current is not None:
            desk.store.replies.put(structs.replace(current, not_before=look_at))


def queue_again(desk: Desk, reply: Reply, not_before: datetime) -> None:
    """The invoice was looked at and is as it was, so the reply may leave again."""
    with desk.store.transaction():
        desk.store.replies.put(
            structs.replace(
                _ended(desk, reply, UNKNOWN), state=IntentState.QUEUED, not_before=not_before, looks=0
            )
        )
        note(desk, "reply again", record_of(reply.invoice_id))


def not_left(desk: Desk, reply: Reply, not_before: datetime) -> None:
    """The call certainly was not taken, so the reply waits as if it had never begun."""
    with desk.store.transaction():
        current = as_it_stands(desk, reply)
        if current is None:
            return
        desk.store.replies.put(
            structs.replace(
                current,
                state=IntentState.QUEUED,
                not_before=not_before,
                attempts=without_running(current.attempts),
            )
        )


def was_answered(desk: Desk, found: Invoice) -> bool:
    """Whether what a search found is the very report that a reply has just answered.

    A page that was on its way while the reply was taken, or a search that lags behind it, is no news.
    """
    kind = answer_to(found)
    if kind is None:
        return False
    since = desk.now() - LAG
    return any(
        reply.state is IntentState.ACCEPTED
        and reply.kind is kind
        and (ended := reply.attempts[-1].ended_at) is not None
        and ended >= since
        and (kind is ReplyKind.PAY_OUT or _minute(reply.reported_at) == _minute(found.status_at))
        for reply in desk.store.replies.by("invoice_id", found.id)
        if reply.attempts
    )


def _minute(at: datetime | None) -> datetime | None:
    """Histories tell no more."""
    return at.replace(second=0, microsecond=0) if at is not None else None


def may_be_done(reply: Reply) -> bool:
    """Whether an earlier attempt may have succeeded unheard."""
    return any(attempt.is_unheard for attempt in reply.attempts)


def recover_replies(desk: Desk) -> int:
    """Replies that a killed process left in the middle: their invoices are looked at.

    Called once by whoever begins to lead.
    """
    with desk.store.transaction():
        sending = desk.store.replies.by("state", IntentState.SENDING)
        for reply in sending:
            unsure(desk, reply, desk.now())
    return len(sending)


def _ended(desk: Desk, reply: Reply, outcome: str) -> Reply:
    return structs.replace(reply, attempts=ended(reply.attempts, outcome, desk.now()))
