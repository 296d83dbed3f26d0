"""What a recipient reported, in words: the legend of the status, how long ago, what became of our reply."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from chorus_tui.domain.intent import IntentState
from chorus_tui.domain.invoice import Invoice
from chorus_tui.domain.replies import Completion, PayingOut, Recycling, Reply, ReplyKind
from chorus_tui.domain.statuses import InvoiceStatus, Tone
from chorus_tui.i18n import N_, _, labelled, ngettext
from chorus_tui.operations import processing
from chorus_tui.operations.checking import today
from chorus_tui.operations.desk import Desk
from chorus_tui.ui.words import count, day_of, moment, money

LEGENDS = {
    InvoiceStatus.SUSPENDED: N_("attachments are missing."),
    InvoiceStatus.TO_BE_RECYCLED: N_("its routing is wrong (recipient, service or commitment number)."),
    InvoiceStatus.REJECTED: N_(
        "its billing data are wrong, such as an amount. A new invoice with a new number replaces it."
    ),
    InvoiceStatus.WRONG_VALIDATOR: N_("it was sent to the wrong validator for approval."),
}
"""S1-041, S1-045, S1-049, API 3.1."""


def legend(invoice: Invoice) -> str:
    """What the status of an invoice asks for; empty where it asks for nothing."""
    told = LEGENDS.get(invoice.status)
    status = f"{invoice.status.sign} {_(invoice.status.label)}"
    return labelled(status, _(told)) if told else ""


def age(invoice: Invoice, now: datetime) -> int | None:
    """Days since the status, as the calendar of Paris counts them; None: not known."""
    return None if invoice.status_at is None else max(0, (today(now) - today(invoice.status_at)).days)


def age_words(invoice: Invoice, now: datetime) -> str:
    """The same in words."""
    days = age(invoice, now)
    if not days:
        return _("since today") if days == 0 else ""
    since = day_of(invoice.status_at)
    return ngettext("for {n} day, since {day}", "for {n} days, since {day}", days).format(
        n=count(days), day=since
    )


def at_stake(invoice: Invoice) -> Decimal | None:
    """What the supplier is not paid as long as the invoice stands like this."""
    return invoice.to_pay if invoice.to_pay is not None else invoice.gross


def total(invoices: Sequence[Invoice]) -> str:
    """What they are worth together."""
    return money(sum((at_stake(invoice) or Decimal(0) for invoice in invoices), Decimal(0)))


YES, NO = N_("yes"), N_("no")


def dealt_with(invoice: Invoice) -> str:
    """Whether a rejection was dealt with (English source string); empty where there is none."""
    if invoice.status is not InvoiceStatus.REJECTED:
        return ""
    return YES if invoice.rejection_handled else NO


def quoted(comment: str) -> str:
    """The recipient's own words, or that there are none."""
    return _("“{words}”").format(words=comment) if comment else _("The recipient gave no reason.")


def what_of(reply: Reply) -> str:
    """What a reply says, in a few words."""
    match reply.content:
        case Completion(comment=comment, attachments=files):
            told = (
                ngettext("{n} attachment", "{n} attachments", len(files)).format(n=len(files))
                if files
                else ""
            )
            return ", ".join(part for part in (told, _("a comment") if comment else "") if part)
        case Recycling() as content:
            return f"→ {content.recipient_siret} {content.service_code} {content.commitment_number}".strip()
        case PayingOut() as content:
            links = (*content.credit_notes, *content.replacements)
            return "→ " + (", ".join(link.number for link in links) or content.remark)
    return f"→ {reply.content.siret}"


def reply_words(desk: Desk, invoice: Invoice, withdraw: str = "") -> tuple[str, Tone]:
    """What became of the last reply to an invoice as it stands; empty: there is none that matters.

    Args:
        withdraw: the key that takes a reply back.
    """
    reply = open_or_refused(desk, invoice)
    if reply is None:
        return "", Tone.PLAIN
    kind, what = _(reply.kind.label), what_of(reply)
    if reply.state is IntentState.QUEUED:
        told = _("→ {reply} is queued ({what}).").format(reply=kind, what=what)
        if withdraw:
            told += " " + _("{key} takes it back while it has not left.").format(key=withdraw)
        return told, Tone.WAITS
    if reply.state is IntentState.REFUSED:
        return _("✗ {reply} was refused: {why}").format(reply=kind, why=reply.message), Tone.BAD
    if reply.state is IntentState.UNSURE:
        return _("? The answer to “{reply}” was lost; the invoice is being looked at.").format(reply=kind), (
            Tone.WAITS
        )
    if reply.state is IntentState.SENDING:
        return _("→ {reply} is on its way ({what}).").format(reply=kind, what=what), Tone.WAITS
    sent = moment(reply.attempts[-1].ended_at if reply.attempts else reply.queued_at)
    return _("✓ {reply} was sent on {moment} ({what}).").format(reply=kind, moment=sent, what=what), Tone.GOOD


def open_or_refused(desk: Desk, invoice: Invoice) -> Reply | None:
    """The reply to an invoice's present status: open, or the last one that was refused or taken."""
    reply = processing.open_reply(desk, invoice.id) or processing.last_reply(desk, invoice.id)
    if reply is None or reply.state.is_open:
        return reply
    kind = processing.answer_to(invoice) or (ReplyKind.PAY_OUT if invoice.is_settled else None)
    before = invoice.status_at is not None and reply.queued_at < invoice.status_at
    return None if before or reply.kind is not kind else reply


REPLY_SIGNS = {
    IntentState.QUEUED: "→",
    IntentState.SENDING: "→",
    IntentState.UNSURE: "?",
    IntentState.REFUSED: "✗",
}
"""What stands behind the status of a row."""


def queued_words(action: str, number: int) -> str:
    """So many replies wait to leave."""
    told = ngettext("“{action}” is queued for {n} invoice", "“{action}” is queued for {n} invoices", number)
    return told.format(n=count(number), action=action)
